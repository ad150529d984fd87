//! What was chosen, and why.

use serde::{Deserialize, Serialize};

/// Which mechanism every node was given, and what else was considered. `Display` shows it as a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[doc(alias = "AutoAssignmentSummary")]
pub struct AssignmentReport {
    /// The nodes that were given a mechanism, in the order of the graph; not those that had one already.
    pub nodes: Vec<NodeAssignment>,
}

impl AssignmentReport {
    /// What was chosen for a node; nothing if it had a mechanism already, or is not in the graph.
    pub fn node(&self, node: &str) -> Option<&NodeAssignment> {
        self.nodes.iter().find(|assignment| assignment.node == node)
    }
}

/// The choice for one node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NodeAssignment {
    /// The node's name.
    pub node: String,
    /// The mechanism that was chosen, such as `linear` or `maximum of parents`.
    pub mechanism: String,
    /// How many complete rows it was chosen on.
    pub rows: usize,
    /// In how many folds; 0 where nothing was compared.
    pub folds: usize,
    /// What was compared, the simplest first, the chosen one included; empty where nothing was. Candidates that could
    /// not be fitted are left out.
    pub candidates: Vec<CandidateScore>,
    /// What to know before trusting it.
    pub warnings: Vec<AssignmentWarning>,
}

/// What a candidate made of rows that were held out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CandidateScore {
    /// Its name.
    pub mechanism: String,
    /// The mean continuous ranked probability score, in the node's unit; lower is better. For a category the mean of −ln P(class), in
    /// nats.
    pub crps: f64,
    /// The standard error of that mean.
    pub std_error: f64,
    /// By how much it exceeds the best candidate's.
    pub excess: f64,
    /// The standard error of the excess, paired over rows.
    pub excess_std_error: f64,
}

/// A reason to doubt a node's mechanism.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AssignmentWarning {
    /// There are few complete rows for so many parents.
    FewRows {
        /// How many.
        rows: usize,
    },
    /// The node has one value only.
    ConstantColumn {
        /// That value.
        value: f64,
    },
    /// One value makes up much of the rows, as in rounded or censored data.
    ManyTies {
        /// The value.
        value: f64,
        /// Its share of the rows.
        share: f64,
    },
    /// The node has heavy tails: what is rare is estimated from few rows.
    HeavyTails {
        /// Its excess kurtosis; 0 for a normal distribution.
        excess_kurtosis: f64,
    },
    /// What the mechanism does outside the training range, where root causes are, is a guess: polynomials keep their
    /// curvature, trees are constant, links and scales follow their formula.
    UncertainOutsideTraining,
}
