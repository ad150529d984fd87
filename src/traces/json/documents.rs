//! A file of JSON documents: in lines, or over several lines each, or a single one of any length.
//!
//! A document of up to [`LONGEST_HELD`] bytes counts when it has been read to its end, so that a damaged line leaves nothing behind.
//! Whether a line without an end is damaged, or a document that goes on, only the next lines tell: the document is read again
//! with one more line, with two, and from then on with twice as many bytes. So each byte is read a few times at most.

use std::io::{self, Read};

use serde::de::DeserializeSeed;

use super::document::{Document, Top};
use crate::error::{Error, Result};
use crate::traces::collector::Collector;
use crate::traces::input::batch::Batch;
use crate::traces::input::findings::Findings;
use crate::traces::input::window::Window;

/// Where a document of many lines is tried again, it is with so many bytes at least.
const SHORTEST_TRY: usize = 1 << 12;

/// Longer documents are read as a stream, and count up to where they are damaged.
const LONGEST_HELD: usize = 4 << 20;

/// What a longer document may hold between one span and the next.
const LONGEST_WITHOUT_SPAN: u64 = 16 << 20;

/// So many blanks one after another are the end of reading.
const MOST_BLANKS: u64 = 16 << 20;

/// A damaged document that goes on for more lines than this is left out as a whole, and else its first line alone: then what
/// follows are documents of their own.
const LINES_OF_CUT: usize = 3;

/// A file that is being read.
struct Reading<'r, R> {
    window: &'r mut Window<R>,
    origin: &'r str,
    collector: &'r mut Collector,
    findings: &'r mut Findings,
}

/// What the bytes ahead begin with.
enum Next {
    Whole {
        batches: Vec<Batch<'static>>,
        length: usize,
    },
    /// No document; with the error, in a line that is counted from 1.
    Damaged {
        error: serde_json::Error,
    },
    /// The input ends before the document does.
    Cut {
        lines: usize,
    },
    TooLong,
}

/// Reads all documents, one after another with blanks, commas or line ends between them.
///
/// # Errors
/// When the stream fails, or nothing of it can be read, or there are too many services.
pub(in crate::traces) fn read<R: Read>(
    window: &mut Window<R>,
    origin: &str,
    collector: &mut Collector,
    findings: &mut Findings,
) -> Result<()> {
    let mut reading = Reading { window, origin, collector, findings };
    while reading.skip_blanks()? {
        let next = reading.next().map_err(|error| reading.malformed(error))?;
        match next {
            Next::Whole { batches, length } => reading.documents(batches, length)?,
            Next::Damaged { error } => reading.damaged(&error)?,
            Next::Cut { lines } => reading.cut(lines)?,
            Next::TooLong => reading.stream()?,
        }
    }
    Ok(())
}

/// Reads the documents of a message that is held.
///
/// # Errors
/// The text of the error when the message is damaged.
pub(in crate::traces) fn read_message(
    message: &[u8],
    collector: &mut Collector,
    findings: &mut Findings,
) -> Result<std::result::Result<(), String>> {
    for document in serde_json::Deserializer::from_slice(message).into_iter::<Document>() {
        match document {
            Ok(Document(batch)) => {
                let contents = batch.hand_over(collector)?;
                findings.document(contents, &mut collector.report);
            }
            Err(error) => return Ok(Err(error.to_string())),
        }
    }
    Ok(Ok(()))
}

impl<R: Read> Reading<'_, R> {
    fn malformed(&self, message: impl ToString) -> Error {
        Error::TraceFile { origin: self.origin.to_owned(), message: message.to_string() }
    }

    /// Goes to the next document; says whether there is one.
    fn skip_blanks(&mut self) -> Result<bool> {
        let mut blanks = 0;
        loop {
            let ahead = self.window.ahead();
            let found = ahead.iter().position(|&byte| !byte.is_ascii_whitespace() && byte != b',');
            let skipped = found.unwrap_or(ahead.len());
            self.window.take(skipped);
            blanks += skipped as u64;
            if found.is_some() || self.window.ended() {
                return Ok(found.is_some());
            }
            if blanks > MOST_BLANKS {
                return Err(self.malformed(format!("{} MiB of blanks and nothing else", MOST_BLANKS >> 20)));
            }
            self.window.more().map_err(|error| self.malformed(error))?;
        }
    }

    fn next(&mut self) -> io::Result<Next> {
        let (mut lines, mut end) = (0, 0);
        loop {
            if lines < LINES_OF_CUT {
                end = self.window.line_end(end, LONGEST_HELD)?;
            } else {
                let twice = (2 * end).clamp(SHORTEST_TRY, LONGEST_HELD + 1);
                self.window.fill(twice)?;
                end = self.window.ahead().len().min(twice);
            }
            lines += 1;
            if end > LONGEST_HELD {
                return Ok(Next::TooLong);
            }
            let ahead = &self.window.ahead()[..end];
            let is_all = self.window.ended() && end == self.window.ahead().len();
            match documents(ahead, lines == 1) {
                Ok((batches, length)) if !batches.is_empty() => return Ok(Next::Whole { batches, length }),
                Err(error) => return Ok(Next::Damaged { error }),
                Ok(_) if is_all => return Ok(Next::Cut { lines }),
                Ok(_) => {}
            }
        }
    }

    fn documents(&mut self, batches: Vec<Batch<'static>>, length: usize) -> Result<()> {
        for batch in batches {
            let contents = batch.hand_over(self.collector)?;
            self.findings.document(contents, &mut self.collector.report);
            self.collector.finish_beyond_limit();
        }
        self.window.take(length);
        Ok(())
    }

    /// Leaves out a damaged line, or a damaged document of many lines.
    fn damaged(&mut self, error: &serde_json::Error) -> Result<()> {
        let line = self.window.line() + error.line() as u64 - 1;
        let message = format!("{} at line {line} column {}", without_place(error), error.column());
        let lines = if error.line() > LINES_OF_CUT { error.line() } else { 1 };
        self.leave_out(lines, false, &message)
    }

    /// Leaves out lines, of which the first may be counted already, and what follows them up to a line that begins as a document does.
    fn leave_out(&mut self, lines: usize, counted: bool, message: &str) -> Result<()> {
        let mut left = lines;
        let mut within_line = counted;
        loop {
            if self.window.ahead().is_empty() {
                self.window.more().map_err(|error| self.malformed(error))?;
            }
            let ahead = self.window.ahead();
            if ahead.is_empty() || (left == 0 && matches!(ahead.first(), Some(b'{' | b'['))) {
                return Ok(());
            }
            let (line, before) = (self.window.line(), self.window.offset());
            let ended = self.window.take_line().map_err(|error| self.malformed(error))?;
            let length = self.window.offset() - before;
            let damage = self.findings.damage(line, length, !within_line, message, &mut self.collector.report);
            damage.map_err(|message| self.malformed(message))?;
            within_line = !ended;
            left = left.saturating_sub(usize::from(ended));
        }
    }

    /// The last document has no end. If it is the only one, what is there counts, and else it is a line that was cut.
    fn cut(&mut self, lines: usize) -> Result<()> {
        self.collector.report.truncated = true;
        if self.findings.documents == 0 && !(2..=LINES_OF_CUT).contains(&lines) {
            return self.stream();
        }
        let message = format!("the document that begins in line {} has no end", self.window.line());
        self.leave_out(if lines > LINES_OF_CUT { usize::MAX } else { 1 }, false, &message)
    }

    /// Reads a document that is too long to be held.
    fn stream(&mut self) -> Result<()> {
        let allowance = self.window.allowance();
        allowance.set(LONGEST_WITHOUT_SPAN);
        let line = self.window.line();
        let mut batch = Batch::in_parts(self.collector, allowance, LONGEST_WITHOUT_SPAN);
        let mut input = serde_json::Deserializer::from_reader(&mut *self.window);
        let result = Top(&mut batch).deserialize(&mut input);
        if let Some(failure) = batch.take_failure() {
            return Err(failure);
        }
        let error = match result {
            Ok(()) => {
                let contents = batch.finish()?;
                self.findings.document(contents, &mut self.collector.report);
                self.collector.finish_beyond_limit();
                return Ok(());
            }
            Err(error) => error,
        };
        let had_spans = batch.contents.spans > 0;
        batch.finish_cut()?;
        let line = line + error.line() as u64 - 1;
        if error.is_io() {
            return Err(self.malformed(format!(
                "{error}: more than {} MiB in or after line {line} without the end of a span",
                LONGEST_WITHOUT_SPAN >> 20
            )));
        }
        self.collector.report.truncated |= error.is_eof();
        if error.is_eof() && had_spans {
            self.findings.documents += 1;
            return Ok(());
        }
        let message = format!("{} at line {line} column {}", without_place(&error), error.column());
        let damage = self.findings.damage(line, 0, true, &message, &mut self.collector.report);
        damage.map_err(|message| self.malformed(message))?;
        self.leave_out(1, true, &message)
    }
}

/// The documents that end in these bytes, and the length of all; none if the first goes on. In a single line that holds anything
/// else, nothing can be trusted.
fn documents(ahead: &[u8], is_line: bool) -> serde_json::Result<(Vec<Batch<'static>>, usize)> {
    let mut batches = Vec::new();
    let mut documents = serde_json::Deserializer::from_slice(ahead).into_iter::<Document>();
    loop {
        let length = documents.byte_offset();
        match documents.next() {
            Some(Ok(Document(batch))) => batches.push(batch),
            Some(Err(error)) if error.is_eof() => return Ok((batches, length)),
            Some(Err(error)) => {
                let is_separated = ahead[length..].iter().all(|&byte| byte == b',' || byte.is_ascii_whitespace());
                return if !batches.is_empty() && is_separated { Ok((batches, ahead.len())) } else { Err(error) };
            }
            None => return Ok((batches, ahead.len())),
        }
        if !is_line {
            return Ok((batches, documents.byte_offset()));
        }
    }
}

/// The text of an error without the line within its document.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(place) => text[..place].to_owned(),
        None => text,
    }
}
