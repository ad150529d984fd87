//! What is known of a file of documents while it is read.

use super::foreign::Contents;
use crate::traces::report::TraceReport;

/// So many bytes of damaged lines one after another are the end of reading.
const MOST_DAMAGE: u64 = 16 << 20;

/// What was found in a file, besides what the collector counts.
#[derive(Debug, Default)]
pub(in crate::traces) struct Findings {
    /// Documents that could be read, whatever they hold.
    pub(in crate::traces) documents: u64,
    /// What the first document without spans holds.
    without_spans: Option<Contents>,
    first_damage: Option<String>,
    damage_in_a_row: u64,
}

impl Findings {
    /// Takes note of a document that could be read.
    pub(in crate::traces) fn document(&mut self, contents: Contents, report: &mut TraceReport) {
        self.documents += 1;
        self.damage_in_a_row = 0;
        if contents.spans == 0 {
            report.other_documents += 1;
            self.without_spans.get_or_insert(contents);
        }
    }

    /// Takes note of a line, or message, that was left out.
    ///
    /// # Errors
    /// When nothing else has come for so long that nothing will.
    pub(in crate::traces) fn damage(
        &mut self,
        place: u64,
        length: u64,
        message: &str,
        report: &mut TraceReport,
    ) -> Result<(), String> {
        report.damaged_lines += 1;
        report.first_damaged_line.get_or_insert(place);
        self.first_damage.get_or_insert_with(|| message.to_owned());
        self.damage_in_a_row += length;
        if self.damage_in_a_row > MOST_DAMAGE {
            return Err(format!("{} MiB without anything that can be read; the first: {message}", MOST_DAMAGE >> 20));
        }
        Ok(())
    }

    /// Why there are no spans.
    pub(in crate::traces) fn explanation(&self, expected: &str) -> String {
        match (&self.without_spans, &self.first_damage) {
            (Some(contents), None) => contents.to_string(),
            (Some(contents), Some(damage)) => format!("{contents}; and what could not be read: {damage}"),
            (None, Some(damage)) => damage.clone(),
            (None, None) => format!("it is empty, but {expected} was expected"),
        }
    }
}
