//! Relevance of a target's parents and noise: v(S) = −E_x Var_x'(f(x_S, x'_−S)).

use super::config::RelevanceConfig;
use super::result::{Relevance, RelevanceQuantity};
use crate::error::{Error, Result};
use crate::model::FittedModel;
use crate::question::integrals::{
    Estimate, JointDraws, LinearMoments, Net, PointGame, REPLICATES, Varying, finite_variance, linear_moments,
    over_replicates, points_of,
};
use crate::target::Target;

impl FittedModel {
    /// How much each parent of a target, and its noise, matters for its value: not what an ancestor does through others, as
    /// [`intrinsic_influence`](Self::intrinsic_influence) says, but what the target's own mechanism makes of its inputs.
    ///
    /// The features are the parents and the noise. A coalition S is worth v(S) = −E_x Var_x'(f(x_S, x'_−S) − f(x)), where x and x' are
    /// independent joint draws of the model: the variance that is left when all other features are drawn anew, together. Contributions sum to
    /// Var(Y) (Janzing, Minorics and Blöbaum, *Feature relevance quantification in explainable AI: a causal problem*, AISTATS 2020,
    /// [arXiv:1910.13413](https://arxiv.org/abs/1910.13413)).
    ///
    /// In closed form, bᵢ·Cov(Xᵢ, Σⱼ bⱼXⱼ), where the target is linear in its parents and these are in their noises; sampled otherwise, unbiased,
    /// with errors from 32 independent nets. A noise that is merely added has its variance.
    ///
    /// # Errors
    /// When there is no such target, it has no parents, or is a category; when the configuration is invalid; when the variance of a noise is
    /// not finite, or a mechanism returns NaN or an infinity.
    ///
    /// ```
    /// use etiology::relevance::RelevanceConfig;
    /// use etiology::{AdditiveNoiseModel, CausalGraph, KnownFormula, NoiseDistribution, StructuralCausalModel};
    ///
    /// let formula = KnownFormula::weighted_sum([("db", 2.0)])?;
    /// let model = StructuralCausalModel::new(CausalGraph::from_edges([("db", "api")])?)
    ///     .with_mechanism("db", NoiseDistribution::normal(0.1, 0.3)?)?
    ///     .with_mechanism("api", AdditiveNoiseModel::known(formula).with_noise(NoiseDistribution::normal(0.0, 0.8)?))?
    ///     .without_fitting()?;
    /// let relevance = model.parent_relevance("api", &RelevanceConfig::default())?;
    /// assert!((relevance.contribution("db").unwrap().value - 0.36).abs() < 1e-12);
    /// assert!((relevance.contribution("api").unwrap().value - 0.64).abs() < 1e-12); // the noise
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn parent_relevance(&self, target: &str, config: &RelevanceConfig) -> Result<Relevance> {
        config.check()?;
        let target = numeric_target(self, target)?;
        let is_added = target.nodes()[target.number()].mechanism.adds_noise();
        let own = if is_added { Some(finite_variance(&target, target.number())?) } else { None };
        let closed = linear_parents(self, &target)?.map(|parents| of_linear(&parents));
        let is_closed = closed.is_some();
        let (mut figures, mut total) = match closed {
            Some(figures) => {
                let total = figures.iter().sum();
                (figures.into_iter().map(Estimate::exact).collect(), Estimate::exact(total))
            }
            None => sampled(&target, config)?,
        };
        if let Some(variance) = own.filter(|variance| *variance > 0.0) {
            figures.push(Estimate::exact(variance));
            total = total.plus(Estimate::exact(variance));
        }
        let features = feature_names(&target).into_iter().zip(figures).collect();
        let name = Some(target.name().to_owned());
        let relevance = Relevance::new(name, RelevanceQuantity::Variance, features, total, config.seed);
        Ok(if is_closed { relevance } else { relevance.over(REPLICATES * points_of(config.samples)) })
    }
}

/// The target that is asked about.
///
/// # Errors
/// When there is none, or it is not a function with numbers for values and parents for arguments.
pub(super) fn numeric_target(model: &FittedModel, name: &str) -> Result<Target> {
    let target = Target::new(model, name)?;
    let node = &target.nodes()[target.number()];
    if node.parents.is_empty() {
        return Err(Error::Empty { what: format!("the list of parents of `{name}`"), expected: "parent" });
    }
    if node.levels.is_some() {
        return Err(Error::InvalidParameter {
            name: "the target of a question of relevance",
            requirement: "a number (of a category, ask for `intrinsic_influence` or `arrow_strength`, or for the relevance of a function of a \
                          table, such as the probability of a class)",
            found: format!("the category `{name}`"),
        });
    }
    Ok(target)
}

/// The parents, in the mechanism's order, and the target for its noise.
pub(super) fn feature_names(target: &Target) -> Vec<String> {
    let node = &target.nodes()[target.number()];
    let numbers = node.parents.iter().copied().chain([target.number()]);
    numbers.map(|number| target.node_name(number).to_owned()).collect()
}

/// The slope and the moments of each parent, if the target is linear in all, and they in their noises.
fn linear_parents(model: &FittedModel, target: &Target) -> Result<Option<Vec<(f64, LinearMoments)>>> {
    let node = &target.nodes()[target.number()];
    let mut parents = Vec::with_capacity(node.parents.len());
    for (place, &parent) in node.parents.iter().enumerate() {
        let Some(slope) = node.slope(place) else { return Ok(None) };
        let Some(moments) = linear_moments(model, target.node_name(parent))? else { return Ok(None) };
        parents.push((slope, moments));
    }
    Ok(Some(parents))
}

/// v(S) = −Σ bᵢbⱼ Cov(Xᵢ, Xⱼ) over the i and j outside of S is a sum over pairs, each of which shares equally.
fn of_linear(parents: &[(f64, LinearMoments)]) -> Vec<f64> {
    let with_all = |(slope, moments): &(f64, LinearMoments)| {
        let sum: f64 = parents.iter().map(|(other, others)| other * moments.covariance(others)).sum();
        slope * sum
    };
    parents.iter().map(with_all).collect()
}

/// The figures of the parents, and of the noise unless it is merely added, and their sum. Half of the squared difference of two
/// independent draws has the variance for its mean.
fn sampled(target: &Target, config: &RelevanceConfig) -> Result<(Vec<Estimate>, Estimate)> {
    let (node, last) = (&target.nodes()[target.number()], target.number());
    let noise_plays = !node.mechanism.adds_noise() && !target.noise(last).is_degenerate();
    let varies = |number: &usize| !target.noise(*number).is_degenerate() && (*number != last || noise_plays);
    let varying = Varying::new(target, &(0..=last).filter(varies).collect::<Vec<usize>>())?;
    varying.check_variances()?;
    let points = points_of(config.samples);
    let parents = node.parents.len();
    let game = PointGame { players: parents + usize::from(noise_plays), exact_players: config.exact_players };
    let mut figures = over_replicates(|replicate| {
        let net = Net { seed: config.seed, replicate, points };
        let draws = JointDraws { varying: &varying, net, together: true };
        let features = |set: usize| {
            let columns = draws.values(set, last)?;
            let of_parents = node.parents.iter().map(|&parent| columns.of(parent).to_vec());
            let noise = if noise_plays { draws.noise(set, last) } else { vec![varying.median(last); points] };
            Ok::<Vec<Vec<f64>>, Error>(of_parents.chain([noise]).collect())
        };
        let sets = [features(0)?, features(1)?, features(2)?];
        let mut inputs = sets[0].clone();
        let mut outputs = [vec![0.0; points], vec![0.0; points]];
        let mut values = game.values(net, |joined, out| {
            for (output, drawn) in outputs.iter_mut().zip(&sets[1..]) {
                for player in 0..game.players {
                    joined.select(player, &sets[0][player], &drawn[player], &mut inputs[player]);
                }
                let columns: Vec<&[f64]> = inputs[..parents].iter().map(Vec::as_slice).collect();
                node.mechanism.fill(&node.name, &columns, &inputs[parents], output)?;
            }
            let pairs = outputs[0].iter().zip(&outputs[1]);
            out.iter_mut().zip(pairs).for_each(|(out, (one, other))| *out = -0.5 * (one - other).powi(2));
            Ok(())
        })?;
        values.push(values.iter().sum());
        Ok(values)
    })?;
    let total = figures.pop().unwrap_or_default();
    Ok((figures, total))
}
