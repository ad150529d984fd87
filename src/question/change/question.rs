//! The question to two models.

use super::config::ChangeConfig;
use super::engines::{Split, split};
use super::observed::observed_change;
use super::pairing::{NEW, OLD, Pairing};
use super::result::{ChangeEstimate, DistributionChange, NodeChange};
use crate::error::{Error, Result};
use crate::model::FittedModel;
use crate::noise::NoiseDistribution;
use crate::numeric::ranks::sort_by;

impl FittedModel {
    /// Splits the change of the target's distribution, from this model to a `new` one, over the mechanisms of the target and its ancestors.
    ///
    /// A node's contribution is its Shapley value in the game in which a coalition T of nodes has its new mechanisms and all others have
    /// their old ones: v(T) = ψ(P_T) − ψ(P) for the functional ψ of the target's distribution, or the divergence D(P, P_T) (K. Budhathoki,
    /// D. Janzing, P. Blöbaum and H. Ng, *Why did the distribution change?*, AISTATS 2021, arXiv 2102.13384). They sum to the change from
    /// the one model to the other.
    ///
    /// Both models must know every node that the target depends on in either; its parents may differ. Nodes whose mechanisms are the same
    /// contribute exactly 0, and are told by [`changed`](NodeChange::changed). What is fitted twice is never quite the same: to fit what
    /// did not change once, ask [`StructuralCausalModel::distribution_change`](crate::StructuralCausalModel::distribution_change).
    ///
    /// The mean and the variance of a linear target are in closed form, and all else if its noises are normal; tails and
    /// quantiles of a linear target with other noises are found by Fourier inversion, without samples; everything else from common random
    /// numbers in scrambled nets. Costs O(2ⁿ) times (nodes + edges) in closed form, times some hundred frequencies by inversion, and times
    /// the samples else, for n mechanisms that differ; permutations · n in the place of 2ⁿ for many.
    ///
    /// # Errors
    /// When the target or a node that it depends on is not in both models; when the mechanisms of both together form a cycle; when a node has
    /// other levels; when the target is a category and the functional is one of numbers; when the configuration is invalid; when a
    /// mechanism returns NaN; or when the change is not finite, as the divergence from a constant is.
    ///
    /// ```
    /// use etiology::change::{ChangeConfig, Functional};
    /// use etiology::{AdditiveNoiseModel, CausalGraph, KnownFormula, NoiseDistribution, StructuralCausalModel};
    ///
    /// let model = |price: f64, hours: f64| {
    ///     let cost = KnownFormula::weighted_sum([("hours", price)])?;
    ///     StructuralCausalModel::new(CausalGraph::from_edges([("hours", "cost")])?)
    ///         .with_mechanism("hours", NoiseDistribution::normal(hours, 2.0)?)?
    ///         .with_mechanism("cost", AdditiveNoiseModel::known(cost).with_noise(NoiseDistribution::normal(0.0, 1.0)?))?
    ///         .without_fitting()
    /// };
    /// let change = model(3.0, 10.0)?.distribution_change(&model(4.0, 12.0)?, "cost", &ChangeConfig::default())?;
    /// // From 30 to 48: price · hours, either of which may change first.
    /// assert_eq!(change.total.value, 18.0);
    /// assert_eq!(change.contribution("cost").map(|cost| cost.value), Some(11.0));
    /// assert_eq!(change.contribution("hours").map(|hours| hours.value), Some(7.0));
    /// # Ok::<(), etiology::Error>(())
    /// ```
    #[doc(alias = "distribution_change_of_graphs")]
    pub fn distribution_change(&self, new: &Self, target: &str, config: &ChangeConfig) -> Result<DistributionChange> {
        config.check()?;
        let pairing = Pairing::new(self, new, target)?;
        check_target(&pairing, config)?;
        let split = split(&pairing, config)?;
        let classes = pairing.nodes[pairing.target()].levels.as_ref().map(|levels| levels.len());
        let rows = [self, new].map(|model| training_values(model, target));
        let observed = match &rows {
            [Some(old), Some(new)] => observed_change(&config.functional, old, new, classes),
            _ => None,
        };
        Ok(assemble(&pairing, &split, observed, config))
    }
}

/// # Errors
/// When the target is a category and the functional is one of numbers.
pub(super) fn check_target(pairing: &Pairing, config: &ChangeConfig) -> Result<()> {
    let target = &pairing.nodes[pairing.target()];
    if target.levels.is_none() || config.functional.takes_categories() {
        return Ok(());
    }
    Err(Error::InvalidParameter {
        name: "the functional of a change whose target is a category",
        requirement: "a divergence of Kullback and Leibler or of Jensen and Shannon, or a closure over the codes of its levels",
        found: config.functional.to_string(),
    })
}

/// The values of the target in the rows that a model was fitted to, if it was.
fn training_values<'m>(model: &'m FittedModel, target: &str) -> Option<&'m [f64]> {
    model.training_rows()?;
    match model.reference(target).ok()? {
        NoiseDistribution::Empirical(values) => Some(values.values()),
        _ => None,
    }
}

/// The answer in its own words, without what only a test tells.
pub(super) fn assemble(
    pairing: &Pairing,
    split: &Split,
    observed: Option<f64>,
    config: &ChangeConfig,
) -> DistributionChange {
    let of_node = |(number, &(value, std_error)): (usize, &(f64, f64))| NodeChange {
        node: pairing.nodes[number].name.clone(),
        value,
        std_error,
        interval: None,
        changed: pairing.players.contains(&number),
        p_value: None,
        weight: None,
        pooled: None,
        separate: None,
        old_mechanism: pairing.in_words(number, OLD),
        new_mechanism: pairing.in_words(number, NEW),
        added_parents: pairing.parents_only_of(number, NEW),
        removed_parents: pairing.parents_only_of(number, OLD),
    };
    let total = ChangeEstimate { value: split.total.0, std_error: split.total.1, interval: None };
    let old = (!config.functional.is_divergence()).then_some(split.old);
    let mut contributions: Vec<NodeChange> = split.nodes.iter().enumerate().map(of_node).collect();
    sort_by(&mut contributions, &|a, b| b.value.abs().total_cmp(&a.value.abs()));
    DistributionChange {
        target: pairing.nodes[pairing.target()].name.clone(),
        functional: config.functional.to_string(),
        contributions,
        total,
        old,
        new: old.map(|old| old + total.value),
        observed,
        remainder: observed.map(|observed| observed - total.value),
        level: None,
        samples: split.samples,
        permutations: split.permutations,
        seed: config.seed,
        explanation: split.explanation.clone(),
    }
}
