//! What is known of a file of documents while it is read.

use super::foreign::Contents;
use crate::traces::report::TraceReport;

/// So many bytes of damaged lines one after another are the end of reading.
const MOST_DAMAGE: u64 = 16 << 20;

/// And so many damaged lines.
const MOST_DAMAGED_LINES: u64 = 10_000;

/// What was found in a file, besides what the collector counts.
#[derive(Debug, Default)]
pub(in crate::traces) struct Findings {
    /// Documents that could be read, whatever they hold.
    pub(in crate::traces) documents: u64,
    /// What the first document without spans holds.
    without_spans: Option<Contents>,
    first_damage: Option<String>,
    damage_in_a_row: u64,
    damaged_lines_in_a_row: u64,
}

impl Findings {
    /// Takes note of a document that could be read.
    pub(in crate::traces) fn document(&mut self, contents: Contents, report: &mut TraceReport) {
        self.documents += 1;
        (self.damage_in_a_row, self.damaged_lines_in_a_row) = (0, 0);
        if contents.spans == 0 {
            report.other_documents += 1;
            self.without_spans.get_or_insert(contents);
        }
    }

    /// Takes note of a line, or message, that was left out, or of a further part of it.
    ///
    /// # Errors
    /// When nothing else has come for so long that nothing will.
    pub(in crate::traces) fn damage(
        &mut self,
        place: u64,
        length: u64,
        is_new: bool,
        message: &str,
        report: &mut TraceReport,
    ) -> Result<(), String> {
        report.damaged_lines += u64::from(is_new);
        report.first_damaged_line.get_or_insert(place);
        self.first_damage.get_or_insert_with(|| message.to_owned());
        self.damage_in_a_row += length;
        self.damaged_lines_in_a_row += u64::from(is_new);
        if self.damage_in_a_row > MOST_DAMAGE || self.damaged_lines_in_a_row > MOST_DAMAGED_LINES {
            return Err(format!(
                "{} lines, {} bytes, of which nothing can be read; the first: {message}",
                self.damaged_lines_in_a_row, self.damage_in_a_row
            ));
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
