//! Errors of the library as exceptions of Python.

use std::sync::Mutex;

use etiology::{Error, Result};
use pyo3::create_exception;
use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;

create_exception!(
    etiology._native,
    EtiologyError,
    PyValueError,
    "What was asked cannot be answered. The sentence says what was expected, what was found, and what helps; it is that of the library."
);

/// What a function written in Python raised on a thread that has nobody to tell; whoever asked reports it as the cause of the error.
static RAISED: Mutex<Option<PyErr>> = Mutex::new(None);

/// The exception for an error.
pub(crate) fn exception(py: Python<'_>, error: &Error) -> PyErr {
    let raised = RAISED.lock().ok().and_then(|mut raised| raised.take());
    let exception = match error {
        Error::ModelFile { .. } | Error::CannotWrite { .. } => PyOSError::new_err(error.to_string()),
        _ => EtiologyError::new_err(error.to_string()),
    };
    if raised.is_some() {
        exception.set_cause(py, raised);
    }
    exception
}

/// Keeps what a function written in Python raised.
pub(crate) fn keep(error: PyErr) {
    if let Ok(mut raised) = RAISED.lock() {
        *raised = Some(error);
    }
}

/// Results of the library as results of Python.
pub(crate) trait OrRaise<T> {
    /// Raises the error.
    fn or_raise(self, py: Python<'_>) -> PyResult<T>;
}

impl<T> OrRaise<T> for Result<T> {
    fn or_raise(self, py: Python<'_>) -> PyResult<T> {
        self.map_err(|error| exception(py, &error))
    }
}
