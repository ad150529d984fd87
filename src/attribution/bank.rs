//! The noise bank: one set of joint noise samples that every coalition and every event shares.

use std::ops::Range;

use super::config::{AttributionConfig, BLOCKS, NoiseSampling};
use super::plan::{Plan, PlanNode};
use crate::numeric::scrambled_net::{DIMENSIONS, ScrambledNet, fill_latin_hypercube};
use crate::random::{Purpose, stream};

/// With more noises than this, quasi-Monte Carlo is not chosen by itself: for 20 it hardly gains and for 100 not at all
/// (`docs/method.md`), while quantiles cost more than draws.
const MOST_NOISES: usize = 64;

/// A column of noise per node of a plan, all equally long.
///
/// Common random numbers: a coalition replaces columns by observed noises and leaves the rest as they are, so the
/// difference between two coalitions is far less noisy than either.
#[derive(Debug)]
pub(super) struct Bank {
    /// Empty for a node whose noise is never drawn.
    pub(super) columns: Vec<Vec<f64>>,
    samples: usize,
}

/// The samples of one of the [`BLOCKS`], which are independent of those of all others; sizes differ by at most one.
pub(super) fn rows_of_block(samples: usize, block: usize) -> Range<usize> {
    block * samples / BLOCKS..(block + 1) * samples / BLOCKS
}

impl Bank {
    /// Draws the noises, each node's from a stream of its own, of those nodes whose noise is `drawn` at all. Memory: as many
    /// nodes × samples.
    ///
    /// Not in parallel: events wait for the bank on a lock, and a thread that drew it while helping others with their
    /// events would come to wait for itself.
    pub(super) fn draw(plan: &Plan, config: &AttributionConfig, drawn: impl Fn(usize) -> bool) -> Self {
        let evenly = match config.noise_sampling {
            NoiseSampling::Auto => plan.nodes.len() <= MOST_NOISES,
            NoiseSampling::MonteCarlo => false,
            NoiseSampling::QuasiMonteCarlo => true,
        };
        let columns = plan.nodes.iter().enumerate().map(|(number, node)| {
            if !drawn(number) {
                return Vec::new();
            }
            let mut column = vec![0.0; config.samples];
            if evenly {
                draw_evenly(node, number, config.seed, &mut column);
            } else {
                draw_independently(node, config.seed, &mut column);
            }
            column
        });
        Self { columns: columns.collect(), samples: config.samples }
    }

    pub(super) fn samples(&self) -> usize {
        self.samples
    }
}

fn draw_independently(node: &PlanNode, seed: u64, column: &mut [f64]) {
    let mut generator = stream(seed, Purpose::NoiseBank, node.position as u64);
    node.mechanism.noise().sample_into(&mut generator, column);
}

/// Randomised quasi-Monte Carlo: one coordinate of a scrambled net per block, through the noise's quantile function.
/// Nodes beyond the net's dimensions get a Latin hypercube's coordinate. Which node gets which coordinate made no
/// difference that could be measured, so they are handed out in topological order.
fn draw_evenly(node: &PlanNode, dimension: usize, seed: u64, column: &mut [f64]) {
    let mut generator = stream(seed, Purpose::Scrambling, node.position as u64);
    let samples = column.len();
    let mut net = (dimension < DIMENSIONS).then(|| ScrambledNet::sobol(dimension, samples.div_ceil(BLOCKS)));
    for block in 0..BLOCKS {
        let points = &mut column[rows_of_block(samples, block)];
        match &mut net {
            Some(net) => net.fill(&mut generator, points),
            None => fill_latin_hypercube(&mut generator, points),
        }
    }
    node.mechanism.noise().replace_by_quantiles(column);
}
