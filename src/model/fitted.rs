//! The model after fitting.

use std::borrow::Cow;
use std::sync::Arc;

use super::entangled::Doubtful;
use super::fit_report::FitReport;
use super::leverage::ParentSpread;
use super::plausible::Plausible;
use super::reference::references;
use super::resolution::{GivenSteps, resolutions};
use super::wiring::{WiredNode, Wiring};
use crate::data::{Dataset, Levels, LevelsByName, Observation};
use crate::error::{Error, Result};
use crate::findings::{Direction, Finding, Objections, RepeatedRows, TurnedEdge};
use crate::graph::CausalGraph;
use crate::mechanism::{AssignmentReport, FittedMechanism};
use crate::noise::NoiseDistribution;
use crate::random::Purpose;

/// The floor of scores of a model that was given rather than fitted, where no number of training rows suggests one.
const FLOOR_WITHOUT_DATA: f64 = 1e-4;

/// Most rows that can be drawn at once: each needs 8 bytes per node.
const MOST_ROWS: usize = 100_000_000;

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

/// What a fitted model consists of; lists have one entry per node, by its position in the graph.
#[derive(Debug, Clone)]
struct Parts {
    graph: CausalGraph,
    wiring: Wiring,
    /// The numbers of the nodes in the wiring.
    numbers: Vec<usize>,
    /// What is normal for each node.
    references: Vec<NoiseDistribution>,
    /// What the rows leave open that a mechanism was learned from, if it was.
    learned: Vec<Option<Doubtful>>,
    /// What else a mechanism may be, if it was chosen from data.
    plausible: Vec<Option<Arc<Plausible>>>,
    reports: Reports,
}

/// What is known of how mechanisms were fitted, one entry per node.
pub(super) struct Fits {
    pub(super) parent_spreads: Vec<Option<ParentSpread>>,
    pub(super) plausible: Vec<Option<Plausible>>,
}

/// How a model came about, where it was fitted to data.
#[derive(Debug, Clone, Default)]
pub(super) struct Reports {
    pub(super) fit: Option<FitReport>,
    pub(super) assignment: Option<AssignmentReport>,
    /// What the training data say against the model.
    pub(super) objections: Objections,
}

/// What a model was fitted to.
pub(super) struct Training<'d> {
    pub(super) data: &'d Dataset,
    pub(super) reports: Reports,
    /// For each node whose function of the parents was learned, the parents it was learned from.
    pub(super) parent_spreads: Vec<Option<ParentSpread>>,
    /// For each node whose mechanism was chosen from data, what else it may be.
    pub(super) plausible: Vec<Option<Plausible>>,
}

impl FittedModel {
    /// A model whose references are found here: in the training data, if there are any, or else from the model itself.
    /// Mechanisms and the positions of their parents, in the mechanism's order, are by the node's position in the graph.
    ///
    /// # Errors
    /// When the training data hold an infinite value, or a mechanism returns NaN or an infinity.
    pub(super) fn new(
        graph: CausalGraph,
        mechanisms: Vec<FittedMechanism>,
        parents: &[Vec<usize>],
        given_steps: &GivenSteps,
        training: Option<Training<'_>>,
    ) -> Result<Self> {
        let nodes = graph.node_count();
        let wiring = Wiring::new(&graph, mechanisms, parents);
        let (data, reports, parent_spreads, plausible) = match training {
            Some(Training { data, reports, parent_spreads, plausible }) => {
                (Some(data), reports, parent_spreads, plausible)
            }
            None => (None, Reports::default(), vec![None; nodes], vec![None; nodes]),
        };
        let level = |node| data.and_then(|data: &Dataset| data.coded_levels(node)).cloned();
        let wiring = wiring.with_levels(&graph.nodes().map(level).collect::<Vec<_>>());
        wiring.nodes().iter().try_for_each(|node| wiring.check_levels(node))?;
        let fits = reports.fit.as_ref().map(|report| &report.nodes[..]).unwrap_or_default();
        let is_learned = |position: usize| fits.get(position).is_some_and(|fit| fit.fitted);
        let references = references(&graph, &wiring, data, is_learned)?;
        let mut wiring = wiring.with_resolutions(&resolutions(&graph, given_steps, data));
        if let Some(data) = data {
            // Of a node without a column, as some known ones are, nothing is shown.
            let column = |node| {
                data.column_with_gaps(node).map_or_else(|_| vec![f64::NAN; data.rows()], |column| column.to_vec())
            };
            wiring = wiring.with_shown_rounding(&graph.nodes().map(column).collect::<Vec<_>>());
        }
        Ok(Self::assemble(graph, wiring, references, Fits { parent_spreads, plausible }, reports))
    }

    /// A model of which all is known; references and what is known of fits are by the node's position in the graph.
    pub(super) fn assemble(
        graph: CausalGraph,
        wiring: Wiring,
        references: Vec<NoiseDistribution>,
        Fits { parent_spreads, plausible }: Fits,
        reports: Reports,
    ) -> Self {
        let plausible = plausible.into_iter().map(|plausible| plausible.map(Arc::new)).collect();
        let learned = parent_spreads.into_iter().map(|spread| spread.map(Doubtful::of)).collect();
        let wiring = wiring.with_references(&references);
        let numbers = wiring.by_position((0..graph.node_count()).collect());
        Self { parts: Arc::new(Parts { graph, wiring, numbers, references, learned, plausible, reports }) }
    }

    /// The model in which the noise of one node has another distribution; all else, what is normal included, is the same.
    ///
    /// # Errors
    /// When there is no such node.
    pub(crate) fn with_noise(&self, node: &str, noise: NoiseDistribution) -> Result<Self> {
        let changed = self.parts.numbers[self.graph().position(node)?];
        let wiring = self
            .wiring()
            .with_mechanisms(|number, mechanism| (number == changed).then(|| mechanism.with_noise(noise.clone())));
        Ok(Self { parts: Arc::new(Parts { wiring, ..Parts::clone(&self.parts) }) })
    }

    /// The graph.
    pub fn graph(&self) -> &CausalGraph {
        &self.parts.graph
    }

    /// The fitted mechanism of a node.
    ///
    /// # Errors
    /// When there is no such node.
    #[doc(alias = "causal_mechanism")]
    pub fn mechanism(&self, node: &str) -> Result<&FittedMechanism> {
        Ok(self.mechanism_at(self.parts.graph.position(node)?))
    }

    /// The parents of a node in the order in which its mechanism takes them.
    ///
    /// # Errors
    /// When there is no such node.
    pub fn mechanism_parents(&self, node: &str) -> Result<Vec<&str>> {
        let position = self.parts.graph.position(node)?;
        Ok(self.parents_at(position).map(|parent| self.parts.graph.name(parent)).collect())
    }

    /// What is normal for a node: its training values or, without them, what the model says of it. With a
    /// [`FeatureMap`](crate::FeatureMap) it turns an observed value into an outlier region.
    ///
    /// # Errors
    /// When there is no such node.
    pub fn reference(&self, node: &str) -> Result<&NoiseDistribution> {
        Ok(&self.parts.references[self.parts.graph.position(node)?])
    }

    /// The step in which the values of a node are measured, in its unit: a cent, a millisecond, 1 for integers. `None` where values
    /// use all their digits, or nothing is known. See
    /// [`with_resolution`](crate::StructuralCausalModel::with_resolution).
    ///
    /// # Errors
    /// When there is no such node.
    ///
    /// ```
    /// use etiology::{CausalGraph, Dataset, StructuralCausalModel};
    ///
    /// let net: Vec<f64> = (0..100).map(|row| f64::from(row * 37 % 100) + 0.25).collect();
    /// let tax = net.iter().map(|net| (19.0 * net).round() / 100.0).collect();
    /// let data = Dataset::from_columns([("net", net), ("tax", tax)])?;
    /// let graph = CausalGraph::from_edges([("net", "tax")])?;
    /// let model = StructuralCausalModel::new(graph).assign_mechanisms(&data)?.fit(&data)?;
    /// assert_eq!(model.resolution("tax")?, Some(0.01));
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn resolution(&self, node: &str) -> Result<Option<f64>> {
        Ok(self.node_at(self.parts.graph.position(node)?).resolution.step())
    }

    /// What fitting used of the data, and what it repaired: rows left out because a value is missing, constant columns,
    /// ties. Nothing if the model was given without data.
    pub fn fit_report(&self) -> Option<&FitReport> {
        self.parts.reports.fit.as_ref()
    }

    /// How mechanisms were chosen, if [`assign_mechanisms`](crate::StructuralCausalModel::assign_mechanisms) chose any
    /// before the model was fitted.
    pub fn assignment_report(&self) -> Option<&AssignmentReport> {
        self.parts.reports.assignment.as_ref()
    }

    /// The independencies that the graph implies, and those of the graph with its arrows turned round, in the training data;
    /// nothing if the model was given without data, or the data has not all nodes.
    pub fn direction(&self) -> Option<&Direction> {
        self.parts.reports.objections.direction.as_ref()
    }

    /// The edges of the graph that seem to be turned round by themselves, by the independencies that the graph implies with and without
    /// each.
    pub fn turned_edges(&self) -> &[TurnedEdge] {
        &self.parts.reports.objections.turned_edges
    }

    /// How many training rows there are and how many of them differ, where they repeat one another as if they had been written more
    /// than once; nothing where they do not.
    pub fn repeated_rows(&self) -> Option<&RepeatedRows> {
        self.parts.reports.objections.repeated.as_ref()
    }

    /// What speaks against the model, whatever the event: before anyone is named.
    pub fn findings(&self) -> Vec<Finding> {
        self.parts.reports.objections.findings()
    }

    /// How many rows the data has that the model was fitted to, rows with missing values included; nothing if it was given
    /// without data.
    pub fn training_rows(&self) -> Option<usize> {
        self.fit_report().map(|report| report.rows)
    }

    /// The floor ε that scores have unless another is asked for: the smallest tail probability that the training data
    /// can support, 1/(2·rows), or 1e-4 for a model without training data. An attribution counts only the rows in which its target has a value,
    /// and of a model that was fitted to more rows than it kept a sample of, only those of the sample count.
    pub fn default_floor(&self) -> f64 {
        self.kept_rows().map_or(FLOOR_WITHOUT_DATA, |rows| 1.0 / (2.0 * rows as f64))
    }

    /// The number of training rows, or of those of them that references were made of, where these are fewer by sampling.
    fn kept_rows(&self) -> Option<usize> {
        let rows = self.training_rows()?;
        let most = self.parts.references.iter().filter_map(|reference| match reference {
            NoiseDistribution::Empirical(kept) => Some(kept.values().len()),
            _ => None,
        });
        Some(most.max().map_or(rows, |most| most.min(rows)))
    }

    /// The floor of scores of one node: [`default_floor`](Self::default_floor), of the rows in which the node has a value.
    pub(crate) fn floor_at(&self, position: usize) -> f64 {
        match (&self.parts.references[position], self.training_rows()) {
            (NoiseDistribution::Empirical(present), Some(rows)) => 0.5 / present.values().len().min(rows) as f64,
            _ => self.default_floor(),
        }
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
        check_rows_to_draw(rows)?;
        let wiring = self.wiring();
        let columns = wiring.by_position(wiring.draw_columns(rows, seed, Purpose::ModelDraws)?);
        Dataset::from_columns(self.parts.graph.nodes().zip(columns))?.decoded(&self.all_levels())
    }

    /// The levels of a node, in order, if it is a category.
    ///
    /// # Errors
    /// When there is no such node.
    pub fn levels(&self, node: &str) -> Result<Option<&Levels>> {
        Ok(self.node_at(self.parts.graph.position(node)?).levels.as_deref())
    }

    pub(crate) fn all_levels(&self) -> LevelsByName {
        let levels = |node: &WiredNode| Some((node.name.clone(), Arc::clone(node.levels.as_ref()?)));
        self.wiring().nodes().iter().filter_map(levels).collect()
    }

    /// The table with codes for the levels of the model's categories.
    ///
    /// # Errors
    /// None, as all levels are known.
    pub(crate) fn coded<'d>(&self, data: &'d Dataset) -> Result<Cow<'d, Dataset>> {
        let levels = self.all_levels();
        data.coded(levels.keys().map(String::as_str), |name| levels.get(name).cloned())
    }

    /// The noise of every node that gives this observation, one value per node, by the order of the graph.
    ///
    /// # Errors
    /// When the observation lacks a node or its value is missing or infinite, or a custom mechanism is not
    /// invertible there. (An attribution can do with missing values, since it says which noises are not known.)
    #[doc(alias = "recover_noise")]
    #[doc(alias = "compute_noise_from_data")]
    pub fn estimate_noise(&self, observation: &Observation) -> Result<Observation> {
        for node in self.wiring().nodes() {
            node.needed(observation)?;
        }
        let noises = self.wiring().abduct(observation)?.noises;
        Observation::new(self.parts.graph.nodes(), self.wiring().by_position(noises))
    }

    /// All nodes with their mechanisms, in topological order.
    pub(crate) fn wiring(&self) -> &Wiring {
        &self.parts.wiring
    }

    /// A target and its ancestors, with their mechanisms, in topological order. Costs O(nodes + edges).
    ///
    /// # Errors
    /// When there is no such node.
    pub(crate) fn wiring_of_target(&self, target: &str) -> Result<Wiring> {
        Ok(self.wiring().up_to(self.number(self.parts.graph.position(target)?)))
    }

    /// The number in the wiring of the node at a position of the graph.
    pub(crate) fn number(&self, position: usize) -> usize {
        self.parts.numbers[position]
    }

    /// The fitted mechanism at a position of the graph.
    pub(crate) fn mechanism_at(&self, position: usize) -> &FittedMechanism {
        &self.node_at(position).mechanism
    }

    /// The positions in the graph of a mechanism's parents, in the mechanism's order.
    pub(crate) fn parents_at(&self, position: usize) -> impl ExactSizeIterator<Item = usize> {
        let nodes = self.parts.wiring.nodes();
        self.node_at(position).parents.iter().map(|&parent| nodes[parent].position)
    }

    fn node_at(&self, position: usize) -> &WiredNode {
        self.parts.wiring.node(self.number(position))
    }

    /// What is normal for a node.
    pub(crate) fn reference_at(&self, position: usize) -> &NoiseDistribution {
        &self.parts.references[position]
    }

    /// The leverage of a node's parents: how far they lie from those that its mechanism was fitted to; 0 for a known
    /// mechanism, which has no error of fit. The parents are in the mechanism's order.
    pub(crate) fn leverage_at(&self, position: usize, parents: &[f64]) -> f64 {
        self.parent_spread_at(position).map_or(0.0, |spread| spread.leverage(parents))
    }

    /// By what the noise of a node is widened at these parents, in the mechanism's order, since other plausible mechanisms say
    /// something else there; exactly 1 where the parents were in training, and for a mechanism that was given.
    pub(crate) fn widening_at(&self, position: usize, parents: &[f64]) -> f64 {
        let mechanism = self.mechanism_at(position);
        self.plausible_at(position).map_or(1.0, |plausible| plausible.widening(mechanism.form(), parents))
    }

    /// What else the mechanism at a position may be, if it was chosen from data and anything else may.
    pub(crate) fn plausible_at(&self, position: usize) -> Option<&Arc<Plausible>> {
        self.parts.plausible[position].as_ref()
    }

    /// The parents that the mechanism at a position was learned from, if it was.
    pub(super) fn parent_spread_at(&self, position: usize) -> Option<&ParentSpread> {
        self.doubtful_at(position).map(Doubtful::spread)
    }

    /// What the rows leave open that the mechanism at a position was learned from, if it was.
    pub(crate) fn doubtful_at(&self, position: usize) -> Option<&Doubtful> {
        self.parts.learned[position].as_ref()
    }
}

/// # Errors
/// When there are none, or too many.
pub(crate) fn check_rows_to_draw(rows: usize) -> Result<()> {
    if (1..=MOST_ROWS).contains(&rows) {
        return Ok(());
    }
    let (name, requirement) = ("the number of rows to draw", "at least 1 and at most 100 million");
    Err(Error::InvalidParameter { name, requirement, found: rows.to_string() })
}
