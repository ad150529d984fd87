//! Data and mechanisms that do not go together.

use etiology::mechanism::{CausalMechanism, LinearFunction, ParentFunction, Regressor};
use etiology::noise::{Location, TailConfig};
use etiology::{
    AdditiveNoiseModel, Attribution, AttributionConfig, Dataset, Error, FittedModel, KnownFormula, NoiseFamily,
    StructuralCausalModel,
};
use ndarray::{ArrayView1, ArrayView2};

use super::{case, check, custom, data_with, event, good_data, known_pair_with, pair};

/// Fits a → b with the default mechanisms.
fn fit(a: Vec<f64>, b: Vec<f64>) -> Result<FittedModel, Error> {
    let data = data_with(a, b)?;
    StructuralCausalModel::new(pair()?).assign_mechanisms(&data)?.fit(&data)
}

/// Fits a → b to good data with this mechanism of a node and the default one of the other.
fn fit_with(node: &str, mechanism: impl Into<CausalMechanism>) -> Result<FittedModel, Error> {
    let data = good_data()?;
    StructuralCausalModel::new(pair()?).with_mechanism(node, mechanism)?.assign_mechanisms(&data)?.fit(&data)
}

/// A regression that returns whatever function it was given.
#[derive(Debug)]
struct Returns(ParentFunction);

impl Regressor for Returns {
    fn fit(&self, _: ArrayView2<'_, f64>, _: ArrayView1<'_, f64>) -> etiology::Result<ParentFunction> {
        Ok(self.0.clone())
    }
    fn min_rows(&self, _: usize) -> usize {
        1
    }
}

#[test]
fn fitting() {
    let five = || vec![1.0, 2.0, 3.0, 4.0, 5.0];
    check(vec![
        case("one row", || fit(vec![1.0], vec![2.0]), &["`a`", "at least 2 rows", "1"]),
        case("too few rows for the parents", || fit(vec![1.0, 2.0], vec![2.0, 5.0]), &["`b`", "3 rows", "2"]),
        case(
            "too few complete rows of a root",
            move || fit(vec![1.0, f64::NAN, f64::NAN, f64::NAN, f64::NAN], five()),
            &["`a`", "at least 2 rows", "1", "4 rows in which it or a parent is missing"],
        ),
        case(
            "too few rows with the parent present",
            move || fit(vec![1.0, 2.0, f64::NAN, f64::NAN, 5.0], vec![1.0, f64::NAN, 3.0, 4.0, 6.0]),
            &["`b`", "3 rows", "has 2", "3 rows in which it or a parent is missing"],
        ),
        case("a column of nothing", move || fit(five(), vec![f64::NAN; 5]), &["`b`", "at least 2 rows", "has 0"]),
        case(
            "infinity beside a gap",
            move || fit(vec![f64::NAN, 2.0, f64::INFINITY, 4.0, 5.0], five()),
            &["`a`", "1 missing", "1 infinite", "row 2"],
        ),
        case(
            "infinity in a parent",
            move || fit(vec![1.0, 2.0, f64::INFINITY, 4.0, 5.0], five()),
            &["`a`", "1 infinite", "row 2"],
        ),
        case(
            "text",
            || {
                let data = Dataset::from_csv_reader("a,b\n1,2\n2,slow\n3,4\n".as_bytes())?;
                StructuralCausalModel::new(pair()?).assign_mechanisms(&data)
            },
            &["`b`", "row 1", "`slow`"],
        ),
        case(
            "text in the column of a node with a mechanism",
            || {
                let data = Dataset::from_csv_reader("a,b\n1,2\n2,slow\n3,4\n".as_bytes())?;
                let model = StructuralCausalModel::new(pair()?).with_mechanism("a", NoiseFamily::Empirical)?;
                model.with_mechanism("b", AdditiveNoiseModel::linear())?.fit(&data)
            },
            &["`b`", "row 1", "`slow`"],
        ),
        case(
            "no column for a node",
            || {
                let data = Dataset::from_columns([("a", five_values()), ("c", five_values())])?;
                StructuralCausalModel::new(pair()?).assign_mechanisms(&data)
            },
            &["`b`", "`a`, `c`"],
        ),
        case(
            "no mechanism",
            || StructuralCausalModel::new(pair()?).with_mechanism("a", NoiseFamily::Normal)?.fit(&good_data()?),
            &["`b`", "no mechanism"],
        ),
        case(
            "no mechanism and no data",
            || StructuralCausalModel::new(pair()?).without_fitting(),
            &["`a`", "no mechanism"],
        ),
        case("unfitted regression without data", || known_pair_with(AdditiveNoiseModel::linear()), &["`b`", "fitted"]),
        case(
            "unfitted noise without data",
            || known_pair_with(AdditiveNoiseModel::known(KnownFormula::sum(["a"]))),
            &["`b`", "formula", "fitted"],
        ),
        case("gamma with a zero", || fit_root(NoiseFamily::gamma(), 0.0), &["gamma", "`a`", "above", "0"]),
        case("log-normal of a negative", || fit_root(NoiseFamily::log_normal(), -1.5), &["log-normal", "`a`", "-1.5"]),
        case(
            "half-normal of a negative",
            || fit_root(NoiseFamily::half_normal(), -1.5),
            &["half-normal", "`a`", "-1.5"],
        ),
        case(
            "exponential of a negative",
            || fit_root(NoiseFamily::exponential(), -1.5),
            &["exponential", "`a`", "-1.5"],
        ),
        case(
            "family located at NaN",
            || fit_root(NoiseFamily::Exponential { location: Location::Given(f64::NAN) }, 1.0),
            &["location", "NaN"],
        ),
        case(
            "tails of half of the values each",
            || fit_root(NoiseFamily::Tailed(TailConfig::default().with_fraction(0.5)), 1.0),
            &["share", "tail", "1/4", "0.5"],
        ),
        case("most likely family of an infinity", || fit_root(NoiseFamily::MostLikely, f64::INFINITY), &["`a`", "inf"]),
        case(
            "normal noise of an exact function",
            || {
                let data = data_with(five_values(), five_values())?;
                let exact = AdditiveNoiseModel::known(KnownFormula::sum(["a"])).with_noise(NoiseFamily::Normal);
                StructuralCausalModel::new(pair()?).with_mechanism("b", exact)?.assign_mechanisms(&data)?.fit(&data)
            },
            &["noise of node `b`", "constant"],
        ),
        case(
            "formula of NaN",
            || fit_with("b", AdditiveNoiseModel::known(KnownFormula::new(["a"], |_| f64::NAN))),
            &["`b`", "NaN"],
        ),
        case(
            "custom noise of NaN",
            || fit_with("b", custom(|a, n| a + n, |_, _| f64::NAN)),
            &["`b`", "NaN", "recover"],
        ),
        case(
            "custom noise of infinity",
            || fit_with("b", custom(|a, n| a + n, |_, _| f64::INFINITY)),
            &["`b`", "inf", "recover"],
        ),
        case(
            "coefficient beyond the range of f64",
            || fit(vec![1e-300, 2e-300, 4e-300, 3e-300], vec![1e300, 2e300, 5e300, 3e300]),
            &["`b`", "coefficient", "too large"],
        ),
        case(
            "regression with a coefficient too few",
            || regress(ParentFunction::Linear(LinearFunction { intercept: 0.0, coefficients: vec![] })),
            &["`b`", "coefficient"],
        ),
        case(
            "regression with a coefficient too many",
            || regress(ParentFunction::Linear(LinearFunction { intercept: 0.0, coefficients: vec![1.0, 1.0] })),
            &["`b`", "coefficient"],
        ),
        case("regression that returns NaN", || regress(ParentFunction::formula(|_| f64::NAN)), &["`b`", "NaN"]),
    ]);
}

fn five_values() -> Vec<f64> {
    vec![1.0, 2.0, 3.0, 4.0, 5.0]
}

/// Fits a family to the root a, whose smallest value is this.
fn fit_root(family: NoiseFamily, smallest: f64) -> Result<FittedModel, Error> {
    let data = data_with(vec![2.0, smallest, 3.0, 2.5, 4.0], five_values())?;
    StructuralCausalModel::new(pair()?).with_mechanism("a", family)?.assign_mechanisms(&data)?.fit(&data)
}

/// Fits and attributes with a regression that returns this function.
fn regress(function: ParentFunction) -> Result<Attribution, Error> {
    fit_with("b", AdditiveNoiseModel::new(Returns(function)))?.attribute_outlier(
        "b",
        &event()?,
        &AttributionConfig::default(),
    )
}
