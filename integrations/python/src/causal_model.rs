//! Models before they are fitted.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};

use etiology::bootstrap::Figures;
use etiology::mechanism::AssignmentConfig;
use etiology::{BootstrapConfig, Error, FittedModel, StructuralCausalModel};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFloat};

use crate::answers::{PyAssignmentReport, PyBootstrapIntervals, PyDistributionChange, PyFigureIntervals};
use crate::columns::{dataset, observation, table};
use crate::errors::{OrRaise, keep};
use crate::fitted::PyFittedModel;
use crate::graph::{PyCausalGraph, graph};
use crate::mechanism::PyMechanism;
use crate::options::{self, take};
use crate::run::{run, run_watched};

/// A causal graph with the mechanisms of some or all of its nodes. It never changes: every method gives a new one.
#[pyclass(name = "StructuralCausalModel", module = "etiology", frozen)]
#[derive(Debug)]
pub(crate) struct PyStructuralCausalModel {
    model: StructuralCausalModel,
}

/// What a function asks of a model, as figures: a number, a mapping of names to numbers, or a sequence of numbers.
fn figures(answer: &Bound<'_, PyAny>) -> PyResult<Figures> {
    if let Ok(value) = answer.extract::<f64>() {
        return Ok(value.into());
    }
    if let Ok(items) = answer.call_method0("items") {
        let mut named = Vec::new();
        for item in items.try_iter()? {
            let (name, value): (Bound<'_, PyAny>, Bound<'_, PyAny>) = item?.extract()?;
            let value: f64 = value.py().get_type::<PyFloat>().call1((value,))?.extract()?;
            named.push((name.str()?.to_string(), value));
        }
        return Ok(named.into());
    }
    Ok(answer.try_iter()?.map(|value| value?.extract::<f64>()).collect::<PyResult<Vec<f64>>>()?.into())
}

/// The error that stands for what a function written in Python raised.
fn raised(error: PyErr) -> Error {
    let message = error.to_string();
    keep(error);
    Error::Training { message: format!("the function that was asked raised {message}") }
}

/// Tells how far something is.
fn tell(progress: Option<&Py<PyAny>>, done: &AtomicUsize, total: &AtomicUsize, py: Python<'_>) -> PyResult<()> {
    match (progress, total.load(Ordering::Relaxed)) {
        (Some(progress), total) if total > 0 => progress.call1(py, (done.load(Ordering::Relaxed), total)).map(|_| ()),
        _ => Ok(()),
    }
}

/// How far something is, for others to look at.
#[derive(Default)]
struct Progress {
    done: AtomicUsize,
    total: AtomicUsize,
}

impl Progress {
    fn note(&self, done: usize, total: usize) -> ControlFlow<()> {
        self.done.fetch_max(done, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
        ControlFlow::Continue(())
    }

    fn run<R: Send>(
        &self,
        py: Python<'_>,
        told: Option<&Py<PyAny>>,
        compute: impl FnOnce() -> etiology::Result<R> + Send,
    ) -> PyResult<R> {
        let found = run_watched(py, compute, |py| tell(told, &self.done, &self.total, py))?;
        tell(told, &self.done, &self.total, py)?;
        Ok(found)
    }
}

#[pymethods]
impl PyStructuralCausalModel {
    #[new]
    fn new(graph: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(Self { model: StructuralCausalModel::new(self::graph(graph)?) })
    }

    /// The causal graph.
    #[getter]
    fn graph(&self) -> PyCausalGraph {
        PyCausalGraph { graph: self.model.graph().clone() }
    }

    /// The model with a mechanism for a node.
    fn with_mechanism(&self, py: Python<'_>, node: &str, mechanism: &PyMechanism) -> PyResult<Self> {
        Ok(Self { model: self.model.clone().with_mechanism(node, mechanism.mechanism.clone()).or_raise(py)? })
    }

    /// The mechanism of a node, if it has one yet.
    fn mechanism(&self, py: Python<'_>, node: &str) -> PyResult<Option<PyMechanism>> {
        Ok(self.model.mechanism(node).or_raise(py)?.cloned().map(PyMechanism::of))
    }

    /// The model with mechanisms for all nodes that have none, chosen by cross-validation; `search="linear"` takes linear ones.
    #[pyo3(signature = (data, **options))]
    fn assign_mechanisms<'py>(
        &self,
        py: Python<'py>,
        data: &Bound<'py, PyAny>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Self> {
        let data = dataset(data, Some(self.model.graph()))?;
        let config: AssignmentConfig = options::config(py, options)?;
        let model = run(py, || self.model.clone().assign_mechanisms_with(&data, &config))?;
        Ok(Self { model })
    }

    /// Which mechanisms were chosen, and why.
    #[getter]
    fn assignment_report(&self) -> Option<PyAssignmentReport> {
        self.model.assignment_report().map(|report| PyAssignmentReport::new(report.clone(), ()))
    }

    /// The model fitted to data.
    fn fit(&self, py: Python<'_>, data: &Bound<'_, PyAny>) -> PyResult<PyFittedModel> {
        let data = dataset(data, Some(self.model.graph()))?;
        Ok(PyFittedModel { model: run(py, || self.model.fit(&data))? })
    }

    /// The fitted model of one that is wholly known, which needs no data.
    fn without_fitting(&self, py: Python<'_>) -> PyResult<PyFittedModel> {
        Ok(PyFittedModel { model: run(py, || self.model.without_fitting())? })
    }

    /// Why the distribution of a target differs between two tables: mechanisms that changed, tested, with errors.
    #[pyo3(signature = (old, new, target, **options))]
    fn distribution_change<'py>(
        &self,
        py: Python<'py>,
        old: &Bound<'py, PyAny>,
        new: &Bound<'py, PyAny>,
        target: &str,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<PyDistributionChange> {
        let (old, new) = (dataset(old, Some(self.model.graph()))?, dataset(new, Some(self.model.graph()))?);
        let config = options::change(py, options)?;
        let answer = run(py, || self.model.distribution_change(&old, &new, target, &config))?;
        Ok(PyDistributionChange::new(answer, ()))
    }

    /// Intervals of an attribution that include the fit. `progress` is called with how many resamples are done and how many there are;
    /// `bootstrap` has the options of the bootstrap, all others are those of the attribution.
    #[pyo3(signature = (data, target, event, bootstrap=None, progress=None, **options))]
    #[allow(clippy::too_many_arguments)]
    fn bootstrap_attribution<'py>(
        &self,
        py: Python<'py>,
        data: &Bound<'py, PyAny>,
        target: &str,
        event: &Bound<'py, PyAny>,
        bootstrap: Option<&Bound<'py, PyDict>>,
        progress: Option<Py<PyAny>>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<PyBootstrapIntervals> {
        let (data, event) = (dataset(data, Some(self.model.graph()))?, observation(event)?);
        let bootstrap: BootstrapConfig = options::config(py, bootstrap)?;
        let config = options::attribution(py, options)?;
        let noted = Progress::default();
        let answer = noted.run(py, progress.as_ref(), || {
            self.model.bootstrap_attribution_with(&data, target, &event, &config, &bootstrap, |done, total| {
                noted.note(done, total)
            })
        })?;
        Ok(PyBootstrapIntervals::new(answer, ()))
    }

    /// Intervals of any figures that include the fit: `ask` gets a fitted model and gives a number, a mapping of names to numbers, or a
    /// sequence of numbers.
    #[pyo3(signature = (data, ask, **options))]
    fn bootstrap<'py>(
        &self,
        py: Python<'py>,
        data: &Bound<'py, PyAny>,
        ask: Py<PyAny>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<PyFigureIntervals> {
        let data = dataset(data, Some(self.model.graph()))?;
        let (config, progress) = with_progress(py, options)?;
        let asked = |model: &FittedModel| -> etiology::Result<Figures> {
            Python::attach(|py| figures(&ask.bind(py).call1((PyFittedModel { model: model.clone() },))?))
                .map_err(raised)
        };
        let noted = Progress::default();
        let answer = noted.run(py, progress.as_ref(), || {
            self.model.bootstrap_with(&data, &config, asked, |done, total| noted.note(done, total))
        })?;
        Ok(PyFigureIntervals::new(answer, ()))
    }

    /// Intervals of what two tables are needed for: `ask` gets two fitted models and the two tables.
    #[pyo3(signature = (old, new, ask, **options))]
    fn bootstrap_pair<'py>(
        &self,
        py: Python<'py>,
        old: &Bound<'py, PyAny>,
        new: &Bound<'py, PyAny>,
        ask: Py<PyAny>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<PyFigureIntervals> {
        let (old, new) = (dataset(old, Some(self.model.graph()))?, dataset(new, Some(self.model.graph()))?);
        let (config, progress) = with_progress(py, options)?;
        let noted = Progress::default();
        let answer = noted.run(py, progress.as_ref(), || {
            let asked =
                |first: &FittedModel, second: &FittedModel, old: &etiology::Dataset, new: &etiology::Dataset| {
                    let models = (PyFittedModel { model: first.clone() }, PyFittedModel { model: second.clone() });
                    let tables = (table(old.clone()), table(new.clone()));
                    Python::attach(|py| figures(&ask.bind(py).call1((models.0, models.1, tables.0, tables.1))?))
                        .map_err(raised)
                };
            self.model.bootstrap_pair_with(&old, &new, &config, asked, |done, total| noted.note(done, total))
        })?;
        Ok(PyFigureIntervals::new(answer, ()))
    }

    fn __repr__(&self) -> String {
        let graph = self.model.graph();
        format!("StructuralCausalModel({} nodes, {} edges)", graph.node_count(), graph.edge_count())
    }
}

impl PyStructuralCausalModel {
    pub(crate) fn of(model: StructuralCausalModel) -> Self {
        Self { model }
    }
}

/// The configuration of a bootstrap, and whom to tell of its progress.
fn with_progress<'py>(
    py: Python<'py>,
    options: Option<&Bound<'py, PyDict>>,
) -> PyResult<(BootstrapConfig, Option<Py<PyAny>>)> {
    let options = options.map_or_else(|| Ok(PyDict::new(py)), |options| options.copy())?;
    let progress = take(&options, "progress")?.map(Bound::unbind);
    Ok((options::config(py, Some(&options))?, progress))
}
