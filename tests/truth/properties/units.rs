//! Units, offsets and rare events: what a score must not depend on.

use etiology::{
    AdditiveNoiseModel, AttributionConfig, CausalGraph, FeatureMap, KnownFormula, NoiseDistribution, Observation,
    StructuralCausalModel,
};
use proptest::prelude::*;

use super::{CASES, Case, Kind, Node, config, generate, shifts};

/// A linear model with noise everywhere, so that fits succeed, and a moved event.
fn linear_cases() -> impl Strategy<Value = Case> {
    let node = any::<(u8, u8)>().prop_map(|(one, other)| Node { parents: one & other, kind: Kind::Sum, exponent: 0 });
    prop::collection::vec(node, 2..=6).prop_flat_map(|nodes| {
        let noise = prop::collection::vec(prop::collection::vec(-1.0..1.0, 30..31), nodes.len());
        (Just(nodes), noise, 0..4_u8, shifts()).prop_map(|(nodes, noise, question, shift)| {
            let (edges, columns) = generate(&nodes, &noise);
            // 255: every node gets its default mechanism, a root its data or a linear regression.
            Case { edges, columns, question, permutations: false, known: 255, shift }
        })
    })
}

/// Compares the contributions before and after the columns are multiplied by these powers of two.
fn assert_units_do_not_matter(case: &Case, exponents: &[i32]) -> Result<(), TestCaseError> {
    let mut rescaled = case.clone();
    for (column, &exponent) in rescaled.columns.iter_mut().zip(exponents.iter().cycle()) {
        column.iter_mut().for_each(|value| *value *= 2_f64.powi(exponent));
    }
    // Only where shrinking a counterexample made a column constant.
    let plain = case.attribute().map_err(|error| TestCaseError::reject(error.to_string()))?;
    let rescaled = rescaled.attribute().map_err(|error| TestCaseError::fail(error.to_string()))?;
    prop_assert!((plain.score.value - rescaled.score.value).abs() <= 1e-9, "{:?}\n{:?}", plain.score, rescaled.score);
    for contribution in &plain.contributions {
        let value = rescaled.contribution(&contribution.node).map(|rescaled| rescaled.value);
        prop_assert!(
            (contribution.value - value.unwrap_or(f64::NAN)).abs() <= 1e-9,
            "{:?} became {:?}",
            contribution,
            value
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(config(CASES))]

    #[test]
    fn one_unit_for_all_columns_does_not_matter(case in linear_cases(), exponent in -40..40) {
        assert_units_do_not_matter(&case, &[exponent])?;
    }

    // Bytes beside seconds: each column has its own unit.
    #[test]
    fn the_unit_of_each_column_does_not_matter(
        case in linear_cases(),
        exponents in prop::collection::vec(-40..40, 6),
    ) {
        assert_units_do_not_matter(&case, &exponents)?;
    }
}

/// One or two hits leave a score uncertain, which is a matter of its standard error, but it is not of another order.
#[test]
fn a_single_hit_gives_a_score_near_the_logarithm_of_its_frequency() {
    let model = StructuralCausalModel::new(CausalGraph::from_nodes_and_edges(["x"], [("x", "y")]).unwrap())
        .with_mechanism("x", NoiseDistribution::normal(0.0, 1.0).unwrap())
        .and_then(|model| {
            let same = AdditiveNoiseModel::known(KnownFormula::sum(["x"]));
            model.with_mechanism("y", same.with_noise(NoiseDistribution::constant(0.0)?))
        })
        .and_then(|model| model.without_fitting())
        .unwrap();
    let event = Observation::from_pairs([("x", 3.719), ("y", 3.719)]).unwrap();
    let (mut counted, mut few) = (0, 0);
    for seed in 0..50 {
        // A closure cannot be integrated, so hits are counted: P{N(0, 1) ≥ 3.719} = 1e-4, one in 10 000 samples.
        let config =
            AttributionConfig::default().with_feature_map(FeatureMap::custom(|y| y)).with_floor(1e-8).with_seed(seed);
        let score = model.attribute_outlier("y", &event, &config).unwrap().score;
        let hits = score.tail_probability.unwrap() * 10_000.0;
        counted += 1;
        if (0.5..2.5).contains(&hits) {
            few += 1;
            // ln 10 000 = 9.2; the bias of a logarithm of one or two hits is about half a nat.
            assert!((8.0..10.5).contains(&score.value), "seed {seed}, {hits:.1} hits: {score:?}");
        }
    }
    assert!(few >= counted / 4, "{few} of {counted} seeds have one or two hits");
}

/// An event far out is no less surprising because a byte count is large.
#[test]
fn a_large_number_elsewhere_does_not_hide_an_outlier() {
    let normal = |mean, std_dev| NoiseDistribution::normal(mean, std_dev).unwrap();
    let seconds = KnownFormula::weighted_sum([("bytes", 1e-12)]).unwrap();
    let model = StructuralCausalModel::new(CausalGraph::from_edges([("bytes", "seconds")]).unwrap())
        .with_mechanism("bytes", normal(1e9, 1e8))
        .unwrap()
        .with_mechanism("seconds", AdditiveNoiseModel::known(seconds).with_noise(normal(1e-6, 1e-7)))
        .unwrap()
        .without_fitting()
        .unwrap();
    // About 40 standard deviations of its noise.
    let event = Observation::from_pairs([("bytes", 1e9), ("seconds", 1.005e-3)]).unwrap();
    let config = AttributionConfig::default().with_feature_map(FeatureMap::UpperTail);
    let usual = model.attribute_outlier("seconds", &event, &config).unwrap();
    // P{N(1.001 ms, 0.1 ms) ≥ 1.005 ms} = 0.484, so not an outlier at all, but no certainty either.
    assert!((usual.score.value - 0.7257).abs() < 0.01, "{usual}");
    let event = Observation::from_pairs([("bytes", 1e9), ("seconds", 2e-3)]).unwrap();
    let slow = model.attribute_outlier("seconds", &event, &config).unwrap();
    assert_eq!(slow.ranked()[0].node, "seconds", "{slow}");
    assert!(slow.score.value > 9.0, "{slow}");
}
