//! How to diagnose.

use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::question::attribution::{AttributionConfig, Quantity};
use crate::shapley::ShapleyMethod;

/// Most nodes for which counterfactuals are given.
const MOST_COUNTERFACTUALS: usize = 100;

/// Where a coalition costs samples, what suffices to rank nodes.
const FOR_A_RANKING: ShapleyMethod = ShapleyMethod::Permutations(32);
/// Fewest samples for a mean, where as many are configured.
const FEWEST_SAMPLES: usize = 1_024;

/// What [`diagnose`](crate::FittedModel::diagnose) should do.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct DiagnosisConfig {
    /// How to attribute; by default with 4 096 samples and, where samples are needed, 32 permutations, as a ranking needs no
    /// third digit. The model error is always found. The quantity is not used: both are computed, the mean deviation with a quarter of the samples.
    pub attribution: AttributionConfig,
    /// The rows just before the event, if there are any. A node that was off its usual values then is not suspected for what
    /// it was off by. Columns are found by name; missing ones and missing values count for nothing.
    pub recent: Option<Dataset>,
    /// For how many of the most suspect nodes to say what would have been had they behaved normally; 3 by default.
    pub counterfactuals: usize,
}

impl Default for DiagnosisConfig {
    fn default() -> Self {
        let attribution = AttributionConfig::default().with_samples(4_096);
        Self { attribution, recent: None, counterfactuals: 3 }
    }
}

impl DiagnosisConfig {
    /// Sets how to attribute.
    #[must_use]
    pub fn with_attribution(self, attribution: AttributionConfig) -> Self {
        Self { attribution, ..self }
    }

    /// Sets the rows just before the event.
    #[must_use]
    pub fn with_recent(self, recent: Dataset) -> Self {
        Self { recent: Some(recent), ..self }
    }

    /// Sets for how many nodes counterfactuals are given.
    #[must_use]
    pub fn with_counterfactuals(self, counterfactuals: usize) -> Self {
        Self { counterfactuals, ..self }
    }

    pub(super) fn check(&self) -> Result<()> {
        if self.counterfactuals > MOST_COUNTERFACTUALS {
            let (name, requirement) = ("the number of counterfactuals", "at most 100");
            return Err(Error::InvalidParameter { name, requirement, found: self.counterfactuals.to_string() });
        }
        Ok(())
    }

    /// How a quantity is attributed. A mean rests on all samples, where a small probability rests on few of them: a quarter of
    /// the samples does.
    pub(super) fn attribution_of(&self, quantity: Quantity) -> AttributionConfig {
        let mut config = self.attribution.clone().with_quantity(quantity);
        let configured = config.effort.samples;
        config.effort.samples = match quantity {
            Quantity::MeanDeviation => (configured / 4).max(FEWEST_SAMPLES).min(configured),
            Quantity::ItScore => configured,
        };
        // The table shows it of the score, and the cost of a diagnosis is mostly another.
        config.effort.model_error = quantity == Quantity::ItScore;
        if config.effort.shapley_method_of_samples == ShapleyMethod::Auto {
            config.effort.shapley_method_of_samples = FOR_A_RANKING;
        }
        config
    }
}
