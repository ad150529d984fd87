//! Distributions without a closed form, put on a circle of lattice points.

use crate::noise::distribution::NoiseDistribution;

/// How many values of a cell are added up at a time.
const LANES: usize = 4;

/// The distribution of `count` equally likely values on a circle of lattice points, the first of them at 0:
/// each is spread over the four points around it with the weights of cubic (Lagrange) interpolation.
pub(super) fn interpolated(values: impl Iterator<Item = f64>, count: usize, period: f64, points: usize) -> Vec<f64> {
    let density = points as f64 / period;
    let mut masses = round(points);
    let mut cell = Cell::default();
    for value in values {
        let place = value * density + points as f64;
        let below = place as u32;
        if below != cell.below {
            cell.spread(&mut masses, points);
            cell = Cell { below, powers: [0.0; 4] };
        }
        cell.add(place - f64::from(below));
    }
    cell.spread(&mut masses, points);
    on_circle(&masses, count, points)
}

/// The same of factor · value + shift for values in ascending order, which takes a fraction of the time: a cell's values follow one
/// another, and are added up several at a time.
pub(super) fn interpolated_in_order(
    ascending: &[f64],
    (factor, shift): (f64, f64),
    count: usize,
    period: f64,
    points: usize,
) -> Vec<f64> {
    let density = points as f64 / period;
    let mut masses = round(points);
    let place = |value: f64| (factor * value + shift) * density + points as f64;
    let mut rest = ascending;
    while let Some(&first) = rest.first() {
        let below = place(first) as u32;
        let (of_cell, others) = rest.split_at(leading(rest, |value| place(value) as u32 == below));
        let mut lanes = [[0.0; LANES]; 3];
        let at_once = of_cell.chunks_exact(LANES);
        let mut cell = Cell { below, powers: [0.0; 4] };
        at_once.remainder().iter().for_each(|&value| cell.add(place(value) - f64::from(below)));
        for values in at_once {
            for (lane, &value) in values.iter().enumerate() {
                let f = place(value) - f64::from(below);
                lanes[0][lane] += f;
                lanes[1][lane] += f * f;
                lanes[2][lane] += f * f * f;
            }
        }
        cell.powers[0] = of_cell.len() as f64;
        cell.powers[1..].iter_mut().zip(lanes).for_each(|(power, lanes)| *power += lanes.iter().sum::<f64>());
        cell.spread(&mut masses, points);
        rest = others;
    }
    on_circle(&masses, count, points)
}

/// How many of the first values have a property that none has after the first without; the first value has it. Costs the logarithm of
/// that number.
fn leading(values: &[f64], has: impl Fn(f64) -> bool) -> usize {
    let mut reach = 1;
    while values.get(reach).is_some_and(|&value| has(value)) {
        reach *= 2;
    }
    let known = reach / 2;
    known + values[known..values.len().min(reach)].partition_point(|&value| has(value))
}

/// Room for one round of the circle and the neighbours at its ends.
fn round(points: usize) -> Vec<f64> {
    vec![0.0; points + 4]
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

    /// Adds the weights of all values, which are cubic in f: so the sums of powers are all that is needed. Values lie within a period of the
    /// mean, so none is below the first round or above the second.
    fn spread(&self, masses: &mut [f64], points: usize) {
        let [one, f, square, cube] = self.powers;
        let weights = [
            square / 2.0 - f / 3.0 - cube / 6.0,
            one - f / 2.0 - square + cube / 2.0,
            f + (square - cube) / 2.0,
            (cube - f) / 6.0,
        ];
        // The point below is the second of the four, so all places are one further on.
        let below = self.below as usize;
        let first = if below < points { below } else { below - points };
        if let Some(around) = masses.get_mut(first..first + 4) {
            around.iter_mut().zip(weights).for_each(|(mass, weight)| *mass += weight);
        }
    }
}

/// A round of the circle, with one point before the first and three after the last, as shares of `count`.
fn on_circle(masses: &[f64], count: usize, points: usize) -> Vec<f64> {
    let share = 1.0 / count as f64;
    let mut circle: Vec<f64> = masses[1..=points].iter().map(|mass| mass * share).collect();
    circle[points - 1] += masses[0] * share;
    circle.iter_mut().zip(&masses[points + 1..]).for_each(|(mass, after)| *mass += after * share);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_in_order_are_put_where_any_are() {
        let values: Vec<f64> = (0..1000).map(|number: i32| (f64::from(number) / 300.0).powi(3)).collect();
        for (factor, shift) in [(1.0, -10.0), (-0.7, 6.0), (1e-3, 0.0), (0.0, 2.0)] {
            let placed = || values.iter().map(|value| factor * value + shift);
            let expected = interpolated(placed(), values.len(), 100.0, 256);
            let found = interpolated_in_order(&values, (factor, shift), values.len(), 100.0, 256);
            assert!((found.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            for (found, expected) in found.iter().zip(&expected) {
                assert!((found - expected).abs() < 1e-13, "{factor}: {found}, {expected}");
            }
        }
    }

    #[test]
    fn leading_values_are_counted() {
        let values: Vec<f64> = (0..20).map(f64::from).collect();
        for count in 1..=20_u32 {
            assert_eq!(leading(&values, |value| value < f64::from(count)), count as usize);
        }
        assert_eq!(leading(&[1.0], |_| true), 1);
    }
}
