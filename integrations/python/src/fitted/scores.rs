//! How unusual nodes are, and the noises behind a row.

use numpy::IntoPyArray;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use rayon::prelude::*;

use super::PyFittedModel;
use crate::answers::as_objects;
use crate::columns::{observation, row_to_dict};
use crate::options;
use crate::run::run;

#[pymethods]
impl PyFittedModel {
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
        let scores = Self::columns(&self.model, events)?.with(py, |events| {
            run(py, || {
                let scores =
                    (0..events.rows()).into_par_iter().map(|row| self.model.node_scores(&events.row(row)?, &map));
                scores.collect::<etiology::Result<Vec<_>>>()
            })
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
}
