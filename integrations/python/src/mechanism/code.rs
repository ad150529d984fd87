//! Mechanisms written in Python.

use std::fmt;

use etiology::{Error, Mechanism};
use numpy::ndarray::Array2;
use numpy::{IntoPyArray, PyArray1, PyArrayMethods};
use pyo3::prelude::*;

use crate::errors::{exception, keep};

/// A mechanism written in Python.
pub(crate) struct Code {
    pub(super) what: String,
    pub(super) evaluate: Evaluate,
}

pub(super) enum Evaluate {
    /// A function of the parents, to which noise is added.
    Additive(Py<PyAny>),
    Pair {
        evaluate: Py<PyAny>,
        estimate_noise: Py<PyAny>,
    },
}

impl Code {
    /// What was given to a registry under a name: a function of the parents, or a pair.
    pub(crate) fn registered(name: &str, code: &Bound<'_, PyAny>) -> PyResult<Self> {
        let evaluate = match code.extract::<(Py<PyAny>, Py<PyAny>)>() {
            Ok((evaluate, estimate_noise)) => Evaluate::Pair { evaluate, estimate_noise },
            Err(_) => Evaluate::Additive(code.clone().unbind()),
        };
        Ok(Self { what: name.to_owned(), evaluate })
    }

    /// Calls a function with parents, column by column, and one more column if there is one.
    fn call(function: &Py<PyAny>, parents: &[&[f64]], last: Option<&[f64]>, rows: usize, found: &mut [f64]) {
        let call = |py: Python<'_>| -> PyResult<Vec<f64>> {
            let table =
                Array2::from_shape_fn((rows, parents.len()), |(row, column)| parents[column][row]).into_pyarray(py);
            let answer = match last {
                Some(last) => function.bind(py).call1((table, PyArray1::from_slice(py, last)))?,
                None => function.bind(py).call1((table,))?,
            };
            let numpy = py.import("numpy")?;
            let answer = numpy.call_method1("asarray", (answer, "float64"))?.call_method1("reshape", (-1,))?;
            let answer = answer.cast_into::<PyArray1<f64>>()?.to_vec()?;
            if answer.len() != rows {
                let what = "what a mechanism gives".to_owned();
                return Err(exception(py, &Error::LengthMismatch { what, expected: rows, found: answer.len() }));
            }
            Ok(answer)
        };
        match Python::attach(call) {
            Ok(answer) => found.copy_from_slice(&answer),
            Err(error) => {
                keep(error);
                found.fill(f64::NAN);
            }
        }
    }

    fn one(function: &Py<PyAny>, parents: &[f64], last: Option<f64>) -> f64 {
        let columns: Vec<&[f64]> = parents.iter().map(std::slice::from_ref).collect();
        let mut found = [f64::NAN];
        Self::call(function, &columns, last.as_ref().map(std::slice::from_ref), 1, &mut found);
        found[0]
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.what)
    }
}

impl Mechanism for Code {
    fn evaluate(&self, parents: &[f64], noise: f64) -> f64 {
        match &self.evaluate {
            Evaluate::Additive(function) => Self::one(function, parents, None) + noise,
            Evaluate::Pair { evaluate, .. } => Self::one(evaluate, parents, Some(noise)),
        }
    }

    fn estimate_noise(&self, parents: &[f64], value: f64) -> f64 {
        match &self.evaluate {
            Evaluate::Additive(function) => value - Self::one(function, parents, None),
            Evaluate::Pair { estimate_noise, .. } => Self::one(estimate_noise, parents, Some(value)),
        }
    }

    fn evaluate_columns(&self, parents: &[&[f64]], noise: &[f64], values: &mut [f64]) {
        match &self.evaluate {
            Evaluate::Additive(function) => {
                Self::call(function, parents, None, noise.len(), values);
                values.iter_mut().zip(noise).for_each(|(value, noise)| *value += noise);
            }
            Evaluate::Pair { evaluate, .. } => Self::call(evaluate, parents, Some(noise), noise.len(), values),
        }
    }
}
