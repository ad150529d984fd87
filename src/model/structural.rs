//! The model before fitting.

use super::fit_report::{FitReport, NodeFit, largest_atom};
use super::fitted::{FittedModel, Reports, Training};
use super::leverage::ParentSpread;
use super::plausible::{Plausible, Rival, TrainingRegion};
use super::resolution::GivenSteps;
use crate::data::{CompleteCases, Dataset, only_value};
use crate::error::{Error, Result};
use crate::findings::Objections;
use crate::graph::CausalGraph;
use crate::mechanism::{
    AssignmentConfig, AssignmentReport, CausalMechanism, Chosen, FittedMechanism, NodeData, Rivals, choose,
};
use crate::telemetry::span;
use crate::threads::{in_parallel, proceed};

/// Fewest rows to fit anything to: one row says nothing about what is normal.
pub(super) const FEWEST_ROWS: usize = 2;

/// A causal graph with, for each node, what its mechanism is or how to learn it.
///
/// [`fit`](Self::fit) makes a [`FittedModel`] and changes nothing here, so one model can be fitted to many
/// data sets. A model may be wholly learned, wholly known, or mixed.
#[doc(alias = "InvertibleStructuralCausalModel")]
#[derive(Debug, Clone)]
#[doc(alias = "ProbabilisticCausalModel")]
pub struct StructuralCausalModel {
    graph: CausalGraph,
    mechanisms: Vec<Option<Assigned>>,
    report: Option<AssignmentReport>,
    given_steps: GivenSteps,
}

/// A mechanism that was found to fit its node's place in the graph.
#[derive(Debug, Clone)]
pub(super) struct Assigned {
    pub(super) mechanism: CausalMechanism,
    /// For each parent of the mechanism its place among the node's parents in the graph.
    pub(super) places: Vec<usize>,
    /// What else it may be, if it was chosen from data.
    pub(super) rivals: Rivals,
}

/// What fitting one node gives.
pub(super) struct FittedNode {
    pub(super) mechanism: FittedMechanism,
    pub(super) report: NodeFit,
    /// The parents that its function was learned from, if it was.
    pub(super) parent_spread: Option<ParentSpread>,
    /// What else the mechanism may be.
    pub(super) plausible: Option<Plausible>,
}

impl StructuralCausalModel {
    /// A model without mechanisms.
    pub fn new(graph: CausalGraph) -> Self {
        let mechanisms = vec![None; graph.node_count()];
        Self { graph, mechanisms, report: None, given_steps: GivenSteps::default() }
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
        self.mechanisms[position] = Some(self.place(position, mechanism.into(), Rivals::default())?);
        Ok(self)
    }

    /// Says in which step the values of a node are measured, in its unit: a cent, a millisecond; 0 for exact values.
    ///
    /// A deviation that rounding explains is nobody's contribution. Where nothing is said, [`fit`](Self::fit) finds the step of each
    /// column from its digits, if all values are multiples of a power of 10 or of 2 or 5 times one, and an event's value
    /// that has far fewer digits than its column counts as rounded to its last one.
    ///
    /// # Errors
    /// When there is no such node, or the step is negative or not finite.
    ///
    /// ```
    /// use etiology::{
    ///     AdditiveNoiseModel, AttributionConfig, CausalGraph, KnownFormula, NoiseDistribution, Observation, StructuralCausalModel,
    /// };
    ///
    /// let exactly = |formula| Ok::<_, etiology::Error>(AdditiveNoiseModel::known(formula).with_noise(NoiseDistribution::constant(0.0)?));
    /// let payment = StructuralCausalModel::new(CausalGraph::from_edges([("net", "tax"), ("net", "paid"), ("tax", "paid")])?)
    ///     .with_mechanism("net", NoiseDistribution::normal(100.0, 5.0)?)?
    ///     .with_mechanism("tax", exactly(KnownFormula::weighted_sum([("net", 0.19)])?)?)?
    ///     .with_mechanism("paid", exactly(KnownFormula::sum(["net", "tax"]))?)?;
    /// // 19 % of 60.12 is 11.4228.
    /// let short = Observation::from_pairs([("net", 60.12), ("tax", 11.42), ("paid", 71.54)])?;
    /// let exact = payment.without_fitting()?.attribute_outlier("paid", &short, &AttributionConfig::default())?;
    /// assert!(exact.contribution("tax").is_some_and(|tax| tax.value != 0.0));
    /// let model = payment.with_resolution("net", 0.01)?.with_resolution("tax", 0.01)?.with_resolution("paid", 0.01)?;
    /// let rounded = model.without_fitting()?.attribute_outlier("paid", &short, &AttributionConfig::default())?;
    /// assert_eq!(rounded.contribution("tax").map(|tax| tax.value), Some(0.0));
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn with_resolution(mut self, node: &str, step: f64) -> Result<Self> {
        self.given_steps.set(self.graph.position(node)?, step)?;
        Ok(self)
    }

    /// Takes all values for exact but those of nodes whose step is given [by name](Self::with_resolution): no digits are looked at.
    #[must_use]
    pub fn without_resolution(mut self) -> Self {
        self.given_steps.off = true;
        self
    }

    /// Gives every node that has no mechanism yet the one that fits it: roots their empirical distribution, all others
    /// what [`AssignmentConfig::default`] chooses by cross-validation. See
    /// [`assign_mechanisms_with`](Self::assign_mechanisms_with).
    ///
    /// # Errors
    /// When the data has no numeric column for such a node or its parents, or an infinite value there.
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
    /// other candidate left unexplained. Rows with a missing value in the node or its parents are left out, here as in
    /// [`fit`](Self::fit).
    ///
    /// The result depends on the data, the graph and the configuration alone. Costs O(folds · rows · parents²) per node
    /// and candidate, in parallel.
    ///
    /// # Errors
    /// When the configuration is out of range; when the data has no numeric column for such a node or its parents, or an
    /// infinite value there.
    #[doc(alias = "assign_causal_mechanism_node")]
    #[doc(alias = "select_model")]
    #[doc(alias = "find_best_model")]
    #[doc(alias = "has_linear_relationship")]
    pub fn assign_mechanisms_with(mut self, data: &Dataset, config: &AssignmentConfig) -> Result<Self> {
        span!(INFO, "assign_mechanisms", nodes = self.graph.node_count(), rows = data.rows());
        config.check()?;
        let data = &data.coded(self.graph.nodes(), |_| None)?;
        let unassigned = |&position: &usize| self.mechanisms[position].is_none();
        let positions: Vec<usize> = (0..self.graph.node_count()).filter(unassigned).collect();
        let chosen = |place: usize| {
            let position = positions[place];
            choose(data, self.graph.name(position), &self.parent_names(position), config)
        };
        let choices: Vec<Result<Chosen>> = in_parallel(positions.len(), &chosen);
        let mut nodes = Vec::with_capacity(positions.len());
        for (position, chosen) in positions.into_iter().zip(choices) {
            let Chosen { mechanism, rivals, report } = chosen?;
            self.mechanisms[position] = Some(self.place(position, mechanism, rivals)?);
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
    /// Columns of known nodes are used, where they are there and finite, to say what is typical of them.
    ///
    /// Values may be missing (`NaN`): each mechanism is fitted to the rows in which its node and its parents are all
    /// present, so a gap costs a row only where it matters. That is right if what is missing does not depend on the noise of
    /// the node. A node that never varies gets constant noise and, where its function is learned, one that ignores its
    /// parents: another value in an event is then impossible under the model, and the node's conditional score is at its
    /// ceiling. A parent that never varies gets the coefficient 0 in a linear regression.
    /// [`FittedModel::fit_report`] tells what was left out and repaired, and [`FittedModel::findings`] whether the arrows seem to
    /// be the wrong way round, or rows to be copies.
    ///
    /// # Errors
    /// When a node has no mechanism; when a needed column is not there, holds text or an infinite value; when there are too
    /// few rows, or too few complete ones, for a node; or when a fit fails.
    pub fn fit(&self, data: &Dataset) -> Result<FittedModel> {
        // What is known needs no data, whatever its column holds.
        let is_known =
            |position: usize| self.mechanisms[position].as_ref().is_some_and(|known| known.mechanism.is_known());
        let learned = self.graph.nodes().enumerate().filter(|&(position, _)| !is_known(position));
        let data = data.coded(learned.map(|(_, node)| node), |_| None)?;
        self.fit_with(&data, Objections::of(&self.graph, &data))
    }

    /// [`fit`](Self::fit) without a look at what the data say against the model: resampled rows say nothing new of it.
    pub(crate) fn fit_again(&self, data: &Dataset) -> Result<FittedModel> {
        self.fit_with(data, Objections::default())
    }

    /// The model that keeps nothing of what else its mechanisms may be: for fits that are never asked about it.
    pub(crate) fn without_rivals(&self) -> Self {
        let alone = |assigned: &Assigned| Assigned { rivals: Rivals::default(), ..assigned.clone() };
        let mechanisms = self.mechanisms.iter().map(|assigned| assigned.as_ref().map(alone)).collect();
        Self { mechanisms, ..self.clone() }
    }

    fn fit_with(&self, data: &Dataset, objections: Objections) -> Result<FittedModel> {
        span!(INFO, "fit", nodes = self.graph.node_count(), rows = data.rows());
        let fitted: Vec<Result<FittedNode>> =
            in_parallel(self.graph.node_count(), &|position| self.fit_node(position, Some(data)));
        let ignored = data.names().iter().filter(|name| !self.graph.contains(name)).cloned().collect();
        self.assemble(data, (data.rows(), ignored), fitted, objections)
    }

    /// The model with these nodes, whose references are in the data. There were so many rows, and columns that were ignored.
    pub(super) fn assemble(
        &self,
        data: &Dataset,
        (rows, ignored_columns): (usize, Vec<String>),
        fitted: Vec<Result<FittedNode>>,
        objections: Objections,
    ) -> Result<FittedModel> {
        // Rayon would return whichever error came first; in order, the message is always the same.
        let mut mechanisms = Vec::with_capacity(fitted.len());
        let (mut nodes, mut parent_spreads) = (Vec::with_capacity(fitted.len()), Vec::with_capacity(fitted.len()));
        let mut plausible_mechanisms = Vec::with_capacity(fitted.len());
        for node in fitted {
            let FittedNode { mechanism, report, parent_spread, plausible } = node?;
            mechanisms.push(mechanism);
            nodes.push(report);
            parent_spreads.push(parent_spread);
            plausible_mechanisms.push(plausible);
        }
        let report = FitReport { rows, nodes, ignored_columns };
        let reports = Reports { fit: Some(report), assignment: self.report.clone(), objections };
        let training = Training { data, reports, parent_spreads, plausible: plausible_mechanisms };
        FittedModel::new(self.graph.clone(), mechanisms, &self.mechanism_parents(), &self.given_steps, Some(training))
    }

    /// The fitted model of one that is wholly known, which needs no data.
    ///
    /// # Errors
    /// When a node has no mechanism, or one that must be fitted.
    pub fn without_fitting(&self) -> Result<FittedModel> {
        let fitted = (0..self.graph.node_count()).map(|position| Ok(self.fit_node(position, None)?.mechanism));
        let mechanisms = fitted.collect::<Result<Vec<_>>>()?;
        FittedModel::new(self.graph.clone(), mechanisms, &self.mechanism_parents(), &self.given_steps, None)
    }

    fn place(&self, position: usize, mechanism: CausalMechanism, rivals: Rivals) -> Result<Assigned> {
        let places = mechanism.match_parents(self.graph.name(position), &self.parent_names(position))?;
        Ok(Assigned { mechanism, places, rivals })
    }

    /// # Errors
    /// When the node has no mechanism.
    pub(super) fn assigned(&self, position: usize) -> Result<&Assigned> {
        let node = self.graph.name(position);
        self.mechanisms[position].as_ref().ok_or_else(|| Error::NoMechanism { node: node.to_owned() })
    }

    fn parent_names(&self, position: usize) -> Vec<&str> {
        self.graph.parent_positions(position).iter().map(|&parent| self.graph.name(parent)).collect()
    }

    pub(super) fn fit_node(&self, position: usize, data: Option<&Dataset>) -> Result<FittedNode> {
        proceed()?;
        let node = self.graph.name(position);
        let Assigned { mechanism, places, rivals } = self.assigned(position)?;
        let Some(data) = data.filter(|_| !mechanism.is_known()) else {
            let mechanism = mechanism.fit(node, places, None)?;
            return Ok(FittedNode { mechanism, report: NodeFit::known(node), parent_spread: None, plausible: None });
        };
        let parents = self.graph.parent_positions(position).iter().map(|&parent| self.graph.name(parent));
        let cases = CompleteCases::select(data, node, parents.clone())?;
        let fitted = fit_to(mechanism, node, places, &cases).map_err(|error| error_of_gaps(error, &cases))?;
        let constant_parents = cases.parent_columns().zip(parents).filter(|(column, _)| only_value(*column).is_some());
        let report = NodeFit {
            node: node.to_owned(),
            fitted: true,
            rows_used: cases.values.len(),
            rows_incomplete: cases.incomplete,
            constant: only_value(cases.values.view()),
            constant_parents: constant_parents.map(|(_, parent)| parent.to_owned()).collect(),
            largest_atom: largest_atom(cases.values.view()).filter(|_| cases.levels.is_none()),
        };
        // The parents of a regression are in the order of the graph.
        let columns = || cases.parent_columns().map(|column| column.to_owned()).collect::<Vec<_>>();
        let parent_spread =
            if mechanism.is_regression() && !cases.has_category() { ParentSpread::of(&columns()) } else { None };
        let plausible = plausible(rivals, node, &fitted, &cases);
        Ok(FittedNode { mechanism: fitted, report, parent_spread, plausible })
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

fn fit_to(mechanism: &CausalMechanism, node: &str, places: &[usize], cases: &CompleteCases) -> Result<FittedMechanism> {
    let found = cases.values.len();
    if found < FEWEST_ROWS {
        let what = format!("the mechanism of node `{node}`");
        return Err(Error::TooFewRows { what, needed: FEWEST_ROWS, found });
    }
    if let Some(value) = only_value(cases.values.view())
        && let Some(constant) = mechanism.fit_constant(value, places.len())?
    {
        return Ok(constant);
    }
    mechanism.fit(node, places, Some(&node_data(cases)))
}

pub(super) fn node_data(cases: &CompleteCases) -> NodeData<'_> {
    NodeData {
        parents: cases.parents.view(),
        values: cases.values.view(),
        levels: cases.levels.as_deref(),
        parent_levels: &cases.parent_levels,
    }
}

/// What else a node's mechanism may be, fitted to the same rows. A rival that cannot be fitted to them is none: a resample may
/// hold too few different rows, or a parent that never varies.
pub(super) fn plausible(
    rivals: &Rivals,
    node: &str,
    fitted: &FittedMechanism,
    cases: &CompleteCases,
) -> Option<Plausible> {
    // Codes have no inside and outside.
    if rivals.all.is_empty() || cases.has_category() || only_value(cases.values.view()).is_some() {
        return None;
    }
    let data = node_data(cases);
    let columns: Vec<_> = cases.parent_columns().map(|column| column.to_owned()).collect();
    let parents: Vec<&[f64]> = columns.iter().filter_map(|column| column.as_slice()).collect();
    let values = cases.values.to_vec();
    let mut found = Vec::with_capacity(rivals.all.len());
    for rival in &rivals.all {
        let Ok(form) = rival.mechanism.fit_without_noise(node, &data) else { continue };
        let Some(centre) = median(form.estimate_noises(&parents, &values)) else { continue };
        found.push(Rival { name: rival.name.to_owned(), weight: rival.weight, form, centre });
    }
    let sum = rivals.chosen + found.iter().map(|rival| rival.weight).sum::<f64>();
    found.iter_mut().for_each(|rival| rival.weight /= sum);
    Plausible::of(found, rivals.chosen / sum, fitted, TrainingRegion::of(&columns)?)
}

/// The lower of the two middle ones, if all are finite.
fn median(mut values: Vec<f64>) -> Option<f64> {
    if values.is_empty() || values.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let middle = (values.len() - 1) / 2;
    Some(*values.select_nth_unstable_by(middle, f64::total_cmp).1)
}

/// An error of too few rows that also says that incomplete rows do not count, if there are any; any other error as it is.
fn error_of_gaps(error: Error, cases: &CompleteCases) -> Error {
    match error {
        Error::TooFewRows { what, needed, found } if cases.incomplete > 0 => {
            let left_out = format!("{} rows in which it or a parent is missing", cases.incomplete);
            Error::TooFewRows { what: format!("{what}, without {left_out},"), needed, found }
        }
        other => other,
    }
}
