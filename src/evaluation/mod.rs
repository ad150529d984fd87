//! Is the model any good? Fit, noise and graph, checked on rows that the model has not seen.
//!
//! [`FittedModel::evaluate`](crate::FittedModel::evaluate) gives a [`ModelEvaluation`], whose findings are sentences.

mod category;
mod columns;
mod config;
mod correction;
mod evaluate;
mod finding;
mod findings;
mod local_markov;
mod node;
mod permuted_graphs;
mod result;

pub use config::EvaluationConfig;
pub use finding::ModelFinding;
pub use result::{
    AbsentFigure, Calibration, GraphComparison, GraphEvaluation, ImpliedIndependence, ModelEvaluation, NodeEvaluation,
    NoiseDrift, NoiseIndependence,
};
