//! The Shapley module on games whose values are known in closed form.

use etiology::shapley::{Coalition, FunctionGame, Game, ShapleyConfig, shapley_values};
use etiology::{Error, Result, ShapleyMethod};

fn exact() -> ShapleyConfig {
    ShapleyConfig::default().with_method(ShapleyMethod::Exact)
}

fn permutations(count: usize) -> ShapleyConfig {
    ShapleyConfig::default().with_method(ShapleyMethod::Permutations(count)).with_seed(11)
}

fn assert_close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (player, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!((found - expected).abs() <= tolerance, "player {player}: {found} instead of {expected}");
    }
}

/// The airport game (Littlechild and Owen 1973): a runway costs what its largest aeroplane needs. Sorted by
/// cost, aeroplane i pays Σ_{k ≤ i} (c_k − c_{k−1}) / (n − k + 1).
fn airport(costs: &'static [f64]) -> (FunctionGame<impl Fn(&Coalition) -> f64 + Sync>, Vec<f64>) {
    let game = FunctionGame::new(costs.len(), |coalition: &Coalition| {
        coalition.iter().map(|player| costs[player]).fold(0.0, f64::max)
    });
    let mut share = 0.0;
    let mut previous = 0.0;
    let shares = costs.iter().enumerate().map(|(player, cost)| {
        share += (cost - previous) / (costs.len() - player) as f64;
        previous = *cost;
        share
    });
    (game, shares.collect())
}

#[test]
fn the_airport_game_exactly() {
    let (game, expected) = airport(&[1.0, 2.5, 2.5, 4.0, 10.0, 11.0]);
    let result = shapley_values(&game, &exact()).unwrap();
    assert_close(&result.values(), &expected, 1e-12);
    assert_eq!(result.std_errors(), [0.0; 6]);
    assert_eq!((result.evaluations(), result.permutations()), (64, None));
}

#[test]
fn the_airport_game_by_permutations_within_its_errors() {
    let (game, expected) = airport(&[1.0, 2.5, 2.5, 4.0, 10.0, 11.0]);
    let result = shapley_values(&game, &permutations(2_000)).unwrap();
    for (player, expected) in expected.iter().enumerate() {
        let (value, std_error) = (result.values()[player], result.std_errors()[player]);
        assert!(std_error > 0.0 && std_error < 0.1, "{std_error}");
        assert!((value - expected).abs() < 4.0 * std_error, "player {player}: {value} ± {std_error}, truth {expected}");
    }
    assert_eq!(result.evaluations(), 2_000 * 5 + 2);
}

/// A product of player-wise factors has no simple structure that sampling would get right by accident.
fn product(coalition: &Coalition) -> f64 {
    coalition.iter().map(|player| 1.0 + 0.1 * player as f64).product()
}

#[test]
fn efficiency_for_both_methods() {
    for players in [1, 2, 5, 9] {
        let total = product(&Coalition::full(players)) - product(&Coalition::empty(players));
        for config in [exact(), permutations(7)] {
            let result = shapley_values(&FunctionGame::new(players, product), &config).unwrap();
            assert!((result.values().iter().sum::<f64>() - total).abs() < 1e-12 * total.abs().max(1.0));
            assert_eq!(result.full_value()[0] - result.empty_value()[0], total);
        }
    }
}

#[test]
fn symmetric_players_get_the_same() {
    // Players 1 and 3 are interchangeable: only how many of them are there counts.
    let game = FunctionGame::new(5, |coalition| {
        let pair = [1, 3].into_iter().filter(|&player| coalition.contains(player)).count() as f64;
        pair.powi(2) * if coalition.contains(0) { 2.0 } else { 1.0 } + f64::from(coalition.contains(4))
    });
    let values = shapley_values(&game, &exact()).unwrap().values();
    assert!((values[1] - values[3]).abs() < 1e-12);
    assert!((values[1] - values[0]).abs() > 0.1);
}

#[test]
fn dummies_get_what_they_bring_alone() {
    let game = FunctionGame::new(4, |coalition| {
        let others = [0, 1].into_iter().filter(|&player| coalition.contains(player)).count() as f64;
        others.powi(3) + if coalition.contains(2) { 5.0 } else { 0.0 }
    });
    for config in [exact(), permutations(10)] {
        let values = shapley_values(&game, &config).unwrap().values();
        assert_close(&values[2..], &[5.0, 0.0], 1e-12);
    }
}

#[test]
fn the_values_of_a_sum_of_games_are_the_sums_of_their_values() {
    let first = product;
    let second = |coalition: &Coalition| (coalition.len() as f64).sqrt() - f64::from(coalition.contains(2));
    let of = |value: &(dyn Fn(&Coalition) -> f64 + Sync)| {
        shapley_values(&FunctionGame::new(6, value), &exact()).unwrap().values()
    };
    let sums: Vec<f64> = of(&first).iter().zip(of(&second)).map(|(a, b)| a + b).collect();
    assert_close(&of(&|coalition| first(coalition) + second(coalition)), &sums, 1e-12);
}

#[test]
fn antithetic_pairs_get_a_quadratic_game_right_at_once() {
    // v = (Σ w)²: a player's marginal contribution is linear in who came before, which a permutation and its
    // reverse average out.
    let weights = [1.0, -2.0, 0.5, 3.0];
    let game = FunctionGame::new(4, |coalition| coalition.iter().map(|player| weights[player]).sum::<f64>().powi(2));
    let sampled = shapley_values(&game, &permutations(4)).unwrap();
    assert_close(&sampled.values(), &shapley_values(&game, &exact()).unwrap().values(), 1e-12);
}

/// Two games at once: a player's own number, and its square.
struct TwoOutputs;

impl Game for TwoOutputs {
    type Scratch = ();
    fn players(&self) -> usize {
        13
    }
    fn outputs(&self) -> usize {
        2
    }
    fn scratch(&self) {}
    fn evaluate(&self, coalition: &Coalition, (): &mut (), values: &mut [f64]) -> Result<()> {
        values[0] = coalition.iter().map(|player| player as f64).sum();
        values[1] = coalition.iter().map(|player| (player as f64).powi(2)).sum();
        Ok(())
    }
}

#[test]
fn several_outputs_are_several_games() {
    let squares: Vec<f64> = (0..13).map(|player| f64::from(player).powi(2)).collect();
    let automatic = shapley_values(&TwoOutputs, &ShapleyConfig::default()).unwrap();
    assert_eq!(automatic.permutations(), Some(100), "13 players are one too many to enumerate by default");
    for result in [automatic, shapley_values(&TwoOutputs, &exact()).unwrap()] {
        assert_close(&result.outputs().column(1).to_vec(), &squares, 1e-9);
    }
}

#[test]
fn the_seed_and_nothing_else_decides_the_permutations() {
    let (game, _) = airport(&[1.0, 2.0, 3.0, 5.0, 8.0]);
    let run = |seed: u64| shapley_values(&game, &permutations(20).with_seed(seed)).unwrap().values();
    let in_pool =
        |threads: usize| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(|| run(1));
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
    assert_eq!(in_pool(1), in_pool(8));
}

/// A game that fails for coalitions of two and says which.
struct Failing;

impl Game for Failing {
    type Scratch = ();
    fn players(&self) -> usize {
        12
    }
    fn scratch(&self) {}
    fn evaluate(&self, coalition: &Coalition, (): &mut (), _values: &mut [f64]) -> Result<()> {
        if coalition.len() == 2 {
            return Err(Error::UnknownNode { node: format!("{coalition:?}"), available: String::new() });
        }
        Ok(())
    }
}

#[test]
fn the_first_error_in_order_is_returned_whatever_the_threads() {
    let message = |threads: usize, config: ShapleyConfig| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| shapley_values(&Failing, &config)).unwrap_err().to_string()
    };
    for config in [exact(), permutations(40)] {
        let expected = message(1, config);
        assert!((0..5).all(|_| message(4, config) == expected));
    }
}
