//! Interventions as people type them.

use super::request::Intervention;
use crate::error::{Error, Result};
use crate::model::FittedModel;

impl Intervention {
    /// One more change, as text: `db=0.1` sets a node, `db+=0.05` shifts it, `db*=2` scales it, `region=EU` sets a category's level.
    ///
    /// # Errors
    /// When the text is none of these, the model has no such node, or a number is none.
    ///
    /// ```
    /// use etiology::intervention::Intervention;
    /// # use etiology::{AdditiveNoiseModel, CausalGraph, KnownFormula, NoiseDistribution, StructuralCausalModel};
    /// # let model = StructuralCausalModel::new(CausalGraph::from_edges([("db", "api")])?)
    /// #     .with_mechanism("db", NoiseDistribution::exponential(0.1)?)?
    /// #     .with_mechanism("api", AdditiveNoiseModel::known(KnownFormula::sum(["db"])).with_noise(NoiseDistribution::normal(0.2, 0.01)?))?
    /// #     .without_fitting()?;
    /// let intervention = Intervention::new().and("db=0.1", &model)?.and("api *= 2", &model)?;
    /// assert_eq!(intervention.to_string(), Intervention::new().set("db", 0.1).scale("api", 2.0).to_string());
    /// assert!(Intervention::new().and("cache=0.1", &model).is_err());
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn and(self, text: &str, model: &FittedModel) -> Result<Self> {
        let invalid = || Error::InvalidParameter {
            name: "an intervention",
            requirement: "a node, one of = += *=, and a value, as in db=0.1",
            found: format!("`{text}`"),
        };
        let (node, value) = text.split_once('=').ok_or_else(invalid)?;
        let (node, operator) = match node.strip_suffix(['+', '*']) {
            // A node may well be called so.
            Some(shorter) if !model.graph().contains(node.trim()) => (shorter, &node[shorter.len()..]),
            _ => (node, ""),
        };
        let (node, value) = (node.trim(), value.trim());
        if model.levels(node)?.is_some() && operator.is_empty() {
            return Ok(self.set_level(node, value));
        }
        let number: f64 = value.parse().map_err(|_| invalid())?;
        Ok(match operator {
            "+" => self.shift(node, number),
            "*" => self.scale(node, number),
            _ => self.set(node, number),
        })
    }
}
