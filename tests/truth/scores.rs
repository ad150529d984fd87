//! Feature maps, outlier regions and information-theoretic scores.

use etiology::mechanism::AssignmentConfig;
use etiology::score::{ItScore, ItScorer, it_score};
use etiology::{
    AdditiveNoiseModel, CausalGraph, Dataset, FeatureMap, KnownFormula, NoiseDistribution, Observation,
    StructuralCausalModel,
};

fn reference(values: &[f64]) -> NoiseDistribution {
    NoiseDistribution::empirical(values).unwrap()
}

fn hundred() -> NoiseDistribution {
    reference(&(1..=100).map(f64::from).collect::<Vec<_>>())
}

#[test]
fn a_score_is_the_negative_log_of_the_smoothed_tail_probability() {
    let score = ItScore::from_tail_probability(0.01, 1e-3).unwrap();
    assert!((score.nats() + (0.011_f64 / 1.001).ln()).abs() < 1e-14);
    assert!((score.ceiling() - 1001_f64.ln()).abs() < 1e-12);
    assert!(!score.is_saturated());
    assert_eq!(ItScore::from_tail_probability(1.0, 0.3).unwrap().nats(), 0.0);
}

#[test]
fn without_a_floor_a_score_is_exactly_the_negative_log_and_never_saturated() {
    let score = ItScore::from_tail_probability(1e-300, 0.0).unwrap();
    assert_eq!(score.nats(), -(1e-300_f64.ln()));
    assert!(!score.is_saturated());
    assert_eq!(score.ceiling(), f64::INFINITY);
}

#[test]
fn beyond_all_references_a_score_is_saturated_at_its_ceiling() {
    // ln(2n + 1) = 8.6997 for n = 3000, the largest score that the reference implementation gives with its 3000
    // samples.
    let reference: Vec<f64> = (0..3000).map(f64::from).collect();
    let scorer = ItScorer::calibrate(&reference).unwrap();
    let far = scorer.score(1e9).unwrap();
    assert!(far.is_saturated() && (far.nats() - 6001_f64.ln()).abs() < 1e-12);
    assert_eq!(far.nats(), scorer.score(3000.0).unwrap().nats());
    assert!(!scorer.score(2999.0).unwrap().is_saturated());
}

#[test]
fn ties_count_as_at_least_as_anomalous() {
    // −ln((3 + ½)/(5 + ½))
    let score = it_score(&[0.0, 0.0, 7.0, 7.0, 7.0], 7.0).unwrap();
    assert!((score.nats() - (5.5_f64 / 3.5).ln()).abs() < 1e-12);
    assert_eq!(score.tail_probability(), 0.6);
}

#[test]
fn a_lower_floor_tells_far_from_farther_where_the_references_reach() {
    let reference: Vec<f64> = (0..100).map(f64::from).collect();
    let scorer = ItScorer::calibrate(&reference).unwrap().with_floor(0.0).unwrap();
    assert!((scorer.score(99.0).unwrap().nats() - 100_f64.ln()).abs() < 1e-12);
    assert!(scorer.score(100.0).is_err(), "an infinite score is an error, not a number");
}

#[test]
fn scores_of_any_detector_are_calibrated_by_rank_alone() {
    let scores: Vec<f64> = (0..50).map(|i| f64::from(i) * 0.37).collect();
    let transformed: Vec<f64> = scores.iter().map(|score| score.exp()).collect();
    for query in [0.1, 5.0, 18.0, 100.0] {
        assert_eq!(it_score(&scores, query).unwrap(), it_score(&transformed, query.exp()).unwrap());
    }
}

#[test]
fn tails_are_regions_from_the_observed_value_outwards() {
    let upper = FeatureMap::UpperTail.outlier_region(&hundred(), 90.0).unwrap();
    assert_eq!((upper.lower(), upper.upper()), (f64::NEG_INFINITY, 90.0));
    let lower = FeatureMap::LowerTail.outlier_region(&hundred(), 10.0).unwrap();
    assert_eq!((lower.lower(), lower.upper()), (10.0, f64::INFINITY));
    assert!(lower.contains(10.0) && !lower.contains(10.5));
}

#[test]
fn distances_are_mirrored_about_the_median_and_the_mean() {
    let skewed = reference(&[0.0, 1.0, 2.0, 3.0, 14.0]);
    let median = FeatureMap::DistanceFromMedian.outlier_region(&skewed, 5.0).unwrap();
    assert_eq!((median.lower(), median.upper()), (-1.0, 5.0));
    let mean = FeatureMap::ZScore.outlier_region(&skewed, 5.0).unwrap();
    assert_eq!((mean.lower(), mean.upper()), (3.0, 5.0));
}

#[test]
fn the_two_sided_quantile_takes_as_many_from_the_other_tail() {
    for (observed, (lower, upper)) in
        [(97.0, (4.0, 97.0)), (4.0, (4.0, 97.0)), (100.0, (1.0, 100.0)), (1.0, (1.0, 100.0))]
    {
        let region = FeatureMap::TwoSidedQuantile.outlier_region(&hundred(), observed).unwrap();
        assert_eq!((region.lower(), region.upper()), (lower, upper), "{observed}");
    }
}

#[test]
fn the_two_sided_quantile_agrees_with_its_definition_value_by_value() {
    // Ties and skew: the region must hold exactly the values whose smaller mid-rank is no larger.
    let values = [0.0, 0.0, 0.0, 1.0, 1.0, 2.0, 3.0, 3.0, 8.0, 20.0, 20.0];
    let reference = reference(&values);
    let smaller_rank = |x: f64| {
        let count = |keep: &dyn Fn(f64) -> bool| values.iter().filter(|&&value| keep(value)).count();
        let ties = count(&|value| value == x);
        (2 * count(&|value| value > x) + ties).min(2 * count(&|value| value < x) + ties)
    };
    for observed in [-1.0, 0.0, 0.5, 1.0, 2.0, 2.5, 3.0, 8.0, 10.0, 20.0, 30.0] {
        let region = FeatureMap::TwoSidedQuantile.outlier_region(&reference, observed).unwrap();
        assert!(region.contains(observed));
        for value in values {
            let expected = smaller_rank(value) <= smaller_rank(observed);
            assert_eq!(region.contains(value), expected, "{value} for {observed}: {region:?}");
        }
    }
}

#[test]
fn beyond_all_values_the_two_sided_quantile_reaches_just_beyond_the_other_end() {
    let region = FeatureMap::TwoSidedQuantile.outlier_region(&hundred(), 1e6).unwrap();
    assert!(region.lower() < 1.0 && region.lower() > 0.999_999);
    assert!(!region.contains(1.0) && region.contains(0.99));
}

#[test]
fn a_known_distribution_is_its_own_reference() {
    let normal = NoiseDistribution::normal(10.0, 2.0).unwrap();
    for feature_map in [FeatureMap::DistanceFromMedian, FeatureMap::ZScore, FeatureMap::TwoSidedQuantile] {
        let region = feature_map.outlier_region(&normal, 15.0).unwrap();
        assert!((region.lower() - 5.0).abs() < 1e-8 && region.upper() == 15.0, "{feature_map:?}: {region:?}");
    }
    // Of an exponential of mean 1, P{X ≥ ln 10} = 0.1, and the lowest tenth ends at −ln 0.9.
    let exponential = NoiseDistribution::exponential(1.0).unwrap();
    let region = FeatureMap::TwoSidedQuantile.outlier_region(&exponential, 10_f64.ln()).unwrap();
    assert!((region.lower() + 0.9_f64.ln()).abs() < 1e-12);
    let region = FeatureMap::TwoSidedQuantile.outlier_region(&exponential, -(0.9_f64.ln())).unwrap();
    assert!((region.upper() - 10_f64.ln()).abs() < 1e-12);
}

#[test]
fn a_custom_feature_map_counts_where_a_region_cannot() {
    // Extreme means close to a multiple of 10, which is no region.
    let feature = FeatureMap::custom(|x| -(x / 10.0 - (x / 10.0).round()).abs());
    assert!(feature.outlier_region(&hundred(), 20.0).is_none());
    let data = Dataset::from_columns([("x", (1..=100).map(f64::from).collect::<Vec<_>>())]).unwrap();
    let graph = CausalGraph::from_nodes_and_edges(["x"], Vec::<(String, String)>::new()).unwrap();
    let model = StructuralCausalModel::new(graph)
        .assign_mechanisms_with(&data, &AssignmentConfig::linear())
        .unwrap()
        .fit(&data)
        .unwrap();
    let scores = model.node_scores(&Observation::from_pairs([("x", 20.0)]).unwrap(), &feature).unwrap();
    assert_eq!(scores[0].marginal.unwrap().tail_probability(), 0.1);
    // The same of a distribution known without values, by its quantiles.
    let uniform =
        StructuralCausalModel::new(CausalGraph::from_nodes_and_edges(["x"], Vec::<(&str, &str)>::new()).unwrap())
            .with_mechanism("x", NoiseDistribution::uniform(0.0, 100.0).unwrap())
            .and_then(|model| model.without_fitting())
            .unwrap();
    let scores = uniform.node_scores(&Observation::from_pairs([("x", 21.0)]).unwrap(), &feature).unwrap();
    assert!((scores[0].marginal.unwrap().tail_probability() - 0.2).abs() < 1e-3);
}

#[test]
fn node_scores_tell_the_unusual_node_from_its_unusual_effect() {
    let graph = CausalGraph::from_edges([("db", "api")]).unwrap();
    let api =
        AdditiveNoiseModel::known(KnownFormula::sum(["db"])).with_noise(NoiseDistribution::normal(0.0, 1.0).unwrap());
    let model = StructuralCausalModel::new(graph)
        .with_mechanism("db", NoiseDistribution::normal(0.0, 1.0).unwrap())
        .and_then(|model| model.with_mechanism("api", api))
        .and_then(|model| model.without_fitting())
        .unwrap();
    let observation = Observation::from_pairs([("db", 4.0), ("api", 4.5)]).unwrap();
    let scores = model.node_scores(&observation, &FeatureMap::default()).unwrap();
    let (db, api) = (&scores[0], &scores[1]);
    assert_eq!((db.node.as_str(), api.node.as_str()), ("db", "api"));
    assert_eq!((db.noise, api.noise), (Some(4.0), Some(0.5)));
    assert!(db.marginal.unwrap().nats() > 8.0 && api.marginal.unwrap().nats() > 5.0, "both look unusual by themselves");
    assert!(
        db.conditional.unwrap().nats() > 8.0 && api.conditional.unwrap().nats() < 0.6,
        "only db is, given its parents"
    );
    // 2·P{Z ≥ 0.5} = 0.617075 (tables of the normal distribution).
    assert!((api.conditional.unwrap().tail_probability() - 0.617_075).abs() < 1e-6);
}
