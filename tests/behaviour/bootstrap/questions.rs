//! Intervals of any question: coverage, of one table and of two, shared fits, and what is refused.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{graph, rows, unfitted};
use etiology::bootstrap::{BootstrapMethod, FigureIntervals, Figures};
use etiology::intervention::{Intervention, InterventionConfig};
use etiology::{
    AdditiveNoiseModel, BootstrapConfig, CausalGraph, Dataset, Error, FittedModel, NoiseFamily, Result,
    StructuralCausalModel,
};

/// The slope of c in a, which is 1.5, and the mean of c where a is 1, which is 2.5.
fn slope_and_mean(model: &FittedModel) -> Result<Figures> {
    let config = InterventionConfig::default();
    let set = |value: f64| Intervention::new().set("a", value);
    let slope = model.average_causal_effect("c", &set(1.0), &set(0.0), &config)?.value;
    Ok(Figures::new()
        .with("slope", slope)
        .with("mean", model.interventional_target("c", &set(1.0), &config)?.mean.value))
}

fn holds(found: &FigureIntervals, name: &str, truth: f64) -> usize {
    let interval = found.figure(name).unwrap();
    usize::from(interval.lower <= truth && truth <= interval.upper)
}

/// How many data sets coverage is counted over. More: BOOTSTRAP_DATA_SETS=1000 cargo test --test behaviour questions -- --nocapture
fn data_sets() -> u64 {
    std::env::var("BOOTSTRAP_DATA_SETS").ok().and_then(|number| number.parse().ok()).unwrap_or(100)
}

/// The method of the test, or both where more is asked for.
fn methods(usual: BootstrapMethod) -> Vec<BootstrapMethod> {
    let all = [BootstrapMethod::Percentile, BootstrapMethod::BiasCorrected];
    all.into_iter().filter(|method| *method == usual || data_sets() > 100).collect()
}

/// A share has a standard error of 0.02 with 100 data sets.
fn check_coverage(method: BootstrapMethod, held: [usize; 2]) {
    let shares = held.map(|held| held as f64 / data_sets() as f64);
    println!("{method:?}: {shares:.3?}");
    assert!(shares.iter().all(|share| (0.90..=0.98).contains(share)), "{method:?}: {shares:?}");
}

#[test]
fn intervals_of_figures_of_a_model_hold_the_truth_90_to_98_percent_of_the_time() {
    let model = unfitted(NoiseFamily::Normal);
    for method in methods(BootstrapMethod::BiasCorrected) {
        let mut held = [0; 2];
        for seed in 0..data_sets() {
            let config = BootstrapConfig::default().with_resamples(199).with_method(method).with_seed(seed);
            let found = model.bootstrap(&rows(60, 1_000 + seed), &config, slope_and_mean).unwrap();
            held[0] += holds(&found, "slope", 1.5);
            held[1] += holds(&found, "mean", 2.5);
        }
        check_coverage(method, held);
    }
}

/// By how much the mean of c, and the slope in a, grow from the old rows to the new.
fn growth(old: &FittedModel, new: &FittedModel, old_rows: &Dataset, new_rows: &Dataset) -> Result<Figures> {
    let mean = |rows: &Dataset| Ok::<f64, Error>(rows.finite_column("c")?.mean().unwrap());
    let slope = |model: &FittedModel| Ok::<f64, Error>(model.mechanism("c")?.coefficients().unwrap()[0]);
    Ok(Figures::from([("mean", mean(new_rows)? - mean(old_rows)?), ("slope", slope(new)? - slope(old)?)]))
}

#[test]
fn intervals_of_a_change_of_which_both_tables_are_resampled_hold_the_truth_as_often() {
    let model = unfitted(NoiseFamily::Normal);
    for method in methods(BootstrapMethod::Percentile) {
        let mut held = [0; 2];
        for seed in 0..data_sets() {
            let config = BootstrapConfig::default().with_resamples(199).with_method(method).with_seed(seed);
            // Both of one kind: nothing grows. Few old rows and more new ones.
            let (old, new) = (rows(50, 2_000 + seed), rows(90, 4_000 + seed));
            let found = model.bootstrap_pair(&old, &new, &config, growth).unwrap();
            held[0] += holds(&found, "mean", 0.0);
            held[1] += holds(&found, "slope", 0.0);
        }
        check_coverage(method, held);
    }
}

#[test]
fn figures_share_their_fits_and_have_the_bits_that_each_has_by_itself() {
    let (model, data) = (unfitted(NoiseFamily::Empirical), rows(60, 1));
    let config = BootstrapConfig::default().with_resamples(40);
    let fits = AtomicUsize::new(0);
    let count = |_: usize, total: usize| {
        assert_eq!(total, 40 + 50);
        fits.fetch_add(1, Ordering::Relaxed);
        ControlFlow::Continue(())
    };
    let both = model.bootstrap_with(&data, &config, slope_and_mean, count).unwrap();
    assert_eq!(fits.into_inner(), 90);
    let slope = |model: &FittedModel| Ok(model.mechanism("c")?.coefficients().unwrap()[0]);
    let alone = model.bootstrap(&data, &config, slope).unwrap();
    assert_eq!((alone.figures.len(), alone.figures[0].name.as_str()), (1, "0"));
    let (alone, shared) = (alone.figures[0].interval, *both.figure("slope").unwrap());
    for (one, other) in [(alone.lower, shared.lower), (alone.upper, shared.upper), (alone.std_error, shared.std_error)]
    {
        assert!((one - other).abs() < 1e-9, "{one} {other}");
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
    assert_eq!(pool.install(|| model.bootstrap(&data, &config, slope_and_mean)).unwrap(), both);
    let printed = both.to_string();
    assert!(printed.starts_with("95% intervals over 40 resamples (0 failed)\nslope: 1."), "{printed}");
    assert!(serde_json::to_value(&both).unwrap()["figures"][1]["upper"].is_f64());
    let stopped = model.bootstrap_with(&data, &config, slope_and_mean, |_, _| ControlFlow::Break(()));
    assert!(matches!(stopped, Err(Error::Cancelled { .. })));
    let stopped = model.bootstrap_pair_with(&data, &data, &config, growth, |_, _| ControlFlow::Break(()));
    assert!(matches!(stopped, Err(Error::Cancelled { .. })));
}

#[test]
fn an_error_of_computation_is_part_of_the_interval() {
    let (model, data) = (unfitted(NoiseFamily::Normal), rows(60, 1));
    let config = BootstrapConfig::default().with_resamples(40).with_method(BootstrapMethod::Percentile);
    let with_error = |std_error: f64| {
        let found =
            model.bootstrap(&data, &config, |_| Ok(Figures::new().with_error("figure", 3.0, std_error))).unwrap();
        let interval = *found.figure("figure").unwrap();
        (interval.lower, interval.upper)
    };
    assert_eq!(with_error(0.0), (3.0, 3.0));
    let (lower, upper) = with_error(0.5);
    assert!((lower - (3.0 - 0.98)).abs() < 1e-3 && (upper - (3.0 + 0.98)).abs() < 1e-3);
}

#[test]
fn categories_of_two_tables_have_the_levels_of_both() {
    let table = |levels: [&'static str; 2], offset: f64| {
        let cost: Vec<f64> = (0..40).map(|row| offset * f64::from(row % 2) + (f64::from(row) * 1.7).sin()).collect();
        let region: Vec<&str> = (0..40).map(|row| levels[row % 2]).collect();
        Dataset::from_columns([("cost", cost)]).unwrap().with_text_column("region", region).unwrap()
    };
    let (old, new) = (table(["EU", "US"], 2.0), table(["AP", "US"], 5.0));
    let model = StructuralCausalModel::new(CausalGraph::from_edges([("region", "cost")]).unwrap())
        .with_mechanism("cost", AdditiveNoiseModel::linear())
        .and_then(|model| model.assign_mechanisms(&old))
        .unwrap();
    let config = BootstrapConfig::default().with_resamples(40).with_method(BootstrapMethod::Percentile);
    let found = model.bootstrap_pair(&old, &new, &config, |old, new, _, _| {
        let levels = |model: &FittedModel| model.levels("region").unwrap().unwrap().names().to_vec();
        assert_eq!((levels(old), levels(new)), (levels(new), vec!["AP".to_owned(), "EU".into(), "US".into()]));
        let in_us = |model: &FittedModel| {
            let in_us = Intervention::new().set_level("region", "US");
            Ok::<f64, Error>(model.interventional_target("cost", &in_us, &InterventionConfig::default())?.mean.value)
        };
        Ok(in_us(new)? - in_us(old)?)
    });
    assert!((found.unwrap().figures[0].interval.estimate - 3.0).abs() < 0.1);
}

#[test]
fn what_gives_no_figures_is_refused() {
    let (model, data) = (unfitted(NoiseFamily::Normal), rows(60, 1));
    let config = BootstrapConfig::default().with_resamples(40);
    let complaint = |ask: &(dyn Fn(&FittedModel) -> Result<Figures> + Sync)| {
        model.bootstrap(&data, &config, ask).unwrap_err().to_string()
    };
    assert!(complaint(&|_| Ok(Figures::new())).contains("the list of figures is empty"));
    assert!(complaint(&|_| Ok(Figures::from(f64::NAN))).contains("the figure `0` is NaN"));
    assert!(complaint(&|model| Ok(model.reference("nobody")?.mean().into())).contains("`nobody`"));
    let calls = AtomicUsize::new(0);
    let changing = |_: &FittedModel| Ok(Figures::from(vec![0.0; 1 + calls.fetch_add(1, Ordering::Relaxed).min(1)]));
    assert!(complaint(&changing).contains("the figures of a resample"));
    let no_columns = Dataset::from_columns([("x", vec![1.0, 2.0])]).unwrap();
    assert!(model.bootstrap(&no_columns, &config, slope_and_mean).is_err());
    assert!(model.bootstrap_pair(&data, &no_columns, &config, growth).is_err());
    assert!(model.bootstrap(&data, &config.with_resamples(1), slope_and_mean).is_err());
    assert!(graph().bootstrap(&data, &config, slope_and_mean).unwrap_err().to_string().contains("has no mechanism"));
}
