//! Monotone maps between a node's unit and a scale on which noise is added.

use serde::{Deserialize, Serialize};

/// The largest result of [`Link::apply`] whose exponential is still taken; e^700 is about 1e304.
const LARGEST_EXPONENT: f64 = 700.0;

/// A strictly increasing map h from a node's unit to the scale on which its noise is added.
///
/// In the notation of post-nonlinear models, x = g(f(parents) + n), it is h = g⁻¹.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[doc(alias = "InvertibleFunction")]
pub enum Link {
    /// h(x) = x, for every x.
    #[doc(alias = "InvertibleIdentityFunction")]
    Identity,
    /// h(x) = ln x, for x > 0: noise multiplies.
    #[doc(alias = "InvertibleExponentialFunction")]
    Log,
    /// h(x) = ln(1 + x), for x > −1: noise multiplies large values and is added to small ones, and 0 is allowed.
    Log1p,
    /// h(x) = ln(x / (1 − x)), for 0 < x < 1: shares and rates.
    Logit,
}

impl Link {
    /// h(x); NaN outside the domain.
    pub fn apply(self, x: f64) -> f64 {
        if !self.contains(x) {
            return f64::NAN;
        }
        match self {
            Self::Identity => x,
            Self::Log => x.ln(),
            Self::Log1p => x.ln_1p(),
            Self::Logit => x.ln() - (-x).ln_1p(),
        }
    }

    /// h⁻¹(z), finite for every finite z: exponents beyond ±700 count as ±700.
    pub fn invert(self, z: f64) -> f64 {
        let exponent = z.clamp(-LARGEST_EXPONENT, LARGEST_EXPONENT);
        match self {
            Self::Identity => z,
            Self::Log => exponent.exp(),
            Self::Log1p => exponent.exp_m1(),
            // The one of two equal expressions that does not cancel.
            Self::Logit if z < 0.0 => exponent.exp() / (1.0 + exponent.exp()),
            Self::Logit => 1.0 / (1.0 + (-exponent).exp()),
        }
    }

    /// Whether h is defined at x.
    pub fn contains(self, x: f64) -> bool {
        x.is_finite()
            && match self {
                Self::Identity => true,
                Self::Log => x > 0.0,
                Self::Log1p => x > -1.0,
                Self::Logit => x > 0.0 && x < 1.0,
            }
    }

    /// What a value must be, for messages.
    pub(crate) fn requirement(self) -> &'static str {
        match self {
            Self::Identity => "finite",
            Self::Log => "above 0 for the log link",
            Self::Log1p => "above -1 for the log1p link",
            Self::Logit => "between 0 and 1 for the logit link",
        }
    }

    /// What undoing the link makes of a value that is written down already.
    pub(crate) fn describe_inverse(self, linked: &str) -> String {
        match self {
            Self::Identity => linked.to_owned(),
            Self::Log => format!("exp({linked})"),
            Self::Log1p => format!("exp({linked}) - 1"),
            Self::Logit => format!("1 / (1 + exp(-({linked})))"),
        }
    }

    /// The link's name: `identity`, `log`, `log1p` or `logit`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Log => "log",
            Self::Log1p => "log1p",
            Self::Logit => "logit",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINKS: [Link; 4] = [Link::Identity, Link::Log, Link::Log1p, Link::Logit];

    #[test]
    fn inverting_gives_back_every_value_of_the_domain() {
        for link in LINKS {
            for x in [-1e9, -0.999, -1e-9, 0.0, 1e-300, 1e-9, 0.3, 0.5, 0.999_999, 1.0, 17.5, 1e200] {
                if !link.contains(x) {
                    assert!(link.apply(x).is_nan(), "{link:?} {x}");
                    continue;
                }
                let back = link.invert(link.apply(x));
                // ln 1e±300 has an ulp of 1e-13, which an exponential makes a relative error.
                assert!((back - x).abs() <= 2e-13 * x.abs(), "{link:?}: {x} comes back as {back}");
            }
        }
    }

    #[test]
    fn inverses_are_finite_and_never_decrease() {
        for link in LINKS {
            let values: Vec<f64> = (-3000..3000).map(|z| link.invert(f64::from(z))).collect();
            assert!(values.iter().all(|value| value.is_finite()), "{link:?}");
            assert!(values.windows(2).all(|pair| pair[0] <= pair[1]), "{link:?}");
        }
    }

    #[test]
    fn infinities_and_nan_are_in_no_domain() {
        for link in LINKS {
            for x in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                assert!(!link.contains(x) && link.apply(x).is_nan(), "{link:?} {x}");
            }
        }
    }
}
