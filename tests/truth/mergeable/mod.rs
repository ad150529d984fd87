//! The promises of samples against simulations, and exact moments against numbers that cancel.

use etiology::mergeable::{FitAccumulator, FitAccumulatorConfig, KeyedSample, RowKeys};
use etiology::{AdditiveNoiseModel, CausalGraph, NoiseDistribution, NoiseFamily, StructuralCausalModel};
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};

/// The largest difference of the sample's shares from those of a uniform distribution.
fn distance_from_uniform(sample: &KeyedSample) -> f64 {
    let mut values = sample.to_dataset().unwrap().column("x").unwrap().to_vec();
    values.sort_unstable_by(f64::total_cmp);
    let count = values.len() as f64;
    let gaps = values.iter().enumerate().map(|(rank, x)| (x - rank as f64 / count).max((rank + 1) as f64 / count - x));
    gaps.fold(0.0, f64::max)
}

#[test]
fn samples_are_as_near_as_is_stated_as_often_as_is_stated() {
    const RUNS: u64 = 1_000;
    let confidence = 0.9;
    let mut further = 0;
    for run in 0..RUNS {
        let mut random = ChaCha8Rng::seed_from_u64(run);
        let mut sample = KeyedSample::new(["x"], 40, run).unwrap();
        // Keys as they are: one after another, in steps, from anywhere.
        let (start, step) = (run * 1_000_003, 1 + run % 5);
        let keys: Vec<u64> = (0..400).map(|row| start + step * row).collect();
        let values: Vec<f64> = keys.iter().map(|_| random.random::<f64>()).collect();
        sample.add_columns(RowKeys::Numbers(&keys), &[&values]).unwrap();
        let stated = sample.distance("x", confidence).unwrap();
        assert_eq!(stated.rows, 40);
        further += u64::from(distance_from_uniform(&sample) > stated.distance);
    }
    // At most a tenth, up to three standard deviations of the count; and not for being far too wide: the bound is sharp within a few
    // per cent for 40 values.
    assert!((50..=128).contains(&further), "{further} of {RUNS}");
}

#[test]
fn every_row_is_as_likely_to_be_sampled_as_any_other() {
    // The value is the key: were hashes of neighbours alike, the sample would lump.
    let keys: Vec<u64> = (0..20_000).collect();
    let values: Vec<f64> = keys.iter().map(|&key| (key as f64 + 0.5) / 20_000.0).collect();
    let mut further = 0;
    for seed in 0..200 {
        let mut sample = KeyedSample::new(["x"], 500, seed).unwrap();
        sample.add_columns(RowKeys::Numbers(&keys), &[&values]).unwrap();
        let stated = sample.distance("x", 0.9).unwrap();
        further += u64::from(distance_from_uniform(&sample) > stated.distance);
    }
    assert!((6..=34).contains(&further), "{further} of 200");
}

#[test]
fn residuals_of_the_sample_are_the_noise_within_the_stated_distance() {
    // y = 2x + uniform noise on (0, 1): shares of the fitted noise against those of the true one.
    let graph = CausalGraph::from_edges([("x", "y")]).unwrap();
    let model = StructuralCausalModel::new(graph)
        .with_mechanism("x", NoiseFamily::Normal)
        .and_then(|model| model.with_mechanism("y", AdditiveNoiseModel::linear()))
        .unwrap();
    let mut further = 0;
    for run in 0..60 {
        let mut random = ChaCha8Rng::seed_from_u64(run);
        let config = FitAccumulatorConfig::default().with_sample_rows(100).with_seed(run);
        let mut accumulator = FitAccumulator::new(&model, config).unwrap();
        let keys: Vec<u64> = (0..20_000).collect();
        let x: Vec<f64> = keys.iter().map(|_| 10.0 * random.random::<f64>()).collect();
        let y: Vec<f64> = x.iter().map(|x| 2.0 * x + random.random::<f64>()).collect();
        accumulator.add_columns(RowKeys::Numbers(&keys), &["x", "y"], &[&x, &y]).unwrap();
        let fitted = accumulator.fit().unwrap();
        let mechanism = fitted.mechanism("y").unwrap();
        let NoiseDistribution::Empirical(noise) = mechanism.noise() else { panic!("{mechanism}") };
        // The intercept has the mean of the noise, as well as 20 000 rows tell it.
        let count = noise.values().len() as f64;
        let gap = |(rank, value): (usize, &f64)| {
            let x = value + 0.5;
            (x - rank as f64 / count).max((rank + 1) as f64 / count - x)
        };
        let found = noise.values().iter().enumerate().map(gap).fold(0.0, f64::max);
        further += u64::from(found > accumulator.sample().distance("y", 0.9).unwrap().distance);
    }
    assert!(further <= 12, "{further} of 60");
}

#[test]
fn a_mean_of_a_billion_beside_a_deviation_of_one_costs_no_digits() {
    // Two values, mean ± 1, so that mean, deviation and slope are known exactly.
    let graph = CausalGraph::from_edges([("x", "y")]).unwrap();
    let model = StructuralCausalModel::new(graph)
        .with_mechanism("x", NoiseFamily::Normal)
        .and_then(|model| model.with_mechanism("y", AdditiveNoiseModel::linear().with_noise(NoiseFamily::Normal)))
        .unwrap();
    for mean in [0.0, 1e9, 1e15] {
        let mut accumulator =
            FitAccumulator::new(&model, FitAccumulatorConfig::default().with_sample_rows(100)).unwrap();
        for batch in 0..100_u64 {
            let keys: Vec<u64> = (0..400).map(|row| 400 * batch + row).collect();
            let x: Vec<f64> = keys.iter().map(|key| mean + if key % 2 == 0 { 1.0 } else { -1.0 }).collect();
            // Half the deviation of x, and ±1 beside it that is not correlated with it.
            let y: Vec<f64> = keys
                .iter()
                .map(|key| mean + if key % 2 == 0 { 2.0 } else { -2.0 } + if key % 4 < 2 { 1.0 } else { -1.0 })
                .collect();
            accumulator.add_columns(RowKeys::Numbers(&keys), &["x", "y"], &[&x, &y]).unwrap();
        }
        let fitted = accumulator.fit().unwrap();
        let x = fitted.mechanism("x").unwrap().noise();
        assert_eq!((x.mean(), x.variance().sqrt()), (mean, 1.0));
        let y = fitted.mechanism("y").unwrap();
        assert!((y.coefficients().unwrap()[0] - 2.0).abs() < 1e-14, "{mean}: {y}");
        // Two parameters of 40 000 rows.
        let expected = 40_002.0 / 39_998.0;
        assert!((y.noise().variance() / expected - 1.0).abs() < 1e-13, "{mean}: {}", y.noise().variance());
    }
}
