//! What a change is, from draws of plain code that has nothing to do with the library's.

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

/// So many independent repetitions tell how far off the truth is.
pub(super) const REPETITIONS: usize = 8;
/// The cells that densities are held in: the first begins here, and all are so wide.
const LOW: f64 = -8.0;
const WIDTH: f64 = 0.02;
const CELLS: usize = 2_500;

/// x → y, and both → z: the mechanisms of one model.
#[derive(Clone, Copy)]
pub(super) struct Mechanisms {
    /// The mean of x, which is exponential.
    pub(super) mean: f64,
    /// y = slope · x + sin(2x)/2 + noise, uniform from −1 to so much.
    pub(super) slope: f64,
    pub(super) high: f64,
    /// z = factor · max(x, y) + cos(xy)/2 + shift + noise, normal with so large a standard deviation.
    pub(super) factor: f64,
    pub(super) shift: f64,
    pub(super) std_dev: f64,
}

impl Mechanisms {
    pub(super) fn y(&self, x: f64) -> f64 {
        self.slope * x + 0.5 * (2.0 * x).sin()
    }

    pub(super) fn z(&self, x: f64, y: f64) -> f64 {
        self.factor * x.max(y) + 0.5 * (x * y).cos() + self.shift
    }
}

/// The share of z in every cell.
pub(super) struct Density(Vec<f64>);

/// The densities of z where those of x, y and z by their bits have the new mechanisms, from so many draws of x and y; the noise of z is
/// integrated. Draws are spread over the cells of a square, one in each, at random within it.
pub(super) fn densities(old: &Mechanisms, new: &Mechanisms, draws: usize, seed: u64) -> Vec<Density> {
    let side = (draws as f64).sqrt() as usize;
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    let mut located = vec![vec![0.0; CELLS]; 8];
    for cell in 0..side * side {
        let mut within = |place: usize| (place as f64 + generator.random::<f64>()) / side as f64;
        let (u, v) = (within(cell / side), within(cell % side));
        for (set, located) in located.iter_mut().enumerate() {
            let of = |bit: usize| if set >> bit & 1 == 1 { new } else { old };
            let x = -of(0).mean * (-u).ln_1p();
            let y = of(1).y(x) + (of(1).high + 1.0) * v - 1.0;
            let place = ((of(2).z(x, y) - LOW) / WIDTH - 0.5).clamp(0.0, CELLS as f64 - 2.0);
            let (below, share) = (place as usize, place.fract());
            located[below] += 1.0 - share;
            located[below + 1] += share;
        }
    }
    let blurred = |(set, located): (usize, Vec<f64>)| {
        let std_dev = if set >> 2 & 1 == 1 { new.std_dev } else { old.std_dev };
        let reach = (9.0 * std_dev / WIDTH) as usize;
        let kernel: Vec<f64> =
            (0..=2 * reach).map(|at| (-0.5 * ((at as f64 - reach as f64) * WIDTH / std_dev).powi(2)).exp()).collect();
        let mut density = vec![0.0; CELLS + 2 * reach];
        for (from, &weight) in located.iter().enumerate().filter(|(_, weight)| **weight > 0.0) {
            density[from..].iter_mut().zip(&kernel).for_each(|(sum, kernel)| *sum += weight * kernel);
        }
        let sum: f64 = density.iter().sum();
        Density(density[reach..reach + CELLS].iter().map(|share| share / sum).collect())
    };
    located.into_iter().enumerate().map(blurred).collect()
}

impl Density {
    fn mean_of(&self, function: impl Fn(f64) -> f64) -> f64 {
        self.0.iter().enumerate().map(|(cell, share)| share * function(LOW + (cell as f64 + 0.5) * WIDTH)).sum()
    }

    pub(super) fn mean(&self) -> f64 {
        self.mean_of(|z| z)
    }

    pub(super) fn variance(&self) -> f64 {
        let mean = self.mean();
        self.mean_of(|z| (z - mean).powi(2))
    }

    pub(super) fn above(&self, threshold: f64) -> f64 {
        self.mean_of(|z| f64::from(u8::from(z > threshold)))
    }

    pub(super) fn quantile(&self, p: f64) -> f64 {
        let mut below = 0.0;
        for (cell, share) in self.0.iter().enumerate() {
            if below + share >= p {
                return LOW + (cell as f64 + (p - below) / share) * WIDTH;
            }
            below += share;
        }
        f64::NAN
    }

    /// The mean of the largest tenth.
    pub(super) fn mean_of_largest(&self) -> f64 {
        let from = self.quantile(0.9);
        from + 10.0 * self.mean_of(|z| (z - from).max(0.0))
    }

    pub(super) fn kullback_leibler(&self, other: &Self) -> f64 {
        // Beyond nine standard deviations of the last noise there is nothing in either.
        let pairs = self.0.iter().zip(&other.0).filter(|(p, q)| **p > 0.0 && **q > 0.0);
        pairs.map(|(p, q)| p * (p / q).ln()).sum()
    }

    pub(super) fn jensen_shannon(&self, other: &Self) -> f64 {
        let middle = Self(self.0.iter().zip(&other.0).map(|(p, q)| 0.5 * (p + q)).collect());
        0.5 * (self.kullback_leibler(&middle) + other.kullback_leibler(&middle))
    }

    pub(super) fn wasserstein(&self, other: &Self) -> f64 {
        let (mut difference, mut sum) = (0.0_f64, 0.0);
        for (p, q) in self.0.iter().zip(&other.0) {
            difference += p - q;
            sum += difference.abs() * WIDTH;
        }
        sum
    }
}
