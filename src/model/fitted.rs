//! The model after fitting.

use std::sync::Arc;

use super::fit_report::FitReport;
use super::leverage::ParentSpread;
use crate::data::{Dataset, Observation};
use crate::error::{Error, Result};
use crate::graph::CausalGraph;
use crate::mechanism::{AssignmentReport, FittedMechanism};
use crate::noise::NoiseDistribution;
use crate::random::{Purpose, stream};

/// The floor of scores of a model that was given rather than fitted, where no number of training rows suggests one.
const FLOOR_WITHOUT_DATA: f64 = 1e-4;

/// Most rows that can be drawn at once, or that a loaded model may claim: each needs 8 bytes per node.
pub(super) const MOST_ROWS: usize = 100_000_000;

/// A causal graph with a fitted mechanism and a noise distribution for every node.
///
/// It also knows each node's *reference*, which says what is typical of the node and turns an observed value into an
/// outlier region: its training values or, for a node without training data, its distribution in closed form where
/// that is known, else up to 65 536 draws from the model. It belongs to the model, so it does not change with the
/// sample size of an attribution.
///
/// It is immutable, can be shared between threads, and a clone costs next to nothing. It can be
/// [saved](Self::save) and [loaded](Self::load).
#[derive(Debug, Clone)]
pub struct FittedModel {
    parts: Arc<Parts>,
}

/// What a fitted model consists of, one of each list per node by its position in the graph.
#[derive(Debug, Clone)]
pub(super) struct Parts {
    pub(super) graph: CausalGraph,
    /// Shared with what has been prepared from the model, which so need not borrow it.
    pub(super) mechanisms: Vec<Arc<FittedMechanism>>,
    /// For each node the positions of its mechanism's parents, in the mechanism's order.
    pub(super) parents: Vec<Vec<usize>>,
    pub(super) references: Vec<NoiseDistribution>,
    /// For each node whose mechanism was learned, the parents it was learned from.
    pub(super) parent_spreads: Vec<Option<ParentSpread>>,
    pub(super) training_rows: Option<usize>,
    pub(super) fit_report: Option<FitReport>,
    pub(super) assignment_report: Option<AssignmentReport>,
}

/// What a model was fitted to.
pub(super) struct Training<'d> {
    pub(super) data: &'d Dataset,
    pub(super) report: FitReport,
    pub(super) assignment: Option<AssignmentReport>,
    /// For each node whose function of the parents was learned, the parents it was learned from.
    pub(super) parent_spreads: Vec<Option<ParentSpread>>,
}

impl FittedModel {
    pub(super) fn new(
        graph: CausalGraph,
        mechanisms: Vec<FittedMechanism>,
        parents: Vec<Vec<usize>>,
        training: Option<Training<'_>>,
    ) -> Result<Self> {
        let (data, fit_report, assignment_report, parent_spreads) = match training {
            Some(Training { data, report, assignment, parent_spreads }) => {
                (Some(data), Some(report), assignment, parent_spreads)
            }
            None => (None, None, None, vec![None; mechanisms.len()]),
        };
        let training_rows = data.map(Dataset::rows);
        let mut model = Self::from_parts(Parts {
            graph,
            mechanisms: mechanisms.into_iter().map(Arc::new).collect(),
            parents,
            references: Vec::new(),
            parent_spreads,
            training_rows,
            fit_report,
            assignment_report,
        });
        let references = super::reference::references(&model, data)?;
        // Nobody else has the model yet, so that nothing is copied.
        Arc::make_mut(&mut model.parts).references = references;
        Ok(model)
    }

    pub(super) fn from_parts(parts: Parts) -> Self {
        Self { parts: Arc::new(parts) }
    }

    pub(super) fn parts(&self) -> &Parts {
        &self.parts
    }

    /// The graph.
    pub fn graph(&self) -> &CausalGraph {
        &self.parts.graph
    }

    /// The fitted mechanism of a node.
    ///
    /// # Errors
    /// When there is no such node.
    pub fn mechanism(&self, node: &str) -> Result<&FittedMechanism> {
        Ok(&self.parts.mechanisms[self.parts.graph.position(node)?])
    }

    /// The parents of a node in the order in which its mechanism takes them.
    ///
    /// # Errors
    /// When there is no such node.
    pub fn mechanism_parents(&self, node: &str) -> Result<Vec<&str>> {
        let position = self.parts.graph.position(node)?;
        Ok(self.parts.parents[position].iter().map(|&parent| self.parts.graph.name(parent)).collect())
    }

    /// What is normal for a node: its training values or, without them, what the model says of it. With a
    /// [`FeatureMap`](crate::FeatureMap) it turns an observed value into an outlier region.
    ///
    /// # Errors
    /// When there is no such node.
    pub fn reference(&self, node: &str) -> Result<&NoiseDistribution> {
        Ok(&self.parts.references[self.parts.graph.position(node)?])
    }

    /// What fitting used of the data, and what it repaired: rows left out because a value is missing, constant columns,
    /// ties. Nothing if the model was given without data.
    pub fn fit_report(&self) -> Option<&FitReport> {
        self.parts.fit_report.as_ref()
    }

    /// How mechanisms were chosen, if [`assign_mechanisms`](crate::StructuralCausalModel::assign_mechanisms) chose any
    /// before the model was fitted.
    pub fn assignment_report(&self) -> Option<&AssignmentReport> {
        self.parts.assignment_report.as_ref()
    }

    /// How many rows the data has that the model was fitted to, rows with missing values included; nothing if it was given
    /// without data.
    pub fn training_rows(&self) -> Option<usize> {
        self.parts.training_rows
    }

    /// The floor ε that scores have unless another is asked for: the smallest tail probability that the training data
    /// can support, 1/(2·rows), or 1e-4 for a model without training data.
    pub fn default_floor(&self) -> f64 {
        self.parts.training_rows.map_or(FLOOR_WITHOUT_DATA, |rows| 1.0 / (2.0 * rows as f64))
    }

    /// Draws rows from the model, one column per node in the order of the graph, every node from its own
    /// random stream. Costs O(rows · (nodes + edges)).
    ///
    /// # Errors
    /// When `rows` is 0 or above 100 million, or a mechanism returns NaN or an infinity.
    ///
    /// ```
    /// use etiology::{AdditiveNoiseModel, CausalGraph, KnownFormula, NoiseDistribution, StructuralCausalModel};
    ///
    /// let api = AdditiveNoiseModel::known(KnownFormula::sum(["db"])).with_noise(NoiseDistribution::normal(0.2, 0.01)?);
    /// let model = StructuralCausalModel::new(CausalGraph::from_edges([("db", "api")])?)
    ///     .with_mechanism("db", NoiseDistribution::exponential(0.1)?)?
    ///     .with_mechanism("api", api)?
    ///     .without_fitting()?;
    /// assert_eq!(model.draw_samples(100, 7)?.rows(), 100);
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn draw_samples(&self, rows: usize, seed: u64) -> Result<Dataset> {
        let columns = self.draw_columns(rows, seed, Purpose::ModelDraws)?;
        Dataset::from_columns(self.parts.graph.nodes().zip(columns))
    }

    /// The noise of every node that gives this observation, one value per node, by the order of the graph.
    ///
    /// # Errors
    /// When the observation lacks a node or its value is missing or infinite, or a custom mechanism is not
    /// invertible there. (An attribution can do with missing values, since it says which noises are not known.)
    #[doc(alias = "recover_noise")]
    pub fn estimate_noise(&self, observation: &Observation) -> Result<Observation> {
        let nodes: Vec<usize> = (0..self.parts.graph.node_count()).collect();
        Observation::new(self.parts.graph.nodes(), self.noises(&nodes, observation)?)
    }

    /// The fitted mechanism at a position of the graph.
    pub(crate) fn mechanism_at(&self, position: usize) -> &Arc<FittedMechanism> {
        &self.parts.mechanisms[position]
    }

    /// The positions of a mechanism's parents, in the mechanism's order.
    pub(crate) fn parents_at(&self, position: usize) -> &[usize] {
        &self.parts.parents[position]
    }

    /// What is normal for a node.
    pub(crate) fn reference_at(&self, position: usize) -> &NoiseDistribution {
        &self.parts.references[position]
    }

    /// The leverage of a node's parents: how far they lie from those that its mechanism was fitted to; 0 for a known
    /// mechanism, which has no error of fit. The parents are in the mechanism's order.
    pub(crate) fn leverage_at(&self, position: usize, parents: &[f64]) -> f64 {
        self.parts.parent_spreads[position].as_ref().map_or(0.0, |spread| spread.leverage(parents))
    }

    pub(super) fn draw_columns(&self, rows: usize, seed: u64, purpose: Purpose) -> Result<Vec<Vec<f64>>> {
        if !(1..=MOST_ROWS).contains(&rows) {
            let (name, requirement) = ("the number of rows to draw", "at least 1 and at most 100 million");
            return Err(Error::InvalidParameter { name, requirement, found: rows.to_string() });
        }
        let mut columns = vec![Vec::new(); self.parts.graph.node_count()];
        let mut noise = vec![0.0; rows];
        for &position in self.parts.graph.topological_positions() {
            let mechanism = &self.parts.mechanisms[position];
            mechanism.noise().sample_into(&mut stream(seed, purpose, position as u64), &mut noise);
            let mut values = vec![0.0; rows];
            let parents: Vec<&[f64]> =
                self.parts.parents[position].iter().map(|&parent| columns[parent].as_slice()).collect();
            mechanism.fill(self.parts.graph.name(position), &parents, &noise, &mut values)?;
            columns[position] = values;
        }
        Ok(columns)
    }
}
