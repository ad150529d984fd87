//! Feature maps: in which sense a value is extreme.

use std::fmt;
use std::sync::Arc;

use serde::ser::Error as _;
use serde::{Deserialize, Serialize, Serializer};

use super::region::OutlierRegion;
use crate::error::{Error, Result};
use crate::noise::{EmpiricalDistribution, NoiseDistribution};

/// In which sense a value of the target is extreme: the function g of the score −ln P{g(X) ≥ g(x)}.
///
/// The scalar ones become an [`OutlierRegion`] with the help of the target's reference values (its training values,
/// or draws from a model that was given without data).
#[doc(alias = "AnomalyScorer")]
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FeatureMap {
    /// g(x) = x: large values are extreme. The region is {y ≥ x}.
    UpperTail,
    /// g(x) = −x: small values are extreme. The region is {y ≤ x}.
    LowerTail,
    /// g(x) = |x − median|, with the median of the reference values. The default: it needs no direction, and
    /// orders all values beyond the reference.
    #[default]
    #[doc(alias = "MedianDeviationScorer")]
    DistanceFromMedian,
    /// g(x) = −min(P{X > x} + P{X = x}/2, P{X < x} + P{X = x}/2) over the reference values: how far out x is on
    /// its side, so that both tails count alike however skewed the distribution. The default of the reference
    /// implementation.
    ///
    /// For a value beyond all reference values on its side, the region's other part begins just beyond all of
    /// them on the other. So scores of ever further values level off at the probability of that other part, also where
    /// noises have modelled tails: there any other map is the better choice.
    #[doc(alias = "MedianCDFQuantileScorer")]
    #[doc(alias = "RescaledMedianCDFQuantileScorer")]
    TwoSidedQuantile,
    /// g(x) = |x − mean| / standard deviation, of the reference values.
    #[doc(alias = "MeanDeviationScorer")]
    ZScore,
    /// Any function, larger for more extreme values; see [`custom`](Self::custom).
    #[serde(skip_deserializing, serialize_with = "refuse_closure")]
    Custom(CustomFeature),
}

/// A function of the target's value, larger for more extreme ones.
pub type CustomFeature = Arc<dyn Fn(f64) -> f64 + Send + Sync>;

fn refuse_closure<S: Serializer>(_: &CustomFeature, _: S) -> Result<S::Ok, S::Error> {
    Err(S::Error::custom("a feature map given as a closure is code and cannot be serialised; name one of the others"))
}

/// How many quantiles stand for a distribution under a custom feature map.
const QUANTILES: usize = 10_000;

/// Whether a value is at least as extreme as the observed one.
#[derive(Clone)]
pub(crate) enum OutlierTest {
    Region(OutlierRegion),
    Custom {
        feature: CustomFeature,
        threshold: f64,
    },
    /// Whether it is the same class, by its code: the feature map 1{y = observed}.
    Class(f64),
}

impl FeatureMap {
    /// A feature map given as a closure, larger for more extreme values. It must be pure and never return NaN.
    #[doc(alias = "InverseDensityScorer")]
    #[doc(alias = "RankBasedAnomalyScorer")]
    pub fn custom(feature: impl Fn(f64) -> f64 + Send + Sync + 'static) -> Self {
        Self::Custom(Arc::new(feature))
    }

    /// The values at least as extreme as `observed`; nothing for a custom feature map, which need not give a region.
    pub fn outlier_region(&self, reference: &NoiseDistribution, observed: f64) -> Option<OutlierRegion> {
        self.region_or_custom(reference, observed).ok()
    }

    pub(crate) fn outlier_test(&self, reference: &NoiseDistribution, observed: f64) -> Result<OutlierTest> {
        match self.region_or_custom(reference, observed) {
            Ok(region) => Ok(OutlierTest::Region(region)),
            Err(feature) => {
                let threshold = checked(feature.as_ref(), observed)?;
                Ok(OutlierTest::Custom { feature: Arc::clone(feature), threshold })
            }
        }
    }

    fn region_or_custom(&self, reference: &NoiseDistribution, observed: f64) -> Result<OutlierRegion, &CustomFeature> {
        match self {
            Self::UpperTail => Ok(OutlierRegion::upper_tail(observed)),
            Self::LowerTail => Ok(OutlierRegion::lower_tail(observed)),
            Self::DistanceFromMedian => Ok(around(reference.median(), observed)),
            Self::TwoSidedQuantile => Ok(match reference {
                NoiseDistribution::Empirical(reference) => beyond_ranks(reference, observed),
                continuous => beyond_quantiles(continuous, observed),
            }),
            Self::ZScore => Ok(around(reference.mean(), observed)),
            Self::Custom(feature) => Err(feature),
        }
    }
}

impl OutlierTest {
    /// The probability of values at least as extreme as the observed one.
    pub(crate) fn probability(&self, distribution: &NoiseDistribution) -> Result<f64> {
        if let Self::Region(region) = self {
            return Ok(region.probability(distribution));
        }
        if let &Self::Class(class) = self {
            return Ok((distribution.cdf(class) + distribution.survival(class) - 1.0).max(0.0));
        }
        if let NoiseDistribution::Empirical(reference) = distribution {
            let values = reference.values();
            return Ok(self.count(values)? as f64 / values.len() as f64);
        }
        // A custom feature map has no inverse: values at evenly spaced probabilities stand for the distribution.
        let probabilities = (0..QUANTILES).map(|place| (place as f64 + 0.5) / QUANTILES as f64);
        let values = probabilities.map(|probability| distribution.quantile(probability)).collect::<Result<Vec<_>>>()?;
        Ok(self.count(&values)? as f64 / QUANTILES as f64)
    }

    /// How many values are at least as extreme as the observed one.
    pub(crate) fn count(&self, values: &[f64]) -> Result<usize> {
        match self {
            Self::Region(region) => Ok(values.iter().map(|&value| usize::from(region.contains(value))).sum()),
            Self::Class(class) => Ok(values.iter().map(|value| usize::from(value == class)).sum()),
            Self::Custom { feature, threshold } => values
                .iter()
                .try_fold(0, |count, &value| Ok(count + usize::from(checked(feature.as_ref(), value)? >= *threshold))),
        }
    }

    /// The test with room for rounding of the values; a custom feature gets none, its scale being unknown.
    pub(crate) fn widened(self, slack: f64) -> Self {
        match self {
            Self::Region(region) => Self::Region(region.widened(slack)),
            other @ (Self::Custom { .. } | Self::Class(_)) => other,
        }
    }

    /// Whether it is one of a region.
    pub(crate) fn is_region(&self) -> bool {
        matches!(self, Self::Region(_))
    }

    /// The test of values plus `shift`; that of a custom feature stays as it is.
    pub(crate) fn shifted_by(self, shift: f64) -> Self {
        match self {
            Self::Region(region) => Self::Region(region.shifted_by(shift)),
            other @ (Self::Custom { .. } | Self::Class(_)) => other,
        }
    }

    /// The test for values between these bounds.
    pub(crate) fn within(self, bounds: (f64, f64)) -> Self {
        match self {
            Self::Region(region) => Self::Region(region.within(bounds)),
            other @ (Self::Custom { .. } | Self::Class(_)) => other,
        }
    }
}

fn checked(feature: &(dyn Fn(f64) -> f64 + Send + Sync), input: f64) -> Result<f64> {
    let extremeness = feature(input);
    if extremeness.is_nan() {
        return Err(Error::ClosureNotANumber { what: "the custom feature map", input });
    }
    Ok(extremeness)
}

/// {y : |y − centre| ≥ |observed − centre|}, with the observed value itself as one bound, to the bit.
fn around(centre: f64, observed: f64) -> OutlierRegion {
    let mirrored = centre + (centre - observed);
    OutlierRegion::two_sided(observed.min(mirrored), observed.max(mirrored))
}

/// The region of the two-sided quantile for a continuous reference; see [`FeatureMap::TwoSidedQuantile`].
fn beyond_quantiles(reference: &NoiseDistribution, observed: f64) -> OutlierRegion {
    let (below, above) = (reference.cdf(observed), reference.survival(observed));
    if above.min(below) == 0.0 {
        // Beyond the range: nothing on the other side is as impossible.
        return if above <= below { OutlierRegion::upper_tail(observed) } else { OutlierRegion::lower_tail(observed) };
    }
    // Both probabilities lie in [0, 1], for which there is a quantile.
    let quantile = |probability| reference.quantile(probability).unwrap_or(observed);
    if above <= below {
        OutlierRegion::two_sided(quantile(above).min(observed), observed)
    } else {
        OutlierRegion::two_sided(observed, quantile(1.0 - below).max(observed))
    }
}

/// The region of the two-sided quantile for reference values; see [`FeatureMap::TwoSidedQuantile`].
///
/// Ranks are compared as whole numbers, so that ties are ties: `rank` is n·(P{X < y} + P{X ≤ y}), the mirror image of a
/// rank r is 2n − r.
fn beyond_ranks(reference: &EmpiricalDistribution, observed: f64) -> OutlierRegion {
    let sorted = reference.values();
    let (smallest, largest) = (sorted[0], sorted[sorted.len() - 1]);
    let rank = |y: f64| sorted.partition_point(|&value| value < y) + sorted.partition_point(|&value| value <= y);
    let observed_rank = rank(observed);
    let mirrored_rank = 2 * sorted.len() - observed_rank;
    // Just beyond all reference values, by far more than rounding and far less than any difference that matters.
    let hair = 1e-9 * (largest - smallest) + 1e-12 * smallest.abs().max(largest.abs());
    if observed_rank >= mirrored_rank {
        let as_extreme = sorted.partition_point(|&value| rank(value) <= mirrored_rank);
        let lower = if as_extreme == 0 { smallest - hair } else { sorted[as_extreme - 1] };
        OutlierRegion::two_sided(lower.min(observed), observed)
    } else {
        let less_extreme = sorted.partition_point(|&value| rank(value) < mirrored_rank);
        let upper = sorted.get(less_extreme).copied().unwrap_or(largest + hair);
        OutlierRegion::two_sided(observed, upper.max(observed))
    }
}

impl fmt::Debug for FeatureMap {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::UpperTail => "UpperTail",
            Self::LowerTail => "LowerTail",
            Self::DistanceFromMedian => "DistanceFromMedian",
            Self::TwoSidedQuantile => "TwoSidedQuantile",
            Self::ZScore => "ZScore",
            Self::Custom(_) => "Custom",
        })
    }
}
