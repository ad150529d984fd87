//! Saving fitted models, and loading what was saved here or in Rust.

use std::path::PathBuf;
use std::sync::Arc;

use etiology::FittedModel;
use etiology::mechanism::MechanismRegistry;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use super::PyFittedModel;
use crate::errors::OrRaise;
use crate::mechanism::Code;

fn registry(py: Python<'_>, mechanisms: Option<&Bound<'_, PyDict>>) -> PyResult<MechanismRegistry> {
    let mut registry = MechanismRegistry::new();
    for (name, code) in mechanisms.into_iter().flatten() {
        let name: String = name.extract()?;
        let code = Code::registered(&name, &code)?;
        registry = registry.register(name, Arc::new(code)).or_raise(py)?;
    }
    Ok(registry)
}

#[pymethods]
impl PyFittedModel {
    /// Saves the model: as JSON if the name ends in `.json`, in binary otherwise.
    fn save(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        py.detach(|| self.model.save(path)).or_raise(py)
    }

    /// A model that was saved, here or in Rust. Mechanisms written in code are given by name: a function, or a pair of functions as
    /// `Mechanism.custom` takes them.
    #[staticmethod]
    #[pyo3(signature = (path, mechanisms=None))]
    fn load(py: Python<'_>, path: PathBuf, mechanisms: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let registry = registry(py, mechanisms)?;
        Ok(Self { model: py.detach(|| FittedModel::load_with(path, &registry)).or_raise(py)? })
    }

    /// The model in binary.
    fn to_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &py.detach(|| self.model.to_bytes()).or_raise(py)?))
    }

    /// A model from what `to_bytes` gave.
    #[staticmethod]
    #[pyo3(signature = (data, mechanisms=None))]
    fn from_bytes(py: Python<'_>, data: &[u8], mechanisms: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        Ok(Self { model: FittedModel::from_bytes_with(data, &registry(py, mechanisms)?).or_raise(py)? })
    }

    /// The model as JSON.
    fn to_json(&self, py: Python<'_>) -> PyResult<String> {
        self.model.to_json().or_raise(py)
    }

    /// A model from what `to_json` gave.
    #[staticmethod]
    #[pyo3(signature = (text, mechanisms=None))]
    fn from_json(py: Python<'_>, text: &str, mechanisms: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        Ok(Self { model: FittedModel::from_json_with(text, &registry(py, mechanisms)?).or_raise(py)? })
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (Bound<'py, PyBytes>,))> {
        Ok((py.get_type::<Self>().getattr("from_bytes")?, (self.to_bytes(py)?,)))
    }
}
