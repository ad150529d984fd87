//! A summary as it travels: causes and levels in the order of their names, so that the same events are the same bytes.

use serde::{Deserialize, Serialize};

use super::config::SummaryConfig;
use super::examples::LargestEvents;
use super::failures::Failures;
use super::state::{CauseDetail, EventSummary, check_nodes};
use super::tally::Tally;
use crate::error::{Error, Result};
use crate::mergeable::bytes;

/// Grows whenever a state holds something that earlier versions of this crate do not know.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedSummary {
    version: u32,
    config: SummaryConfig,
    /// Without that of what no node explains.
    nodes: Vec<String>,
    /// One for what no node explains, and one for each node.
    details: Vec<CauseDetail>,
    all: Tally,
    columns: Vec<Vec<SavedLevel>>,
    failures: Failures,
    contested: LargestEvents,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedLevel {
    level: Option<String>,
    tally: Tally,
}

impl EventSummary {
    /// The summary as bytes, in the `postcard` format: the same for the same events.
    ///
    /// # Errors
    /// None that is known of.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let order = self.causes.sorted();
        let mut places = vec![0_u32; order.len()];
        order.iter().zip(0..).for_each(|(&number, place)| places[number as usize] = place);
        let columns = self.columns.iter().map(|column| {
            let level = |number: u32| SavedLevel {
                level: column.levels.name(number as usize).map(str::to_owned),
                tally: column.tallies[number as usize].renumbered(&places),
            };
            column.levels.sorted().into_iter().map(level).collect()
        });
        bytes::write(&SavedSummary {
            version: VERSION,
            config: self.config.clone(),
            nodes: order.iter().filter_map(|&number| self.causes.name(number as usize)).map(str::to_owned).collect(),
            details: order.iter().map(|&number| self.details[number as usize].clone()).collect(),
            all: self.all.renumbered(&places),
            columns: columns.collect(),
            failures: self.failures.clone(),
            contested: self.contested.clone(),
        })
    }

    /// The summary that [`to_bytes`](Self::to_bytes) wrote.
    ///
    /// # Errors
    /// When the bytes are none, or of another version of this crate.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        bytes::read::<SavedSummary>(bytes, "a saved summary")?.restore()
    }

    /// Adds the summary that [`to_bytes`](Self::to_bytes) wrote.
    ///
    /// # Errors
    /// As for [`from_bytes`](Self::from_bytes) and [`merge`](Self::merge); then nothing is changed.
    pub fn merge_bytes(&mut self, bytes: &[u8]) -> Result<()> {
        self.merge(&Self::from_bytes(bytes)?)
    }
}

impl SavedSummary {
    fn restore(self) -> Result<EventSummary> {
        let damaged = |found: String| Error::InvalidParameter {
            name: "a saved summary",
            requirement: "as it was written by this version of the crate",
            found,
        };
        if self.version != VERSION {
            return Err(damaged(format!("of version {} instead of {VERSION}", self.version)));
        }
        let Self { config, nodes, details, all, columns, failures, contested, .. } = self;
        let mut summary = EventSummary::new(config)?;
        check_nodes(nodes.len())?;
        let is_sorted = nodes.windows(2).all(|pair| pair[0] < pair[1]);
        if !is_sorted || nodes.iter().any(|node| node.trim().is_empty()) || details.len() != nodes.len() + 1 {
            return Err(damaged(format!("damaged: {} figures of {} nodes", details.len(), nodes.len())));
        }
        let (causes, most, width) = (details.len(), summary.config.examples, summary.config.by.len());
        nodes.iter().for_each(|node| _ = summary.causes.numbered(Some(node)));
        let wrong = |what: &str| damaged(format!("damaged: {what}"));
        if !all.is_sound(causes) {
            return Err(wrong("counts that do not sum up"));
        }
        summary.all = all;
        let is_sound = |(cause, detail): (usize, &CauseDetail)| {
            let firsts = summary.all.firsts(cause);
            detail.examples.is_sound(most, firsts, width)
                && detail.contested_first <= firsts
                && detail.events <= summary.all.events
                && detail.contested_second <= summary.all.contested
        };
        let contested_firsts = details.iter().try_fold(0_u64, |sum, detail| sum.checked_add(detail.contested_first));
        if !details.iter().enumerate().all(is_sound) || contested_firsts != Some(summary.all.contested) {
            return Err(wrong("a cause that is not of its events"));
        }
        if !failures.is_sound(most, summary.all.failed, width) {
            return Err(wrong("failures that are not those of the events"));
        }
        if !contested.is_sound(most, summary.all.contested, width) {
            return Err(wrong("contested events that are not those of the events"));
        }
        if columns.len() != width {
            return Err(wrong("another number of columns"));
        }
        let numbers: Vec<u32> = (0..causes as u32).collect();
        let all_saved = bytes::write(&summary.all)?;
        for (place, levels) in columns.into_iter().enumerate() {
            summary.check_level_count(place, levels.len())?;
            if levels.windows(2).any(|pair| pair[0].level >= pair[1].level) {
                return Err(wrong("levels out of order"));
            }
            let mut whole = Tally::default();
            for SavedLevel { level, tally } in levels {
                if !tally.is_sound(causes) {
                    return Err(wrong("counts of a level that do not sum up"));
                }
                whole.merge(&tally, &numbers);
                *summary.columns[place].tally_of(level.as_deref()) = tally;
            }
            // To the bit, as all of it is exact.
            if bytes::write(&whole.renumbered(&numbers))? != all_saved {
                return Err(wrong("levels that do not sum up"));
            }
        }
        (summary.details, summary.failures, summary.contested) = (details, failures, contested);
        Ok(summary)
    }
}
