//! Counting.

use std::collections::BTreeMap;
use std::fmt;

use etiology::verdicts::Strength;

use crate::Outcome;

impl Outcome {
    pub(crate) fn is_wrongly_strong(&self) -> bool {
        self.diagnosis.strength == Strength::Strong && !self.is_right
    }
}

/// How many verdicts of each strength, and how many of them are right.
#[derive(Default, Clone)]
struct Row {
    cases: usize,
    /// Strong, contested, thin: how many, and how many right.
    by_strength: [(usize, usize); 3],
    with_findings: usize,
}

impl Row {
    fn add(&mut self, outcome: &Outcome) {
        let place = match outcome.diagnosis.strength {
            Strength::Strong => 0,
            Strength::Contested => 1,
            _ => 2,
        };
        self.cases += 1;
        self.by_strength[place].0 += 1;
        self.by_strength[place].1 += usize::from(outcome.is_right);
        self.with_findings += usize::from(!outcome.diagnosis.findings.is_empty());
    }

    fn right(&self) -> usize {
        self.by_strength.iter().map(|(_, right)| right).sum()
    }
}

/// By class, in the order in which they came.
#[derive(Default)]
pub(crate) struct Tally {
    rows: Vec<(String, Row)>,
    all: Row,
    /// By kind of finding in how many cases it was made: with right models, and with all others.
    findings: BTreeMap<String, [usize; 2]>,
    /// Cases with right models, and all others.
    cases: [usize; 2],
    any: [usize; 2],
}

impl Tally {
    /// Adds a class.
    pub(crate) fn add(&mut self, outcomes: &[Outcome], has_right_model: bool) {
        let Some(first) = outcomes.first() else { return };
        let mut row = Row::default();
        let place = usize::from(!has_right_model);
        for outcome in outcomes {
            row.add(outcome);
            self.all.add(outcome);
            let mut kinds: Vec<String> =
                outcome.diagnosis.findings.iter().map(|finding| format!("{:?}", finding.kind)).collect();
            self.cases[place] += 1;
            self.any[place] += usize::from(!kinds.is_empty());
            kinds.sort();
            kinds.dedup();
            kinds.into_iter().for_each(|kind| self.findings.entry(kind).or_default()[place] += 1);
        }
        self.rows.push((first.class.clone(), row));
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            formatter,
            "{:<31}{:>6}{:>8}{:>7}{:>10}{:>7}{:>6}{:>7}{:>10}",
            "class", "cases", "strong", "right", "contested", "right", "thin", "right", "findings"
        )?;
        for (name, row) in self.rows.iter().map(|(name, row)| (name.as_str(), row)).chain([("all", &self.all)]) {
            let [strong, contested, thin] = row.by_strength;
            writeln!(
                formatter,
                "{name:<31}{:>6}{:>8}{:>7}{:>10}{:>7}{:>6}{:>7}{:>10}",
                row.cases, strong.0, strong.1, contested.0, contested.1, thin.0, thin.1, row.with_findings
            )?;
        }
        let (strong, right) = self.all.by_strength[0];
        let share = |part: usize, whole: usize| 100.0 * part as f64 / whole.max(1) as f64;
        writeln!(formatter, "of the strong verdicts wrong: {:.2} %", share(strong - right, strong))?;
        writeln!(formatter, "of the right verdicts strong: {:.1} %", share(right, self.all.right()))?;
        writeln!(formatter, "\n{:<31}{:>20}{:>20}", "finding, % of cases", "right models", "other classes")?;
        let any = ("any".to_owned(), self.any);
        for (kind, counts) in self.findings.clone().into_iter().chain([any]) {
            let [right, other] = [0, 1].map(|place| share(counts[place], self.cases[place]));
            writeln!(formatter, "{kind:<31}{right:>20.1}{other:>20.1}")?;
        }
        Ok(())
    }
}
