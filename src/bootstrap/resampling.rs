//! Something found of resampled rows, again and again: of one data set, or of several at once.

use std::borrow::Cow;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::config::{BootstrapConfig, BootstrapMethod};
use super::rows::Rows;
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::threads::{in_parallel, is_stopped};

/// At most so many groups of rows are left out in turn, of each data set.
const MOST_GROUPS: usize = 50;
/// One in so many resamples may fail.
const ONE_MAY_FAIL_IN: usize = 10;

/// What was found of every resample; an error where nothing was.
pub(super) struct Resampled<T> {
    pub(super) resampled: Vec<Result<T>>,
    /// For each data set, without each group of its rows; empty where the method has no use for them.
    pub(super) without_groups: Vec<Vec<Result<T>>>,
}

/// What is found of each resample of all data sets, and then of each without a group of rows of one of them.
///
/// # Errors
/// [`Error::Cancelled`] after a `Break`.
pub(super) fn resample<T: Send>(
    sets: &[Rows<'_>],
    config: &BootstrapConfig,
    find: impl Fn(&[Cow<'_, Dataset>]) -> Result<T> + Sync,
    progress: impl Fn(usize, usize) -> ControlFlow<()> + Sync,
) -> Result<Resampled<T>> {
    let groups: Vec<usize> = match config.method {
        BootstrapMethod::Percentile => vec![0; sets.len()],
        BootstrapMethod::BiasCorrected => sets.iter().map(|rows| rows.count.min(MOST_GROUPS)).collect(),
    };
    // Each that lacks a group: the place of its data set, and the group.
    let lacking: Vec<(usize, usize)> =
        groups.iter().enumerate().flat_map(|(set, &groups)| (0..groups).map(move |group| (set, group))).collect();
    let whole: Vec<Dataset> =
        if lacking.is_empty() { Vec::new() } else { sets.iter().map(Rows::all).collect::<Result<_>>()? };
    let (total, done) = (config.resamples + lacking.len(), AtomicUsize::new(0));
    let cancelled = AtomicBool::new(false);
    let chosen = |number: usize| -> Result<Vec<Cow<'_, Dataset>>> {
        let places = sets.iter().enumerate();
        match number.checked_sub(config.resamples) {
            None => places.map(|(set, rows)| Ok(Cow::Owned(rows.resampled(config.seed, set, number)?))).collect(),
            Some(place) => {
                let (lacks, group) = lacking[place];
                let without = |(set, rows): (usize, &Rows<'_>)| match set == lacks {
                    true => Ok(Cow::Owned(rows.without(group, groups[set])?)),
                    false => Ok(Cow::Borrowed(&whole[set])),
                };
                places.map(without).collect()
            }
        }
    };
    let run = |number: usize| -> Option<Result<T>> {
        if cancelled.load(Ordering::Relaxed) || is_stopped() {
            return None;
        }
        let found = chosen(number).and_then(|sets| find(&sets));
        if progress(done.fetch_add(1, Ordering::Relaxed) + 1, total).is_break() {
            cancelled.store(true, Ordering::Relaxed);
        }
        Some(found)
    };
    let results: Option<Vec<Result<T>>> = in_parallel(total, &run).into_iter().collect();
    let results = results.filter(|_| !cancelled.load(Ordering::Relaxed));
    let mut resampled = results.ok_or(Error::Cancelled { what: "the bootstrap" })?;
    let mut rest = resampled.split_off(config.resamples).into_iter();
    let without_groups = groups.iter().map(|&groups| rest.by_ref().take(groups).collect()).collect();
    Ok(Resampled { resampled, without_groups })
}

/// What was found of those that worked, unless too many did not; `part` is what is looked for in each.
///
/// # Errors
/// When more than one in ten failed.
pub(super) fn successes<'r, T, P>(
    results: &'r [Result<T>],
    part: impl Fn(&'r T) -> std::result::Result<&'r P, &'r Error>,
) -> Result<Vec<&'r P>> {
    let parts = || results.iter().map(|found| found.as_ref().and_then(&part));
    let worked: Vec<&P> = parts().filter_map(|found| found.ok()).collect();
    let failed = results.len() - worked.len();
    match parts().find_map(|found| found.err()) {
        Some(first) if failed * ONE_MAY_FAIL_IN > results.len() => {
            Err(Error::Resampling { failed, resamples: results.len(), first: first.to_string() })
        }
        _ => Ok(worked),
    }
}
