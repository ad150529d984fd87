//! The estimates that need no more of the values than their mean, spread and range.

use super::family::NoiseFamily;
use crate::Result;
use crate::noise::distribution::NoiseDistribution;
use crate::noise::families::ExponentialNoise;

/// What sums over values, of which at least two differ, say of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ValueMoments {
    pub(crate) mean: f64,
    /// With the divisor n.
    pub(crate) std_dev: f64,
    /// The smallest and the largest value.
    pub(crate) range: (f64, f64),
}

impl NoiseFamily {
    /// Whether mean, spread and range are all that the estimate depends on.
    pub(crate) fn is_told_by_moments(&self) -> bool {
        matches!(self, Self::Normal | Self::Uniform | Self::Exponential { .. } | Self::HalfNormal { .. })
    }

    /// [`fit`](Self::fit) where moments suffice for it; nothing where it needs the values.
    ///
    /// # Errors
    /// As for [`fit`](Self::fit), for a value below the location and estimates that overflow.
    pub(crate) fn fit_to_moments(&self, moments: &ValueMoments, what: &str) -> Option<Result<NoiseDistribution>> {
        let ValueMoments { mean, std_dev, range: (low, high) } = *moments;
        match *self {
            Self::Normal => Some(NoiseDistribution::normal(mean, std_dev)),
            Self::Uniform => Some(NoiseDistribution::uniform(low, high)),
            Self::Exponential { location } => Some(self.start(location, low, what).and_then(|location| {
                ExponentialNoise::new(location, mean - location).map(NoiseDistribution::Exponential)
            })),
            Self::HalfNormal { location } => Some(
                self.start(location, low, what)
                    .and_then(|location| NoiseDistribution::half_normal(location, std_dev.hypot(mean - location))),
            ),
            Self::Empirical | Self::Gamma { .. } | Self::LogNormal { .. } | Self::Tailed(_) | Self::MostLikely => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::Location;
    use crate::numeric::moments;

    #[test]
    fn moments_give_the_estimates_of_the_values() {
        let values: Vec<f64> = (0..200).map(|i| 3.0 + f64::from(i * 37 % 101).sqrt()).collect();
        let mean = moments::mean(&values);
        let std_dev = moments::root_mean_square(&values, mean);
        let moments = ValueMoments { mean, std_dev, range: moments::range(&values) };
        let families = [
            NoiseFamily::Normal,
            NoiseFamily::Uniform,
            NoiseFamily::exponential(),
            NoiseFamily::Exponential { location: Location::SmallestValue },
            NoiseFamily::half_normal(),
            NoiseFamily::HalfNormal { location: Location::Given(2.5) },
        ];
        for family in families {
            let found = family.fit_to_moments(&moments, "noise").unwrap().unwrap();
            let truth = family.fit(&values, "noise").unwrap();
            assert_eq!(found.family_name(), truth.family_name());
            for p in [0.1, 0.5, 0.99] {
                assert!(
                    (found.quantile(p).unwrap() / truth.quantile(p).unwrap() - 1.0).abs() < 1e-12,
                    "{family} at {p}"
                );
            }
        }
        let above = NoiseFamily::Exponential { location: Location::Given(4.0) };
        assert!(above.fit_to_moments(&moments, "noise").unwrap().is_err());
        for family in [NoiseFamily::gamma(), NoiseFamily::Empirical, NoiseFamily::MostLikely] {
            assert!(family.fit_to_moments(&moments, "noise").is_none() && !family.is_told_by_moments());
        }
        assert!(families.iter().all(NoiseFamily::is_told_by_moments));
    }
}
