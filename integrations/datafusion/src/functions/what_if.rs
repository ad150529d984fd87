//! `what_if(model, target, intervention, columns…)`: what the target of a row would have been, had somebody acted.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Builder, StringBuilder, StructBuilder};
use arrow::datatypes::{DataType, FieldRef, Fields};
use datafusion_common::{Result, plan_err};
use datafusion_expr::{ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};
use etiology::FittedModel;
use etiology::intervention::{CounterfactualRow, Intervention, InterventionConfig};

use super::literals::{Shared, literal, planned, text};
use crate::columns::{events, nullable, of_nodes};
use crate::model::{Models, external};

const NAME: &str = "what_if";
const MODEL: &str = "the model (first argument)";
const TARGET: &str = "the target (second argument)";
const INTERVENTION: &str = "the intervention (third argument)";

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct WhatIf {
    signature: Signature,
    models: Shared,
}

impl WhatIf {
    pub(super) fn new(models: Arc<Models>) -> Self {
        Self { signature: Signature::variadic_any(Volatility::Immutable), models: Shared(models) }
    }
}

/// What the target would have been: a number with the standard error of its computation and how far it strays by what the row leaves open,
/// or the likeliest level of a category; and why there is no answer, where there is none.
fn fields() -> Fields {
    Fields::from(vec![
        nullable("value", DataType::Float64),
        nullable("std_error", DataType::Float64),
        nullable("std_dev", DataType::Float64),
        nullable("level", DataType::Utf8),
        nullable("error", DataType::Utf8),
    ])
}

/// One change, as `db=0.1`, or several as a JSON list of such texts.
fn intervention(text: &str, model: &FittedModel) -> Result<Intervention> {
    let changes: Vec<String> = match text.trim_start().starts_with('[') {
        false => vec![text.to_owned()],
        true => serde_json::from_str(text).or_else(|error| {
            plan_err!("{INTERVENTION} of {NAME}() cannot be read: {error}; expected [\"db=0.1\", \"auth*=2\"]")
        })?,
    };
    changes.iter().try_fold(Intervention::new(), |all, change| all.and(change, model)).map_err(external)
}

impl ScalarUDFImpl for WhatIf {
    fn name(&self) -> &str {
        NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Struct(fields()))
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        for (at, what) in [MODEL, TARGET, INTERVENTION].into_iter().enumerate() {
            planned(args.scalar_arguments, at, NAME, what)?;
        }
        Ok(Arc::new(nullable(NAME, DataType::Struct(fields()))))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let model = self.models.0.model(literal(&args, 0, NAME, MODEL)?)?;
        let target = text(literal(&args, 1, NAME, TARGET)?, NAME, TARGET)?;
        let intervention = intervention(text(literal(&args, 2, NAME, INTERVENTION)?, NAME, INTERVENTION)?, &model)?;
        // What is wrong with these is so for every row.
        model.graph().parents(target).map_err(external)?;
        model.draw_interventional(&intervention, 1, 0).map_err(external)?;
        let columns = of_nodes(&args, 3, model.graph(), NAME)?;
        let mut cells = Vec::new();
        let events = events(&columns, &mut cells)?;
        let mut builder = StructBuilder::from_fields(fields(), args.number_rows);
        for row in 0..events.rows() {
            let found = events
                .row(row)
                .and_then(|event| model.counterfactual_row(&event, &intervention, &InterventionConfig::default()));
            append(&mut builder, target, &found);
        }
        Ok(ColumnarValue::Array(Arc::new(builder.finish()) as ArrayRef))
    }
}

fn append(builder: &mut StructBuilder, target: &str, found: &etiology::Result<CounterfactualRow>) {
    let node = found.as_ref().ok().and_then(|row| row.node(target));
    let value = node.and_then(|node| node.value);
    let figures =
        [value.map(|value| value.value), value.map(|value| value.std_error), value.and(node).map(|node| node.std_dev)];
    for (at, figure) in figures.into_iter().enumerate() {
        if let Some(builder) = builder.field_builder::<Float64Builder>(at) {
            builder.append_option(figure);
        }
    }
    let words = [node.and_then(|node| node.level.clone()), found.as_ref().err().map(ToString::to_string)];
    for (at, word) in words.into_iter().enumerate() {
        if let Some(builder) = builder.field_builder::<StringBuilder>(at + 3) {
            builder.append_option(word);
        }
    }
    builder.append(true);
}
