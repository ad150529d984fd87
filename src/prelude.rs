//! The names that most programs need: `use etiology::prelude::*;`.
//!
//! All of them are at the crate's root as well.

pub use crate::attribution::{Attribution, AttributionConfig, Attributor, Precision, Quantity};
pub use crate::bootstrap::BootstrapConfig;
pub use crate::data::{Dataset, Observation};
pub use crate::evaluation::EvaluationConfig;
pub use crate::graph::CausalGraph;
pub use crate::mechanism::{AdditiveNoiseModel, CustomMechanism, KnownFormula, Mechanism};
pub use crate::model::{FittedModel, StructuralCausalModel};
pub use crate::noise::{NoiseDistribution, NoiseFamily};
pub use crate::report::HtmlReport;
pub use crate::score::FeatureMap;
pub use crate::shapley::ShapleyMethod;
pub use crate::verdicts::{Diagnosis, DiagnosisConfig};
