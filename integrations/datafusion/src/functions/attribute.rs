//! `attribute(model, question, columns…)`: why the target of a row is so unusual.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Float64Array, Float64Builder, ListBuilder, StringArray, StringBuilder, StructArray,
    StructBuilder,
};
use arrow::datatypes::{DataType, Field, FieldRef, Fields};
use datafusion_common::Result;
use datafusion_expr::{ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};
use etiology::Quantity;
use etiology::attribution::AttributedColumns;
use etiology::threads::on_this_thread;

use super::literals::{Shared, literal, planned, text};
use crate::columns::{events, nullable, of_nodes};
use crate::model::{Models, external};
use crate::question::Question;

const NAME: &str = "attribute";
const MODEL: &str = "the model (first argument)";
const QUESTION: &str = "the question (second argument)";

#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Attribute {
    signature: Signature,
    models: Shared,
}

impl Attribute {
    pub(crate) fn new(models: Arc<Models>) -> Self {
        Self { signature: Signature::variadic_any(Volatility::Immutable), models: Shared(models) }
    }
}

/// What `attribute()` gives for a row: a struct of
///
/// | field | |
/// |---|---|
/// | `score`, `std_error` | what is split, with its standard error: nats, or the target's unit for a mean deviation |
/// | `tail_probability` | of a value at least as extreme; null for a mean deviation |
/// | `unexplained` | the part of the score that missing values leave open |
/// | `saturated` | whether the score says "at least this much" |
/// | `causes` | a list of `node`, `nats` (or `value` for a mean deviation), `std_error`, `model_error`, `share`; the suspect first |
/// | `findings` | a list of what speaks against the answer |
/// | `error` | why there is no answer; null where there is one |
///
/// Whatever has no value is null.
pub fn causes_type(quantity: Quantity) -> DataType {
    DataType::Struct(fields(quantity))
}

/// A field of [`causes_type`] with a name.
pub fn causes_field(name: &str, quantity: Quantity) -> Field {
    Field::new(name, causes_type(quantity), false)
}

fn fields(quantity: Quantity) -> Fields {
    Fields::from(vec![
        nullable("score", DataType::Float64),
        nullable("std_error", DataType::Float64),
        nullable("tail_probability", DataType::Float64),
        nullable("unexplained", DataType::Float64),
        nullable("saturated", DataType::Boolean),
        nullable("causes", DataType::new_list(DataType::Struct(cause_fields(quantity)), true)),
        nullable("findings", DataType::new_list(DataType::Utf8, true)),
        nullable("error", DataType::Utf8),
    ])
}

/// The fields of what a node contributes.
pub(crate) fn cause_fields(quantity: Quantity) -> Fields {
    let amount = if quantity == Quantity::MeanDeviation { "value" } else { "nats" };
    Fields::from(vec![
        nullable("node", DataType::Utf8),
        nullable(amount, DataType::Float64),
        nullable("std_error", DataType::Float64),
        nullable("model_error", DataType::Float64),
        nullable("share", DataType::Float64),
    ])
}

impl ScalarUDFImpl for Attribute {
    fn name(&self) -> &str {
        NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        datafusion_common::internal_err!("the type depends on the question")
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        planned(args.scalar_arguments, 0, NAME, MODEL)?;
        let question = planned(args.scalar_arguments, 1, NAME, QUESTION)?;
        let question = Question::parse(text(question, NAME, QUESTION)?)?;
        Ok(Arc::new(causes_field(NAME, question.config.question.quantity)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let (model, question) = (literal(&args, 0, NAME, MODEL)?, literal(&args, 1, NAME, QUESTION)?);
        let attributor = self.models.0.attributor(model, text(question, NAME, QUESTION)?)?;
        let columns = of_nodes(&args, 2, attributor.model().graph(), NAME)?;
        let mut cells = Vec::new();
        let events = events(&columns, &mut cells)?;
        // The engine has a thread for each core already.
        let answer = on_this_thread(|| attributor.attribute_columns(&events)).map_err(external)?;
        Ok(ColumnarValue::Array(Arc::new(causes(&answer)?)))
    }
}

/// Answers as the engine has them.
fn causes(answer: &AttributedColumns) -> Result<StructArray> {
    let rows = answer.rows();
    let present = |figures: &[f64]| -> ArrayRef {
        Arc::new(Float64Array::from_iter(figures.iter().map(|figure| Some(*figure).filter(|figure| !figure.is_nan()))))
    };
    let mut errors: Vec<Option<String>> = vec![None; rows];
    answer.failures().iter().for_each(|(row, error)| errors[*row] = Some(cause_of(error)));
    let saturated =
        answer.saturated().iter().zip(&errors).map(|(&saturated, error)| error.is_none().then_some(saturated));
    let (ranked, findings) = (ranked(answer, &errors), findings(answer, &errors));
    let columns: Vec<ArrayRef> = vec![
        present(answer.scores()),
        present(answer.score_std_errors()),
        present(answer.tail_probabilities()),
        present(answer.unexplained()),
        Arc::new(saturated.collect::<BooleanArray>()),
        ranked,
        findings,
        Arc::new(StringArray::from(errors)),
    ];
    Ok(StructArray::try_new(fields(answer.quantity()), columns, None)?)
}

/// What is wrong with a row, without its number: that is one of the engine's batch, which nobody knows.
fn cause_of(error: &etiology::Error) -> String {
    match error {
        etiology::Error::InRow { cause, .. } => cause.to_string(),
        other => other.to_string(),
    }
}

fn ranked(answer: &AttributedColumns, errors: &[Option<String>]) -> ArrayRef {
    let cause_fields = cause_fields(answer.quantity());
    let item = Field::new_list_field(DataType::Struct(cause_fields.clone()), true);
    let mut list = ListBuilder::new(StructBuilder::from_fields(cause_fields, answer.rows() * answer.nodes().len()))
        .with_field(item);
    for (row, error) in errors.iter().enumerate() {
        for node in answer.ranked(row) {
            let cause = list.values();
            if let Some(name) = cause.field_builder::<StringBuilder>(0) {
                name.append_value(node.node);
            }
            let figures = [Some(node.value), Some(node.std_error), node.model_error, node.share];
            for (at, figure) in figures.into_iter().enumerate() {
                if let Some(builder) = cause.field_builder::<Float64Builder>(at + 1) {
                    builder.append_option(figure);
                }
            }
            cause.append(true);
        }
        list.append(error.is_none());
    }
    Arc::new(list.finish())
}

fn findings(answer: &AttributedColumns, errors: &[Option<String>]) -> ArrayRef {
    let mut list = ListBuilder::new(StringBuilder::new()).with_field(Field::new_list_field(DataType::Utf8, true));
    let mut told = answer.findings().iter().peekable();
    for (row, error) in errors.iter().enumerate() {
        while let Some((_, finding)) = told.next_if(|(at, _)| *at == row) {
            list.values().append_value(finding.evidence.as_str());
        }
        list.append(error.is_none());
    }
    Arc::new(list.finish())
}
