//! What is wrong with a model.

use serde::{Deserialize, Serialize};

/// Something wrong with the model, or too little data to say. [`Display`](std::fmt::Display) is a sentence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ModelFinding {
    /// The noise depends on the parents: the mechanism misses some of their effect, an edge points the wrong way, or a
    /// common cause is missing.
    NoiseDependsOnParents {
        /// The name of the node.
        node: String,
        /// The distance correlation of noise and parents.
        distance_correlation: f64,
        /// The p-value of the test behind this finding after correction for all tests.
        adjusted_p_value: f64,
    },
    /// The noise is not distributed as the model says: another distribution family, an overfitted mechanism, or drift since
    /// the model was fitted.
    NoiseMiscalibrated {
        /// The name of the node.
        node: String,
        /// The largest error of the noise's distribution function.
        distance: f64,
        /// The p-value of the test behind this finding after correction for all tests.
        adjusted_p_value: f64,
    },
    /// The model has no noise here, yet the rows do not follow its formula.
    ConstantNoiseVaries {
        /// The name of the node.
        node: String,
        /// The largest deviation from the noise's only value, in the unit of the noise.
        largest: f64,
    },
    /// The mechanism predicts worse than the marginal distribution, which knows no parents.
    WorseThanMarginal {
        /// The name of the node.
        node: String,
        /// The mechanism's continuous ranked probability score over that of the marginal distribution.
        crps_ratio: f64,
    },
    /// Rows that the mechanism could not have made: no noise gives the node's value.
    NoNoiseFound {
        /// The name of the node.
        node: String,
        /// How many rows the mechanism could not have made.
        rows: usize,
    },
    /// Too few complete rows to say anything of a node.
    TooFewRows {
        /// The name of the node.
        node: String,
        /// How many rows have the node and its parents.
        rows: usize,
    },
    /// Two nodes without an edge are dependent given the parents of the later one: an edge or a common cause is missing, or
    /// an edge points the wrong way.
    IndependenceViolated {
        /// The later node in topological order.
        node: String,
        /// The earlier node in topological order.
        other: String,
        /// The parents of the later node.
        given: Vec<String>,
        /// The correlation of what the parents leave unexplained of both nodes, from −1 to 1.
        residual_correlation: f64,
        /// The p-value of the test behind this finding after correction for all tests.
        adjusted_p_value: f64,
    },
    /// Graphs with permuted nodes fit the data as well.
    GraphNoBetterThanPermuted {
        /// The share of permuted graphs that violate no more independencies.
        p_value: f64,
    },
}
