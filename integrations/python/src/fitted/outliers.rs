//! Which nodes caused an outlier: attributions and diagnoses.

use etiology::Error;
use etiology::attribution::RowStatistic;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::PyFittedModel;
use crate::answers::{
    PyAttribution, PyAttributions, PyDiagnosis, PyRowsAttribution, PyRowsDiagnosis, PySystemDiagnosis,
};
use crate::attributor::{PyAttributor, PyDiagnoser};
use crate::columns::observation;
use crate::options;
use crate::run::run;

/// What of several rows is asked about: `mean`, `maximum`, or a threshold whose transgressions count.
fn statistic(py: Python<'_>, statistic: &Bound<'_, PyAny>) -> PyResult<RowStatistic> {
    if let Ok(threshold) = statistic.extract::<f64>() {
        return Ok(RowStatistic::CountAbove(threshold));
    }
    match statistic.extract::<String>()?.as_str() {
        "mean" => Ok(RowStatistic::Mean),
        "maximum" => Ok(RowStatistic::Maximum),
        other => Err(crate::errors::exception(
            py,
            &Error::InvalidParameter {
                name: "the statistic of rows",
                requirement: "`mean`, `maximum`, or a number that values are counted above",
                found: format!("`{other}`"),
            },
        )),
    }
}

#[pymethods]
impl PyFittedModel {
    /// Which nodes caused the outlier of a target in a row, and by how much.
    #[pyo3(signature = (target, event, **options))]
    fn attribute_outlier<'py>(
        &self,
        py: Python<'py>,
        target: &str,
        event: &Bound<'py, PyAny>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<PyAttribution> {
        let (event, config) = (observation(event)?, options::attribution(py, options)?);
        let answer = run(py, || self.model.attribute_outlier(target, &event, &config))?;
        Ok(PyAttribution::new(answer, self.model.graph().clone()))
    }

    /// The attributions of every row of a table, in columns.
    #[pyo3(signature = (target, events, **options))]
    fn attribute_outliers<'py>(
        &self,
        py: Python<'py>,
        target: &str,
        events: &Bound<'py, PyAny>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<PyAttributions> {
        self.attributor(py, target, options)?.attribute_rows(py, events)
    }

    /// Which nodes made several rows, taken as one event, unusual: their `mean`, their `maximum`, or how many are above a number.
    #[pyo3(signature = (target, rows, statistic, **options))]
    fn attribute_rows_together<'py>(
        &self,
        py: Python<'py>,
        target: &str,
        rows: &Bound<'py, PyAny>,
        statistic: &Bound<'py, PyAny>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<PyRowsAttribution> {
        let (rows, config) = (self.rows(rows)?, options::attribution(py, options)?);
        let statistic = self::statistic(py, statistic)?;
        let answer = run(py, || self.model.attribute_rows_together(target, &rows, statistic, &config))?;
        Ok(PyRowsAttribution::new(answer, ()))
    }

    /// A target prepared for one attribution after another.
    #[pyo3(signature = (target, **options))]
    fn attributor<'py>(
        &self,
        py: Python<'py>,
        target: &str,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<PyAttributor> {
        let config = options::attribution(py, options)?;
        let attributor = run(py, || self.model.attributor(target, config))?;
        Ok(PyAttributor::new(attributor))
    }

    /// Who is the root cause of the outlier of a target in a row.
    #[pyo3(signature = (target, event, **options))]
    fn diagnose<'py>(
        &self,
        py: Python<'py>,
        target: &str,
        event: &Bound<'py, PyAny>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<PyDiagnosis> {
        let (event, config) = (observation(event)?, options::diagnosis(py, options)?);
        let answer = run(py, || self.model.diagnose(target, &event, &config))?;
        Ok(PyDiagnosis::new(answer, self.model.clone()))
    }

    /// Who is the root cause of several rows, taken as one event.
    #[pyo3(signature = (target, rows, statistic, **options))]
    fn diagnose_rows_together<'py>(
        &self,
        py: Python<'py>,
        target: &str,
        rows: &Bound<'py, PyAny>,
        statistic: &Bound<'py, PyAny>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<PyRowsDiagnosis> {
        let (rows, config) = (self.rows(rows)?, options::diagnosis(py, options)?);
        let statistic = self::statistic(py, statistic)?;
        let answer = run(py, || self.model.diagnose_rows_together(target, &rows, statistic, &config))?;
        Ok(PyRowsDiagnosis::new(answer, ()))
    }

    /// Who is the root cause of whatever is unusual in a row.
    #[pyo3(signature = (event, **options))]
    fn diagnose_all<'py>(
        &self,
        py: Python<'py>,
        event: &Bound<'py, PyAny>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<PySystemDiagnosis> {
        let (event, config) = (observation(event)?, options::diagnosis(py, options)?);
        Ok(PySystemDiagnosis::new(run(py, || self.model.diagnose_all(&event, &config))?, ()))
    }

    /// A target prepared for one diagnosis after another.
    #[pyo3(signature = (target, **options))]
    fn diagnoser<'py>(
        &self,
        py: Python<'py>,
        target: &str,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<PyDiagnoser> {
        let config = options::diagnosis(py, options)?;
        let diagnoser = run(py, || self.model.diagnoser(target, config))?;
        Ok(PyDiagnoser { diagnoser, model: self.model.clone() })
    }
}
