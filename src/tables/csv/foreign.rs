//! Files that are no table of text, and what to do with them.

/// What is said of text that holds a byte of value 0.
pub(super) const BINARY: &str = "this is no text: it holds zero bytes";

/// What a file is that begins like this, and what would help; nothing if it may be a table.
pub(super) fn told_by(start: &[u8]) -> Option<&'static str> {
    const BINARY_KINDS: [(&[u8], &str); 9] = [
        (
            b"PK\x03\x04",
            "this is a zip archive or a workbook (xlsx, ods), not CSV: save the sheet as CSV, or unpack the archive",
        ),
        (b"\xd0\xcf\x11\xe0", "this is a workbook (xls), not CSV: save the sheet as CSV"),
        (b"PAR1", "this is a Parquet file, not CSV: build with the feature `parquet`, or write the table as CSV"),
        (b"ARROW1", "this is an Arrow file, not CSV: write the table as CSV"),
        (b"\x28\xb5\x2f\xfd", "this is packed by zstd: unpack it, or pack it by gzip"),
        (b"BZh", "this is packed by bzip2: unpack it, or pack it by gzip"),
        (b"\xfd7zXZ", "this is packed by xz: unpack it, or pack it by gzip"),
        (b"SQLite format 3", "this is an SQLite database, not CSV: write the table as CSV"),
        (b"%PDF", "this is a PDF, not CSV"),
    ];
    const JSON: &str = "this is JSON, not CSV";
    let text = start.trim_ascii_start();
    let tag = text[..text.len().min(14)].to_ascii_lowercase();
    if tag.starts_with(b"<!doctype html") || tag.starts_with(b"<html") {
        return Some("this is a page of HTML, not CSV: the download may have needed a login");
    }
    if text.starts_with(b"{\"") || text.starts_with(b"[{") {
        return Some(JSON);
    }
    // Letters may be those of a column's name.
    let is_binary = start.contains(&0) || std::str::from_utf8(start).is_err_and(|error| error.error_len().is_some());
    BINARY_KINDS.iter().find(|(first, _)| is_binary && start.starts_with(first)).map(|&(_, what)| what)
}
