//! The largest events, with links to their pages, and why events have no answer.

use std::sync::Arc;

use crate::report::escape::markup;
use crate::report::html::text::table_of_markup;
use crate::summary::{ExampleEvent, FailureSummary, Summary, level_name, name_of};
use crate::wording::{grouped, shortened, sum, visible_name, visible_text};

/// The address of the page of an event.
pub(super) type Links<'a> = Arc<dyn Fn(&str) -> Option<String> + Send + Sync + 'a>;

/// Events of one kind that are shown.
const EXAMPLES: usize = 10;
/// Causes with examples.
const CAUSES: usize = 20;
/// Kinds of failures that are shown.
const FAILURES: usize = 20;
/// Columns of text for an identifier or a level.
const COLUMNS: usize = 40;

pub(super) fn examples(summary: &Summary, link: Option<&Links<'_>>) -> String {
    let nodes =
        summary.causes.iter().take(CAUSES).map(|cause| (format!("First cause: {}", cause.name()), &cause.examples));
    let others = [
        ("Explained by no node".to_owned(), &summary.unexplained.examples),
        ("Contested".to_owned(), &summary.contested_examples),
    ];
    let tables = nodes.chain(others).filter(|(_, examples)| !examples.is_empty());
    let tables: String = tables.map(|(caption, examples)| table(summary, &caption, examples, link)).collect();
    if tables.is_empty() { "<p>None were kept.</p>\n".to_owned() } else { tables }
}

fn table(summary: &Summary, caption: &str, examples: &[ExampleEvent], link: Option<&Links<'_>>) -> String {
    let mut header = vec!["event".to_owned()];
    header.extend(summary.amount.map(|_| summary.at_stake()));
    header.extend([summary.unit_or("total"), "first".to_owned(), "second".to_owned()]);
    header.extend(summary.breakdowns.iter().map(|breakdown| visible_name(&breakdown.column)));
    let row = |event: &ExampleEvent| {
        let or_nothing = |figure: Option<f64>| figure.map_or_else(|| "-".to_owned(), sum);
        let cause = |node: Option<&str>, value: Option<f64>| {
            value.map_or_else(|| "-".to_owned(), |value| format!("{} {}", name_of(node), sum(value)))
        };
        let mut cells: Vec<String> = summary.amount.map(|_| or_nothing(event.amount)).into_iter().collect();
        cells.push(or_nothing(event.total));
        cells.push(cause(event.first.as_deref(), event.first_value));
        cells.push(cause(event.second.as_deref(), event.second_value));
        cells.extend(event.levels.iter().map(|level| shortened(&level_name(level.as_deref()), COLUMNS)));
        [linked(&event.id, link)].into_iter().chain(cells.iter().map(|cell| markup(cell))).collect()
    };
    let rows: Vec<Vec<String>> = examples.iter().take(EXAMPLES).map(row).collect();
    table_of_markup("figures", caption, &header, &rows)
}

pub(super) fn failures(summary: &Summary, link: Option<&Links<'_>>) -> String {
    let row = |failure: &FailureSummary| {
        let events = failure.examples.iter().take(EXAMPLES).map(|event| linked(&event.id, link));
        let kind = markup(&visible_text(&failure.kind));
        vec![kind, grouped(failure.events as f64), events.collect::<Vec<String>>().join(", ")]
    };
    let mut rows: Vec<Vec<String>> = summary.failures.iter().take(FAILURES).map(row).collect();
    let further = summary.failures.iter().skip(FAILURES).map(|failure| failure.events);
    let rest = further.fold(summary.other_failures, u64::saturating_add);
    if rest > 0 {
        rows.push(vec!["(other messages)".to_owned(), grouped(rest as f64), String::new()]);
    }
    let header = ["message", "events", "such as"].map(str::to_owned);
    table_of_markup("words", "Messages, with # for every number", &header, &rows)
}

/// An event's identifier, with a link to its page where it has one.
fn linked(id: &str, link: Option<&Links<'_>>) -> String {
    let shown = markup(&shortened(&visible_name(id), COLUMNS));
    match link.and_then(|link| link(id)).filter(|address| is_harmless(address)) {
        Some(address) => format!("<a href=\"{}\">{shown}</a>", markup(&address)),
        None => shown,
    }
}

/// Whether an address leads to a page, and runs nothing: identifiers are part of it, and may be anything.
fn is_harmless(address: &str) -> bool {
    let is_plain = !address.is_empty() && !address.chars().any(|character| character.is_control());
    let before_path = address.split(['/', '?', '#']).next().unwrap_or_default();
    let scheme = before_path.split_once(':').map(|(scheme, _)| scheme.trim().to_ascii_lowercase());
    is_plain && scheme.is_none_or(|scheme| scheme == "http" || scheme == "https")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_run_something_are_not_linked() {
        for address in ["a.html", "pages/a:b.html", "https://desk.example/i?id=1", "#a", "../x", "HTTP://x"] {
            assert!(is_harmless(address), "{address}");
        }
        for address in ["", "javascript:alert(1)", " JavaScript:x", "data:text/html,x", "java\nscript:x", "vbscript:x"]
        {
            assert!(!is_harmless(address), "{address}");
        }
    }
}
