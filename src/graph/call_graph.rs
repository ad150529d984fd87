//! Call graphs: who calls whom, which is the causal graph with its arrows turned round.

use std::path::Path;

use super::causal_graph::CausalGraph;
use super::dropped_call::{DroppedCall, reason_to_drop};
use crate::error::{Error, Result};
use crate::tables::{PairHeaders, read_pairs, read_pairs_path};

const CALLS: [&str; 2] = ["caller", "callee"];
const EDGES: [&str; 2] = ["cause", "effect"];
/// Header of a CSV file of calls.
const CALL_HEADERS: PairHeaders = PairHeaders {
    wanted: CALLS,
    mistaken: EDGES,
    advice: "these are causal edges, which already point from cause to effect; read them as edges \
             (`CausalGraph::from_edges_csv_path`, `--edges`), or every arrow would be turned round",
};
/// Header of a CSV file of causal edges.
const EDGE_HEADERS: PairHeaders = PairHeaders {
    wanted: EDGES,
    mistaken: CALLS,
    advice: "this is a call graph, whose arrows are turned round, as a slow callee makes its caller slow; read it as one \
             (`CausalGraph::from_call_graph_csv_path`, `--calls`)",
};

impl CausalGraph {
    /// A causal graph from the calls of a system, as pairs of caller and callee.
    ///
    /// A slow or failing callee makes its caller slow or fail, so every arrow is turned round:
    /// the callee is the cause. Self-calls and calls with a blank name are left out and reported by
    /// [`dropped_calls`](Self::dropped_calls); repeated calls count once.
    ///
    /// # Errors
    /// When no call is left, or services call each other in a cycle.
    ///
    /// ```
    /// use etiology::CausalGraph;
    ///
    /// let graph = CausalGraph::from_call_graph([("web", "api"), ("api", "db"), ("api", "api")])?;
    /// assert_eq!(graph.parents("web")?, ["api"]);
    /// assert_eq!(graph.dropped_calls().len(), 1);
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn from_call_graph<A: Into<String>, B: Into<String>>(calls: impl IntoIterator<Item = (A, B)>) -> Result<Self> {
        let mut edges = Vec::new();
        let mut dropped = Vec::new();
        for (caller, callee) in calls {
            let (caller, callee) = (caller.into(), callee.into());
            match reason_to_drop(&caller, &callee) {
                Some(reason) => dropped.push(DroppedCall { caller, callee, reason }),
                None => edges.push((callee, caller)),
            }
        }
        match Self::from_edges(edges) {
            Ok(graph) => Ok(graph.with_dropped_calls(dropped)),
            // Told along the calls, as the user wrote them.
            Err(Error::Cycle { nodes }) => Err(Error::Cycle { nodes: nodes.into_iter().rev().collect() }),
            Err(error) => Err(error),
        }
    }

    /// A causal graph from a CSV file of calls with the columns `caller` and `callee`; see
    /// [`from_call_graph`](Self::from_call_graph).
    ///
    /// # Errors
    /// When the file cannot be read, a column is missing, or as for `from_call_graph`.
    pub fn from_call_graph_csv_path(path: impl AsRef<Path>) -> Result<Self> {
        Self::from_call_graph(read_pairs_path(path.as_ref(), &CALL_HEADERS)?)
    }

    /// A causal graph from CSV text with the columns `caller` and `callee`; see
    /// [`from_call_graph`](Self::from_call_graph).
    ///
    /// # Errors
    /// As for [`from_call_graph_csv_path`](Self::from_call_graph_csv_path).
    pub fn from_call_graph_csv_reader(reader: impl std::io::Read) -> Result<Self> {
        Self::from_call_graph(read_pairs(reader, &CALL_HEADERS)?)
    }

    /// A causal graph from a CSV file with the columns `cause` and `effect`.
    ///
    /// # Errors
    /// When the file cannot be read, a column is missing, or as for [`from_edges`](Self::from_edges).
    pub fn from_edges_csv_path(path: impl AsRef<Path>) -> Result<Self> {
        Self::from_edges(read_pairs_path(path.as_ref(), &EDGE_HEADERS)?)
    }

    /// A causal graph from CSV text with the columns `cause` and `effect`.
    ///
    /// # Errors
    /// As for [`from_edges_csv_path`](Self::from_edges_csv_path).
    pub fn from_edges_csv_reader(reader: impl std::io::Read) -> Result<Self> {
        Self::from_edges(read_pairs(reader, &EDGE_HEADERS)?)
    }
}
