//! The model before fitting.

use ndarray::{Array2, ArrayView1};
use rayon::prelude::*;

use super::assignment::{AssignmentConfig, AssignmentReport, Chosen, choose};
use super::fitted::FittedModel;
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::graph::CausalGraph;
use crate::mechanism::{CausalMechanism, FittedMechanism, NodeData};

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
    report: Option<AssignmentReport>,
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
        Self { graph, mechanisms, report: None }
    }

    /// Gives a node its mechanism: a distribution or a family for a root, an
    /// [`AdditiveNoiseModel`](crate::AdditiveNoiseModel), any other model of this crate or a
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
        if let Some(report) = &mut self.report {
            report.nodes.retain(|assignment| assignment.node != node);
        }
        self.mechanisms[position] = Some(self.place(position, mechanism.into())?);
        Ok(self)
    }

    /// Gives every node that has no mechanism yet the one that fits it: roots their empirical distribution, all others
    /// what [`AssignmentConfig::default`] chooses by cross-validation. See
    /// [`assign_mechanisms_with`](Self::assign_mechanisms_with).
    ///
    /// # Errors
    /// When the data has no numeric column for such a node or its parents.
    #[doc(alias = "assign_causal_mechanisms")]
    pub fn assign_mechanisms(self, data: &Dataset) -> Result<Self> {
        self.assign_mechanisms_with(data, &AssignmentConfig::default())
    }

    /// Gives every node that has no mechanism yet one, as configured; [`assignment_report`](Self::assignment_report)
    /// then says what was chosen and why.
    ///
    /// Candidates are, in the order of simplicity: linear; ridge for few rows; the sum and the maximum of the parents;
    /// linear with integer noise, for integers; power laws, for positive values, or a log link; linear with noise of
    /// varying size; quadratic, cubic; and linear corrected by boosted trees. Each is fitted without each of several
    /// folds of the rows and predicts the distribution of the rows in it. The simplest is chosen whose mean score (the
    /// continuous ranked probability score, in the node's unit) is within a few standard errors of the best, or within a
    /// small share of it. Cubic polynomials and trees are only tried if a few small trees find something in what the best
    /// other candidate left unexplained. Rows with a missing value in the node or its parents are left out here.
    ///
    /// The result depends on the data, the graph and the configuration alone. Costs O(folds · rows · parents²) per node
    /// and candidate, in parallel.
    ///
    /// # Errors
    /// When the configuration is out of range, or the data has no numeric column for such a node or its parents.
    pub fn assign_mechanisms_with(mut self, data: &Dataset, config: &AssignmentConfig) -> Result<Self> {
        config.check()?;
        let unassigned = |&position: &usize| self.mechanisms[position].is_none();
        let positions: Vec<usize> = (0..self.graph.node_count()).filter(unassigned).collect();
        let choices: Vec<Result<Chosen>> = positions
            .par_iter()
            .map(|&position| choose(data, self.graph.name(position), &self.parent_names(position), config))
            .collect();
        let mut nodes = Vec::with_capacity(positions.len());
        for (position, chosen) in positions.into_iter().zip(choices) {
            let Chosen { mechanism, report } = chosen?;
            self.mechanisms[position] = Some(self.place(position, mechanism)?);
            nodes.push(report);
        }
        self.report = Some(AssignmentReport { nodes });
        Ok(self)
    }

    /// What [`assign_mechanisms`](Self::assign_mechanisms) chose when it was last called; nothing if it was not.
    pub fn assignment_report(&self) -> Option<&AssignmentReport> {
        self.report.as_ref()
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
        FittedModel::new(self.graph.clone(), mechanisms, self.mechanism_parents(), Some(data))
    }

    /// The fitted model of one that is wholly known, which needs no data.
    ///
    /// # Errors
    /// When a node has no mechanism, or one that must be fitted.
    pub fn without_fitting(&self) -> Result<FittedModel> {
        let mechanisms =
            (0..self.graph.node_count()).map(|position| self.fit_node(position, None)).collect::<Result<Vec<_>>>()?;
        FittedModel::new(self.graph.clone(), mechanisms, self.mechanism_parents(), None)
    }

    fn place(&self, position: usize, mechanism: CausalMechanism) -> Result<Assigned> {
        let places = mechanism.match_parents(self.graph.name(position), &self.parent_names(position))?;
        Ok(Assigned { mechanism, places })
    }

    fn parent_names(&self, position: usize) -> Vec<&str> {
        self.graph.parent_positions(position).iter().map(|&parent| self.graph.name(parent)).collect()
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
