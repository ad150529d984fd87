//! The question.

use super::config::InfluenceConfig;
use super::result::{InfluenceContribution, InfluenceMethod, InfluenceQuantity, IntrinsicInfluence};
use super::variance::Found;
use super::{entropy, variance};
use crate::error::{Result, list_names};
use crate::model::FittedModel;
use crate::question::integrals::{Estimate, REPLICATES, points_of};
use crate::target::Target;

impl FittedModel {
    /// How much of what a target varies by comes from each ancestor's own noise, and from its own: its intrinsic causal influence, which
    /// a node does not have for passing on what it got from others.
    ///
    /// A node's contribution is its Shapley value in the game v(S) = Var(E\[Y | N_S\]), whose players are the noises: how much the target
    /// would still vary if only those of S did (Janzing, Blöbaum, Mastakouri, Faller, Minorics and Budhathoki, *Quantifying intrinsic
    /// causal contributions via structure preserving interventions*, AISTATS 2024, [arXiv:2007.00714](https://arxiv.org/abs/2007.00714)).
    /// Contributions sum to the variance of the target. Of a category it is v(S) = −E H(Y | N_S), and they sum to its entropy in nats. As the
    /// noise of a category with causes is drawn in an order of the classes that data do not tell, its split depends on that order.
    ///
    /// A noise with the same total effect c everywhere contributes c²·Var(N), exactly. The others are split into blocks that the target is
    /// the sum of. A block whose noises have values that can be listed, as categories have, is counted out, exactly; any other is sampled
    /// with randomised nets, unbiased, with errors from 32 independent randomisations. Costs samples · nodes · coalitions, of
    /// which there are 2ⁿ for n ≤ 4 noises of a block and some 4n for more, and runs on the current rayon pool.
    ///
    /// # Errors
    /// When there is no such target; when the configuration is invalid; when the variance of a noise is not finite; or when a mechanism
    /// returns NaN or an infinity.
    ///
    /// ```
    /// use etiology::influence::InfluenceConfig;
    /// use etiology::{AdditiveNoiseModel, CausalGraph, KnownFormula, NoiseDistribution, StructuralCausalModel};
    ///
    /// let formula = KnownFormula::weighted_sum([("db", 2.0)])?;
    /// let model = StructuralCausalModel::new(CausalGraph::from_edges([("db", "api")])?)
    ///     .with_mechanism("db", NoiseDistribution::normal(0.1, 0.3)?)?
    ///     .with_mechanism("api", AdditiveNoiseModel::known(formula).with_noise(NoiseDistribution::normal(0.0, 0.8)?))?
    ///     .without_fitting()?;
    /// let influence = model.intrinsic_influence("api", &InfluenceConfig::default())?;
    /// assert!((influence.contribution("db").unwrap().value - 0.36).abs() < 1e-12);
    /// assert!((influence.total - 1.0).abs() < 1e-12 && influence.std_error == 0.0);
    /// # Ok::<(), etiology::Error>(())
    /// ```
    #[doc(alias = "intrinsic_causal_influence")]
    #[doc(alias = "intrinsic_causal_influence_sample")]
    pub fn intrinsic_influence(&self, target: &str, config: &InfluenceConfig) -> Result<IntrinsicInfluence> {
        config.check()?;
        let target = Target::new(self, target)?;
        let levels = target.nodes()[target.number()].levels.clone();
        let (quantity, found) = match levels {
            None => (InfluenceQuantity::Variance, variance::influence(&target, config)?),
            Some(levels) => (InfluenceQuantity::Entropy, entropy::influence(&target, levels.len(), config)?),
        };
        Ok(assemble(&target, quantity, found, config))
    }
}

fn assemble(
    target: &Target,
    quantity: InfluenceQuantity,
    Found { values, total }: Found,
    config: &InfluenceConfig,
) -> IntrinsicInfluence {
    let has_share = total.value > 2.0 * total.std_error;
    let contribution = |(node, (figure, method)): (usize, (Estimate, InfluenceMethod))| {
        let Estimate { value, std_error } = figure;
        let share = has_share.then(|| value / total.value);
        InfluenceContribution { node: target.node_name(node).to_owned(), value, std_error, share, method }
    };
    let contributions: Vec<InfluenceContribution> = values.into_iter().enumerate().map(contribution).collect();
    let is_sampled = contributions.iter().any(|contribution| contribution.method == InfluenceMethod::Sampling);
    IntrinsicInfluence {
        target: target.name().to_owned(),
        quantity,
        total: total.value,
        std_error: total.std_error,
        explanation: explanation(&contributions, config),
        contributions,
        samples: is_sampled.then(|| REPLICATES * points_of(config.samples)),
        seed: config.seed,
    }
}

fn explanation(contributions: &[InfluenceContribution], config: &InfluenceConfig) -> String {
    let named = |method: InfluenceMethod| {
        let of_method = contributions.iter().filter(|contribution| contribution.method == method);
        let names: Vec<&str> = of_method.map(|contribution| contribution.node.as_str()).collect();
        (!names.is_empty()).then(|| list_names(&names))
    };
    let closed = named(InfluenceMethod::ClosedForm)
        .map(|names| format!("In closed form, as the noise has the same effect everywhere or never varies: {names}."));
    let counted = named(InfluenceMethod::Enumeration).map(|names| {
        format!("Counted out, as all that the noise interacts with has values that can be listed: {names}.")
    });
    let sampled = named(InfluenceMethod::Sampling).map(|names| {
        format!(
            "Sampled, with errors from {REPLICATES} independent nets of {} points: {names}.",
            points_of(config.samples)
        )
    });
    [closed, counted, sampled].into_iter().flatten().collect::<Vec<String>>().join("\n")
}
