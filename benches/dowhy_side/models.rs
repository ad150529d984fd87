//! The models that both sides fit to the same rows.

use clap::ValueEnum;
use etiology::mechanism::AssignmentConfig;
use etiology::{AdditiveNoiseModel, CausalGraph, Dataset, KnownFormula, NoiseFamily, Result, StructuralCausalModel};

use crate::retail_shop;

/// Which mechanisms the nodes have. The noises are empirical in both.
#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum Model {
    /// Least squares everywhere; any graph will do, the retail shop's for one
    Shop,
    /// Sums and maxima known as formulas, and only the noises learned
    FanOut,
}

impl Model {
    /// The node whose value is attributed.
    pub(crate) fn target(self) -> &'static str {
        match self {
            Self::Shop => retail_shop::TARGET,
            Self::FanOut => "web",
        }
    }

    /// The model before fitting.
    pub(crate) fn unfitted(self, graph: CausalGraph, normal: &Dataset) -> Result<StructuralCausalModel> {
        let model = StructuralCausalModel::new(graph);
        match self {
            Self::Shop => model.assign_mechanisms_with(normal, &AssignmentConfig::linear()),
            Self::FanOut => fan_out(model),
        }
    }
}

/// The formulas of `fan_out_latency` in known_models.rs.
fn fan_out(model: StructuralCausalModel) -> Result<StructuralCausalModel> {
    model
        .with_mechanism("db", NoiseFamily::Empirical)?
        .with_mechanism("cache", NoiseFamily::Empirical)?
        .with_mechanism("search", AdditiveNoiseModel::known(KnownFormula::sum(["db"])))?
        .with_mechanism("product", AdditiveNoiseModel::known(KnownFormula::maximum(["cache", "search"])))?
        .with_mechanism("web", AdditiveNoiseModel::known(KnownFormula::sum(["product", "db"])))
}
