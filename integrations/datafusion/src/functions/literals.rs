//! Arguments that must be literals: the model, and the question.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion_common::{Result, ScalarValue, exec_err, plan_err};
use datafusion_expr::{ColumnarValue, ScalarFunctionArgs};

use crate::model::Models;

/// The models of a function. Two functions with the same ones are the same function.
#[derive(Debug, Clone)]
pub(super) struct Shared(pub(super) Arc<Models>);

impl PartialEq for Shared {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Shared {}

impl Hash for Shared {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.0).hash(state);
    }
}

/// An argument as it is known when the query is planned.
pub(super) fn planned<'a>(
    arguments: &'a [Option<&'a ScalarValue>],
    at: usize,
    function: &str,
    what: &str,
) -> Result<&'a ScalarValue> {
    match arguments.get(at) {
        Some(Some(value)) => Ok(value),
        Some(None) => plan_err!("{what} of {function}() must be a literal, the same for all rows"),
        None => plan_err!("{function}() lacks {what}"),
    }
}

/// An argument as it is when rows are computed.
pub(super) fn literal<'a>(
    args: &'a ScalarFunctionArgs,
    at: usize,
    function: &str,
    what: &str,
) -> Result<&'a ScalarValue> {
    match args.args.get(at) {
        Some(ColumnarValue::Scalar(value)) => Ok(value),
        Some(ColumnarValue::Array(_)) => exec_err!("{what} of {function}() must be a literal, the same for all rows"),
        None => exec_err!("{function}() lacks {what}"),
    }
}

/// The text of a literal.
pub(super) fn text<'a>(value: &'a ScalarValue, function: &str, what: &str) -> Result<&'a str> {
    match value.try_as_str() {
        Some(Some(text)) => Ok(text),
        _ => plan_err!("{what} of {function}() must be text, found {value}"),
    }
}
