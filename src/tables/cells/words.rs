//! Words that stand in the place of a value.

/// What programs write for a value that is not there, in lower case: pandas, R, databases, dashboards, spreadsheets (which
/// write errors of a formula in the language of their user).
const MISSING: [&str; 42] = [
    "na",
    "n/a",
    "n.a.",
    "<na>",
    "nan",
    "+nan",
    "-nan",
    "nat",
    "null",
    "(null)",
    "\\n",
    "none",
    "nil",
    "undefined",
    "missing",
    "no data",
    "-",
    "--",
    "---",
    "–",
    "—",
    "?",
    "#n/a",
    "#n/a n/a",
    "#na",
    "#nv",
    "#div/0!",
    "#value!",
    "#wert!",
    "#valeur!",
    "#ref!",
    "#bezug!",
    "#name?",
    "#nom?",
    "#num!",
    "#zahl!",
    "#nombre!",
    "#null!",
    "1.#qnan",
    "-1.#ind",
    "1.#ind",
    "#error!",
];

/// Truth values in the languages of spreadsheets, and as databases write them.
const TRUE: [&str; 4] = ["true", "t", "wahr", "vrai"];
const FALSE: [&str; 4] = ["false", "f", "falsch", "faux"];

/// The longest of all of them.
const LONGEST: usize = 9;

pub(super) fn is_missing(cell: &str) -> bool {
    cell.is_empty() || (cell.len() <= LONGEST && MISSING.contains(&cell.to_lowercase().as_str()))
}

pub(super) fn truth(cell: &str) -> Option<bool> {
    if cell.len() > LONGEST {
        return None;
    }
    let cell = cell.to_lowercase();
    let is = |words: &[&str]| words.contains(&cell.as_str());
    if is(&TRUE) { Some(true) } else { is(&FALSE).then_some(false) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_words_are_as_short_as_they_are_looked_up() {
        let words = [MISSING.as_slice(), &TRUE, &FALSE].concat();
        assert_eq!(words.iter().map(|word| word.len()).max(), Some(LONGEST));
        assert!(MISSING.iter().all(|word| is_missing(word) && is_missing(&word.to_uppercase())));
        assert_eq!(TRUE.map(truth), [Some(true); 4]);
        assert_eq!(FALSE.map(|word| truth(&word.to_uppercase())), [Some(false); 4]);
        assert!(!is_missing("north") && truth("yes").is_none());
    }
}
