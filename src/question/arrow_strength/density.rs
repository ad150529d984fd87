//! The density of a noise, of one that was only seen as well.

use crate::noise::{EmpiricalDistribution, NoiseDistribution};
use crate::wording::significant;

/// At most so many values of a noise are kernels; of more, as many quantiles.
const MOST_KERNELS: usize = 1024;

/// Beyond so many bandwidths a kernel is left out.
const REACH: f64 = 6.0;

/// A noise with a density.
#[derive(Debug)]
pub(super) enum Density {
    /// Its own.
    Own(NoiseDistribution),
    /// A smoothed one.
    Kernels(KernelDensity),
}

/// A normal kernel around each value, its logarithm interpolated between knots no more than half a bandwidth apart where there are values.
#[derive(Debug)]
pub(super) struct KernelDensity {
    bandwidth: f64,
    values: (f64, f64),
    knots: Vec<f64>,
    ln: Vec<f64>,
}

impl Density {
    /// The density of a noise; nothing for one that never varies.
    pub(super) fn of(noise: &NoiseDistribution) -> Option<Self> {
        match noise {
            NoiseDistribution::Empirical(seen) => KernelDensity::of(seen).map(Self::Kernels),
            NoiseDistribution::Tailed(noise) => KernelDensity::of(noise.observed()).map(Self::Kernels),
            _ => noise.ln_density(noise.median()).map(|_| Self::Own(noise.clone())),
        }
    }

    /// The natural logarithm of the density.
    pub(super) fn ln(&self, x: f64) -> f64 {
        match self {
            Self::Own(noise) => noise.ln_density(x).unwrap_or(f64::NAN),
            Self::Kernels(kernels) => kernels.ln(x),
        }
    }

    /// By what draws of the noise have to be spread to have the density.
    pub(super) fn bandwidth(&self) -> Option<f64> {
        match self {
            Self::Own(_) => None,
            Self::Kernels(kernels) => Some(kernels.bandwidth),
        }
    }

    /// In words, after "the noise has".
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Own(noise) => format!("its own density, {noise}"),
            Self::Kernels(kernels) => format!(
                "a kernel density for its values, normal with the bandwidth {}, which no error covers",
                significant(kernels.bandwidth)
            ),
        }
    }
}

impl KernelDensity {
    /// The bandwidth is 0.9 · min(standard deviation, interquartile range/1.34) · n^(−1/5) (Silverman, *Density Estimation for Statistics and
    /// Data Analysis*, 1986, section 3.4.2).
    fn of(seen: &EmpiricalDistribution) -> Option<Self> {
        let all = seen.values();
        let quantile = |share: f64| all[((share * all.len() as f64) as usize).min(all.len() - 1)];
        let mean = all.iter().sum::<f64>() / all.len() as f64;
        let std_dev = (all.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / all.len() as f64).sqrt();
        let within = (quantile(0.75) - quantile(0.25)) / 1.34;
        let spread = if within > 0.0 { within.min(std_dev) } else { std_dev };
        let bandwidth = 0.9 * spread * (all.len() as f64).powf(-0.2);
        if !(bandwidth > 0.0 && bandwidth.is_finite()) {
            return None;
        }
        let count = all.len().min(MOST_KERNELS);
        let kernels: Vec<f64> = (0..count).map(|place| quantile((place as f64 + 0.5) / count as f64)).collect();
        let mut knots = Vec::new();
        for &kernel in &kernels {
            for step in -12..=12 {
                let knot = kernel + 0.5 * f64::from(step) * bandwidth;
                if knots.last().is_none_or(|&last| knot > last + 0.25 * bandwidth) {
                    knots.push(knot);
                }
            }
        }
        let unit = count as f64 * bandwidth * (2.0 * std::f64::consts::PI).sqrt();
        let ln_at = |x: f64| {
            let from = kernels.partition_point(|&kernel| kernel < x - REACH * bandwidth);
            let to = kernels.partition_point(|&kernel| kernel <= x + REACH * bandwidth);
            let near = kernels[from..to].iter().map(|kernel| (-0.5 * ((x - kernel) / bandwidth).powi(2)).exp());
            (near.sum::<f64>() / unit).max(f64::MIN_POSITIVE).ln()
        };
        let ln = knots.iter().map(|&knot| ln_at(knot)).collect();
        Some(Self { bandwidth, values: (kernels[0], kernels[count - 1]), knots, ln })
    }

    fn ln(&self, x: f64) -> f64 {
        let (first, last) = (self.knots[0], self.knots[self.knots.len() - 1]);
        let kernel = |x: f64, value: f64| -0.5 * ((x - value) / self.bandwidth).powi(2);
        if x <= first {
            return self.ln[0] + kernel(x, self.values.0) - kernel(first, self.values.0);
        }
        if x >= last {
            return self.ln[self.ln.len() - 1] + kernel(x, self.values.1) - kernel(last, self.values.1);
        }
        let place = self.knots.partition_point(|&knot| knot <= x);
        let share = (x - self.knots[place - 1]) / (self.knots[place] - self.knots[place - 1]);
        self.ln[place - 1] + share * (self.ln[place] - self.ln[place - 1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kernel_density_is_one_and_near_that_of_its_values() {
        let normal = NoiseDistribution::normal(3.0, 2.0).unwrap();
        for count in [50, 3_000] {
            let values: Vec<f64> =
                (0..count).map(|row| normal.quantile((row as f64 + 0.5) / count as f64).unwrap()).collect();
            let density = Density::of(&NoiseDistribution::empirical(&values).unwrap()).unwrap();
            let step = 0.01;
            let mass: f64 = (-3_000..3_000).map(|place| step * density.ln(3.0 + f64::from(place) * step).exp()).sum();
            assert!((mass - 1.0).abs() < 0.01, "{count}: {mass}");
            let peak = density.ln(3.0) - normal.ln_density(3.0).unwrap();
            assert!(peak.abs() < if count == 50 { 0.15 } else { 0.03 }, "{count}: {peak}");
        }
        assert!(Density::of(&NoiseDistribution::constant(1.0).unwrap()).is_none());
        assert!(Density::of(&NoiseDistribution::empirical(&[1.0, 1.0]).unwrap()).is_none());
    }
}
