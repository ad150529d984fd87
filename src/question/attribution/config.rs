//! What to attribute, by which means and with how much effort.

use serde::{Deserialize, Serialize};

use crate::engine::{Effort, Estimator, Means, NoiseSampling, Precision};
use crate::error::Result;
use crate::model::FittedModel;
use crate::score::{FeatureMap, check_floor};
use crate::shapley::ShapleyMethod;
use crate::target::Target;
use crate::world::Sought;

/// What is split over the nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Quantity {
    /// The information-theoretic score −ln((q + ε)/(1 + ε)), in nats.
    #[default]
    ItScore,
    /// The deviation of the observed value from the expected one, xₙ − E\[Xₙ\], in the target's unit. The
    /// feature map and the floor play no part.
    #[doc(alias = "attribute_mean_deviation")]
    MeanDeviation,
}

/// The smallest tail probability that is told apart from 0: ε in ln((q + ε)/(1 + ε)).
///
/// It is part of the question, not of the effort: contributions *must* change with it, as it says how much
/// further beyond the data an event counts for. It does not depend on the number of samples. See
/// `docs/method.md`.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Floor {
    /// What the training data can support: 1/(2·rows) as of [`FittedModel::default_floor`](crate::FittedModel::default_floor), counting
    /// only the rows in which the target has a value, as others say nothing of how unusual one is.
    #[default]
    FromData,
    /// A given ε in \[0, 1).
    Fixed(f64),
}

/// What is asked about an outlier.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct AttributionQuestion {
    /// In which sense the target is extreme; by default its distance from the median counts.
    pub feature_map: FeatureMap,
    /// What is split over the nodes; the information-theoretic score by default.
    pub quantity: Quantity,
    /// The floor ε; from the training data by default.
    pub floor: Floor,
    /// Nodes that are given and not to be blamed, such as the size of an order, the hour or the region: their noises are as observed
    /// in every coalition, so that the score is −ln P{ g(Xₙ) ≥ g(xₙ) | N_context }, and all others' contributions sum to it. None
    /// by default. Nodes that the target does not depend on make no difference.
    ///
    /// What counts from the middle of the target's usual values ([`FeatureMap::DistanceFromMedian`], [`FeatureMap::ZScore`],
    /// [`FeatureMap::TwoSidedQuantile`]) counts from that of its values in this context; a mean deviation from the mean in it.
    /// To hold a node's *value*, and not its noise alone, name its causes, too.
    pub context: Vec<String>,
}

impl AttributionQuestion {
    fn check(&self) -> Result<()> {
        match self.floor {
            Floor::Fixed(floor) => check_floor(floor),
            Floor::FromData => Ok(()),
        }
    }

    /// The floor ε for the target at this position of a model.
    pub(super) fn floor(&self, model: &FittedModel, target: usize) -> f64 {
        match self.floor {
            Floor::FromData => model.floor_at(target),
            Floor::Fixed(floor) => floor,
        }
    }

    /// What an engine has to find.
    pub(super) fn sought(&self, model: &FittedModel, target: &Target) -> Sought {
        let is_category = target.wiring().node(target.number()).levels.is_some();
        match (self.quantity, &self.feature_map) {
            (Quantity::ItScore, FeatureMap::Custom(_)) => Sought::CustomTail,
            (_, feature_map) if is_category && !matches!(feature_map, FeatureMap::Custom(_)) => Sought::Class,
            (Quantity::MeanDeviation, _) => Sought::Mean,
            (Quantity::ItScore, _) => {
                let position = target.nodes()[target.number()].position;
                Sought::Region { floor: self.floor(model, position), data_floor: model.floor_at(position) }
            }
        }
    }
}

/// How an outlier is attributed: what is asked, by which means it is answered, and with how much effort.
///
/// It can be sent to another machine with any serde format, unless the feature map is a closure: that is an error which says so.
///
/// ```
/// use etiology::{AttributionConfig, FeatureMap, ShapleyMethod};
///
/// let config = AttributionConfig::default()
///     .with_feature_map(FeatureMap::UpperTail)
///     .with_floor(1e-4)
///     .with_samples(50_000)
///     .with_shapley_method(ShapleyMethod::Permutations(200))
///     .with_seed(7);
/// # let _ = config;
/// ```
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct AttributionConfig {
    /// What is asked.
    pub question: AttributionQuestion,
    /// By which means it is answered.
    pub means: Means,
    /// How much is spent on the answer.
    pub effort: Effort,
}

impl AttributionConfig {
    /// Sets in which sense the target is extreme.
    #[must_use]
    pub fn with_feature_map(mut self, feature_map: FeatureMap) -> Self {
        self.question.feature_map = feature_map;
        self
    }

    /// Sets what is split over the nodes.
    #[must_use]
    pub fn with_quantity(mut self, quantity: Quantity) -> Self {
        self.question.quantity = quantity;
        self
    }

    /// Sets the floor ε, in \[0, 1).
    #[must_use]
    pub fn with_floor(mut self, floor: f64) -> Self {
        self.question.floor = Floor::Fixed(floor);
        self
    }

    /// Sets which nodes are given and not to be blamed; see [`context`](AttributionQuestion::context).
    ///
    /// ```
    /// use etiology::{AdditiveNoiseModel, AttributionConfig, CausalGraph, KnownFormula, NoiseDistribution, Observation};
    ///
    /// let rounding = NoiseDistribution::normal(0.0, 0.01)?;
    /// let model = etiology::StructuralCausalModel::new(CausalGraph::from_edges([("items", "invoice"), ("fee", "invoice")])?)
    ///     .with_mechanism("items", NoiseDistribution::normal(100.0, 40.0)?)?
    ///     .with_mechanism("fee", NoiseDistribution::normal(10.0, 1.0)?)?
    ///     .with_mechanism("invoice", AdditiveNoiseModel::known(KnownFormula::sum(["items", "fee"])).with_noise(rounding))?
    ///     .without_fitting()?;
    /// let event = Observation::from_pairs([("items", 150.0), ("fee", 15.0), ("invoice", 165.0)])?;
    /// let given = AttributionConfig::default().with_floor(0.0).with_context(["items"]);
    /// let attribution = model.attribute_outlier("invoice", &event, &given)?;
    /// // A fee of five standard deviations, which the usual differences of orders would hide.
    /// assert_eq!(attribution.ranked()[0].node, "fee");
    /// assert!((attribution.score.value - 14.37).abs() < 0.2 && attribution.contribution("items").is_none());
    /// # Ok::<(), etiology::Error>(())
    /// ```
    #[must_use]
    pub fn with_context<N: Into<String>>(mut self, nodes: impl IntoIterator<Item = N>) -> Self {
        self.question.context = nodes.into_iter().map(Into::into).collect();
        self
    }

    /// Sets how the probabilities of coalitions are found.
    #[must_use]
    pub fn with_estimator(mut self, estimator: Estimator) -> Self {
        self.means.estimator = estimator;
        self
    }

    /// Sets the number of joint noise samples, at least 32.
    #[must_use]
    pub fn with_samples(mut self, samples: usize) -> Self {
        self.effort.samples = samples;
        self
    }

    /// Sets how the joint noise samples are spread.
    #[must_use]
    pub fn with_noise_sampling(mut self, noise_sampling: NoiseSampling) -> Self {
        self.means.noise_sampling = noise_sampling;
        self
    }

    /// Sets how Shapley values are computed.
    #[must_use]
    pub fn with_shapley_method(mut self, shapley_method: ShapleyMethod) -> Self {
        self.effort.shapley_method = shapley_method;
        self
    }

    /// Sets how precise the result should be.
    ///
    /// ```
    /// use etiology::{AttributionConfig, Precision};
    ///
    /// let config = AttributionConfig::default().with_precision(Precision::StdError(0.02));
    /// assert_eq!(config.effort.precision, Precision::StdError(0.02));
    /// ```
    #[must_use]
    pub fn with_precision(mut self, precision: Precision) -> Self {
        self.effort.precision = precision;
        self
    }

    /// Sets whether contributions say what other plausible mechanisms would make of them; see
    /// [`Effort::model_error`](crate::attribution::Effort::model_error).
    #[must_use]
    pub fn with_model_error(mut self, model_error: bool) -> Self {
        self.effort.model_error = model_error;
        self
    }

    /// Sets the seed.
    #[must_use]
    #[doc(alias = "set_random_seed")]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.means.seed = seed;
        self
    }

    pub(super) fn check(&self) -> Result<()> {
        self.question.check()?;
        self.effort.check()
    }
}
