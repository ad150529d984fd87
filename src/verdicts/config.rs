//! How to diagnose.

use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::lags::{LaggedEffect, Lags};
use crate::question::attribution::{AttributionConfig, Quantity};
use crate::shapley::ShapleyMethod;

/// Most nodes for which counterfactuals and proofs are given, and most causes.
const MOST_NODES: usize = 100;

/// Where a coalition costs samples, what suffices to rank nodes by their part in the mean deviation. A mean rests on all
/// samples, where a small probability rests on few of them.
const PERMUTATIONS_FOR_A_RANKING: ShapleyMethod = ShapleyMethod::Permutations(32);
const SAMPLES_FOR_A_RANKING: usize = 1_024;

/// What [`diagnose`](crate::FittedModel::diagnose) should do.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct DiagnosisConfig {
    /// How to attribute the score, to the bit as [`attribute_outlier`](crate::FittedModel::attribute_outlier) does with the same
    /// configuration, by default with its model error. The quantity is not used: both are computed. The mean deviation, of which the verdicts need the ranking
    /// alone, takes at most 1 024 samples and, where coalitions need samples and nothing else is configured, 32 permutations.
    pub attribution: AttributionConfig,
    /// The rows just before the event, the earliest first, if there are any. A node whose value or noise was off then is not suspected for what
    /// it was off by. Columns are found by name; missing ones and missing values count for nothing.
    pub recent: Option<Dataset>,
    /// When each of these rows was, as it is to be shown; empty where that is not known, and so is a blank one. Answers say by them since when a node has been off; nothing else
    /// depends on them.
    pub recent_times: Vec<String>,
    /// For how many of the most suspect nodes to say what would have been had they behaved normally; 3 by default.
    pub counterfactuals: usize,
    /// Of how many nodes a set of causes may consist; 4 by default. With 0 no set is looked for.
    pub causes: usize,
    /// For how many of the causes to give a [`Proof`](crate::verdicts::Proof); 2 by default. There is none where the evidence is
    /// too thin to name anyone.
    pub proofs: usize,
    /// The lags by which the columns of the training data, the event and the rows before it were shifted, see [`Lags`]: they are said with the
    /// answer, which does not depend on them.
    pub lags: Vec<LaggedEffect>,
}

impl Default for DiagnosisConfig {
    fn default() -> Self {
        Self {
            attribution: AttributionConfig::default().with_model_error(true),
            recent: None,
            recent_times: Vec::new(),
            counterfactuals: 3,
            causes: 4,
            proofs: 2,
            lags: Vec::new(),
        }
    }
}

impl DiagnosisConfig {
    /// Sets how to attribute.
    #[must_use]
    pub fn with_attribution(self, attribution: AttributionConfig) -> Self {
        Self { attribution, ..self }
    }

    /// Sets the rows just before the event, the earliest first. Their times are not known then, until
    /// [`with_recent_times`](Self::with_recent_times) sets them.
    #[must_use]
    pub fn with_recent(self, recent: Dataset) -> Self {
        Self { recent: Some(recent), recent_times: Vec::new(), ..self }
    }

    /// Sets when each of the rows just before the event was, as it is to be shown.
    #[must_use]
    pub fn with_recent_times<S: Into<String>>(self, times: impl IntoIterator<Item = S>) -> Self {
        Self { recent_times: times.into_iter().map(Into::into).collect(), ..self }
    }

    /// Sets for how many nodes counterfactuals are given.
    #[must_use]
    pub fn with_counterfactuals(self, counterfactuals: usize) -> Self {
        Self { counterfactuals, ..self }
    }

    /// Sets of how many nodes a set of causes may consist.
    #[must_use]
    pub fn with_causes(self, causes: usize) -> Self {
        Self { causes, ..self }
    }

    /// Sets for how many nodes proofs are given.
    #[must_use]
    pub fn with_proofs(self, proofs: usize) -> Self {
        Self { proofs, ..self }
    }

    /// Sets the lags by which the columns of the training data, the event and the rows before it were shifted, which are said with the answer.
    #[must_use]
    pub fn with_lags(self, lags: &Lags) -> Self {
        Self { lags: lags.effects().to_vec(), ..self }
    }

    pub(super) fn check(&self) -> Result<()> {
        let most = [
            ("the number of counterfactuals", self.counterfactuals),
            ("the number of causes", self.causes),
            ("the number of proofs", self.proofs),
        ];
        if let Some((name, asked)) = most.into_iter().find(|&(_, asked)| asked > MOST_NODES) {
            return Err(Error::InvalidParameter { name, requirement: "at most 100", found: asked.to_string() });
        }
        let (rows, times) = (self.recent.as_ref().map_or(0, Dataset::rows), self.recent_times.len());
        if times != 0 && times != rows {
            let (name, requirement) = ("the times of the rows before the event", "one for each row, or none");
            return Err(Error::InvalidParameter { name, requirement, found: format!("{times} for {rows} rows") });
        }
        Ok(())
    }

    /// How the score is attributed.
    pub(super) fn of_score(&self) -> AttributionConfig {
        self.attribution.clone().with_quantity(Quantity::ItScore)
    }

    /// How the mean deviation is attributed.
    pub(super) fn of_mean_deviation(&self) -> AttributionConfig {
        let mut config = self.attribution.clone().with_quantity(Quantity::MeanDeviation);
        config.effort.samples = config.effort.samples.min(SAMPLES_FOR_A_RANKING);
        // A ranking does not need it.
        config.effort.model_error = false;
        if config.effort.shapley_method_of_samples == ShapleyMethod::Auto {
            config.effort.shapley_method_of_samples = PERMUTATIONS_FOR_A_RANKING;
        }
        config
    }
}
