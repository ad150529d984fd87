//! What Alertmanager sends to a webhook (version 4), as questions.
//!
//! An alert says which node is off, and since when. What the nodes were then it says only where its rule writes it down: in annotations
//! named after nodes, or all in one annotation, which a template of Prometheus can fill.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;
use etiology::FittedModel;
use etiology::report::visible_name;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::event::{SentEvent, Value};
use crate::explainer::Explainer;
use crate::question::{Question, Refusal};

/// So many alerts of a webhook are explained.
const MOST_EXPLAINED: usize = 100;
/// So many answers are kept, as Alertmanager does not look at them.
const MOST_KEPT: usize = 100;
/// Nodes that a message names for example.
const SHOWN: usize = 3;

/// The annotation with the values of all nodes, as a JSON object.
const EVENT: &str = "etiology_event";
/// The label or annotation that says which node is to be explained.
const TARGET: &str = "etiology_target";

#[derive(Deserialize)]
pub(crate) struct Webhook {
    version: String,
    alerts: Vec<Alert>,
}

#[derive(Deserialize)]
pub(crate) struct Alert {
    status: String,
    labels: SentEvent,
    annotations: SentEvent,
    #[serde(rename = "startsAt")]
    starts_at: Option<String>,
    fingerprint: Option<String>,
}

/// What became of an alert.
#[derive(Serialize)]
pub(crate) struct Answered {
    status: &'static str,
    alertname: Option<String>,
    fingerprint: Option<String>,
    #[serde(rename = "startsAt")]
    starts_at: Option<String>,
    /// Why it is not explained.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<Box<RawValue>>,
}

impl Webhook {
    /// The alerts, in the order sent.
    ///
    /// # Errors
    /// When it is no JSON of the expected form, or of another version.
    pub(crate) fn read(json: &[u8]) -> Result<Vec<Alert>, Refusal> {
        let Self { version, alerts } = serde_json::from_slice(json).map_err(|error| {
            let status = if error.is_data() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::BAD_REQUEST };
            Refusal::new(status, format!("this is no webhook of Alertmanager: {error}"))
        })?;
        if version != "4" {
            let found = visible_name(&version);
            let message = format!("a webhook of Alertmanager of version 4 is expected, but this one has `{found}`");
            return Err(Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, message));
        }
        Ok(alerts)
    }
}

impl Answered {
    fn new(alert: &mut Alert) -> Self {
        let alertname = text(&alert.labels, "alertname").map(str::to_owned);
        let (fingerprint, starts_at) = (alert.fingerprint.take(), alert.starts_at.take());
        Self { status: "acknowledged", alertname, fingerprint, starts_at, reason: None, verdict: None }
    }

    pub(crate) fn unexplained(self, reason: String) -> Self {
        Self { status: "unexplained", reason: Some(reason), ..self }
    }

    pub(crate) fn explained(self, json: Vec<u8>) -> Self {
        match String::from_utf8(json).ok().and_then(|json| RawValue::from_string(json).ok()) {
            Some(verdict) => Self { status: "explained", verdict: Some(verdict), ..self },
            None => self.unexplained("the verdict is no JSON".to_owned()),
        }
    }
}

/// What is asked about alerts that fire.
pub(crate) struct Asking<'e> {
    model: &'e FittedModel,
    explainer: &'e Explainer,
    /// The nodes by the names that labels and annotations may have; nothing where several share one.
    nodes: BTreeMap<String, Option<&'e str>>,
    /// The target of alerts that name none.
    target: Option<&'e str>,
    limit: Option<Duration>,
    asked: usize,
}

impl<'e> Asking<'e> {
    pub(crate) fn new(explainer: &'e Explainer, target: Option<&'e str>, limit: Option<Duration>) -> Self {
        let model = explainer.model();
        let mut nodes: BTreeMap<String, Option<&str>> = BTreeMap::new();
        for node in model.graph().nodes() {
            nodes.entry(as_label(node)).and_modify(|several| *several = None).or_insert(Some(node));
        }
        // A node's own name is its own.
        nodes.extend(model.graph().nodes().map(|node| (node.to_owned(), Some(node))));
        Self { model, explainer, nodes, target, limit, asked: 0 }
    }

    /// The answer so far, and what is to be asked for the rest of it; nothing where that is all.
    pub(crate) fn ask(&mut self, mut alert: Alert) -> (Answered, Option<Question>) {
        let answered = Answered::new(&mut alert);
        match alert.status.as_str() {
            "resolved" => return (answered, None),
            "firing" => (),
            other => {
                let other = visible_name(other);
                return (answered.unexplained(format!("`status` is to be firing or resolved, but is `{other}`")), None);
            }
        }
        self.asked += 1;
        if self.asked > MOST_EXPLAINED {
            return (
                answered.unexplained(format!("no more than {MOST_EXPLAINED} alerts of one webhook are explained")),
                None,
            );
        }
        match self.question(alert) {
            Ok(question) => (answered, Some(question)),
            Err(reason) => (answered.unexplained(reason), None),
        }
    }

    fn question(&self, alert: Alert) -> Result<Question, String> {
        let said = text(&alert.annotations, TARGET).or_else(|| text(&alert.labels, TARGET)).or(self.target);
        let target = said.ok_or_else(|| {
            format!("which node is to be explained is not said: the label or annotation `{TARGET}` is needed, or target= in the address")
        })?;
        let target = match self.nodes.get(target) {
            Some(Some(node)) => (*node).to_owned(),
            _ => target.to_owned(),
        };
        let values = self.values(alert)?;
        if values.is_empty() {
            let shown: Vec<String> = self.model.graph().nodes().take(SHOWN).map(as_label).collect();
            let shown = visible_name(&shown.join(", "));
            return Err(format!(
                "the alert has no value of any node: annotations named after nodes ({shown} and so on) are needed, or the annotation \
                 `{EVENT}` with a JSON object of the values of all nodes"
            ));
        }
        let event = SentEvent::new(values).observation(self.explainer.report()).map_err(|error| error.to_string())?;
        Ok(Question { target, event, limit: self.limit, time: (None, None) })
    }

    /// What the alert says of nodes.
    fn values(&self, alert: Alert) -> Result<Vec<(String, Value)>, String> {
        let mut values = Vec::new();
        for (name, value) in alert.annotations.into_pairs() {
            match (name.as_str(), value) {
                (EVENT, Value::Text(json)) => {
                    let event: SentEvent = serde_json::from_str(&json).map_err(|error| {
                        format!(
                            "`{EVENT}` is to be a JSON object with a number, a text or null for every node: {error}"
                        )
                    })?;
                    values.extend(event.into_pairs());
                }
                (_, value) => {
                    if let Some(node) = self.node(&name)? {
                        values.push((node.to_owned(), self.typed(node, value)));
                    }
                }
            }
        }
        // Most labels say what an alert is about, not what was measured.
        for (name, value) in alert.labels.into_pairs() {
            let Some(node) = self.node(&name)? else { continue };
            let value = self.typed(node, value);
            if matches!(value, Value::Number(_)) || self.is_category(node) {
                values.push((node.to_owned(), value));
            }
        }
        Ok(values)
    }

    fn node(&self, name: &str) -> Result<Option<&'e str>, String> {
        match self.nodes.get(name) {
            Some(None) => Err(format!(
                "`{}` may be any of several nodes: `{EVENT}` can tell them apart, with a JSON object of the values of all nodes",
                visible_name(name)
            )),
            Some(Some(node)) => Ok(Some(node)),
            None => Ok(None),
        }
    }

    /// All is text in an alert. Of a quantity a number is one, and what Prometheus writes where there is none is no value.
    fn typed(&self, node: &str, value: Value) -> Value {
        match value {
            Value::Text(text) if !self.is_category(node) => match text.trim().parse() {
                Ok(number) => Value::Number(number),
                Err(_) => Value::Text(text),
            },
            other => other,
        }
    }

    fn is_category(&self, node: &str) -> bool {
        self.model.levels(node).is_ok_and(|levels| levels.is_some())
    }
}

/// The name that a label or an annotation for this node may have everywhere: letters, digits and `_`.
fn as_label(node: &str) -> String {
    let plain = |character: char| if character.is_ascii_alphanumeric() { character } else { '_' };
    let label: String = node.chars().map(plain).collect();
    if label.starts_with(|first: char| first.is_ascii_digit()) { format!("_{label}") } else { label }
}

fn text<'s>(pairs: &'s SentEvent, name: &str) -> Option<&'s str> {
    pairs.pairs().find_map(|(other, value)| match value {
        Value::Text(text) if other == name => Some(text.as_str()),
        _ => None,
    })
}

/// The last answers, the newest first.
#[derive(Default)]
pub(crate) struct Kept(Mutex<VecDeque<String>>);

impl Kept {
    /// The answers as JSON, which are kept as well.
    ///
    /// # Errors
    /// When they cannot be written.
    pub(crate) fn keep(&self, answers: &[Answered]) -> Result<String, serde_json::Error> {
        let written = answers.iter().map(serde_json::to_string).collect::<Result<Vec<String>, _>>()?;
        let all = list(&written);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        written.into_iter().for_each(|answer| kept.push_front(answer));
        kept.truncate(MOST_KEPT);
        Ok(all)
    }

    pub(crate) fn json(&self) -> String {
        list(self.0.lock().unwrap_or_else(PoisonError::into_inner).iter())
    }
}

fn list<'a>(answers: impl IntoIterator<Item = &'a String>) -> String {
    let answers: Vec<&str> = answers.into_iter().map(String::as_str).collect();
    format!("{{\"answers\":[{}]}}", answers.join(","))
}

#[cfg(test)]
mod tests {
    use etiology::{CausalGraph, NoiseDistribution, StructuralCausalModel};

    use super::*;

    fn alerts(alert: &str, count: usize) -> Vec<Alert> {
        let json = format!("{{\"version\": \"4\", \"alerts\": [{}]}}", vec![alert; count].join(","));
        Webhook::read(json.as_bytes()).unwrap()
    }

    #[test]
    fn names_that_several_nodes_may_have_are_refused_and_so_are_more_alerts_than_can_be_answered() {
        let nodes = ["a b", "a-b", "a_c", "a-c", "db"];
        let graph = CausalGraph::from_nodes_and_edges(nodes, Vec::<(&str, &str)>::new()).unwrap();
        let normal = || NoiseDistribution::normal(0.1, 0.02).unwrap();
        let model = nodes
            .iter()
            .try_fold(StructuralCausalModel::new(graph), |model, node| model.with_mechanism(node, normal()));
        let explainer = Explainer::new(model.unwrap().without_fitting().unwrap(), None, &[]).unwrap();
        let mut asking = Asking::new(&explainer, Some("db"), None);
        let mut ask = |annotations: &str| {
            let alert = format!(
                "{{\"status\": \"firing\", \"labels\": {{\"db\": \"0.5\", \"a_c\": \"x\"}}, \"annotations\": {annotations}}}"
            );
            let (answered, question) = asking.ask(alerts(&alert, 1).remove(0));
            question.ok_or(answered.reason)
        };
        let question = ask(r#"{"a_c": "0.25"}"#).unwrap();
        assert_eq!((question.event.get("db"), question.event.get("a_c")), (Some(0.5), Some(0.25)));
        assert!(ask(r#"{"a_b": "1"}"#).unwrap_err().unwrap().contains("any of several nodes"));
        assert!(ask(r#"{"db": "1"}"#).unwrap_err().unwrap().contains("`db`"));
        let firing = r#"{"status": "firing", "labels": {}, "annotations": {"db": "0.5"}}"#;
        let mut asking = Asking::new(&explainer, Some("db"), None);
        let asked: Vec<bool> = alerts(firing, 102).into_iter().map(|alert| asking.ask(alert).1.is_some()).collect();
        assert_eq!((asked.iter().filter(|asked| **asked).count(), asked[100]), (100, false));
    }

    #[test]
    fn a_name_of_a_label_is_that_of_the_node_without_what_labels_cannot_have() {
        assert_eq!(["Product DB", "db", "3-tier", "söhne"].map(as_label), ["Product_DB", "db", "_3_tier", "s_hne"]);
    }
}
