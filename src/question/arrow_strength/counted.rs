//! All combinations of the parents' values, where they can be listed.

use std::collections::BTreeMap;

use super::edge::Edge;
use crate::error::Result;
use crate::question::integrals::Combinations;

/// Most combinations of listed noises, and most pairs of one of the parents' values and one of the cut parent's.
const MOST_COMBINATIONS: usize = 1 << 18;
const MOST_PAIRS: usize = 1 << 22;

/// The different combinations of the parents' values with their probabilities, and the cut parent's values with theirs.
pub(super) struct Counted {
    pub(super) parents: Vec<(Vec<f64>, f64)>,
    pub(super) cut: Vec<(f64, f64)>,
    place: usize,
}

impl Counted {
    /// Lists the values; nothing where they cannot be listed, or are too many.
    ///
    /// # Errors
    /// When a mechanism is not finite.
    pub(super) fn of(edge: &Edge<'_>) -> Result<Option<Self>> {
        let varying = edge.varying(false)?;
        let Some(all) = Combinations::of(&varying, MOST_COMBINATIONS)? else { return Ok(None) };
        let columns: Vec<&[f64]> = edge.node().parents.iter().map(|&parent| all.values[parent].as_slice()).collect();
        // By their bits, in which values of one sign are in order.
        let mut seen: BTreeMap<Vec<u64>, f64> = BTreeMap::new();
        let mut cut: BTreeMap<u64, f64> = BTreeMap::new();
        for (row, weight) in all.weights.iter().enumerate() {
            let bits: Vec<u64> = columns.iter().map(|column| column[row].to_bits()).collect();
            *cut.entry(bits[edge.place]).or_default() += weight;
            *seen.entry(bits).or_default() += weight;
        }
        if seen.len().saturating_mul(cut.len()) > MOST_PAIRS {
            return Ok(None);
        }
        let values = |bits: Vec<u64>| bits.into_iter().map(f64::from_bits).collect();
        Ok(Some(Self {
            parents: seen.into_iter().map(|(bits, weight)| (values(bits), weight)).collect(),
            cut: cut.into_iter().map(|(bits, weight)| (f64::from_bits(bits), weight)).collect(),
            place: edge.place,
        }))
    }

    /// The parents' values with each of the cut parent's instead of its own, and that one's probability.
    pub(super) fn redrawn<'c>(&'c self, parents: &'c [f64]) -> impl Iterator<Item = (Vec<f64>, f64)> + 'c {
        self.cut.iter().map(|&(value, weight)| {
            let mut redrawn = parents.to_vec();
            redrawn[self.place] = value;
            (redrawn, weight)
        })
    }
}
