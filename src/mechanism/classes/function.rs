//! A class from its parents and a uniform noise, and back.

use serde::{Deserialize, Serialize};

use super::shares::Shares;
use super::softmax::Softmax;
use crate::data::{Levels, place};
use crate::error::{Error, Result};
use crate::mechanism::function::{Names, for_each_row};

/// No class is less likely: below, an interval of the noise could not be told from rounding.
const LEAST: f64 = 1e-9;

/// y = F⁻¹(U | parents): the class k with F(k − 1) ≤ U < F(k), where F adds up the probabilities of the classes in a fixed order and U is
/// uniform on (0, 1).
///
/// A class tells its noise to an interval only, [F(k − 1), F(k)), within which it is uniform. Which other classes that noise makes of
/// other parents depends on the order of the classes, if there are more than two: the data say nothing of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SavedClasses")]
pub(crate) struct ClassFunction {
    levels: Levels,
    probabilities: Probabilities,
    /// The codes of the classes in the order in which they divide the noise.
    order: Vec<usize>,
}

/// How likely every class is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) enum Probabilities {
    /// Shares of training rows, for every combination of the parents' levels.
    Shares(Shares),
    /// The softmax of weighted sums.
    Softmax(Softmax),
}

/// Where the noise of a class lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Interval {
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl Interval {
    /// Where a share of the interval ends.
    pub(crate) fn at(self, share: f64) -> f64 {
        self.low + share * (self.high - self.low)
    }
}

impl Probabilities {
    fn parents(&self) -> usize {
        match self {
            Self::Shares(shares) => shares.parents(),
            Self::Softmax(softmax) => softmax.parents(),
        }
    }

    fn fill(&self, parents: &[f64], out: &mut [f64]) {
        match self {
            Self::Shares(shares) => shares.fill(parents, out),
            Self::Softmax(softmax) => softmax.fill(parents, out),
        }
    }

    /// Rows × classes, the same bits as row by row.
    fn fill_rows(&self, parents: &[&[f64]], classes: usize, rows: usize) -> Vec<f64> {
        let mut all = vec![0.0; rows * classes];
        match self {
            Self::Shares(shares) => for_each_row(parents, rows, |row, parents| {
                shares.fill(parents, &mut all[row * classes..][..classes]);
            }),
            Self::Softmax(softmax) => softmax.fill_rows(parents, &mut all),
        }
        all
    }
}

/// Raises what is less likely than anything may be.
fn raise(all: &mut [f64]) {
    if all.iter().any(|&one| one < LEAST) {
        let sum: f64 = all.iter().map(|one| one.max(LEAST)).sum();
        all.iter_mut().for_each(|one| *one = one.max(LEAST) / sum);
    }
}

impl ClassFunction {
    /// With the classes in the order of their codes.
    pub(crate) fn new(levels: Levels, probabilities: Probabilities) -> Self {
        let order = (0..levels.len()).collect();
        Self { levels, probabilities, order }
    }

    /// With the classes in another order, which has every code once.
    pub(crate) fn in_order(&self, order: Vec<usize>) -> Self {
        Self { order, ..self.clone() }
    }

    pub(crate) fn order(&self) -> &[usize] {
        &self.order
    }

    /// Whether these are its classes, and the levels of its parents.
    pub(crate) fn fits_levels(&self, own: Option<&Levels>, parents: &[Option<&Levels>]) -> bool {
        let fit = match &self.probabilities {
            Probabilities::Shares(shares) => shares.fits_levels(parents),
            Probabilities::Softmax(softmax) => softmax.fits_levels(parents),
        };
        own == Some(&self.levels) && fit
    }

    pub(crate) fn levels(&self) -> &Levels {
        &self.levels
    }

    /// How many there are.
    pub(crate) fn classes(&self) -> usize {
        self.levels.len()
    }

    pub(crate) fn parents(&self) -> usize {
        self.probabilities.parents()
    }

    /// How likely every class is, by its code: at least 10⁻⁹ each. NaN where a parent is so far out that sums overflow.
    pub(crate) fn probabilities(&self, parents: &[f64]) -> Vec<f64> {
        let mut all = vec![0.0; self.levels.len()];
        self.probabilities.fill(parents, &mut all);
        raise(&mut all);
        all
    }

    /// How likely every class is in each row of these columns, rows × classes: the bits of [`probabilities`](Self::probabilities).
    pub(crate) fn probabilities_of_rows(&self, parents: &[&[f64]], rows: usize) -> Vec<f64> {
        let classes = self.levels.len();
        let mut all = self.probabilities.fill_rows(parents, classes, rows);
        all.chunks_exact_mut(classes).for_each(raise);
        all
    }

    /// The class of a noise: the code that none has for a noise of 1, which is never drawn.
    pub(crate) fn value(&self, parents: &[f64], noise: f64) -> f64 {
        self.class_at(&self.probabilities(parents), noise)
    }

    fn class_at(&self, all: &[f64], noise: f64) -> f64 {
        if noise >= 1.0 {
            return self.levels.unseen();
        }
        let mut end = 0.0;
        for &code in &self.order {
            end += all[code];
            if noise < end {
                return code as f64;
            }
        }
        // What adds up to 1 but for rounding.
        if end.is_finite() { self.order[self.order.len() - 1] as f64 } else { f64::NAN }
    }

    /// Where the noise of a class lies; at 1 for what is none.
    pub(crate) fn interval(&self, parents: &[f64], class: f64) -> Interval {
        let all = self.probabilities(parents);
        let (wanted, mut low) = (place(class), 0.0);
        for (rank, &code) in self.order.iter().enumerate() {
            // As the last is what is left, so must its interval be.
            let high = if rank + 1 == self.order.len() { 1.0 } else { low + all[code] };
            if code == wanted {
                return Interval { low, high };
            }
            low = high;
        }
        Interval { low: 1.0, high: 1.0 }
    }

    /// The middle of the interval.
    pub(crate) fn noise(&self, parents: &[f64], class: f64) -> f64 {
        self.interval(parents, class).at(0.5)
    }

    /// The likeliest class; the first of several.
    pub(crate) fn likeliest(&self, parents: &[f64]) -> f64 {
        let all = self.probabilities(parents);
        let best = (1..all.len()).fold(0, |best, code| if all[code] > all[best] { code } else { best });
        best as f64
    }

    /// The classes over columns: the same bits as row by row.
    pub(crate) fn fill(&self, parents: &[&[f64]], noise: &[f64], values: &mut [f64]) {
        let classes = self.levels.len();
        let mut all = self.probabilities.fill_rows(parents, classes, noise.len());
        for ((probabilities, &noise), value) in all.chunks_exact_mut(classes).zip(noise).zip(values) {
            raise(probabilities);
            *value = self.class_at(probabilities, noise);
        }
    }

    pub(crate) fn describe(&self, names: &Names) -> String {
        let (parents, kind) = (
            names.all(Some(self.parents())),
            match self.probabilities {
                Probabilities::Shares(_) => "shares of",
                Probabilities::Softmax(_) => "softmax over",
            },
        );
        format!("class by {kind} {} classes given {parents}, N", self.levels.len())
    }
}

/// What a saved function may hold, before its parts are checked against each other.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedClasses {
    levels: Levels,
    probabilities: Probabilities,
    order: Vec<usize>,
}

impl TryFrom<SavedClasses> for ClassFunction {
    type Error = Error;

    fn try_from(SavedClasses { levels, probabilities, order }: SavedClasses) -> Result<Self> {
        let classes = match &probabilities {
            Probabilities::Shares(shares) => shares.classes(),
            Probabilities::Softmax(softmax) => softmax.classes(),
        };
        let mut sorted = order.clone();
        sorted.sort_unstable();
        if classes != levels.len() || !sorted.into_iter().eq(0..levels.len()) {
            let what = "the classes of a saved classifier".to_owned();
            return Err(Error::LengthMismatch { what, expected: levels.len(), found: classes });
        }
        Ok(Self { levels, probabilities, order })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three() -> ClassFunction {
        // P = (0.2, 0.3, 0.5) for the first level of the parent, (0.6, 0.3, 0.1) for the second.
        let shares = Shares::new(vec![2], 3, vec![0.2, 0.3, 0.5, 0.6, 0.3, 0.1, 0.4, 0.3, 0.3]).unwrap();
        ClassFunction::new(Levels::of(["a", "b", "c"]).unwrap(), Probabilities::Shares(shares))
    }

    #[test]
    fn classes_divide_the_noise_and_every_noise_of_an_interval_gives_the_class_back() {
        for function in [three(), three().in_order(vec![2, 0, 1])] {
            for parent in [0.0, 1.0, 2.0] {
                let mut width = 0.0;
                for class in [0.0, 1.0, 2.0] {
                    let interval = function.interval(&[parent], class);
                    width += interval.high - interval.low;
                    let share = function.probabilities(&[parent])[class as usize];
                    assert!((interval.high - interval.low - share).abs() < 1e-12);
                    for share in [1e-9, 0.5, 1.0 - 1e-9] {
                        assert_eq!(function.value(&[parent], interval.at(share)), class);
                    }
                    assert_eq!(function.value(&[parent], function.noise(&[parent], class)), class);
                }
                assert!((width - 1.0).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn columns_have_the_bits_of_rows() {
        use crate::mechanism::category::{Encoding, Encodings};
        use crate::mechanism::function::LinearFunction;

        let parent: Vec<f64> = (0..60).map(|row| f64::from(row % 4)).collect();
        let number: Vec<f64> = (0..60).map(|row| (f64::from(row) * 1.7).sin() * 40.0).collect();
        let noise: Vec<f64> = (0..60).map(|row| (f64::from(row) * 0.618).fract()).collect();
        let linear =
            |intercept, coefficients: [f64; 3]| LinearFunction { intercept, coefficients: coefficients.to_vec() };
        let encoding = Encoding::indicators(&Levels::of(["x", "y", "z"]).unwrap(), parent.iter().copied());
        let sums = vec![linear(0.1, [0.5, -1.0, 0.3]), linear(-0.4, [0.2, 0.7, -0.2]), linear(0.0, [0.0, 0.1, 0.9])];
        let softmax = Softmax::new(Encodings::new(vec![encoding, Encoding::Number]), sums).unwrap();
        let logistic = ClassFunction::new(three().levels, Probabilities::Softmax(softmax));
        let mut values = vec![f64::NAN; 60];
        logistic.fill(&[&parent, &number], &noise, &mut values);
        for row in 0..60 {
            assert_eq!(values[row], logistic.value(&[parent[row], number[row]], noise[row]));
        }
        three().fill(&[&parent], &noise, &mut values);
        assert!((0..60).all(|row| values[row] == three().value(&[parent[row]], noise[row])));
    }

    #[test]
    fn what_is_no_class_has_a_noise_that_is_never_drawn() {
        let function = three();
        assert_eq!(function.noise(&[0.0], 3.0), 1.0);
        assert_eq!(function.value(&[1.0], 1.0), 3.0);
        assert_eq!(function.value(&[1.0], 1.0 - f64::EPSILON), 2.0);
    }

    #[test]
    fn impossible_classes_keep_an_interval() {
        let shares = Shares::new(vec![1], 2, vec![1.0, 0.0, 1.0, 0.0]).unwrap();
        let function = ClassFunction::new(Levels::of(["a", "b"]).unwrap(), Probabilities::Shares(shares));
        let interval = function.interval(&[0.0], 1.0);
        assert!(interval.high - interval.low > 0.9e-9 && function.value(&[0.0], interval.at(0.5)) == 1.0);
    }

    #[test]
    fn saved_classes_must_fit_together() {
        let saved = serde_json::to_value(three()).unwrap();
        assert_eq!(serde_json::from_value::<ClassFunction>(saved.clone()).unwrap(), three());
        for (field, wrong) in [("order", serde_json::json!([0, 0, 1])), ("levels", serde_json::json!(["a", "b"]))] {
            let mut damaged = saved.clone();
            damaged[field] = wrong;
            assert!(serde_json::from_value::<ClassFunction>(damaged).is_err(), "{field}");
        }
    }
}
