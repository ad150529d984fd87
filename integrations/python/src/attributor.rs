//! Targets that are prepared for many questions.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use etiology::attribution::Attributor;
use etiology::verdicts::Diagnoser;
use etiology::{Error, FittedModel};
use pyo3::prelude::*;

use crate::answers::{PyAttribution, PyAttributions, PyDiagnosis};
use crate::columns::observation;
use crate::errors::exception;
use crate::fitted::PyFittedModel;
use crate::run::{Pace, run};

/// A target prepared for one attribution after another.
#[pyclass(name = "Attributor", module = "etiology", frozen)]
#[derive(Debug)]
pub(crate) struct PyAttributor {
    attributor: Arc<Attributor>,
    pace: Pace,
}

impl PyAttributor {
    pub(crate) fn new(attributor: Attributor) -> Self {
        Self { attributor: Arc::new(attributor), pace: Pace::default() }
    }
}

/// Seconds as a duration.
fn seconds(py: Python<'_>, limit: f64) -> PyResult<Duration> {
    Duration::try_from_secs_f64(limit).map_err(|_| {
        let (name, requirement) = ("the time limit", "seconds, not negative");
        exception(py, &Error::InvalidParameter { name, requirement, found: limit.to_string() })
    })
}

#[pymethods]
impl PyAttributor {
    /// The node whose values are explained.
    #[getter]
    fn target(&self) -> &str {
        self.attributor.target()
    }

    /// By which engine events are answered first, and why.
    fn explain(&self) -> String {
        self.attributor.explain().to_string()
    }

    /// Attributes one event; with a limit, in seconds, by the best estimate until then.
    #[pyo3(signature = (event, limit=None))]
    fn attribute(&self, py: Python<'_>, event: &Bound<'_, PyAny>, limit: Option<f64>) -> PyResult<PyAttribution> {
        let event = observation(event)?;
        let limit = limit.map(|limit| seconds(py, limit)).transpose()?;
        let answer = match limit {
            None => self.pace.run(py, 1, || self.attributor.attribute(&event))?,
            Some(limit) => run(py, || {
                let timed = self.attributor.attribute_within(&event, limit, || ControlFlow::Continue(()))?;
                Ok(timed.attribution)
            })?,
        };
        Ok(PyAttribution::new(answer, self.attributor.model().graph().clone()))
    }

    /// Attributes every row of a table. Columns of contiguous floats are read where they are.
    pub(crate) fn attribute_rows(&self, py: Python<'_>, events: &Bound<'_, PyAny>) -> PyResult<PyAttributions> {
        let columns = PyFittedModel::columns(self.attributor.model(), events)?;
        columns.with(py, |columns| {
            let columns = self.pace.run(py, columns.rows(), || self.attributor.attribute_columns(columns))?;
            Ok(PyAttributions { columns })
        })
    }

    /// ln of the probability, floored, that the target had been as extreme if only the named nodes had behaved as they did.
    fn what_if(&self, py: Python<'_>, event: &Bound<'_, PyAny>, kept: Vec<String>) -> PyResult<(f64, f64)> {
        let event = observation(event)?;
        let answer = run(py, || self.attributor.what_if(&event, |node| kept.iter().any(|kept| kept == node)))?;
        Ok((answer.value, answer.std_error))
    }

    fn __repr__(&self) -> String {
        format!("Attributor(`{}`)", self.attributor.target())
    }
}

/// A target prepared for one diagnosis after another.
#[pyclass(name = "Diagnoser", module = "etiology", frozen)]
#[derive(Debug)]
pub(crate) struct PyDiagnoser {
    pub(crate) diagnoser: Diagnoser,
    pub(crate) model: FittedModel,
}

#[pymethods]
impl PyDiagnoser {
    /// Diagnoses one event.
    fn diagnose(&self, py: Python<'_>, event: &Bound<'_, PyAny>) -> PyResult<PyDiagnosis> {
        let event = observation(event)?;
        Ok(PyDiagnosis::new(run(py, || self.diagnoser.diagnose(&event))?, self.model.clone()))
    }

    fn __repr__(&self) -> String {
        format!("Diagnoser(`{}`)", self.diagnoser.attributor().target())
    }
}
