//! The only place where (seed, purpose, index) becomes a stream of random numbers.
//!
//! Every block of work owns its own stream, so a result cannot depend on which thread did the
//! block or in what order. `ChaCha8` is used because its output is fixed by its specification,
//! where a "standard" generator may change between releases.

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

/// The purpose of a stream of random numbers. Two purposes never share random numbers, whatever their indices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
pub(crate) enum Purpose {
    /// The bank of noise that all coalitions share; the index is the node's.
    NoiseBank = 1,
    /// Permutations of the players; the index is that of the set that is drawn together.
    Permutations = 2,
    /// Draws of a model that was given rather than fitted, standing in for training rows.
    Reference = 3,
    /// Rows drawn from a fitted model at a user's request; the index is the node's.
    ModelDraws = 4,
    /// The scramblings of the bank's quasi-Monte Carlo points; the index is the node's.
    Scrambling = 5,
    /// The order in which rows are dealt out to the folds of a cross-validation.
    Folds = 6,
    /// The rows that mechanisms are compared on where there are too many.
    RowsToCompare = 7,
    /// The bank that is drawn towards one event; the index is the node's.
    Tilting = 8,
    /// Draws of a target in the context of an event; the index is the node's.
    InContext = 9,
    /// Draws of several rows of a target together; the index is that of the row and the node.
    RowsTogether = 10,
    /// Permutations of the rows in a test of independence; the index is the test's.
    RowPermutations = 20,
    /// The rows that a costly test looks at where there are too many; the index is the test's.
    Subsample = 21,
    /// The draws that spread a value with positive probability over its step; the index is the node's.
    Calibration = 22,
    /// Graphs with their nodes permuted; the index is the graph's.
    PermutedGraphs = 23,
    /// Where in the interval that a class tells the noises of rows are taken to lie; the index is the node's.
    WithinInterval = 24,
    /// The rows of a bootstrap's resamples; the index is the resample's.
    Bootstrap = 50,
    /// The uniform numbers that both models of a change turn into values; the index is the node's.
    ChangeNets = 70,
    /// The rows of resamples of two tables; the index is twice the resample's, and one more for the new table.
    ChangeResamples = 71,
    /// The rows of a second data set in a bootstrap of two; the index is the resample's.
    BootstrapOfSecond = 51,
    /// Noises that two interventions have in common; the index is that of a node's block.
    Interventions = 60,
    /// Noises that a row leaves open in a counterfactual; the index is the node's.
    Counterfactuals = 61,
    /// Noises that an intervention draws afresh in a counterfactual; the index is the node's.
    FreshNoise = 62,
    /// Where in the intervals that the classes of two rows tell their noises are taken to lie; the index is that of a node's row.
    UnitChange = 63,
    /// Points of integrals over noises; the index is the node's, that of the set of draws and that of the randomisation.
    Integrals = 80,
    /// Orders of players at points; the index is that of the randomisation.
    PointOrders = 81,
}

/// The stream of random numbers of one block of work.
pub(crate) fn stream(seed: u64, purpose: Purpose, index: u64) -> ChaCha8Rng {
    let mut key = [0_u8; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[8..16].copy_from_slice(&(purpose as u64).to_le_bytes());
    let mut generator = ChaCha8Rng::from_seed(key);
    generator.set_stream(index);
    generator
}

/// Spreads a number over all bits, so that numbers that differ in one bit have nothing in common: the finaliser of
/// SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
pub(crate) fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;

    #[test]
    fn streams_differ_in_seed_purpose_and_index_and_repeat_otherwise() {
        let first = |seed, purpose, index| stream(seed, purpose, index).next_u64();
        let base = first(1, Purpose::NoiseBank, 1);
        assert_eq!(base, first(1, Purpose::NoiseBank, 1));
        assert_ne!(base, first(2, Purpose::NoiseBank, 1));
        assert_ne!(base, first(1, Purpose::Permutations, 1));
        assert_ne!(base, first(1, Purpose::NoiseBank, 2));
    }
}
