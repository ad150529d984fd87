//! Coalitions of a target that is linear in both models: means and effects by substitution.

use super::solve::MixedGame;
use crate::error::Result;
use crate::mechanism::FittedMechanism;
use crate::noise::NoiseDistribution;
use crate::question::change::functional::Functional;
use crate::question::change::laws::NormalLaw;
use crate::question::change::pairing::{OLD, Pairing, Side};
use crate::shapley::{Coalition, Game};

/// Both models as weighted sums.
#[derive(Debug)]
pub(super) struct LinearPair<'p> {
    pub(super) pairing: &'p Pairing,
    /// By node and side.
    sides: Vec<[LinearSide; 2]>,
    /// The target's mean in the old model.
    pub(super) origin: f64,
}

#[derive(Debug)]
struct LinearSide {
    /// By how much the node's mean differs from the old one where its parents have their old means.
    offset: f64,
    /// The numbers of the parents, and the slopes.
    slopes: Vec<(usize, f64)>,
    std_dev: f64,
}

/// What is kept from one coalition to the next.
#[derive(Debug)]
pub(super) struct Substitution {
    pub(super) sides: Vec<usize>,
    means: Vec<f64>,
    /// The total effect of every node's noise on the target.
    pub(super) effects: Vec<f64>,
}

impl<'p> LinearPair<'p> {
    /// # Errors
    /// The reason why it does not do: a mechanism that is not linear.
    pub(super) fn of(pairing: &'p Pairing) -> Result<Self, String> {
        // Counted from the means of the old model, so that a small change keeps its digits however large the values are.
        let mut old_means: Vec<f64> = Vec::with_capacity(pairing.nodes.len());
        let mut sides = Vec::with_capacity(pairing.nodes.len());
        for node in &pairing.nodes {
            let bent = || format!("`{}` is not linear in its parents or its noise", node.name);
            if node.levels.is_some() {
                return Err(format!("`{}` is a category", node.name));
            }
            let [old, new] = &node.sides;
            let (old_mean, new_mean) = (mean_at(old, &old_means), mean_at(new, &old_means));
            let linear = |side: &Side, offset| LinearSide::of(side, offset).ok_or_else(bent);
            sides.push([linear(old, 0.0)?, linear(new, new_mean - old_mean)?]);
            old_means.push(old_mean);
        }
        Ok(Self { pairing, sides, origin: old_means[pairing.target()] })
    }

    /// # Errors
    /// The reason why the target's distribution has no closed form.
    pub(super) fn check_normal(&self) -> Result<(), String> {
        let is_normal = |mechanism: &FittedMechanism| mechanism.noise().is_normal_or_constant();
        let other = self.pairing.nodes.iter().find(|node| !node.sides.iter().all(|side| is_normal(&side.mechanism)));
        other.map_or(Ok(()), |node| Err(format!("the noise of `{}` is not normal", node.name)))
    }

    pub(super) fn scratch(&self) -> Substitution {
        let nodes = self.sides.len();
        Substitution { sides: vec![OLD; nodes], means: vec![0.0; nodes], effects: vec![0.0; nodes] }
    }

    /// The mean and the standard deviation of the target in a coalition's world, the mean counted from the old one. Costs O(nodes + edges).
    pub(super) fn moments(&self, kept: &Coalition, scratch: &mut Substitution) -> NormalLaw {
        let Substitution { sides, means, effects } = scratch;
        self.pairing.fill_sides(kept, sides);
        effects.fill(0.0);
        let target = self.pairing.target();
        effects[target] = 1.0;
        for node in 0..sides.len() {
            let side = &self.sides[node][sides[node]];
            means[node] = side.slopes.iter().fold(side.offset, |sum, &(parent, slope)| sum + slope * means[parent]);
        }
        let mut variance = 0.0;
        for node in (0..sides.len()).rev() {
            let (side, effect) = (&self.sides[node][sides[node]], effects[node]);
            if effect != 0.0 {
                side.slopes.iter().for_each(|&(parent, slope)| effects[parent] += slope * effect);
                variance += (effect * side.std_dev).powi(2);
            }
        }
        NormalLaw { mean: means[target], std_dev: variance.sqrt() }
    }

    /// The noise of a node in one of the models.
    pub(super) fn noise(&self, node: usize, side: usize) -> &NoiseDistribution {
        self.pairing.nodes[node].sides[side].mechanism.noise()
    }
}

/// The mean of a linear node where its parents have these means.
fn mean_at(side: &Side, means: &[f64]) -> f64 {
    let parents: Vec<f64> = side.parents.iter().map(|&parent| means[parent]).collect();
    side.mechanism.evaluate(&parents, side.mechanism.noise().mean())
}

impl LinearSide {
    fn of(side: &Side, offset: f64) -> Option<Self> {
        let count = side.parents.len();
        if !side.mechanism.adds_noise() {
            return None;
        }
        let slope = |(place, &parent): (usize, &usize)| Some((parent, side.mechanism.slope(place, count)?));
        let slopes = side.parents.iter().enumerate().map(slope).collect::<Option<Vec<_>>>()?;
        Some(Self { offset, slopes, std_dev: side.mechanism.noise().std_dev() })
    }
}

/// The game of a functional that follows from the mean and the variance.
#[derive(Debug)]
pub(super) struct ClosedGame<'p> {
    pub(super) linear: &'p LinearPair<'p>,
    pub(super) functional: &'p Functional,
    pub(super) old: NormalLaw,
}

impl<'p> ClosedGame<'p> {
    pub(super) fn new(linear: &'p LinearPair<'p>, functional: &'p Functional) -> Self {
        let old = linear.moments(&Coalition::empty(linear.pairing.players.len()), &mut linear.scratch());
        Self { linear, functional, old }
    }
}

impl Game for ClosedGame<'_> {
    type Scratch = Substitution;

    fn players(&self) -> usize {
        self.linear.pairing.players.len()
    }

    fn scratch(&self) -> Substitution {
        self.linear.scratch()
    }

    fn evaluate(&self, kept: &Coalition, scratch: &mut Substitution, values: &mut [f64]) -> Result<()> {
        let law = self.linear.moments(kept, scratch);
        values[0] = self.functional.of_normal(self.old, law, self.linear.origin).unwrap_or(f64::NAN);
        Ok(())
    }
}

impl MixedGame for ClosedGame<'_> {
    fn origin(&self) -> f64 {
        if matches!(self.functional, Functional::Mean | Functional::Quantile(_)) { self.linear.origin } else { 0.0 }
    }

    fn samples(&self) -> Option<usize> {
        None
    }

    fn std_error(&self, _: &[f64]) -> f64 {
        0.0
    }
}
