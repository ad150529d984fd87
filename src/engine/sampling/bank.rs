//! The noise banks: sets of joint noise samples that all coalitions and all events share.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rand::RngExt;
use rand_distr::Open01;

use super::super::means::{Means, NoiseSampling};
use crate::model::WiredNode;
use crate::numeric::points::{BLOCKS, MOST_IN_NETS, fill_evenly, rows_of_block};
use crate::random::{Purpose, stream};
use crate::target::Target;

/// The noise banks of one target, one for each number of samples, made when they are first needed.
#[derive(Debug)]
pub(crate) struct Shelf {
    means: Means,
    banks: Mutex<BTreeMap<usize, Arc<Bank>>>,
}

impl Shelf {
    pub(crate) fn new(means: Means) -> Self {
        Self { means, banks: Mutex::new(BTreeMap::new()) }
    }

    /// The bank of so many samples, in which the noises of all nodes that are `drawn` have their columns.
    ///
    /// Columns are not drawn in parallel: events wait for a column on a lock, and a thread that drew it while helping others
    /// with their events would come to wait for itself.
    pub(crate) fn bank(&self, target: &Target, samples: usize, drawn: impl Fn(usize) -> bool) -> Arc<Bank> {
        let mut banks = self.banks.lock().unwrap_or_else(PoisonError::into_inner);
        let bank =
            Arc::clone(banks.entry(samples).or_insert_with(|| Arc::new(Bank::new(target.nodes().len(), samples))));
        drop(banks);
        (0..target.nodes().len()).filter(|&node| drawn(node)).for_each(|node| bank.draw(target, node, self.means));
        bank
    }

    /// Fills a column of a node of the target with uniform numbers in (0, 1) of its own, for noises that are drawn for one event.
    pub(super) fn fill_uniform(&self, target: &Target, number: usize, column: &mut [f64]) {
        let mut generator = stream(self.means.seed, Purpose::Tilting, target.nodes()[number].position as u64);
        if draws_evenly(target, self.means) {
            fill_evenly(&mut generator, number, column);
        } else {
            column.iter_mut().for_each(|point| *point = generator.sample(Open01));
        }
    }
}

/// A column of noise per node of a target, all equally long.
///
/// Common random numbers: a coalition replaces columns by observed noises and leaves the rest as they are, so the
/// difference between two coalitions is far less noisy than either.
#[derive(Debug)]
pub(crate) struct Bank {
    columns: Vec<OnceLock<Vec<f64>>>,
    samples: usize,
    /// Banks of fewer of these samples, by their number.
    parts: Mutex<BTreeMap<usize, Arc<Bank>>>,
}

impl Bank {
    fn new(nodes: usize, samples: usize) -> Self {
        Self { columns: (0..nodes).map(|_| OnceLock::new()).collect(), samples, parts: Mutex::default() }
    }

    /// With columns that are known, empty ones where a noise is never drawn.
    pub(super) fn of_columns(columns: Vec<Vec<f64>>, samples: usize) -> Self {
        Self { columns: columns.into_iter().map(OnceLock::from).collect(), samples, parts: Mutex::default() }
    }

    /// The bank of so many of these samples, the first of each block, in which all nodes that are `drawn` have their columns, as they must
    /// have here.
    pub(super) fn part(&self, samples: usize, drawn: impl Fn(usize) -> bool) -> Arc<Self> {
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        let part = parts.entry(samples).or_insert_with(|| Arc::new(Self::new(self.nodes(), samples)));
        let part = Arc::clone(part);
        drop(parts);
        for node in (0..self.nodes()).filter(|&node| drawn(node)) {
            part.columns[node].get_or_init(|| first_of_blocks(self.column(node), samples));
        }
        part
    }

    /// Draws the noise of a node from a stream of its own, if that was not done yet.
    fn draw(&self, target: &Target, number: usize, means: Means) {
        let evenly = draws_evenly(target, means);
        self.columns[number].get_or_init(|| {
            let (node, mut column) = (&target.nodes()[number], vec![0.0; self.samples]);
            if evenly {
                draw_evenly(node, number, means.seed, &mut column);
            } else {
                draw_independently(node, means.seed, &mut column);
            }
            column
        });
    }

    /// The drawn noises of a node; empty if they were never needed.
    pub(super) fn column(&self, node: usize) -> &[f64] {
        self.columns[node].get().map_or(&[], Vec::as_slice)
    }

    pub(super) fn nodes(&self) -> usize {
        self.columns.len()
    }

    pub(super) fn samples(&self) -> usize {
        self.samples
    }
}

/// So many values of a column: the first of each block.
fn first_of_blocks(column: &[f64], samples: usize) -> Vec<f64> {
    let rows = |block: usize| {
        let first = rows_of_block(column.len(), block).start;
        &column[first..first + rows_of_block(samples, block).len()]
    };
    if column.is_empty() { Vec::new() } else { (0..BLOCKS).flat_map(rows).copied().collect() }
}

/// Whether the noises of a target are drawn from nets.
fn draws_evenly(target: &Target, means: Means) -> bool {
    match means.noise_sampling {
        NoiseSampling::Auto => target.nodes().len() <= MOST_IN_NETS,
        NoiseSampling::MonteCarlo => false,
        NoiseSampling::QuasiMonteCarlo => true,
    }
}

fn draw_independently(node: &WiredNode, seed: u64, column: &mut [f64]) {
    let mut generator = stream(seed, Purpose::NoiseBank, node.position as u64);
    node.mechanism.noise().sample_into(&mut generator, column);
}

/// Randomised quasi-Monte Carlo: one coordinate of a scrambled net per block, through the noise's quantile function. Which node gets which
/// coordinate made no difference that could be measured, so they are handed out in topological order.
fn draw_evenly(node: &WiredNode, dimension: usize, seed: u64, column: &mut [f64]) {
    let mut generator = stream(seed, Purpose::Scrambling, node.position as u64);
    fill_evenly(&mut generator, dimension, column);
    node.mechanism.noise().replace_by_quantiles(column);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_the_first_of_each_block() {
        let column: Vec<f64> = (0..3_000).map(f64::from).collect();
        let bank = Bank::of_columns(vec![column, Vec::new()], 3_000);
        let found = bank.part(256, |node| node == 0);
        assert!(found.samples() == 256 && found.column(1).is_empty());
        for block in 0..BLOCKS {
            let first = rows_of_block(3_000, block).start as f64;
            let expected: Vec<f64> = (0..16).map(|row| first + f64::from(row)).collect();
            assert_eq!(found.column(0)[rows_of_block(256, block)], expected);
        }
        assert!(Arc::ptr_eq(&found, &bank.part(256, |_| false)));
    }
}
