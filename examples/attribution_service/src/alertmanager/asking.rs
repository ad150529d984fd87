//! What alerts ask.

use std::collections::BTreeMap;
use std::time::Duration;

use etiology::FittedModel;
use etiology::report::visible_name;

use super::answered::Answered;
use super::webhook::Alert;
use crate::asked::{Question, SentEvent, Value};
use crate::explainer::Explainer;

/// So many alerts of a webhook are explained.
const MOST_EXPLAINED: usize = 100;
/// Nodes that a message names for example.
const SHOWN: usize = 3;

/// The annotation with the values of all nodes, as a JSON object.
const EVENT: &str = "etiology_event";
/// The label or annotation that says which node is to be explained.
const TARGET: &str = "etiology_target";

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
    pub(crate) fn ask(&mut self, alert: Alert) -> (Answered, Option<Question>) {
        let answered = Answered::new(&alert);
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
        let said = alert.annotation(TARGET).or_else(|| alert.label(TARGET)).or(self.target);
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

#[cfg(test)]
mod tests {
    use etiology::{CausalGraph, NoiseDistribution, StructuralCausalModel};

    use super::*;
    use crate::alertmanager::Webhook;

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
