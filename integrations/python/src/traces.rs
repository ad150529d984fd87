//! Traces of OpenTelemetry, Tempo, Jaeger and Zipkin.

use std::path::PathBuf;

use etiology::StructuralCausalModel;
use etiology::traces::{TraceConfig, Traces};
use pyo3::prelude::*;

use crate::causal_model::PyStructuralCausalModel;
use crate::columns::{PyDataset, table};
use crate::errors::OrRaise;
use crate::graph::PyCausalGraph;
use crate::run::run;

/// Latencies, a call graph and formulas from traces.
#[pyclass(name = "Traces", module = "etiology", frozen)]
#[derive(Debug)]
pub(crate) struct PyTraces {
    traces: Traces,
}

#[pymethods]
impl PyTraces {
    /// Reads a file of traces in JSON or protobuf, packed or not.
    #[staticmethod]
    #[pyo3(signature = (path, *, root_service=None, operation=None))]
    fn from_path(
        py: Python<'_>,
        path: PathBuf,
        root_service: Option<String>,
        operation: Option<String>,
    ) -> PyResult<Self> {
        let mut config = TraceConfig::default();
        if let Some(service) = root_service {
            config = config.with_root_service(service);
        }
        if let Some(operation) = operation {
            config = config.with_operation(operation);
        }
        Ok(Self { traces: run(py, || Traces::from_path(&path, &config))? })
    }

    /// The latency of every service in every request, in seconds.
    #[getter]
    fn latencies(&self) -> PyDataset {
        table(self.traces.latencies().clone())
    }

    /// Which service makes which other slow.
    #[getter]
    fn graph(&self) -> PyCausalGraph {
        PyCausalGraph { graph: self.traces.causal_graph().clone() }
    }

    /// The model whose formulas come from the structure of the traces, with an error of at most this share of the latencies.
    #[pyo3(signature = (max_error=0.01))]
    fn known_model(&self, py: Python<'_>, max_error: f64) -> PyResult<PyStructuralCausalModel> {
        let (model, _): (StructuralCausalModel, _) = self.traces.known_model(max_error).or_raise(py)?;
        Ok(PyStructuralCausalModel::of(model))
    }

    /// What was read, repaired and left out.
    #[getter]
    fn report(&self) -> String {
        self.traces.report().to_string()
    }

    /// The row of a trace.
    fn row_of(&self, trace_id: &str) -> Option<usize> {
        self.traces.row_of(trace_id)
    }

    /// The trace of a row.
    fn trace_id(&self, row: usize) -> Option<String> {
        self.traces.trace_id(row).map(str::to_owned)
    }

    fn __len__(&self) -> usize {
        self.traces.latencies().rows()
    }
}
