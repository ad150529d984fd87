//! What the training data say against a model, whatever the event.

use super::direction::Direction;
use super::finding::Finding;
use super::implied::{Arrows, Tester, counted};
use super::repeated_rows::RepeatedRows;
use super::turned_edge::TurnedEdge;
use crate::data::Dataset;
use crate::graph::CausalGraph;

/// What the training data say against a model, whatever the event.
#[derive(Debug, Clone, Default)]
pub(crate) struct Objections {
    /// The graph against the one with all its arrows turned round, where there was enough to test.
    pub(crate) direction: Option<Direction>,
    /// Single edges that seem to be turned round.
    pub(crate) turned_edges: Vec<TurnedEdge>,
    /// Whether rows are copies of one another.
    pub(crate) repeated: Option<RepeatedRows>,
}

impl Objections {
    /// Asks the data. Costs O(nodes² · rows · parents²), up to a fixed amount, and where the data contradict the graph as much again for
    /// its edges.
    pub(crate) fn of(graph: &CausalGraph, data: &Dataset) -> Self {
        let mut objections = Self { repeated: RepeatedRows::of(graph, data), ..Self::default() };
        let Some(tester) = Tester::of(graph, data) else { return objections };
        let arrows = Arrows::of(graph);
        let tests = tester.tests(&arrows);
        let direction = Direction { given: counted(&tests), reversed: counted(&tester.tests(&arrows.reversed())) };
        // Where all arrows are the wrong way round, none is by itself.
        if !direction.favours_reversed() {
            objections.turned_edges = TurnedEdge::all(graph, &tester, &arrows, &tests);
        }
        objections.direction = Some(direction);
        objections
    }

    /// Each as a finding.
    pub(crate) fn findings(&self) -> Vec<Finding> {
        let direction = self.direction.as_ref().and_then(Direction::finding);
        let edges = self.turned_edges.iter().map(TurnedEdge::finding);
        direction.into_iter().chain(edges).chain(self.repeated.as_ref().map(RepeatedRows::finding)).collect()
    }
}
