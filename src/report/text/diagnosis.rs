//! What `Display` prints of a diagnosis.

use std::fmt::{self, Write};

use comfy_table::{CellAlignment, Table};

use super::table;
use crate::error::list_names;
use crate::findings::Strength;
use crate::verdicts::{Counterfactual, Diagnosis};
use crate::wording::{Visible, chance, significant, visible_name};

/// How many nodes the table of the combined ranking shows.
const ROWS: usize = 5;

impl fmt::Display for Diagnosis {
    /// A sentence, the doubts, the findings, the proofs, the head of the combined ranking, what each verdict says, and the counterfactuals.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let formatter = &mut Visible(formatter);
        writeln!(formatter, "{}", self.headline())?;
        self.doubts.iter().try_for_each(|doubt| writeln!(formatter, "- {doubt}"))?;
        self.findings.iter().try_for_each(|finding| writeln!(formatter, "- {finding}"))?;
        self.proofs.iter().try_for_each(|proof| write!(formatter, "\n{proof}"))?;
        writeln!(formatter)?;
        table::write(formatter, &self.ranking_table())?;
        writeln!(formatter)?;
        table::write(formatter, &self.verdict_table())?;
        if !self.counterfactuals.is_empty() {
            writeln!(formatter)?;
        }
        self.counterfactuals.iter().try_for_each(|counterfactual| writeln!(formatter, "{counterfactual}"))?;
        if let Some(context) = self.attribution.context_in_words() {
            writeln!(formatter, "{context}")?;
        }
        if !self.missing.is_empty() {
            writeln!(
                formatter,
                "Without a value in the event, so neither blamed nor cleared: {}.",
                list_names(&self.missing)
            )?;
        }
        Ok(())
    }
}

impl Diagnosis {
    /// The verdict in a sentence.
    pub fn headline(&self) -> String {
        let target = &self.target;
        let (suspect, agreement) = (self.suspect(), self.agreement());
        match self.strength {
            Strength::Strong => format!("Strong evidence: the root cause of `{target}` is {suspect}, {agreement}."),
            Strength::Contested => {
                format!("Contested: the root cause of `{target}` is probably {suspect}, {agreement}, but:")
            }
            Strength::Thin => format!("Too thin to name a root cause of `{target}`:"),
        }
    }

    /// The first of the ranking in words. Of the target's own noise nobody knows what is behind it.
    fn suspect(&self) -> String {
        match self.combined.first() {
            Some(first) if first.node == self.target => {
                format!("`{}` itself, or a cause of it that the graph lacks", first.node)
            }
            first => format!("`{}`", first.map_or("", |first| first.node.as_str())),
        }
    }

    /// How many of the verdicts that name anyone name the first of the ranking, and in how many others it shares the first place.
    fn agreement(&self) -> String {
        let first = self.combined.first().map_or("", |first| first.node.as_str());
        let named = self.verdicts.iter().filter(|verdict| verdict.leaders().next().is_some()).count();
        let (agree, ties) = (self.supporters(first).count(), self.ties(first).count());
        let tied = if ties > 0 { format!(", and first with others in {ties} more") } else { String::new() };
        format!("according to {agree} of {named} verdicts{tied}")
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

impl fmt::Display for Counterfactual {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let formatter = &mut Visible(formatter);
        let Self { node, target, expected, observed, resolution, .. } = self;
        let [probability, usual, alone] = [self.probability, self.usual_probability, self.probability_alone]
            .map(|probability| chance(probability, *resolution));
        if let Some(level) = &self.observed_level {
            write!(
                formatter,
                "Had `{node}` behaved normally, `{target}` would have been `{level}` with probability {probability}. `{node}` alone "
            )?;
        } else {
            write!(
                formatter,
                "Had `{node}` behaved normally, a value of `{target}` at least as extreme would have had probability {probability}, and \
             its expected value would have been {} instead of {}. `{node}` alone ",
                significant(*expected),
                significant(*observed)
            )?;
        }
        if usual == alone {
            write!(formatter, "leaves that probability as it is: {alone}.")
        } else {
            let moves = if self.probability_alone < self.usual_probability { "lowers" } else { "raises" };
            write!(formatter, "{moves} that probability from {usual} to {alone}.")
        }
    }
}
