//! What a series leaves out beyond its last term, where it is known how its terms go on.
//!
//! The rest is Σ_{k > K} φ(u_k)/(πk), and φ is a sum of terms e^(iu·place)·g(u) with functions g that do not turn quickly. For each
//! place far from 0 the rest is summed by parts, from a few differences of g at the cut; near 0 it is integrated.

use std::f64::consts::{PI, TAU};

use rustfft::num_complex::Complex64;

use crate::noise::Fall;

/// How many values of g beyond the cut are looked at.
pub(super) const VALUES: usize = 14;
/// How closely the rest is sought: absolutely, for one place.
const CLOSE: f64 = 1e-12;
/// Up to which turn from term to term a sum is taken for an integral.
const SLOW_TURN: f64 = 0.8;
/// How far g(k)e^(iωk) turns in one step of the integration, at most.
const TURN_PER_STEP: f64 = 6.0;
/// From which phase on half turns are summed as an alternating series.
const MANY_TURNS: f64 = 40.0;
/// How many of them.
const HALF_TURNS: usize = 16;
/// Most steps before: each doubles k where nothing turns.
const MOST_STEPS: usize = 160;

/// Points and weights of Gauss and Legendre's rule on (−1, 1), the positive half.
const GAUSS: [(f64, f64); 8] = [
    (0.095_012_509_837_637_44, 0.189_450_610_455_068_5),
    (0.281_603_550_779_258_9, 0.182_603_415_044_923_58),
    (0.458_016_777_657_227_4, 0.169_156_519_395_002_54),
    (0.617_876_244_402_643_7, 0.149_595_988_816_576_73),
    (0.755_404_408_355_003, 0.124_628_971_255_533_87),
    (0.865_631_202_387_831_7, 0.095_158_511_682_492_78),
    (0.944_575_023_073_232_6, 0.062_253_523_938_647_89),
    (0.989_400_934_991_649_9, 0.027_152_459_411_754_095),
];

/// A number with a bound of its error.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Bounded {
    pub(super) value: f64,
    pub(super) error: f64,
}

/// The terms beyond the cut that go with one function g.
pub(super) struct Tail {
    /// Frequencies per number of a term.
    unit: f64,
    /// The last term's number.
    cut: f64,
    period: f64,
    /// g is the product of these.
    falls: Vec<Fall>,
    /// Δᵐ g(k)/(πk) at the first term beyond the cut.
    differences: [Complex64; VALUES],
}

impl Tail {
    /// The tail of functions with these values at the first terms beyond the cut.
    pub(super) fn new(period: f64, cut: usize, falls: Vec<Fall>, values: &[Complex64; VALUES]) -> Self {
        let cut = cut as f64;
        let mut row = *values;
        for (number, value) in row.iter_mut().enumerate() {
            *value /= PI * (cut + 1.0 + number as f64);
        }
        let mut differences = [Complex64::ZERO; VALUES];
        for (order, difference) in differences.iter_mut().enumerate() {
            *difference = row[0];
            for place in 0..VALUES - 1 - order {
                row[place] = row[place + 1] - row[place];
            }
        }
        Self { unit: TAU / period, cut, period, falls, differences }
    }

    /// Im Σ_{k > K} g(k)·e^(iωk)/(πk) for the place ω·period/2π.
    pub(super) fn at(&self, place: f64, close_enough: f64, integrate: bool) -> Bounded {
        // Turns by whole rounds make no difference.
        let turn = TAU * (place / self.period - (place / self.period).round());
        let summed = self.by_parts(turn);
        if summed.error <= close_enough || !integrate || turn.abs() > SLOW_TURN {
            return summed;
        }
        let integrated = self.integrated(turn);
        if integrated.error < summed.error { integrated } else { summed }
    }

    /// Σ_{k ≥ 0} f(k)zᵏ = Σ_m zᵐ·Δᵐf(0)/(1 − z)^(m + 1), as far as its terms fall.
    fn by_parts(&self, turn: f64) -> Bounded {
        let z = Complex64::cis(turn);
        let ratio = z / (1.0 - z);
        if !ratio.is_finite() {
            return Bounded { value: 0.0, error: f64::INFINITY };
        }
        let mut factor = Complex64::cis(turn * (self.cut + 1.0)) / (1.0 - z);
        // What rounding does to the differences, which doubles with each of them.
        let mut rounding = 4.0 * f64::EPSILON * self.differences[0].norm() * factor.norm();
        let mut sum = Complex64::ZERO;
        let mut best = Bounded { value: 0.0, error: f64::INFINITY };
        let mut before = f64::INFINITY;
        for difference in self.differences {
            let term = difference * factor;
            let size = term.norm();
            sum += term;
            // Terms that fall slowly leave more behind than ones that fall fast, and the first tells nothing of that.
            let rest = if size < 0.5 * before && before.is_finite() { 10.0 * size } else { 40.0 * size };
            if rest + rounding < best.error {
                best = Bounded { value: sum.im, error: rest + rounding };
            }
            if size > before {
                break;
            }
            before = size;
            factor *= ratio;
            rounding *= 2.0 * ratio.norm();
        }
        best
    }

    fn term(&self, k: f64, turn: f64) -> f64 {
        self.complex_term(k, turn).im
    }

    fn complex_term(&self, k: f64, turn: f64) -> Complex64 {
        let u = self.unit * k;
        let g: Complex64 = self.falls.iter().map(|fall| fall.at(u)).product();
        g * Complex64::cis(turn * k) / (PI * k)
    }

    /// The sum as an integral from half a term before its first, by the formula of Euler and Maclaurin: over steps that
    /// double until the terms turn, and from then on half turn by half turn.
    fn integrated(&self, turn: f64) -> Bounded {
        let start = self.cut + 0.5;
        let correction = self.correction(start, turn);
        let mut sum = correction.value;
        let mut from = start;
        let step = if turn == 0.0 { f64::INFINITY } else { TURN_PER_STEP / turn.abs() };
        for _ in 0..MOST_STEPS {
            let left = self.left(from);
            let begins_to_turn = self.falls.iter().any(|fall| fall.turns_beyond(2.0 * self.unit * from));
            if left < CLOSE || begins_to_turn {
                return Bounded { value: sum, error: left + correction.error };
            }
            if from * turn.abs() > MANY_TURNS {
                let rest = self.half_turns(from, turn);
                return Bounded { value: sum + rest.value, error: rest.error + correction.error };
            }
            let to = from + from.min(step);
            sum += self.integral(from, to, turn);
            from = to;
        }
        Bounded { value: sum, error: self.left(from) + correction.error }
    }

    /// A bound of all that is left beyond k.
    fn left(&self, k: f64) -> f64 {
        let u = self.unit * k;
        let falls = self.falls.iter().map(|fall| fall.decay(u));
        let (size, order) = falls.fold((1.0, 0.0), |(size, order), fall| (size * fall.0, order + fall.1));
        if size == 0.0 { 0.0 } else { size / (PI * order) }
    }

    /// f′/24 − 7·f‴/5760 at the start of the integral, from values half a term to either side of it and further.
    fn correction(&self, start: f64, turn: f64) -> Bounded {
        let at = |offset: f64| self.term(start + offset, turn);
        let (near, far) = (at(0.5) - at(-0.5), at(1.5) - at(-1.5));
        let furthest = at(2.5) - at(-2.5);
        let first = (2250.0 * near - 125.0 * far + 9.0 * furthest) / 1920.0;
        let third = (-34.0 * near + 13.0 * far - furthest) / 8.0;
        let fifth = 10.0 * near - 5.0 * far + furthest;
        let value = first / 24.0 - 7.0 / 5760.0 * third + 31.0 / 967_680.0 * fifth;
        let size = self.complex_term(start, turn).norm();
        Bounded { value, error: size * (2e-6 * turn.abs().powi(7) + 2e-6 / start.powi(5)) + 1e-16 }
    }

    fn integral(&self, from: f64, to: f64, turn: f64) -> f64 {
        let (middle, half) = (f64::midpoint(from, to), 0.5 * (to - from));
        let pair = |(point, weight): (f64, f64)| {
            weight * (self.term(middle - half * point, turn) + self.term(middle + half * point, turn))
        };
        half * GAUSS.into_iter().map(pair).sum::<f64>()
    }

    /// The integral from here on: its half turns alternate, so that the partial sums are averaged, and their averages, as Euler
    /// did.
    fn half_turns(&self, from: f64, turn: f64) -> Bounded {
        let length = PI / turn.abs();
        let mut sums = [0.0; HALF_TURNS];
        let mut sum = 0.0;
        for (number, slot) in sums.iter_mut().enumerate() {
            let start = from + length * number as f64;
            sum += self.integral(start, start + length, turn);
            *slot = sum;
        }
        let mut change = 0.0;
        for last in (1..HALF_TURNS).rev() {
            change = 0.5 * (sums[last] - sums[last - 1]);
            for place in 0..last {
                sums[place] = 0.5 * (sums[place] + sums[place + 1]);
            }
        }
        Bounded { value: sums[0], error: 4.0 * f64::abs(change) + f64::EPSILON }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CUT: usize = 128;

    fn tail(period: f64, falls: &[Fall]) -> Tail {
        let value = |number: usize| {
            let u = TAU * (CUT + 1 + number) as f64 / period;
            falls.iter().map(|fall| fall.at(u)).product()
        };
        Tail::new(period, CUT, falls.to_vec(), &std::array::from_fn(value))
    }

    /// Term by term, and Abel's bound of what is left: the last term over half a turn.
    fn brute_force(period: f64, falls: &[Fall], place: f64) -> Bounded {
        let terms = 4_000_000;
        let turn = TAU * place / period;
        let term = |k: usize| {
            let g: Complex64 = falls.iter().map(|fall| fall.at(TAU * k as f64 / period)).product();
            g * Complex64::cis(turn * k as f64) / (PI * k as f64)
        };
        let value = (CUT + 1..=terms).map(|k| term(k).im).sum();
        Bounded { value, error: term(terms).norm() / (0.5 * turn).sin().abs() + 1e-12 }
    }

    #[test]
    fn the_rest_agrees_with_the_sum_of_millions_of_terms_within_its_bound() {
        let exponential = |scale: f64| Fall::Gamma { scale, shape: 1.0 };
        let cases: [&[Fall]; 6] = [
            &[exponential(1.0), exponential(0.0044)],
            &[exponential(1.0), Fall::Normal(0.02)],
            &[Fall::Step(9.0), Fall::Gamma { scale: -0.3, shape: 0.4 }],
            &[Fall::HalfNormal(1.2), exponential(-0.1)],
            // As narrow as a uniform density must be to count for one that does not turn.
            &[exponential(1.0), Fall::Narrow(5e-6), Fall::HalfNormal(0.01)],
            &[exponential(1.0)],
        ];
        for falls in cases {
            let tail = tail(60.0, falls);
            for place in [-19.0, -3.0, -0.4, 0.03, 0.2, 2.0, 25.0] {
                let (found, expected) = (tail.at(place, 1e-9, true), brute_force(60.0, falls, place));
                let missed = (found.value - expected.value).abs();
                assert!(found.error < 1e-7, "{falls:?} at {place}: {found:?}");
                assert!(missed <= found.error + expected.error, "{falls:?} at {place}: {found:?}, {expected:?}");
            }
        }
    }

    #[test]
    fn where_nothing_turns_the_terms_are_summed_as_they_fall() {
        let falls = [Fall::Gamma { scale: 1.0, shape: 1.0 }, Fall::Gamma { scale: 0.01, shape: 1.0 }];
        let found = tail(60.0, &falls).at(0.0, 1e-9, true);
        let expected = brute_force(60.0, &falls, 0.0);
        assert!((found.value - expected.value).abs() < 1e-8, "{found:?}, {expected:?}");
    }
}
