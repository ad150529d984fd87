//! Lines of cells, of which some may be quoted.

use std::io::{self, BufRead, BufReader, Read};

use super::foreign::BINARY;

/// The largest record. Larger ones are a quote that nobody closed, or no table.
const MOST_BYTES: usize = 16 << 20;
/// The most cells in a record.
pub(super) const MOST_CELLS: usize = 1 << 16;

/// One line of a table, whose quoted cells may go over several lines of the file.
#[derive(Default)]
pub(super) struct Record {
    bytes: Vec<u8>,
    /// Where each cell ends in the bytes.
    ends: Vec<usize>,
    /// The line of the file on which it begins, counted from 1.
    pub(super) line: u64,
    /// Whether a quote stands within a cell that does not begin with one, or anything follows the quote that ends a cell: as where the
    /// delimiter is another.
    pub(super) has_stray_quotes: bool,
}

impl Record {
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The bytes of every cell, without quotes.
    pub(super) fn cells(&self) -> impl DoubleEndedIterator<Item = &[u8]> + ExactSizeIterator {
        (0..self.ends.len()).map(|cell| {
            let start = if cell == 0 { 0 } else { self.ends[cell - 1] };
            &self.bytes[start..self.ends[cell]]
        })
    }
}

/// Where in a record the next byte is.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    StartOfCell,
    Cell,
    Quoted,
    /// After a quote within a quoted cell, which ends it unless another follows.
    Quote,
}

/// Splits text into records: cells are separated by the delimiter, and may be quoted by `"`, which is doubled within.
///
/// Lines end with `\n`, `\r\n` or `\r`; those without a single byte are passed over.
pub(super) struct Records<R> {
    reader: BufReader<R>,
    delimiter: u8,
    /// The line that the next byte is on.
    line: u64,
    /// Whether the last byte was a `\r`, of which a following `\n` is part.
    after_return: bool,
    /// For every byte whether it is more than itself in a cell without quotes.
    is_sign: [bool; 256],
}

impl<R: Read> Records<R> {
    /// The text begins on the given line of the file.
    pub(super) fn new(reader: R, delimiter: u8, line: u64) -> Self {
        let mut is_sign = [false; 256];
        [0, b'\n', b'\r', b'"', delimiter].into_iter().for_each(|sign| is_sign[usize::from(sign)] = true);
        Self { reader: BufReader::with_capacity(1 << 16, reader), delimiter, line, after_return: false, is_sign }
    }

    /// Reads the next record into the given one; false at the end.
    pub(super) fn next_into(&mut self, record: &mut Record) -> io::Result<bool> {
        let Self { reader, delimiter, line, after_return, is_sign } = self;
        record.bytes.clear();
        record.ends.clear();
        record.line = *line;
        record.has_stray_quotes = false;
        let mut place = Place::StartOfCell;
        let mut opened = 0;
        loop {
            let chunk = match reader.fill_buf() {
                Ok(chunk) => chunk,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if chunk.is_empty() {
                return at_the_end(record, place, opened);
            }
            let mut used = 0;
            while used < chunk.len() {
                if matches!(place, Place::StartOfCell | Place::Cell) {
                    // Most bytes are nothing but themselves: they are taken together.
                    let rest = &chunk[used..];
                    let plain = rest.iter().position(|&byte| is_sign[usize::from(byte)]).unwrap_or(rest.len());
                    if plain > 0 {
                        record.bytes.extend_from_slice(&rest[..plain]);
                        (used, place, *after_return) = (used + plain, Place::Cell, false);
                        continue;
                    }
                }
                let byte = chunk[used];
                used += 1;
                let ends_line = matches!(byte, b'\n' | b'\r');
                let second_half = byte == b'\n' && *after_return;
                *after_return = byte == b'\r';
                if ends_line && !second_half {
                    *line += 1;
                }
                match (place, byte) {
                    (_, 0) => return Err(invalid(record.line, BINARY)),
                    (Place::Quoted, b'"') => place = Place::Quote,
                    (Place::Quoted, _) => record.bytes.push(byte),
                    (Place::Quote, b'"') => {
                        record.bytes.push(byte);
                        place = Place::Quoted;
                    }
                    (_, b'\n' | b'\r') => {
                        if second_half || (place == Place::StartOfCell && record.ends.is_empty()) {
                            // An empty line, or the rest of the end of the last one.
                            record.line = *line;
                            continue;
                        }
                        record.ends.push(record.bytes.len());
                        reader.consume(used);
                        return Ok(true);
                    }
                    (_, byte) if byte == *delimiter => {
                        record.ends.push(record.bytes.len());
                        place = Place::StartOfCell;
                        if record.ends.len() > MOST_CELLS {
                            let message = format!("more than {MOST_CELLS} cells in one line");
                            return Err(invalid(record.line, &message));
                        }
                    }
                    (Place::StartOfCell, b'"') => {
                        place = Place::Quoted;
                        opened = *line;
                    }
                    (_, byte) => {
                        record.has_stray_quotes |= place == Place::Quote || byte == b'"';
                        record.bytes.push(byte);
                        place = Place::Cell;
                    }
                }
            }
            let count = chunk.len();
            reader.consume(count);
            if record.bytes.len() > MOST_BYTES {
                let message = match place {
                    Place::Quoted => "a quote (\") that is not closed within 16 MiB opens here",
                    _ => "a line of more than 16 MiB",
                };
                return Err(invalid(if place == Place::Quoted { opened } else { record.line }, message));
            }
        }
    }
}

/// The last record may lack the end of its line, but not that of a quoted cell.
fn at_the_end(record: &mut Record, place: Place, opened: u64) -> io::Result<bool> {
    match place {
        Place::Quoted => Err(invalid(opened, "a quote (\") opens here that is never closed")),
        Place::StartOfCell if record.ends.is_empty() => Ok(false),
        _ => {
            record.ends.push(record.bytes.len());
            Ok(true)
        }
    }
}

fn invalid(line: u64, message: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("line {line}: {message}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, delimiter: u8) -> io::Result<Vec<(u64, Vec<String>)>> {
        let mut records = Records::new(text.as_bytes(), delimiter, 1);
        let (mut record, mut found) = (Record::default(), Vec::new());
        while records.next_into(&mut record)? {
            let cells = record.cells().map(|cell| String::from_utf8(cell.to_vec()).unwrap());
            found.push((record.line, cells.collect()));
        }
        Ok(found)
    }

    fn cells(line: u64, cells: &[&str]) -> (u64, Vec<String>) {
        (line, cells.iter().map(|&cell| cell.to_owned()).collect())
    }

    #[test]
    fn lines_are_counted_whatever_ends_them() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["", "a,b", "", "", "1,", "\"2", "x\",3", "4,5"].join(end);
            let text = read(&text, b',').unwrap();
            let quoted = format!("2{end}x");
            assert_eq!(
                text,
                [cells(2, &["a", "b"]), cells(5, &["1", ""]), cells(6, &[&quoted, "3"]), cells(8, &["4", "5"])],
                "{end:?}"
            );
        }
    }

    #[test]
    fn quotes_are_doubled_within_and_mean_nothing_in_the_middle() {
        let text = "\"a;\"\"b\"\"\";c\"d;\"\"\n\"\"\n;\n\"x\"y;z";
        assert_eq!(
            read(text, b';').unwrap(),
            [cells(1, &["a;\"b\"", "c\"d", ""]), cells(2, &[""]), cells(3, &["", ""]), cells(4, &["xy", "z"])]
        );
    }

    #[test]
    fn open_quotes_zero_bytes_and_endless_lines_are_errors_with_their_line() {
        let message = |text: &str| read(text, b',').unwrap_err().to_string();
        assert!(message("a\n1\n\n\"2\n3\n").starts_with("line 4: a quote"));
        assert!(message("a\n1\0\n").starts_with("line 2: "));
        assert!(message(&"1".repeat(MOST_BYTES + (1 << 17))).starts_with("line 1: a line of more than"));
        assert!(message(&format!("a\n\"{}", "1\n".repeat(MOST_BYTES))).starts_with("line 2: a quote"));
        assert!(message(&",".repeat(MOST_CELLS + 1)).contains("cells in one line"));
    }
}
