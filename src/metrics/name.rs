//! Which node a series is of.

use std::collections::BTreeMap;

use crate::error::{Error, Result, list_with_guess};

/// The label that holds the name of the metric itself.
const METRIC: &str = "__name__";

/// How the node of a series is called, by the labels of the series.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum NodeName {
    /// The values of the labels in which the series of one answer differ, joined by `/`; the name of the metric, or that of the answer's only
    /// label, where there is one series.
    #[default]
    WhatDiffers,
    /// The value of one label, such as `service`.
    Label(String),
    /// A text in which `{label}` stands for the value of a label, such as `{service} errors`.
    Template(String),
}

impl NodeName {
    /// What a person writes: a template if there is a brace in it, else a label.
    pub fn parse(text: &str) -> Self {
        if text.contains('{') { Self::Template(text.to_owned()) } else { Self::Label(text.to_owned()) }
    }

    /// The names of all series of one answer.
    pub(super) fn of_all(&self, series: &[&BTreeMap<String, String>]) -> Result<Vec<String>> {
        match self {
            Self::WhatDiffers => Ok(what_differs(series)),
            Self::Label(label) => series.iter().map(|labels| value(labels, label).map(str::to_owned)).collect(),
            Self::Template(template) => series.iter().map(|labels| filled(template, labels)).collect(),
        }
    }
}

fn what_differs(series: &[&BTreeMap<String, String>]) -> Vec<String> {
    let Some(first) = series.first() else { return Vec::new() };
    let all: std::collections::BTreeSet<&String> = series.iter().flat_map(|labels| labels.keys()).collect();
    let differs = |label: &String| series.iter().any(|labels| labels.get(label) != first.get(label));
    let mut differing: Vec<&String> = all.iter().copied().filter(|label| differs(label)).collect();
    if differing.is_empty() {
        let only = if all.len() == 1 { all.first().copied() } else { None };
        differing.extend(first.get_key_value(METRIC).map(|(label, _)| label).or(only));
    }
    let joined = |labels: &&BTreeMap<String, String>| {
        let values: Vec<&str> = differing.iter().filter_map(|&label| labels.get(label)).map(String::as_str).collect();
        values.join("/")
    };
    let names: Vec<String> = series.iter().map(joined).collect();
    let written_out = |(name, labels): (String, &&BTreeMap<String, String>)| {
        if name.is_empty() { format!("{labels:?}") } else { name }
    };
    names.into_iter().zip(series).map(written_out).collect()
}

fn value<'l>(labels: &'l BTreeMap<String, String>, label: &str) -> Result<&'l str> {
    labels.get(label).map(String::as_str).ok_or_else(|| Error::MissingColumn {
        column: label.to_owned(),
        available: format!("the labels {}", list_with_guess(&labels.keys().collect::<Vec<_>>(), label)),
    })
}

fn filled(template: &str, labels: &BTreeMap<String, String>) -> Result<String> {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let (label, after) = after.split_once('}').ok_or_else(|| Error::InvalidParameter {
            name: "the template of node names",
            requirement: "text with labels in braces, such as `{service} errors`",
            found: format!("`{template}`, in which a brace is not closed"),
        })?;
        text.push_str(value(labels, label.trim())?);
        rest = after;
    }
    text.push_str(rest);
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|&(label, value)| (label.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn series_are_called_after_what_tells_them_apart() {
        let (web, db) = (labels(&[("job", "x"), ("service", "web")]), labels(&[("job", "x"), ("service", "db")]));
        assert_eq!(NodeName::WhatDiffers.of_all(&[&web, &db]).unwrap(), ["web", "db"]);
        let (a, b) = (labels(&[("region", "eu"), ("service", "web")]), labels(&[("region", "us"), ("service", "db")]));
        assert_eq!(NodeName::WhatDiffers.of_all(&[&a, &b]).unwrap(), ["eu/web", "us/db"]);
        let alone = labels(&[(METRIC, "up"), ("job", "x")]);
        assert_eq!(NodeName::WhatDiffers.of_all(&[&alone]).unwrap(), ["up"]);
        assert_eq!(NodeName::WhatDiffers.of_all(&[&labels(&[("service", "web")])]).unwrap(), ["web"]);
    }

    #[test]
    fn labels_and_templates_are_filled_and_a_mistyped_label_is_told() {
        let web = labels(&[("service", "web"), ("code", "500")]);
        assert_eq!(NodeName::parse("service").of_all(&[&web]).unwrap(), ["web"]);
        assert_eq!(NodeName::parse("{service} {code}s").of_all(&[&web]).unwrap(), ["web 500s"]);
        let error = NodeName::parse("servcie").of_all(&[&web]).unwrap_err().to_string();
        assert!(error.contains("`servcie`") && error.contains("did you mean `service`?"), "{error}");
        assert!(NodeName::parse("{service").of_all(&[&web]).is_err());
    }
}
