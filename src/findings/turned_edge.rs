//! A single edge that seems to point from effect to cause.
//!
//! Where the data contradict an independency that the graph implies of a node, each edge at that node is turned round for a try. Only
//! the two ends of an edge have other parents then, so only their tests are made again. An edge counts if the data hardly contradict the
//! graph with that edge turned.

use serde::{Deserialize, Serialize};

use super::direction::clearly_more;
use super::finding::Finding;
use super::implied::{Arrows, ImpliedTests, Test, Tester, counted, violations};
use super::kind::FindingKind;
use crate::graph::CausalGraph;
use crate::numeric::ranks::sort_by;
use crate::threads::in_parallel;

/// Most edges that are tried.
const MOST_EDGES: usize = 64;
/// The least residual correlation that an edge may be turned round for: nodes that are not quite quadratic in their parents come to half
/// as much.
const LEAST_DEPENDENCE: f64 = 0.3;

/// An edge, and what the training data say of the graph as it is and with this edge turned round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TurnedEdge {
    /// The cause, as the graph has it.
    pub cause: String,
    /// The effect, as the graph has it.
    pub effect: String,
    /// The tests of the graph as it is.
    pub given: ImpliedTests,
    /// The tests of the graph with this edge turned round.
    pub turned: ImpliedTests,
}

impl TurnedEdge {
    /// The edges without whose direction the data would hardly contradict the graph, those first that leave least; with the tests of the
    /// graph as it is.
    pub(super) fn all(graph: &CausalGraph, tester: &Tester, arrows: &Arrows, tests: &[Test]) -> Vec<Self> {
        let given = counted(tests);
        let strong = violations(tests).into_iter().filter(|test| test.dependence >= LEAST_DEPENDENCE);
        let mut contradicted: Vec<usize> = strong.map(|test| test.node).collect();
        contradicted.sort_unstable();
        contradicted.dedup();
        let edges =
            arrows.parents.iter().enumerate().flat_map(|(effect, causes)| causes.iter().map(move |&c| (c, effect)));
        let at_one =
            |&(cause, effect): &(usize, usize)| contradicted.contains(&cause) || contradicted.contains(&effect);
        let tried: Vec<(usize, usize)> = edges.filter(at_one).take(MOST_EDGES).collect();
        let better = |place: usize| {
            let (cause, effect) = tried[place];
            let arrows = with_turned(arrows, cause, effect)?;
            let mut tests: Vec<Test> =
                tests.iter().copied().filter(|test| test.node != cause && test.node != effect).collect();
            let ends = (0..arrows.order.len()).filter(|&rank| [cause, effect].contains(&arrows.order[rank]));
            ends.for_each(|rank| tests.extend(tester.of_node(&arrows, rank)));
            let turned = counted(&tests);
            let name = |position: usize| graph.name(position).to_owned();
            clearly_more(given, turned).then(|| Self { cause: name(cause), effect: name(effect), given, turned })
        };
        let mut result: Vec<Self> = in_parallel(tried.len(), &better).into_iter().flatten().collect();
        sort_by(&mut result, &|one, other| one.turned.violated.cmp(&other.turned.violated));
        result
    }

    /// What follows for verdicts on either end.
    pub(crate) fn finding(&self) -> Finding {
        let Self { cause, effect, given, turned } = self;
        let evidence = format!(
            "The training data violate {} of {} independencies that the graph implies, but {} of {} if `{effect}` causes `{cause}` and \
             not the other way round.",
            given.violated, given.tested, turned.violated, turned.tested
        );
        let remedy = format!("Is the edge from `{cause}` to `{effect}` turned round? The noise of both rests on it.");
        Finding::new(FindingKind::EdgeTurned, [cause.clone(), effect.clone()], evidence, remedy)
    }
}

/// The graph with one edge turned round; nothing if that closes a cycle.
fn with_turned(arrows: &Arrows, cause: usize, effect: usize) -> Option<Arrows> {
    let mut parents = arrows.parents.clone();
    parents[effect].retain(|&parent| parent != cause);
    parents[cause].push(effect);
    // Again and again the first node of the old order whose parents are all placed.
    let (mut order, mut is_placed) = (Vec::with_capacity(parents.len()), vec![false; parents.len()]);
    let mut waiting = arrows.order.clone();
    while !waiting.is_empty() {
        let before = waiting.len();
        waiting.retain(|&node| {
            let is_ready = parents[node].iter().all(|&parent| is_placed[parent]);
            if is_ready {
                is_placed[node] = true;
                order.push(node);
            }
            !is_ready
        });
        if waiting.len() == before {
            return None;
        }
    }
    Some(Arrows { parents, order })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Dataset;

    /// Deviates that are normal enough, and independent for different numbers.
    fn noise(number: u64, row: usize) -> f64 {
        let uniform = |part: u64| {
            let mixed = (row as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15 ^ ((12 * number + part) << 17));
            let mixed = (mixed ^ (mixed >> 31)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            ((mixed ^ (mixed >> 29)) >> 11) as f64 / (1_u64 << 53) as f64
        };
        (0..12).map(uniform).sum::<f64>() - 6.0
    }

    fn found(edges: &[(&str, &str)], rows: usize) -> Vec<(String, String)> {
        // a → c ← b, c → d.
        let column = |value: &dyn Fn(usize) -> f64| (0..rows).map(value).collect::<Vec<f64>>();
        let (a, b) = (|row| noise(0, row), |row| noise(1, row));
        let c = |row| a(row) + b(row) + 0.5 * noise(2, row);
        let d = |row| c(row) + noise(3, row);
        let data = Dataset::from_columns([("a", column(&a)), ("b", column(&b)), ("c", column(&c)), ("d", column(&d))])
            .unwrap();
        let graph = CausalGraph::from_edges(edges.iter().copied()).unwrap();
        let tester = Tester::of(&graph, &data).unwrap();
        let arrows = Arrows::of(&graph);
        let edges = TurnedEdge::all(&graph, &tester, &arrows, &tester.tests(&arrows));
        edges.into_iter().map(|edge| (edge.cause, edge.effect)).collect()
    }

    #[test]
    fn an_edge_into_a_collider_is_found_where_it_points_out() {
        assert_eq!(found(&[("a", "c"), ("b", "c"), ("c", "d")], 400), []);
        let wrong = found(&[("c", "a"), ("b", "c"), ("c", "d")], 400);
        assert_eq!(wrong.first(), Some(&("c".to_owned(), "a".to_owned())), "{wrong:?}");
    }

    #[test]
    fn an_edge_that_no_collider_tells_is_left_alone() {
        // With c before b, d hangs on b: no single edge mends that.
        assert_eq!(found(&[("a", "c"), ("b", "c"), ("b", "d")], 400), []);
    }

    #[test]
    fn a_cycle_is_no_graph() {
        let graph = CausalGraph::from_edges([("a", "b"), ("b", "c"), ("a", "c")]).unwrap();
        let arrows = Arrows::of(&graph);
        let [a, b, c] = ["a", "b", "c"].map(|node| graph.position(node).unwrap());
        assert!(with_turned(&arrows, a, c).is_none());
        assert_eq!(with_turned(&arrows, a, b).unwrap().order, [b, a, c]);
    }
}
