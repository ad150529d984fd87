//! The units of all nodes: as they were said, as a table has them, or by the names of columns.

use std::collections::BTreeMap;

use super::unit::{Unit, short};
use crate::error::{Error, Result};
use crate::question::attribution::{ContextNode, Contribution, MissingNode};
use crate::tables::TableReport;
use crate::wording::significant;

/// Words for units at the end of a name that mean nothing else there.
const LONG_WORDS: [(&str, &str); 10] = [
    ("seconds", "s"),
    ("milliseconds", "ms"),
    ("millis", "ms"),
    ("microseconds", "us"),
    ("micros", "us"),
    ("nanoseconds", "ns"),
    ("nanos", "ns"),
    ("bytes", "B"),
    ("kilobytes", "kB"),
    ("megabytes", "MB"),
];
/// Short ones, which count behind a word for time alone: `latency_ms`, but not `orders_us`.
const SHORT_WORDS: [&str; 5] = ["ms", "us", "ns", "sec", "secs"];
const WORDS_FOR_TIME: [&str; 7] = ["time", "latency", "duration", "elapsed", "wait", "delay", "response"];
/// What stands behind the unit in the names that Prometheus gives.
const OF_AGGREGATES: [&str; 2] = ["sum", "total"];

/// What the values of each node are measured in, as far as that is known: then figures are said with their unit.
///
/// ```
/// use etiology::report::{Unit, Units};
///
/// let units = Units::default().with_others(Unit::parse("s")?).with("queue", Unit::parse("jobs")?);
/// assert_eq!((units.text("db", 0.387), units.text("queue", 12.0)), ("387 ms".to_owned(), "12 jobs".to_owned()));
/// assert_eq!(Units::default().text("db", 0.387), "0.3870");
/// # Ok::<(), etiology::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Units {
    of_nodes: BTreeMap<String, Unit>,
    others: Option<Unit>,
}

impl Units {
    /// Sets the unit of a node.
    #[must_use]
    pub fn with(mut self, node: impl Into<String>, unit: Unit) -> Self {
        self.of_nodes.insert(node.into(), unit);
        self
    }

    /// Sets the unit of all nodes that have none of their own.
    #[must_use]
    pub fn with_others(self, unit: Unit) -> Self {
        Self { others: Some(unit), ..self }
    }

    /// Adds the units that were found in a table, in headers such as `latency [ms]` and in cells such as `20 ms`: of nodes that have none
    /// of their own yet.
    #[must_use]
    pub fn with_table(mut self, report: &TableReport) -> Self {
        for column in &report.columns {
            // `1` is that of numbers that were shortened, such as 1.2 K.
            let unit = column.unit.as_ref().filter(|found| found.unit != "1");
            if let Some(unit) = unit.and_then(|found| Unit::parse(&found.unit).ok()) {
                self.of_nodes.entry(column.name.clone()).or_insert(unit);
            }
        }
        self
    }

    /// Adds the units that names of nodes end in, as metrics of Prometheus do: `request_duration_seconds`, `received_bytes_total`,
    /// `latency_ms`. Of nodes that have none of their own yet.
    #[must_use]
    pub fn with_names<'n>(mut self, nodes: impl IntoIterator<Item = &'n str>) -> Self {
        for node in nodes {
            if let Some(unit) = in_name(node).and_then(|unit| Unit::parse(unit).ok()) {
                self.of_nodes.entry(node.to_owned()).or_insert(unit);
            }
        }
        self
    }

    /// The unit of a node, if it is known.
    pub fn of(&self, node: &str) -> Option<&Unit> {
        self.of_nodes.get(node).or(self.others.as_ref())
    }

    /// A value of a node for people, with its unit where that is known, else with four digits that count.
    pub fn text(&self, node: &str, value: f64) -> String {
        self.of(node).map_or_else(|| significant(value), |unit| unit.text(value))
    }

    /// The same within a sentence, where digits that do not count are in the way.
    pub(in crate::report) fn in_words(&self, node: &str, value: f64) -> String {
        self.of(node).map_or_else(|| short(value), |unit| unit.text(value))
    }

    /// What was observed of a node; of a category, its level.
    pub(super) fn observed(&self, part: &Contribution) -> String {
        self.level_or(part.observed_level.as_ref(), &part.node, part.observed)
    }

    /// What is typical of a node; of a category, its level.
    pub(super) fn typical(&self, part: &Contribution) -> String {
        self.level_or(part.typical_level.as_ref(), &part.node, part.typical)
    }

    /// What is typical of a node whose value is missing.
    pub(super) fn typical_of_missing(&self, part: &MissingNode) -> String {
        self.level_or(part.typical_level.as_ref(), &part.node, part.typical)
    }

    /// What was given of a node.
    pub(super) fn given(&self, node: &ContextNode) -> String {
        self.level_or(node.observed_level.as_ref(), &node.node, node.observed)
    }

    fn level_or(&self, level: Option<&String>, node: &str, value: f64) -> String {
        level.cloned().unwrap_or_else(|| self.text(node, value))
    }

    /// The units of some nodes by their names, for JSON: those that are known.
    pub fn of_nodes<'n>(&self, nodes: impl IntoIterator<Item = &'n str>) -> BTreeMap<String, Unit> {
        nodes.into_iter().filter_map(|node| Some((node.to_owned(), self.of(node)?.clone()))).collect()
    }

    /// Adds a unit as a command line has it: `s` for all nodes that have none of their own, or `node=ms` for one.
    ///
    /// # Errors
    /// As [`Unit::parse`]; and when another unit is known already: values were converted to the one that was found in a table.
    pub fn said(self, text: &str) -> Result<Self> {
        let (node, unit) = text.rsplit_once('=').map_or((None, text), |(node, unit)| (Some(node), unit));
        let unit = Unit::parse(unit)?;
        let known = match node {
            Some(node) => self.of_nodes.get(node),
            None => self.others.as_ref(),
        };
        if let Some(known) = known.filter(|known| **known != unit) {
            let whose = node.map_or_else(|| "all nodes".to_owned(), |node| format!("`{node}`"));
            let found = format!("{unit}, where the values of {whose} are in {known}");
            return Err(Error::InvalidParameter { name: "the unit", requirement: "the one that is known", found });
        }
        Ok(match node {
            Some(node) => self.with(node, unit),
            None => self.with_others(unit),
        })
    }
}

/// The unit that a name ends in.
fn in_name(name: &str) -> Option<&'static str> {
    let words = words(name);
    let is_aggregate = |word: &&String| OF_AGGREGATES.contains(&word.as_str());
    let end = words.len() - words.iter().rev().take_while(is_aggregate).count();
    let (last, before) = words[..end].split_last()?;
    // What is measured per something has another unit.
    if words.iter().any(|word| word == "per") {
        return None;
    }
    let long = LONG_WORDS.iter().find(|(word, _)| word == last).map(|(_, unit)| *unit);
    let is_of_time = before.iter().any(|word| WORDS_FOR_TIME.contains(&word.as_str()));
    long.or_else(|| SHORT_WORDS.into_iter().find(|word| is_of_time && word == last))
}

/// The words of a name in lower case, whether they are set apart by signs or by capitals.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_small = false;
    for character in name.chars() {
        if !character.is_alphanumeric() || (character.is_uppercase() && after_small) {
            words.push(String::new());
        }
        after_small = character.is_lowercase() || character.is_numeric();
        if let (true, Some(word)) = (character.is_alphanumeric(), words.last_mut()) {
            word.extend(character.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_metrics_end_in_their_unit() {
        for (name, unit) in [
            ("http_request_duration_seconds", Some("s")),
            ("web http_request_duration_seconds_sum", Some("s")),
            ("node_network_receive_bytes_total", Some("B")),
            ("latency_ms", Some("ms")),
            ("responseTimeMs", Some("ms")),
            ("api.latencyMillis", Some("ms")),
            ("http_request_duration_seconds_count", None),
            ("bytes_per_second", None),
            ("orders_us", None),
            ("latency_us", Some("us")),
            ("latency_min", None),
            ("seconds_left", None),
            ("Website", None),
            ("", None),
        ] {
            assert_eq!(in_name(name), unit, "{name}");
        }
    }

    #[test]
    fn what_was_said_goes_before_what_was_found() {
        let units = Units::default().said("db_seconds=ms").unwrap().said("jobs").unwrap();
        let units = units.with_names(["db_seconds", "web_seconds", "queue"]);
        assert_eq!(
            ["db_seconds", "web_seconds", "queue"].map(|node| units.of(node).unwrap().name()),
            ["ms", "s", "jobs"]
        );
        assert!(Units::default().said("x=").is_err() && Units::default().said("a b").is_err());
        let refused = Units::default().with_others(Unit::seconds()).said("ms").unwrap_err().to_string();
        assert!(refused.contains("ms, where the values of all nodes are in s"), "{refused}");
        assert!(units.clone().said("web_seconds=B").is_err() && units.said("web_seconds=s").is_ok());
    }
}
