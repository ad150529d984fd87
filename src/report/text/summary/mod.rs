//! What `Display` prints of a summary of many events.

use std::fmt::{self, Write};

use crate::report::text::table::{plain, write, write_figures};
use crate::summary::{Breakdown, CauseSummary, ExampleEvent, LevelSummary, Summary, level_name, name_of, per_cent};
use crate::wording::{Visible, grouped, sum, visible_name, visible_text};

/// Levels, stand-outs and failures that are shown, the rest is in the CSV.
const SHOWN: usize = 10;
/// Causes of a level that are named.
const CAUSES: usize = 3;

impl fmt::Display for Summary {
    /// The headline and its doubts, the causes, the largest levels of every column, what stands out, why events have no answer, and examples.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let formatter = &mut Visible(formatter);
        writeln!(formatter, "{}", self.headline())?;
        self.doubts().iter().try_for_each(|doubt| writeln!(formatter, "- {doubt}"))?;
        writeln!(formatter)?;
        self.write_causes(formatter)?;
        self.breakdowns.iter().try_for_each(|breakdown| self.write_breakdown(formatter, breakdown))?;
        if !self.stand_outs.is_empty() {
            writeln!(formatter, "\nStands out:")?;
            self.stand_outs.iter().take(SHOWN).try_for_each(|found| writeln!(formatter, "- {found}"))?;
            write_rest(formatter, self.stand_outs.len())?;
        }
        if !self.failures.is_empty() {
            writeln!(formatter, "\nNo answer:")?;
            for failure in self.failures.iter().take(SHOWN) {
                let (events, kind) = (grouped(failure.events as f64), visible_text(&failure.kind));
                writeln!(formatter, "- {events} with \"{kind}\", as {}", identifiers(&failure.examples))?;
            }
            write_rest(formatter, self.failures.len())?;
        }
        self.write_examples(formatter)
    }
}

impl Summary {
    fn write_causes(&self, formatter: &mut Visible<'_, '_>) -> fmt::Result {
        let mut table = plain();
        let (unit, has_amounts) = (self.unit_or("contribution"), self.amount.is_some());
        let mut header = ["cause", "first of", "share", "contested", unit.as_str(), "± at most", "share"]
            .map(str::to_owned)
            .to_vec();
        if has_amounts {
            header.extend([self.at_stake(), "share".to_owned()]);
        }
        table.add_row(header);
        for cause in self.causes.iter().chain([&self.unexplained]) {
            let mut row = row(cause);
            if has_amounts {
                row.push(cause.amount.map_or_else(nothing, sum));
                row.push(cause.amount_share.map_or_else(nothing, per_cent));
            }
            table.add_row(row);
        }
        write_figures(formatter, table, 1)
    }

    fn write_breakdown(&self, formatter: &mut Visible<'_, '_>, breakdown: &Breakdown) -> fmt::Result {
        let column = visible_name(&breakdown.column);
        let levels = grouped(breakdown.levels.len() as f64);
        writeln!(formatter, "\nBy `{column}`, {levels} levels:")?;
        let mut table = plain();
        let mut header = vec![column, "events".to_owned(), "contested".to_owned(), self.unit_or("total")];
        header.extend(self.amount.map(|_| self.at_stake()));
        header.push("first causes".to_owned());
        let figures = header.len() - 1;
        table.add_row(header);
        for level in breakdown.levels.iter().take(SHOWN) {
            let counts = [level.events, level.contested].map(|count| grouped(count as f64));
            let mut row = vec![level_name(level.level.as_deref())];
            row.extend(counts);
            row.push(sum(level.value));
            row.extend(level.amount.map(sum));
            row.push(first_causes(level));
            table.add_row(row);
        }
        let right = comfy_table::CellAlignment::Right;
        table.column_iter_mut().take(figures).skip(1).for_each(|column| column.set_cell_alignment(right));
        write(formatter, &table)?;
        write_rest(formatter, breakdown.levels.len())
    }

    fn write_examples(&self, formatter: &mut Visible<'_, '_>) -> fmt::Result {
        let causes = self.causes.iter().chain([&self.unexplained]);
        let of_causes = causes.map(|cause| (cause.name(), &cause.examples));
        let all = of_causes.chain([("(contested)".to_owned(), &self.contested_examples)]);
        let mut rows = all.filter(|(_, examples)| !examples.is_empty()).peekable();
        if rows.peek().is_none() {
            return Ok(());
        }
        writeln!(formatter, "\nThe largest of each:")?;
        let mut table = plain();
        rows.for_each(|(name, examples)| {
            table.add_row([name, identifiers(examples)]);
        });
        write(formatter, &table)
    }

    /// The unit of what was split, or a word for it where it has no name.
    pub(in crate::report) fn unit_or(&self, word: &str) -> String {
        if self.unit.is_empty() { word.to_owned() } else { visible_name(&self.unit) }
    }

    /// The head of a column of amounts.
    pub(in crate::report) fn at_stake(&self) -> String {
        if self.amount_unit.is_empty() {
            "at stake".to_owned()
        } else {
            format!("{} at stake", visible_name(&self.amount_unit))
        }
    }
}

fn row(cause: &CauseSummary) -> Vec<String> {
    vec![
        cause.name(),
        grouped(cause.first as f64),
        per_cent(cause.share),
        grouped(cause.contested_first as f64),
        sum(cause.value),
        sum(cause.std_error),
        cause.value_share.map_or_else(nothing, per_cent),
    ]
}

fn nothing() -> String {
    "-".to_owned()
}

/// The most frequent first causes of a level, with their shares.
pub(in crate::report) fn first_causes(level: &LevelSummary) -> String {
    let answered = (level.events - level.failed) as f64;
    let first = level.causes.iter().filter(|cause| cause.first > 0).take(CAUSES);
    let named =
        first.map(|cause| format!("{} {}", name_of(cause.node.as_deref()), per_cent(cause.first as f64 / answered)));
    named.collect::<Vec<String>>().join(", ")
}

fn identifiers(examples: &[ExampleEvent]) -> String {
    let names: Vec<String> = examples.iter().map(|event| visible_name(&event.id)).collect();
    names.join(", ")
}

/// How many are left out.
fn write_rest(formatter: &mut Visible<'_, '_>, all: usize) -> fmt::Result {
    match all.saturating_sub(SHOWN) {
        0 => Ok(()),
        rest => writeln!(formatter, "and {} more", grouped(rest as f64)),
    }
}
