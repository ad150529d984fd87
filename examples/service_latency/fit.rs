//! From what is normal to a fitted model.

use etiology::lags::Lags;
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
    /// By how many rows effects are seen after their causes; the training rows are put together so.
    pub(crate) lags: Lags,
    /// The training rows as they were read, with their times, where something lags.
    pub(crate) as_read: Option<(Dataset, Vec<String>)>,
}

impl Fitted {
    fn as_is(model: FittedModel, training: Option<(StructuralCausalModel, Dataset)>) -> Self {
        Self { model, training, lags: Lags::default(), as_read: None }
    }

    /// A table with every column shifted by its lag: rows are found by their times, or else follow one another.
    pub(crate) fn aligned(&self, target: &str, data: Dataset, times: Option<&[String]>) -> Result<Dataset, Error> {
        if self.lags.is_empty() {
            return Ok(data);
        }
        let others: Vec<(&Dataset, &[String])> = self.as_read.iter().map(|(data, times)| (data, &times[..])).collect();
        match times {
            Some(times) => self.lags.aligned_in_time(target, (&data, times), &others),
            None => self.lags.aligned(&data, target, 0..data.rows()),
        }
    }
}

/// Fits to all rows but those that are to be explained.
pub(crate) fn fit(
    arguments: &Arguments,
    source: Source,
    events: &Events,
    console: &Console,
) -> Result<Fitted, Failure> {
    fit_without(arguments, source, &events.left_out, !arguments.takes_rows_as_they_are(), console)
}

/// Fits to all rows.
pub(crate) fn fit_all(arguments: &Arguments, source: Source, console: &Console) -> Result<Fitted, Failure> {
    fit_without(arguments, source, &[], false, console)
}

fn fit_without(
    arguments: &Arguments,
    source: Source,
    rows_to_explain: &[usize],
    with_lags: bool,
    console: &Console,
) -> Result<Fitted, Failure> {
    let (unfitted, as_read, times) = match source {
        Source::Saved(model) => return saved(arguments, Fitted::as_is(model, None)),
        Source::Rows { model, normal, times, .. } => (model, normal, times.map(|times| times.values)),
        Source::Own { model, rows, .. } => {
            let times = rows.times.map(|times| times_without(times.values, rows_to_explain));
            (model, without(rows.data, rows_to_explain)?, times)
        }
    };
    let times = times.filter(|_| with_lags && as_read.rows() >= FEWEST_ROWS);
    let lags = times.as_ref().map(|times| Lags::chosen_in_time(unfitted.graph(), &as_read, times)).transpose()?;
    let lags = lags.unwrap_or_default();
    let (mut normal, mut kept) = (as_read, None);
    if let (Some(times), false) = (times, lags.is_empty()) {
        let aligned = lags.aligned_in_time(arguments.target(), (&normal, &times), &[])?;
        kept = Some((std::mem::replace(&mut normal, aligned), times));
        for effect in lags.effects() {
            console.note(format!("{effect}: rows are put together so; --no-lags takes them as they are"));
        }
    }
    let task = console.spinner("choosing mechanisms and fitting them");
    let unfitted = unfitted.assign_mechanisms(&normal)?;
    let model = unfitted.fit(&normal)?;
    drop(task);
    saved(arguments, Fitted { lags, as_read: kept, ..Fitted::as_is(model, Some((unfitted, normal))) })
}

fn saved(arguments: &Arguments, fitted: Fitted) -> Result<Fitted, Failure> {
    if let Some(path) = &arguments.output.save_model {
        fitted.model.save(path)?;
    }
    Ok(fitted)
}

/// Lags are looked for in so many rows at least.
const FEWEST_ROWS: usize = 20;

/// The times of all rows but some.
fn times_without(times: Vec<String>, rows: &[usize]) -> Vec<String> {
    let kept = times.into_iter().enumerate().filter(|(row, _)| rows.binary_search(row).is_err());
    kept.map(|(_, time)| time).collect()
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
