//! The estimate of a family from values.

use super::choice::{FamilyChoice, most_likely};
use super::family::{Location, NoiseFamily};
use super::likelihood;
use crate::noise::check::finite;
use crate::noise::distribution::NoiseDistribution;
use crate::noise::families::{
    EmpiricalDistribution, ExponentialNoise, GammaNoise, LARGEST_GAMMA_SHAPE, LogNormalNoise, TailedDistribution,
};
use crate::numeric::moments;
use crate::{Error, Result};

impl NoiseFamily {
    /// The member of this family under which `values` are most likely: its maximum-likelihood estimate.
    ///
    /// `values` are in the node's unit; `what` says what they are in error messages, such as "the noise of node `db`".
    /// Locations are never estimated except as [`Location::SmallestValue`]: for gamma and log-normal distributions the
    /// likelihood need not have a maximum in the location. Cost: O(n), for the empirical family O(n log n).
    ///
    /// # Errors
    ///
    /// - [`Error::Empty`] without values, [`Error::NonFiniteValue`] for NaN or an infinity;
    /// - for every family but the empirical and the tailed, [`Error::TooFewRows`] for a single value and [`Error::ConstantValues`]
    ///   if all are equal (use [`NoiseDistribution::constant`] where that is meant);
    /// - [`Error::OutsideSupport`] for a value below the location (gamma and log-normal: at or below), and for values
    ///   so close together, seen from the location, that a gamma distribution's shape would exceed 1e4;
    /// - [`Error::InvalidParameter`] for a location that is not finite, a share of a tail outside (0, ¼], or where an estimate overflows.
    pub fn fit(&self, values: &[f64], what: &str) -> Result<NoiseDistribution> {
        check_values(values, what)?;
        if !matches!(self, Self::Empirical | Self::Tailed(_)) {
            check_spread(values, what)?;
        }
        let (low, high) = moments::range(values);
        match *self {
            Self::Empirical => NoiseDistribution::empirical(values),
            Self::Normal => {
                let (mean, std_dev) = likelihood::normal(values);
                NoiseDistribution::normal(mean, std_dev)
            }
            Self::HalfNormal { location } => {
                let location = self.start(location, low, what)?;
                NoiseDistribution::half_normal(location, likelihood::half_normal_scale(values, location))
            }
            Self::Exponential { location } => {
                let location = self.start(location, low, what)?;
                let scale = likelihood::exponential_scale(values, location);
                ExponentialNoise::new(location, scale).map(NoiseDistribution::Exponential)
            }
            Self::Gamma { location } => self.fit_gamma(values, location, low, what),
            Self::LogNormal { location } => {
                self.check_above(location, low, what)?;
                let (mu, sigma) = likelihood::log_normal(values, location);
                LogNormalNoise::new(location, mu, sigma).map(NoiseDistribution::LogNormal)
            }
            Self::Uniform => NoiseDistribution::uniform(low, high),
            Self::MostLikely => Self::choose(values, what).map(|choice| choice.distribution),
            Self::Tailed(config) => {
                let observed = EmpiricalDistribution::new(values.to_vec())?;
                let [lower, upper] = config.fit(observed.values())?;
                TailedDistribution::new(observed, lower, upper).map(NoiseDistribution::Tailed)
            }
        }
    }

    /// Fits every parametric family whose range holds the values, from 0 upwards or over all numbers, and chooses the one
    /// with the smallest Schwarz criterion,
    ///
    /// ```text
    /// BIC = parameters · ln n − 2 · ln(likelihood)
    /// ```
    ///
    /// (G. Schwarz, "Estimating the dimension of a model", Annals of Statistics 6, 1978). With ever more values it finds
    /// the true family if that is among them, and of nested ones the smallest (exponential rather than gamma), which
    /// Akaike's criterion does not. Families with equally many parameters are ranked by likelihood alone.
    ///
    /// Candidates are exponential, half-normal, gamma and log-normal noise from 0, and normal noise. Uniform noise is
    /// none: it makes any later value beyond the data impossible. Empirical and tailed noise have atoms, so no
    /// density and no likelihood that could be compared: fit them where no family fits well. Costs O(n).
    ///
    /// # Errors
    ///
    /// The errors of [`fit`](Self::fit) for normal noise, which name the values as `what` says. A family whose estimate
    /// overflows is passed over.
    ///
    /// ```
    /// use etiology::NoiseFamily;
    ///
    /// let latencies: Vec<f64> = (1..200).map(|i| -20.0 * (f64::from(i) / 200.0).ln()).collect();
    /// let choice = NoiseFamily::choose(&latencies, "the noise of node `db`")?;
    /// assert_eq!(choice.distribution.family_name(), "exponential");
    /// assert!(choice.scores[0].criterion < choice.scores[1].criterion);
    /// # Ok::<(), etiology::Error>(())
    /// ```
    #[doc(alias = "find_suitable_continuous_distribution")]
    pub fn choose(values: &[f64], what: &str) -> Result<FamilyChoice> {
        most_likely(values, |family| family.fit(values, what))
    }

    fn fit_gamma(&self, values: &[f64], location: f64, low: f64, what: &str) -> Result<NoiseDistribution> {
        self.check_above(location, low, what)?;
        let (shape, scale) = likelihood::gamma(values, location);
        if shape > LARGEST_GAMMA_SHAPE {
            let requirement =
                format!("values must spread over more than 1% of their distance from {location} (use a normal one)");
            return Err(self.outside(what, requirement, low));
        }
        GammaNoise::new(location, shape, scale).map(NoiseDistribution::Gamma)
    }

    /// The location of a family whose smallest value is part of its range.
    pub(super) fn start(&self, location: Location, low: f64, what: &str) -> Result<f64> {
        match location {
            Location::SmallestValue => Ok(low),
            Location::Given(given) if low < finite("the location of a noise family", given)? => {
                Err(self.outside(what, format!("no value may lie below its location {given}"), low))
            }
            Location::Given(given) => Ok(given),
        }
    }

    /// Refuses values at or below the location, for a family whose density is 0 or infinite there.
    fn check_above(&self, location: f64, low: f64, what: &str) -> Result<()> {
        if low <= finite("the location of a noise family", location)? {
            return Err(self.outside(what, format!("all values must lie above its location {location}"), low));
        }
        Ok(())
    }

    fn outside(&self, what: &str, requirement: String, found: f64) -> Error {
        Error::OutsideSupport { what: format!("a {self} distribution of {what}"), requirement, found }
    }
}

fn check_values(values: &[f64], what: &str) -> Result<()> {
    if values.is_empty() {
        return Err(Error::Empty { what: what.to_owned(), expected: "value" });
    }
    match values.iter().position(|value| !value.is_finite()) {
        None => Ok(()),
        Some(position) => Err(Error::NonFiniteValue {
            what: format!("the value at position {position} of {what}"),
            found: values[position],
        }),
    }
}

/// One value, or several equal ones, tell nothing of a spread.
fn check_spread(values: &[f64], what: &str) -> Result<()> {
    if values.len() < 2 {
        return Err(Error::TooFewRows { what: what.to_owned(), needed: 2, found: values.len() });
    }
    let (low, high) = moments::range(values);
    if low == high {
        return Err(Error::ConstantValues { what: what.to_owned(), value: low, count: values.len() });
    }
    Ok(())
}
