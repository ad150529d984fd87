//! How often the true culprit comes first in simulated systems that are not linear, with mechanisms chosen automatically
//! and, beside it, with linear ones.
//!
//! ```text
//! cargo run --release --example nonlinear_faults -- --cases 200
//! ```

#[path = "shared/quiet_pipe.rs"]
mod quiet_pipe;
#[path = "shared/simulated_faults.rs"]
#[expect(dead_code, reason = "the number of rows is given here")]
mod simulated_faults;

use std::collections::BTreeMap;

use clap::Parser;
use etiology::mechanism::AssignmentConfig;
use etiology::{AttributionConfig, FittedModel, Quantity, Result, StructuralCausalModel};
use simulated_faults::{Case, Kind, cases_with_rows};

/// Simulates faults and counts how often their culprit is ranked first.
#[derive(Parser)]
struct Arguments {
    /// Cases of each kind.
    #[arg(long, default_value_t = 10)]
    cases: usize,
    /// Rows of normal operation in each.
    #[arg(long, default_value_t = 1000)]
    rows: usize,
    /// Joint samples of the noises.
    #[arg(long, default_value_t = 2048)]
    samples: usize,
    /// The mechanisms; all kinds unless given.
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    /// The first case.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn main() -> Result<()> {
    quiet_pipe::end_with_the_reader();
    let arguments = Arguments::parse();
    println!("share of {} cases with the culprit first, {} rows", arguments.cases, arguments.rows);
    println!("{:<12}{:>20}{:>20}{:>20}", "", "automatic", "linear", "true mechanisms");
    println!("{:<12}{}", "mechanisms", format!("{:>10}{:>10}", "IT score", "mean").repeat(3));
    let mut chosen: BTreeMap<String, usize> = BTreeMap::new();
    for kind in Kind::ALL.into_iter().filter(|kind| arguments.kind.is_none_or(|asked| asked == *kind)) {
        let cases = cases_with_rows(kind, arguments.seed, arguments.cases, arguments.rows)?;
        let mut hits = [0; 6];
        for case in &cases {
            let model = StructuralCausalModel::new(case.graph.clone());
            let automatic = model.clone().assign_mechanisms(&case.normal)?;
            for assignment in automatic.assignment_report().into_iter().flat_map(|report| &report.nodes) {
                *chosen.entry(format!("{kind:?}: {}", assignment.mechanism)).or_default() += 1;
            }
            let linear = model.assign_mechanisms_with(&case.normal, &AssignmentConfig::linear())?;
            let models = [automatic, linear, case.truth.clone()];
            for (number, model) in models.iter().enumerate() {
                let model = &model.fit(&case.normal)?;
                for (place, quantity) in [Quantity::ItScore, Quantity::MeanDeviation].into_iter().enumerate() {
                    hits[2 * number + place] += u32::from(found(model, case, quantity, arguments.samples)?);
                }
            }
        }
        let shares = hits.map(|hits| format!("{:>10.3}", f64::from(hits) / arguments.cases as f64));
        println!("{:<12}{}", format!("{kind:?}"), shares.concat());
    }
    println!("\nmechanisms chosen, roots included:");
    chosen.iter().for_each(|(mechanism, count)| println!("{count:>6}  {mechanism}"));
    Ok(())
}

/// Whether the culprit is ranked first.
fn found(model: &FittedModel, case: &Case, quantity: Quantity, samples: usize) -> Result<bool> {
    let config = AttributionConfig::default().with_quantity(quantity).with_samples(samples);
    let attribution = model.attribute_outlier(&case.target, &case.anomaly, &config)?;
    Ok(attribution.ranked()[0].node == case.culprit)
}
