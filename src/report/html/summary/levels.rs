//! The levels of category columns, and what stands out among them.

use crate::report::escape::markup;
use crate::report::html::text::{list, table_of_markup};
use crate::report::text::first_causes;
use crate::summary::{Breakdown, LevelSummary, Summary, level_name};
use crate::wording::{grouped, sum, visible_name};

/// Levels that are seen at once.
const FIRST: usize = 20;
/// Levels that are folded away after them; further ones are in the CSV alone.
const FOLDED: usize = 180;
/// Pairs that are listed.
const STAND_OUTS: usize = 20;

pub(super) fn stand_outs(summary: &Summary) -> String {
    if summary.stand_outs.is_empty() {
        return "<p>No cause is first at any level far more often than elsewhere.</p>\n".to_owned();
    }
    let sentences: Vec<String> = summary.stand_outs.iter().take(STAND_OUTS).map(ToString::to_string).collect();
    let rest = match summary.stand_outs.len().saturating_sub(STAND_OUTS) {
        0 => String::new(),
        rest => format!(" {} more are listed in the JSON of the summary.", grouped(rest as f64)),
    };
    format!(
        "<p class=\"note\">Causes that are first at a level at least 1.5 times as often as elsewhere, beyond what is chance among all levels and causes (Fisher's exact \
         test, p-values by Holm's method). Events of one level may have one reason, so this says nothing of what will come.{rest}</p>\n{}",
        list("plain", &sentences)
    )
}

pub(super) fn breakdown(summary: &Summary, breakdown: &Breakdown) -> String {
    let (first, others) = breakdown.levels.split_at(breakdown.levels.len().min(FIRST));
    let count = grouped(breakdown.levels.len() as f64);
    let column = visible_name(&breakdown.column);
    let seen = levels(summary, &column, &format!("The largest of {count} levels of {column}"), first);
    if others.is_empty() {
        return seen;
    }
    let (folded, left_out) = others.split_at(others.len().min(FOLDED));
    let note = match left_out.len() {
        0 => String::new(),
        rest => format!("<p class=\"note\">{} more levels are in the CSV.</p>\n", grouped(rest as f64)),
    };
    format!(
        "{seen}<details>\n<summary>The next {} levels</summary>\n{}</details>\n{note}",
        folded.len(),
        levels(summary, &column, &format!("The next levels of {column}"), folded)
    )
}

fn levels(summary: &Summary, column: &str, caption: &str, levels: &[LevelSummary]) -> String {
    let has_failures = summary.failed > 0;
    let mut header = vec![column.to_owned(), "events".to_owned()];
    header.extend(has_failures.then(|| "no answer".to_owned()));
    header.extend(["contested".to_owned(), summary.unit_or("total")]);
    header.extend(summary.amount.map(|_| summary.at_stake()));
    header.push("first causes".to_owned());
    let row = |level: &LevelSummary| {
        let mut row = vec![level_name(level.level.as_deref()), grouped(level.events as f64)];
        row.extend(has_failures.then(|| grouped(level.failed as f64)));
        row.extend([grouped(level.contested as f64), sum(level.value)]);
        row.extend(level.amount.map(sum));
        row.push(first_causes(level));
        row.iter().map(|cell| markup(cell)).collect()
    };
    let rows: Vec<Vec<String>> = levels.iter().map(row).collect();
    table_of_markup("words", caption, &header, &rows)
}
