//! What is asked of the target's distribution.

use std::fmt;
use std::sync::Arc;

use serde::ser::Error as _;
use serde::{Deserialize, Serialize, Serializer};

use crate::error::{Error, Result};

/// A number that is made of samples of the target, each equally likely.
pub type CustomFunctional = Arc<dyn Fn(&[f64]) -> f64 + Send + Sync>;

/// What of the target's distribution has changed.
///
/// ψ(P_T) − ψ(P) is split for the first four and a closure, with P the old distribution of the target and P_T that with the new
/// mechanisms of the nodes T; and the divergence D(P, P_T) for the others, which is 0 where nothing changed.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
#[doc(alias = "difference_estimation_func")]
pub enum Functional {
    /// The mean, in the target's unit; the default.
    #[default]
    #[doc(alias = "means_difference")]
    Mean,
    /// The variance (the mean square, 1/n), in the target's unit squared.
    Variance,
    /// The quantile of this probability, within (0, 1), in the target's unit: the smallest y with P{Y ≤ y} at least that large. Of samples
    /// it is interpolated between two of them.
    Quantile(f64),
    /// P{Y > t} for this threshold t, in the target's unit.
    AboveThreshold(f64),
    /// The divergence of Kullback and Leibler KL(P ‖ P_T) = E_P ln(p/p_T), in nats. See `docs/method.md` for how densities of samples are
    /// estimated, and what is lost by that.
    #[doc(alias = "estimate_kl_divergence_continuous_clf")]
    #[doc(alias = "auto_estimate_kl_divergence")]
    KullbackLeibler,
    /// The divergence of Jensen and Shannon, (KL(P ‖ M) + KL(P_T ‖ M))/2 with M the mixture of both, in nats: at most ln 2.
    JensenShannon,
    /// The distance of Wasserstein of order 1, ∫ |F − F_T|, in the target's unit: the mean way that probability has to be moved.
    #[doc(alias = "earth_mover")]
    Wasserstein,
    /// Any function of samples of the target (the codes of its levels for a category), each equally likely; in no order. It has to be
    /// pure: the same samples always give the same number.
    #[serde(skip_deserializing, serialize_with = "refuse_closure")]
    Custom(CustomFunctional),
}

fn refuse_closure<S: Serializer>(_: &CustomFunctional, _: S) -> Result<S::Ok, S::Error> {
    Err(S::Error::custom("a functional given as a closure is code and cannot be serialised; name one of the others"))
}

impl Functional {
    /// A closure over samples of the target.
    pub fn custom(function: impl Fn(&[f64]) -> f64 + Send + Sync + 'static) -> Self {
        Self::Custom(Arc::new(function))
    }

    /// Whether it compares two distributions, so that the old one by itself has no value.
    pub(crate) fn is_divergence(&self) -> bool {
        matches!(self, Self::KullbackLeibler | Self::JensenShannon | Self::Wasserstein)
    }

    /// Whether it makes sense of categories.
    pub(super) fn takes_categories(&self) -> bool {
        matches!(self, Self::KullbackLeibler | Self::JensenShannon | Self::Custom(_))
    }

    pub(super) fn check(&self) -> Result<()> {
        match *self {
            Self::Quantile(p) if !(p > 0.0 && p < 1.0) => Err(Error::InvalidParameter {
                name: "the probability of the quantile whose change is asked for",
                requirement: "above 0 and below 1",
                found: p.to_string(),
            }),
            Self::AboveThreshold(threshold) if !threshold.is_finite() => Err(Error::InvalidParameter {
                name: "the threshold of the change",
                requirement: "a finite number",
                found: threshold.to_string(),
            }),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Functional {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mean => formatter.write_str("mean"),
            Self::Variance => formatter.write_str("variance"),
            Self::Quantile(p) => write!(formatter, "{p} quantile"),
            Self::AboveThreshold(threshold) => write!(formatter, "probability above {threshold}"),
            Self::KullbackLeibler => formatter.write_str("Kullback-Leibler divergence"),
            Self::JensenShannon => formatter.write_str("Jensen-Shannon divergence"),
            Self::Wasserstein => formatter.write_str("Wasserstein distance"),
            Self::Custom(_) => formatter.write_str("custom functional"),
        }
    }
}

impl fmt::Debug for Functional {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}
