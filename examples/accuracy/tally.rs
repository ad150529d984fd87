//! Counting.

use std::fmt;
use std::time::Duration;

use etiology::Diagnosis;

use crate::case::Case;
use crate::{median, word};

/// How one case went.
pub(crate) struct Outcome {
    pub(crate) name: String,
    root_cause: String,
    /// Whom the combined ranking names first.
    named: String,
    strength: &'static str,
    /// By verdict, the combined ranking first: the chance that the root cause is first, and among the first three.
    chances: Vec<(String, f64, f64)>,
    fitting: Duration,
    diagnosing: Duration,
}

impl Outcome {
    pub(crate) fn new(case: &Case, diagnosis: &Diagnosis, fitting: Duration, diagnosing: Duration) -> Self {
        let combined = diagnosis.combined_verdict();
        let chances = std::iter::once(&combined).chain(&diagnosis.verdicts).map(|verdict| {
            (
                verdict.kind.to_string(),
                verdict.chance_within(&case.root_cause, 1),
                verdict.chance_within(&case.root_cause, 3),
            )
        });
        Self {
            name: case.name.clone(),
            root_cause: case.root_cause.clone(),
            named: diagnosis.combined.first().map_or_else(String::new, |first| first.node.clone()),
            strength: word(diagnosis),
            chances: chances.collect(),
            fitting,
            diagnosing,
        }
    }

    pub(crate) fn line(&self) -> String {
        let Self { name, root_cause, named, strength, diagnosing, .. } = self;
        let sign = if named == root_cause { "+" } else { "-" };
        format!("{sign} {name}: {root_cause}; named ({strength}): {named}; in {diagnosing:.1?}")
    }
}

/// Recall over many cases.
pub(crate) struct Tally<'o> {
    outcomes: &'o [&'o Outcome],
}

impl<'o> Tally<'o> {
    pub(crate) fn of(outcomes: &'o [&'o Outcome]) -> Self {
        Self { outcomes }
    }
}

impl fmt::Display for Tally<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.outcomes.len() as f64;
        writeln!(formatter, "  {:<26} top-1  top-3", "verdict")?;
        for (place, (name, ..)) in self.outcomes[0].chances.iter().enumerate() {
            let sum = |chance: fn(&(String, f64, f64)) -> f64| -> f64 {
                self.outcomes.iter().map(|outcome| chance(&outcome.chances[place])).sum::<f64>() / count
            };
            writeln!(formatter, "  {name:<26} {:.3}  {:.3}", sum(|chance| chance.1), sum(|chance| chance.2))?;
        }
        for strength in ["strong", "contested", "thin"] {
            let such: Vec<_> = self.outcomes.iter().filter(|outcome| outcome.strength == strength).collect();
            if !such.is_empty() {
                let right = such.iter().map(|outcome| outcome.chances[0].1).sum::<f64>() / such.len() as f64;
                writeln!(formatter, "  {strength}: {} cases, combined top-1 {right:.3}", such.len())?;
            }
        }
        let time = |time: fn(&Outcome) -> Duration| median(self.outcomes.iter().map(|outcome| time(outcome)).collect());
        writeln!(
            formatter,
            "  median time: fit {:.1?}, diagnosis {:.1?}",
            time(|outcome| outcome.fitting),
            time(|outcome| outcome.diagnosing)
        )
    }
}
