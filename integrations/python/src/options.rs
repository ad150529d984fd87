//! Configurations from keyword arguments.

use std::sync::Arc;

use etiology::Error;
use etiology::change::{ChangeConfig, Functional};
use etiology::score::FeatureMap;
use etiology::{AttributionConfig, DiagnosisConfig};
use numpy::PyArray1;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFloat, PyInt, PyTuple};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::columns::dataset;
use crate::errors::{EtiologyError, exception, keep};

/// Keyword arguments that nobody has taken yet.
pub(crate) type Options<'a, 'py> = Option<&'a Bound<'py, PyDict>>;

/// A configuration of the library with these of its fields set, at whatever depth. Fields have the names that they have in Rust; a choice
/// that holds a value is a pair, as in `("permutations", 25)`.
pub(crate) fn config<C: Default + Serialize + DeserializeOwned>(
    py: Python<'_>,
    options: Options<'_, '_>,
) -> PyResult<C> {
    let Some(options) = options.filter(|options| !options.is_empty()) else { return Ok(C::default()) };
    let config = pythonize::pythonize(py, &C::default())?.cast_into::<PyDict>()?;
    for (name, value) in options {
        let name: String = name.extract()?;
        let value = choice(&name, &value)?;
        if !set(&config, &name, &value)? {
            return Err(unknown(&name, &config)?);
        }
    }
    pythonize::depythonize(&config)
        .map_err(|error| EtiologyError::new_err(format!("an option is not what it can be: {error}")))
}

/// What Python writes for a choice that holds a value: a pair, or for some names the value alone.
fn choice<'py>(name: &str, value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = value.py();
    let pair = |name: &str, value: &Bound<'py, PyAny>| -> PyResult<Bound<'py, PyAny>> {
        let pair = PyDict::new(py);
        pair.set_item(name, value)?;
        Ok(pair.into_any())
    };
    if let Ok(choice) = value.cast::<PyTuple>()
        && let Ok((name, value)) = choice.extract::<(String, Bound<'py, PyAny>)>()
    {
        return pair(&name, &value);
    }
    let is_number = value.is_instance_of::<PyFloat>() || value.is_instance_of::<PyInt>();
    match name {
        "floor" if is_number => pair("fixed", value),
        "precision" if is_number => pair("std_error", value),
        "shapley_method" | "shapley_method_of_samples" | "method" if value.is_instance_of::<PyInt>() => {
            pair("permutations", value)
        }
        _ => Ok(value.clone()),
    }
}

/// Sets the field of this name, here or below; says whether there is one.
fn set(config: &Bound<'_, PyDict>, name: &str, value: &Bound<'_, PyAny>) -> PyResult<bool> {
    if config.contains(name)? {
        config.set_item(name, value)?;
        return Ok(true);
    }
    for inner in config.values() {
        if let Ok(inner) = inner.cast::<PyDict>()
            && set(inner, name, value)?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn names(config: &Bound<'_, PyDict>, found: &mut Vec<String>) -> PyResult<()> {
    for (name, value) in config {
        match value.cast::<PyDict>() {
            Ok(inner) => names(inner, found)?,
            Err(_) => found.push(name.extract()?),
        }
    }
    Ok(())
}

fn unknown(name: &str, config: &Bound<'_, PyDict>) -> PyResult<PyErr> {
    let mut known = Vec::new();
    names(config, &mut known)?;
    let known: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
    Ok(pyo3::exceptions::PyTypeError::new_err(format!("there is no option `{name}`; there are {}", known.join(", "))))
}

/// Takes one option out of the others.
pub(crate) fn take<'py>(options: &Bound<'py, PyDict>, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
    let value = options.get_item(name)?;
    if value.is_some() {
        options.del_item(name)?;
    }
    Ok(value.filter(|value| !value.is_none()))
}

/// Options that may be taken from.
fn own<'py>(py: Python<'py>, options: Options<'_, 'py>) -> PyResult<Bound<'py, PyDict>> {
    options.map_or_else(|| Ok(PyDict::new(py)), |options| options.copy())
}

/// Which values are extreme: a name, or a function of one value.
pub(crate) fn feature_map(py: Python<'_>, map: Option<&Bound<'_, PyAny>>) -> PyResult<FeatureMap> {
    let Some(map) = map else { return Ok(FeatureMap::default()) };
    if map.is_callable() {
        let function = map.clone().unbind();
        return Ok(FeatureMap::custom(move |value| {
            Python::attach(|py| function.call1(py, (value,))?.extract::<f64>(py)).unwrap_or_else(|error| {
                keep(error);
                f64::NAN
            })
        }));
    }
    pythonize::depythonize(map).map_err(|_| {
        let requirement =
            "`upper_tail`, `lower_tail`, `distance_from_median`, `two_sided_quantile`, `z_score` or a function";
        exception(py, &Error::InvalidParameter { name: "the feature map", requirement, found: map.to_string() })
    })
}

/// How to attribute.
pub(crate) fn attribution<'py>(py: Python<'py>, options: Options<'_, 'py>) -> PyResult<AttributionConfig> {
    if options.is_none_or(|options| options.is_empty()) {
        return Ok(AttributionConfig::default());
    }
    let options = own(py, options)?;
    let map = take(&options, "feature_map")?;
    let config: AttributionConfig = config(py, Some(&options))?;
    Ok(config.with_feature_map(feature_map(py, map.as_ref())?))
}

/// How to diagnose: the options of an attribution, and those of the verdict.
pub(crate) fn diagnosis<'py>(py: Python<'py>, options: Options<'_, 'py>) -> PyResult<DiagnosisConfig> {
    let options = own(py, options)?;
    let mut config = DiagnosisConfig::default();
    if let Some(recent) = take(&options, "recent")? {
        config = config.with_recent(dataset(&recent, None)?.as_ref().clone());
    }
    if let Some(count) = take(&options, "counterfactuals")? {
        config = config.with_counterfactuals(count.extract()?);
    }
    if let Some(count) = take(&options, "causes")? {
        config = config.with_causes(count.extract()?);
    }
    if let Some(count) = take(&options, "proofs")? {
        config = config.with_proofs(count.extract()?);
    }
    let model_error = take(&options, "model_error")?.map_or(Ok(true), |asked| asked.extract::<bool>())?;
    let attribution = attribution(py, Some(&options))?.with_model_error(model_error);
    Ok(config.with_attribution(attribution))
}

/// How to split a change.
pub(crate) fn change<'py>(py: Python<'py>, options: Options<'_, 'py>) -> PyResult<ChangeConfig> {
    let options = own(py, options)?;
    let functional = take(&options, "functional")?;
    // Absent, and not to be tested at all, are two things.
    let untested = options.get_item("test")?.is_some_and(|test| test.is_none());
    let level = take(&options, "test")?;
    let mut config: ChangeConfig = config(py, Some(&options))?;
    if untested {
        config = config.with_test(None);
    }
    if let Some(level) = level {
        config = config.with_test(Some(etiology::change::ChangeTest::at_level(level.extract()?)));
    }
    if let Some(functional) = functional {
        config = config.with_functional(self::functional(&functional)?);
    }
    Ok(config)
}

fn functional(functional: &Bound<'_, PyAny>) -> PyResult<Functional> {
    if functional.is_callable() {
        let function = functional.clone().unbind();
        return Ok(Functional::Custom(Arc::new(move |values: &[f64]| {
            Python::attach(|py| function.call1(py, (PyArray1::from_slice(py, values),))?.extract::<f64>(py))
                .unwrap_or_else(|error| {
                    keep(error);
                    f64::NAN
                })
        })));
    }
    let choice = choice("functional", functional)?;
    pythonize::depythonize(&choice).map_err(|error| {
        let known = "`mean`, `variance`, (`quantile`, p), (`above_threshold`, x), `kullback_leibler`, `jensen_shannon`, `wasserstein` or a function";
        EtiologyError::new_err(format!("the functional is not {known}: {error}"))
    })
}

/// A choice by its name, or by a pair of name and value.
pub(crate) fn pair_or_name<C: DeserializeOwned>(value: &Bound<'_, PyAny>) -> PyResult<C> {
    pythonize::depythonize(&choice("", value)?)
        .map_err(|error| EtiologyError::new_err(format!("an option is not what it can be: {error}")))
}
