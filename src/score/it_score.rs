//! The information-theoretic outlier score.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::noise::{NoiseDistribution, NoiseFamily, Tail, TailConfig};

/// How unusual something is, in nats: S = −ln((q + ε)/(1 + ε)), where q is the probability of something at least as
/// extreme (its tail probability) and ε ≥ 0 the floor.
///
/// With ε = 0 this is −ln q, equation 2 of Budhathoki et al. (ICML 2022). Scores of different quantities, units
/// and detectors are comparable, and independent ones add. The floor is the smallest tail probability that is
/// told apart from 0; no score exceeds −ln(ε/(1 + ε)), its [`ceiling`](Self::ceiling).
#[doc(alias = "ITAnomalyScorer")]
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SavedItScore")]
pub struct ItScore {
    nats: f64,
    tail_probability: f64,
    floor: f64,
    saturated: bool,
}

impl ItScore {
    /// The score of a tail probability.
    ///
    /// # Errors
    /// When the probability is outside \[0, 1\], the floor outside \[0, 1), or both are 0.
    pub fn from_tail_probability(tail_probability: f64, floor: f64) -> Result<Self> {
        check_floor(floor)?;
        if !(0.0..=1.0).contains(&tail_probability) {
            return Err(Error::InvalidParameter {
                name: "the tail probability",
                requirement: "in [0, 1]",
                found: tail_probability.to_string(),
            });
        }
        if tail_probability == 0.0 && floor == 0.0 {
            return Err(Error::InvalidParameter {
                name: "the floor",
                requirement: "positive where the tail probability is 0, as the score would be infinite",
                found: floor.to_string(),
            });
        }
        let nats = -ln_with_floor(tail_probability, floor);
        let saturated = is_saturated(tail_probability, floor);
        Ok(Self { nats: nats.max(0.0), tail_probability, floor, saturated })
    }

    /// The score of a tail probability given as its natural logarithm, which may be far below the smallest `f64`, as
    /// [`NoiseDistribution::log_survival`](crate::NoiseDistribution::log_survival) gives it.
    ///
    /// # Errors
    /// When the logarithm is NaN or above 0, the floor outside \[0, 1), or the probability and the floor are both 0.
    ///
    /// ```
    /// use etiology::NoiseDistribution;
    /// use etiology::score::ItScore;
    ///
    /// let normal = NoiseDistribution::normal(0.0, 1.0)?;
    /// let score = ItScore::from_log_tail_probability(normal.log_survival(134.0), 0.0)?;
    /// assert!((score.nats() - 8983.8).abs() < 0.1);
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn from_log_tail_probability(log_tail_probability: f64, floor: f64) -> Result<Self> {
        if log_tail_probability.is_nan() || log_tail_probability > 0.0 {
            return Err(Error::InvalidParameter {
                name: "the logarithm of the tail probability",
                requirement: "at most 0",
                found: log_tail_probability.to_string(),
            });
        }
        let tail_probability = log_tail_probability.exp();
        if log_tail_probability == f64::NEG_INFINITY || floor > 0.0 {
            return Self::from_tail_probability(tail_probability, floor);
        }
        check_floor(floor)?;
        let nats = if log_tail_probability == 0.0 { 0.0 } else { -log_tail_probability };
        Ok(Self { nats, tail_probability, floor, saturated: false })
    }

    /// The score, in nats.
    pub fn nats(&self) -> f64 {
        self.nats
    }

    /// The probability of something at least as extreme, without the floor; 0 where it is below 1e-308, though the score
    /// need not end there.
    pub fn tail_probability(&self) -> f64 {
        self.tail_probability
    }

    /// The floor ε.
    pub fn floor(&self) -> f64 {
        self.floor
    }

    /// The largest score that the floor allows, in nats; infinite for a floor of 0.
    pub fn ceiling(&self) -> f64 {
        -ln_with_floor(0.0, self.floor)
    }

    /// Whether the tail probability is no larger than the floor, so that the score says "at least this much"
    /// rather than how much.
    pub fn is_saturated(&self) -> bool {
        self.saturated
    }
}

/// What a saved score may hold, before it is checked.
#[derive(Deserialize)]
struct SavedItScore {
    nats: f64,
    tail_probability: f64,
    floor: f64,
    saturated: bool,
}

impl TryFrom<SavedItScore> for ItScore {
    type Error = Error;

    /// The score follows from the tail probability and the floor, except where the probability is too small to be told from
    /// 0 and there is no floor. It is compared with some slack, for formats that do not keep every digit.
    fn try_from(SavedItScore { nats, tail_probability, floor, saturated }: SavedItScore) -> Result<Self> {
        const SMALLEST_TOLD_APART: f64 = 1e-290;
        check_floor(floor)?;
        let invalid =
            |name, requirement, found: f64| Error::InvalidParameter { name, requirement, found: found.to_string() };
        if !(0.0..=1.0).contains(&tail_probability) {
            return Err(invalid("the tail probability of a saved score", "in [0, 1]", tail_probability));
        }
        let follows = if floor > 0.0 || tail_probability > SMALLEST_TOLD_APART {
            let expected = (-ln_with_floor(tail_probability, floor)).max(0.0);
            (nats - expected).abs() <= 1e-9 * expected.max(1.0)
        } else {
            nats >= -SMALLEST_TOLD_APART.ln() - 1.0 && nats.is_finite()
        };
        if !follows {
            return Err(invalid("a saved score", "that of its tail probability and floor", nats));
        }
        if saturated != (floor > 0.0 && is_saturated(tail_probability, floor)) {
            let requirement = "saturated exactly if its tail probability is no larger than its floor";
            return Err(invalid("a saved score", requirement, nats));
        }
        Ok(Self { nats, tail_probability, floor, saturated })
    }
}

impl fmt::Display for ItScore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let precision = formatter.precision().unwrap_or(2);
        let saturated = if self.saturated { " (at its ceiling)" } else { "" };
        write!(formatter, "{:.precision$} nats{saturated}", self.nats)
    }
}

/// Turns the scores of any anomaly detector into information-theoretic scores, by how rare they are among
/// those of reference samples.
///
/// ```
/// use etiology::score::ItScorer;
///
/// let reference: Vec<f64> = (0..1000).map(f64::from).collect();
/// let scorer = ItScorer::calibrate(&reference)?;
/// assert!((scorer.score(900.0)?.nats() - 10_f64.ln()).abs() < 0.01);
/// assert!(scorer.score(1e6)?.is_saturated());
/// # Ok::<(), etiology::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ItScorer {
    sorted: Vec<f64>,
    floor: f64,
    /// The reference scores with a modelled upper tail.
    tailed: Option<NoiseDistribution>,
}

impl ItScorer {
    /// Learns what scores are normal. Larger ones must mean more anomalous. The floor is 1/(2n) for n reference
    /// scores, which makes the score −ln((k + ½)/(n + ½)) where k of them are at least as large. Costs O(n log n).
    ///
    /// # Errors
    /// When there are no reference scores or one is NaN.
    pub fn calibrate(reference: &[f64]) -> Result<Self> {
        if reference.is_empty() {
            return Err(Error::Empty { what: "the list of reference scores".to_owned(), expected: "score" });
        }
        if let Some(&found) = reference.iter().find(|score| score.is_nan()) {
            return Err(Error::NonFiniteValue { what: "a reference score".to_owned(), found });
        }
        let mut sorted = reference.to_vec();
        sorted.sort_by(f64::total_cmp);
        let floor = 0.5 / sorted.len() as f64;
        Ok(Self { sorted, floor, tailed: None })
    }

    /// Sets the floor ε.
    ///
    /// # Errors
    /// When it is outside \[0, 1).
    pub fn with_floor(self, floor: f64) -> Result<Self> {
        check_floor(floor)?;
        Ok(Self { floor, ..self })
    }

    /// Models the scores beyond a high threshold by a tail, so that with a floor of 0 those beyond all reference scores
    /// are told apart. Where the tail cannot be fitted, as with fewer than 40 reference scores, nothing changes; see
    /// [`TailConfig`].
    ///
    /// # Errors
    /// When a reference score is infinite.
    ///
    /// ```
    /// use etiology::noise::Tail;
    /// use etiology::score::ItScorer;
    ///
    /// let reference: Vec<f64> = (1..1000).map(|i| -(f64::from(i) / 1000.0).ln()).collect();
    /// let scorer = ItScorer::calibrate(&reference)?.with_tail(Tail::Exponential)?.with_floor(0.0)?;
    /// assert!(scorer.score(1000.0)?.nats() > scorer.score(500.0)?.nats() + 400.0);
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn with_tail(self, tail: Tail) -> Result<Self> {
        let config = TailConfig::default().with_lower(Tail::None).with_upper(tail);
        let tailed = NoiseFamily::Tailed(config).fit(&self.sorted, "the list of reference scores")?;
        Ok(Self { tailed: Some(tailed), ..self })
    }

    /// The information-theoretic score of a detector's score. Costs O(log n).
    ///
    /// # Errors
    /// When the score is NaN, or it exceeds all reference scores, no tail is modelled and the floor is 0.
    pub fn score(&self, score: f64) -> Result<ItScore> {
        if score.is_nan() {
            return Err(Error::NonFiniteValue { what: "the detector's score".to_owned(), found: score });
        }
        if let Some(tailed) = &self.tailed {
            return ItScore::from_log_tail_probability(tailed.log_survival(score), self.floor);
        }
        let smaller = self.sorted.partition_point(|&reference| reference < score);
        let tail_probability = (self.sorted.len() - smaller) as f64 / self.sorted.len() as f64;
        ItScore::from_tail_probability(tail_probability, self.floor)
    }
}

/// The information-theoretic score of a detector's score among those of reference samples; see [`ItScorer`], which
/// is faster for many scores.
///
/// # Errors
/// When there are no reference scores or any score is NaN.
///
/// ```
/// // 1 of 4 reference scores is at least as large: −ln((1 + ½)/(4 + ½)) = ln 3.
/// assert!((etiology::score::it_score(&[1.0, 2.0, 3.0, 9.0], 5.0)?.nats() - 3_f64.ln()).abs() < 1e-12);
/// # Ok::<(), etiology::Error>(())
/// ```
pub fn it_score(reference: &[f64], score: f64) -> Result<ItScore> {
    ItScorer::calibrate(reference)?.score(score)
}

/// ln((q + ε)/(1 + ε)): a score with its sign turned, the value of a coalition.
pub(crate) fn ln_with_floor(tail_probability: f64, floor: f64) -> f64 {
    LnWithFloor::new(floor).of(tail_probability)
}

/// [`ln_with_floor`] of many probabilities with the same floor.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LnWithFloor {
    floor: f64,
    ln_of_all: f64,
}

impl LnWithFloor {
    pub(crate) fn new(floor: f64) -> Self {
        Self { floor, ln_of_all: floor.ln_1p() }
    }

    pub(crate) fn of(self, tail_probability: f64) -> f64 {
        (tail_probability + self.floor).ln() - self.ln_of_all
    }
}

/// Whether the floor rather than the tail probability decides the score.
pub(crate) fn is_saturated(tail_probability: f64, floor: f64) -> bool {
    tail_probability <= floor && floor > 0.0
}

/// Checks that a floor lies in [0, 1).
pub(crate) fn check_floor(floor: f64) -> Result<()> {
    if (0.0..1.0).contains(&floor) {
        return Ok(());
    }
    Err(Error::InvalidParameter { name: "the floor", requirement: "in [0, 1)", found: floor.to_string() })
}
