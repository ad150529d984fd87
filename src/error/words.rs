//! How messages read: `Debug` prints the sentence too, and long lists of names are cut short.

use std::fmt;

use super::variants::Error;
use crate::wording::visible_name;

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

/// What there is where a name was asked for that is not: the names, and the one that may have been meant.
pub(crate) fn list_with_guess<S: AsRef<str>>(names: &[S], asked: &str) -> String {
    let listed = list_names(names);
    match nearest(names, asked) {
        Some(guess) => format!("{listed}; did you mean `{}`?", visible_name(guess)),
        None => listed,
    }
}

/// The name that is most like another, if any is.
fn nearest<'n, S: AsRef<str>>(names: &'n [S], asked: &str) -> Option<&'n str> {
    /// Longer names are compared as well as not at all: it takes the product of both lengths.
    const LONGEST: usize = 100;
    /// The share of letters in which names must agree.
    const ALIKE: f64 = 0.7;
    let plain = |name: &str| name.trim().to_lowercase().replace(['-', '_', '.', ' '], "");
    let wanted = plain(asked);
    let short = names.iter().map(AsRef::as_ref).filter(|name| name.len() <= LONGEST && asked.len() <= LONGEST);
    let likeness = short.map(|name| (strsim::normalized_damerau_levenshtein(&plain(name), &wanted), name));
    let (alike, name) = likeness.max_by(|(a, _), (b, _)| a.total_cmp(b))?;
    (alike >= ALIKE).then_some(name)
}

/// A list of names for a message, cut short where it would be long.
pub(crate) fn list_names<S: AsRef<str>>(names: &[S]) -> String {
    const SHOWN: usize = 12;
    if names.is_empty() {
        return "none".to_owned();
    }
    let shown: Vec<String> =
        names.iter().take(SHOWN).map(|name| format!("`{}`", visible_name(name.as_ref()))).collect();
    let rest = names.len().saturating_sub(SHOWN);
    let tail = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    format!("{}{tail}", shown.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_name_is_guessed_and_another_is_not() {
        let names = ["Caching Service", "checkout-db", "web"];
        assert_eq!(nearest(&names, "caching_service"), Some("Caching Service"));
        assert_eq!(nearest(&names, "chekcout-db"), Some("checkout-db"));
        assert_eq!(nearest(&names, "payments"), None);
        assert_eq!(nearest::<&str>(&[], "web"), None);
        assert_eq!(list_with_guess(&["web", "db"], "wbe"), "`web`, `db`");
        assert_eq!(list_with_guess(&["website"], "webiste"), "`website`; did you mean `website`?");
    }
}
