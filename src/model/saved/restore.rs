//! From what was saved to a model: every name and length is checked here, every number where its type is loaded.

use std::sync::Arc;

use super::layout::{FirstPart, LaterPart, SavedGraph, SavedMechanism, SavedModel, SavedNode, SavedReference};
use crate::data::Levels;
use crate::error::{Error, Result, list_names};
use crate::findings::Objections;
use crate::graph::CausalGraph;
use crate::mechanism::{AssignmentReport, CandidateScore, FittedMechanism, MechanismRegistry, NamedMechanism};
use crate::model::fit_report::FitReport;
use crate::model::fitted::{Fits, FittedModel, Reports};
use crate::model::leverage::ParentSpread;
use crate::model::plausible::Plausible;
use crate::model::resolution::Resolution;
use crate::model::wiring::Wiring;
use crate::noise::NoiseDistribution;

impl SavedModel {
    pub(super) fn restore(self, registry: &MechanismRegistry) -> Result<FittedModel> {
        let Self { first, later } = self;
        let FirstPart { graph, nodes, training_rows, fit_report, assignment_report } = first;
        let graph = graph.restore()?;
        check_length("the list of mechanisms of the saved model", graph.node_count(), nodes.len())?;
        check_rows(training_rows, fit_report.as_ref())?;
        if let Some(report) = &fit_report {
            check_fit_report(report, &graph)?;
        }
        if let Some(report) = &assignment_report {
            check_assignment_report(report, &graph)?;
        }
        let (mut mechanisms, mut parents) = (Vec::new(), Vec::new());
        let (mut references, mut parent_spreads) = (Vec::new(), Vec::new());
        for (position, node) in nodes.into_iter().enumerate() {
            let node = node.restore(&graph, position, registry)?;
            mechanisms.push(node.mechanism);
            parents.push(node.parents);
            references.push(node.reference);
            parent_spreads.push(node.parent_spread);
        }
        let objections = later.objections(&graph)?;
        let levels = later.levels(&graph)?;
        let resolutions = later.resolutions(&graph)?;
        let plausible = later.restore(&graph)?;
        let wiring = Wiring::new(&graph, mechanisms, &parents).with_resolutions(&resolutions).with_levels(&levels);
        wiring.nodes().iter().try_for_each(|node| wiring.check_levels(node))?;
        let reports = Reports { fit: fit_report, assignment: assignment_report, objections };
        Ok(FittedModel::assemble(graph, wiring, references, Fits { parent_spreads, plausible }, reports))
    }
}

impl LaterPart {
    fn resolutions(&self, graph: &CausalGraph) -> Result<Vec<Resolution>> {
        let mut restored = vec![Resolution::default(); graph.node_count()];
        for (node, resolution) in &self.resolutions {
            restored[graph.position(node)?] = *resolution;
        }
        Ok(restored)
    }

    /// What the training data say against the model.
    fn objections(&self, graph: &CausalGraph) -> Result<Objections> {
        for edge in &self.turned_edges {
            graph.position(&edge.cause)?;
            graph.position(&edge.effect)?;
        }
        let (direction, turned_edges, repeated) = (self.direction, self.turned_edges.clone(), self.repeated);
        Ok(Objections { direction, turned_edges, repeated })
    }

    /// The levels of every node that is a category.
    fn levels(&self, graph: &CausalGraph) -> Result<Vec<Option<Arc<Levels>>>> {
        let mut restored = vec![None; graph.node_count()];
        for (node, levels) in &self.categories {
            restored[graph.position(node)?] = Some(Arc::new(levels.clone()));
        }
        Ok(restored)
    }

    /// What else the mechanism of each node may be.
    fn restore(self, graph: &CausalGraph) -> Result<Vec<Option<Plausible>>> {
        let mut restored = vec![None; graph.node_count()];
        for (node, plausible) in self.plausible {
            let position = graph.position(&node)?;
            let parents = graph.parent_positions(position).len();
            check_length("the list of rival mechanisms' parents", parents, plausible.parents())
                .map_err(|cause| Error::InNode { node, cause: Box::new(cause) })?;
            restored[position] = Some(plausible);
        }
        Ok(restored)
    }
}

impl SavedGraph {
    fn restore(self) -> Result<CausalGraph> {
        let Self { nodes, edges, dropped_calls } = self;
        let count = nodes.len();
        let graph = CausalGraph::from_nodes_and_edges(nodes, edges)?;
        if let Some(node) = graph.nodes().nth(count) {
            let available = list_names(&graph.nodes().take(count).collect::<Vec<_>>());
            return Err(Error::UnknownNode { node: node.to_owned(), available });
        }
        Ok(graph.with_dropped_calls(dropped_calls))
    }
}

/// What a model needs of a node.
struct RestoredNode {
    mechanism: FittedMechanism,
    /// The positions of the parents, in the mechanism's order.
    parents: Vec<usize>,
    reference: NoiseDistribution,
    parent_spread: Option<ParentSpread>,
}

impl SavedNode {
    fn restore(self, graph: &CausalGraph, position: usize, registry: &MechanismRegistry) -> Result<RestoredNode> {
        let Self { mechanism, parents, reference, leverage } = self;
        let node = graph.name(position).to_owned();
        let in_node = |cause| Error::InNode { node: node.clone(), cause: Box::new(cause) };
        let places = parents.iter().map(|parent| graph.position(parent)).collect::<Result<Vec<_>>>();
        let places = places.map_err(in_node)?;
        let mechanism = mechanism.restore(&node, registry)?;
        if !same_set(&places, graph.parent_positions(position)) || !mechanism.takes_parents(places.len()) {
            let found = format!("the node's parents are {}", list_names(&graph.parents(&node)?));
            let expected = format!("was saved with the parents {}, or takes another number", list_names(&parents));
            return Err(Error::MechanismMismatch { node, expected, found });
        }
        if let Some(spread) = &leverage {
            check_length("the leverage of a saved mechanism", places.len(), spread.parents()).map_err(in_node)?;
        }
        let reference = match reference {
            SavedReference::Noise => mechanism.noise().clone(),
            SavedReference::Distribution(reference) => reference,
        };
        Ok(RestoredNode { mechanism, parents: places, reference, parent_spread: leverage })
    }
}

impl SavedMechanism {
    fn restore(self, node: &str, registry: &MechanismRegistry) -> Result<FittedMechanism> {
        match self {
            Self::Data(mechanism) => Ok(mechanism),
            Self::Custom { name, noise } => match registry.get(&name) {
                Some(mechanism) => {
                    let custom = NamedMechanism { mechanism: mechanism.clone(), name: Some(name) };
                    Ok(FittedMechanism::from_custom(custom, noise))
                }
                None => {
                    let available = list_names(&registry.names());
                    Err(Error::UnregisteredMechanism { node: node.to_owned(), mechanism: name, available })
                }
            },
        }
    }
}

/// Whether two lists of distinct positions hold the same ones.
fn same_set(found: &[usize], expected: &[usize]) -> bool {
    let sorted = |positions: &[usize]| {
        let mut positions = positions.to_vec();
        positions.sort_unstable();
        positions
    };
    sorted(found) == sorted(expected)
}

/// Beyond this, numbers of rows are no numbers that are computed with.
const MOST_TRAINING_ROWS: u64 = 1 << 53;

/// The number of training rows decides the floor of all scores.
fn check_rows(training_rows: Option<usize>, report: Option<&FitReport>) -> Result<()> {
    let (name, found) = ("the number of training rows of a saved model", training_rows);
    let complaint = match (training_rows, report) {
        (Some(rows), _) if !(1..=MOST_TRAINING_ROWS).contains(&(rows as u64)) => "at least 1 and at most 2^53",
        (rows, report) if rows != report.map(|report| report.rows) => "that of its fit report",
        _ => return Ok(()),
    };
    let found = found.map_or_else(|| "not given".to_owned(), |rows| rows.to_string());
    Err(Error::InvalidParameter { name, requirement: complaint, found })
}

fn check_fit_report(report: &FitReport, graph: &CausalGraph) -> Result<()> {
    check_length("the fit report of a saved model", graph.node_count(), report.nodes.len())?;
    for (entry, node) in report.nodes.iter().zip(graph.nodes()) {
        let rows = if entry.fitted { report.rows } else { 0 };
        // A mechanism that needs rows may have been fitted to a sample of them.
        let are_some = entry.rows_used.checked_add(entry.rows_incomplete).is_some_and(|all| all <= rows);
        let parents = graph.parents(node)?;
        let is_parent = |parent: &String| parents.contains(&parent.as_str());
        let is_share = |share: f64| share > 0.0 && share <= 1.0;
        let holds = entry.node == node
            && are_some
            && entry.constant.is_none_or(f64::is_finite)
            && entry.constant_parents.len() <= parents.len()
            && entry.constant_parents.iter().all(is_parent)
            && entry.largest_atom.is_none_or(is_share);
        if !holds {
            let message = format!("what it says of the fit of node `{node}` cannot be");
            return Err(Error::DamagedModel { message });
        }
    }
    Ok(())
}

fn check_assignment_report(report: &AssignmentReport, graph: &CausalGraph) -> Result<()> {
    for entry in &report.nodes {
        graph.position(&entry.node)?;
        let figures = |candidate: &CandidateScore| {
            [candidate.crps, candidate.std_error, candidate.excess, candidate.excess_std_error]
        };
        if let Some(found) = entry.candidates.iter().flat_map(figures).find(|figure| !figure.is_finite()) {
            let what = format!("a score of a candidate mechanism of node `{}`", entry.node);
            return Err(Error::NonFiniteValue { what, found });
        }
    }
    Ok(())
}

fn check_length(what: &str, expected: usize, found: usize) -> Result<()> {
    if found == expected { Ok(()) } else { Err(Error::LengthMismatch { what: what.to_owned(), expected, found }) }
}
