//! Lists of pairs: calls, and causal edges.

use std::io::Read;
use std::path::Path;

use super::columns::{Gathered, Keep};
use super::entry::{open, read_path};
use super::source::TableSource;
use crate::data::RowLines;
use crate::error::{Error, Result, list_with_guess};

/// What a file of pairs must have, and what it is mistaken for.
pub(crate) struct PairHeaders {
    pub(crate) wanted: [&'static str; 2],
    /// The headers of another kind of pairs, and what to do with a file that has those.
    pub(crate) mistaken: [&'static str; 2],
    pub(crate) advice: &'static str,
}

/// The pairs in the two columns with the given names, wherever they stand among others.
pub(crate) fn read_pairs(reader: impl Read, headers: &PairHeaders) -> Result<Vec<(String, String)>> {
    pairs(reader, None, headers)
}

/// The pairs of [`read_pairs`], from a file.
pub(crate) fn read_pairs_path(path: &Path, headers: &PairHeaders) -> Result<Vec<(String, String)>> {
    read_path(path, |file, origin| pairs(file, Some(origin), headers))
}

fn pairs(reader: impl Read, origin: Option<&str>, headers: &PairHeaders) -> Result<Vec<(String, String)>> {
    let mut source = open(reader, origin)?;
    let names = source.names().to_vec();
    let PairHeaders { wanted, mistaken, advice } = headers;
    let has =
        |headers: &[&str]| headers.iter().all(|header| names.iter().any(|name| name.eq_ignore_ascii_case(header)));
    if has(mistaken) && !has(wanted) {
        let [first, second] = mistaken;
        let message =
            format!("its columns are `{first}` and `{second}`, not `{}` and `{}`: {advice}", wanted[0], wanted[1]);
        return Err(Error::Csv { origin: source.file().to_owned(), message });
    }
    let position = |header: &str| {
        names.iter().position(|name| name == header).ok_or_else(|| Error::MissingColumn {
            column: header.to_owned(),
            available: list_with_guess(&names, header),
        })
    };
    let (first, second) = (position(wanted[0])?, position(wanted[1])?);
    let keep = |column: usize| if column == first || column == second { Keep::Text } else { Keep::Nothing };
    let mut columns: Vec<Gathered> = (0..names.len()).map(|column| Gathered::new(keep(column))).collect();
    while source.read_batch(&mut columns, &mut RowLines::default())? {}
    let cells = |column: usize| columns[column].odd().map(|(_, cell)| cell.to_owned());
    Ok(cells(first).zip(cells(second)).collect())
}
