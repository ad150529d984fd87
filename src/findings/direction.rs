//! A graph against the same graph with its arrows turned round: which of the two do the data contradict?
//!
//! Both imply independencies; where the true graph has the arrows turned round, the given one is contradicted and the other is
//! not. Graphs without colliders, such as chains, imply the same either way round, and nothing can be said.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::finding::Finding;
use super::implied::ImpliedTests;
use super::kind::FindingKind;

/// One graph is contradicted more than another if it is more than so many times as often.
const CLEARLY: usize = 3;

/// The independencies that a graph implies, and those of the graph with its arrows turned round, in the training data.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Direction {
    /// The tests of the graph as it is.
    pub given: ImpliedTests,
    /// The tests of the graph with its arrows turned round.
    pub reversed: ImpliedTests,
}

impl Direction {
    /// Whether the data contradict the graph, and hardly the one with its arrows turned round.
    pub fn favours_reversed(&self) -> bool {
        clearly_more(self.given, self.reversed)
    }

    /// Whether the data contradict the graph with its arrows turned round, and hardly the one that was given.
    pub fn favours_graph(&self) -> bool {
        clearly_more(self.reversed, self.given)
    }

    /// What follows for the model as a whole.
    pub(crate) fn finding(&self) -> Option<Finding> {
        let remedy = "The arrows seem to be the wrong way round: they point from cause to effect, that is from callee to caller. Give \
                      calls as a call graph (`CausalGraph::from_call_graph`, `--calls`).";
        self.favours_reversed().then(|| Finding::new(FindingKind::EdgesReversed, [], self.to_string(), remedy))
    }
}

/// Whether the data contradict the first graph, and hardly the second.
pub(super) fn clearly_more(first: ImpliedTests, second: ImpliedTests) -> bool {
    first.violated > CLEARLY * second.violated
}

impl fmt::Display for Direction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { given, reversed } = self;
        write!(
            formatter,
            "The training data violate {} of {} independencies that the graph implies, and {} of {} of the same graph with its \
             arrows turned round.",
            given.violated, given.tested, reversed.violated, reversed.tested
        )
    }
}
