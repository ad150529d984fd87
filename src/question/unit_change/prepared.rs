//! A target prepared for pairs of rows: all that does not depend on them.

use super::both::{Both, both};
use super::config::UnitChangeConfig;
use super::sides::check_number;
use crate::error::Result;
use crate::model::{FittedModel, WiredNode};

/// A target with all its causes in both models.
#[derive(Debug)]
pub(super) struct Prepared {
    models: [FittedModel; 2],
    pub(super) target: String,
    pub(super) config: UnitChangeConfig,
    /// The target and its causes, causes first.
    pub(super) nodes: Vec<Both>,
    /// What each noise moves the target by, in one linear model.
    pub(super) effects: Option<Vec<f64>>,
}

impl Prepared {
    /// # Errors
    /// When the target or one of its causes is not in both models, a cause has other levels in one than in the other, or the models'
    /// arrows together form a cycle; when the target is a category; or when the configuration is invalid.
    pub(super) fn new(models: [&FittedModel; 2], target: &str, config: UnitChangeConfig) -> Result<Self> {
        config.check()?;
        check_number(models, target)?;
        let nodes = both(models, target)?;
        let effects = effects(models[0], &nodes);
        Ok(Self { models: models.map(FittedModel::clone), target: target.to_owned(), config, nodes, effects })
    }

    /// A node in one of the models.
    pub(super) fn node(&self, number: usize, side: usize) -> &WiredNode {
        self.models[side].wiring().node(self.nodes[number].numbers[side])
    }

    pub(super) fn name(&self, number: usize) -> &str {
        &self.node(number, 0).name
    }

    /// By how much rounding may move a noise, counted from what is expected of it and recovered from these values of the parents and its own in the
    /// row of one side.
    pub(super) fn moved_by_rounding(&self, number: usize, side: usize, noise: f64, parents: &[f64], value: f64) -> f64 {
        let both = &self.nodes[number];
        let noise = noise + both.centres[side];
        self.models[side].wiring().moved_by_rounding(both.numbers[side], parents, value, noise)
    }
}

/// By how much each noise moves the target, whatever the others are, if that is so and no mechanism differs.
fn effects(model: &FittedModel, nodes: &[Both]) -> Option<Vec<f64>> {
    let wired = |both: &Both| model.wiring().node(both.numbers[0]);
    let is_plain = |both: &Both| both.is_unchanged && wired(both).is_linear() && wired(both).levels.is_none();
    if !nodes.iter().all(is_plain) {
        return None;
    }
    let mut effects = vec![0.0; nodes.len()];
    *effects.last_mut()? = 1.0;
    for (number, both) in nodes.iter().enumerate().rev() {
        for (place, &parent) in both.parents[0].iter().enumerate() {
            effects[parent] += effects[number] * wired(both).slope(place)?;
        }
    }
    Some(effects)
}
