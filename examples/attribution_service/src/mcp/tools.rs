//! What may be called: a diagnosis, the graph, and facts of the model.

use std::ops::ControlFlow;
use std::time::Duration;

use etiology::Error;
use etiology::report::visible_name;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::answer::{Found, Times};
use crate::asked::{Form, Question, Refusal};
use crate::explainer::Explainer;
use crate::mcp::message::{Call, Failure};

/// What the tools are and take, as `tools/list` gives it.
pub(super) const LISTED: Listed = Listed(include_str!("tools.json"));

pub(super) struct Listed(&'static str);

impl Listed {
    pub(super) fn as_json(&self) -> Value {
        serde_json::from_str(self.0).unwrap_or_default()
    }
}

pub(super) struct Tools<'e> {
    explainer: &'e Explainer,
    /// Of a diagnosis that names no limit.
    limit: Duration,
}

/// The result of a call: for people and models as text, and for programs.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Called {
    content: [Text; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    structured_content: Option<Box<RawValue>>,
    is_error: bool,
}

#[derive(Serialize)]
struct Text {
    r#type: &'static str,
    text: String,
}

impl Called {
    fn new(text: String, structured: String) -> Result<Self, String> {
        let structured = RawValue::from_string(structured).map_err(|error| error.to_string())?;
        Ok(Self { content: [Text { r#type: "text", text }], structured_content: Some(structured), is_error: false })
    }

    /// What went wrong within a tool, so that a model can mend what it asked.
    fn failed(text: String) -> Self {
        Self { content: [Text { r#type: "text", text }], structured_content: None, is_error: true }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AboutNode {
    node: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[derive(Deserialize)]
struct Verdict {
    text: String,
}

impl<'e> Tools<'e> {
    pub(super) fn new(explainer: &'e Explainer, limit: Duration) -> Self {
        Self { explainer, limit }
    }

    /// # Errors
    /// When there is no such tool; what goes wrong within one is a result.
    pub(super) fn call(&self, call: &Call) -> Result<Called, Failure> {
        let arguments = call.arguments.as_ref().map_or("{}", |arguments| arguments.get());
        let called = match call.name.as_str() {
            "diagnose" => self.diagnose(arguments),
            "graph" => self.graph(arguments),
            "model" => self.model(arguments),
            other => {
                let other = visible_name(other);
                return Err(Failure::of_params(format!("there is no tool `{other}`, but diagnose, graph and model")));
            }
        };
        Ok(called.unwrap_or_else(Called::failed))
    }

    fn diagnose(&self, arguments: &str) -> Result<Called, String> {
        let said = |refusal: Refusal| refusal.message;
        let question = Question::read(arguments.as_bytes(), self.explainer.report()).map_err(said)?;
        let limit = question.limit.unwrap_or_else(|| Form::Verdict.limit(self.limit));
        let found =
            Found::within(self.explainer, &question, limit, false, || ControlFlow::Continue(())).map_err(said)?;
        let times = Times { computing: Duration::ZERO, waiting: Duration::ZERO };
        let json = found.written(Form::Verdict, &question, self.explainer.units(), times).map_err(said)?;
        let json = String::from_utf8(json).map_err(|error| error.to_string())?;
        let Verdict { text } = serde_json::from_str(&json).map_err(|error| error.to_string())?;
        Called::new(text, json)
    }

    fn graph(&self, arguments: &str) -> Result<Called, String> {
        let Nothing {} = read(arguments)?;
        let graph = self.explainer.model().graph();
        let edges: Vec<[&str; 2]> = graph.edges().map(|(cause, effect)| [cause, effect]).collect();
        let line = |[cause, effect]: &[&str; 2]| format!("{} -> {}\n", visible_name(cause), visible_name(effect));
        let text = format!(
            "{} nodes; an arrow goes from a cause to its effect:\n{}",
            graph.node_count(),
            edges.iter().map(line).collect::<String>()
        );
        let nodes: Vec<&str> = graph.nodes().collect();
        Called::new(text, json!({ "nodes": nodes, "edges": edges }).to_string())
    }

    fn model(&self, arguments: &str) -> Result<Called, String> {
        let AboutNode { node } = read(arguments)?;
        self.facts(node.as_deref())
            .map_err(|error| error.to_string())
            .and_then(|(text, facts)| Called::new(text, facts.to_string()))
    }

    /// Of a node, or of the model as a whole.
    fn facts(&self, node: Option<&str>) -> Result<(String, Value), Error> {
        let model = self.explainer.model();
        let Some(node) = node else {
            let (nodes, edges) = (model.graph().node_count(), model.graph().edges().count());
            let rows = model.training_rows();
            let fitted = rows.map_or_else(|| "not fitted to data".to_owned(), |rows| format!("fitted to {rows} rows"));
            let findings: Vec<String> = model.findings().iter().map(ToString::to_string).collect();
            let text =
                [vec![format!("{nodes} nodes and {edges} edges, {fitted}.")], findings.clone()].concat().join("\n");
            let facts = json!({ "nodes": nodes, "edges": edges, "training_rows": rows, "findings": findings });
            return Ok((text, facts));
        };
        let mechanism = model.mechanism(node)?.to_string();
        let parents = model.mechanism_parents(node)?;
        let unit = self.explainer.units().of(node).map(ToString::to_string);
        let causes: Vec<String> = parents.iter().map(|parent| visible_name(parent)).collect();
        let causes =
            if causes.is_empty() { "has no causes".to_owned() } else { format!("follows from {}", causes.join(", ")) };
        let text = format!("{} {causes}: {mechanism}", visible_name(node));
        Ok((text, json!({ "node": node, "parents": parents, "mechanism": mechanism, "unit": unit })))
    }
}

fn read<'a, A: Deserialize<'a>>(arguments: &'a str) -> Result<A, String> {
    serde_json::from_str(arguments).map_err(|error| format!("the arguments are not as expected: {error}"))
}
