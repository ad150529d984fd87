//! Names cut to the room there is.

/// How many columns a character takes, roughly: those of East Asian scripts are twice as wide as Latin ones.
fn width(character: char) -> usize {
    if character >= '\u{1100}' { 2 } else { 1 }
}

fn total_width(characters: &[char]) -> usize {
    characters.iter().copied().map(width).sum()
}

/// How many of the characters fit into so many columns.
fn fitting<'c>(characters: impl Iterator<Item = &'c char>, columns: usize) -> usize {
    let mut used = 0;
    characters
        .take_while(|&&character| {
            used += width(character);
            used <= columns
        })
        .count()
}

/// The text, or its beginning and end around an ellipsis: names of services differ at either.
pub(super) fn shortened(text: &str, columns: usize) -> String {
    let characters: Vec<char> = text.chars().collect();
    if total_width(&characters) <= columns {
        return text.to_owned();
    }
    let at_end = fitting(characters.iter().rev(), columns / 3);
    let at_start = fitting(characters.iter(), columns.saturating_sub(columns / 3 + 1));
    let (start, end) = (&characters[..at_start], &characters[characters.len() - at_end..]);
    start.iter().chain(&['…']).chain(end).collect()
}

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
    fn long_names_keep_both_ends() {
        assert_eq!(shortened("short", 10), "short");
        assert_eq!(shortened("checkout-service-eu-west-1", 12), "checkou…st-1");
        assert_eq!(shortened("結結結結結結", 6), "結…結");
        assert_eq!(two_lines("Shipping Cost Service", 16), ["Shipping Cost", "Service"]);
        assert_eq!(two_lines(&"x".repeat(200), 10), ["x".repeat(10), format!("{0}…xxx", "x".repeat(6))]);
    }
}
