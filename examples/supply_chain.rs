//! From one week to the next a retailer receives twice as much. Which step of the supply chain changed?
//!
//! A retailer submits orders by demand and constraints, vendors confirm them, and what they confirmed arrives. The five quantities and
//! their formulas are those of the supply chain in DoWhy's documentation: between its two weeks of 1 000 products the mean demand grows from
//! 2 to 4, and vendors confirm twice what was submitted. Each of the two adds 3 to the mean of what is received, the mean of what it adds
//! first (2 · 1 and 1 · 2) and what it adds second (2 · 2 and 1 · 4). The example fails if that is not found.
//!
//! ```text
//! cargo run --release --example supply_chain
//! ```

#[path = "shared/quiet_pipe.rs"]
mod quiet_pipe;

use etiology::change::ChangeConfig;
use etiology::robust_change::{RobustChangeConfig, robust_change};
use etiology::{CausalGraph, Dataset, Result, StructuralCausalModel};
use rand::{SeedableRng, rngs::ChaCha8Rng};
use rand_distr::{Distribution, Gamma};

const RECEIVED: &str = "received";
/// The names of the columns, and what the change of each mechanism adds to the mean of what is received.
const NODES: [(&str, f64); 5] =
    [("demand", 3.0), ("constraint", 0.0), ("submitted", 0.0), ("confirmed", 3.0), (RECEIVED, 0.0)];

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    quiet_pipe::end_with_the_reader();
    let (first, second) = (week(2.0, 1.0, 1)?, week(4.0, 2.0, 2)?);
    let graph = CausalGraph::from_edges([
        ("demand", "submitted"),
        ("constraint", "submitted"),
        ("submitted", "confirmed"),
        ("confirmed", RECEIVED),
    ])?;
    let model = StructuralCausalModel::new(graph.clone()).assign_mechanisms(&first)?;
    let change = model.distribution_change(&first, &second, RECEIVED, &ChangeConfig::default().with_resamples(200))?;
    // Without any model: regressions and odds, of which one may be wrong.
    let robust = robust_change(&graph, &first, &second, RECEIVED, &RobustChangeConfig::default())?;

    println!("Mean units of a product received, from the first week to the second, by the mechanism that changed:\n");
    println!("{:<12}{:>6}   {:<28}{:>8}   multiply robust", "", "truth", "by the models, 95 %", "p-value");
    for (node, truth) in NODES {
        let (Some(part), sure) = (change.contribution(node), robust.contribution(node)?) else { continue };
        let modelled = with_interval(part.value, part.interval.map(|(low, high)| [low, high]));
        let p_value = part.p_value.map_or_else(String::new, |p_value| match p_value {
            p_value if p_value < 0.001 => "< 0.001".to_owned(),
            p_value => format!("{p_value:.3}"),
        });
        let robust = with_interval(sure.value, Some(sure.interval));
        println!("{node:<12}{truth:>6.2}   {modelled:<28}{p_value:>8}   {robust}");
    }
    let total = with_interval(change.total.value, change.total.interval.map(|(low, high)| [low, high]));
    let robust_total = with_interval(robust.change.value, Some(robust.change.interval));
    println!("{:<12}{:>6.2}   {total:<28}{:>8}   {robust_total}", "all", 6.0, "");
    let observed = change.observed.unwrap_or(f64::NAN);
    println!("\nObserved: {observed:.3}, of which the models leave {:.3}.", change.remainder.unwrap_or(f64::NAN));

    // Whole units hide how demand lies within one, so that a test may see a little of that in the orders.
    let is_most = |value: f64| value.abs() > 0.1 * change.total.value.abs();
    let changed = change.ranked().iter().filter(|part| is_most(part.value)).map(|part| part.node.as_str());
    let mut changed: Vec<&str> = changed.collect();
    changed.sort_unstable();
    println!("What changed it: {}.", changed.join(" and "));
    match changed[..] {
        ["confirmed", "demand"] => Ok(()),
        _ => Err("it was the demand and the confirmed orders that changed".into()),
    }
}

/// A week of 1 000 products: units, rounded.
fn week(mean_demand: f64, confirmed_share: f64, seed: u64) -> Result<Dataset> {
    let generator = &mut ChaCha8Rng::seed_from_u64(seed);
    let mut columns = NODES.map(|_| Vec::with_capacity(1_000));
    for _ in 0..1_000 {
        let mut gamma = |shape: f64| Gamma::new(shape, 1.0).map_or(f64::NAN, |gamma| gamma.sample(generator));
        let (constraint, demand) = (gamma(1.0), gamma(mean_demand));
        let submitted = demand - constraint + gamma(1.0);
        let confirmed = confirmed_share * submitted + gamma(0.1);
        let received = confirmed + gamma(0.1);
        let units = [demand, constraint, submitted, confirmed, received].map(f64::round);
        columns.iter_mut().zip(units).for_each(|(column, units)| column.push(units));
    }
    Dataset::from_columns(NODES.into_iter().map(|(name, _)| name).zip(columns))
}

fn with_interval(value: f64, interval: Option<[f64; 2]>) -> String {
    let interval = interval.map_or_else(String::new, |[low, high]| format!(" ({low:.2} to {high:.2})"));
    format!("{value:>5.2}{interval}")
}
