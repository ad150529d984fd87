//! The noise banks: sets of joint noise samples that all coalitions and all events share.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rand::RngExt;
use rand_distr::Open01;

use super::super::means::{Means, NoiseSampling};
use crate::model::WiredNode;
use crate::numeric::points::{MOST_IN_NETS, fill_evenly};
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
}

impl Bank {
    fn new(nodes: usize, samples: usize) -> Self {
        Self { columns: (0..nodes).map(|_| OnceLock::new()).collect(), samples }
    }

    /// With columns that are known, empty ones where a noise is never drawn.
    pub(super) fn of_columns(columns: Vec<Vec<f64>>, samples: usize) -> Self {
        Self { columns: columns.into_iter().map(OnceLock::from).collect(), samples }
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
