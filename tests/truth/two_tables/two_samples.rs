//! Sizes and powers of the test of whether a mechanism changed, on simulated pairs of data sets.

use etiology::independence::{Sample, two_sample_test};
use ndarray::{Array1, Array2};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, StandardNormal, StudentT};

use super::{effort, is_within};

/// What the nominal size is.
const LEVEL: f64 = 0.05;

/// A row: the parents, and the node. The flag says whether it is of the second data set.
type Draw = fn(&mut ChaCha8Rng, bool) -> (Vec<f64>, f64);

fn normal(random: &mut ChaCha8Rng) -> f64 {
    StandardNormal.sample(random)
}

/// Parents with standard normal values around a centre.
fn parents<const COUNT: usize>(random: &mut ChaCha8Rng, centre: f64) -> [f64; COUNT] {
    std::array::from_fn(|_| centre + normal(random))
}

fn heavy(random: &mut ChaCha8Rng, freedom: f64) -> f64 {
    StudentT::new(freedom).unwrap().sample(random)
}

fn rows(random: &mut ChaCha8Rng, second: bool, count: usize, draw: Draw) -> (Array1<f64>, Array2<f64>) {
    let drawn: Vec<(Vec<f64>, f64)> = (0..count).map(|_| draw(random, second)).collect();
    let given = Array2::from_shape_fn((count, drawn[0].0.len()), |(row, column)| drawn[row].0[column]);
    (drawn.iter().map(|&(_, value)| value).collect(), given)
}

/// The share of pairs of data sets in which the test rejects.
fn rejected(count: usize, levels: &[usize], draw: Draw, data_sets: usize, seed: u64) -> f64 {
    let rejects = |data_set: usize| {
        let mut random = ChaCha8Rng::seed_from_u64(seed + data_set as u64);
        let [first, second] = [false, true].map(|second| rows(&mut random, second, count, draw));
        let first = Sample { values: first.0.view(), given: first.1.view() };
        let second = Sample { values: second.0.view(), given: second.1.view() };
        two_sample_test(first, second, levels).unwrap().p_value <= LEVEL
    };
    (0..data_sets).filter(|&data_set| rejects(data_set)).count() as f64 / data_sets as f64
}

/// Name, rows of each data set, levels of the node and its parents (0 for numbers), and the mechanism, the same in both.
const UNCHANGED: [(&str, usize, &[usize], Draw); 14] = [
    ("no parents", 300, &[0], |random, _| (vec![], normal(random))),
    ("no parents, 25 rows, t with 1.5", 25, &[0], |random, _| (vec![], heavy(random, 1.5))),
    ("linear", 300, &[0, 0], |random, _| {
        let [x] = parents(random, 0.0);
        (vec![x], x + normal(random))
    }),
    ("quadratic, X moved", 300, &[0, 0], |random, second| {
        let [x] = parents(random, f64::from(second));
        (vec![x], x * x + normal(random))
    }),
    ("sine, X moved", 300, &[0, 0], |random, second| {
        let [x] = parents(random, f64::from(second));
        (vec![x], (3.0 * x).sin() + 0.5 * normal(random))
    }),
    ("sine, X moved, 3 000 rows", 3_000, &[0, 0], |random, second| {
        let [x] = parents(random, f64::from(second));
        (vec![x], (3.0 * x).sin() + 0.5 * normal(random))
    }),
    ("larger of two, X moved", 300, &[0, 0, 0], |random, second| {
        let [x, y] = parents(random, f64::from(second));
        (vec![x, y], x.max(y) + 0.3 * normal(random))
    }),
    ("product, X moved and wider", 300, &[0, 0, 0], |random, second| {
        let [x, y] = parents(random, 0.0);
        let (x, y) = if second { (1.0 + 1.3 * x, 0.5 + y) } else { (x, y) };
        (vec![x, y], x * y + 0.5 * normal(random))
    }),
    ("multiplicative, X moved", 300, &[0, 0, 0], |random, second| {
        let [x, y] = parents(random, 0.7 * f64::from(second));
        (vec![x, y], (x + 0.5 * y + 0.5 * normal(random)).exp())
    }),
    ("spread by X, X moved", 300, &[0, 0], |random, second| {
        let [x] = parents(random, f64::from(second));
        (vec![x], x + (0.7 * x).exp() * normal(random))
    }),
    ("noise t with 2, X moved", 300, &[0, 0, 0], |random, second| {
        let [x, y] = parents(random, f64::from(second));
        (vec![x, y], x - y + heavy(random, 2.0))
    }),
    ("25 rows, five parents", 25, &[0; 6], |random, _| {
        let x: [f64; 5] = parents(random, 0.0);
        (x.to_vec(), x[0] - x[1] + 0.5 * x[2] + normal(random))
    }),
    ("counts, ties, X moved", 300, &[0, 0], |random, second| {
        let x = f64::from(random.random_range(0..4_i32) + i32::from(second && random.random::<f64>() < 0.5));
        (vec![x], (x + 1.5 * normal(random)).round())
    }),
    ("categories, X moved", 300, &[3, 4], |random, second| {
        let x = if second && random.random::<f64>() < 0.4 { 3 } else { random.random_range(0..4_usize) };
        let split = [0.2, 0.5, 0.7, 0.4][x];
        let y = match random.random::<f64>() {
            u if u < split => 0.0,
            u if u < split + 0.2 => 1.0,
            _ => 2.0,
        };
        (vec![x as f64], y)
    }),
];

/// Name, levels, the mechanism, and the least power with 300 rows of each data set: of the first three what a kernel test of
/// conditional independence has there.
const CHANGED: [(&str, &[usize], Draw, f64); 5] = [
    (
        "shift",
        &[0, 0],
        |random, second| {
            let [x] = parents(random, 0.0);
            (vec![x], x + normal(random) + 0.3 * f64::from(second))
        },
        0.92,
    ),
    (
        "slope",
        &[0, 0],
        |random, second| {
            let [x] = parents(random, 0.0);
            (vec![x], (1.0 + 0.3 * f64::from(second)) * x + normal(random))
        },
        0.59,
    ),
    (
        "spread",
        &[0, 0],
        |random, second| {
            let [x] = parents(random, 0.0);
            (vec![x], x + (1.0 + 0.3 * f64::from(second)) * normal(random))
        },
        0.65,
    ),
    (
        "shape",
        &[0, 0],
        |random, second| {
            let [x] = parents(random, 0.0);
            let exponential = -(1.0 - random.random::<f64>()).ln() - 1.0;
            (vec![x], x + if second { exponential } else { normal(random) })
        },
        0.9,
    ),
    (
        "new parent",
        &[0, 0, 0],
        |random, second| {
            let [x, y] = parents(random, 0.0);
            (vec![x, y], x + 0.3 * f64::from(second) * y + normal(random))
        },
        0.6,
    ),
];

#[test]
fn sizes_are_3_to_7_percent() {
    let (data_sets, seed) = effort(60);
    for (name, count, levels, draw) in UNCHANGED {
        let data_sets = if count > 1_000 { data_sets.div_ceil(5) } else { data_sets };
        let share = rejected(count, levels, draw, data_sets, seed);
        println!("{name}: {share:.3}");
        assert!(is_within(share, [0.03, 0.07], data_sets), "{name}: {share}");
    }
}

#[test]
fn five_kinds_of_change_are_found() {
    let (data_sets, seed) = effort(60);
    for (name, levels, draw, least) in CHANGED {
        let share = rejected(300, levels, draw, data_sets, seed);
        println!("{name}: {share:.3}, at least {least}");
        assert!(is_within(share, [least, 1.0], data_sets), "{name}: {share}");
    }
}
