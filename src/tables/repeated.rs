//! Columns of one name: Grafana calls every series `Value` that nobody gave a name.

use std::collections::{BTreeMap, HashSet};

use super::csv::is_unnamed;
use super::report::RepeatedName;
use crate::error::{Error, Result};

/// Tells columns of one name apart by a number, if that is not known to be of no use, and says which. The column of times is left as it is.
///
/// # Errors
/// When such a name is needed, as nobody knows which of the columns is meant.
pub(super) fn tell_apart(
    headers: &mut [String],
    time: Option<usize>,
    needed: Option<&HashSet<&str>>,
    file: &str,
) -> Result<Vec<RepeatedName>> {
    let mut places: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let named = headers.iter().enumerate().filter(|&(place, name)| Some(place) != time && !is_unnamed(name));
    named.for_each(|(place, name)| places.entry(name.clone()).or_default().push(place));
    let mut repeated: Vec<RepeatedName> = Vec::new();
    for (name, positions) in places.into_iter().filter(|(_, positions)| positions.len() > 1) {
        let found = RepeatedName { name, positions };
        let told_apart = found.told_apart();
        if needed.is_some_and(|needed| needed.contains(found.name.as_str())) {
            let (first, last) = (&told_apart[0], &told_apart[told_apart.len() - 1]);
            let message = format!(
                "{found}, and one is needed: write names of their own into the header (in Grafana, give the series names, *Legend*), or \
                 say which by calling them `{first}` to `{last}` in the graph, by their order in the file"
            );
            return Err(Error::Csv { origin: file.to_owned(), message });
        }
        // Names that are taken, or that nobody asks for: then the columns are left out, or an error.
        let is_taken = told_apart.iter().any(|name| headers.contains(name));
        let is_asked_for = needed.is_none_or(|needed| told_apart.iter().any(|name| needed.contains(name.as_str())));
        if is_asked_for && !is_taken {
            repeated.push(found);
        }
    }
    for found in &repeated {
        for (&place, name) in found.positions.iter().zip(found.told_apart()) {
            headers[place] = name;
        }
    }
    Ok(repeated)
}
