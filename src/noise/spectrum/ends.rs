//! What characteristic functions are made of at high frequencies, where a distribution's ends, jumps and atoms are all that is
//! left of it.

use rustfft::num_complex::Complex64;

use super::faddeeva::faddeeva;
use super::log_normal::log_normal;
use crate::noise::distribution::NoiseDistribution;

/// The shape from which a gamma density is a hump that has left its end behind.
const HUMP: f64 = 40.0;
/// The standard deviation of the logarithm up to which a log-normal density is such a hump.
const NARROW: f64 = 0.2;

/// A part of a distribution whose characteristic function is Σ share·exp(iu·place) over its ends, times a function that does
/// not turn quickly.
#[derive(Debug, Clone)]
pub(crate) struct SmoothPart {
    pub(crate) fall: Fall,
    /// Places, less the noise's mean, in the target's unit, and their shares.
    pub(crate) ends: Vec<(f64, f64)>,
}

/// A function of the frequency u without quick turns, by which the terms of a series fall.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Fall {
    /// 1: of an atom.
    Never,
    /// The fall of a normal density of this standard deviation.
    Normal(f64),
    /// The fall of a gamma density that begins at the end, or ends there where the scale is negative; beyond the shape [`HUMP`] the end is
    /// its mean.
    Gamma { scale: f64, shape: f64 },
    /// The fall of half a normal density; it lies below the end where the scale is negative.
    HalfNormal(f64),
    /// The fall of a log-normal density, by its factor and its parameters; the end is its mode where it is [`NARROW`].
    LogNormal { factor: f64, mu: f64, sigma: f64 },
    /// 1/(2iuh), of either end of a uniform density of this half width h; the share of the lower one is −1.
    Step(f64),
    /// sin(uh)/(uh), of a uniform density that is so narrow that it does not turn.
    Narrow(f64),
}

impl Fall {
    pub(crate) fn at(self, u: f64) -> Complex64 {
        match self {
            Self::Never => Complex64::ONE,
            Self::Normal(std_dev) => Complex64::from((-0.5 * (u * std_dev).powi(2)).exp()),
            Self::Gamma { scale, shape: 1.0 } => Complex64::new(1.0, -u * scale).inv(),
            Self::Gamma { scale, shape } if shape <= HUMP => Complex64::new(1.0, -u * scale).powf(-shape),
            Self::Gamma { scale, shape } => {
                Complex64::new(1.0, -u * scale).powf(-shape) * Complex64::cis(-u * scale * shape)
            }
            Self::HalfNormal(scale) => faddeeva(u * scale * std::f64::consts::FRAC_1_SQRT_2),
            Self::LogNormal { factor, mu, sigma } => {
                log_normal(factor * u, mu, sigma) * Complex64::cis(-factor * u * hump(mu, sigma))
            }
            Self::Step(half) => Complex64::new(0.0, -0.5 / (u * half)),
            Self::Narrow(half) => Complex64::from(if u * half == 0.0 { 1.0 } else { (u * half).sin() / (u * half) }),
        }
    }

    /// Whether it turns after all from the frequency u on.
    pub(crate) fn turns_beyond(self, u: f64) -> bool {
        matches!(self, Self::Narrow(half) if u * half > 1.0)
    }

    /// The size at the frequency u, and the power of u with which it falls at least from there on.
    ///
    /// They fall ever faster in a plot of logarithms, so that their slope at u bounds them beyond; but that of half a normal
    /// density overshoots 1 and comes back, and that of a uniform one turns.
    pub(crate) fn decay(self, u: f64) -> (f64, f64) {
        const NUDGE: f64 = 1e-3;
        // How far the sine of a uniform density follows its envelope.
        const TURNING: f64 = 1.5;
        match self {
            Self::Never => (1.0, 0.0),
            Self::Step(half) => (0.5 / (u * half), 1.0),
            Self::Narrow(half) if u * half > TURNING => (1.0 / (u * half), 1.0),
            fall => {
                let (size, further) = (fall.at(u).norm(), fall.at(u * (1.0 + NUDGE)).norm());
                // Where rounding is all that is left, there is nothing to bound.
                let order = if size > 1e-13 { (size / further).ln() / NUDGE.ln_1p() } else { 8.0 };
                let most = if matches!(fall, Self::HalfNormal(_) | Self::Narrow(_)) { 1.0 } else { 64.0 };
                (size, order.clamp(0.0, most))
            }
        }
    }
}

/// The size of the characteristic function of factor · N at the frequency u, and the power of u with which it falls from there
/// on; (1, 0) for noise with atoms.
pub(crate) fn decay(noise: &NoiseDistribution, factor: f64, u: f64) -> (f64, f64) {
    if let NoiseDistribution::Uniform(noise) = noise {
        return Fall::Narrow(0.5 * (factor * (noise.high() - noise.low())).abs()).decay(u);
    }
    let parts = smooth_parts(noise, factor, u, 0).unwrap_or_default();
    parts.first().map_or((1.0, 0.0), |part| part.fall.decay(u))
}

/// Up to which half width, times the frequency, the ends of a uniform density are not told apart: they would cancel.
const NEVER_TURNS: f64 = 1e-4;

/// How far above its location a log-normal density has what counts for its end.
fn hump(mu: f64, sigma: f64) -> f64 {
    if sigma <= NARROW { (mu - sigma * sigma).exp() } else { 0.0 }
}

/// The parts of factor · (N − E N), seen from the frequency u; nothing where there are more than so many ends.
pub(crate) fn smooth_parts(noise: &NoiseDistribution, factor: f64, u: f64, most: usize) -> Option<Vec<SmoothPart>> {
    let mean = noise.mean();
    let place = |value: f64| factor * (value - mean);
    let one = |fall: Fall, at: f64| Some(vec![SmoothPart { fall, ends: vec![(place(at), 1.0)] }]);
    let atoms = |values: &[f64], count: usize| {
        let ends = values.iter().map(|&value| (place(value), 1.0 / count as f64)).collect();
        SmoothPart { fall: Fall::Never, ends }
    };
    match noise {
        NoiseDistribution::Constant(noise) => one(Fall::Never, noise.value()),
        NoiseDistribution::Normal(noise) => one(Fall::Normal(factor * noise.std_dev()), noise.mean()),
        NoiseDistribution::HalfNormal(noise) => one(Fall::HalfNormal(factor * noise.scale()), noise.location()),
        NoiseDistribution::Exponential(noise) => {
            one(Fall::Gamma { scale: factor * noise.scale(), shape: 1.0 }, noise.location())
        }
        NoiseDistribution::Gamma(noise) => {
            let shape = noise.shape();
            let end = if shape <= HUMP { noise.location() } else { mean };
            one(Fall::Gamma { scale: factor * noise.scale(), shape }, end)
        }
        NoiseDistribution::LogNormal(noise) => {
            let (mu, sigma) = (noise.mu(), noise.sigma());
            one(Fall::LogNormal { factor, mu, sigma }, noise.location() + hump(mu, sigma))
        }
        NoiseDistribution::Uniform(noise) => {
            let half = 0.5 * (factor * (noise.high() - noise.low())).abs();
            if half * u < NEVER_TURNS {
                return one(Fall::Narrow(half), f64::midpoint(noise.low(), noise.high()));
            }
            let (low, high) = (place(noise.low()), place(noise.high()));
            Some(vec![SmoothPart { fall: Fall::Step(half), ends: vec![(low.max(high), 1.0), (low.min(high), -1.0)] }])
        }
        NoiseDistribution::Empirical(noise) => {
            let values = noise.values();
            (values.len() <= most).then(|| vec![atoms(values, values.len())])
        }
        NoiseDistribution::Tailed(noise) => {
            let count = noise.observed().values().len();
            if count > most || noise.has_heavy_tail() {
                return None;
            }
            let tail = |(sign, threshold, tail): (f64, f64, crate::noise::FittedTail)| SmoothPart {
                fall: Fall::Gamma { scale: factor * sign * tail.scale(), shape: 1.0 },
                ends: vec![(place(threshold), noise.share_of(&tail))],
            };
            Some(std::iter::once(atoms(noise.body(), count)).chain(noise.tails().map(tail)).collect())
        }
    }
}
