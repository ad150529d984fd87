//! The evaluation of a model.

use super::columns::Columns;
use super::config::EvaluationConfig;
use super::correction::{FAMILIES, adjusted_p_values};
use super::findings;
use super::local_markov::test_implied_independencies;
use super::node::NodeRows;
use super::permuted_graphs::compare;
use super::result::{AbsentFigure, GraphEvaluation, ModelEvaluation, NodeEvaluation};
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::independence::MOST_PERMUTATIONS;
use crate::model::FittedModel;
use crate::telemetry::span;
use crate::threads::in_parallel;

impl FittedModel {
    /// Says how good the model is, by rows that it was not fitted to.
    ///
    /// - Per node, how well it is predicted: R² and the continuous ranked probability score, also relative to the marginal.
    /// - Per node, whether its noise has the distribution that the model says: a Kolmogorov-Smirnov test of the probability
    ///   integral transform, and how mean and spread have changed.
    /// - Per node, whether its noise is independent of its parents, as it must be if the mechanism and its direction
    ///   are right: distance covariance of ranks, with permutations.
    /// - For the graph, whether the independencies hold that it implies: every node, given its parents, is independent of
    ///   the nodes before it in topological order. Each is tested by the generalised covariance measure (see
    ///   [`conditional_independence_test`](crate::independence::conditional_independence_test)) between the node's *noise* and the other
    ///   node. And whether graphs with permuted nodes would do as well: E. Eulig, A. A. Mastakouri, P. Blöbaum, M. Hardt
    ///   and D. Janzing, *Toward falsifying causal graphs using a permutation-based test*, arXiv:2305.09565.
    ///
    /// A row counts for a node if it has the node and its parents; missing and infinite values elsewhere do not matter. A
    /// figure that cannot be computed is absent, with the reason. Nothing here proves a model right: graphs that imply the
    /// same independencies cannot be told apart by them, and a cause that is missing from the data shows only where it
    /// acts on two nodes.
    ///
    /// Costs, for n nodes, r rows, s = min(r, `most_rows`), p parents, B permutations and G permuted graphs: O(n · r log r)
    /// for fit and calibration (O(256 · n · r) evaluations where noise is not merely added), O(n · s² · B) for independence,
    /// O(n² · r · p²) for the graph, and O(G · n² · s · p²) for the comparison. The same bits for any number of threads.
    ///
    /// # Errors
    /// When the configuration is out of range, the rows are fewer than `fewest_rows`, or a node's column is not there or
    /// holds text.
    ///
    /// ```
    /// use etiology::{AdditiveNoiseModel, CausalGraph, EvaluationConfig, KnownFormula};
    /// use etiology::evaluation::ModelFinding;
    /// use etiology::{NoiseDistribution, StructuralCausalModel};
    ///
    /// // The slower of two parallel calls decides, but a sum is fitted.
    /// let graph = || CausalGraph::from_edges([("cache", "web"), ("search", "web")]);
    /// let truth = StructuralCausalModel::new(graph()?)
    ///     .with_mechanism("cache", NoiseDistribution::exponential(0.2)?)?
    ///     .with_mechanism("search", NoiseDistribution::exponential(0.2)?)?
    ///     .with_mechanism(
    ///         "web",
    ///         AdditiveNoiseModel::known(KnownFormula::maximum(["cache", "search"]))
    ///             .with_noise(NoiseDistribution::half_normal(0.1, 0.02)?),
    ///     )?
    ///     .without_fitting()?;
    /// let (training, held_out) = (truth.draw_samples(1_000, 3)?, truth.draw_samples(1_000, 4)?);
    /// let model = StructuralCausalModel::new(graph()?)
    ///     .with_mechanism("web", AdditiveNoiseModel::linear())?
    ///     .assign_mechanisms(&training)?
    ///     .fit(&training)?;
    ///
    /// let evaluation = model.evaluate(&held_out, &EvaluationConfig::default())?;
    /// println!("{evaluation}");
    /// assert!(matches!(&evaluation.findings[..], [ModelFinding::NoiseDependsOnParents { node, .. }] if node == "web"));
    /// assert!(truth.evaluate(&held_out, &EvaluationConfig::default())?.findings.is_empty());
    /// # Ok::<(), etiology::Error>(())
    /// ```
    #[doc(alias = "evaluate_causal_model")]
    #[doc(alias = "falsify_graph")]
    #[doc(alias = "refute_causal_structure")]
    #[doc(alias = "refute_invertible_model")]
    pub fn evaluate(&self, held_out: &Dataset, config: &EvaluationConfig) -> Result<ModelEvaluation> {
        span!(INFO, "evaluate", nodes = self.graph().node_count(), rows = held_out.rows());
        config.check()?;
        if held_out.rows() < config.fewest_rows {
            let what = "the evaluation of a model".to_owned();
            return Err(Error::TooFewRows { what, needed: config.fewest_rows, found: held_out.rows() });
        }
        let columns = Columns::new(self, held_out)?;
        let nodes: Vec<NodeRows<'_>> =
            (0..self.graph().node_count()).map(|node| NodeRows::new(self, &columns, node)).collect();
        let evaluations = evaluate_nodes(self, &nodes, config)?;
        let (implied_independencies, untested) = test_implied_independencies(self, &columns, config);
        let mut graph = GraphEvaluation { implied_independencies, untested, comparison: None, absent: Vec::new() };
        let comparison = match self.all_levels().keys().next() {
            Some(category) => {
                Err(format!("`{category}` is a category, and a permuted graph would have to be regressed on its codes"))
            }
            None => compare(self.graph(), &columns, config),
        };
        match comparison {
            Ok(comparison) => graph.comparison = Some(comparison),
            Err(reason) => {
                graph.absent.push(AbsentFigure { figure: "comparison with permuted graphs".to_owned(), reason });
            }
        }
        let mut findings: Vec<_> = evaluations
            .iter()
            .zip(&nodes)
            .flat_map(|(evaluation, node)| findings::of_node(evaluation, node.departure_from_constant(), config))
            .collect();
        findings.extend(findings::of_graph(&graph, config));
        Ok(ModelEvaluation { rows: held_out.rows(), nodes: evaluations, graph, findings, config: config.clone() })
    }
}

fn evaluate_nodes(
    model: &FittedModel,
    nodes: &[NodeRows<'_>],
    config: &EvaluationConfig,
) -> Result<Vec<NodeEvaluation>> {
    let tests = (0..nodes.len()).filter(|&node| model.parents_at(node).len() > 0).count();
    // With half as many, the smallest p-value 1/(1 + B) would just be α after correction for all tests.
    let needed = (2.0 * FAMILIES * tests as f64 / config.alpha).ceil().min(MOST_PERMUTATIONS as f64) as usize;
    let permutations = config.permutations.max(needed);
    let evaluated: Vec<Result<NodeEvaluation>> =
        in_parallel(nodes.len(), &|node| nodes[node].evaluate(config, permutations));
    let mut evaluations = evaluated.into_iter().collect::<Result<Vec<_>>>()?;

    let mut calibrations: Vec<_> =
        evaluations.iter_mut().filter_map(|evaluation| evaluation.calibration.as_mut()).collect();
    let adjusted = adjusted_p_values(&calibrations.iter().map(|test| test.p_value).collect::<Vec<_>>());
    calibrations.iter_mut().zip(adjusted).for_each(|(test, adjusted)| test.adjusted_p_value = adjusted);
    let mut independencies: Vec<_> =
        evaluations.iter_mut().filter_map(|evaluation| evaluation.independence.as_mut()).collect();
    let adjusted = adjusted_p_values(&independencies.iter().map(|test| test.p_value).collect::<Vec<_>>());
    independencies.iter_mut().zip(adjusted).for_each(|(test, adjusted)| test.adjusted_p_value = adjusted);
    Ok(evaluations)
}
