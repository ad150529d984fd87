//! Structural causal models: a graph with a mechanism for every node, before and after fitting.
//!
//! A [`StructuralCausalModel`] becomes a [`FittedModel`], of which all questions are asked, and which can be saved and loaded.

mod entangled;
mod fit_report;
mod fitted;
mod leverage;
mod plausible;
mod reference;
mod resolution;
mod sampled;
mod saved;
mod structural;
mod wiring;

pub use fit_report::{FitReport, NodeFit};
pub use fitted::FittedModel;
pub use saved::{ModelFingerprint, ModelFormat};
pub use structural::StructuralCausalModel;

pub(crate) use entangled::{Cause, Doubt, Seen};
pub(crate) use fitted::check_rows_to_draw;
pub(crate) use plausible::Plausible;
pub(crate) use wiring::{Alteration, Expansion, Origin, Recovered, Rounding, Start, WiredNode, Wiring};
