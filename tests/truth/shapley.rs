//! The Shapley module on games whose values are known in closed form.

use etiology::shapley::{Coalition, FunctionGame, Game, ShapleyConfig, shapley_values};
use etiology::{Error, Result, ShapleyMethod};
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};

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

/// A sum of games in which a set of players is worth something once all of them are there. Each of them gets the same part of it.
struct SumOfUnanimity {
    players: usize,
    sets: Vec<(Vec<usize>, f64)>,
    may_skip: bool,
}

impl SumOfUnanimity {
    /// Four sets of three of the first five matter; everybody else adds a hundredth as much, alone and with one of the first three; and
    /// so many sets of ten matter in few orders.
    fn mostly_light(players: usize, rare: usize, seed: u64) -> Self {
        let generator = &mut ChaCha8Rng::seed_from_u64(seed);
        let mut sets: Vec<(Vec<usize>, f64)> = Vec::new();
        for player in 0..players {
            sets.push((vec![player], 0.01 * generator.random::<f64>()));
            let other = generator.random_range(0..3);
            if other != player {
                sets.push((vec![player, other], 0.1 * (generator.random::<f64>() - 0.5)));
            }
        }
        for (count, size, among, worth) in [(4, 3, 5, 4.0), (rare, 10, players, 2.0)] {
            for _ in 0..count {
                let mut set: Vec<usize> = (0..size).map(|_| generator.random_range(0..among)).collect();
                set.sort_unstable();
                set.dedup();
                sets.push((set, worth * generator.random::<f64>()));
            }
        }
        Self { players, sets, may_skip: true }
    }

    fn shares(&self) -> Vec<f64> {
        let mut shares = vec![0.0; self.players];
        for (set, worth) in &self.sets {
            set.iter().for_each(|&player| shares[player] += worth / set.len() as f64);
        }
        shares
    }
}

impl Game for SumOfUnanimity {
    type Scratch = ();

    fn players(&self) -> usize {
        self.players
    }

    /// What a coalition is worth, and twice that.
    fn outputs(&self) -> usize {
        2
    }

    fn may_skip(&self) -> bool {
        self.may_skip
    }

    fn scratch(&self) {}

    fn evaluate(&self, coalition: &Coalition, (): &mut (), values: &mut [f64]) -> Result<()> {
        let is_there = |set: &Vec<usize>| set.iter().all(|&player| coalition.contains(player));
        values[0] = self.sets.iter().filter(|(set, _)| is_there(set)).map(|(_, worth)| worth).sum();
        values[1] = 2.0 * values[0];
        Ok(())
    }
}

#[test]
fn players_who_hardly_matter_are_measured_together_and_errors_cover_what_that_costs() {
    // Share of coalitions evaluated, at most: of rare sets more are.
    for (players, rare, permutations_used, most) in
        [(20, 0, 16, 0.6), (20, 3, 100, 0.9), (40, 3, 26, 0.7), (200, 10, 100, 0.6)]
    {
        let (mut squares, mut of_plain, mut beyond, mut figures, mut share) = (0.0, 0.0, 0, 0, 0.0);
        let (mut largest_found, mut largest_plain, mut beyond_plain) = (0.0, 0.0, 0);
        for seed in 0..20 {
            let game = SumOfUnanimity::mostly_light(players, rare, seed);
            let truth = game.shares();
            let config = permutations(permutations_used).with_seed(seed + 100);
            let found = shapley_values(&game, &config).unwrap();
            let plain = shapley_values(&SumOfUnanimity { may_skip: false, ..game }, &config).unwrap();
            assert_eq!(plain.evaluations(), permutations_used * (players - 1) + 2);
            share += found.evaluations() as f64 / plain.evaluations() as f64 / 20.0;
            let total = found.full_value()[0] - found.empty_value()[0];
            assert!((found.values().iter().sum::<f64>() - total).abs() < 1e-12 * total.abs());
            let largest = |errors: &[f64]| errors.iter().copied().fold(0.0, f64::max);
            largest_found += largest(found.std_errors());
            largest_plain += largest(plain.std_errors());
            for (player, truth) in truth.iter().enumerate() {
                let (value, error) = (found.values()[player], found.std_errors()[player]);
                assert!((found.outputs()[(player, 1)] - 2.0 * value).abs() < 1e-12 * total);
                squares += (value - truth).powi(2);
                of_plain += (plain.values()[player] - truth).powi(2);
                figures += 1;
                beyond += usize::from((value - truth).abs() > 4.0 * error);
                let (value, error) = (plain.values()[player], plain.std_errors()[player]);
                beyond_plain += usize::from((value - truth).abs() > 4.0 * error);
            }
        }
        assert!(share < most, "{share} of the coalitions of {players} players with {rare} rare sets");
        let both = format!("{largest_found} instead of {largest_plain}");
        assert!(largest_found < 1.1 * largest_plain, "{both} with {players} players, {rare} rare sets");
        assert!(squares < 1.6 * of_plain, "{squares} instead of {of_plain} with {players} players, {rare} rare sets");
        let most_beyond = beyond_plain + figures / 1_000;
        assert!(beyond <= most_beyond, "{beyond} of {figures} are off by more than four standard errors");
    }
}

#[test]
fn what_nobody_saw_in_the_first_orders_is_found_in_the_others() {
    // Twelve of thirty are worth something together only: the last of them to come adds all of it, each in an order of twelve.
    let mut game =
        SumOfUnanimity { players: 30, sets: vec![((0..3).collect(), 3.0), ((18..30).collect(), 6.0)], may_skip: true };
    let truth = game.shares();
    let config = permutations(400);
    let found = shapley_values(&game, &config).unwrap();
    game.may_skip = false;
    let plain = shapley_values(&game, &config).unwrap();
    for (player, truth) in truth.iter().enumerate() {
        let (found, plain) = ((found.values()[player], found.std_errors()[player]), plain.values()[player]);
        assert!(
            (found.0 - truth).abs() < 4.0 * found.1,
            "player {player}: {found:?} instead of {truth}, plain {plain}"
        );
        assert!((found.0 - plain).abs() < 0.05, "player {player}: {found:?} instead of {plain}");
    }
}

#[test]
fn runs_have_the_same_bits_on_any_number_of_threads() {
    let game = SumOfUnanimity::mostly_light(60, 5, 3);
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| shapley_values(&game, &permutations(50)).unwrap())
    };
    assert_eq!(on(1), on(2));
    assert_eq!(on(1), on(8));
}
