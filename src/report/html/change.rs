//! The page of what changed.

use super::bars::{Bar, INTERVAL, chart, least_of};
use super::document::document;
use super::fragment::fragment;
use super::text::{folded, list, section, sentence, table};
use crate::question::attribution::Quantity;
use crate::question::change::{ChangeEstimate, DistributionChange, NodeChange};
use crate::report::drawing::signed_amount;
use crate::report::escape;
use crate::wording::{p_value, significant, visible_name};

/// What changed as one self-contained page of HTML: the shift of the target, what every mechanism added to it with its error, the old
/// mechanisms beside the new ones, the remainder, and the answer as JSON. As [`HtmlReport`](crate::HtmlReport), it needs no network
/// and has no script.
///
/// ```
/// use etiology::change::ChangeConfig;
/// use etiology::report::ChangeReport;
/// use etiology::{CausalGraph, Dataset, StructuralCausalModel};
///
/// # let noise = |row: usize, pace: f64| (row as f64 * pace).sin();
/// # let week = |slower: f64| {
/// #     let db: Vec<f64> = (0..200).map(|row| 5.0 + slower + noise(row, 1.0)).collect();
/// #     let api = db.iter().enumerate().map(|(row, db)| 2.0 * db + noise(row, 2.3)).collect();
/// #     Dataset::from_columns([("db", db), ("api", api)])
/// # };
/// # let (before, after) = (week(0.0)?, week(1.5)?);
/// let model = StructuralCausalModel::new(CausalGraph::from_edges([("db", "api")])?).assign_mechanisms(&before)?;
/// let change = model.distribution_change(&before, &after, "api", &ChangeConfig::default())?;
/// let page = ChangeReport::new(&change).with_title("Last week").to_html();
/// assert!(page.starts_with("<!DOCTYPE html>") && page.contains("<h1>Last week</h1>"));
/// # Ok::<(), etiology::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct ChangeReport<'a> {
    change: &'a DistributionChange,
    title: Option<String>,
    inputs: Vec<String>,
    doubts: Vec<String>,
}

impl<'a> ChangeReport<'a> {
    /// A report of a change.
    pub fn new(change: &'a DistributionChange) -> Self {
        Self { change, title: None, inputs: Vec::new(), doubts: Vec::new() }
    }

    /// Sets the title, which otherwise names the target.
    #[must_use]
    pub fn with_title(self, title: impl Into<String>) -> Self {
        Self { title: Some(title.into()), ..self }
    }

    /// Adds where the data came from and what was put right in it, a sentence each.
    #[must_use]
    pub fn with_inputs<S: Into<String>>(mut self, inputs: impl IntoIterator<Item = S>) -> Self {
        self.inputs.extend(inputs.into_iter().map(Into::into));
        self
    }

    /// Adds what speaks against the answer, a sentence each, under the headline.
    #[must_use]
    pub fn with_doubts<S: Into<String>>(mut self, doubts: impl IntoIterator<Item = S>) -> Self {
        self.doubts.extend(doubts.into_iter().map(Into::into));
        self
    }

    /// The page.
    pub fn to_html(&self) -> String {
        let change = self.change;
        let title = self.title.clone().unwrap_or_else(|| format!("Why did {} change?", change.target));
        let sections = [
            section("contributions", "What contributed", &(bars(change) + &contributions(change))),
            section("mechanisms", "The mechanisms, old and new", &mechanisms(change)),
            section("data", "The data", &(list("plain", &self.inputs) + &json(change))),
        ];
        document(&title, &(headline(change, &self.doubts) + &sections.concat()), &[])
    }

    /// The headline, the contributions and, folded away, the mechanisms: to be put into a page that is there already, such as that of a notebook.
    /// The page's style reaches nothing outside of it.
    pub fn to_fragment(&self) -> String {
        let change = self.change;
        let parts = [bars(change), contributions(change), folded("The mechanisms, old and new", &mechanisms(change))];
        fragment(&(headline(change, &self.doubts) + &parts.concat()))
    }
}

fn headline(change: &DistributionChange, doubts: &[String]) -> String {
    let (target, functional) = (&change.target, &change.functional);
    let first = change.ranked().first().filter(|first| first.value != 0.0);
    let most = match first {
        Some(first) => format!(
            "The largest part is that of `{}`: {}.",
            first.node,
            with_error(first.value, first.std_error, first.interval)
        ),
        None => "No mechanism is seen to have changed.".to_owned(),
    };
    let moved = change.old.zip(change.new).map_or_else(String::new, |(old, new)| {
        format!(" from {} to {} under the models", significant(old), significant(new))
    });
    let ChangeEstimate { value, std_error, interval, .. } = change.total;
    let observed = change.observed.zip(change.remainder).map_or_else(String::new, |(observed, remainder)| {
        let (observed, remainder) = (significant(observed), significant(remainder));
        format!(" Observed were {observed}; what the models do not explain of that is {remainder}.")
    });
    let test = change.level.map_or_else(String::new, |level| {
        format!(
            " Mechanisms of which a test at the level {} does not show that they changed add exactly 0.",
            significant(level)
        )
    });
    format!(
        "<div class=\"verdict thin\">\n<p class=\"badge\">What changed</p>\n<p class=\"headline\">{}</p>\n{}<p>{}</p>\n</div>\n",
        sentence(&format!(
            "The {functional} of `{target}` changed{moved} by {}. {most}",
            with_error(value, std_error, interval)
        )),
        list("doubts", doubts),
        sentence(format!("{}{test}", observed.trim_start()).trim_start())
    )
}

/// A figure with the interval that covers the fit, or its error of computation.
fn with_error(value: f64, std_error: f64, interval: Option<(f64, f64)>) -> String {
    match interval {
        Some((low, high)) => format!("{} ({} to {})", significant(value), significant(low), significant(high)),
        None if std_error > 0.0 => format!("{} ± {}", significant(value), significant(std_error)),
        None => significant(value),
    }
}

fn bars(change: &DistributionChange) -> String {
    let bar = |name: &str, value: f64, std_error: f64, interval: Option<(f64, f64)>| {
        let ends = interval.unwrap_or((value - INTERVAL * std_error, value + INTERVAL * std_error));
        Bar { name: visible_name(name), value, label: signed_amount(Quantity::MeanDeviation, value), ends }
    };
    let parts = change.ranked().iter().map(|part| bar(&part.node, part.value, part.std_error, part.interval));
    let remainder = change.remainder.map(|remainder| bar("(remainder)", remainder, 0.0, None));
    let lines = if change.ranked().iter().any(|part| part.interval.is_some()) {
        "Thin lines with ends are intervals that include the fits of both models."
    } else {
        "Thin lines with ends are 95 % intervals of the computation; they do not cover the fits."
    };
    chart(
        "bars",
        &parts.chain(remainder).collect::<Vec<Bar>>(),
        least_of(Quantity::MeanDeviation),
        &format!("Contributions to the change of the {} of `{}`", change.functional, change.target),
        &format!(
            "In the unit of the {}; below 0 faint, with a dashed border. {lines}",
            escape::markup(&change.functional)
        ),
    )
}

fn contributions(change: &DistributionChange) -> String {
    let or_nothing = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), significant);
    let row = |part: &NodeChange| {
        let interval = part.interval.map(|(low, high)| format!("{} to {}", significant(low), significant(high)));
        [
            visible_name(&part.node),
            significant(part.value),
            significant(part.std_error),
            interval.unwrap_or_else(|| "-".to_owned()),
            if part.changed { "yes" } else { "no" }.to_owned(),
            part.p_value.map_or_else(|| "-".to_owned(), p_value),
            or_nothing(part.separate),
        ]
    };
    let rows: Vec<[String; 7]> = change.ranked().iter().map(row).collect();
    let header = ["node", "contribution", "± error", "interval", "changed", "p-value", "if all changed"];
    table("What the change of every mechanism added", header, &rows)
}

fn mechanisms(change: &DistributionChange) -> String {
    let row = |part: &NodeChange| [&part.node, &part.old_mechanism, &part.new_mechanism].map(|cell| visible_name(cell));
    let rows: Vec<[String; 3]> = change.ranked().iter().map(row).collect();
    table("Every mechanism as fitted to the old rows and to the new ones", ["node", "old", "new"], &rows)
}

fn json(change: &DistributionChange) -> String {
    let json = serde_json::to_string_pretty(change)
        .unwrap_or_else(|error| format!("The change cannot be written as JSON: {error}"));
    format!(
        "<details>\n<summary>The change as JSON</summary>\n<pre tabindex=\"0\">{}</pre>\n</details>\n",
        escape::json(&json)
    )
}
