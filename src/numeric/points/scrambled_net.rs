//! Quasi-Monte Carlo points: coordinates of the Sobol sequence under Owen's nested uniform scrambling.

use rand::Rng;
use rand::seq::SliceRandom;
use sobol_burley::parts::sobol_rev;

/// How many coordinates the Sobol sequence has here: the direction numbers of the crate `sobol_burley`.
pub(crate) const DIMENSIONS: usize = sobol_burley::NUM_DIMENSIONS as usize;

/// Digits of those direction numbers, so that a net has at most 2¹⁶ points.
const MOST_DIGITS: u32 = 16;

/// One coordinate of scrambled nets.
///
/// The first n ≤ 2ᵏ points of the Sobol sequence, each coordinate scrambled for itself: the first binary digit is
/// flipped or not for all points, the second for all points that agree in the first, and so on (Owen, *Scrambled net
/// variance for integrals of smooth functions*, Annals of Statistics 25, 1997). Each point is then uniform, so means
/// over the net are unbiased; and the points together stay a net: every box of volume 2⁻ᵏ⁺ᵗ with binary sides holds
/// 2ᵗ of 2ᵏ points. Digits beyond the k-th differ in front, so each point's are random numbers of its own, and the
/// coordinate has all the digits that `f64` has.
///
/// The direction numbers are those of S. Joe and F. Y. Kuo, *Constructing Sobol sequences with better
/// two-dimensional projections*, SIAM Journal on Scientific Computing 30, 2008.
#[derive(Debug)]
pub(crate) struct ScrambledNet {
    /// The first k digits of each point before scrambling: all numbers below 2ᵏ, in the coordinate's own order.
    leading: Vec<u16>,
    digits: u32,
    /// The first digits after scrambling, by those before.
    scrambled: Vec<u16>,
}

impl ScrambledNet {
    /// The net of `points` points in one of the [`DIMENSIONS`]; beyond 2¹⁶ points it is that of 2¹⁶.
    pub(crate) fn sobol(dimension: usize, points: usize) -> Self {
        let mut net = Self::empty(points);
        let coordinate = |point: u32| sobol_rev(point.reverse_bits(), dimension as u32).reverse_bits();
        // Powers of two give the direction numbers, and a Gray code the points with one addition each. It visits the
        // first 2ᵏ points in another order, whatever k.
        let directions: Vec<u32> = (0..MOST_DIGITS).map(|digit| coordinate(1 << digit)).collect();
        let mut current = 0;
        let shift = u32::BITS - net.digits.max(1);
        for point in 0..net.scrambled.len() as u32 {
            net.leading.push(if net.digits == 0 { 0 } else { (current >> shift) as u16 });
            current ^= directions[(point + 1).trailing_zeros().min(MOST_DIGITS - 1) as usize];
        }
        net
    }

    fn empty(points: usize) -> Self {
        let digits = points.next_power_of_two().trailing_zeros().min(MOST_DIGITS);
        Self { leading: Vec::with_capacity(1 << digits), digits, scrambled: vec![0; 1 << digits] }
    }

    /// Fills `points` with the coordinate of as many points, scrambled anew; beyond 2¹⁶ points with several nets, one
    /// after the other. All lie within (0, 1), half of 2⁻⁵² or more from either end. Costs O(points).
    pub(crate) fn fill(&mut self, generator: &mut impl Rng, points: &mut [f64]) {
        for net in points.chunks_mut(self.leading.len()) {
            self.scramble(generator);
            for (point, &leading) in net.iter_mut().zip(&self.leading) {
                let leading = u64::from(self.scrambled[usize::from(leading)]);
                // A shift by all 64 digits would overflow.
                let fixed = if self.digits == 0 { 0 } else { leading << (u64::BITS - self.digits) };
                *point = open_uniform(fixed | (generator.next_u64() >> self.digits));
            }
        }
    }

    /// Draws the scrambling of the first digits, from the first to the last: what begins with the digits p begins
    /// with s(p) afterwards, and of p0 and p1 one goes to s(p)0 and the other to s(p)1.
    fn scramble(&mut self, generator: &mut impl Rng) {
        let mut coins = Coins { generator, tossed: 0, left: 0 };
        self.scrambled[0] = 0;
        for digit in 0..self.digits {
            // Backwards, as each entry makes way for two.
            for prefix in (0..1_usize << digit).rev() {
                let (moved, flip) = (self.scrambled[prefix] << 1, coins.toss());
                self.scrambled[2 * prefix] = moved | flip;
                self.scrambled[2 * prefix + 1] = moved | (1 - flip);
            }
        }
    }
}

/// Fair coins, 64 of one random number.
struct Coins<'a, R> {
    generator: &'a mut R,
    tossed: u64,
    left: u32,
}

impl<R: Rng> Coins<'_, R> {
    fn toss(&mut self) -> u16 {
        if self.left == 0 {
            (self.tossed, self.left) = (self.generator.next_u64(), u64::BITS);
        }
        let coin = (self.tossed & 1) as u16;
        (self.tossed, self.left) = (self.tossed >> 1, self.left - 1);
        coin
    }
}

/// A uniform number from 64 random digits: the middle of one of 2⁵² equal parts of the unit interval, so neither 0 nor 1.
fn open_uniform(digits: u64) -> f64 {
    ((digits >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
}

/// Fills `points` with a coordinate of a Latin hypercube: one uniform point in each of as many equal parts of the unit
/// interval, in random order (Owen, *Latin supercube sampling for very high-dimensional simulations*, 1998, pads nets
/// with it). Costs O(points).
pub(crate) fn fill_latin_hypercube(generator: &mut impl Rng, points: &mut [f64]) {
    let width = 1.0 / points.len() as f64;
    for (part, point) in points.iter_mut().enumerate() {
        // Rounding may carry the last point to 1, which is no uniform variable's value.
        *point = (width * (part as f64 + open_uniform(generator.next_u64()))).min(1.0 - f64::EPSILON / 2.0);
    }
    points.shuffle(generator);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, stream};

    fn generator(index: usize) -> impl Rng {
        stream(7, Purpose::Scrambling, index as u64)
    }

    /// The coordinates of one scrambled net.
    fn scrambled(dimensions: &[usize], points: usize, index: usize) -> Vec<Vec<f64>> {
        let coordinate = |&dimension: &usize| {
            let mut column = vec![0.0; points];
            ScrambledNet::sobol(dimension, points).fill(&mut generator(1000 * index + dimension), &mut column);
            column
        };
        dimensions.iter().map(coordinate).collect()
    }

    /// How many points are in each box of sides 2⁻ᵏ for the given k.
    fn counts(columns: &[Vec<f64>], digits: &[u32]) -> Vec<usize> {
        let mut counts = vec![0; 1 << digits.iter().sum::<u32>()];
        for point in 0..columns[0].len() {
            let place = columns.iter().zip(digits).fold(0, |place, (column, &digits)| {
                let sides = 1_usize << digits;
                place * sides + (column[point] * sides as f64) as usize
            });
            counts[place] += 1;
        }
        counts
    }

    #[test]
    fn before_scrambling_it_is_the_sobol_sequence() {
        // The first eight points of Joe & Kuo's sobol.cc with new-joe-kuo-6.21201 in three dimensions, times 8.
        let expected = [[0, 4, 6, 2, 3, 7, 5, 1], [0, 4, 2, 6, 3, 7, 1, 5], [0, 4, 2, 6, 5, 1, 7, 3]];
        for (dimension, expected) in expected.iter().enumerate() {
            assert_eq!(ScrambledNet::sobol(dimension, 8).leading, expected, "dimension {dimension}");
        }
    }

    #[test]
    fn two_coordinates_have_one_point_in_every_box() {
        for index in 0..20 {
            let columns = scrambled(&[0, 1], 256, index);
            for first in 0..=8 {
                assert!(counts(&columns, &[first, 8 - first]).iter().all(|&count| count == 1), "{first} digits");
            }
        }
    }

    #[test]
    fn three_coordinates_have_two_points_in_every_box_of_twice_the_volume() {
        // Their polynomials have degrees 0, 1 and 2, so t = 1.
        for index in 0..5 {
            let columns = scrambled(&[0, 1, 2], 256, index);
            for first in 0..=7 {
                for second in 0..=7 - first {
                    let counts = counts(&columns, &[first, second, 7 - first - second]);
                    assert!(counts.iter().all(|&count| count == 2), "{first} and {second} digits");
                }
            }
        }
    }

    #[test]
    fn every_coordinate_alone_is_stratified() {
        for dimension in 0..DIMENSIONS {
            let columns = scrambled(&[dimension], 512, 0);
            assert!(counts(&columns, &[9]).iter().all(|&count| count == 1), "dimension {dimension}");
        }
    }

    #[test]
    fn each_point_is_uniform_and_scramblings_are_independent() {
        // 4 096 scramblings of 4 points: each of 64 cells of a point and its successor under another scrambling expects 64.
        let points: Vec<Vec<f64>> = (0..4_096).map(|index| scrambled(&[3], 4, index).remove(0)).collect();
        for place in 0..4 {
            let pairs: Vec<Vec<f64>> = vec![
                points.iter().map(|points| points[place]).collect(),
                points.iter().cycle().skip(1).take(points.len()).map(|points| points[place]).collect(),
            ];
            let counts = counts(&pairs, &[3, 3]);
            let chi_square: f64 = counts.iter().map(|&count| (count as f64 - 64.0).powi(2) / 64.0).sum();
            // alpha = 1e-4 for 63 degrees of freedom (scipy 1.15.3, chi2.ppf).
            assert!(chi_square < 112.4, "point {place}: {chi_square}");
        }
    }

    #[test]
    fn means_are_unbiased_and_nets_far_better_than_draws() {
        // ∏ (1 + (12 u − 6)/4) has mean 1 and variance (1 + 0.75)³ − 1 = 4.36.
        let mean = |index| {
            let columns = scrambled(&[0, 5, 9], 1_024, index);
            let product = |point: usize| columns.iter().map(|column| 3.0 * column[point] - 0.5).product::<f64>();
            (0..1_024).map(product).sum::<f64>() / 1_024.0
        };
        let means: Vec<f64> = (0..200).map(mean).collect();
        let average = means.iter().sum::<f64>() / 200.0;
        let variance = means.iter().map(|mean| (mean - average).powi(2)).sum::<f64>() / 199.0;
        assert!((average - 1.0).abs() < 4.0 * (variance / 200.0).sqrt(), "{average}");
        assert!(variance < 4.36 / 1_024.0 / 100.0, "{variance}");
    }

    #[test]
    fn any_number_of_points_lies_within_the_unit_interval() {
        for points in [1, 2, 3, 100, (1 << 16) + 10] {
            let column = scrambled(&[2], points, 0).remove(0);
            assert!(column.iter().all(|&point| point > 0.0 && point < 1.0), "{points} points");
        }
        assert_eq!((open_uniform(0), open_uniform(u64::MAX)), (f64::EPSILON / 2.0, 1.0 - f64::EPSILON / 2.0));
    }

    #[test]
    fn a_latin_hypercube_has_a_point_in_every_part() {
        let mut points = vec![0.0; 300];
        fill_latin_hypercube(&mut generator(0), &mut points);
        assert!(points.windows(2).any(|pair| pair[0] > pair[1]), "in random order");
        points.sort_by(f64::total_cmp);
        assert!(points.iter().enumerate().all(|(part, point)| (point * 300.0) as usize == part));
    }
}
