//! What counts as wrong, and how much effort to spend on finding it.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::independence::{MOST_PERMUTATIONS, MOST_ROWS};

/// Fewest rows that any figure may be asked of.
const FEWEST_ROWS: usize = 10;
/// Most graphs with permuted nodes.
const MOST_GRAPHS: usize = 100_000;

/// How a model is evaluated.
///
/// A finding needs two things: it must be *certain*, a p-value of at most [`alpha`](Self::alpha) after correction for all tests,
/// and it must *matter*, an effect above one of the thresholds. With enough rows every model of real data is certainly
/// wrong, which is worth no warning as long as it is hardly wrong.
///
/// ```
/// use etiology::EvaluationConfig;
///
/// let config = EvaluationConfig::default().with_alpha(0.01).with_most_rows(1_000).with_seed(7);
/// # let _ = config;
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[doc(alias = "EvaluateCausalModelConfig")]
pub struct EvaluationConfig {
    /// How likely a false alarm may be among all tests of a right model; 0.05 by default. There are three families of tests
    /// (calibration of the noises, their independence of the parents, independencies that the graph implies), and each
    /// gets a third of it, so that many pairs of nodes do not drown the nodes. Within a family Holm's correction holds
    /// however the tests depend on each other, so a named node or pair can be trusted by itself.
    pub alpha: f64,
    /// The smallest correlation, and distance correlation, that matters; 0.1 by default, that is one per cent of the
    /// variance.
    pub least_dependence: f64,
    /// The smallest error of the noise's distribution function that matters (Kolmogorov-Smirnov distance); 0.05 by
    /// default: a noise believed to be at its 90th percentile is then at the 85th at least.
    pub least_miscalibration: f64,
    /// Above which ratio of the node's CRPS to that of its marginal distribution a mechanism is called worse than none; 1.05
    /// by default, since parents that hardly matter make it 1, give or take.
    pub worst_crps_ratio: f64,
    /// Fewest complete rows that figures are made of, 10 or more; 20 by default.
    pub fewest_rows: usize,
    /// Most rows, a random choice, that the tests of cost O(rows²) and the comparison with permuted graphs look at, up to
    /// 5000; 500 by default. Independence of noise and parents is never tested on more than a quarter of the number of
    /// training rows: more would tell that the coefficients were estimated, which is no news.
    pub most_rows: usize,
    /// Permutations for a test of independence; 199 by default, up to a million. More are made where so many tests
    /// are made at once that no p-value could come below `alpha`, fewer where independence is soon plausible.
    pub permutations: usize,
    /// With how many graphs of permuted nodes the graph is compared, up to 100 000; 99 by default, 0 for none.
    pub graph_permutations: usize,
    /// The seed of permutations and random choices; 0 by default.
    pub seed: u64,
}

impl Default for EvaluationConfig {
    fn default() -> Self {
        Self {
            alpha: 0.05,
            least_dependence: 0.1,
            least_miscalibration: 0.05,
            worst_crps_ratio: 1.05,
            fewest_rows: 20,
            most_rows: 500,
            permutations: 199,
            graph_permutations: 99,
            seed: 0,
        }
    }
}

impl EvaluationConfig {
    /// Sets how likely a false alarm may be among all tests, above 0 and below 1.
    #[must_use]
    pub fn with_alpha(self, alpha: f64) -> Self {
        Self { alpha, ..self }
    }

    /// Sets the smallest correlation or distance correlation that matters, in \[0, 1).
    #[must_use]
    pub fn with_least_dependence(self, least_dependence: f64) -> Self {
        Self { least_dependence, ..self }
    }

    /// Sets the smallest error of a distribution function that matters, in \[0, 1).
    #[must_use]
    pub fn with_least_miscalibration(self, least_miscalibration: f64) -> Self {
        Self { least_miscalibration, ..self }
    }

    /// Sets the ratio to the marginal's CRPS above which a mechanism is called worse than none, at least 1.
    #[must_use]
    pub fn with_worst_crps_ratio(self, worst_crps_ratio: f64) -> Self {
        Self { worst_crps_ratio, ..self }
    }

    /// Sets the fewest complete rows that figures are made of, at least 10.
    #[must_use]
    pub fn with_fewest_rows(self, fewest_rows: usize) -> Self {
        Self { fewest_rows, ..self }
    }

    /// Sets the most rows that costly tests look at, at least [`fewest_rows`](Self::fewest_rows) and at most 5000.
    #[must_use]
    pub fn with_most_rows(self, most_rows: usize) -> Self {
        Self { most_rows, ..self }
    }

    /// Sets the permutations for a test of independence, at least 19.
    #[must_use]
    pub fn with_permutations(self, permutations: usize) -> Self {
        Self { permutations, ..self }
    }

    /// Sets with how many graphs of permuted nodes the graph is compared; 0 for none.
    #[must_use]
    pub fn with_graph_permutations(self, graph_permutations: usize) -> Self {
        Self { graph_permutations, ..self }
    }

    /// Sets the seed.
    #[must_use]
    pub fn with_seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    pub(super) fn check(&self) -> Result<()> {
        let invalid = |name, requirement, found: String| Err(Error::InvalidParameter { name, requirement, found });
        if !(self.alpha > 0.0 && self.alpha < 1.0) {
            return invalid("alpha", "above 0 and below 1", self.alpha.to_string());
        }
        for (name, threshold) in [
            ("the least dependence that matters", self.least_dependence),
            ("the least miscalibration that matters", self.least_miscalibration),
        ] {
            if !(0.0..1.0).contains(&threshold) {
                return invalid(name, "at least 0 and below 1", threshold.to_string());
            }
        }
        if !(self.worst_crps_ratio >= 1.0 && self.worst_crps_ratio.is_finite()) {
            return invalid("the worst CRPS ratio", "finite and at least 1", self.worst_crps_ratio.to_string());
        }
        if self.fewest_rows < FEWEST_ROWS {
            return invalid("the fewest rows of a figure", "at least 10", self.fewest_rows.to_string());
        }
        if !(self.fewest_rows..=MOST_ROWS).contains(&self.most_rows) {
            let requirement = "at least the fewest rows of a figure, and at most 5000";
            return invalid("the most rows of a dear test", requirement, self.most_rows.to_string());
        }
        if !(19..=MOST_PERMUTATIONS).contains(&self.permutations) {
            return invalid(
                "the number of permutations",
                "at least 19 and at most a million",
                self.permutations.to_string(),
            );
        }
        if self.graph_permutations > MOST_GRAPHS {
            let requirement = "at most 100 000";
            return invalid("the number of permuted graphs", requirement, self.graph_permutations.to_string());
        }
        Ok(())
    }
}
