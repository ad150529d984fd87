//! The questions that a user asks: attribute one outlier, or many.

use super::attributor::Attributor;
use super::config::AttributionConfig;
use super::result::Attribution;
use crate::data::{Dataset, Observation};
use crate::error::{Error, Result};
use crate::model::FittedModel;

impl FittedModel {
    /// Prepares the attribution of outliers of a target: for a service that gets one after another.
    ///
    /// # Errors
    /// When there is no such target or the configuration is invalid.
    pub fn attributor(&self, target: &str, config: AttributionConfig) -> Result<Attributor> {
        Attributor::new(self.clone(), target, config)
    }

    /// Splits the outlier score of the target's observed value over the target and its ancestors.
    ///
    /// A node's contribution is its Shapley value in the game whose players are the nodes' noises: the value of
    /// a coalition T is v(T) = ln((q(T) + ε)/(1 + ε)), where q(T) is the probability that the target is at least
    /// as extreme as observed when the noises in T are kept at what was observed and all others are drawn anew
    /// (Budhathoki et al., ICML 2022, section 4). Contributions sum to the score −v(∅).
    ///
    /// The observation needs a finite value for the target; columns that are no ancestors of it are ignored. The value of an
    /// ancestor may be missing (`NaN`, or no such column): then its noise is not known, stays random in every coalition and
    /// has no contribution; those of its children are approximate, and part of the score is
    /// [`unexplained`](Attribution::unexplained). See `docs/method.md`, "Missing and awkward data".
    ///
    /// Runs on the current rayon pool; the result is the same to the bit for any number of threads. There are 2ⁿ
    /// coalitions for exact Shapley values of n nodes, permutations · n otherwise. If the target is linear in all noises,
    /// a coalition costs some hundred multiplications, without samples. If not, one that differs from the last in one
    /// noise costs an evaluation of the non-linear mechanisms below it; memory is O(threads · n · samples) then. For many
    /// events, an [`Attributor`] does what they share once.
    ///
    /// # Errors
    /// When there is no such target; when the observation lacks its value, or has text or an infinite value for it or an
    /// ancestor; when the configuration is invalid; when
    /// a custom mechanism is not invertible or returns NaN; or when the floor is 0 and the samples do not
    /// resolve a coalition's probability.
    #[doc(alias = "attribute_anomalies")]
    #[doc(alias = "attribute_anomaly_scores")]
    pub fn attribute_outlier(
        &self,
        target: &str,
        observation: &Observation,
        config: &AttributionConfig,
    ) -> Result<Attribution> {
        self.attributor(target, config.clone())?.attribute(observation)
    }

    /// [`attribute_outlier`](Self::attribute_outlier) for every row, in parallel, with one noise bank for all.
    ///
    /// Each result is the same to the bit as that of the row alone.
    ///
    /// # Errors
    /// As for one row; the first row at fault is named. [`attribute_each`](Self::attribute_each) has the answers of the others, too.
    #[doc(alias = "attribute_anomalies")]
    pub fn attribute_outliers(
        &self,
        target: &str,
        observations: &Dataset,
        config: &AttributionConfig,
    ) -> Result<Vec<Attribution>> {
        self.attribute_each(target, observations, config)?.into_iter().collect()
    }

    /// [`attribute_outliers`](Self::attribute_outliers) with an answer or an error of its own for every row: one that cannot be
    /// explained costs no other its answer.
    ///
    /// # Errors
    /// When there is no such target or the configuration is invalid; what is wrong with a row is an [`Error::InRow`] in its place.
    ///
    /// ```
    /// use etiology::{AdditiveNoiseModel, AttributionConfig, CausalGraph, Dataset, KnownFormula, NoiseDistribution};
    ///
    /// let own_time = NoiseDistribution::exponential(0.05)?;
    /// let model = etiology::StructuralCausalModel::new(CausalGraph::from_edges([("db", "api")])?)
    ///     .with_mechanism("db", NoiseDistribution::exponential(0.1)?)?
    ///     .with_mechanism("api", AdditiveNoiseModel::known(KnownFormula::sum(["db"])).with_noise(own_time))?
    ///     .without_fitting()?;
    /// let events = Dataset::from_columns([("db", [0.9, 0.1]), ("api", [0.95, f64::NAN])])?;
    /// let answers = model.attribute_each("api", &events, &AttributionConfig::default())?;
    /// assert!(answers[0].is_ok() && answers[1].is_err());
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn attribute_each(
        &self,
        target: &str,
        observations: &Dataset,
        config: &AttributionConfig,
    ) -> Result<Vec<Result<Attribution>>> {
        let results = self.attributor(target, config.clone())?.attribute_rows(observations);
        let in_row = |(row, result): (usize, Result<Attribution>)| {
            result.map_err(|cause| Error::InRow { row, cause: Box::new(cause) })
        };
        Ok(results.into_iter().enumerate().map(in_row).collect())
    }
}
