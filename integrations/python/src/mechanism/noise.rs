//! Distributions of noise.

use etiology::mechanism::NoiseModel;
use etiology::{NoiseDistribution, NoiseFamily};
use numpy::PyReadonlyArray1;
use pyo3::prelude::*;

use super::invalid;
use crate::errors::{OrRaise, exception};

/// A distribution of noise: known, or a family to fit.
#[pyclass(name = "Noise", module = "etiology", frozen, from_py_object)]
#[derive(Debug, Clone)]
pub(crate) struct PyNoise {
    pub(super) noise: NoiseModel,
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
