//! What several groups share: the shop's fitted model, the settings, and how a case is timed.

use std::cell::OnceCell;
use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId};
use etiology::mechanism::AssignmentConfig;
use etiology::{AttributionConfig, FeatureMap, FittedModel, ShapleyMethod, StructuralCausalModel};

pub(crate) use crate::must::must;
use crate::random_models::Case;
use crate::retail_shop;

/// The rows that the shop's model is fitted to.
pub(crate) const NORMAL_ROWS: usize = 5_000;
/// A case that takes longer than this once is not repeated.
pub(crate) const LONGEST_RUN: Duration = Duration::from_secs(10);

/// The request of the example `online_shop`: row and seed of the slow requests.
const SLOW_REQUEST: (usize, u64) = (5, 2);

/// The shop's model with the slow request of the example.
pub(crate) fn shop() -> etiology::Result<Case> {
    shop_with(&AssignmentConfig::linear())
}

/// The same with mechanisms chosen by cross-validation, one of which is a maximum.
pub(crate) fn assigned_shop() -> etiology::Result<Case> {
    shop_with(&AssignmentConfig::default())
}

fn shop_with(mechanisms: &AssignmentConfig) -> etiology::Result<Case> {
    let (row, seed) = SLOW_REQUEST;
    let normal = retail_shop::normal_requests(NORMAL_ROWS, 1)?;
    let model = StructuralCausalModel::new(retail_shop::causal_graph()?);
    Ok(Case {
        model: model.assign_mechanisms_with(&normal, mechanisms)?.fit(&normal)?,
        target: retail_shop::TARGET.to_owned(),
        event: retail_shop::slow_requests(100, seed)?.row(row)?,
    })
}

/// The shop's model with linear mechanisms, learned from normal requests.
pub(crate) fn shop_model() -> etiology::Result<FittedModel> {
    Ok(shop()?.model)
}

/// The default settings, for values that are too large.
pub(crate) fn default_settings() -> AttributionConfig {
    AttributionConfig::default().with_feature_map(FeatureMap::UpperTail)
}

/// The samples and permutations that DoWhy's `gcm.attribute_anomalies` takes unless told otherwise.
pub(crate) fn dowhy_budget() -> AttributionConfig {
    default_settings().with_samples(3_000).with_shapley_method(ShapleyMethod::Permutations(25))
}

/// What [`dowhy_budget`] is called in a benchmark's id.
pub(crate) const DOWHY_BUDGET: &str = "25_permutations_3000_samples";

/// Times one event, all that the call does from the fitted model on.
///
/// The case is made when the benchmark is first run: one that the filter leaves out costs nothing.
pub(crate) fn time_event(
    group: &mut BenchmarkGroup<'_, WallTime>,
    id: BenchmarkId,
    config: &AttributionConfig,
    make: impl Fn() -> etiology::Result<Case>,
) {
    let case: OnceCell<Case> = OnceCell::new();
    group.bench_function(id, |bencher| {
        let Case { model, target, event } = case.get_or_init(|| {
            let case = must(make());
            // An error would be fast, and look like a good figure.
            must(case.model.attribute_outlier(&case.target, &case.event, config));
            case
        });
        bencher.iter(|| model.attribute_outlier(target, black_box(event), config));
    });
}

/// How long some work takes, run once.
pub(crate) fn once<T>(work: impl FnOnce() -> etiology::Result<T>) -> Duration {
    let start = Instant::now();
    must(work());
    start.elapsed()
}

/// Whether a case can be repeated; if not, says so.
pub(crate) fn affordable(case: &str, expected: Duration) -> bool {
    let affordable = expected <= LONGEST_RUN;
    if !affordable {
        println!("{case}: SKIPPED, one run would take about {:.0} s", expected.as_secs_f64());
    }
    affordable
}
