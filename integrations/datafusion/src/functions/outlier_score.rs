//! `outlier_score(model, question, value)`: how unusual a value of the target is, to choose rows by.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array};
use arrow::datatypes::DataType;
use datafusion_common::{Result, plan_err};
use datafusion_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};

use super::literals::{Shared, literal, text};
use crate::columns::numbers;
use crate::model::{Models, external};
use crate::question::Question;

const NAME: &str = "outlier_score";

#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct OutlierScore {
    signature: Signature,
    models: Shared,
}

impl OutlierScore {
    pub(crate) fn new(models: Arc<Models>) -> Self {
        Self { signature: Signature::any(3, Volatility::Immutable), models: Shared(models) }
    }
}

impl ScalarUDFImpl for OutlierScore {
    fn name(&self) -> &str {
        NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        match arguments.get(2) {
            Some(value) if value.is_numeric() || value.is_null() => Ok(DataType::Float64),
            other => plan_err!("{NAME}() scores numbers, found {other:?}"),
        }
    }

    /// In nats; null where the value is missing or infinite.
    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let model = self.models.0.model(literal(&args, 0, NAME, "the model (first argument)")?)?;
        let question = "the question (second argument)";
        let Question { target, config } = Question::parse(text(literal(&args, 1, NAME, question)?, NAME, question)?)?;
        let values = numbers(&args.args[2].to_array(args.number_rows)?)?;
        let score = |&value: &f64| -> Result<Option<f64>> {
            if !value.is_finite() {
                return Ok(None);
            }
            let score = model.outlier_score(&target, value, &config.question.feature_map).map_err(external)?;
            Ok(Some(score.nats()))
        };
        let scores = values.iter().map(score).collect::<Result<Float64Array>>()?;
        Ok(ColumnarValue::Array(Arc::new(scores) as ArrayRef))
    }
}
