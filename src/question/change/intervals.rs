//! Intervals that cover the fits: the rows of both tables drawn again.

use rand::RngExt;

use super::config::ChangeConfig;
use super::fits::Fits;
use super::tables::Tables;
use crate::error::{Error, Result};
use crate::model::StructuralCausalModel;
use crate::random::{Purpose, stream};
use crate::threads::{in_parallel, proceed};

/// With how many samples a resample is answered at most: their error is small beside what the rows vary by.
const MOST_SAMPLES: usize = 4_096;
/// Which part of the resamples may fail.
const MOST_FAILED: f64 = 0.1;

/// The answers of resampled tables, sorted.
pub(super) struct Resampled {
    /// By node, then by size.
    nodes: Vec<Vec<f64>>,
    total: Vec<f64>,
    level: f64,
}

impl Resampled {
    /// Draws the rows of either table again, with replacement, fits and answers, in parallel. The weights of the mechanisms are those of the
    /// tables as they are: rows that stand there twice would make any test see changes.
    ///
    /// # Errors
    /// When more than a tenth of the resamples cannot be fitted.
    pub(super) fn new(
        model: &StructuralCausalModel,
        tables: &Tables,
        target: &str,
        weights: &[f64],
        config: &ChangeConfig,
    ) -> Result<Self> {
        let cheap = ChangeConfig { samples: config.samples.min(MOST_SAMPLES), ..config.clone() };
        let answer = |number: usize| -> Result<(Vec<f64>, f64)> {
            proceed()?;
            let [old, new] = [0, 1].map(|side: usize| {
                let mut random = stream(config.seed, Purpose::ChangeResamples, (2 * number + side) as u64);
                let rows = tables.rows()[side];
                (0..rows).map(|_| random.random_range(0..rows)).collect::<Vec<usize>>()
            });
            let split = Fits::to(model, &tables.with_rows([&old, &new]), target)?.answer(weights, &cheap)?.mean;
            Ok((split.nodes.iter().map(|node| node.0).collect(), split.total.0))
        };
        let answers: Vec<Result<(Vec<f64>, f64)>> = in_parallel(config.resamples, &answer);
        let failed = answers.iter().filter(|answer| answer.is_err()).count();
        if failed as f64 > MOST_FAILED * answers.len() as f64 {
            let resamples = answers.len();
            let first = answers.into_iter().find_map(Result::err).map(|error| error.to_string()).unwrap_or_default();
            return Err(Error::Resampling { failed, resamples, first });
        }
        let answers: Vec<(Vec<f64>, f64)> = answers.into_iter().flatten().collect();
        let nodes = (0..weights.len()).map(|node| sorted(answers.iter().map(|(nodes, _)| nodes[node]).collect()));
        let (nodes, total) = (nodes.collect(), sorted(answers.iter().map(|(_, total)| *total).collect()));
        Ok(Self { nodes, total, level: config.interval_level })
    }

    /// The interval of a node's contribution.
    pub(super) fn node(&self, node: usize) -> (f64, f64) {
        self.between(&self.nodes[node])
    }

    /// The interval of the whole change.
    pub(super) fn total(&self) -> (f64, f64) {
        self.between(&self.total)
    }

    /// From one quantile to the other, at which k of n resamples lie below as k/(n + 1): the smallest and the largest where there are few.
    fn between(&self, sorted: &[f64]) -> (f64, f64) {
        let tail = 0.5 * (1.0 - self.level);
        let at = |share: f64| {
            let place = (share * (sorted.len() as f64 + 1.0) - 1.0).clamp(0.0, sorted.len() as f64 - 1.0);
            let (below, part) = (place.floor() as usize, place.fract());
            let above = (below + 1).min(sorted.len() - 1);
            sorted[below] + part * (sorted[above] - sorted[below])
        };
        (at(tail), at(1.0 - tail))
    }
}

fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_unstable_by(f64::total_cmp);
    values
}
