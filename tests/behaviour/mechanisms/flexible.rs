//! Mechanisms beyond the linear: they invert exactly, survive saving, and can be attributed to.

use etiology::attribution::Estimator;
use etiology::mechanism::{
    CausalMechanism, DiscreteAdditiveNoiseModel, FittedMechanism, LinearRegression, Link, LocationScaleModel,
    ParentFunction, PolynomialRegression, PostNonlinearModel,
};
use etiology::{
    AdditiveNoiseModel, AttributionConfig, CausalGraph, Dataset, Error, FeatureMap, FittedModel, KnownFormula,
    Mechanism, NoiseDistribution, NoiseFamily, Observation, Quantity, StructuralCausalModel,
};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

fn draws(noise: &NoiseDistribution, count: usize, seed: u64) -> Vec<f64> {
    let mut values = vec![0.0; count];
    noise.sample_into(&mut ChaCha8Rng::seed_from_u64(seed), &mut values);
    values
}

fn normals(count: usize, seed: u64) -> Vec<f64> {
    draws(&NoiseDistribution::normal(0.0, 1.0).unwrap(), count, seed)
}

/// Positive parents a, b and, by f(a, b, standard normal noise), y.
fn data(rows: usize, seed: u64, f: impl Fn(f64, f64, f64) -> f64) -> Dataset {
    let log_normal = NoiseDistribution::log_normal(0.0, 0.5).unwrap();
    let (a, b) = (draws(&log_normal, rows, seed), draws(&log_normal, rows, seed + 1));
    let y = (0..rows).zip(normals(rows, seed + 2)).map(|(row, noise)| f(a[row], b[row], noise)).collect();
    Dataset::from_columns([("a", a), ("b", b), ("y", y)]).unwrap()
}

fn fit(data: &Dataset, mechanism: impl Into<CausalMechanism>) -> Result<FittedModel, Error> {
    let graph = CausalGraph::from_edges([("a", "y"), ("b", "y")])?;
    StructuralCausalModel::new(graph)
        .with_mechanism("a", NoiseFamily::Empirical)?
        .with_mechanism("b", NoiseFamily::Empirical)?
        .with_mechanism("y", mechanism)?
        .fit(data)
}

fn fitted(data: &Dataset, mechanism: impl Into<CausalMechanism>) -> FittedMechanism {
    fit(data, mechanism).unwrap().mechanism("y").unwrap().clone()
}

fn linear() -> LinearRegression {
    LinearRegression::ordinary()
}

/// One mechanism of every kind that is fitted, with data that it can be fitted to.
fn one_of_each(rows: usize, seed: u64) -> Vec<(&'static str, Dataset, CausalMechanism)> {
    let additive = data(rows, seed, |a, b, noise| 2.0 + a * b - b * b + 0.3 * noise);
    let positive = data(rows, seed, |a, b, noise| (0.2 + 0.7 * a.ln() - 0.4 * b + 0.2 * noise).exp());
    let rate = data(rows, seed, |a, b, noise| 1.0 / (1.0 + (a - b + 0.3 * noise).exp()));
    let growing = data(rows, seed, |a, b, noise| a + b + a * noise);
    let counts = data(rows, seed, |a, b, noise| (3.0 * a + b * b).round() + (2.0 * noise).round());
    let quadratic = || PolynomialRegression::new(2).unwrap();
    #[cfg_attr(not(feature = "boosted-trees"), expect(unused_mut))]
    let mut all: Vec<(&'static str, Dataset, CausalMechanism)> = vec![
        ("linear", additive.clone(), AdditiveNoiseModel::linear().into()),
        ("polynomial", additive.clone(), AdditiveNoiseModel::polynomial().into()),
        ("maximum", additive.clone(), AdditiveNoiseModel::known(KnownFormula::maximum(["b", "a"])).into()),
        ("log", positive.clone(), PostNonlinearModel::log(linear()).into()),
        ("log of logs", positive.clone(), PostNonlinearModel::log(quadratic()).with_log_parents().into()),
        ("log1p", positive, PostNonlinearModel::log1p(quadratic()).into()),
        ("logit", rate, PostNonlinearModel::logit(linear()).into()),
        ("identity", additive.clone(), PostNonlinearModel::new(Link::Identity, linear()).into()),
        ("location and scale", growing.clone(), LocationScaleModel::linear().into()),
        ("polynomial location", growing, LocationScaleModel::new(quadratic()).into()),
        ("discrete", counts.clone(), DiscreteAdditiveNoiseModel::linear().into()),
        ("discrete polynomial", counts, DiscreteAdditiveNoiseModel::new(quadratic()).into()),
    ];
    #[cfg(feature = "boosted-trees")]
    {
        all.push(("trees", additive.clone(), AdditiveNoiseModel::boosted_trees().into()));
        let trees = etiology::mechanism::BoostedTrees::default().with_trees(20);
        all.push(("trees of varying noise", additive, LocationScaleModel::new(trees).into()));
    }
    all
}

#[test]
fn the_noise_of_every_kind_gives_back_the_value_it_was_recovered_from() {
    let config =
        ProptestConfig { cases: 12, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..Default::default() };
    proptest!(config, |(seed in 0_u64..1_000_000, rows in 60_usize..300)| {
        for (kind, data, mechanism) in one_of_each(rows, seed) {
            let model = fit(&data, mechanism).unwrap();
            let mechanism = model.mechanism("y").unwrap();
            let spread = model.reference("y").unwrap().variance().sqrt();
            for row in 0..rows {
                let values = data.row(row).unwrap();
                let parents: Vec<f64> =
                    model.mechanism_parents("y").unwrap().iter().map(|name| values.get(name).unwrap()).collect();
                let y = values.get("y").unwrap();
                // The row itself, and parents far outside their range.
                for far in [1.0, 30.0, -30.0] {
                    let parents: Vec<f64> = parents.iter().map(|parent| parent * far).collect();
                    let noise = mechanism.estimate_noise(&parents, y);
                    let back = mechanism.evaluate(&parents, noise);
                    // Digits that f(parents) is larger than the value are lost to any mechanism.
                    let size = y.abs().max(spread).max(if far == 1.0 { 0.0 } else { mechanism.evaluate(&parents, 0.0).abs() });
                    prop_assert!(noise.is_finite() && (back - y).abs() <= 1e-9 * size, "{} {} {}", kind, y, back);
                }
            }
        }
    });
}

#[test]
fn columns_and_rows_agree_and_simulated_values_are_finite() {
    for (kind, data, mechanism) in one_of_each(120, 5) {
        let model = fit(&data, mechanism).unwrap();
        let drawn = model.draw_samples(2_000, 3).unwrap();
        let mechanism = model.mechanism("y").unwrap();
        for row in 0..2_000 {
            let values = drawn.row(row).unwrap();
            let parents: Vec<f64> =
                model.mechanism_parents("y").unwrap().iter().map(|name| values.get(name).unwrap()).collect();
            let y = values.get("y").unwrap();
            let noise = mechanism.estimate_noise(&parents, y);
            let back = mechanism.evaluate(&parents, noise);
            assert!((back - y).abs() <= 1e-9 * y.abs().max(1.0), "{kind}: {y} {back}");
        }
    }
}

#[test]
fn every_kind_survives_a_round_trip_bit_by_bit() {
    for (kind, data, mechanism) in one_of_each(150, 9) {
        let mechanism = fitted(&data, mechanism);
        let json = serde_json::to_string(&mechanism).unwrap();
        let loaded: FittedMechanism = serde_json::from_str(&json).unwrap();
        assert_eq!(serde_json::to_string(&loaded).unwrap(), json, "{kind}");
        assert_eq!(loaded.noise(), mechanism.noise());
        for (a, b, noise) in [(0.5, 1.5, 0.1), (40.0, 0.01, -0.5), (-3.0, 1.0, 2.0)] {
            let values = [&loaded, &mechanism].map(|mechanism| mechanism.evaluate(&[a, b], noise).to_bits());
            assert_eq!(values[0], values[1], "{kind}");
        }
    }
}

#[derive(Debug)]
struct Doubled;

impl Mechanism for Doubled {
    fn evaluate(&self, _: &[f64], noise: f64) -> f64 {
        2.0 * noise
    }
    fn estimate_noise(&self, _: &[f64], value: f64) -> f64 {
        value / 2.0
    }
}

#[test]
fn code_cannot_be_saved_and_says_so() {
    let data = data(50, 1, |a, b, noise| a + b + noise);
    let formula = AdditiveNoiseModel::known(KnownFormula::new(["a", "b"], |parents| parents[0] * parents[1]));
    let error = serde_json::to_string(&fitted(&data, formula)).unwrap_err().to_string();
    assert!(error.contains("closure"), "{error}");
    let custom = etiology::CustomMechanism::new(["a", "b"], Doubled);
    let error = serde_json::to_string(&fitted(&data, custom)).unwrap_err().to_string();
    assert!(error.contains("custom mechanism Doubled"), "{error}");
    let error = serde_json::from_str::<FittedMechanism>(r#"{"function":"Noise"}"#).unwrap_err().to_string();
    assert!(error.contains("noise"), "{error}");
}

#[test]
fn values_outside_a_link_are_refused_by_node_row_and_value() {
    let good = data(50, 1, |a, b, noise| (a - b + noise).exp());
    let bad = data(50, 1, |a, b, noise| a - b + noise);
    let y = bad.column("y").unwrap();
    let row = y.iter().position(|&y| y <= 0.0).unwrap();
    let error = fit(&bad, PostNonlinearModel::log(linear())).unwrap_err();
    assert!(matches!(error, Error::OutsideDomain { .. }), "{error}");
    let message = error.to_string();
    assert!(message.contains(&format!("node `y` in training row {row}")) && message.contains("above 0"), "{message}");
    assert!(message.contains(&y[row].to_string()), "{message}");
    let error = fit(&bad, PostNonlinearModel::logit(linear())).unwrap_err().to_string();
    assert!(error.contains("between 0 and 1"), "{error}");
    let error = fit(&bad, PostNonlinearModel::log1p(linear())).unwrap_err().to_string();
    assert!(error.contains("above -1"), "{error}");
    let error = fit(&bad, DiscreteAdditiveNoiseModel::linear()).unwrap_err().to_string();
    assert!(error.contains("an integer") && error.contains("row 0"), "{error}");

    let model = fit(&good, PostNonlinearModel::log(linear())).unwrap();
    let event = Observation::from_pairs([("a", 1.0), ("b", 1.0), ("y", -2.0)]).unwrap();
    let error = model.attribute_outlier("y", &event, &AttributionConfig::default()).unwrap_err().to_string();
    assert!(error.contains("observed value of node `y`") && error.contains("is -2"), "{error}");
}

/// A power law with multiplied noise is a linear model of the logarithms, and an outlier region of the upper tail is the
/// same event on either scale: so are all contributions.
#[test]
fn a_power_law_is_attributed_like_the_linear_model_of_its_logarithms() {
    let data = data(400, 3, |a, b, noise| 3.0 * a.powf(1.5) / b * (0.3 * noise).exp());
    let logs = |name| (name, data.column(name).unwrap().iter().map(|value| value.ln()).collect::<Vec<f64>>());
    let logs = Dataset::from_columns(["a", "b", "y"].map(logs)).unwrap();
    let power = fit(&data, PostNonlinearModel::log(linear()).with_log_parents()).unwrap();
    let straight = fit(&logs, AdditiveNoiseModel::linear()).unwrap();
    let event = [("a", 1.2_f64), ("b", 0.4), ("y", 30.0)];
    let log_event = Observation::from_pairs(event.map(|(name, value)| (name, value.ln()))).unwrap();
    let event = Observation::from_pairs(event).unwrap();
    for estimator in [Estimator::Auto, Estimator::MonteCarlo, Estimator::Counting] {
        let config = |estimator| {
            AttributionConfig::default()
                .with_feature_map(FeatureMap::UpperTail)
                .with_estimator(estimator)
                .with_samples(1 << 14)
        };
        let found = power.attribute_outlier("y", &event, &config(estimator)).unwrap();
        let truth = straight.attribute_outlier("y", &log_event, &config(Estimator::Auto)).unwrap();
        for expected in &truth.contributions {
            let found = found.contribution(&expected.node).unwrap();
            let room = 0.02 + 4.0 * found.std_error.hypot(expected.std_error);
            assert!((found.value - expected.value).abs() < room, "{estimator:?} {found:?} {expected:?}");
        }
    }
}

#[test]
fn every_kind_is_attributed_to_by_every_estimator_and_contributions_sum_to_the_score() {
    for (kind, data, mechanism) in one_of_each(150, 13) {
        let model = fit(&data, mechanism).unwrap();
        let mut event = data.row(7).unwrap();
        let largest = data.column("y").unwrap().fold(0.0_f64, |largest, &y| largest.max(y));
        event = Observation::from_pairs(["a", "b", "y"].map(|name| match name {
            "y" if kind == "logit" => ("y", 0.9999),
            "y" => ("y", 3.0 * largest),
            _ => (name, event.get(name).unwrap()),
        }))
        .unwrap();
        for estimator in [Estimator::Auto, Estimator::MonteCarlo, Estimator::Counting] {
            for quantity in [Quantity::ItScore, Quantity::MeanDeviation] {
                let config = AttributionConfig::default().with_estimator(estimator).with_quantity(quantity);
                let attribution = model.attribute_outlier("y", &event, &config).unwrap();
                let sum: f64 = attribution.contributions.iter().map(|contribution| contribution.value).sum();
                let score = attribution.score.value;
                assert!((sum - score).abs() <= 1e-9 * score.abs().max(1.0), "{kind} {estimator:?}: {sum} {score}");
                assert_eq!(attribution.ranked()[0].node, "y", "{kind} {estimator:?} {quantity:?}");
            }
        }
    }
}

#[test]
fn the_scale_of_the_noise_is_found_and_kept_within_the_training_range() {
    // ln s = −1 + 0.8 a.
    let data = data(4_000, 21, |a, b, noise| 2.0 * a - b + (0.8 * a - 1.0).exp() * noise);
    let mechanism = fitted(&data, LocationScaleModel::linear());
    assert!((mechanism.noise().variance() - 1.0).abs() < 0.05, "{}", mechanism.noise().variance());
    let scale = |a: f64| mechanism.evaluate(&[a, 1.0], 1.0) - mechanism.evaluate(&[a, 1.0], 0.0);
    for a in [0.3, 1.0, 2.0] {
        let expected = (0.8 * a - 1.0_f64).exp();
        assert!((scale(a) / expected - 1.0).abs() < 0.15, "{a}: {} {expected}", scale(a));
    }
    // But for the rounding of 2e5, of which it is the difference.
    assert!((scale(1e4) / scale(1e5) - 1.0).abs() < 1e-10);
    assert!(scale(-1e9) > 0.0);
}

#[test]
fn discrete_models_draw_integers() {
    let data = data(500, 2, |a, b, noise| (3.0 * a + b).round() + noise.round());
    let model = fit(&data, DiscreteAdditiveNoiseModel::linear()).unwrap();
    let drawn = model.draw_samples(1_000, 1).unwrap();
    assert!(drawn.column("y").unwrap().iter().all(|y| y.fract() == 0.0));
}

/// Residuals of rows that a flexible regression was fitted to are too small to be its noise.
#[test]
fn the_noise_of_flexible_regressions_is_larger_than_their_training_residuals() {
    let truth = |a: f64, b: f64, noise: f64| a * b + noise;
    let train = data(70, 31, truth);
    #[cfg_attr(not(feature = "boosted-trees"), expect(unused_mut))]
    let mut mechanisms = vec![("cubic", AdditiveNoiseModel::new(PolynomialRegression::new(3).unwrap()))];
    #[cfg(feature = "boosted-trees")]
    mechanisms.push(("trees", AdditiveNoiseModel::boosted_trees()));
    for (kind, model) in mechanisms {
        let mechanism = fitted(&train, model);
        let spread = |data: &Dataset| {
            let rows = data.rows();
            let squares = (0..rows).map(|row| {
                let values = data.row(row).unwrap();
                let [a, b, y] = ["a", "b", "y"].map(|name| values.get(name).unwrap());
                mechanism.estimate_noise(&[a, b], y).powi(2)
            });
            (squares.sum::<f64>() / rows as f64).sqrt()
        };
        let learned = mechanism.noise().variance().sqrt();
        assert!(learned > spread(&train), "{kind}: {learned} should exceed the training rows' {}", spread(&train));
    }
}

#[test]
fn a_maximum_keeps_its_fitted_noise() {
    let data = data(500, 4, |a, b, noise| a.max(b) + 0.1 * noise);
    let mechanism = fitted(&data, AdditiveNoiseModel::known(KnownFormula::maximum(["a", "b"])));
    assert!(matches!(mechanism.parent_function(), Some(ParentFunction::Maximum)));
    assert!((mechanism.noise().variance().sqrt() - 0.1).abs() < 0.01);
}

#[test]
fn too_few_rows_are_refused_by_name() {
    let data = data(8, 1, |a, b, noise| a + b + noise);
    let error = fit(&data, AdditiveNoiseModel::new(PolynomialRegression::new(3).unwrap())).unwrap_err();
    assert!(matches!(&error, Error::TooFewRows { needed: 11, found: 8, .. }), "{error}");
    assert!(error.to_string().contains("node `y`"), "{error}");
}
