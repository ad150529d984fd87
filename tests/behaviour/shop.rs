//! The main job: every slow request of the retail website is the fault of its caching service.

use crate::retail_shop;
use crate::retail_shop::{CULPRIT, TARGET};
use etiology::attribution::Estimator;
use etiology::mechanism::AssignmentConfig;
use etiology::{Attribution, AttributionConfig, Dataset, FeatureMap, FittedModel, Observation, StructuralCausalModel};

fn shop() -> FittedModel {
    linear_shop(5_000, 1)
}

/// The shop with linear mechanisms, fitted to so many normal requests.
pub(crate) fn linear_shop(rows: usize, seed: u64) -> FittedModel {
    let normal = retail_shop::normal_requests(rows, seed).unwrap();
    let graph = retail_shop::causal_graph().unwrap();
    StructuralCausalModel::new(graph)
        .assign_mechanisms_with(&normal, &AssignmentConfig::linear())
        .unwrap()
        .fit(&normal)
        .unwrap()
}

#[test]
fn the_culprit_ranks_first_in_all_slow_requests() {
    let (model, slow) = (shop(), retail_shop::slow_requests(100, 2).unwrap());
    let config = AttributionConfig::default();
    let attributions = model.attribute_outliers(TARGET, &slow, &config).unwrap();
    let wrong: Vec<(usize, &str)> = attributions
        .iter()
        .enumerate()
        .map(|(row, attribution)| (row, attribution.ranked()[0].node.as_str()))
        .filter(|&(_, node)| node != CULPRIT.0)
        .collect();
    assert_eq!(attributions.len(), 100);
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// How many standard errors a difference may have: of 12 figures and 3 rows, one in 10⁴ repetitions would go further.
const Z: f64 = 4.8;

#[test]
fn ten_times_the_samples_move_nothing_by_more_than_the_stated_error() {
    let (model, slow) = (shop(), retail_shop::slow_requests(3, 2).unwrap());
    let run = |samples, seed| {
        let config = AttributionConfig::default()
            .with_feature_map(FeatureMap::UpperTail)
            .with_estimator(Estimator::MonteCarlo)
            .with_samples(samples)
            .with_seed(seed);
        model.attribute_outliers(TARGET, &slow, &config).unwrap()
    };
    for (few, many) in run(1_000, 8).iter().zip(&run(10_000, 9)) {
        assert_no_further_than_errors(few, many);
    }
}

fn assert_no_further_than_errors(few: &Attribution, many: &Attribution) {
    let error = few.score.std_error.hypot(many.score.std_error);
    assert!((few.score.value - many.score.value).abs() <= Z * error, "{:?} {:?}", few.score, many.score);
    for found in &few.contributions {
        let better = many.contribution(&found.node).unwrap();
        let error = found.std_error.hypot(better.std_error);
        assert!((found.value - better.value).abs() <= Z * error, "{found:?} {better:?}");
    }
}

#[test]
fn the_default_floor_follows_the_training_rows_and_not_the_samples() {
    let (model, slow) = (shop(), retail_shop::slow_requests(1, 2).unwrap());
    for samples in [100, 1_000] {
        let config = AttributionConfig::default().with_samples(samples);
        let attribution = &model.attribute_outliers(TARGET, &slow, &config).unwrap()[0];
        assert_eq!(attribution.score.floor, Some(1e-4));
    }
}

#[test]
fn fourier_inversion_agrees_with_many_samples() {
    let (model, slow) = (shop(), retail_shop::slow_requests(3, 2).unwrap());
    let inverted = model.attribute_outliers(TARGET, &slow, &AttributionConfig::default()).unwrap();
    let sampled = AttributionConfig::default().with_estimator(Estimator::MonteCarlo).with_samples(1 << 16);
    let sampled = model.attribute_outliers(TARGET, &slow, &sampled).unwrap();
    for (inverted, sampled) in inverted.iter().zip(&sampled) {
        assert_eq!((inverted.samples, sampled.samples), (None, Some(1 << 16)));
        for found in &inverted.contributions {
            let other = sampled.contribution(&found.node).unwrap();
            // A table of coalitions is refined until no contribution's error is above this.
            assert!(found.std_error <= 0.01, "{found:?}");
            assert!((found.value - other.value).abs() < 0.002 + 4.0 * other.std_error, "{found:?} {other:?}");
        }
    }
}

#[test]
fn the_culprit_is_found_with_the_value_of_any_other_node_missing() {
    let (model, slow) = (shop(), retail_shop::slow_requests(50, 2).unwrap());
    let others = model.graph().ancestors(TARGET).unwrap().into_iter().filter(|node| *node != CULPRIT.0);
    for absent in others.map(str::to_owned).collect::<Vec<_>>() {
        let column = |name: &String| {
            let column = slow.column(name).unwrap().to_vec();
            (name.clone(), if *name == absent { vec![f64::NAN; column.len()] } else { column })
        };
        let partly = Dataset::from_columns(slow.names().iter().map(column)).unwrap();
        let attributions = model.attribute_outliers(TARGET, &partly, &AttributionConfig::default()).unwrap();
        let right = attributions.iter().filter(|attribution| attribution.ranked()[0].node == CULPRIT.0).count();
        assert_eq!(right, 50, "without {absent}");
        assert!(attributions.iter().all(|attribution| attribution.missing[0].node == absent));
    }
}

#[test]
fn a_culprit_whose_value_is_missing_shows_up_in_its_child_which_is_marked() {
    let (model, slow) = (shop(), retail_shop::slow_requests(50, 2).unwrap());
    let without = slow.observations().map(|row| {
        let kept = row.names().iter().zip(row.values()).filter(|(name, _)| *name != CULPRIT.0);
        Observation::from_pairs(kept.map(|(name, value)| (name.clone(), *value))).unwrap()
    });
    for row in without {
        let attribution = model.attribute_outlier(TARGET, &row, &AttributionConfig::default()).unwrap();
        let first = &attribution.ranked()[0];
        assert_eq!(first.missing_parents, [CULPRIT.0], "{attribution}");
        assert!(attribution.contribution(CULPRIT.0).is_none());
    }
}
