//! Polynomial regression by least squares.

use ndarray::{Array2, ArrayView1, ArrayView2};

use super::cross_validation::{ONE_STANDARD_ERROR, RowLosses, simplest_within};
use super::folds::{Folds, rows_of};
use super::predictions::{predictions_without_each_row, values_of};
use super::regressor::Regressor;
use crate::error::{Error, Result};
use crate::mechanism::function::{ParentFunction, ParentRange, PolynomialFunction, PolynomialTerm};
use crate::numeric::linalg::{LeastSquares, least_squares, least_squares_with_leverages};

/// Products of different parents are used while there are at most this many terms in all.
const MOST_TERMS_WITH_PRODUCTS: usize = 60;
/// A higher degree says nothing that trees would not say better.
const HIGHEST_DEGREE: usize = 6;
/// Rows that each term of a degree that is not 1 must have when degrees are compared.
const ROWS_PER_TERM: usize = 4;
const FOLDS: usize = 5;
const SEED: u64 = 0;

/// Polynomial regression by least squares, ordinary or ridge: all monomials of the standardised parents up to a total
/// degree.
///
/// The monomials include products of different parents while there are at most 60 terms in all, and only powers of
/// single parents beyond that. The degree is fixed, or chosen by 5-fold cross-validation: the lowest whose mean squared
/// error is within one standard error (of the difference, paired over rows) of the best, where degrees above 1 need four
/// rows per term. Outside the training range the function is continued by its curvature, then linearly, see
/// [`PolynomialFunction`]. Costs O(rows · terms²), six times that with cross-validation.
///
/// Source of the rule: Hastie, Tibshirani and Friedman, *The Elements of Statistical Learning*, 2nd edition, section 7.10.
#[derive(Debug, Clone, Copy, PartialEq)]
#[doc(alias = "create_polynom_regressor")]
pub struct PolynomialRegression {
    degree: Degree,
    ridge: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Degree {
    Fixed(usize),
    UpTo(usize),
}

impl PolynomialRegression {
    /// A polynomial of this degree, without a penalty.
    ///
    /// # Errors
    /// When the degree is 0 or above 6.
    pub fn new(degree: usize) -> Result<Self> {
        Ok(Self { degree: Degree::Fixed(check_degree(degree)?), ridge: 0.0 })
    }

    /// A polynomial of the degree, from 1 to `highest`, that cross-validation chooses.
    ///
    /// # Errors
    /// When the highest degree is 0 or above 6.
    pub fn cross_validated(highest: usize) -> Result<Self> {
        Ok(Self { degree: Degree::UpTo(check_degree(highest)?), ridge: 0.0 })
    }

    /// A polynomial of the degree, from 1 to 3, that cross-validation chooses.
    pub(crate) fn up_to_cubic() -> Self {
        Self { degree: Degree::UpTo(3), ridge: 0.0 }
    }

    /// Sets the ridge penalty λ, which is that of [`LinearRegression::ridge`](crate::mechanism::LinearRegression::ridge) with every
    /// monomial counting as a parent.
    ///
    /// # Errors
    /// When the penalty is negative or not finite.
    pub fn with_ridge(self, penalty: f64) -> Result<Self> {
        if penalty >= 0.0 && penalty.is_finite() {
            return Ok(Self { ridge: penalty, ..self });
        }
        let (name, requirement) = ("the ridge penalty", "finite and at least 0");
        Err(Error::InvalidParameter { name, requirement, found: penalty.to_string() })
    }

    /// How many monomials the highest degree has of so many parents.
    pub(crate) fn terms(&self, parents: usize) -> usize {
        let (Degree::Fixed(degree) | Degree::UpTo(degree)) = self.degree;
        term_count(parents, degree)
    }

    /// The degree, chosen first where it is not fixed.
    fn degree_for(&self, parents: ArrayView2<'_, f64>, values: ArrayView1<'_, f64>) -> Result<usize> {
        let highest = match self.degree {
            Degree::Fixed(degree) => return Ok(degree),
            Degree::UpTo(highest) => highest,
        };
        let folds = Folds::new(values.len(), FOLDS, SEED);
        let rows = folds.fewest_training_rows();
        let affordable = |degree: &usize| *degree == 1 || ROWS_PER_TERM * term_count(parents.ncols(), *degree) <= rows;
        let degrees: Vec<usize> = (1..=highest).take_while(affordable).collect();
        if degrees.len() < 2 || rows < parents.ncols() + 2 {
            return Ok(1);
        }
        let mut losses = vec![RowLosses::new(values.len()); degrees.len()];
        for held_out in folds.held_out() {
            let (fold_parents, fold_values) = rows_of(parents, values, &folds.others(held_out));
            let (held_parents, held_values) = rows_of(parents, values, held_out);
            for (losses, &degree) in losses.iter_mut().zip(&degrees) {
                let function = fit_degree(fold_parents.view(), fold_values.view(), degree, self.ridge)?;
                let predicted = values_of(&function, held_parents.view());
                let errors = predicted.iter().zip(&held_values).map(|(found, value)| (found - value).powi(2));
                held_out.iter().zip(errors).for_each(|(&row, error)| losses.set(row, error));
            }
        }
        Ok(degrees[simplest_within(&losses, ONE_STANDARD_ERROR)])
    }
}

impl Regressor for PolynomialRegression {
    fn fit(&self, parents: ArrayView2<'_, f64>, values: ArrayView1<'_, f64>) -> Result<ParentFunction> {
        let degree = self.degree_for(parents, values)?;
        fit_degree(parents, values, degree, self.ridge)
    }

    /// For the degree that all rows chose.
    fn fit_leaving_one_out(
        &self,
        parents: ArrayView2<'_, f64>,
        values: ArrayView1<'_, f64>,
    ) -> Result<(ParentFunction, Option<Vec<f64>>)> {
        let degree = self.degree_for(parents, values)?;
        let (ranges, monomials, features) = expand(parents, degree);
        let (fit, leverages) = least_squares_with_leverages(features.view(), values, self.ridge)?;
        let function = polynomial(fit, ranges, monomials);
        let fitted = values_of(&function, parents);
        Ok((function, Some(predictions_without_each_row(&fitted, values, &leverages))))
    }

    /// Two more than there are terms; of a chosen degree, two more than parents.
    fn min_rows(&self, parents: usize) -> usize {
        match self.degree {
            Degree::Fixed(degree) => term_count(parents, degree) + 2,
            Degree::UpTo(_) => parents + 2,
        }
    }

    fn is_flexible(&self) -> bool {
        !matches!(self.degree, Degree::Fixed(1) | Degree::UpTo(1))
    }
}

fn check_degree(degree: usize) -> Result<usize> {
    if (1..=HIGHEST_DEGREE).contains(&degree) {
        return Ok(degree);
    }
    let (name, requirement) = ("the degree of a polynomial regression", "from 1 to 6");
    Err(Error::InvalidParameter { name, requirement, found: degree.to_string() })
}

fn fit_degree(
    parents: ArrayView2<'_, f64>,
    values: ArrayView1<'_, f64>,
    degree: usize,
    ridge: f64,
) -> Result<ParentFunction> {
    let (ranges, monomials, features) = expand(parents, degree);
    Ok(polynomial(least_squares(features.view(), values, ridge)?, ranges, monomials))
}

/// The parents' ranges, the monomials, and the values of these, rows × monomials.
fn expand(parents: ArrayView2<'_, f64>, degree: usize) -> (Vec<ParentRange>, Vec<Vec<usize>>, Array2<f64>) {
    let ranges: Vec<ParentRange> =
        parents.columns().into_iter().map(|column| ParentRange::fit(&column.to_vec())).collect();
    let monomials = monomials(parents.ncols(), degree);
    let mut features = Array2::ones((parents.nrows(), monomials.len()));
    for (mut feature, factors) in features.columns_mut().into_iter().zip(&monomials) {
        for &factor in factors {
            let range = &ranges[factor];
            feature.zip_mut_with(&parents.column(factor), |product, &value| *product *= range.standardise(value));
        }
    }
    (ranges, monomials, features)
}

fn polynomial(fit: LeastSquares, ranges: Vec<ParentRange>, monomials: Vec<Vec<usize>>) -> ParentFunction {
    let terms = monomials.into_iter().zip(fit.coefficients);
    let terms = terms.map(|(factors, coefficient)| PolynomialTerm::new(coefficient, factors)).collect();
    ParentFunction::Polynomial(PolynomialFunction::new(fit.intercept, ranges, terms))
}

fn has_products(parents: usize, degree: usize) -> bool {
    all_monomials(parents, degree).is_some_and(|count| count <= MOST_TERMS_WITH_PRODUCTS)
}

/// C(parents + degree, degree) − 1, unless it overflows.
fn all_monomials(parents: usize, degree: usize) -> Option<usize> {
    let mut count = 1_usize;
    for step in 1..=degree {
        count = count.checked_mul(parents.checked_add(step)?)? / step;
    }
    count.checked_sub(1)
}

fn term_count(parents: usize, degree: usize) -> usize {
    if has_products(parents, degree) {
        all_monomials(parents, degree).unwrap_or(usize::MAX)
    } else {
        parents.saturating_mul(degree)
    }
}

/// The factors of every monomial, by degree.
fn monomials(parents: usize, degree: usize) -> Vec<Vec<usize>> {
    if !has_products(parents, degree) {
        return (1..=degree).flat_map(|power| (0..parents).map(move |parent| vec![parent; power])).collect();
    }
    let mut all: Vec<Vec<usize>> = Vec::new();
    let mut last: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..degree {
        let longer = |factors: &Vec<usize>| {
            let factors = factors.clone();
            let from = factors.last().copied().unwrap_or(0);
            (from..parents).map(move |next| factors.iter().copied().chain([next]).collect::<Vec<usize>>())
        };
        last = last.iter().flat_map(longer).collect();
        all.extend(last.iter().cloned());
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_as_many_monomials_as_counted() {
        for parents in 1..12 {
            for degree in 1..=HIGHEST_DEGREE {
                assert_eq!(monomials(parents, degree).len(), term_count(parents, degree), "{parents} {degree}");
            }
        }
        assert_eq!(monomials(2, 2), [vec![0], vec![1], vec![0, 0], vec![0, 1], vec![1, 1]]);
        assert_eq!(term_count(1_000_000, 6), 6_000_000);
    }

    fn grid(rows: usize, f: impl Fn(f64, f64) -> f64) -> (Array2<f64>, Vec<f64>) {
        let parent = |row: usize, step: f64| (row as f64 * step).sin() * 3.0 + 10.0;
        let parents = Array2::from_shape_fn((rows, 2), |(row, column)| parent(row, [1.0, 2.3][column]));
        let values = parents.rows().into_iter().map(|row| f(row[0], row[1])).collect();
        (parents, values)
    }

    #[test]
    fn a_polynomial_is_recovered_exactly() {
        let truth = |a: f64, b: f64| 3.0 + a * b - 0.5 * b * b + 2.0 * a;
        let (parents, values) = grid(200, truth);
        for regression in [PolynomialRegression::new(2).unwrap(), PolynomialRegression::cross_validated(4).unwrap()] {
            let function = regression.fit(parents.view(), ArrayView1::from(&values)).unwrap();
            let ParentFunction::Polynomial(polynomial) = &function else { panic!("{function:?}") };
            assert!(polynomial.degree() >= 2);
            for (a, b) in [(8.0, 9.0), (12.0, 11.5)] {
                let found = function.value(&[a, b]);
                assert!((found - truth(a, b)).abs() < 1e-8, "{found} {}", truth(a, b));
            }
        }
    }

    #[test]
    fn far_outside_the_training_range_it_grows_linearly() {
        let (parents, values) = grid(200, |a, _| a * a * a);
        let regression = PolynomialRegression::new(3).unwrap();
        let function = regression.fit(parents.view(), ArrayView1::from(&values)).unwrap();
        let value = |a: f64| function.value(&[a, 10.0]);
        let (first, second) = (value(60.0) - value(40.0), value(80.0) - value(60.0));
        assert!((first - second).abs() < 1e-6 * first.abs(), "{first} {second}");
        // The curvature is that of a³ at the edge, 13, and the reach three times the range of 6: 3·13² + 6·13·18.
        assert!((first / 20.0 - 1911.0).abs() < 10.0, "{first}");
    }

    #[test]
    fn bad_degrees_and_penalties_are_refused() {
        for degree in [0, 7] {
            assert!(
                PolynomialRegression::new(degree).is_err() && PolynomialRegression::cross_validated(degree).is_err()
            );
        }
        for penalty in [-1.0, f64::NAN, f64::INFINITY] {
            assert!(PolynomialRegression::new(2).unwrap().with_ridge(penalty).is_err());
        }
    }
}
