//! The table of mechanisms that were assigned.

use std::fmt::{self, Write};

use comfy_table::CellAlignment;

use super::table;
use crate::mechanism::{AssignmentReport, AssignmentWarning, CandidateScore, NodeAssignment};
use crate::numeric::ranks::sort_by;
use crate::wording::{Visible, significant, visible_name};

/// How many candidates that were not chosen are named per node.
const ALTERNATIVES: usize = 2;

impl fmt::Display for AssignmentReport {
    /// A row per node: its mechanism, the score of that, the next best alternatives, and warnings below.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let formatter = &mut Visible(formatter);
        let mut table = table::plain();
        table.set_header(["node", "mechanism", "rows", "CRPS", "± error", "next best"]);
        self.nodes.iter().for_each(|node| {
            table.add_row(row(node));
        });
        for column in 2..5 {
            if let Some(column) = table.column_mut(column) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        table::write(formatter, &table)?;
        for node in &self.nodes {
            for warning in &node.warnings {
                writeln!(formatter, "`{}`: {warning}", node.node)?;
            }
        }
        Ok(())
    }
}

fn row(node: &NodeAssignment) -> [String; 6] {
    let chosen = node.candidates.iter().find(|candidate| candidate.mechanism == node.mechanism);
    let number = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), significant);
    let mut others: Vec<&CandidateScore> =
        node.candidates.iter().filter(|candidate| candidate.mechanism != node.mechanism).collect();
    sort_by(&mut others, &|a, b| a.crps.total_cmp(&b.crps));
    let others: Vec<String> = others
        .into_iter()
        .take(ALTERNATIVES)
        .map(|other| format!("{} {}", other.mechanism, significant(other.crps)))
        .collect();
    [
        visible_name(&node.node),
        node.mechanism.clone(),
        node.rows.to_string(),
        number(chosen.map(|chosen| chosen.crps)),
        number(chosen.map(|chosen| chosen.std_error)),
        if others.is_empty() { "-".to_owned() } else { others.join(", ") },
    ]
}

impl fmt::Display for AssignmentWarning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FewRows { rows } => write!(formatter, "only {rows} complete rows"),
            Self::ConstantColumn { value } => write!(formatter, "is {} in all rows", significant(*value)),
            Self::ManyTies { value, share } => {
                write!(formatter, "{:.0}% of its values are {}", 100.0 * share, significant(*value))
            }
            Self::HeavyTails { excess_kurtosis } => {
                write!(formatter, "has heavy tails (excess kurtosis {})", significant(*excess_kurtosis))
            }
            Self::UncertainOutsideTraining => {
                formatter.write_str("what its mechanism does outside the training range is a guess")
            }
        }
    }
}
