//! Distributions without a closed form, put on a circle of lattice points.

use crate::noise::distribution::NoiseDistribution;

/// The distribution of `count` equally likely values on a circle of lattice points, the first of them at 0:
/// each is spread over the four points around it with the weights of cubic (Lagrange) interpolation.
pub(super) fn interpolated(values: impl Iterator<Item = f64>, count: usize, period: f64, points: usize) -> Vec<f64> {
    let density = points as f64 / period;
    // Two rounds of the circle and the neighbours at the ends: values lie within a period of the mean, so none is below
    // the first round, and none needs to be taken round the circle.
    let mut masses = vec![0.0; 2 * points + 4];
    let mut cell = Cell::default();
    for value in values {
        let place = value * density + points as f64;
        let below = place as u32;
        if below != cell.below {
            cell.spread(&mut masses);
            cell = Cell { below, powers: [0.0; 4] };
        }
        cell.add(place - f64::from(below));
    }
    cell.spread(&mut masses);
    let share = 1.0 / count as f64;
    masses.iter_mut().for_each(|mass| *mass *= share);
    on_circle(&masses, points)
}

/// The values between two lattice points, as many as follow one another.
#[derive(Default)]
struct Cell {
    /// The lattice point below.
    below: u32,
    /// Σ fᵖ for p = 0, …, 3 of the values' distances f from the point below, in units of the lattice.
    powers: [f64; 4],
}

impl Cell {
    fn add(&mut self, f: f64) {
        let square = f * f;
        self.powers[0] += 1.0;
        self.powers[1] += f;
        self.powers[2] += square;
        self.powers[3] += square * f;
    }

    /// Adds the weights of all values, which are cubic in f: so the sums of powers are all that is needed.
    fn spread(&self, masses: &mut [f64]) {
        let [one, f, square, cube] = self.powers;
        let weights = [
            square / 2.0 - f / 3.0 - cube / 6.0,
            one - f / 2.0 - square + cube / 2.0,
            f + (square - cube) / 2.0,
            (cube - f) / 6.0,
        ];
        // The point below is the second of the four, so all places are one further on.
        let first = self.below as usize;
        if let Some(around) = masses.get_mut(first..first + 4) {
            around.iter_mut().zip(weights).for_each(|(mass, weight)| *mass += weight);
        }
    }
}

/// Two rounds of a circle laid on one another, with one point before the first and three after the second.
fn on_circle(masses: &[f64], points: usize) -> Vec<f64> {
    let (before, rest) = masses.split_at(1);
    let (first_round, rest) = rest.split_at(points);
    let (second_round, after) = rest.split_at(points);
    let mut circle: Vec<f64> = first_round.iter().zip(second_round).map(|(a, b)| a + b).collect();
    circle[points - 1] += before[0];
    circle.iter_mut().zip(after).for_each(|(mass, after)| *mass += after);
    circle
}

/// The probabilities of cells around the lattice points on half a period to either side of the mean; the outermost
/// cells hold what lies beyond.
pub(super) fn integrated(noise: &NoiseDistribution, factor: f64, mean: f64, period: f64, points: usize) -> Vec<f64> {
    let width = period / points as f64;
    let half = points / 2;
    // P{factor · N ≤ y}
    let up_to = |y: f64| if factor > 0.0 { noise.cdf(y / factor) } else { noise.survival(y / factor) };
    let mut masses = vec![0.0; points];
    let mut before = 0.0;
    for cell in 0..points {
        let offset = cell as f64 - half as f64;
        let upper_end = if cell + 1 == points { 1.0 } else { up_to(mean + (offset + 0.5) * width) };
        masses[(cell + points - half) % points] = upper_end - before;
        before = upper_end;
    }
    masses
}
