//! A polynomial of degree 2 at most, which goes on as itself outside of the training range.

use super::parts::{ParentRange, PolynomialTerm};

/// So many rows stay in the fastest memory with all that is computed of them.
const ROWS: usize = 128;

/// The same function as the expansion at the edge of the training box, in fewer operations.
///
/// Of a quadratic p, p(b) + ∇p(b)·d + ½ dᵀ∇²p d is p(b + d), and ∇p(b) + ∇²p d is ∇p(b + d). So with w = b + d, the point nearest to the
/// parents within reach of the curvature, f = p(w) + ∇p(w)·e: up to there, nothing need be known of the training box. And with scales
/// multiplied into the coefficients, parents need only be centred:
///
/// ```text
/// p(w) = intercept + Σ_j w_j · (slope_j + Σ_{k ≥ j} bend_jk · w_k)
/// ```
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Quadratic {
    intercept: f64,
    parents: Vec<Parent>,
}

#[derive(Debug, Clone, PartialEq)]
struct Parent {
    centre: f64,
    /// How far the curvature reaches, from the centre.
    low: f64,
    high: f64,
    slope: f64,
    /// For this parent and later ones, bends that are not 0.
    bends: Vec<(usize, f64)>,
}

impl Quadratic {
    /// Nothing for a higher degree, or for scales that are so far from 1 that coefficients do not have all their digits.
    pub(super) fn of(intercept: f64, ranges: &[ParentRange], terms: &[PolynomialTerm]) -> Option<Self> {
        let parent = |range: &ParentRange| {
            let (low, high) = range.reach();
            Parent { centre: range.centre, low, high, slope: 0.0, bends: Vec::new() }
        };
        let mut quadratic = Self { intercept, parents: ranges.iter().map(parent).collect() };
        for &PolynomialTerm { coefficient, ref factors } in terms {
            match *factors.as_slice() {
                [] => quadratic.intercept += coefficient,
                [one] => quadratic.parents[one].slope += scaled(coefficient, &[&ranges[one]])?,
                [one, other] => {
                    let bend = scaled(coefficient, &[&ranges[one], &ranges[other]])?;
                    let (first, later) = (one.min(other), one.max(other));
                    let bends = &mut quadratic.parents[first].bends;
                    match bends.iter_mut().find(|(parent, _)| *parent == later) {
                        Some((_, known)) => *known += bend,
                        None => bends.push((later, bend)),
                    }
                }
                _ => return None,
            }
        }
        quadratic.parents.iter().all(|parent| parent.low.is_finite() && parent.high.is_finite()).then_some(quadratic)
    }

    pub(super) fn value(&self, parents: &[f64]) -> f64 {
        let centred = self.parents.iter().zip(parents).map(|(parent, value)| value - parent.centre);
        let steps: Vec<(f64, f64)> = centred.zip(&self.parents).map(|(z, parent)| (parent.within(z), z)).collect();
        let within = |parent: usize| steps[parent].0;
        let mut value = self.intercept;
        for (number, parent) in self.parents.iter().enumerate() {
            let rises = |rise: f64, &(other, bend): &(usize, f64)| rise + bend * within(other);
            value += within(number) * parent.bends.iter().fold(parent.slope, rises);
        }
        for (number, &(within, z)) in steps.iter().enumerate().filter(|(_, (within, z))| within != z) {
            let rises = |rise: f64, (other, bend): (usize, f64)| rise + bend * steps[other].0;
            value += (z - within) * self.bends_of(number).fold(self.parents[number].slope, rises);
        }
        value
    }

    /// The values of all rows. The same operations in the same order as for a single row, and so the same bits.
    pub(super) fn fill(&self, parents: &[&[f64]], values: &mut [f64]) {
        let mut within = vec![0.0; self.parents.len() * ROWS];
        let mut rise = [0.0; ROWS];
        for (number, values) in values.chunks_mut(ROWS).enumerate() {
            let rows = number * ROWS..number * ROWS + values.len();
            let mut is_far = false;
            for ((parent, column), within) in self.parents.iter().zip(parents).zip(within.chunks_exact_mut(ROWS)) {
                for (within, value) in within.iter_mut().zip(&column[rows.clone()]) {
                    let z = value - parent.centre;
                    *within = parent.within(z);
                    // Without an early end, several at once.
                    is_far |= *within != z;
                }
            }
            let count = values.len();
            let rise = &mut rise[..count];
            let column = |parent: usize| &within[parent * ROWS..parent * ROWS + count];
            values.fill(self.intercept);
            for (number, parent) in self.parents.iter().enumerate() {
                fill_rise(rise, parent.slope, &parent.bends, column);
                let steps = values.iter_mut().zip(&*rise).zip(column(number));
                steps.for_each(|((value, rise), step)| *value += step * rise);
            }
            if is_far {
                for (number, parent) in self.parents.iter().enumerate() {
                    self.add_beyond(number, (parent, &parents[number][rows.clone()]), column, (values, rise));
                }
            }
        }
    }

    /// What one parent adds beyond the reach of the curvature.
    fn add_beyond<'c>(
        &self,
        number: usize,
        (parent, observed): (&Parent, &[f64]),
        column: impl Fn(usize) -> &'c [f64],
        (values, rise): (&mut [f64], &mut [f64]),
    ) {
        let within = column(number);
        if observed.iter().zip(within).all(|(value, within)| value - parent.centre == *within) {
            return;
        }
        let bends: Vec<(usize, f64)> = self.bends_of(number).collect();
        fill_rise(rise, parent.slope, &bends, column);
        for (((value, rise), within), observed) in values.iter_mut().zip(&*rise).zip(within).zip(observed) {
            let beyond = observed - parent.centre - within;
            if beyond != 0.0 {
                *value += beyond * rise;
            }
        }
    }

    /// By which other parents a parent's slope is bent: a square stands twice.
    fn bends_of(&self, number: usize) -> impl Iterator<Item = (usize, f64)> {
        let before = self.parents[..=number].iter().enumerate().flat_map(move |(other, parent)| {
            parent.bends.iter().filter(move |(later, _)| *later == number).map(move |&(_, bend)| (other, bend))
        });
        before.chain(self.parents[number].bends.iter().copied())
    }
}

impl Parent {
    /// The nearest within the reach of the curvature.
    fn within(&self, z: f64) -> f64 {
        let raised = if z < self.low { self.low } else { z };
        if raised > self.high { self.high } else { raised }
    }
}

/// A coefficient of parents that are not scaled, if it has all its digits.
fn scaled(coefficient: f64, ranges: &[&ParentRange]) -> Option<f64> {
    let scaled = ranges.iter().fold(coefficient, |scaled, range| scaled / range.scale);
    (scaled.is_normal() || coefficient == 0.0).then_some(scaled)
}

/// rise = slope + Σ bend · column, term by term; several terms in one way through memory.
fn fill_rise<'c>(rise: &mut [f64], slope: f64, bends: &[(usize, f64)], column: impl Fn(usize) -> &'c [f64]) {
    let (first, others) = bends.split_at(bends.len().min(2));
    match *first {
        [(a, p), (b, q)] => {
            let rows = rise.iter_mut().zip(column(a)).zip(column(b));
            rows.for_each(|((rise, a), b)| *rise = slope + p * a + q * b);
        }
        [(a, p)] => rise.iter_mut().zip(column(a)).for_each(|(rise, a)| *rise = slope + p * a),
        _ => rise.fill(slope),
    }
    for bends in others.chunks(3) {
        match *bends {
            [(a, p), (b, q), (c, r)] => {
                let rows = rise.iter_mut().zip(column(a)).zip(column(b)).zip(column(c));
                rows.for_each(|(((rise, a), b), c)| *rise = *rise + p * a + q * b + r * c);
            }
            _ => bends.iter().for_each(|&(a, p)| {
                rise.iter_mut().zip(column(a)).for_each(|(rise, a)| *rise += p * a);
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::parts::expanded;
    use super::*;

    fn ranges() -> Vec<ParentRange> {
        let range = |centre, scale, low, high| ParentRange { centre, scale, low, high };
        vec![range(1.0, 0.5, -2.0, 1.5), range(-30.0, 12.0, -1.0, 3.0), range(0.0, 1e-3, -1.0, 1.0)]
    }

    /// With factors in any order, twice the same, and a constant.
    fn terms() -> Vec<PolynomialTerm> {
        let term = |coefficient, factors: &[usize]| PolynomialTerm::new(coefficient, factors.to_vec());
        vec![
            term(0.7, &[0]),
            term(-1.3, &[1]),
            term(0.4, &[2, 0]),
            term(0.9, &[1, 1]),
            term(-0.2, &[0, 2]),
            term(0.3, &[]),
            term(1.7, &[1, 2]),
            term(-0.6, &[0, 0]),
        ]
    }

    /// Rows inside the box, beyond it and beyond the reach of the curvature.
    fn rows() -> Vec<[f64; 3]> {
        let z = |row: usize, step: usize| ((row * step % 101) as f64 / 50.0 - 1.0) * [1.0, 8.0, 60.0][row / 130 % 3];
        let ranges = ranges();
        let value = |row: usize, at: usize| ranges[at].centre + ranges[at].scale * z(row, [37, 17, 59][at]);
        (0..500).map(|row| [0, 1, 2].map(|at| value(row, at))).collect()
    }

    #[test]
    fn it_is_the_expansion_at_the_edge_of_the_box() {
        let (ranges, terms) = (ranges(), terms());
        let quadratic = Quadratic::of(-0.8, &ranges, &terms).unwrap();
        for row in rows() {
            let splits: Vec<_> = ranges.iter().zip(row).map(|(range, value)| range.split(value)).collect();
            let expected = expanded(-0.8, &terms, |factor| splits[factor]);
            let size = splits.iter().map(|(edge, near, far)| (edge + near + far).abs()).fold(1.0, f64::max).powi(2);
            let found = quadratic.value(&row);
            assert!((found - expected).abs() < 1e-13 * size, "{found} instead of {expected} at {row:?}");
        }
    }

    #[test]
    fn columns_have_the_bits_of_rows() {
        let rows = rows();
        let quadratic = Quadratic::of(-0.8, &ranges(), &terms()).unwrap();
        let columns = [0, 1, 2].map(|parent| rows.iter().map(|row| row[parent]).collect::<Vec<f64>>());
        let mut values = vec![f64::NAN; rows.len()];
        quadratic.fill(&columns.each_ref().map(Vec::as_slice), &mut values);
        for (row, value) in rows.iter().zip(values) {
            assert_eq!(value.to_bits(), quadratic.value(row).to_bits(), "{row:?}");
        }
    }

    #[test]
    fn other_polynomials_are_left_alone() {
        let cubic = PolynomialTerm::new(1.0, vec![0, 0, 0]);
        assert_eq!(Quadratic::of(0.0, &ranges(), &[cubic]), None);
        let tiny = [ParentRange { scale: 1e-200, ..ranges()[0].clone() }];
        assert_eq!(Quadratic::of(0.0, &tiny, &[PolynomialTerm::new(1.0, vec![0, 0])]), None);
        assert!(Quadratic::of(0.0, &tiny, &[PolynomialTerm::new(1.0, vec![0])]).is_some());
    }

    #[test]
    fn what_is_not_a_number_stays_none() {
        let quadratic = Quadratic::of(0.0, &ranges(), &terms()).unwrap();
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(!quadratic.value(&[bad, 0.0, 0.0]).is_finite(), "{bad}");
        }
    }
}
