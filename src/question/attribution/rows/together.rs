//! Rows side by side: a target that is a statistic of the target in each of several independent rows.

use crate::error::Result;
use crate::model::{Recovered, WiredNode, Wiring};
use crate::noise::NoiseDistribution;
use crate::question::attribution::in_context::draw_target;
use crate::random::{Purpose, stream};
use crate::target::Target;

use super::statistic::RowStatistic;

/// How many values of the statistic are drawn, at most, to stand for what is usual of it.
const DRAWS: usize = 10_000;
/// How many values of the target are drawn for that.
const DRAWN_VALUES: usize = 1 << 18;

/// What is usual of the statistic, from independent draws of so many rows; `recovered` has the noises of each row, of which those of the
/// `context` are kept.
///
/// # Errors
/// When a mechanism returns NaN or an infinity.
pub(super) fn usual(
    wiring: &Wiring,
    statistic: RowStatistic,
    recovered: &[Recovered],
    context: &[usize],
    seed: u64,
) -> Result<NoiseDistribution> {
    let mechanism = statistic.mechanism(recovered.len())?;
    let draws = DRAWS.min(DRAWN_VALUES / recovered.len());
    let mut columns: Vec<Vec<f64>> = Vec::with_capacity(recovered.len());
    for (row, recovered) in recovered.iter().enumerate() {
        let random = |number: usize, _: &WiredNode| {
            stream(seed, Purpose::RowsTogether, (row * wiring.nodes().len() + number) as u64)
        };
        columns.push(draw_target(wiring, draws, (context, recovered), random)?);
    }
    let (parents, mut values): (Vec<&[f64]>, _) = (columns.iter().map(Vec::as_slice).collect(), vec![0.0; draws]);
    mechanism.fill(&wiring.node(wiring.target()).name, &parents, &vec![0.0; draws], &mut values)?;
    NoiseDistribution::empirical(&values)
}

/// The statistic as a target, with the values and noises of all rows. `usual` is what is usual of it.
///
/// # Errors
/// None that the statistic has not had before.
pub(super) fn together(
    wiring: &Wiring,
    statistic: RowStatistic,
    recovered: Vec<Recovered>,
    usual: &NoiseDistribution,
) -> Result<(Target, Recovered)> {
    let mechanism = statistic.mechanism(recovered.len())?;
    let of_target: Vec<f64> = recovered.iter().map(|row| row.values[wiring.target()]).collect();
    let observed = mechanism.evaluate(&of_target, 0.0);
    let target = Target::of(wiring.repeated(recovered.len(), mechanism, usual.std_dev()));
    Ok((target, Recovered::of_rows(recovered, observed)))
}
