//! Samples in blocks that are independent of each other: how far the blocks' figures lie apart is the error of the figure of all.

use std::ops::Range;

use rand::Rng;

use super::scrambled_net::{DIMENSIONS, ScrambledNet, fill_latin_hypercube};

/// Into how many blocks samples are split. Few and large ones suit quasi-Monte Carlo, as each is a net of its own, many an exact
/// estimate of the error; see `docs/method.md`.
pub(crate) const BLOCKS: usize = 16;

/// t/z, where t = 2.1314 is the 97.5 % quantile of Student's distribution with 15 degrees of freedom, z = 1.9600 that of the
/// normal one: how much wider an error is that is known from so few blocks, so that 1.96 of it hold the truth as often as they say.
pub(crate) const WIDENED: f64 = 2.131_449_546 / 1.959_963_985;
const _: () = assert!(BLOCKS == 16, "the degrees of freedom are one less than the blocks");

/// The standard error of the mean of figures of so many independent blocks.
pub(crate) fn error_of_blocks(figures: &[f64]) -> f64 {
    let (squares, _) = squares_of_deviations(figures);
    error_of_squares(squares, figures.len())
}

/// As [`error_of_blocks`], with one more block as far out as the furthest: where a tail carries the figures, blocks that have not seen it agree
/// too well.
pub(crate) fn error_of_tailed_blocks(figures: &[f64]) -> f64 {
    let (squares, furthest) = squares_of_deviations(figures);
    error_of_squares(squares + furthest, figures.len())
}

fn squares_of_deviations(figures: &[f64]) -> (f64, f64) {
    let mean = figures.iter().sum::<f64>() / figures.len() as f64;
    let squares = figures.iter().map(|figure| (figure - mean).powi(2));
    (squares.clone().sum(), squares.fold(0.0, f64::max))
}

fn error_of_squares(squares: f64, count: usize) -> f64 {
    let count = count as f64;
    WIDENED * (squares / (count - 1.0) / count).sqrt()
}

/// With more columns than this, quasi-Monte Carlo is not worth it: for 20 it hardly gains and for 100 not at all (`docs/method.md`),
/// while quantiles cost more than draws.
pub(crate) const MOST_IN_NETS: usize = 64;

/// The samples of a block, which are independent of those of all others; sizes differ by at most one.
pub(crate) fn rows_of_block(samples: usize, block: usize) -> Range<usize> {
    block * samples / BLOCKS..(block + 1) * samples / BLOCKS
}

/// Fills a column with uniform numbers in (0, 1): one coordinate of a scrambled net for each block. Columns beyond the net's dimensions get
/// a Latin hypercube's coordinate.
pub(crate) fn fill_evenly(generator: &mut impl Rng, dimension: usize, column: &mut [f64]) {
    let samples = column.len();
    let mut net = (dimension < DIMENSIONS).then(|| ScrambledNet::sobol(dimension, samples.div_ceil(BLOCKS)));
    for block in 0..BLOCKS {
        let points = &mut column[rows_of_block(samples, block)];
        match &mut net {
            Some(net) => net.fill(generator, points),
            None => fill_latin_hypercube(generator, points),
        }
    }
}
