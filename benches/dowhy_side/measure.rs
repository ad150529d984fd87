//! Timing, and what came out.

use std::collections::BTreeMap;
use std::time::Instant;

use etiology::attribution::Contribution;
use etiology::{
    Attribution, AttributionConfig, CausalGraph, Dataset, FittedModel, Observation, Result, StructuralCausalModel,
};
use serde_json::{Value, json};

use crate::arguments::Arguments;

/// One object:
///
/// ```text
/// {"fit_seconds": median, "cold_seconds": median, "warm_seconds": median,
///  "floor": ε, "samples": m or null, "permutations": p or null,
///  "contributions": {"node": nats, ...}, "std_errors": {"node": nats, ...}}
/// ```
pub(crate) fn measure(arguments: &Arguments) -> Result<Value> {
    let normal = Dataset::from_csv_path(arguments.data.join("normal.csv"))?;
    let event = Dataset::from_csv_path(arguments.data.join("events.csv"))?.row(arguments.row)?;
    let graph = CausalGraph::from_call_graph_csv_path(arguments.data.join("calls.csv"))?;
    let model = arguments.model.unfitted(graph, &normal)?;
    let target = arguments.target.as_deref().unwrap_or(arguments.model.target());

    let (fit_times, mut fits) = timed(arguments.repeats, || model.fit(&normal))?;
    let fitted = fits.swap_remove(0);
    let config = arguments.config();
    let (cold_times, attributions) = timed(arguments.repeats, || cold(&fitted, target, &event, &config))?;
    let attributor = fitted.attributor(target, config.clone())?;
    let (warm_times, _) = timed(arguments.repeats, || attributor.attribute(&event))?;
    let attribution = &attributions[0];
    Ok(json!({
        "fit_seconds": median(fit_times),
        "cold_seconds": median(cold_times),
        // With an attributor that was prepared before.
        "warm_seconds": median(warm_times),
        "floor": attribution.score.floor,
        // What was done, not what was asked for: permutations come in pairs, and a closed form needs no samples.
        "samples": attribution.samples,
        "permutations": attribution.permutations,
        "contributions": per_node(attribution, |contribution| contribution.value),
        "std_errors": per_node(attribution, |contribution| contribution.std_error),
    }))
}

/// The seconds that choosing a mechanism for every node and fitting them takes, and the choices:
///
/// ```text
/// {"seconds": median, "mechanisms": {"node": "mechanism", ...}}
/// ```
pub(crate) fn assignment(arguments: &Arguments) -> Result<Value> {
    let normal = Dataset::from_csv_path(arguments.data.join("normal.csv"))?;
    let graph = CausalGraph::from_call_graph_csv_path(arguments.data.join("calls.csv"))?;
    let (times, mut models) = timed(arguments.repeats, || {
        let model = StructuralCausalModel::new(graph.clone()).assign_mechanisms(&normal)?;
        model.fit(&normal)?;
        Ok(model)
    })?;
    let model = models.swap_remove(0);
    let nodes = model.assignment_report().into_iter().flat_map(|report| &report.nodes);
    let mechanisms: BTreeMap<&str, &str> = nodes.map(|node| (node.node.as_str(), node.mechanism.as_str())).collect();
    Ok(json!({ "seconds": median(times), "mechanisms": mechanisms }))
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

/// A figure of every node.
fn per_node(attribution: &Attribution, figure: impl Fn(&Contribution) -> f64) -> BTreeMap<&str, f64> {
    attribution.ranked().iter().map(|contribution| (contribution.node.as_str(), figure(contribution))).collect()
}

pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) }
}
