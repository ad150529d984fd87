//! Settings that cannot be, and mechanisms of a user that break their promise.

use etiology::attribution::Estimator;
use etiology::{
    AdditiveNoiseModel, Attribution, AttributionConfig, CausalGraph, CustomMechanism, Error, FeatureMap, KnownFormula,
    NoiseDistribution, Observation, ShapleyMethod, StructuralCausalModel,
};

use super::{case, check, event, known_custom, known_pair, known_pair_with};

fn attribute(config: AttributionConfig) -> Result<Attribution, Error> {
    known_pair()?.attribute_outlier("b", &event()?, &config)
}

/// Attributes the event in the model with this mechanism of b.
fn attribute_with(mechanism: CustomMechanism) -> Result<Attribution, Error> {
    known_pair_with(mechanism)?.attribute_outlier("b", &event()?, &AttributionConfig::default())
}

#[test]
fn configurations() {
    let with =
        |change: fn(AttributionConfig) -> AttributionConfig| move || attribute(change(AttributionConfig::default()));
    check(vec![
        case("zero samples", with(|c| c.with_samples(0)), &["number of samples", "32", "is 0"]),
        case("31 samples", with(|c| c.with_samples(31)), &["number of samples", "32", "is 31"]),
        case(
            "samples beyond all memory",
            with(|c| c.with_samples(usize::MAX).with_feature_map(FeatureMap::custom(|x| x))),
            &["number of samples"],
        ),
        case(
            "0 permutations",
            with(|c| c.with_shapley_method(ShapleyMethod::Permutations(0))),
            &["permutations", "is 0"],
        ),
        case(
            "1 permutation",
            with(|c| c.with_shapley_method(ShapleyMethod::Permutations(1))),
            &["permutations", "is 1"],
        ),
        case(
            "2 permutations",
            with(|c| c.with_shapley_method(ShapleyMethod::Permutations(2))),
            &["permutations", "is 2"],
        ),
        case(
            "permutations beyond all memory",
            with(|c| c.with_shapley_method(ShapleyMethod::Permutations(usize::MAX))),
            &["permutations"],
        ),
        case("floor -0.1", with(|c| c.with_floor(-0.1)), &["floor", "-0.1"]),
        case("floor 1", with(|c| c.with_floor(1.0)), &["floor", "is 1"]),
        case("floor 2", with(|c| c.with_floor(2.0)), &["floor", "is 2"]),
        case("floor NaN", with(|c| c.with_floor(f64::NAN)), &["floor", "NaN"]),
        case(
            "feature map of NaN at the observation",
            with(|c| c.with_feature_map(FeatureMap::custom(|x| if x == 9.0 { f64::NAN } else { x }))),
            &["custom feature map", "NaN", "9"],
        ),
        case(
            "feature map of NaN at the samples",
            with(|c| c.with_feature_map(FeatureMap::custom(|x| if x == 9.0 { x } else { f64::NAN }))),
            &["custom feature map", "NaN"],
        ),
        case(
            "floor 0 and a tail that no sample hits",
            with(|c| c.with_floor(0.0).with_samples(100).with_estimator(Estimator::Counting)),
            &["100 samples", "no node", "floor"],
        ),
        case(
            // Keeping b's noise of 0 leaves only a, which a closure hides from integration, and no sample of N(0, 1)
            // reaches 6.
            "floor 0 and a coalition that no sample hits",
            || {
                let edge = AdditiveNoiseModel::known(KnownFormula::new(["a"], |p| p[0]))
                    .with_noise(NoiseDistribution::uniform(-9.0, 9.0)?);
                let event = Observation::from_pairs([("a", 6.0), ("b", 6.0)])?;
                let config =
                    AttributionConfig::default().with_floor(0.0).with_samples(100).with_estimator(Estimator::Counting);
                known_pair_with(edge)?.attribute_outlier("b", &event, &config)
            },
            &["100 samples", "`b`", "floor"],
        ),
    ]);
}

#[test]
fn user_mechanisms() {
    check(vec![
        case("evaluates to NaN", || attribute_with(known_custom(|_, _| f64::NAN, |a, x| x - a)?), &["`b`", "NaN"]),
        case(
            "evaluates to infinity",
            || attribute_with(known_custom(|_, _| f64::INFINITY, |a, x| x - a)?),
            &["`b`", "inf"],
        ),
        case(
            // Only where a sample of the noise is large, so that the observation itself is fine.
            "evaluates some samples to NaN",
            || attribute_with(known_custom(|a, n| if n > 2.0 && n < 4.0 { f64::NAN } else { a + n }, |a, x| x - a)?),
            &["`b`", "NaN", "evaluate"],
        ),
        case(
            "recovers NaN",
            || attribute_with(known_custom(|a, n| a + n, |_, _| f64::NAN)?),
            &["`b`", "NaN", "recover"],
        ),
        case(
            "recovers infinity",
            || attribute_with(known_custom(|a, n| a + n, |_, _| f64::NEG_INFINITY)?),
            &["`b`", "-inf", "recover"],
        ),
        case(
            "is not invertible",
            || attribute_with(known_custom(|a, n| a + n, |a, x| x + a)?),
            &["`b`", "not invertible", "13", "17"],
        ),
        case(
            // b is in seconds, its parent in bytes: an error of 9 s is no rounding error however many bytes there are.
            "is not invertible beside a large parent",
            || {
                let model = known_pair_with(known_custom(|a, n| 1e-9 * a + n, |_, _| 0.0)?)?;
                let event = Observation::from_pairs([("a", 1e9), ("b", 10.0)])?;
                model.attribute_outlier("b", &event, &AttributionConfig::default())
            },
            &["`b`", "not invertible", "10"],
        ),
        case(
            "formula evaluates to NaN without data",
            || {
                let formula = KnownFormula::new(["a"], |p| if p[0] > 1.0 { f64::NAN } else { p[0] });
                let noise = NoiseDistribution::normal(0.0, 1.0)?;
                known_pair_with(AdditiveNoiseModel::known(formula).with_noise(noise))
            },
            &["`b`", "NaN"],
        ),
        case(
            "known noise overflows",
            || {
                // 1e300 is a number, as are all quantiles of it, but not its sum with itself a thousand million times.
                let graph = CausalGraph::from_edges([("a", "b")])?;
                let sum = KnownFormula::weighted_sum([("a", 1e9)])?;
                let sum = AdditiveNoiseModel::known(sum).with_noise(NoiseDistribution::normal(0.0, 1.0)?);
                let model = StructuralCausalModel::new(graph)
                    .with_mechanism("a", NoiseDistribution::normal(1e300, 1.0)?)?
                    .with_mechanism("b", sum)?;
                model.without_fitting()?.draw_samples(100, 1)
            },
            &["`b`", "inf"],
        ),
        case("known noise is beyond numbers", || NoiseDistribution::log_normal(0.0, 1000.0), &["finite", "inf"]),
        case(
            "known noise is known to be beyond numbers",
            || NoiseDistribution::exponential(f64::MAX),
            &["quantile", "inf"],
        ),
        case(
            "weighted sum overflows",
            || {
                let sum = KnownFormula::weighted_sum([("a", f64::MAX)])?;
                let noise = NoiseDistribution::normal(0.0, 1.0)?;
                known_pair_with(AdditiveNoiseModel::known(sum).with_noise(noise))?.draw_samples(100, 1)
            },
            &["`b`", "inf"],
        ),
    ]);
}
