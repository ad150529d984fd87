//! Results depend on data, configuration and seed alone: the same bits for any number of threads, alone or in a batch.

use crate::known_models;
use crate::many_parents;
use crate::retail_shop;
use crate::shop::linear_shop;
use etiology::attribution::{Estimator, NoiseSampling};
use etiology::{
    Attribution, AttributionConfig, Dataset, FittedModel, KnownFormula, Precision, Quantity, ShapleyMethod,
    StructuralCausalModel,
};

fn with_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}

fn shop() -> FittedModel {
    linear_shop(1_000, 3)
}

fn configurations() -> Vec<AttributionConfig> {
    let permutations = ShapleyMethod::Permutations(25);
    let default = AttributionConfig::default().with_seed(5);
    let sampled = default.clone().with_samples(500).with_estimator(Estimator::MonteCarlo);
    vec![
        default.clone(),
        default.clone().with_shapley_method(permutations),
        default.with_quantity(Quantity::MeanDeviation),
        sampled.clone(),
        sampled.clone().with_shapley_method(permutations),
        sampled.clone().with_noise_sampling(NoiseSampling::MonteCarlo),
        sampled.clone().with_estimator(Estimator::Counting),
        sampled.with_shapley_method(permutations).with_precision(Precision::StdError(0.1)),
    ]
}

#[test]
fn one_two_and_eight_threads_give_the_same_bits_from_fit_to_result() {
    let slow = retail_shop::slow_requests(3, 4).unwrap();
    for config in configurations() {
        let run =
            |threads| with_threads(threads, || shop().attribute_outliers(retail_shop::TARGET, &slow, &config).unwrap());
        let one: Vec<Attribution> = run(1);
        assert_eq!(one, run(2));
        assert_eq!(one, run(8));
    }
}

#[test]
fn a_row_alone_and_in_a_batch_gives_the_same_bits() {
    let (model, slow) = (shop(), retail_shop::slow_requests(4, 4).unwrap());
    for config in configurations() {
        let batch = model.attribute_outliers(retail_shop::TARGET, &slow, &config).unwrap();
        let rows = slow.observations();
        let alone = rows.map(|row| model.attribute_outlier(retail_shop::TARGET, &row, &config).unwrap());
        assert_eq!(batch, alone.collect::<Vec<_>>());
    }
}

#[test]
fn rows_with_gaps_give_the_same_bits_alone_in_a_batch_and_on_any_number_of_threads() {
    let (model, slow) = (shop(), retail_shop::slow_requests(4, 4).unwrap());
    let mut values = slow.values().to_owned();
    let target = slow.names().iter().position(|name| name == retail_shop::TARGET).unwrap();
    for (row, mut cells) in values.rows_mut().into_iter().enumerate() {
        cells.iter_mut().enumerate().filter(|(place, _)| *place != target && (row + place) % 3 == 0).for_each(
            |(_, value)| {
                *value = f64::NAN;
            },
        );
    }
    let gaps = Dataset::from_array(slow.names().to_vec(), values.view()).unwrap();
    for config in configurations() {
        let run =
            |threads| with_threads(threads, || model.attribute_outliers(retail_shop::TARGET, &gaps, &config).unwrap());
        let batch = run(1);
        assert!(batch.iter().all(|attribution| !attribution.missing.is_empty()));
        assert_eq!(batch, run(3));
        let alone = gaps.observations();
        let alone = alone.map(|row| model.attribute_outlier(retail_shop::TARGET, &row, &config).unwrap());
        assert_eq!(batch, alone.collect::<Vec<_>>());
    }
}

#[test]
fn a_target_that_is_linear_in_some_noises_only_gives_the_same_bits_on_any_number_of_threads() {
    let normal = retail_shop::normal_requests(1_000, 3).unwrap();
    let model = StructuralCausalModel::new(retail_shop::causal_graph().unwrap());
    let model = model.assign_mechanisms(&normal).unwrap().fit(&normal).unwrap();
    let slow = retail_shop::slow_requests(3, 4).unwrap();
    let config = AttributionConfig::default().with_samples(2_000).with_seed(5);
    let run =
        |threads| with_threads(threads, || model.attribute_outliers(retail_shop::TARGET, &slow, &config).unwrap());
    let batch = run(1);
    assert!(batch.iter().all(|attribution| attribution.samples == Some(2_000) && attribution.permutations.is_none()));
    assert_eq!(batch, run(2));
    assert_eq!(batch, run(8));
    let alone = slow.observations().map(|row| model.attribute_outlier(retail_shop::TARGET, &row, &config).unwrap());
    assert_eq!(batch, alone.collect::<Vec<_>>());
}

#[test]
fn a_share_of_the_samples_where_it_does_is_the_same_on_any_number_of_threads() {
    // More players than are enumerated, and enough samples for a share of them to do.
    let mut values = [0.5; 14];
    values[3] = 9.0;
    let (model, event) = many_parents::model_and_event(KnownFormula::maximum, 1.0, &values, 9.5);
    let config = AttributionConfig::default().with_samples(4_096);
    let [one, two, eight] =
        [1, 2, 8].map(|threads| with_threads(threads, || model.attribute_outlier("target", &event, &config).unwrap()));
    assert_eq!(one.ranked()[0].node, "n3");
    assert!(one == two && one == eight);
}

#[test]
fn custom_mechanisms_and_known_models_repeat_too() {
    for case in known_models::all().unwrap() {
        let config = AttributionConfig::default()
            .with_feature_map(case.feature_map)
            .with_floor(known_models::FLOOR)
            .with_samples(2_000);
        let run = || case.model.attribute_outlier(case.target, &case.observation, &config).unwrap();
        assert_eq!(with_threads(1, run), with_threads(8, run), "{}", case.name);
    }
}

#[test]
fn another_seed_gives_other_figures() {
    let (model, slow) = (shop(), retail_shop::slow_requests(1, 4).unwrap());
    let run = |seed| {
        let config =
            AttributionConfig::default().with_estimator(Estimator::MonteCarlo).with_samples(1_000).with_seed(seed);
        model.attribute_outliers(retail_shop::TARGET, &slow, &config).unwrap()[0].score.value
    };
    assert_ne!(run(1), run(2));
}
