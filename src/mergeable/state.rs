//! What an accumulator has collected, without the model: to be saved, sent and merged.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::family::FamilySums;
use super::sample::KeyedSample;
use crate::error::{Error, Result};

/// Grows whenever a state holds something that earlier versions of this crate do not know.
pub(super) const VERSION: u32 = 1;

/// What a [`FitAccumulator`](crate::mergeable::FitAccumulator) has collected: exact sums, counts, ranges, and the sample.
///
/// It depends on which rows were added and on nothing else, so equal sets of rows have equal states, and equal bytes. Serde saves it in any
/// format that keeps all digits. It holds what is collected for which node, in words, and is merged only where that is the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FitState {
    version: u32,
    /// What is collected for each node, and of which parents.
    pub(super) collected: Vec<String>,
    /// Columns of batches that the graph does not name.
    pub(super) ignored: BTreeSet<String>,
    /// One per node, by its position in the graph; nothing where no sums are needed.
    pub(super) families: Vec<Option<FamilySums>>,
    pub(super) sample: KeyedSample,
}

impl FitState {
    pub(super) fn new(collected: Vec<String>, families: Vec<Option<FamilySums>>, sample: KeyedSample) -> Self {
        Self { version: VERSION, collected, ignored: BTreeSet::new(), families, sample }
    }

    /// How many rows were added.
    pub fn rows(&self) -> u64 {
        self.sample.rows_seen()
    }

    /// The sampled rows.
    pub fn sample(&self) -> &KeyedSample {
        &self.sample
    }

    /// # Errors
    /// When the other state is of another version of this crate, of another model, or of another configuration.
    pub(super) fn check_same(&self, other: &Self) -> Result<()> {
        let refuse = |found: String| {
            let (name, requirement) =
                ("a state that is merged", "of the same model and version as the one it is merged into");
            Err(Error::InvalidParameter { name, requirement, found })
        };
        if other.version != VERSION {
            return refuse(format!("of version {} instead of {VERSION}", other.version));
        }
        let differing = self.collected.iter().zip(&other.collected).find(|(own, others)| own != others);
        match differing {
            Some((own, others)) => refuse(format!("one of {others} instead of {own}")),
            None if self.collected.len() != other.collected.len() => {
                refuse(format!("one of {} nodes instead of {}", other.collected.len(), self.collected.len()))
            }
            None => Ok(()),
        }
    }

    /// Adds what another state of the same model has collected, which was checked.
    ///
    /// # Errors
    /// When the samples are of other sizes or seeds; then nothing is changed.
    pub(super) fn merge_checked(&mut self, other: &Self) -> Result<()> {
        self.sample.merge(&other.sample)?;
        self.ignored.extend(other.ignored.iter().cloned());
        for (own, others) in self.families.iter_mut().flatten().zip(other.families.iter().flatten()) {
            own.merge(others);
        }
        Ok(())
    }
}
