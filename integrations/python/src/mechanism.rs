//! Noises and mechanisms, before they are fitted.

use std::fmt;

use etiology::mechanism::{
    BoostedTrees, CausalMechanism, ClassifierModel, DiscreteAdditiveNoiseModel, LinearRegression, Link,
    LocationScaleModel, NoiseModel, ParentFunction, PolynomialRegression, PostNonlinearModel, Regressor,
};
use etiology::{AdditiveNoiseModel, CustomMechanism, Error, KnownFormula, Mechanism, NoiseDistribution, NoiseFamily};
use numpy::ndarray::{Array2, ArrayView1, ArrayView2};
use numpy::{IntoPyArray, PyArray1, PyArrayMethods, PyReadonlyArray1};
use pyo3::prelude::*;

use crate::errors::{OrRaise, exception, keep};

/// A distribution of noise: known, or a family to fit.
#[pyclass(name = "Noise", module = "etiology", frozen, from_py_object)]
#[derive(Debug, Clone)]
pub(crate) struct PyNoise {
    noise: NoiseModel,
}

fn invalid(name: &'static str, requirement: &'static str, found: &str) -> Error {
    Error::InvalidParameter { name, requirement, found: format!("`{found}`") }
}

#[pymethods]
impl PyNoise {
    /// A family to fit: `empirical`, `tailed`, `normal`, `half_normal`, `exponential`, `gamma`, `log_normal`, `uniform`, or `most_likely` for
    /// the one of them that fits best.
    #[staticmethod]
    fn fit(py: Python<'_>, family: &str) -> PyResult<Self> {
        let family = match family {
            "empirical" => NoiseFamily::Empirical,
            "tailed" => NoiseFamily::tailed(),
            "normal" => NoiseFamily::Normal,
            "half_normal" => NoiseFamily::half_normal(),
            "exponential" => NoiseFamily::exponential(),
            "gamma" => NoiseFamily::gamma(),
            "log_normal" => NoiseFamily::log_normal(),
            "uniform" => NoiseFamily::Uniform,
            "most_likely" => NoiseFamily::MostLikely,
            _ => {
                let known = "`empirical`, `tailed`, `normal`, `half_normal`, `exponential`, `gamma`, `log_normal`, `uniform` or `most_likely`";
                return Err(exception(py, &invalid("the family of noise", known, family)));
            }
        };
        Ok(Self { noise: NoiseModel::Fit(family) })
    }

    /// Always this value.
    #[staticmethod]
    fn constant(py: Python<'_>, value: f64) -> PyResult<Self> {
        Self::known(py, NoiseDistribution::constant(value))
    }

    /// Each of these values as likely as any other.
    #[staticmethod]
    fn empirical(py: Python<'_>, values: PyReadonlyArray1<'_, f64>) -> PyResult<Self> {
        Self::known(py, NoiseDistribution::empirical(&values.as_array().to_vec()))
    }

    /// A normal distribution.
    #[staticmethod]
    fn normal(py: Python<'_>, mean: f64, std_dev: f64) -> PyResult<Self> {
        Self::known(py, NoiseDistribution::normal(mean, std_dev))
    }

    /// The upper half of a normal distribution.
    #[staticmethod]
    fn half_normal(py: Python<'_>, location: f64, scale: f64) -> PyResult<Self> {
        Self::known(py, NoiseDistribution::half_normal(location, scale))
    }

    /// An exponential distribution.
    #[staticmethod]
    #[pyo3(signature = (mean, location=0.0))]
    fn exponential(py: Python<'_>, mean: f64, location: f64) -> PyResult<Self> {
        Self::known(py, NoiseDistribution::exponential(mean).and_then(|noise| noise.shifted_by(location)))
    }

    /// A gamma distribution.
    #[staticmethod]
    #[pyo3(signature = (shape, scale, location=0.0))]
    fn gamma(py: Python<'_>, shape: f64, scale: f64, location: f64) -> PyResult<Self> {
        Self::known(py, NoiseDistribution::gamma(shape, scale).and_then(|noise| noise.shifted_by(location)))
    }

    /// The exponential of a normal distribution.
    #[staticmethod]
    #[pyo3(signature = (mu, sigma, location=0.0))]
    fn log_normal(py: Python<'_>, mu: f64, sigma: f64, location: f64) -> PyResult<Self> {
        Self::known(py, NoiseDistribution::log_normal(mu, sigma).and_then(|noise| noise.shifted_by(location)))
    }

    /// A uniform distribution.
    #[staticmethod]
    fn uniform(py: Python<'_>, low: f64, high: f64) -> PyResult<Self> {
        Self::known(py, NoiseDistribution::uniform(low, high))
    }

    fn __repr__(&self) -> String {
        match &self.noise {
            NoiseModel::Known(noise) => format!("Noise({noise})"),
            NoiseModel::Fit(family) => format!("Noise({family}, to be fitted)"),
            other => format!("Noise({other:?})"),
        }
    }
}

impl PyNoise {
    fn known(py: Python<'_>, noise: etiology::Result<NoiseDistribution>) -> PyResult<Self> {
        Ok(Self { noise: NoiseModel::Known(noise.or_raise(py)?) })
    }
}

/// How a node follows from its parents, before it is fitted.
#[pyclass(name = "Mechanism", module = "etiology", frozen, from_py_object)]
#[derive(Debug, Clone)]
pub(crate) struct PyMechanism {
    pub(crate) mechanism: CausalMechanism,
    what: String,
}

/// The regressions that are named.
macro_rules! by_regressor {
    ($py:expr, $name:expr, $parameter:expr, $make:expr) => {{
        let parameter = |default: f64| $parameter.unwrap_or(default);
        let degree = || parameter(2.0) as usize;
        match $name {
            "linear" => Ok($make(LinearRegression::ordinary())),
            "ridge" => LinearRegression::ridge(parameter(1.0)).or_raise($py).map($make),
            "polynomial" => PolynomialRegression::new(degree()).or_raise($py).map($make),
            "boosted_trees" => Ok($make(BoostedTrees::default())),
            name => {
                let known = "`linear`, `ridge`, `polynomial` or `boosted_trees`";
                Err(exception($py, &invalid("the regressor", known, name)))
            }
        }
    }};
}

#[pymethods]
impl PyMechanism {
    /// A node without parents: its value is its noise.
    #[staticmethod]
    fn root(noise: PyNoise) -> Self {
        Self { what: "root".to_owned(), mechanism: noise.noise.into() }
    }

    /// A regression of the parents plus noise: `linear`, `ridge`, `polynomial` (whose parameter is the penalty, or the degree) or
    /// `boosted_trees`.
    #[staticmethod]
    #[pyo3(signature = (regressor="linear", noise=None, parameter=None))]
    fn additive(py: Python<'_>, regressor: &str, noise: Option<PyNoise>, parameter: Option<f64>) -> PyResult<Self> {
        let model = by_regressor!(py, regressor, parameter, AdditiveNoiseModel::new)?;
        let model = noise.map_or(model.clone(), |noise| model.with_noise(noise.noise));
        Ok(Self { what: format!("additive noise, {regressor}"), mechanism: model.into() })
    }

    /// A regression plus noise on the scale of a link: `log`, `log1p` or `logit`.
    #[staticmethod]
    #[pyo3(signature = (link, regressor="linear", noise=None, parameter=None))]
    fn post_nonlinear(
        py: Python<'_>,
        link: &str,
        regressor: &str,
        noise: Option<PyNoise>,
        parameter: Option<f64>,
    ) -> PyResult<Self> {
        let function = match link {
            "identity" => Link::Identity,
            "log" => Link::Log,
            "log1p" => Link::Log1p,
            "logit" => Link::Logit,
            _ => return Err(exception(py, &invalid("the link", "`log`, `log1p`, `logit` or `identity`", link))),
        };
        fn make(link: Link) -> impl Fn(DynRegressor) -> PostNonlinearModel {
            move |regressor| PostNonlinearModel::new(link, regressor)
        }
        let model =
            by_regressor!(py, regressor, parameter, |regressor| make(function)(DynRegressor(Box::new(regressor))))?;
        let model = noise.map_or(model.clone(), |noise| model.with_noise(noise.noise));
        Ok(Self { what: format!("additive noise after {link}, {regressor}"), mechanism: model.into() })
    }

    /// A regression plus noise whose size depends on the parents.
    #[staticmethod]
    #[pyo3(signature = (regressor="linear", noise=None, parameter=None))]
    fn location_scale(
        py: Python<'_>,
        regressor: &str,
        noise: Option<PyNoise>,
        parameter: Option<f64>,
    ) -> PyResult<Self> {
        let model = by_regressor!(py, regressor, parameter, LocationScaleModel::new)?;
        let model = noise.map_or(model.clone(), |noise| model.with_noise(noise.noise));
        Ok(Self { what: format!("noise of varying size, {regressor}"), mechanism: model.into() })
    }

    /// A rounded regression plus integer noise.
    #[staticmethod]
    #[pyo3(signature = (regressor="linear", noise=None, parameter=None))]
    fn discrete(py: Python<'_>, regressor: &str, noise: Option<PyNoise>, parameter: Option<f64>) -> PyResult<Self> {
        let model = by_regressor!(py, regressor, parameter, DiscreteAdditiveNoiseModel::new)?;
        let model = noise.map_or(model.clone(), |noise| model.with_noise(noise.noise));
        Ok(Self { what: format!("integer noise, {regressor}"), mechanism: model.into() })
    }

    /// A category by the probabilities of its classes: by logistic regression, or by shares of rows.
    #[staticmethod]
    #[pyo3(signature = (method="logistic"))]
    fn classifier(py: Python<'_>, method: &str) -> PyResult<Self> {
        let model = match method {
            "logistic" => ClassifierModel::logistic(),
            "shares" => ClassifierModel::shares(),
            _ => return Err(exception(py, &invalid("the classifier", "`logistic` or `shares`", method))),
        };
        Ok(Self { what: format!("classifier, {method}"), mechanism: model.into() })
    }

    /// A weighted sum of the parents plus noise.
    #[staticmethod]
    #[pyo3(signature = (weights, noise=None))]
    fn weighted_sum(py: Python<'_>, weights: Vec<(String, f64)>, noise: Option<PyNoise>) -> PyResult<Self> {
        let model = AdditiveNoiseModel::known(KnownFormula::weighted_sum(weights).or_raise(py)?);
        Ok(Self::of_formula("a weighted sum", model, noise))
    }

    /// The largest of the parents plus noise.
    #[staticmethod]
    #[pyo3(signature = (parents, noise=None))]
    fn maximum(parents: Vec<String>, noise: Option<PyNoise>) -> Self {
        Self::of_formula("a maximum", AdditiveNoiseModel::known(KnownFormula::maximum(parents)), noise)
    }

    /// A function of the parents plus noise. It gets an array of rows × parents and gives a value for each row; it must be deterministic.
    #[staticmethod]
    #[pyo3(signature = (parents, function, noise=None, name=None))]
    fn function(parents: Vec<String>, function: Py<PyAny>, noise: Option<PyNoise>, name: Option<String>) -> Self {
        let what = name.clone().unwrap_or_else(|| "a function".to_owned());
        Self::of_code(parents, Code { what, evaluate: Evaluate::Additive(function) }, noise, name)
    }

    /// Any function of the parents and the noise, with the one that recovers the noise. Both get an array of rows × parents and an array
    /// with a number for each row, the noise or the value, and give a number for each row.
    #[staticmethod]
    #[pyo3(signature = (parents, evaluate, estimate_noise, noise=None, name=None))]
    fn custom(
        parents: Vec<String>,
        evaluate: Py<PyAny>,
        estimate_noise: Py<PyAny>,
        noise: Option<PyNoise>,
        name: Option<String>,
    ) -> Self {
        let what = name.clone().unwrap_or_else(|| "custom".to_owned());
        Self::of_code(parents, Code { what, evaluate: Evaluate::Pair { evaluate, estimate_noise } }, noise, name)
    }

    fn __repr__(&self) -> String {
        format!("Mechanism({})", self.what)
    }
}

impl PyMechanism {
    pub(crate) fn of(mechanism: CausalMechanism) -> Self {
        Self { what: format!("{mechanism:?}"), mechanism }
    }

    fn of_formula(what: &str, model: AdditiveNoiseModel, noise: Option<PyNoise>) -> Self {
        let model = match noise {
            Some(noise) => model.with_noise(noise.noise),
            None => model,
        };
        Self { what: what.to_owned(), mechanism: model.into() }
    }

    fn of_code(parents: Vec<String>, code: Code, noise: Option<PyNoise>, name: Option<String>) -> Self {
        let what = code.what.clone();
        let mut custom = CustomMechanism::new(parents, code);
        if let Some(name) = name {
            custom = custom.with_name(name);
        }
        if let Some(noise) = noise {
            custom = custom.with_noise(noise.noise);
        }
        Self { what, mechanism: custom.into() }
    }
}

/// A regression of a kind that is not known.
#[derive(Debug)]
struct DynRegressor(Box<dyn Regressor>);

impl Regressor for DynRegressor {
    fn fit(&self, parents: ArrayView2<'_, f64>, values: ArrayView1<'_, f64>) -> etiology::Result<ParentFunction> {
        self.0.fit(parents, values)
    }

    fn fit_leaving_one_out(
        &self,
        parents: ArrayView2<'_, f64>,
        values: ArrayView1<'_, f64>,
    ) -> etiology::Result<(ParentFunction, Option<Vec<f64>>)> {
        self.0.fit_leaving_one_out(parents, values)
    }

    fn min_rows(&self, parents: usize) -> usize {
        self.0.min_rows(parents)
    }

    fn is_flexible(&self) -> bool {
        self.0.is_flexible()
    }

    fn as_linear(&self) -> Option<LinearRegression> {
        self.0.as_linear()
    }
}

/// A mechanism written in Python.
pub(crate) struct Code {
    what: String,
    evaluate: Evaluate,
}

enum Evaluate {
    /// A function of the parents, to which noise is added.
    Additive(Py<PyAny>),
    Pair {
        evaluate: Py<PyAny>,
        estimate_noise: Py<PyAny>,
    },
}

impl Code {
    /// What was given to a registry under a name: a function of the parents, or a pair.
    pub(crate) fn registered(name: &str, code: &Bound<'_, PyAny>) -> PyResult<Self> {
        let evaluate = match code.extract::<(Py<PyAny>, Py<PyAny>)>() {
            Ok((evaluate, estimate_noise)) => Evaluate::Pair { evaluate, estimate_noise },
            Err(_) => Evaluate::Additive(code.clone().unbind()),
        };
        Ok(Self { what: name.to_owned(), evaluate })
    }

    /// Calls a function with parents, column by column, and one more column if there is one.
    fn call(function: &Py<PyAny>, parents: &[&[f64]], last: Option<&[f64]>, rows: usize, found: &mut [f64]) {
        let call = |py: Python<'_>| -> PyResult<Vec<f64>> {
            let table =
                Array2::from_shape_fn((rows, parents.len()), |(row, column)| parents[column][row]).into_pyarray(py);
            let answer = match last {
                Some(last) => function.bind(py).call1((table, PyArray1::from_slice(py, last)))?,
                None => function.bind(py).call1((table,))?,
            };
            let numpy = py.import("numpy")?;
            let answer = numpy.call_method1("asarray", (answer, "float64"))?.call_method1("reshape", (-1,))?;
            let answer = answer.cast_into::<PyArray1<f64>>()?.to_vec()?;
            if answer.len() != rows {
                let what = "what a mechanism gives".to_owned();
                return Err(exception(py, &Error::LengthMismatch { what, expected: rows, found: answer.len() }));
            }
            Ok(answer)
        };
        match Python::attach(call) {
            Ok(answer) => found.copy_from_slice(&answer),
            Err(error) => {
                keep(error);
                found.fill(f64::NAN);
            }
        }
    }

    fn one(function: &Py<PyAny>, parents: &[f64], last: Option<f64>) -> f64 {
        let columns: Vec<&[f64]> = parents.iter().map(std::slice::from_ref).collect();
        let mut found = [f64::NAN];
        Self::call(function, &columns, last.as_ref().map(std::slice::from_ref), 1, &mut found);
        found[0]
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.what)
    }
}

impl Mechanism for Code {
    fn evaluate(&self, parents: &[f64], noise: f64) -> f64 {
        match &self.evaluate {
            Evaluate::Additive(function) => Self::one(function, parents, None) + noise,
            Evaluate::Pair { evaluate, .. } => Self::one(evaluate, parents, Some(noise)),
        }
    }

    fn estimate_noise(&self, parents: &[f64], value: f64) -> f64 {
        match &self.evaluate {
            Evaluate::Additive(function) => value - Self::one(function, parents, None),
            Evaluate::Pair { estimate_noise, .. } => Self::one(estimate_noise, parents, Some(value)),
        }
    }

    fn evaluate_columns(&self, parents: &[&[f64]], noise: &[f64], values: &mut [f64]) {
        match &self.evaluate {
            Evaluate::Additive(function) => {
                Self::call(function, parents, None, noise.len(), values);
                values.iter_mut().zip(noise).for_each(|(value, noise)| *value += noise);
            }
            Evaluate::Pair { evaluate, .. } => Self::call(evaluate, parents, Some(noise), noise.len(), values),
        }
    }
}
