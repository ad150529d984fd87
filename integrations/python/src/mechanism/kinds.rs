//! The kinds of mechanisms.

use etiology::mechanism::{
    BoostedTrees, CausalMechanism, ClassifierModel, DiscreteAdditiveNoiseModel, LinearRegression, Link,
    LocationScaleModel, ParentFunction, PolynomialRegression, PostNonlinearModel, Regressor,
};
use etiology::{AdditiveNoiseModel, CustomMechanism, KnownFormula};
use numpy::ndarray::{ArrayView1, ArrayView2};
use pyo3::prelude::*;

use super::code::{Code, Evaluate};
use super::{PyNoise, invalid};
use crate::errors::{OrRaise, exception};

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
