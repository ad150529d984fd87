//! How often each finding fires: on right models, where it should be rare, and on wrong ones of its kind.
//!
//! ```text
//! cargo run --release --example finding_rates -- --cases 20 --rows 1000 --seed 1
//! ```
//!
//! The systems are those of `examples/shared/simulated_faults.rs`. Each is fitted as it is and then spoiled in one way after another: its
//! arrows turned round, its event in another unit, a cause hidden, faulty rows left in training, and so on.

#[path = "../shared/simulated_faults.rs"]
#[expect(dead_code, reason = "the culprit's name is not needed everywhere")]
mod simulated_faults;
mod spoiled;

use std::collections::BTreeMap;

use clap::Parser;
use etiology::findings::{FindingKind, Strength};
use etiology::mechanism::AssignmentConfig;
use etiology::{DiagnosisConfig, Result, StructuralCausalModel};
use rayon::prelude::*;
use simulated_faults::{Case, Kind};
use spoiled::{Question, SPOILERS};

/// How often each finding fires
#[derive(Parser)]
struct Arguments {
    /// Cases of every kind of mechanism
    #[arg(long, default_value_t = 20)]
    cases: usize,
    /// Rows of normal operation
    #[arg(long, default_value_t = 1000)]
    rows: usize,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Linear mechanisms instead of chosen ones
    #[arg(long)]
    linear: bool,
    /// These kinds of mechanisms only
    #[arg(long)]
    kind: Vec<Kind>,
    /// These ways to spoil a case only
    #[arg(long)]
    only: Vec<String>,
}

/// What was found in some cases.
#[derive(Default)]
struct Rates {
    cases: usize,
    /// Cases that a way to spoil does not apply to.
    passed_over: usize,
    with_any: usize,
    strong: usize,
    strong_and_wrong: usize,
    kinds: BTreeMap<String, usize>,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let kinds = if arguments.kind.is_empty() { Kind::ALL.to_vec() } else { arguments.kind.clone() };
    for (name, spoil) in SPOILERS {
        if !arguments.only.is_empty() && !arguments.only.iter().any(|only| name.starts_with(only.as_str())) {
            continue;
        }
        for &kind in &kinds {
            let cases = simulated_faults::cases_with_rows(kind, arguments.seed, arguments.cases, arguments.rows)?;
            let found: Vec<Result<Option<Judged>>> =
                cases.par_iter().enumerate().map(|(number, case)| judge(&arguments, spoil(case, number))).collect();
            let mut rates = Rates::default();
            for found in found {
                rates.add(found?);
            }
            println!("{name:32} {:10} {rates}", format!("{kind:?}"));
        }
    }
    Ok(())
}

/// What was found, how sure the verdict is, and whether it is right.
type Judged = (Vec<FindingKind>, Strength, bool);
type Spoil = fn(&Case, usize) -> Result<Option<Question>>;

/// The findings of a case, how sure the verdict is, and whether it is right.
fn judge(arguments: &Arguments, question: Result<Option<Question>>) -> Result<Option<Judged>> {
    let Some(Question { graph, normal, event, target, culprit, feature_map }) = question? else { return Ok(None) };
    let unfitted = StructuralCausalModel::new(graph);
    let unfitted = match arguments.linear {
        true => unfitted.assign_mechanisms_with(&normal, &AssignmentConfig::linear())?,
        false => unfitted.assign_mechanisms(&normal)?,
    };
    let model = unfitted.fit(&normal)?;
    let mut config = DiagnosisConfig::default().with_counterfactuals(0);
    config.attribution = config.attribution.with_feature_map(feature_map).with_samples(1024);
    let diagnosis = model.diagnose(&target, &event, &config)?;
    let kinds = diagnosis.findings.iter().map(|finding| finding.kind).collect();
    let is_right = diagnosis.combined.first().is_some_and(|first| first.node == culprit);
    Ok(Some((kinds, diagnosis.strength, is_right)))
}

impl Rates {
    fn add(&mut self, found: Option<Judged>) {
        let Some((kinds, strength, is_right)) = found else {
            self.passed_over += 1;
            return;
        };
        self.cases += 1;
        self.with_any += usize::from(!kinds.is_empty());
        self.strong += usize::from(strength == Strength::Strong);
        self.strong_and_wrong += usize::from(strength == Strength::Strong && !is_right);
        let distinct: std::collections::BTreeSet<String> = kinds.iter().map(|kind| format!("{kind:?}")).collect();
        distinct.into_iter().for_each(|kind| *self.kinds.entry(kind).or_default() += 1);
    }
}

impl std::fmt::Display for Rates {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { cases, with_any, strong, strong_and_wrong, passed_over, .. } = self;
        write!(
            formatter,
            "{cases:4} cases, {with_any:4} with findings, {strong:4} strong, {strong_and_wrong} of them wrong"
        )?;
        if *passed_over > 0 {
            write!(formatter, ", {passed_over} passed over")?;
        }
        self.kinds.iter().try_for_each(|(kind, count)| write!(formatter, "; {kind} {count}"))
    }
}
