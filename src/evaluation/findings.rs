//! From the figures of an evaluation to what is wrong with the model.

use super::config::EvaluationConfig;
use super::finding::ModelFinding;
use super::result::{GraphComparison, GraphEvaluation, NodeEvaluation};

/// The findings that follow from a node's figures.
pub(super) fn of_node(
    evaluation: &NodeEvaluation,
    departure_from_constant: Option<f64>,
    config: &EvaluationConfig,
) -> Vec<ModelFinding> {
    let node = || evaluation.node.clone();
    let mut findings = Vec::new();
    if evaluation.rows < config.fewest_rows {
        findings.push(ModelFinding::TooFewRows { node: node(), rows: evaluation.rows });
    }
    if evaluation.rows_without_noise > 0 {
        findings.push(ModelFinding::NoNoiseFound { node: node(), rows: evaluation.rows_without_noise });
    }
    if let Some(largest) = departure_from_constant {
        findings.push(ModelFinding::ConstantNoiseVaries { node: node(), largest });
    }
    if let Some(found) = evaluation.independence
        && found.adjusted_p_value <= config.alpha
        && found.distance_correlation > config.least_dependence
    {
        let (distance_correlation, adjusted_p_value) = (found.distance_correlation, found.adjusted_p_value);
        findings.push(ModelFinding::NoiseDependsOnParents { node: node(), distance_correlation, adjusted_p_value });
    }
    if let Some(found) = evaluation.calibration
        && found.adjusted_p_value <= config.alpha
        && found.distance > config.least_miscalibration
    {
        let (distance, adjusted_p_value) = (found.distance, found.adjusted_p_value);
        findings.push(ModelFinding::NoiseMiscalibrated { node: node(), distance, adjusted_p_value });
    }
    if let Some(crps_ratio) = evaluation.crps_ratio.filter(|&ratio| ratio > config.worst_crps_ratio) {
        findings.push(ModelFinding::WorseThanMarginal { node: node(), crps_ratio });
    }
    findings
}

/// The findings that follow from the graph's figures.
pub(super) fn of_graph(evaluation: &GraphEvaluation, config: &EvaluationConfig) -> Vec<ModelFinding> {
    let violated = evaluation.violations().map(|test| ModelFinding::IndependenceViolated {
        node: test.node.clone(),
        other: test.other.clone(),
        given: test.given.clone(),
        residual_correlation: test.residual_correlation,
        adjusted_p_value: test.adjusted_p_value,
    });
    // Without violations there is nothing to hold against the graph; too many equivalent graphs decide nothing.
    let no_better = |comparison: &GraphComparison| {
        comparison.violations > 0 && comparison.p_value > config.alpha && comparison.equivalent_share <= config.alpha
    };
    let comparison = evaluation.comparison.filter(no_better);
    violated.chain(comparison.map(|found| ModelFinding::GraphNoBetterThanPermuted { p_value: found.p_value })).collect()
}
