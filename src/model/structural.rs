//! The model before fitting.

use ndarray::{Array2, ArrayView1};
use rayon::prelude::*;

use super::fitted::FittedModel;
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::graph::CausalGraph;
use crate::mechanism::{AdditiveNoiseModel, CausalMechanism, FittedMechanism, NodeData};
use crate::noise::NoiseFamily;

/// Fewest rows to fit anything to: one row says nothing about what is normal.
const FEWEST_ROWS: usize = 2;

/// A causal graph with, for each node, what its mechanism is or how to learn it.
///
/// [`fit`](Self::fit) makes a [`FittedModel`] and changes nothing here, so one model can be fitted to many
/// data sets. A model may be wholly learned, wholly known, or mixed.
#[doc(alias = "InvertibleStructuralCausalModel")]
#[derive(Debug, Clone)]
pub struct StructuralCausalModel {
    graph: CausalGraph,
    mechanisms: Vec<Option<Assigned>>,
}

/// A mechanism that was found to fit its node's place in the graph.
#[derive(Debug, Clone)]
struct Assigned {
    mechanism: CausalMechanism,
    /// For each parent of the mechanism its place among the node's parents in the graph.
    places: Vec<usize>,
}

impl StructuralCausalModel {
    /// A model without mechanisms.
    pub fn new(graph: CausalGraph) -> Self {
        let mechanisms = vec![None; graph.node_count()];
        Self { graph, mechanisms }
    }

    /// Gives a node its mechanism: a distribution or a family for a root, an [`AdditiveNoiseModel`] or a
    /// [`CustomMechanism`](crate::CustomMechanism) otherwise. The last one given counts.
    ///
    /// # Errors
    /// When there is no such node, or the mechanism's parents are not the node's.
    ///
    /// ```
    /// use etiology::{AdditiveNoiseModel, CausalGraph, NoiseFamily, StructuralCausalModel};
    ///
    /// let graph = CausalGraph::from_edges([("db", "api")])?;
    /// let model = StructuralCausalModel::new(graph)
    ///     .with_mechanism("db", NoiseFamily::gamma())?
    ///     .with_mechanism("api", AdditiveNoiseModel::linear())?;
    /// # Ok::<(), etiology::Error>(())
    /// ```
    #[doc(alias = "set_causal_mechanism")]
    pub fn with_mechanism(mut self, node: &str, mechanism: impl Into<CausalMechanism>) -> Result<Self> {
        let position = self.graph.position(node)?;
        self.mechanisms[position] = Some(self.place(position, mechanism.into())?);
        Ok(self)
    }

    /// Gives every node that has no mechanism yet the default one: roots their empirical distribution, all others a
    /// linear regression with additive noise.
    ///
    /// # Errors
    /// When the data has no numeric column for such a node.
    #[doc(alias = "assign_causal_mechanisms")]
    pub fn assign_mechanisms(mut self, data: &Dataset) -> Result<Self> {
        for position in 0..self.graph.node_count() {
            if self.mechanisms[position].is_some() {
                continue;
            }
            data.column(self.graph.name(position))?;
            let mechanism = if self.graph.parent_positions(position).is_empty() {
                NoiseFamily::Empirical.into()
            } else {
                AdditiveNoiseModel::linear().into()
            };
            self.mechanisms[position] = Some(self.place(position, mechanism)?);
        }
        Ok(self)
    }

    /// The graph.
    pub fn graph(&self) -> &CausalGraph {
        &self.graph
    }

    /// The mechanism of a node, if it has one yet.
    ///
    /// # Errors
    /// When there is no such node.
    pub fn mechanism(&self, node: &str) -> Result<Option<&CausalMechanism>> {
        Ok(self.mechanisms[self.graph.position(node)?].as_ref().map(|assigned| &assigned.mechanism))
    }

    /// Fits every mechanism that is not wholly known, in parallel over the nodes.
    ///
    /// The data needs a column for each node that is fitted and for its parents; other columns are ignored.
    /// Columns of known nodes are used, where they are there and complete, to say what is typical of them.
    ///
    /// # Errors
    /// When a node has no mechanism; when a needed column is missing, holds text, a missing or
    /// an infinite value, or is constant; when there are too few rows; or when a fit fails.
    pub fn fit(&self, data: &Dataset) -> Result<FittedModel> {
        let nodes: Vec<usize> = (0..self.graph.node_count()).collect();
        let fitted: Vec<Result<FittedMechanism>> =
            nodes.par_iter().map(|&position| self.fit_node(position, Some(data))).collect();
        // Rayon would return whichever error came first; in order, the message is always the same.
        let mechanisms = fitted.into_iter().collect::<Result<Vec<_>>>()?;
        FittedModel::new(self.graph.clone(), mechanisms, self.mechanism_parents(), Some(data), &self.learned())
    }

    /// The fitted model of one that is wholly known, which needs no data.
    ///
    /// # Errors
    /// When a node has no mechanism, or one that must be fitted.
    pub fn without_fitting(&self) -> Result<FittedModel> {
        let mechanisms =
            (0..self.graph.node_count()).map(|position| self.fit_node(position, None)).collect::<Result<Vec<_>>>()?;
        FittedModel::new(self.graph.clone(), mechanisms, self.mechanism_parents(), None, &self.learned())
    }

    fn place(&self, position: usize, mechanism: CausalMechanism) -> Result<Assigned> {
        let parents: Vec<&str> =
            self.graph.parent_positions(position).iter().map(|&parent| self.graph.name(parent)).collect();
        let places = mechanism.match_parents(self.graph.name(position), &parents)?;
        Ok(Assigned { mechanism, places })
    }

    fn fit_node(&self, position: usize, data: Option<&Dataset>) -> Result<FittedMechanism> {
        let node = self.graph.name(position);
        let Some(Assigned { mechanism, places }) = &self.mechanisms[position] else {
            return Err(Error::NoMechanism { node: node.to_owned() });
        };
        let Some(data) = data.filter(|_| !mechanism.is_known()) else {
            return mechanism.fit(node, places, None);
        };
        let values = data.finite_column(node)?;
        check_varies(node, values)?;
        let parents = self.graph.parent_positions(position);
        let mut parent_values = Array2::zeros((data.rows(), parents.len()));
        for (mut column, &parent) in parent_values.columns_mut().into_iter().zip(parents) {
            column.assign(&data.finite_column(self.graph.name(parent))?);
        }
        mechanism.fit(node, places, Some(&NodeData { parents: parent_values.view(), values }))
    }

    /// For each node whether its function of the parents is learned from data.
    fn learned(&self) -> Vec<bool> {
        let assigned = self.mechanisms.iter();
        assigned.map(|assigned| assigned.as_ref().is_some_and(|assigned| assigned.mechanism.is_regression())).collect()
    }

    /// For each node the positions of its mechanism's parents in the graph.
    fn mechanism_parents(&self) -> Vec<Vec<usize>> {
        let in_graph = |position: usize, assigned: &Assigned| {
            let parents = self.graph.parent_positions(position);
            assigned.places.iter().map(|&place| parents[place]).collect()
        };
        let parents = self.mechanisms.iter().enumerate();
        parents.map(|(position, assigned)| assigned.as_ref().map_or_else(Vec::new, |a| in_graph(position, a))).collect()
    }
}

fn check_varies(node: &str, values: ArrayView1<'_, f64>) -> Result<()> {
    if values.len() < FEWEST_ROWS {
        let what = format!("the mechanism of node `{node}`");
        return Err(Error::TooFewRows { what, needed: FEWEST_ROWS, found: values.len() });
    }
    let first = values[0];
    if values.iter().all(|&value| value == first) {
        return Err(Error::ConstantColumn { column: node.to_owned(), value: first, rows: values.len() });
    }
    Ok(())
}
