//! Timing, and the contributions of every seed.

use std::collections::BTreeMap;
use std::time::Instant;

use etiology::{Attribution, AttributionConfig, CausalGraph, Dataset, FittedModel, Observation, Result};
use serde_json::{Value, json};

use crate::arguments::Arguments;

/// One object:
///
/// ```text
/// {"fit_seconds": median, "cold_seconds": median, "warm_seconds": median or null,
///  "floor": ε, "samples": m or null, "permutations": p or null,
///  "contributions": {"node": [one number per seed, ...], ...}, "std_errors": {the same}}
/// ```
pub(crate) fn measure(arguments: &Arguments) -> Result<Value> {
    let normal = Dataset::from_csv_path(arguments.data.join("normal.csv"))?;
    let event = Dataset::from_csv_path(arguments.data.join("events.csv"))?.row(arguments.row)?;
    let graph = CausalGraph::from_call_graph_csv_path(arguments.data.join("calls.csv"))?;
    let model = arguments.model.unfitted(graph, &normal)?;

    let target = arguments.target.as_deref().unwrap_or(arguments.model.target());

    let (fit_times, mut fits) = timed(arguments.repeats, || model.fit(&normal))?;
    let fitted = fits.swap_remove(0);
    let mut cold_times = Vec::new();
    let mut attributions = Vec::new();
    for seed in arguments.seeds() {
        let config = arguments.config().with_seed(seed);
        let (times, mut results) = timed(arguments.repeats, || cold(&fitted, target, &event, &config))?;
        cold_times.extend(times);
        attributions.push(results.swap_remove(0));
    }
    let last = &attributions[attributions.len() - 1];
    Ok(json!({
        "fit_seconds": median(fit_times),
        "cold_seconds": median(cold_times),
        // A target prepared once and asked again would be timed here, as `cold` is.
        "warm_seconds": Value::Null,
        "floor": last.score.floor,
        // What was done, not what was asked for: permutations come in pairs, and a closed form needs no samples.
        "samples": last.samples,
        "permutations": last.permutations,
        "contributions": per_node(&attributions, |contribution| contribution.value),
        "std_errors": per_node(&attributions, |contribution| contribution.std_error),
    }))
}

/// Everything from the fitted model on: nothing is kept from an earlier call.
fn cold(fitted: &FittedModel, target: &str, event: &Observation, config: &AttributionConfig) -> Result<Attribution> {
    fitted.attribute_outlier(target, event, config)
}

/// The seconds and the result of each run.
fn timed<T>(repeats: u64, work: impl Fn() -> Result<T>) -> Result<(Vec<f64>, Vec<T>)> {
    let mut times = Vec::new();
    let mut results = Vec::new();
    for _ in 0..repeats {
        let start = Instant::now();
        let result = work()?;
        times.push(start.elapsed().as_secs_f64());
        results.push(result);
    }
    Ok((times, results))
}

/// A figure of every node, one per seed.
fn per_node(
    attributions: &[Attribution],
    figure: impl Fn(&etiology::Contribution) -> f64,
) -> BTreeMap<String, Vec<f64>> {
    let mut figures: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for contribution in attributions.iter().flat_map(Attribution::ranked) {
        figures.entry(contribution.node.clone()).or_default().push(figure(contribution));
    }
    figures
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) }
}
