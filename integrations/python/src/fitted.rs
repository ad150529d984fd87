//! Fitted models and their questions.

use std::path::PathBuf;
use std::sync::Arc;

use etiology::attribution::RowStatistic;
use etiology::mechanism::{FittedMechanism, MechanismRegistry};
use etiology::{Dataset, Error, FittedModel};
use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1, PyReadonlyArray2};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList};

use crate::answers::{
    PyArrowStrengths, PyAssignmentReport, PyAttribution, PyAttributions, PyCounterfactualRow, PyDiagnosis,
    PyDistributionChange, PyDrift, PyEffect, PyEvaluation, PyFitReport, PyInfluence, PyInterventionalTarget,
    PyRelevance, PyRowsAttribution, PyRowsDiagnosis, PySystemDiagnosis, PyUnitChange, as_objects,
};
use crate::attributor::{PyAttributor, PyDiagnoser};
use crate::columns::{Columns, PyDataset, dataset, observation, row_to_dict, table};
use crate::errors::OrRaise;
use crate::graph::PyCausalGraph;
use crate::intervention::intervention;
use crate::mechanism::Code;
use crate::options;
use crate::run::run;

/// A fitted model: all questions are asked of it. It never changes.
#[pyclass(name = "FittedModel", module = "etiology", frozen, from_py_object)]
#[derive(Debug, Clone)]
pub(crate) struct PyFittedModel {
    pub(crate) model: FittedModel,
}

fn registry(py: Python<'_>, mechanisms: Option<&Bound<'_, PyDict>>) -> PyResult<MechanismRegistry> {
    let mut registry = MechanismRegistry::new();
    for (name, code) in mechanisms.into_iter().flatten() {
        let name: String = name.extract()?;
        let code = Code::registered(&name, &code)?;
        registry = registry.register(name, Arc::new(code)).or_raise(py)?;
    }
    Ok(registry)
}

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
    /// The causal graph.
    #[getter]
    fn graph(&self) -> PyCausalGraph {
        PyCausalGraph { graph: self.model.graph().clone() }
    }

    /// 32 characters by which processes tell that they have the same model.
    #[getter]
    fn fingerprint(&self, py: Python<'_>) -> PyResult<String> {
        Ok(self.model.fingerprint().or_raise(py)?.to_string())
    }

    /// How many rows the model was fitted to.
    #[getter]
    fn training_rows(&self) -> Option<usize> {
        self.model.training_rows()
    }

    /// What the fit left out and repaired.
    #[getter]
    fn fit_report(&self) -> Option<PyFitReport> {
        self.model.fit_report().map(|report| PyFitReport::new(report.clone(), ()))
    }

    /// Which mechanisms were chosen, and why.
    #[getter]
    fn assignment_report(&self) -> Option<PyAssignmentReport> {
        self.model.assignment_report().map(|report| PyAssignmentReport::new(report.clone(), ()))
    }

    /// What speaks against the model.
    #[getter]
    fn findings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        as_objects(py, &self.model.findings())
    }

    /// The levels of a node that is a category; nothing for one that is a number.
    fn levels(&self, py: Python<'_>, node: &str) -> PyResult<Option<Vec<String>>> {
        Ok(self.model.levels(node).or_raise(py)?.map(|levels| levels.names().to_vec()))
    }

    /// A node's mechanism in words.
    fn describe(&self, py: Python<'_>, node: &str) -> PyResult<String> {
        let parents = self.model.mechanism_parents(node).or_raise(py)?;
        Ok(self.model.mechanism(node).or_raise(py)?.describe(&parents))
    }

    /// The parents of a node's mechanism, in its order.
    fn mechanism_parents(&self, py: Python<'_>, node: &str) -> PyResult<Vec<String>> {
        Ok(self.model.mechanism_parents(node).or_raise(py)?.into_iter().map(str::to_owned).collect())
    }

    /// The coefficients of a mechanism that is a linear regression.
    fn coefficients(&self, py: Python<'_>, node: &str) -> PyResult<Option<Vec<f64>>> {
        Ok(self.model.mechanism(node).or_raise(py)?.coefficients().map(<[f64]>::to_vec))
    }

    /// The distribution of a node's noise: the name of its family, with its parameters.
    fn mechanism_noise<'py>(&self, py: Python<'py>, node: &str) -> PyResult<Bound<'py, PyAny>> {
        Ok(pythonize::pythonize(py, self.model.mechanism(node).or_raise(py)?.noise())?)
    }

    /// The quantiles of a node's noise at these places between 0 and 1.
    fn noise_quantiles<'py>(
        &self,
        py: Python<'py>,
        node: &str,
        places: PyReadonlyArray1<'py, f64>,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let noise = self.model.mechanism(node).or_raise(py)?.noise();
        let quantiles =
            places.as_array().iter().map(|&place| noise.quantile(place)).collect::<etiology::Result<Vec<f64>>>();
        Ok(quantiles.or_raise(py)?.into_pyarray(py))
    }

    /// The values of a node's mechanism for rows of its parents, in its order, and noises.
    fn evaluate_mechanism<'py>(
        &self,
        py: Python<'py>,
        node: &str,
        parents: PyReadonlyArray2<'py, f64>,
        noise: PyReadonlyArray1<'py, f64>,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        self.of_rows(py, node, &parents, &noise, FittedMechanism::evaluate)
    }

    /// The noises that give a node these values, for rows of its parents in its mechanism's order.
    fn estimate_mechanism_noise<'py>(
        &self,
        py: Python<'py>,
        node: &str,
        parents: PyReadonlyArray2<'py, f64>,
        values: PyReadonlyArray1<'py, f64>,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        self.of_rows(py, node, &parents, &values, FittedMechanism::estimate_noise)
    }

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

    fn __repr__(&self) -> String {
        let graph = self.model.graph();
        let rows = self.model.training_rows().map_or(String::new(), |rows| format!(", fitted to {rows} rows"));
        format!("FittedModel({} nodes{rows})", graph.node_count())
    }

    /// Rows as the model would have them.
    #[pyo3(signature = (rows, *, seed=0))]
    fn draw_samples(&self, py: Python<'_>, rows: usize, seed: u64) -> PyResult<PyDataset> {
        run(py, || self.model.draw_samples(rows, seed)).map(table)
    }

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
        Ok(PyAttributor { attributor: Arc::new(attributor) })
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

    /// How unusual every node of a row is: `marginal`, and `conditional` on its parents, with the noise.
    #[pyo3(signature = (event, *, feature_map=None))]
    fn node_scores<'py>(
        &self,
        py: Python<'py>,
        event: &Bound<'py, PyAny>,
        feature_map: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyList>> {
        let (event, map) = (observation(event)?, options::feature_map(py, feature_map)?);
        as_objects(py, &run(py, || self.model.node_scores(&event, &map))?)
    }

    /// How unusual every node is in every row of a table, in nats: two dicts of arrays, the marginal scores and the conditional ones; NaN where
    /// a value is missing.
    #[pyo3(signature = (events, *, feature_map=None))]
    fn node_scores_of_rows<'py>(
        &self,
        py: Python<'py>,
        events: &Bound<'py, PyAny>,
        feature_map: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<(Bound<'py, PyDict>, Bound<'py, PyDict>)> {
        let map = options::feature_map(py, feature_map)?;
        let rows = self.rows(events)?;
        let scores = run(py, || {
            let rows = rows.observations().map(|row| self.model.node_scores(&row, &map));
            rows.collect::<etiology::Result<Vec<_>>>()
        })?;
        let (marginal, conditional) = (PyDict::new(py), PyDict::new(py));
        for (place, node) in self.model.graph().nodes().enumerate() {
            let of = |score: Option<etiology::score::ItScore>| score.map_or(f64::NAN, |score| score.nats());
            let of_rows = scores.iter().map(|row| of(row[place].marginal)).collect::<Vec<f64>>();
            marginal.set_item(node, of_rows.into_pyarray(py))?;
            let of_rows = scores.iter().map(|row| of(row[place].conditional)).collect::<Vec<f64>>();
            conditional.set_item(node, of_rows.into_pyarray(py))?;
        }
        Ok((marginal, conditional))
    }

    /// The noises behind a row.
    fn estimate_noise<'py>(&self, py: Python<'py>, event: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
        let event = observation(event)?;
        row_to_dict(py, &run(py, || self.model.estimate_noise(&event))?)
    }

    /// Rows as they would be under an intervention: a dict of nodes with a number, a level, a function, `("shift", x)` or `("scale", x)`.
    #[pyo3(signature = (intervention, rows, *, seed=0))]
    fn draw_interventional(
        &self,
        py: Python<'_>,
        intervention: &Bound<'_, PyDict>,
        rows: usize,
        seed: u64,
    ) -> PyResult<PyDataset> {
        let intervention = self::intervention(Some(intervention))?;
        run(py, || self.model.draw_interventional(&intervention, rows, seed)).map(table)
    }

    /// Mean and spread of a node under an intervention, with errors.
    #[pyo3(signature = (target, intervention, **options))]
    fn interventional_target<'py>(
        &self,
        py: Python<'py>,
        target: &str,
        intervention: &Bound<'py, PyDict>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<PyInterventionalTarget> {
        let (intervention, config) = (self::intervention(Some(intervention))?, options::config(py, options)?);
        let answer = run(py, || self.model.interventional_target(target, &intervention, &config))?;
        Ok(PyInterventionalTarget::new(answer, ()))
    }

    /// How much more a node is on average under one intervention than under another.
    #[pyo3(signature = (target, alternative, reference=None, **options))]
    fn average_causal_effect<'py>(
        &self,
        py: Python<'py>,
        target: &str,
        alternative: &Bound<'py, PyDict>,
        reference: Option<&Bound<'py, PyDict>>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<PyEffect> {
        let (first, second) = (intervention(Some(alternative))?, intervention(reference)?);
        let config = options::config(py, options)?;
        let answer = run(py, || self.model.average_causal_effect(target, &first, &second, &config))?;
        Ok(PyEffect::new(answer, ()))
    }

    /// What rows would have been under an intervention.
    #[pyo3(signature = (rows, intervention, **options))]
    fn counterfactuals<'py>(
        &self,
        py: Python<'py>,
        rows: &Bound<'py, PyAny>,
        intervention: &Bound<'py, PyDict>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<PyDataset> {
        let (rows, config) = (self.rows(rows)?, options::config(py, options)?);
        let intervention = self::intervention(Some(intervention))?;
        run(py, || self.model.counterfactuals_with(&rows, &intervention, &config)).map(table)
    }

    /// What a row would have been under an intervention, node by node.
    #[pyo3(signature = (event, intervention, **options))]
    fn counterfactual<'py>(
        &self,
        py: Python<'py>,
        event: &Bound<'py, PyAny>,
        intervention: &Bound<'py, PyDict>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<PyCounterfactualRow> {
        let (event, config) = (observation(event)?, options::config(py, options)?);
        let intervention = self::intervention(Some(intervention))?;
        let answer = run(py, || self.model.counterfactual_row(&event, &intervention, &config))?;
        Ok(PyCounterfactualRow::new(answer, ()))
    }

    /// Why the distribution of a target differs between this model and a newer one.
    #[pyo3(signature = (new, target, **options))]
    fn distribution_change<'py>(
        &self,
        py: Python<'py>,
        new: &Self,
        target: &str,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<PyDistributionChange> {
        let config = options::change(py, options)?;
        let answer = run(py, || self.model.distribution_change(&new.model, target, &config))?;
        Ok(PyDistributionChange::new(answer, ()))
    }

    /// How much of what a node varies by comes from each ancestor's own noise.
    #[pyo3(signature = (target, **options))]
    fn intrinsic_influence<'py>(
        &self,
        py: Python<'py>,
        target: &str,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<PyInfluence> {
        let config = options::config(py, options)?;
        Ok(PyInfluence::new(run(py, || self.model.intrinsic_influence(target, &config))?, ()))
    }

    /// How much each parent does to a node directly.
    #[pyo3(signature = (target, **options))]
    fn arrow_strength<'py>(
        &self,
        py: Python<'py>,
        target: &str,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<PyArrowStrengths> {
        let config = options::config(py, options)?;
        Ok(PyArrowStrengths::new(run(py, || self.model.arrow_strength(target, &config))?, ()))
    }

    /// How much the parents of a node and its noise matter for its value, everywhere or in one row.
    #[pyo3(signature = (target, event=None, **options))]
    fn parent_relevance<'py>(
        &self,
        py: Python<'py>,
        target: &str,
        event: Option<&Bound<'py, PyAny>>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<PyRelevance> {
        let (event, config) = (event.map(observation).transpose()?, options::config(py, options)?);
        let answer = run(py, || match &event {
            Some(event) => self.model.parent_relevance_of_row(target, event, &config),
            None => self.model.parent_relevance(target, &config),
        })?;
        Ok(PyRelevance::new(answer, ()))
    }

    /// Why a target differs between two rows, over the noises and mechanisms of all its causes.
    #[pyo3(signature = (target, before, after, new=None, **options))]
    fn unit_change<'py>(
        &self,
        py: Python<'py>,
        target: &str,
        before: &Bound<'py, PyAny>,
        after: &Bound<'py, PyAny>,
        new: Option<&Self>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<PyUnitChange> {
        let (before, after) = (observation(before)?, observation(after)?);
        let (new, config) = (new.unwrap_or(self), options::config(py, options)?);
        let answer = run(py, || self.model.unit_change(&new.model, target, &before, &after, &config))?;
        Ok(PyUnitChange::new(answer, ()))
    }

    /// Why a node differs between two rows, over the values of its parents, its mechanism and its noise.
    #[pyo3(signature = (node, before, after, new=None, **options))]
    fn node_change<'py>(
        &self,
        py: Python<'py>,
        node: &str,
        before: &Bound<'py, PyAny>,
        after: &Bound<'py, PyAny>,
        new: Option<&Self>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<PyUnitChange> {
        let (before, after) = (observation(before)?, observation(after)?);
        let (new, config) = (new.unwrap_or(self), options::config(py, options)?);
        let answer = run(py, || self.model.node_change(&new.model, node, &before, &after, &config))?;
        Ok(PyUnitChange::new(answer, ()))
    }

    /// Whether the model is any good, on rows that it was not fitted to: fit, calibration, and the independencies that the graph implies.
    #[pyo3(signature = (held_out, **options))]
    fn evaluate<'py>(
        &self,
        py: Python<'py>,
        held_out: &Bound<'py, PyAny>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<PyEvaluation> {
        let (held_out, config) = (self.rows(held_out)?, options::config(py, options)?);
        Ok(PyEvaluation::new(run(py, || self.model.evaluate(&held_out, &config))?, ()))
    }

    /// Whether nodes have moved since training.
    #[pyo3(signature = (recent, significance=0.05))]
    fn drift_check(&self, py: Python<'_>, recent: &Bound<'_, PyAny>, significance: f64) -> PyResult<PyDrift> {
        let recent = self.rows(recent)?;
        Ok(PyDrift::new(run(py, || self.model.drift_check(&recent, significance))?, ()))
    }
}

impl PyFittedModel {
    /// What a function of a mechanism gives for rows of parents and one more number each.
    fn of_rows<'py>(
        &self,
        py: Python<'py>,
        node: &str,
        parents: &PyReadonlyArray2<'py, f64>,
        last: &PyReadonlyArray1<'py, f64>,
        function: fn(&FittedMechanism, &[f64], f64) -> f64,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let mechanism = self.model.mechanism(node).or_raise(py)?;
        let (parents, last) = (parents.as_array(), last.as_array());
        let taken = self.model.mechanism_parents(node).or_raise(py)?.len();
        let check = |what: &str, expected: usize, found: usize| {
            if expected == found {
                Ok(())
            } else {
                Err(Error::LengthMismatch { what: what.to_owned(), expected, found })
            }
        };
        check("a row of the mechanism's parents", taken, parents.ncols()).or_raise(py)?;
        check("the rows of the mechanism's parents", last.len(), parents.nrows()).or_raise(py)?;
        let values = parents.rows().into_iter().zip(last).map(|(row, &last)| function(mechanism, &row.to_vec(), last));
        Ok(values.collect::<Vec<f64>>().into_pyarray(py))
    }

    /// A table of any kind, of the columns of the model's nodes.
    pub(crate) fn rows(&self, table: &Bound<'_, PyAny>) -> PyResult<Arc<Dataset>> {
        dataset(table, Some(self.model.graph()))
    }

    /// Columns of a table of any kind, borrowed, of the model's nodes.
    pub(crate) fn columns<'py>(model: &FittedModel, table: &Bound<'py, PyAny>) -> PyResult<Columns<'py>> {
        Columns::of(table, Some(model.graph()))
    }
}
