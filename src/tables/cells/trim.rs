//! What stands around a cell and is no part of it.

/// Without white space around it, and the byte-order marks of texts that were put one after the other.
pub(in crate::tables) fn trimmed(cell: &str) -> &str {
    cell.trim_matches(|sign: char| sign.is_whitespace() || sign == '\u{feff}')
}
