//! What is said of the relevance of features.

use serde::Serialize;

use crate::numeric::ranks::sort_by;
use crate::question::integrals::Estimate;

/// What is split over the features.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RelevanceQuantity {
    /// The variance of the function's value, in the square of its unit.
    #[doc(alias = "variance_of_deviations")]
    Variance,
    /// The value in one row less the expected value, in the unit of the value.
    Deviation,
}

/// One feature's part.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FeatureContribution {
    /// The feature's name; that of the target for its noise.
    pub feature: String,
    /// Whether it is the noise of the target rather than one of its parents.
    pub is_noise: bool,
    /// Its Shapley value, in the unit of what is split.
    pub value: f64,
    /// The standard error of the value, in its unit; exactly 0 where nothing was drawn. It does not cover the fit of a model.
    pub std_error: f64,
    /// The value as a share of the total; nothing if the total is 0 within twice its standard error.
    pub share: Option<f64>,
}

/// How much the inputs of a function matter for its value.
///
/// `Display` prints a table, the most relevant first.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Relevance {
    /// The node whose mechanism is the function; nothing for a function of a table.
    pub target: Option<String>,
    /// What is split over the features.
    pub quantity: RelevanceQuantity,
    /// What the contributions sum to.
    pub total: f64,
    /// Its standard error, in the same unit.
    pub std_error: f64,
    /// One per feature in their order, and last the noise of a target, unless it never varies.
    pub contributions: Vec<FeatureContribution>,
    /// How many draws, or rows of a table, the averages are over; nothing where nothing was drawn.
    pub samples: Option<usize>,
    /// The seed.
    pub seed: u64,
}

impl Relevance {
    pub(super) fn new(
        target: Option<String>,
        quantity: RelevanceQuantity,
        features: Vec<(String, Estimate)>,
        total: Estimate,
        seed: u64,
    ) -> Self {
        let has_share = total.value.abs() > 2.0 * total.std_error;
        let contribution = |(feature, figure): (String, Estimate)| FeatureContribution {
            is_noise: target.as_ref() == Some(&feature),
            feature,
            value: figure.value,
            std_error: figure.std_error,
            share: has_share.then(|| figure.value / total.value),
        };
        let contributions = features.into_iter().map(contribution).collect();
        let Estimate { value, std_error } = total;
        Self { target, quantity, total: value, std_error, contributions, samples: None, seed }
    }

    /// With so many draws.
    pub(super) fn over(mut self, samples: usize) -> Self {
        self.samples = Some(samples);
        self
    }

    /// The contributions from the largest to the smallest in size.
    pub fn ranked(&self) -> Vec<&FeatureContribution> {
        let mut ranked: Vec<&FeatureContribution> = self.contributions.iter().collect();
        sort_by(&mut ranked, &|one, other| other.value.abs().total_cmp(&one.value.abs()));
        ranked
    }

    /// The contribution of a feature; that of the noise by the target's name. Nothing if there is none.
    pub fn contribution(&self, feature: &str) -> Option<&FeatureContribution> {
        self.contributions.iter().find(|contribution| contribution.feature == feature)
    }

    /// By which means it was found, in a sentence.
    pub fn explain(&self) -> String {
        match (self.samples, &self.target, self.quantity) {
            (None, ..) => "In closed form, as the function is linear in all features.".to_owned(),
            (Some(samples), Some(_), _) => {
                format!("Sampled, with errors from 32 independent nets of {} points in all.", samples)
            }
            (Some(samples), None, RelevanceQuantity::Variance) => {
                format!("Averaged over {samples} triples of rows, whose groups give the errors.")
            }
            (Some(samples), None, RelevanceQuantity::Deviation) => {
                format!("Averaged over all {samples} rows, whose groups give the errors.")
            }
        }
    }
}
