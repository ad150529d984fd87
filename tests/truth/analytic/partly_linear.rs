//! Targets that are linear in many of their noises: linear-Gaussian models in which one formula is opaque, so that the noises
//! above it must be sampled while the others need no samples, and the truth is known all the same.

use super::coverage::{assert_accepted, covered_with, larger_case};
use super::missing::{assert_truth, observation, some_missing, truth};
use super::{REGIONS, assert_contributions};
use crate::linear_gaussian::{LinearGaussian, Region};
use etiology::attribution::Estimator;
use etiology::{
    AdditiveNoiseModel, AttributionConfig, CausalGraph, FeatureMap, KnownFormula, NoiseDistribution, Observation,
    Precision, ShapleyMethod, StructuralCausalModel,
};

const FLOOR: f64 = 1e-3;

/// The nodes below which an opaque formula leaves two noises or more that the target is linear in: ancestors of the target
/// with parents, but not the target.
fn opaque_nodes(case: &LinearGaussian) -> impl Iterator<Item = usize> {
    let target = case.parents.len() - 1;
    case.ancestors_and_target().into_iter().filter(move |&node| node != target && !case.parents[node].is_empty())
}

fn config() -> AttributionConfig {
    AttributionConfig::default().with_feature_map(FeatureMap::UpperTail).with_floor(FLOOR)
}

#[test]
fn contributions_are_those_of_the_closed_form() {
    let mut models = 0;
    for seed in 0..30 {
        let case = LinearGaussian::random(seed);
        for node in opaque_nodes(&case) {
            let model = case.opaque_at(node);
            for (region, feature_map) in REGIONS {
                for floor in [1e-2, 1e-4] {
                    let truth = case.truth(region, floor);
                    let config = AttributionConfig::default().with_feature_map(feature_map.clone()).with_floor(floor);
                    let found = model.attribute_outlier(&case.target(), &case.observation(), &config).unwrap();
                    let name = format!("seed {seed}, opaque node {node}, {region:?}, floor {floor}");
                    assert_eq!((found.samples, found.permutations), (Some(config.effort.samples), None), "{name}");
                    // The median that a distance is taken from is that of draws, where a formula is opaque.
                    let slack = if region == Region::Upper { 2e-3 } else { 0.06 };
                    assert_contributions(&found, &truth.contributions, slack, &name);
                    let missed = (found.score.value - truth.score).abs();
                    assert!(missed <= slack + 4.0 * found.score.std_error, "{name}: {:?}", found.score);
                    let sum: f64 = found.contributions.iter().map(|contribution| contribution.value).sum();
                    assert!((sum - found.score.value).abs() < 1e-10, "{name}");
                    models += 1;
                }
            }
        }
    }
    assert!(models > 200, "{models}");
}

#[test]
fn the_truth_is_covered_and_by_narrower_errors_than_those_of_samples_of_all_noises() {
    let case = larger_case();
    let model = case.opaque_at(3);
    let config = config().with_samples(4_096);
    assert_accepted(&covered_with(&config, &case, &model));
    let truth = case.truth(Region::Upper, FLOOR);
    let mean_square = |estimator: Estimator| {
        let squares = (0..20).map(|seed| {
            let config = config.clone().with_seed(seed).with_estimator(estimator);
            let found = model.attribute_outlier(&case.target(), &case.observation(), &config).unwrap();
            let missed =
                truth.contributions.iter().map(|(node, exact)| found.contribution(node).unwrap().value - exact);
            missed.map(|missed| missed * missed).sum::<f64>()
        });
        squares.sum::<f64>()
    };
    let (partly, all) = (mean_square(Estimator::Auto), mean_square(Estimator::MonteCarlo));
    // With a share of the samples, as many as an error of 0.02 nats needs.
    assert!(partly < 0.75 * all, "{partly} {all}");
}

#[test]
fn unknown_noises_stay_free_on_either_side_of_the_opaque_formula() {
    let (mut inner, mut outer) = (0, 0);
    for seed in 0..30 {
        let case = LinearGaussian::random(seed);
        let missing = some_missing(&case, seed);
        let event = observation(&case, &missing);
        let truth = truth(&case, &missing, Region::Upper, FLOOR);
        for node in opaque_nodes(&case) {
            let model = case.opaque_at(node);
            let found = model.attribute_outlier(&case.target(), &event, &config()).unwrap();
            assert_truth(&found, &truth, 0.03, &format!("seed {seed}, opaque node {node}"));
            let above = case.parents[node].iter().any(|&(parent, _)| missing[parent]);
            inner += usize::from(above);
            outer += usize::from(missing[node]);
        }
    }
    assert!(inner > 10 && outer > 10, "{inner} {outer}");
}

#[test]
fn more_players_than_are_enumerated_elsewhere_and_a_precision_that_is_asked_for() {
    let mut case = larger_case();
    for parent in [9, 10, 11, 12] {
        case.intercepts.push(0.1);
        case.std_devs.push(0.3);
        case.noises.push(0.1);
        case.parents.push(vec![(parent, 1.0)]);
    }
    let model = case.opaque_at(3);
    let asked = config().with_samples(1_024).with_precision(Precision::StdError(0.01));
    let found = model.attribute_outlier(&case.target(), &case.observation(), &asked).unwrap();
    assert_eq!((found.permutations, found.precision_reached), (None, Some(true)));
    assert!(found.samples > Some(1_024));
    assert_contributions(&found, &case.truth(Region::Upper, FLOOR).contributions, 0.0, "14 nodes");
    let permutations = config().with_shapley_method(ShapleyMethod::Permutations(20));
    let found = model.attribute_outlier(&case.target(), &case.observation(), &permutations).unwrap();
    assert_eq!(found.permutations, Some(20), "permutations that are asked for are what is done");
}

/// Own time, a call, two calls at once, and again: what traces of services come to.
#[test]
fn sums_of_maxima_are_linear_in_what_is_called_alone() {
    let time = |mean: f64| NoiseDistribution::exponential(mean).unwrap();
    let edges =
        [("auth", "web"), ("cart", "web"), ("list", "web"), ("cart-db", "cart"), ("log", "cart"), ("db", "auth")];
    let mut model = StructuralCausalModel::new(CausalGraph::from_edges(edges).unwrap());
    for leaf in ["list", "cart-db", "log", "db"] {
        model = model.with_mechanism(leaf, time(0.1)).unwrap();
    }
    let groups: [(&str, Vec<Vec<&str>>); 3] = [
        ("auth", vec![vec!["db"]]),
        ("cart", vec![vec!["cart-db", "log"]]),
        ("web", vec![vec!["auth"], vec!["cart", "list"]]),
    ];
    let closure = |parents: &[f64]| parents[0] + parents[1].max(parents[2]);
    let known = |model: StructuralCausalModel, node: &str, formula: KnownFormula| {
        model.with_mechanism(node, AdditiveNoiseModel::known(formula).with_noise(time(0.05))).unwrap()
    };
    for (node, groups) in groups {
        model = known(model, node, KnownFormula::sum_of_maxima(groups).unwrap());
    }
    let opaque = known(model.clone(), "web", KnownFormula::new(["auth", "cart", "list"], closure));
    let event =
        [("db", 0.5), ("auth", 0.55), ("cart-db", 0.1), ("log", 0.3), ("cart", 0.4), ("list", 0.1), ("web", 1.1)];
    let event = Observation::from_pairs(event).unwrap();
    let found = model.without_fitting().unwrap().attribute_outlier("web", &event, &config()).unwrap();
    let reference = config().with_estimator(Estimator::MonteCarlo).with_samples(1 << 18);
    let reference = opaque.without_fitting().unwrap().attribute_outlier("web", &event, &reference).unwrap();
    assert_eq!(found.ranked()[0].node, "db");
    for contribution in &found.contributions {
        let other = reference.contribution(&contribution.node).unwrap();
        let allowed = 0.003 + 4.0 * contribution.std_error.hypot(other.std_error);
        assert!((contribution.value - other.value).abs() < allowed, "{contribution:?} {other:?}");
        assert!(contribution.std_error < 0.025, "{contribution:?}");
    }
}

#[test]
fn an_event_far_out_in_a_sampled_noise_is_no_worse_than_elsewhere() {
    for size in [30.0, 1e4, 1e9] {
        let mut case = larger_case();
        case.noises[2] = size;
        let found = case.opaque_at(3).attribute_outlier(&case.target(), &case.observation(), &config()).unwrap();
        let truth = case.truth(Region::Upper, FLOOR);
        assert_contributions(&found, &truth.contributions, 0.03, &format!("{size} out"));
    }
}
