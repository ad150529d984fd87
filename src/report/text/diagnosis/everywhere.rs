//! What `Display` prints of a ranking of all nodes.

use std::fmt::{self, Write};

use comfy_table::{CellAlignment, Table};

use super::ROWS;
use crate::error::list_names;
use crate::findings::Strength;
use crate::report::text::table;
use crate::verdicts::SystemDiagnosis;
use crate::wording::{Visible, visible_name};

impl fmt::Display for SystemDiagnosis {
    /// A sentence, the doubts, the findings, and the head of the ranking.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let formatter = &mut Visible(formatter);
        let first = self.ranking.first().map_or("", |first| first.node.as_str());
        match self.strength {
            Strength::Strong => writeln!(formatter, "Strong evidence: of all nodes, `{first}` misbehaves.")?,
            Strength::Contested => writeln!(formatter, "Contested: of all nodes, `{first}` probably misbehaves.")?,
            Strength::Thin => writeln!(formatter, "The evidence is too thin to name any node.")?,
        }
        self.doubts.iter().try_for_each(|doubt| writeln!(formatter, "- {doubt}"))?;
        self.findings.iter().try_for_each(|finding| writeln!(formatter, "- {finding}"))?;
        writeln!(formatter)?;
        table::write(formatter, &self.ranking_table())?;
        if !self.missing.is_empty() {
            let missing = list_names(&self.missing);
            writeln!(formatter, "Without a value in the event, so neither blamed nor cleared: {missing}.")?;
        }
        Ok(())
    }
}

impl SystemDiagnosis {
    fn ranking_table(&self) -> Table {
        let mut table = table::plain();
        table.set_header(["node", "score", "noise, nats", "propagation, nats", "value, nats"]);
        for suspect in self.ranking.iter().take(ROWS) {
            let figures = [suspect.score, suspect.noise, suspect.propagation, suspect.surprise];
            let figures = figures.map(|figure| format!("{figure:.2}"));
            table.add_row([visible_name(&suspect.node)].into_iter().chain(figures));
        }
        table.column_iter_mut().skip(1).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
        table
    }
}
