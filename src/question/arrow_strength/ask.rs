//! The question.

use super::config::{ArrowMeasure, ArrowStrengthConfig};
use super::divergence::divergence;
use super::edge::Edge;
use super::result::{ArrowStrength, ArrowStrengths};
use super::variance::variance;
use crate::error::{Error, Result, list_names};
use crate::model::FittedModel;
use crate::target::Target;

impl FittedModel {
    /// How strong the arrows into a target are: what is lost of it when the arrow from a parent is cut, which is then drawn anew from its own
    /// distribution, independently of all else.
    ///
    /// With P_cut(y | pa) = Σ_x' P(y | x', pa without x)·P(x') it is either E\[Var_cut(Y | pa) − Var(Y | pa)\] or the divergence
    /// E KL(P(Y | pa) ‖ P_cut(Y | pa)) (Janzing, Balduzzi, Grosse-Wentrup and Schölkopf, *Quantifying causal influences*, Annals of
    /// Statistics 41, 2013, [arXiv:1203.6502](https://arxiv.org/abs/1203.6502)); see [`ArrowMeasure`]. It says what the parent does directly,
    /// whatever it does along other paths.
    ///
    /// In closed form where the target is linear in the parent: β²·Var(X), and ½ ln(1 + β²·Var(X)/σ²) where all noises are
    /// normal. Counted out where the values of all parents can be listed. Sampled otherwise, with errors from 32 independent nets. For the
    /// divergence of a target whose noise is empirical, the noise has a kernel density, as [`ArrowStrengths::density`] says.
    ///
    /// # Errors
    /// When there is no such target or it has no parents; when the configuration is invalid; when the measure is the variance of a category,
    /// or the divergence of a target without a density; when a variance is not finite, or a mechanism returns NaN or an infinity.
    ///
    /// ```
    /// use etiology::arrow_strength::{ArrowMeasure, ArrowStrengthConfig};
    /// use etiology::{AdditiveNoiseModel, CausalGraph, KnownFormula, NoiseDistribution, StructuralCausalModel};
    ///
    /// let formula = KnownFormula::weighted_sum([("db", 2.0)])?;
    /// let model = StructuralCausalModel::new(CausalGraph::from_edges([("db", "api")])?)
    ///     .with_mechanism("db", NoiseDistribution::normal(0.1, 0.3)?)?
    ///     .with_mechanism("api", AdditiveNoiseModel::known(formula).with_noise(NoiseDistribution::normal(0.0, 0.8)?))?
    ///     .without_fitting()?;
    /// let config = ArrowStrengthConfig::default();
    /// assert!((model.arrow_strength("api", &config)?.arrow("db").unwrap().value - 0.36).abs() < 1e-12);
    /// let nats = model.arrow_strength("api", &config.with_measure(ArrowMeasure::Divergence))?;
    /// assert!((nats.arrow("db").unwrap().value - 0.5 * (1.0_f64 + 0.36 / 0.64).ln()).abs() < 1e-12);
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn arrow_strength(&self, target: &str, config: &ArrowStrengthConfig) -> Result<ArrowStrengths> {
        let parents = self.mechanism_parents(target)?;
        if parents.is_empty() {
            let what = format!("the list of parents of `{target}`");
            return Err(Error::Empty { what, expected: "parent" });
        }
        self.arrows(target, &(0..parents.len()).collect::<Vec<usize>>(), config)
    }

    /// The strength of one arrow; see [`arrow_strength`](Self::arrow_strength).
    ///
    /// # Errors
    /// As of all arrows; and when there is none from this parent.
    #[doc(alias = "arrow_strength_of_model")]
    pub fn arrow_strength_of_edge(
        &self,
        parent: &str,
        target: &str,
        config: &ArrowStrengthConfig,
    ) -> Result<ArrowStrengths> {
        let parents = self.mechanism_parents(target)?;
        let Some(place) = parents.iter().position(|name| *name == parent) else {
            self.graph().position(parent)?;
            return Err(Error::InvalidParameter {
                name: "the source of an arrow",
                requirement: "a parent of its target",
                found: format!("`{parent}`: the parents of `{target}` are {}", list_names(&parents)),
            });
        };
        self.arrows(target, &[place], config)
    }

    fn arrows(&self, target: &str, places: &[usize], config: &ArrowStrengthConfig) -> Result<ArrowStrengths> {
        config.check()?;
        let target = Target::new(self, target)?;
        let is_category = target.nodes()[target.number()].levels.is_some();
        let measure = match (config.measure, is_category) {
            (ArrowMeasure::Auto, false) => ArrowMeasure::Variance,
            (ArrowMeasure::Auto, true) => ArrowMeasure::Divergence,
            (ArrowMeasure::Variance, true) => {
                return Err(Error::InvalidParameter {
                    name: "the measure of an arrow's strength",
                    requirement: "the divergence where the target is a category",
                    found: format!("the variance of `{}`", target.name()),
                });
            }
            (measure, _) => measure,
        };
        let (mut arrows, mut density) = (Vec::with_capacity(places.len()), None);
        for &place in places {
            let edge = Edge { model: self, target: &target, place };
            let (figure, method) = if measure == ArrowMeasure::Variance {
                variance(&edge, config)?
            } else {
                let (figure, method, used) = divergence(&edge, config)?;
                density = used.or(density);
                (figure, method)
            };
            let parent = edge.parent_name().to_owned();
            arrows.push(ArrowStrength { parent, value: figure.value, std_error: figure.std_error, method });
        }
        Ok(ArrowStrengths { target: target.name().to_owned(), measure, arrows, density, seed: config.seed })
    }
}
