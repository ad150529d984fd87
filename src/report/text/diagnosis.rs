//! What `Display` prints of a diagnosis.

use std::fmt;

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};

use crate::findings::Strength;
use crate::report::number::significant;
use crate::verdicts::{Counterfactual, Diagnosis};

/// How many nodes the table of the combined ranking shows.
const ROWS: usize = 5;

impl fmt::Display for Diagnosis {
    /// A sentence, the doubts, the findings, the head of the combined ranking, what each verdict says, and the counterfactuals.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}", self.headline())?;
        self.doubts.iter().try_for_each(|doubt| writeln!(formatter, "- {doubt}"))?;
        self.findings.iter().try_for_each(|finding| writeln!(formatter, "- {finding}"))?;
        writeln!(formatter)?;
        write_table(formatter, &self.ranking_table())?;
        writeln!(formatter)?;
        write_table(formatter, &self.verdict_table())?;
        if !self.counterfactuals.is_empty() {
            writeln!(formatter)?;
        }
        self.counterfactuals.iter().try_for_each(|counterfactual| writeln!(formatter, "{counterfactual}"))?;
        if !self.missing.is_empty() {
            writeln!(
                formatter,
                "Without a value in the event, so neither blamed nor cleared: {}.",
                self.missing.join(", ")
            )?;
        }
        Ok(())
    }
}

impl Diagnosis {
    /// The verdict in a sentence.
    pub fn headline(&self) -> String {
        let target = &self.target;
        let first = self.combined.first().map_or("", |first| first.node.as_str());
        let named = self.verdicts.iter().filter(|verdict| verdict.first().is_some()).count();
        let agree = self.supporters(first).count();
        match self.strength {
            Strength::Strong => {
                format!(
                    "Strong evidence: the root cause of `{target}` is `{first}`, according to {agree} of {named} verdicts."
                )
            }
            Strength::Contested => {
                format!("The root cause of `{target}` is probably `{first}`, but that is contested:")
            }
            Strength::Thin => format!("The evidence is too thin to name a root cause of `{target}`:"),
        }
    }

    fn ranking_table(&self) -> Table {
        let mut table = Table::new();
        table.load_style(NOTHING);
        table.set_header(["node", "combined", "propagation", "noise", "Shapley share"]);
        for score in self.combined.iter().take(ROWS) {
            let figures = [score.score, score.propagation, score.noise, score.shapley];
            table.add_row([score.node.clone()].into_iter().chain(figures.map(|figure| format!("{figure:.2}"))));
        }
        table.column_iter_mut().skip(1).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
        table
    }

    fn verdict_table(&self) -> Table {
        let mut table = Table::new();
        table.load_style(NOTHING);
        table.set_header(["verdict", "first", "score", "second", "score"]);
        for verdict in &self.verdicts {
            let suspects = verdict.ranking.iter().filter(|candidate| candidate.score > 0.0).take(2);
            let cells = suspects.flat_map(|candidate| [candidate.node.clone(), significant(candidate.score)]);
            table.add_row([verdict.kind.to_string()].into_iter().chain(cells));
        }
        table
    }
}

impl fmt::Display for Counterfactual {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { node, target, probability, expected, observed, probability_alone, usual_probability } = self;
        write!(
            formatter,
            "Had `{node}` behaved normally, a value of `{target}` at least as extreme would have had probability {}, and its \
             expected value would have been {} instead of {}. `{node}` alone raises that probability from {} to {}.",
            significant(*probability),
            significant(*expected),
            significant(*observed),
            significant(*usual_probability),
            significant(*probability_alone)
        )
    }
}

fn write_table(formatter: &mut fmt::Formatter<'_>, table: &Table) -> fmt::Result {
    table.lines().try_for_each(|line| writeln!(formatter, "{}", line.trim_end()))
}
