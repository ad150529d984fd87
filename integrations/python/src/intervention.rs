//! What is done to nodes.

use etiology::Error;
use etiology::intervention::Intervention;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::columns::name_of;
use crate::errors::{exception, keep};

/// An intervention from a dict of nodes: a number to set, text for a level, a function of the natural value, or a pair as `("shift", 1.0)`,
/// `("scale", 1.2)`, `("set", 0.1)`.
pub(crate) fn intervention(changes: Option<&Bound<'_, PyDict>>) -> PyResult<Intervention> {
    let mut intervention = Intervention::new();
    for (node, change) in changes.into_iter().flatten() {
        let (py, node) = (node.py(), name_of(&node)?);
        intervention = if change.is_callable() {
            let function = change.unbind();
            intervention.apply(node, move |value| {
                Python::attach(|py| natural_to_number(function.bind(py).call1((value,)))).unwrap_or_else(|error| {
                    keep(error);
                    f64::NAN
                })
            })
        } else if let Ok(value) = change.extract::<f64>() {
            intervention.set(node, value)
        } else if let Ok(level) = change.extract::<String>() {
            intervention.set_level(node, level)
        } else if let Ok((what, value)) = change.extract::<(String, f64)>() {
            match what.as_str() {
                "set" => intervention.set(node, value),
                "shift" => intervention.shift(node, value),
                "scale" => intervention.scale(node, value),
                _ => {
                    let reason = format!("`{what}` is none of `set`, `shift` and `scale`");
                    return Err(exception(py, &Error::Intervention { node, reason }));
                }
            }
        } else {
            let reason = "expected a number, a level, a function, or a pair such as (`shift`, 1.0)".to_owned();
            return Err(exception(py, &Error::Intervention { node, reason }));
        };
    }
    Ok(intervention)
}

/// Functions of numpy may give arrays of one value.
fn natural_to_number(value: PyResult<Bound<'_, PyAny>>) -> PyResult<f64> {
    let value = value?;
    match value.extract::<f64>() {
        Ok(number) => Ok(number),
        Err(_) => value.call_method0("item")?.extract(),
    }
}
