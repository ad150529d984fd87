//! Call counts between services, as Jaeger (`/api/dependencies`) and Zipkin (`/api/v2/dependencies`) answer.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use serde::Deserialize;

use super::scalar::Scalar;
use crate::error::{Error, Result};
use crate::graph::CausalGraph;

/// Jaeger puts the list under `data`, Zipkin writes it bare.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a list of dependencies, or an object with such a list as `data`")]
enum Dependencies {
    Zipkin(Vec<Dependency>),
    Jaeger { data: Option<Vec<Dependency>> },
}

#[derive(Deserialize)]
struct Dependency {
    #[serde(default)]
    parent: Scalar,
    #[serde(default)]
    child: Scalar,
    #[serde(default, rename = "callCount")]
    calls: Scalar,
}

impl CausalGraph {
    /// A causal graph from a file of dependencies: `{"data": [{"parent", "child", "callCount"}]}` as Jaeger's
    /// `/api/dependencies` answers, or the bare list that Zipkin's `/api/v2/dependencies` answers.
    ///
    /// The parent calls the child, so the child is the cause; self-calls, blank names and cycles are treated as
    /// [`from_call_counts`](Self::from_call_counts) does, and reported by [`dropped_calls`](Self::dropped_calls). A count
    /// that is not there or below 0 is 0. Needs the feature `traces`.
    ///
    /// # Errors
    /// When the file cannot be read, is not such a list, or names no service.
    pub fn from_dependencies_path(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let origin = path.display().to_string();
        let file = File::open(path)
            .map_err(|error| Error::TraceFile { origin: origin.clone(), message: error.to_string() })?;
        from_reader(BufReader::new(file), &origin)
    }

    /// A causal graph from the JSON text of dependencies; see [`from_dependencies_path`](Self::from_dependencies_path).
    ///
    /// # Errors
    /// As for [`from_dependencies_path`](Self::from_dependencies_path).
    ///
    /// ```
    /// use etiology::CausalGraph;
    ///
    /// let answer = r#"{"data": [{"parent": "web", "child": "api", "callCount": 12}], "errors": null}"#;
    /// let graph = CausalGraph::from_dependencies_reader(answer.as_bytes())?;
    /// assert_eq!(graph.parents("web")?, ["api"]);
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn from_dependencies_reader(reader: impl Read) -> Result<Self> {
        from_reader(reader, "dependencies input")
    }
}

fn from_reader(reader: impl Read, origin: &str) -> Result<CausalGraph> {
    let malformed = |message: String| Error::TraceFile { origin: origin.to_owned(), message };
    let list = match serde_json::from_reader(reader).map_err(|error| malformed(error.to_string()))? {
        Dependencies::Zipkin(list) => list,
        Dependencies::Jaeger { data } => data.unwrap_or_default(),
    };
    if list.is_empty() {
        return Err(Error::Empty { what: format!("the list of dependencies in {origin}"), expected: "dependency" });
    }
    let name = |name: &Scalar| name.text().unwrap_or_default().to_owned();
    let count = |calls: &Scalar| calls.integer().and_then(|calls| u64::try_from(calls).ok()).unwrap_or(0);
    CausalGraph::from_call_counts(list.iter().map(|call| (name(&call.parent), name(&call.child), count(&call.calls))))
}
