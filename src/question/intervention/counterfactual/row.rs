//! The counterfactual of one row.

use serde::Serialize;

use super::cells::{expected, likeliest, shares, spread};
use super::open::Draws;
use super::replay::{Kind, Replay};
use crate::data::Observation;
use crate::error::Result;
use crate::model::{FittedModel, WiredNode};
use crate::question::intervention::config::InterventionConfig;
use crate::question::intervention::estimate::Estimate;
use crate::question::intervention::request::Intervention;

/// What a row would have been. `Display` shows it as a table.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CounterfactualRow {
    /// One entry per node, in the order of the graph.
    pub nodes: Vec<CounterfactualNode>,
}

/// What one node would have been.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CounterfactualNode {
    /// The node's name.
    pub node: String,
    /// The observed value, in its unit; nothing if it is missing, or a category's.
    pub observed: Option<f64>,
    /// The observed level of a category.
    pub observed_level: Option<String>,
    /// What a number would have been, in its unit: where the row leaves something open, the average over that, with its error.
    /// Nothing for a category.
    pub value: Option<Estimate>,
    /// How far a number strays by what the row leaves open (a standard deviation, in its unit); 0 where it is certain.
    pub std_dev: f64,
    /// The level that a category would most likely have had.
    pub level: Option<String>,
    /// How likely each level of a category would have been; empty for a number.
    pub levels: Vec<LevelShare>,
}

/// How likely a level would have been.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LevelShare {
    /// The level.
    pub level: String,
    /// Its probability, given what was observed; 0 or 1 where that leaves nothing open.
    pub probability: Estimate,
}

impl CounterfactualRow {
    /// What would have become of a node; nothing if there is no such node.
    pub fn node(&self, node: &str) -> Option<&CounterfactualNode> {
        self.nodes.iter().find(|entry| entry.node == node)
    }

    /// As an observation: expected values of numbers, and the likeliest levels of categories.
    ///
    /// # Errors
    /// None: names are those of a graph.
    pub fn observation(&self) -> Result<Observation> {
        let number = |entry: &CounterfactualNode| entry.value.map_or(f64::NAN, |value| value.value);
        let values: Vec<f64> = self.nodes.iter().map(number).collect();
        let mut row = Observation::new(self.nodes.iter().map(|entry| entry.node.as_str()), values)?;
        for entry in &self.nodes {
            if let Some(level) = &entry.level {
                row = row.with_text(entry.node.as_str(), level.as_str())?;
            }
        }
        Ok(row)
    }
}

impl FittedModel {
    /// What a row would have been, had somebody acted: an observation of every node, numbers by their expected values, categories by
    /// their likeliest levels.
    ///
    /// The noises of the row are recovered and replayed in the world of the intervention (abduction, action, prediction: Pearl,
    /// *Causality*, 2009, section 7.1). What no intervention reaches is as observed, to the bit. Where the noises follow from the
    /// row, the answer is exact. A row may leave something open: a missing value, which then is drawn from its distribution given
    /// its causes, or the noise of a category, of which its class tells an interval. Then the answer is an average over that, and
    /// [`counterfactual_row`](Self::counterfactual_row) says how far it is certain.
    ///
    /// A mechanism in the place of a node's own gets the noise of the row, counted from what is expected of it; a plain
    /// distribution in its place is drawn afresh.
    ///
    /// # Errors
    /// When the observation has text or an infinite value for a number; when the intervention does not suit the model; when a value
    /// is outside the domain of a mechanism, or a custom mechanism is not invertible there, or returns NaN or an infinity.
    ///
    /// ```
    /// use etiology::intervention::Intervention;
    /// use etiology::{AdditiveNoiseModel, CausalGraph, KnownFormula, NoiseDistribution, Observation, StructuralCausalModel};
    ///
    /// let api = AdditiveNoiseModel::known(KnownFormula::sum(["db"])).with_noise(NoiseDistribution::normal(0.2, 0.01)?);
    /// let model = StructuralCausalModel::new(CausalGraph::from_edges([("db", "api")])?)
    ///     .with_mechanism("db", NoiseDistribution::exponential(0.1)?)?
    ///     .with_mechanism("api", api)?
    ///     .without_fitting()?;
    /// let slow = Observation::from_pairs([("db", 0.9), ("api", 1.15)])?;
    /// let fast = model.counterfactual(&slow, &Intervention::new().set("db", 0.1))?;
    /// assert!((fast.get("api").expect("a node") - 0.35).abs() < 1e-12);
    /// # Ok::<(), etiology::Error>(())
    /// ```
    #[doc(alias = "counterfactual_samples")]
    pub fn counterfactual(&self, observation: &Observation, intervention: &Intervention) -> Result<Observation> {
        self.counterfactual_row(observation, intervention, &InterventionConfig::default())?.observation()
    }

    /// [`counterfactual`](Self::counterfactual) with all that is known of it: errors, what the row leaves open, and the
    /// probabilities of levels.
    ///
    /// # Errors
    /// As [`counterfactual`](Self::counterfactual), and when the configuration is out of range.
    pub fn counterfactual_row(
        &self,
        observation: &Observation,
        intervention: &Intervention,
        config: &InterventionConfig,
    ) -> Result<CounterfactualRow> {
        config.check()?;
        let replay = Replay::of(self, intervention)?;
        let observed = |node: &WiredNode| Ok(node.observed(observation)?.unwrap_or(f64::NAN));
        let values = replay.observed.nodes().iter().map(observed).collect::<Result<Vec<f64>>>()?;
        let drawn: Vec<Vec<f64>> = if replay.is_open(|number| values[number]) {
            replay.open(&values, &Draws::new(&replay, config))?
        } else {
            let columns: Vec<&[f64]> = values.iter().map(std::slice::from_ref).collect();
            replay
                .certain(&columns)
                .map_err(super::open::without_row)?
                .into_iter()
                .map(|column| column.into_owned())
                .collect()
        };
        let nodes = replay.observed.nodes().iter().enumerate().map(|(number, node)| {
            let is_kept = replay.kinds[number] == Kind::Kept && !values[number].is_nan();
            // A kept value, however often it was drawn, is itself.
            let draws = if is_kept { &values[number..=number] } else { drawn[number].as_slice() };
            of_node(node, observation, values[number], draws)
        });
        Ok(CounterfactualRow { nodes: replay.observed.by_position(nodes.collect()) })
    }
}

fn of_node(node: &WiredNode, observation: &Observation, observed: f64, draws: &[f64]) -> CounterfactualNode {
    let entry = CounterfactualNode {
        node: node.name.clone(),
        observed: None,
        observed_level: node.observed_level(observation),
        value: None,
        std_dev: 0.0,
        level: None,
        levels: Vec::new(),
    };
    let Some(levels) = &node.levels else {
        let observed = Some(observed).filter(|observed| !observed.is_nan());
        return CounterfactualNode { observed, value: Some(expected(draws)), std_dev: spread(draws), ..entry };
    };
    let code = likeliest(draws, levels);
    // What is no level of the model's is as it was observed.
    let level = node.level_name(code).or_else(|| entry.observed_level.clone());
    let shares = levels.names().iter().zip(shares(draws, levels));
    let levels = shares.map(|(level, probability)| LevelShare { level: level.clone(), probability }).collect();
    CounterfactualNode { level, levels, ..entry }
}
