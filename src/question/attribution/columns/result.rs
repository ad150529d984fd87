//! Attributions of many events, column by column.

use std::collections::HashMap;

use crate::error::{Error, Result};
use crate::findings::Finding;
use crate::numeric::ranks::sort_by;
use crate::question::attribution::config::Quantity;
use crate::question::attribution::result::{Attribution, direction};

/// How many figures a row has of its score.
const SCORES: usize = 4;
/// How many figures a row has of each node.
const AMOUNTS: usize = 4;

/// What is kept of one row's attribution.
pub(super) struct RowAnswer {
    score: [f64; SCORES],
    saturated: bool,
    /// By the target's numbers of nodes; `NaN` where there is no such figure.
    amounts: Vec<[f64; AMOUNTS]>,
    findings: Vec<Finding>,
}

impl RowAnswer {
    /// The figures of an attribution whose target depends on these nodes, which have these numbers.
    pub(super) fn new(attribution: Attribution, numbers: &HashMap<&str, usize>) -> Self {
        let Attribution { score, unexplained, contributions, findings, .. } = attribution;
        let mut amounts = vec![[f64::NAN; AMOUNTS]; numbers.len()];
        for contribution in contributions {
            let or_none = |figure: Option<f64>| figure.unwrap_or(f64::NAN);
            if let Some(&number) = numbers.get(contribution.node.as_str()) {
                let (model_error, share) = (or_none(contribution.model_error), or_none(contribution.share));
                amounts[number] = [contribution.value, contribution.std_error, model_error, share];
            }
        }
        let tail_probability = score.tail_probability.unwrap_or(f64::NAN);
        let figures = [score.value, score.std_error, tail_probability, unexplained.value];
        Self { score: figures, saturated: score.saturated, amounts, findings }
    }
}

/// Attributions of many events, column by column: what [`Attributor::attribute_columns`](crate::Attributor::attribute_columns) gives.
///
/// Every column has one figure per event, in the order of the events. `NaN` stands for what is not there: all figures of an event that could not be
/// attributed, those of a node whose value was missing, and a share of a score that has no meaningful shares.
#[derive(Debug)]
pub struct AttributedColumns {
    target: String,
    quantity: Quantity,
    nodes: Vec<String>,
    scores: [Vec<f64>; SCORES],
    saturated: Vec<bool>,
    /// For each node its figures, column by column.
    amounts: Vec<[Vec<f64>; AMOUNTS]>,
    failures: Vec<(usize, Error)>,
    findings: Vec<(usize, Finding)>,
}

/// One node's part in one event of [`AttributedColumns`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct RankedNode<'c> {
    /// The node's name.
    pub node: &'c str,
    /// As [`Contribution::value`](crate::attribution::Contribution::value): in nats, or in the target's unit for a mean deviation.
    pub value: f64,
    /// Its standard error, in the same unit.
    pub std_error: f64,
    /// As [`Contribution::model_error`](crate::attribution::Contribution::model_error), in the same unit.
    pub model_error: Option<f64>,
    /// As a share of the score.
    pub share: Option<f64>,
}

impl AttributedColumns {
    /// Puts answers into columns; the nodes with these names have these numbers in them.
    pub(super) fn new(
        target: &str,
        quantity: Quantity,
        nodes: Vec<String>,
        numbers: &[usize],
        answers: Vec<Result<RowAnswer>>,
    ) -> Self {
        let rows = answers.len();
        let empty = || vec![f64::NAN; rows];
        let mut columns = Self {
            target: target.to_owned(),
            quantity,
            scores: std::array::from_fn(|_| empty()),
            saturated: vec![false; rows],
            amounts: nodes.iter().map(|_| std::array::from_fn(|_| empty())).collect(),
            nodes,
            failures: Vec::new(),
            findings: Vec::new(),
        };
        for (row, answer) in answers.into_iter().enumerate() {
            match answer {
                Ok(answer) => columns.put(row, answer, numbers),
                Err(error) => columns.failures.push((row, error)),
            }
        }
        columns
    }

    fn put(&mut self, row: usize, answer: RowAnswer, numbers: &[usize]) {
        self.scores.iter_mut().zip(answer.score).for_each(|(column, figure)| column[row] = figure);
        self.saturated[row] = answer.saturated;
        for (columns, &number) in self.amounts.iter_mut().zip(numbers) {
            columns.iter_mut().zip(answer.amounts[number]).for_each(|(column, figure)| column[row] = figure);
        }
        self.findings.extend(answer.findings.into_iter().map(|finding| (row, finding)));
    }

    /// The node whose values were attributed.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// What was split over the nodes; says the unit of all figures but shares and probabilities.
    pub fn quantity(&self) -> Quantity {
        self.quantity
    }

    /// The nodes that figures are about: those that the target depends on, itself included, but for those that were given; in topological order.
    pub fn nodes(&self) -> &[String] {
        &self.nodes
    }

    /// The number of events.
    pub fn rows(&self) -> usize {
        self.saturated.len()
    }

    /// What was split, by event; see [`ScoreEstimate::value`](crate::attribution::ScoreEstimate::value).
    pub fn scores(&self) -> &[f64] {
        &self.scores[0]
    }

    /// The standard errors of the scores, in their unit.
    pub fn score_std_errors(&self) -> &[f64] {
        &self.scores[1]
    }

    /// The probabilities of values at least as extreme; `NaN` throughout for a mean deviation.
    pub fn tail_probabilities(&self) -> &[f64] {
        &self.scores[2]
    }

    /// What missing noises leave open of the scores, in their unit; see [`Unexplained`](crate::attribution::Unexplained).
    pub fn unexplained(&self) -> &[f64] {
        &self.scores[3]
    }

    /// Which scores say "at least this much"; see [`ScoreEstimate::saturated`](crate::attribution::ScoreEstimate::saturated).
    pub fn saturated(&self) -> &[bool] {
        &self.saturated
    }

    /// A node's contributions by event, in the unit of the scores; nothing if the target does not depend on the node, or it was given.
    pub fn contributions(&self, node: &str) -> Option<&[f64]> {
        self.amounts_of(node).map(|[values, ..]| values.as_slice())
    }

    /// The standard errors of a node's contributions, in their unit.
    pub fn std_errors(&self, node: &str) -> Option<&[f64]> {
        self.amounts_of(node).map(|[_, std_errors, ..]| std_errors.as_slice())
    }

    /// By how much a node's contributions may be off because other mechanisms are possible, in their unit; `NaN` where that is nothing.
    pub fn model_errors(&self, node: &str) -> Option<&[f64]> {
        self.amounts_of(node).map(|[_, _, model_errors, _]| model_errors.as_slice())
    }

    /// A node's contributions as shares of the scores.
    pub fn shares(&self, node: &str) -> Option<&[f64]> {
        self.amounts_of(node).map(|[.., shares]| shares.as_slice())
    }

    fn amounts_of(&self, node: &str) -> Option<&[Vec<f64>; AMOUNTS]> {
        self.nodes.iter().position(|name| name == node).map(|position| &self.amounts[position])
    }

    /// The nodes of one event with their contributions, in the order of [`Attribution::ranked`]; none for an event that could not be attributed.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn ranked(&self, row: usize) -> Vec<RankedNode<'_>> {
        let figure = |figure: f64| Some(figure).filter(|figure| !figure.is_nan());
        let nodes = self.nodes.iter().zip(&self.amounts).filter(|(_, [values, ..])| !values[row].is_nan());
        let mut ranked: Vec<RankedNode<'_>> = nodes
            .map(|(node, [values, std_errors, model_errors, shares])| RankedNode {
                node,
                value: values[row],
                std_error: std_errors[row],
                model_error: figure(model_errors[row]),
                share: figure(shares[row]),
            })
            .collect();
        let towards = direction(self.quantity, self.scores()[row]);
        // A stable sort: equal contributions stay in topological order.
        sort_by(&mut ranked, &|a, b| (towards * b.value).total_cmp(&(towards * a.value)));
        ranked
    }

    /// The events that could not be attributed, each an [`Error::InRow`] with its row; in the order of the rows.
    pub fn failures(&self) -> &[(usize, Error)] {
        &self.failures
    }

    /// What speaks against an event's answer, by row.
    pub fn findings(&self) -> &[(usize, Finding)] {
        &self.findings
    }
}
