//! Names broken to the room there is.

use crate::wording::{fitting, shortened, total_width};

/// The text in one or two lines of so many columns, broken after a space or punctuation where there is one, and shortened
/// where two lines are not enough.
pub(super) fn two_lines(text: &str, columns: usize) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    if total_width(&characters) <= columns {
        return vec![text.to_owned()];
    }
    let most = fitting(characters.iter(), columns);
    let at_break = characters[..most].iter().rposition(|character| !character.is_alphanumeric()).map(|place| place + 1);
    // A first line of a few characters would waste the room.
    let end = at_break.filter(|&place| 2 * place > most).unwrap_or(most);
    let first: String = characters[..end].iter().collect();
    let rest: String = characters[end..].iter().collect();
    vec![first.trim_end().to_owned(), shortened(rest.trim_start(), columns)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_broken_after_a_word() {
        assert_eq!(two_lines("Shipping Cost Service", 16), ["Shipping Cost", "Service"]);
        assert_eq!(two_lines(&"x".repeat(200), 10), ["x".repeat(10), format!("{0}…xxx", "x".repeat(6))]);
    }
}
