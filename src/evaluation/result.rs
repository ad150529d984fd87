//! The figures of an evaluation, as they are reported.

use serde::{Deserialize, Serialize};

use super::config::EvaluationConfig;
use super::finding::ModelFinding;

/// What held-out rows say of a model. [`Display`](std::fmt::Display) says it in sentences and a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[doc(alias = "CausalModelEvaluationResult")]
#[doc(alias = "crps")]
#[doc(alias = "nmse")]
pub struct ModelEvaluation {
    /// How many held-out rows there are.
    pub rows: usize,
    /// One evaluation per node, in the order of the graph.
    pub nodes: Vec<NodeEvaluation>,
    /// What the rows say of the graph.
    pub graph: GraphEvaluation,
    /// What is wrong, nodes first; empty if nothing was found.
    pub findings: Vec<ModelFinding>,
    /// The configuration, whose thresholds decide what is a finding.
    pub config: EvaluationConfig,
}

impl ModelEvaluation {
    /// The evaluation of a node, if there is such a node.
    pub fn node(&self, node: &str) -> Option<&NodeEvaluation> {
        self.nodes.iter().find(|evaluation| evaluation.node == node)
    }
}

/// What held-out rows say of a node's mechanism. What could not be computed is nothing, and [`absent`](Self::absent) says why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[doc(alias = "MechanismPerformanceResult")]
pub struct NodeEvaluation {
    /// The node's name.
    pub node: String,
    /// How many rows have the node, its parents and a noise: those that the figures are made of.
    pub rows: usize,
    /// How many rows have the node and its parents, but no noise that gives the node's value.
    pub rows_without_noise: usize,
    /// 1 − Σ(x − E\[X | pa\])² / Σ(x − x̄)², x̄ the mean of these very rows: at most 1, and negative where the mechanism
    /// predicts worse than their mean. Nothing for a root. For a category 1 less `crps` over that of the shares of these very rows.
    pub r_squared: Option<f64>,
    /// The mean continuous ranked probability score of the predicted distribution, in the node's unit; smaller is
    /// better. For a distribution that is a single value it is the absolute error. For a category it is the quadratic score
    /// ½ Σ (P(k) − 1{class = k})², which is the same for the codes of two classes.
    pub crps: Option<f64>,
    /// `crps` over that of the node's reference, which knows no parents: 0 is perfect, 1 is no better than the marginal
    /// distribution.
    pub crps_ratio: Option<f64>,
    /// Whether the noise is distributed as the model says.
    pub calibration: Option<Calibration>,
    /// How the noise differs from that of the model in mean and spread.
    pub drift: Option<NoiseDrift>,
    /// Whether the noise is independent of the parents, all together. Nothing for a root.
    pub independence: Option<NoiseIndependence>,
    /// What could not be computed, and why.
    pub absent: Vec<AbsentFigure>,
}

/// A figure that could not be computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AbsentFigure {
    /// What could not be computed: the name of one figure, or of several.
    pub figure: String,
    /// Why the figure could not be computed.
    pub reason: String,
}

/// The Kolmogorov-Smirnov test of the probability integral transform u = F(noise), which is uniform if the noise has the
/// distribution function F.
///
/// Where F jumps, u is drawn uniformly from the jump. That F was estimated from m rows itself is allowed for: n held-out
/// rows count as n·m/(n + m), as when two samples are compared.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Calibration {
    /// The largest difference between the distribution of u and the uniform one, from 0 to 1.
    pub distance: f64,
    /// How likely so large a difference is if the noise is distributed as the model says.
    pub p_value: f64,
    /// The p-value after correction for all tests of the evaluation; see [`EvaluationConfig::alpha`].
    pub adjusted_p_value: f64,
}

/// The noise of the held-out rows beside the noise of the model.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NoiseDrift {
    /// (mean of the held-out noise − mean of the model's) / standard deviation of the model's.
    pub mean_shift: f64,
    /// Standard deviation of the held-out noise over that of the model's.
    pub spread_ratio: f64,
}

/// The permutation test of independence between noise and parents, by the distance covariance of ranks; see
/// [`independence_test`](crate::independence::independence_test).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NoiseIndependence {
    /// The bias-corrected distance correlation of ranks, from 0 to 1.
    pub distance_correlation: f64,
    /// How likely so much dependence is if there is none.
    pub p_value: f64,
    /// The p-value after correction for all tests of the evaluation; see [`EvaluationConfig::alpha`].
    pub adjusted_p_value: f64,
    /// How many rows the test used.
    pub rows: usize,
    /// How many permutations the test made.
    pub permutations: usize,
}

/// What held-out rows say of the graph.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[doc(alias = "RejectionResult")]
pub struct GraphEvaluation {
    /// The conditional independencies that the graph implies, one for each pair of nodes without an edge; see
    /// [`FittedModel::evaluate`](crate::FittedModel::evaluate).
    pub implied_independencies: Vec<ImpliedIndependence>,
    /// How many implied independencies too few rows could be tested on.
    pub untested: usize,
    /// How the graph does beside graphs with permuted nodes, if that was compared.
    pub comparison: Option<GraphComparison>,
    /// Why the comparison with permuted graphs is missing, if it is.
    pub absent: Vec<AbsentFigure>,
}

impl GraphEvaluation {
    /// The implied independencies that the rows contradict.
    pub fn violations(&self) -> impl Iterator<Item = &ImpliedIndependence> {
        self.implied_independencies.iter().filter(|independence| independence.violated)
    }
}

/// A node is independent of another one, which is no effect of it, given its parents: so says the graph.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[doc(alias = "validate_lmc")]
pub struct ImpliedIndependence {
    /// The node, the later one in topological order.
    pub node: String,
    /// The node that it should be independent of.
    pub other: String,
    /// The node's parents.
    pub given: Vec<String>,
    /// The correlation of what is left of both when the parents are accounted for, from −1 to 1.
    pub residual_correlation: f64,
    /// How likely a correlation so far from 0 is if the graph is right.
    pub p_value: f64,
    /// The p-value after correction for all tests of the evaluation; see [`EvaluationConfig::alpha`].
    pub adjusted_p_value: f64,
    /// How many rows the test used.
    pub rows: usize,
    /// Whether the rows contradict the graph here: certainly, and by enough to matter.
    pub violated: bool,
}

/// The graph's violated independencies beside those of graphs of the same shape with permuted nodes.
///
/// Every test here is made on values and counted without correction, by the same rule for all graphs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GraphComparison {
    /// How many implied independencies the graph violates.
    pub violations: usize,
    /// How many independencies each of the graphs implies.
    pub tests: usize,
    /// How many permuted graphs the graph was compared with.
    pub permuted_graphs: usize,
    /// How many implied independencies a permuted graph violates, on average.
    pub mean_permuted_violations: f64,
    /// (1 + #)/(1 + permuted graphs), where # of them violate no more than the graph does. Small where the graph
    /// knows something of the data.
    pub p_value: f64,
    /// The share of permuted graphs that are Markov equivalent to the graph, so that no data could tell them apart by
    /// independencies. Where it exceeds `alpha` the comparison cannot come out in favour of the graph.
    pub equivalent_share: f64,
    /// How many rows the tests used, all complete.
    pub rows: usize,
}
