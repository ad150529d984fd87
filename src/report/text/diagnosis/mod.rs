//! What `Display` prints of a diagnosis.

mod everywhere;
mod headline;
mod next;

use std::fmt::{self, Write};

use comfy_table::{CellAlignment, Table};

use crate::error::list_names;
use crate::findings::Finding;
use crate::report::text::table;
use crate::report::units::Units;
use crate::verdicts::{Cause, Counterfactual, Diagnosis};
use crate::wording::{Visible, chance, fixed, significant, visible_name};

/// How many nodes the table of the combined ranking shows.
const ROWS: usize = 5;
/// How many lags are named.
const LAGS: usize = 5;

/// A diagnosis as text, with figures in their units.
#[derive(Debug, Clone, Copy)]
pub struct DiagnosisText<'a> {
    diagnosis: &'a Diagnosis,
    units: &'a Units,
    said: &'a [Finding],
    in_brief: bool,
}

impl<'a> DiagnosisText<'a> {
    /// Without findings that were said before, such as those of the model.
    #[must_use]
    pub fn without(self, said: &'a [Finding]) -> Self {
        Self { said, ..self }
    }

    /// Without what each verdict says by itself, what would have to be seen if it were wrong, and what would have been with any node but the most suspect one as usual.
    #[must_use]
    pub fn in_brief(self) -> Self {
        Self { in_brief: true, ..self }
    }
}

impl fmt::Display for DiagnosisText<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let formatter = &mut Visible(formatter);
        let Self { diagnosis, units, said, in_brief } = *self;
        writeln!(formatter, "{}", diagnosis.headline_in(units))?;
        let visible = |sentence: &dyn fmt::Display| diagnosis.with_visible_names(sentence.to_string());
        if diagnosis.causes.len() > 1 {
            writeln!(formatter, "{}", diagnosis.causes_in_words(units))?;
        }
        diagnosis.further_doubts().iter().try_for_each(|doubt| writeln!(formatter, "- {}", visible(doubt)))?;
        let mut findings = diagnosis.findings.iter().filter(|finding| !said.contains(finding));
        findings.try_for_each(|finding| writeln!(formatter, "- {}", visible(finding)))?;
        for proof in &diagnosis.proofs {
            let otherwise = if in_brief { String::new() } else { proof.otherwise_in(units) };
            write!(formatter, "\n{}{}", visible(&proof.steps_in(units)), visible(&otherwise))?;
        }
        writeln!(formatter)?;
        table::write(formatter, &diagnosis.ranking_table())?;
        if !in_brief {
            writeln!(formatter)?;
            table::write(formatter, &diagnosis.verdict_table())?;
        }
        if !diagnosis.counterfactuals.is_empty() {
            writeln!(formatter)?;
        }
        let counterfactuals = diagnosis.counterfactuals.iter().take(if in_brief { 1 } else { usize::MAX });
        let mut counterfactuals = counterfactuals.map(|would| visible(&would.in_words(units)));
        counterfactuals.try_for_each(|would| writeln!(formatter, "{would}"))?;
        if let Some(context) = diagnosis.attribution.context_in_words(units) {
            writeln!(formatter, "{context}")?;
        }
        if !diagnosis.missing.is_empty() {
            let missing = list_names(&diagnosis.missing);
            writeln!(formatter, "Without a value in the event, so neither blamed nor cleared: {missing}.")?;
        }
        diagnosis.lags_in_words().iter().try_for_each(|sentence| writeln!(formatter, "{}", visible(sentence)))?;
        Ok(())
    }
}

impl fmt::Display for Diagnosis {
    /// The headline, the doubts, the findings, the proofs, the head of the combined ranking, what each verdict says, and the counterfactuals.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.in_units(&Units::default()).fmt(formatter)
    }
}

impl Diagnosis {
    /// What `Display` prints, with figures in their units.
    pub fn in_units<'a>(&'a self, units: &'a Units) -> DiagnosisText<'a> {
        DiagnosisText { diagnosis: self, units, said: &[], in_brief: false }
    }

    /// The set of causes, each with its share.
    pub(in crate::report) fn causes_in_words(&self, units: &Units) -> String {
        let cause = |cause: &Cause| format!("`{}` ({} %)", visible_name(&cause.node), fixed(100.0 * cause.share, 0));
        let causes: Vec<String> = self.causes.iter().map(cause).collect();
        let expected = self.causes.last().map_or(f64::NAN, |last| last.expected);
        let (target, expected) = (visible_name(&self.target), units.text(&self.target, expected));
        format!(
            "Causes together, with contributions relative to the largest: {}. With all of them as usual, `{target}` would have been expected \
             to be {expected}.",
            causes.join(", ")
        )
    }

    /// What lags, and of what of it the row is missing, a sentence each.
    fn lags_in_words(&self) -> Vec<String> {
        let mut sentences = Vec::new();
        if self.lags.is_empty() {
            return sentences;
        }
        let shown: Vec<String> = self.lags.iter().take(LAGS).map(ToString::to_string).collect();
        let more = self.lags.len().saturating_sub(LAGS);
        let more = if more > 0 { format!("; and {more} more") } else { String::new() };
        sentences.push(format!("Rows were put together by their lags: {}{more}.", shown.join("; ")));
        let lagging = |node: &&String| self.lags.iter().any(|lag| lag.cause == **node || lag.effect == **node);
        let unknown: Vec<&String> = self.missing.iter().filter(lagging).collect();
        if !unknown.is_empty() {
            let names = list_names(&unknown);
            sentences.push(format!("There may be no row for the event with what {names} had when it mattered."));
        }
        sentences
    }

    fn ranking_table(&self) -> Table {
        let mut table = table::plain();
        table.set_header(["node", "combined", "propagation", "noise", "Shapley share"]);
        for score in self.combined.iter().take(ROWS) {
            let figures = [score.score, score.propagation, score.noise, score.shapley];
            table.add_row([visible_name(&score.node)].into_iter().chain(figures.map(|figure| format!("{figure:.2}"))));
        }
        table.column_iter_mut().skip(1).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
        table
    }

    fn verdict_table(&self) -> Table {
        let mut table = table::plain();
        table.set_header(["verdict", "first", "score", "second", "score"]);
        for verdict in &self.verdicts {
            let suspects = verdict.ranking.iter().filter(|candidate| candidate.score > 0.0).take(2);
            let cells = suspects.flat_map(|candidate| [visible_name(&candidate.node), significant(candidate.score)]);
            table.add_row([verdict.kind.to_string()].into_iter().chain(cells));
        }
        table
    }
}

impl Counterfactual {
    /// What `Display` prints, with figures in their units.
    pub(in crate::report) fn in_words(&self, units: &Units) -> String {
        let Self { node, target, expected, observed, resolution, .. } = self;
        let [probability, usual, alone] = [self.probability, self.usual_probability, self.probability_alone]
            .map(|probability| chance(probability, *resolution));
        let had_it = match &self.observed_level {
            Some(level) => format!(
                "Had `{node}` behaved normally, `{target}` would have been `{level}` with probability {probability}."
            ),
            None => format!(
                "Had `{node}` behaved normally, a value of `{target}` at least as extreme would have had probability {probability}, and \
                 its expected value would have been {} instead of {}.",
                units.text(target, *expected),
                units.text(target, *observed)
            ),
        };
        if usual == alone {
            return format!("{had_it} `{node}` alone leaves that probability as it is: {alone}.");
        }
        let moves = if self.probability_alone < self.usual_probability { "lowers" } else { "raises" };
        format!("{had_it} `{node}` alone {moves} that probability from {usual} to {alone}.")
    }
}

impl fmt::Display for Counterfactual {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Visible(formatter), "{}", self.in_words(&Units::default()))
    }
}
