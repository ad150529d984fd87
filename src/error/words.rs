//! How messages read: `Debug` prints the sentence too, and long lists of names are cut short.

use std::fmt;

use super::variants::Error;

/// `Debug` prints the sentence that `Display` prints, so that a `main` which returns [`Result`](crate::Result), `unwrap` and
/// `expect` tell a person what is wrong.
///
/// ```
/// let mistake = etiology::CausalGraph::from_edges([("db", "db")]).unwrap_err();
/// assert_eq!(format!("Error: {mistake:?}"), format!("Error: {mistake}"));
/// ```
impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// A list of names for a message, cut short where it would be long.
pub(crate) fn list_names<S: AsRef<str>>(names: &[S]) -> String {
    const SHOWN: usize = 12;
    if names.is_empty() {
        return "none".to_owned();
    }
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{}`", name.as_ref())).collect();
    let rest = names.len().saturating_sub(SHOWN);
    let tail = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    format!("{}{tail}", shown.join(", "))
}
