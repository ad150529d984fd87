use ndarray::Axis;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;
use rand_distr::{Distribution, StandardNormal};
use statrs::distribution::{ContinuousCDF, StudentsT};

use super::*;
use crate::shapley::{Coalition, FunctionGame, ShapleyConfig, ShapleyMethod, ShapleyValues, shapley_values};

#[test]
fn every_order_has_every_player_once() {
    for (players, orders) in [(1, 2), (2, 5), (3, 70), (14, 50), (70, 130)] {
        let sets = OrderSet::draw_all(players, orders, 3);
        assert_eq!(sets.iter().map(|set| set.orders().len()).sum::<usize>(), orders);
        for order in sets.iter().flat_map(OrderSet::orders) {
            let mut sorted = order.clone();
            sorted.sort_unstable();
            assert!(sorted.into_iter().eq(0..players), "{order:?}");
        }
    }
}

#[test]
fn each_order_by_itself_is_uniform() {
    // Each of the 24 orders of four players is expected 200 times at each place of a set.
    const DRAWS: u64 = 4_800;
    let mut counts = [[0_u32; 256]; 4];
    for seed in 0..DRAWS {
        let set = OrderSet::draw(&mut ChaCha8Rng::seed_from_u64(seed), 4, 4);
        for (counts, order) in counts.iter_mut().zip(set.orders()) {
            counts[order.iter().fold(0, |code, player| 4 * code + player)] += 1;
        }
    }
    for counts in counts {
        let seen: Vec<f64> = counts.iter().filter(|&&count| count > 0).map(|&count| f64::from(count)).collect();
        assert_eq!(seen.len(), 24);
        let chi_square: f64 = seen.iter().map(|count| (count - 200.0).powi(2) / 200.0).sum();
        // alpha = 1e-4 for 23 degrees of freedom (scipy 1.15.3, chi2.ppf).
        assert!(chi_square < 57.07, "{chi_square}");
    }
}

#[test]
fn directions_are_orthogonal_unit_vectors() {
    let directions = orthogonal_directions(&mut ChaCha8Rng::seed_from_u64(1), 8, 14);
    for block in directions.axis_chunks_iter(Axis(0), 7) {
        assert!(block.sum_axis(Axis(1)).iter().all(|sum| sum.abs() < 1e-9));
        for ((row, column), product) in block.dot(&block.t()).indexed_iter() {
            let expected = f64::from(u8::from(row == column));
            assert!((product - expected).abs() < 1e-9, "{row} and {column}: {product}");
        }
    }
}

#[test]
fn degrees_of_freedom_tell_how_uncertain_the_variance_is() {
    // A variance with d degrees of freedom has itself the variance 2/d times its squared mean.
    const SAMPLES: usize = 20_000;
    for orders in [2, 5, 13] {
        let sets = OrderSet::draw_all(3, orders, 0);
        let generator = &mut ChaCha8Rng::seed_from_u64(orders as u64);
        let variances: Vec<f64> = (0..SAMPLES)
            .map(|_| {
                let amounts: Vec<Vec<f64>> = (0..orders).map(|_| vec![StandardNormal.sample(generator)]).collect();
                variances(&sets, 1, &amounts)[0]
            })
            .collect();
        let mean = variances.iter().sum::<f64>() / SAMPLES as f64;
        let variance = variances.iter().map(|one| (one - mean).powi(2)).sum::<f64>() / SAMPLES as f64;
        assert!((mean * orders as f64 - 1.0).abs() < 0.04, "{orders} orders: {mean}");
        let (found, expected) = (degrees_of_freedom(&sets), 2.0 * mean * mean / variance);
        assert!((found / expected - 1.0).abs() < 0.06, "{orders} orders: {found} instead of {expected}");
    }
}

/// The cost of the dearest member, where player i costs i + 1.
fn airport(coalition: &Coalition) -> f64 {
    coalition.iter().last().map_or(0.0, |player| (player + 1) as f64)
}

/// Smooth in how many there are.
fn saturating(coalition: &Coalition) -> f64 {
    coalition.iter().map(|player| 1.0 + (player % 3) as f64).sum::<f64>().sqrt()
}

/// Whom the others make up for in part.
fn interacting(coalition: &Coalition) -> f64 {
    let joint = |one: usize, other: usize, third: usize| {
        let members = [one, other, third].iter().filter(|&&player| coalition.contains(player)).count();
        if members == 3 { ((one * other + third) as f64).sin() } else { 0.0 }
    };
    (0..14).map(|player| joint(player, (player + 3) % 14, (player + 8) % 14)).sum()
}

fn exact(game: fn(&Coalition) -> f64) -> Vec<f64> {
    let config = ShapleyConfig::default().with_method(ShapleyMethod::Exact);
    shapley_values(&FunctionGame::new(14, game), &config).unwrap().values()
}

fn sampled(game: fn(&Coalition) -> f64, permutations: usize, seed: u64) -> ShapleyValues {
    let config = ShapleyConfig::default().with_method(ShapleyMethod::Permutations(permutations)).with_seed(seed);
    shapley_values(&FunctionGame::new(14, game), &config).unwrap()
}

/// What independent pairs of an order and its reverse give.
fn independent(game: fn(&Coalition) -> f64, permutations: usize, seed: u64) -> Vec<f64> {
    let generator = &mut ChaCha8Rng::seed_from_u64(seed);
    let mut order: Vec<usize> = (0..14).collect();
    let mut sums = vec![0.0; 14];
    for number in 0..permutations {
        if number % 2 == 0 {
            order.shuffle(generator)
        } else {
            order.reverse()
        }
        let mut coalition = Coalition::empty(14);
        let mut before = game(&coalition);
        for &player in &order {
            coalition.insert(player);
            let after = game(&coalition);
            sums[player] += (after - before) / permutations as f64;
            before = after;
        }
    }
    sums
}

fn mean_square(values: &[f64], truth: &[f64]) -> f64 {
    values.iter().zip(truth).map(|(value, truth)| (value - truth).powi(2)).sum::<f64>() / truth.len() as f64
}

#[test]
fn orders_drawn_together_have_smaller_errors_than_independent_ones() {
    for (name, game, least) in [
        ("airport", airport as fn(&Coalition) -> f64, 2.5),
        ("saturating", saturating, 3.0),
        ("interacting", interacting, 1.3),
    ] {
        let truth = exact(game);
        let (mut together, mut alone) = (0.0, 0.0);
        for seed in 0..60 {
            together += mean_square(&sampled(game, 100, seed).values(), &truth);
            alone += mean_square(&independent(game, 100, seed), &truth);
        }
        assert!(alone > least * together, "{name}: {} times smaller", alone / together);
    }
}

#[test]
fn stated_errors_cover_the_truth_as_often_as_they_say() {
    for (name, game) in
        [("airport", airport as fn(&Coalition) -> f64), ("saturating", saturating), ("interacting", interacting)]
    {
        let truth = exact(game);
        for permutations in [26, 100, 200] {
            let (mut within, mut all) = (0.0, 0.0);
            for seed in 0..300 {
                let found = sampled(game, permutations, seed);
                let student = StudentsT::new(0.0, 1.0, found.degrees_of_freedom()).unwrap().inverse_cdf(0.975);
                for ((value, error), truth) in found.values().iter().zip(found.std_errors()).zip(&truth) {
                    within += f64::from(u8::from((value - truth).abs() <= student * error + 1e-12));
                    all += 1.0;
                }
            }
            let covered = within / all;
            assert!((0.88..=0.995).contains(&covered), "{name}, {permutations} permutations: {covered}");
        }
    }
}
