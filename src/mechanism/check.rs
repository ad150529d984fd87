//! Does a mechanism that a user wrote keep the contract of [`Mechanism`]?

use std::error::Error as StdError;
use std::fmt;

use super::code::Mechanism;
use crate::error::{Error, Result};
use crate::noise::NoiseDistribution;
use crate::random::{Purpose, stream};

/// How far a noise or a value may miss what it was made from, relative to its size and its spread: over the cases of a check,
/// and for every observed value whose noise is recovered. Far above rounding, far below anything that would matter.
pub(crate) const INVERSION_TOLERANCE: f64 = 1e-6;
/// A noise may also miss by what so many units in the last place of the value make of it.
const ROUNDING: f64 = 8.0 * f64::EPSILON;
/// More cases say no more.
const MOST_CASES: usize = 1_000_000;

/// Values of the parents and of the noise at which a mechanism is to be checked: all of them must lie where the mechanism
/// is defined, and should cover where it will be used, outliers included.
#[derive(Debug, Clone)]
pub struct MechanismCases {
    cases: Vec<Case>,
}

#[derive(Debug, Clone)]
struct Case {
    parents: Vec<f64>,
    noise: f64,
}

impl MechanismCases {
    /// Every combination of the given values of each parent, one list per parent, and the given noises.
    ///
    /// # Errors
    /// When a list is empty, a value is NaN or infinite, or there are more than a million combinations.
    pub fn grid(parents: &[&[f64]], noises: &[f64]) -> Result<Self> {
        let lists = parents.iter().chain([&noises]);
        let count = lists.clone().try_fold(1_usize, |count, list| count.checked_mul(list.len()));
        check_count(count.unwrap_or(usize::MAX))?;
        let mut rows: Vec<Vec<f64>> = vec![Vec::new()];
        for list in lists {
            let longer =
                |row: &Vec<f64>| list.iter().map(|&value| [row.as_slice(), &[value]].concat()).collect::<Vec<_>>();
            rows = rows.iter().flat_map(longer).collect();
        }
        Self::from_rows(rows.into_iter().filter_map(|mut row| row.pop().map(|noise| (row, noise))))
    }

    /// So many cases with each parent, and the noise, drawn independently of the others from its distribution. The same
    /// seed gives the same cases.
    ///
    /// # Errors
    /// When `count` is 0 or above a million.
    pub fn draw(parents: &[NoiseDistribution], noise: &NoiseDistribution, count: usize, seed: u64) -> Result<Self> {
        check_count(count)?;
        let draw = |(number, distribution): (usize, &NoiseDistribution)| {
            let mut values = vec![0.0; count];
            distribution.sample_into(&mut stream(seed, Purpose::ModelDraws, number as u64), &mut values);
            values
        };
        let columns: Vec<Vec<f64>> = parents.iter().chain([noise]).enumerate().map(draw).collect();
        let value = |place: usize, row: usize| columns[place][row];
        let row = |row| ((0..parents.len()).map(|place| value(place, row)).collect(), value(parents.len(), row));
        Self::from_rows((0..count).map(row))
    }

    /// Pairs of the parents' values and a noise.
    ///
    /// # Errors
    /// When there is none, or more than a million; when a value is NaN or infinite; or when they differ in the number of
    /// parents.
    pub fn from_rows(rows: impl IntoIterator<Item = (Vec<f64>, f64)>) -> Result<Self> {
        let cases: Vec<Case> = rows.into_iter().map(|(parents, noise)| Case { parents, noise }).collect();
        check_count(cases.len())?;
        let expected = cases[0].parents.len();
        for (number, Case { parents, noise }) in cases.iter().enumerate() {
            let found = parents.len();
            if found != expected {
                let what = format!("the list of parents of case {number}");
                return Err(Error::LengthMismatch { what, expected, found });
            }
            if let Some(&found) = parents.iter().chain([noise]).find(|value| !value.is_finite()) {
                return Err(Error::NonFiniteValue { what: format!("a value of case {number}"), found });
            }
        }
        Ok(Self { cases })
    }

    /// How many cases there are.
    pub fn count(&self) -> usize {
        self.cases.len()
    }
}

fn check_count(count: usize) -> Result<()> {
    if (1..=MOST_CASES).contains(&count) {
        return Ok(());
    }
    let (name, requirement) = ("the number of cases to check a mechanism at", "at least 1 and at most a million");
    Err(Error::InvalidParameter { name, requirement, found: count.to_string() })
}

/// Checks that a mechanism keeps the contract of [`Mechanism`], as whoever writes one should in a test:
///
/// - `evaluate` and `estimate_noise` are finite in all cases;
/// - they are pure: a second call gives the same bits;
/// - `estimate_noise` gives back the noise of a value, and `evaluate` the value of a noise, each to 10⁻⁶ of its size or, if
///   that is more, of its standard deviation over the cases; a noise also to what rounding of the value makes of it;
/// - `evaluate_columns` has the bits of `evaluate`, whether it gets all cases at once or in two parts.
///
/// Whether the value increases in the noise is not checked: no result relies on it but the value that stands in for a
/// missing one, which is then that of the noise's median rather than the median. Costs about nine calls a case.
///
/// # Errors
/// With everything that failed, each with the first case that shows it.
///
/// ```
/// use etiology::Mechanism;
/// use etiology::mechanism::{MechanismCases, MechanismCheck, check_mechanism};
///
/// /// latency = load · |noise|, which forgets the noise's sign.
/// #[derive(Debug)]
/// struct Latency;
///
/// impl Mechanism for Latency {
///     fn evaluate(&self, parents: &[f64], noise: f64) -> f64 {
///         parents[0] * noise.abs()
///     }
///     fn estimate_noise(&self, parents: &[f64], value: f64) -> f64 {
///         value / parents[0]
///     }
/// }
///
/// // Noises that are never negative are all right.
/// let loads = [0.5, 1.0, 20.0];
/// check_mechanism(&Latency, &MechanismCases::grid(&[&loads], &[0.0, 0.1, 3.0])?)?;
///
/// let faults = check_mechanism(&Latency, &MechanismCases::grid(&[&loads], &[-1.0, 1.0])?).unwrap_err();
/// let fault = &faults.faults[0];
/// assert_eq!(fault.check, MechanismCheck::NoiseRecovered);
/// assert_eq!((fault.parents[0], fault.noise, fault.expected, fault.found), (0.5, -1.0, Some(-1.0), 1.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "check_estimator")]
pub fn check_mechanism<M: Mechanism + ?Sized>(mechanism: &M, cases: &MechanismCases) -> Result<(), MechanismFaults> {
    let cases = &cases.cases;
    let values: Vec<f64> = cases.iter().map(|case| mechanism.evaluate(&case.parents, case.noise)).collect();
    let noise_spread = spread(cases.iter().map(|case| case.noise));
    let value_spread = spread(values.iter().copied());
    let mut found = Found { faults: Vec::new() };
    for (case, &value) in cases.iter().zip(&values) {
        let Case { parents, noise } = case;
        found.repeated(case, value, mechanism.evaluate(parents, *noise));
        if !value.is_finite() {
            found.fault(MechanismCheck::Finite, case, None, value);
            continue;
        }
        let estimated = mechanism.estimate_noise(parents, value);
        found.repeated(case, estimated, mechanism.estimate_noise(parents, value));
        if !estimated.is_finite() {
            found.fault(MechanismCheck::Finite, case, None, estimated);
            continue;
        }
        let rounded = mechanism.estimate_noise(parents, value + ROUNDING * value.abs()) - estimated;
        let rounding = if rounded.is_finite() { rounded.abs() } else { 0.0 };
        if (estimated - noise).abs() > INVERSION_TOLERANCE * size(*noise, estimated, noise_spread) + rounding {
            found.fault(MechanismCheck::NoiseRecovered, case, Some(*noise), estimated);
        }
        let reproduced = mechanism.evaluate(parents, estimated);
        // Not the other way round, which would let NaN pass.
        let holds = (reproduced - value).abs() <= INVERSION_TOLERANCE * size(value, reproduced, value_spread);
        if !holds {
            found.fault(MechanismCheck::ValueReproduced, case, Some(value), reproduced);
        }
    }
    let half = cases.len() / 2;
    for part in [0..cases.len(), 0..half, half..cases.len()] {
        let (cases, values) = (&cases[part.clone()], &values[part]);
        for ((case, &value), in_columns) in cases.iter().zip(values).zip(evaluate_columns(mechanism, cases)) {
            if value.is_finite() && in_columns.to_bits() != value.to_bits() {
                found.fault(MechanismCheck::ColumnsAgree, case, Some(value), in_columns);
            }
        }
    }
    if found.faults.is_empty() {
        return Ok(());
    }
    Err(MechanismFaults { mechanism: format!("{mechanism:?}"), cases: cases.len(), faults: found.faults })
}

fn evaluate_columns<M: Mechanism + ?Sized>(mechanism: &M, cases: &[Case]) -> Vec<f64> {
    let parents = cases.first().map_or(0, |case| case.parents.len());
    let column = |place: usize| cases.iter().map(|case| case.parents[place]).collect();
    let columns: Vec<Vec<f64>> = (0..parents).map(column).collect();
    let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
    let noise: Vec<f64> = cases.iter().map(|case| case.noise).collect();
    // What is not written stays NaN, and so is no case's value.
    let mut values = vec![f64::NAN; cases.len()];
    mechanism.evaluate_columns(&columns, &noise, &mut values);
    values
}

fn size(a: f64, b: f64, spread: f64) -> f64 {
    a.abs().max(b.abs()).max(spread)
}

/// The standard deviation of the finite values.
fn spread(values: impl Iterator<Item = f64>) -> f64 {
    let values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
    let count = values.len().max(1) as f64;
    let mean = values.iter().map(|value| value / count).sum::<f64>();
    let deviation = values.iter().map(|value| (value - mean).powi(2) / count).sum::<f64>().sqrt();
    // Values whose squares overflow are judged by their own size.
    if deviation.is_finite() { deviation } else { 0.0 }
}

/// What a mechanism must do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MechanismCheck {
    /// `evaluate` and `estimate_noise` return finite numbers.
    Finite,
    /// A second call gives the same bits as the first.
    Deterministic,
    /// `estimate_noise` gives back the noise that `evaluate` was given.
    NoiseRecovered,
    /// `evaluate` gives back the value that `estimate_noise` was given.
    ValueReproduced,
    /// `evaluate_columns` gives the bits of `evaluate`.
    ColumnsAgree,
}

/// One thing that a mechanism must do and does not, with the first case that shows it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct MechanismFault {
    /// What it must do.
    pub check: MechanismCheck,
    /// The values of the parents.
    pub parents: Vec<f64>,
    /// The noise that `evaluate` was given.
    pub noise: f64,
    /// What should have come out, a noise or a value; `None` where any finite number would have done.
    pub expected: Option<f64>,
    /// What came out.
    pub found: f64,
    /// How often it was found.
    pub count: usize,
}

/// Everything in which a mechanism does not keep its contract. `Display` shows a line for each.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct MechanismFaults {
    /// The mechanism, as its `Debug` shows it.
    pub mechanism: String,
    /// In how many cases it was checked.
    pub cases: usize,
    /// What it does not do, in the order in which that came up; at least one.
    pub faults: Vec<MechanismFault>,
}

impl fmt::Display for MechanismCheck {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Finite => "`evaluate` and `estimate_noise` must return finite numbers",
            Self::Deterministic => "a second call must give the same bits as the first",
            Self::NoiseRecovered => "`estimate_noise` must give back the noise that `evaluate` was given",
            Self::ValueReproduced => "`evaluate` must give back the value that `estimate_noise` was given",
            Self::ColumnsAgree => "`evaluate_columns` must give the bits of `evaluate`",
        })
    }
}

impl fmt::Display for MechanismFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { check, parents, noise, expected, found, count } = self;
        write!(formatter, "{check}, but with the parents {parents:?} and the noise {noise:?} ")?;
        match expected {
            Some(expected) => write!(formatter, "{found:?} was found where {expected:?} was expected")?,
            None => write!(formatter, "{found:?} was found")?,
        }
        if *count > 1 { write!(formatter, ", the first of {count} times") } else { Ok(()) }
    }
}

impl fmt::Display for MechanismFaults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { mechanism, cases, faults } = self;
        write!(formatter, "the mechanism {mechanism} does not keep its contract, checked in {cases} cases:")?;
        faults.iter().try_for_each(|fault| write!(formatter, "\n- {fault}"))
    }
}

impl StdError for MechanismFaults {}

/// The faults so far, one of each check.
struct Found {
    faults: Vec<MechanismFault>,
}

impl Found {
    fn fault(&mut self, check: MechanismCheck, case: &Case, expected: Option<f64>, found: f64) {
        if let Some(known) = self.faults.iter_mut().find(|fault| fault.check == check) {
            known.count += 1;
            return;
        }
        let Case { parents, noise } = case.clone();
        self.faults.push(MechanismFault { check, parents, noise, expected, found, count: 1 });
    }

    fn repeated(&mut self, case: &Case, first: f64, second: f64) {
        if first.to_bits() != second.to_bits() && !(first.is_nan() && second.is_nan()) {
            self.fault(MechanismCheck::Deterministic, case, Some(first), second);
        }
    }
}

#[cfg(test)]
mod tests;
