//! Which character separates the cells.

use super::records::{Record, Records};

/// In the order of preference where several would do: a comma is also part of numbers and names.
const CANDIDATES: [u8; 4] = [b';', b'\t', b'|', b','];
/// So many lines are looked at.
const LINES: usize = 200;

/// The delimiter that a first line such as `sep=;` names, and how many bytes that line has with its end.
pub(super) fn named_in(start: &[u8]) -> Option<(u8, usize)> {
    let end = start.iter().position(|byte| matches!(byte, b'\n' | b'\r'))?;
    let line = start[..end].trim_ascii();
    let line = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
    // A tab is white space, which may have been trimmed.
    let delimiter = match line {
        [sign @ .., b'=', delimiter] if sign.eq_ignore_ascii_case(b"sep") => *delimiter,
        [sign @ .., b'='] if sign.eq_ignore_ascii_case(b"sep") && start[..end].contains(&b'\t') => b'\t',
        _ => return None,
    };
    let ends = if start[end..].starts_with(b"\r\n") { 2 } else { 1 };
    (delimiter.is_ascii() && delimiter != b'"').then_some((delimiter, end + ends))
}

/// The character that splits the first lines into equally many cells, with quotes around whole cells alone if one does: the one that
/// gives the most, if it gives more than one.
///
/// `whole` says that there is no more text. Where none splits them evenly, it is the one that splits the header, and the line at
/// fault is found when it is read; where none splits anything, the table has one column, in which any may stand.
pub(super) fn detect(start: &[u8], whole: bool) -> u8 {
    let tried: Vec<(u8, Shape)> =
        CANDIDATES.iter().map(|&candidate| (candidate, shape(start, whole, candidate))).collect();
    let most = |fits: fn(&Shape) -> bool| {
        // Of equal ones the first, as `max_by_key` would take the last.
        tried
            .iter()
            .rev()
            .filter(|(_, shape)| fits(shape))
            .max_by_key(|(_, shape)| shape.header)
            .map(|&(found, _)| found)
    };
    let comma = tried.iter().find(|(found, shape)| *found == b',' && shape.even);
    // What stands in the quotes of a cell is no delimiter, though it may split the lines evenly: then quotes are where none belong.
    most(|shape| shape.even && shape.header > 1 && !shape.stray_quotes)
        .or_else(|| most(|shape| shape.even && shape.header > 1))
        .or_else(|| most(|shape| shape.header > 1))
        .or(comma.map(|&(found, _)| found))
        .or_else(|| most(|shape| shape.even && shape.rows))
        .unwrap_or(b',')
}

/// What a delimiter makes of the first lines.
struct Shape {
    /// The cells of the header.
    header: usize,
    /// Whether all lines have as many, but for empty ones at the end.
    even: bool,
    /// Whether there is a line beside the header.
    rows: bool,
    /// Whether a quote is where none belongs.
    stray_quotes: bool,
}

fn shape(start: &[u8], whole: bool, delimiter: u8) -> Shape {
    let mut records = Records::new(start, delimiter, 1);
    let mut record = Record::default();
    let (mut counts, mut stray_quotes) = (Vec::new(), false);
    while counts.len() < LINES && records.next_into(&mut record).unwrap_or(false) {
        let filled = record.len() - record.cells().rev().take_while(|cell| cell.trim_ascii().is_empty()).count();
        stray_quotes |= record.has_stray_quotes;
        if filled > 0 {
            counts.push((filled, record.len()));
        }
    }
    // The last line may go on beyond what was looked at.
    if !whole && counts.len() < LINES {
        counts.pop();
    }
    let Some((&(_, header), rows)) = counts.split_first() else {
        return Shape { header: 0, even: false, rows: false, stray_quotes };
    };
    let fits = |&(filled, all): &(usize, usize)| filled <= header && header <= all;
    let even = rows.iter().all(fits);
    Shape { header, even, rows: !rows.is_empty(), stray_quotes }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> char {
        char::from(detect(text.as_bytes(), true))
    }

    #[test]
    fn what_splits_evenly_is_found_and_decimal_commas_split_nothing() {
        for (text, delimiter) in [
            ("a,b\n1,2\n", ','),
            ("a;b\n1,5;2,5\n", ';'),
            ("a;b\n1,5;2\n1;2\n", ';'),
            ("a\tb\n1,5\t2,5\n", '\t'),
            ("a|b\n1|2\n", '|'),
            ("\"a;x\",b\n1,2\n", ','),
            ("a, x;b\n1;2\n", ';'),
            ("Time;a\n2026-01-31 12:00:00,5;1\n2026-01-31 12:00:01,5;2\n", ';'),
            // Two readings with one number of cells: the comma is a decimal one.
            ("a;x, ms\n1;2,3\n", ';'),
            // One column.
            ("a\n0,5\n0,7\n", ';'),
            ("a\n1\n", ','),
            ("a;b\n", ';'),
            // A quoted cell that ends in another candidate.
            ("a,\"b|\"\n1,\"x;y\"\n", ','),
            ("\"a,\",\"b|\"\"c\"\n1,2\n", ','),
            // Ends that are empty, and rows with a cell more than the header.
            ("a;b\n1;2;;\n", ';'),
            ("\"a\";\"b\"\n\"1\";0,5;0,7\n\"2\";0,5;0,7\n", ';'),
            // Uneven: the header decides.
            ("a;b;c\n1;2\n", ';'),
            ("", ','),
        ] {
            assert_eq!(found(text), delimiter, "{text:?}");
        }
        // The last line is cut.
        assert_eq!(detect(b"a;b\n1,5;2,5\n1,", false), b';');
    }

    #[test]
    fn a_first_line_may_name_it() {
        assert_eq!(named_in(b"sep=;\r\na;b\r\n"), Some((b';', 7)));
        assert_eq!(named_in(b"\"SEP=,\"\na\n"), Some((b',', 8)));
        assert_eq!(named_in(b"sep=\t\na"), Some((b'\t', 6)));
        for other in [&b"sep\n1\n"[..], b"sep=;", b"a,sep=;\n", b"sep=;;\n", b"\n"] {
            assert_eq!(named_in(other), None);
        }
    }
}
