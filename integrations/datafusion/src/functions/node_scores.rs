//! `node_scores(model, columns…)`: how unusual every node of a row is, by itself and given its causes.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Builder, ListBuilder, StringBuilder, StructBuilder};
use arrow::datatypes::{DataType, Field, FieldRef, Fields};
use datafusion_common::Result;
use datafusion_expr::{ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};
use etiology::FeatureMap;
use etiology::score::ItScore;

use super::literals::{Shared, literal, planned};
use crate::columns::{events, nullable, of_nodes};
use crate::model::{Models, external};

const NAME: &str = "node_scores";
const MODEL: &str = "the model (first argument)";

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct NodeScores {
    signature: Signature,
    models: Shared,
}

impl NodeScores {
    pub(super) fn new(models: Arc<Models>) -> Self {
        Self { signature: Signature::variadic_any(Volatility::Immutable), models: Shared(models) }
    }
}

/// A node with both of its scores in nats; null where its value, or that of a cause, is missing.
fn score_fields() -> Fields {
    Fields::from(vec![
        nullable("node", DataType::Utf8),
        nullable("marginal", DataType::Float64),
        nullable("conditional", DataType::Float64),
    ])
}

fn scores_type() -> DataType {
    DataType::new_list(DataType::Struct(score_fields()), true)
}

impl ScalarUDFImpl for NodeScores {
    fn name(&self) -> &str {
        NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(scores_type())
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        planned(args.scalar_arguments, 0, NAME, MODEL)?;
        Ok(Arc::new(nullable(NAME, scores_type())))
    }

    /// Null for a row that holds what no value of a node can be.
    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let model = self.models.0.model(literal(&args, 0, NAME, MODEL)?)?;
        let columns = of_nodes(&args, 1, model.graph(), NAME)?;
        let mut cells = Vec::new();
        let events = events(&columns, &mut cells)?;
        let item = Field::new_list_field(DataType::Struct(score_fields()), true);
        let builder = StructBuilder::from_fields(score_fields(), args.number_rows * columns.len());
        let mut list = ListBuilder::new(builder).with_field(item);
        for row in 0..events.rows() {
            let event = events.row(row).map_err(external)?;
            let scores = model.node_scores(&event, &FeatureMap::default());
            for score in scores.iter().flatten() {
                let nats = |score: &Option<ItScore>| score.as_ref().map(ItScore::nats);
                let builder = list.values();
                if let Some(name) = builder.field_builder::<StringBuilder>(0) {
                    name.append_value(&score.node);
                }
                for (at, figure) in [nats(&score.marginal), nats(&score.conditional)].into_iter().enumerate() {
                    if let Some(builder) = builder.field_builder::<Float64Builder>(at + 1) {
                        builder.append_option(figure);
                    }
                }
                builder.append(true);
            }
            list.append(scores.is_ok());
        }
        Ok(ColumnarValue::Array(Arc::new(list.finish()) as ArrayRef))
    }
}
