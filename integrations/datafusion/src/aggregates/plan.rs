//! What is fitted, as a literal of a query.

use datafusion_common::{Result, plan_err};
use etiology::mergeable::{FitAccumulator, FitAccumulatorConfig};
use etiology::{AdditiveNoiseModel, CausalGraph, NoiseFamily, StructuralCausalModel};
use serde::{Deserialize, Serialize};

use crate::model::external;

/// A graph whose nodes are linear in their causes, and what their noises are: what `fit_model()` fits.
///
/// As JSON: `{"edges": [["db", "api"], ["cache", "api"]], "noise": "normal"}`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct FitPlan {
    /// Pairs of cause and effect.
    pub edges: Vec<(String, String)>,
    /// Nodes without any edge.
    #[serde(default)]
    pub nodes: Vec<String>,
    /// What all noises are; what a linear model and a root have by default where it is left out.
    #[serde(default)]
    pub noise: Option<NoiseFamily>,
    /// How many rows are sampled and with which seed.
    #[serde(default)]
    pub config: FitAccumulatorConfig,
}

impl FitPlan {
    /// A plan with the default noises and sample.
    pub fn new<N: Into<String>>(edges: impl IntoIterator<Item = (N, N)>) -> Self {
        let edges = edges.into_iter().map(|(cause, effect)| (cause.into(), effect.into())).collect();
        Self { edges, nodes: Vec::new(), noise: None, config: FitAccumulatorConfig::default() }
    }

    /// Sets what all noises are.
    #[must_use]
    pub fn with_noise(self, noise: NoiseFamily) -> Self {
        Self { noise: Some(noise), ..self }
    }

    /// Sets how many rows are sampled and with which seed.
    #[must_use]
    pub fn with_config(self, config: FitAccumulatorConfig) -> Self {
        Self { config, ..self }
    }

    /// The plan as the literal that [`parse`](Self::parse) reads.
    ///
    /// # Errors
    /// When a number is none that JSON has.
    pub fn to_literal(&self) -> Result<String> {
        serde_json::to_string(self).or_else(|error| plan_err!("the plan of a fit cannot be written as text: {error}"))
    }

    /// Reads a plan from JSON.
    ///
    /// # Errors
    /// When the JSON is damaged or holds what no plan has.
    pub fn parse(text: &str) -> Result<Self> {
        serde_json::from_str(text).or_else(|error| {
            plan_err!(
                "the plan `{text}` cannot be read: {error}; expected {{\"edges\": [[cause, effect], …]}}, with `noise` and `config` if \
                 they are not the defaults"
            )
        })
    }

    /// The model that is fitted.
    ///
    /// # Errors
    /// When the edges form a cycle, or a name is blank.
    pub fn model(&self) -> Result<StructuralCausalModel> {
        let graph = CausalGraph::from_nodes_and_edges(self.nodes.clone(), self.edges.clone()).map_err(external)?;
        let names: Vec<(String, bool)> = graph
            .nodes()
            .map(|node| Ok((node.to_owned(), graph.parents(node).map_err(external)?.is_empty())))
            .collect::<Result<_>>()?;
        let mut model = StructuralCausalModel::new(graph);
        for (node, is_root) in names {
            model = match (is_root, self.noise) {
                (true, noise) => model.with_mechanism(&node, noise.unwrap_or(NoiseFamily::Empirical)),
                (false, Some(noise)) => model.with_mechanism(&node, AdditiveNoiseModel::linear().with_noise(noise)),
                (false, None) => model.with_mechanism(&node, AdditiveNoiseModel::linear()),
            }
            .map_err(external)?;
        }
        Ok(model)
    }

    pub(super) fn accumulator(&self) -> Result<FitAccumulator> {
        FitAccumulator::new(&self.model()?, self.config.clone()).map_err(external)
    }
}
