//! The test itself.

use rand::seq::index::sample;

use super::combination::combined;
use super::compared::Compared;
use super::features::{Columns, Given};
use super::outcome::{Sample, TwoSampleTest};
use crate::error::{Error, Result};
use crate::random::{Purpose, stream};

/// Fewest rows of each sample.
const FEWEST_ROWS: usize = 10;
/// Rows that both samples together must have beyond one for each column.
const FEWEST_SPARE_ROWS: usize = 10;
/// So many rows of a larger sample are looked at, chosen at random: a difference that they do not show is of no size.
const MOST_ROWS: usize = 10_000;
/// The test has no seed of its own: the same rows give the same answer.
const SEED: u64 = 0;

/// Tests whether values, given other columns, have one distribution in two samples, however differently those columns are distributed.
///
/// `levels` has the number of levels of every column that is a category, and 0 for numbers: first that of the values, then those of
/// the given columns. A category stands as codes from 0.
///
/// With D the sample of a row and X what is given, values Y are independent of D given X if and only if their distribution given X is
/// the same in both. The test regresses Y on X (its squares, products, bends, and the odds of D given X), takes normal scores and
/// Legendre's polynomials φ of the ranks of what is left over, and asks for several functions w of X whether
///
/// Σ (D − P(D = 1 | X)) · w(X) · (φ − E\[φ | X\])
///
/// is further from 0 than its own squares allow: the generalised covariance measure (R. D. Shah and J. Peters, *The hardness of conditional
/// independence testing*, Annals of Statistics 48, 2020). Each sum is right if either the regressions or the odds are. So a
/// relation of unknown form does not look like a difference because X has moved. Each [`Aspect`](crate::independence::Aspect) is a φ and its functions w; the
/// p-values of the aspects are combined by Cauchy's rule, with more weight on what changes more often. `docs/method.md` has sizes and powers as measured.
///
/// Where a sample has more than 10 000 rows, as many of them are looked at. Costs O(rows · features²), with one feature for ten rows, 40 at most.
/// Values that the columns explain exactly, and constant ones, do not differ: p = 1.
///
/// # Errors
/// When values and given columns are not equally long, `levels` is not one number for each column, a value is not finite, a code is
/// none of its category's, or a sample has fewer than 10 rows or both together not 10 more than columns.
///
/// ```
/// use etiology::independence::{Aspect, Sample, two_sample_test};
/// use ndarray::{Array1, Array2};
///
/// // The same line through all values, but steeper in the second sample.
/// let given = Array2::from_shape_fn((200, 1), |(row, _)| (row as f64 * 0.7).sin());
/// let values = |slope: f64| Array1::from_shape_fn(200, |row| slope * given[[row, 0]] + (row as f64 * 2.3).cos());
/// let (before, after) = (values(1.0), values(2.0));
/// let before = Sample { values: before.view(), given: given.view() };
/// let after = Sample { values: after.view(), given: given.view() };
/// let test = two_sample_test(before, after, &[0, 0])?;
/// assert!(test.p_value < 1e-6);
/// let clearest = test.aspects.iter().min_by(|a, b| a.p_value.total_cmp(&b.p_value)).expect("some");
/// assert_eq!(clearest.aspect, Aspect::Slope);
/// # Ok::<(), etiology::Error>(())
/// ```
#[doc(alias = "mechanism_change_test")]
#[doc(alias = "conditional_two_sample_test")]
pub fn two_sample_test(first: Sample<'_>, second: Sample<'_>, levels: &[usize]) -> Result<TwoSampleTest> {
    check(first, levels)?;
    check(second, levels)?;
    let rows = [first.values.len(), second.values.len()];
    let needed = levels.len() + FEWEST_SPARE_ROWS;
    if rows[0] + rows[1] < needed {
        let what = "a test of two samples, both together,".to_owned();
        return Err(Error::TooFewRows { what, needed, found: rows[0] + rows[1] });
    }
    let looked_at = [0, 1].map(|index| some_rows(rows[index], index as u64));
    let both = |of_first: &dyn Fn(usize) -> f64, of_second: &dyn Fn(usize) -> f64| {
        let first = looked_at[0].iter().map(|&row| of_first(row));
        first.chain(looked_at[1].iter().map(|&row| of_second(row))).collect::<Vec<f64>>()
    };
    let given: Vec<Given> = levels[1..]
        .iter()
        .enumerate()
        .map(|(at, &levels)| {
            let column = both(&|row| first.given[[row, at]], &|row| second.given[[row, at]]);
            if levels == 0 { Given::Number(column) } else { Given::Category { codes: column, levels } }
        })
        .collect();
    let values = both(&|row| first.values[row], &|row| second.values[row]);
    let compared = Compared::new(Columns::new(&given), [looked_at[0].len(), looked_at[1].len()]);
    let aspects = if levels[0] == 0 { compared.numbers(&values) } else { compared.classes(&values, levels[0]) };
    let p_value = combined(aspects.iter().map(|test| (test.p_value, test.aspect.weight())));
    Ok(TwoSampleTest { p_value, aspects, rows })
}

/// All rows, or some at random where there are too many.
fn some_rows(rows: usize, index: u64) -> Vec<usize> {
    if rows <= MOST_ROWS {
        return (0..rows).collect();
    }
    let mut chosen = sample(&mut stream(SEED, Purpose::Subsample, index), rows, MOST_ROWS).into_vec();
    chosen.sort_unstable();
    chosen
}

fn check(sample: Sample<'_>, levels: &[usize]) -> Result<()> {
    let what = || "a sample of a test of two samples".to_owned();
    let Sample { values, given } = sample;
    if given.nrows() != values.len() {
        return Err(Error::LengthMismatch { what: what(), expected: values.len(), found: given.nrows() });
    }
    if given.ncols() + 1 != levels.len() {
        let what = "the list of levels of a test of two samples".to_owned();
        return Err(Error::LengthMismatch { what, expected: given.ncols() + 1, found: levels.len() });
    }
    if values.len() < FEWEST_ROWS {
        return Err(Error::TooFewRows { what: what(), needed: FEWEST_ROWS, found: values.len() });
    }
    if let Some(&found) = values.iter().chain(given).find(|value| !value.is_finite()) {
        return Err(Error::NonFiniteValue { what: what(), found });
    }
    let columns = std::iter::once(values).chain(given.columns());
    for (column, &levels) in columns.zip(levels).filter(|&(_, &levels)| levels > 0) {
        let is_code = |code: f64| code >= 0.0 && code < levels as f64 && code.fract() == 0.0;
        if let Some(found) = column.iter().find(|&&code| !is_code(code)) {
            let (name, requirement) = ("a category of a test of two samples", "codes of its levels, from 0");
            return Err(Error::InvalidParameter { name, requirement, found: found.to_string() });
        }
    }
    Ok(())
}
