//! From what is normal to a fitted model.

use etiology::{Dataset, Error, FittedModel, StructuralCausalModel};

use crate::Failure;
use crate::arguments::Arguments;
use crate::console::Console;
use crate::events::Events;
use crate::source::Source;

pub(crate) struct Fitted {
    pub(crate) model: FittedModel,
    /// What can be fitted again to resampled rows; nothing for a saved model.
    pub(crate) training: Option<(StructuralCausalModel, Dataset)>,
}

/// Fits to all rows but those that are to be explained.
pub(crate) fn fit(
    arguments: &Arguments,
    source: Source,
    events: &Events,
    console: &Console,
) -> Result<Fitted, Failure> {
    fit_without(arguments, source, &events.left_out, console)
}

/// Fits to all rows.
pub(crate) fn fit_all(arguments: &Arguments, source: Source, console: &Console) -> Result<Fitted, Failure> {
    fit_without(arguments, source, &[], console)
}

fn fit_without(
    arguments: &Arguments,
    source: Source,
    rows_to_explain: &[usize],
    console: &Console,
) -> Result<Fitted, Failure> {
    let (unfitted, normal) = match source {
        Source::Saved(model) => return saved(arguments, Fitted { model, training: None }),
        Source::Rows { model, normal, .. } => (model, normal),
        Source::Own { model, rows, .. } => (model, without(rows.data, rows_to_explain)?),
    };
    let task = console.spinner("choosing mechanisms and fitting them");
    let unfitted = unfitted.assign_mechanisms(&normal)?;
    let model = unfitted.fit(&normal)?;
    drop(task);
    saved(arguments, Fitted { model, training: Some((unfitted, normal)) })
}

fn saved(arguments: &Arguments, fitted: Fitted) -> Result<Fitted, Failure> {
    if let Some(path) = &arguments.output.save_model {
        fitted.model.save(path)?;
    }
    Ok(fitted)
}

/// All rows but some.
fn without(data: Dataset, rows: &[usize]) -> Result<Dataset, Error> {
    if rows.is_empty() {
        return Ok(data);
    }
    let column = |name: &String| {
        let values = data.column(name)?.into_iter().enumerate().filter(|(row, _)| rows.binary_search(row).is_err());
        Ok((name.clone(), values.map(|(_, &value)| value).collect::<Vec<f64>>()))
    };
    Dataset::from_columns(data.names().iter().map(column).collect::<Result<Vec<_>, Error>>()?)
}
