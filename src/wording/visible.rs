//! Names that strangers wrote, as people may see them: nothing in them moves a cursor, turns text around, hides, or fills the screen.

use std::fmt::{self, Write};

/// How many columns of a terminal a name may take in a table or a sentence.
const NAME_COLUMNS: usize = 80;
/// How many a message may take, which may quote much of a file.
const MESSAGE_COLUMNS: usize = 2000;

/// A name on one line and of at most 80 columns: control characters, escape sequences, marks that turn the direction of text around, and
/// characters of no width are written as `\u{…}`, and a long name loses its middle.
///
/// Whatever this crate prints of a node has gone through this; programs that print names from traces or files themselves can
/// use it, too. JSON, CSV and saved models hold names as they are.
///
/// ```
/// use etiology::report::visible_name;
///
/// assert_eq!(visible_name("catalog-db"), "catalog-db");
/// assert_eq!(visible_name("web\u{1b}[2J\u{202e}"), "web\\u{1b}[2J\\u{202e}");
/// ```
pub fn visible_name(name: &str) -> String {
    shortened(&on_one_line(name), NAME_COLUMNS)
}

/// Text of several lines in which nothing but line breaks and what can be seen is left, written as a [`visible_name`].
pub fn visible_text(text: &str) -> String {
    let mut visible = String::with_capacity(text.len());
    for character in text.chars() {
        if character == '\n' { visible.push('\n') } else { push_visible(&mut visible, character) }
    }
    visible
}

/// JSON that can be shown: what a [`visible_name`] would write out stands within strings, where JSON has escape sequences, so that nothing is
/// lost to what reads it.
///
/// ```
/// use etiology::report::visible_json;
///
/// assert_eq!(visible_json("[\"web\u{202e}\"]"), r#"["web\u202e"]"#);
/// ```
pub fn visible_json(json: &str) -> String {
    let mut visible = String::with_capacity(json.len());
    for character in json.chars() {
        if matches!(character, '\t' | '\n') || !is_invisible(character) {
            visible.push(character);
        } else {
            let mut units = [0; 2];
            character.encode_utf16(&mut units).iter().for_each(|unit| visible.push_str(&format!("\\u{unit:04x}")));
        }
    }
    visible
}

/// A message on one line, made harmless as a [`visible_name`], and long enough to say what it has to.
pub(crate) fn one_line(text: impl fmt::Display) -> String {
    shortened(&on_one_line(&text.to_string()), MESSAGE_COLUMNS)
}

/// Whether a character does something else than to be seen.
pub(crate) fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'
            | '\u{e0000}'..='\u{e0fff}')
}

fn on_one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        push_visible(&mut line, character);
    }
    line
}

/// The character, or how it is written where it cannot be seen.
pub(crate) fn push_visible(text: &mut String, character: char) {
    match character {
        '\n' => text.push_str("\\n"),
        '\r' => text.push_str("\\r"),
        '\t' => text.push_str("\\t"),
        hidden if is_invisible(hidden) => {
            text.push_str(&format!("\\u{{{:x}}}", u32::from(hidden)));
        }
        other => text.push(other),
    }
}

/// Where text of several lines is written: whatever is put into it, nothing but line breaks and what can be seen comes out.
pub(crate) struct Visible<'f, 'b>(pub(crate) &'f mut fmt::Formatter<'b>);

impl Write for Visible<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some((place, hidden)) = rest.char_indices().find(|&(_, c)| c != '\n' && is_invisible(c)) {
            self.0.write_str(&rest[..place])?;
            let mut written = String::new();
            push_visible(&mut written, hidden);
            self.0.write_str(&written)?;
            rest = &rest[place + hidden.len_utf8()..];
        }
        self.0.write_str(rest)
    }
}

/// How many columns a character takes, roughly: those of East Asian scripts are twice as wide as Latin ones.
fn width(character: char) -> usize {
    if character >= '\u{1100}' { 2 } else { 1 }
}

/// How many columns a text takes, roughly.
pub(crate) fn total_width(characters: &[char]) -> usize {
    characters.iter().copied().map(width).sum()
}

/// How many of the characters fit into so many columns.
pub(crate) fn fitting<'c>(characters: impl Iterator<Item = &'c char>, columns: usize) -> usize {
    let mut used = 0;
    characters
        .take_while(|&&character| {
            used += width(character);
            used <= columns
        })
        .count()
}

/// The text, or its beginning and end around an ellipsis: names of services differ at either.
pub(crate) fn shortened(text: &str, columns: usize) -> String {
    // No character is wider than two columns, and most texts are short.
    if 2 * text.len() <= columns {
        return text.to_owned();
    }
    let characters: Vec<char> = text.chars().collect();
    if total_width(&characters) <= columns {
        return text.to_owned();
    }
    let at_end = fitting(characters.iter().rev(), columns / 3);
    let at_start = fitting(characters.iter(), columns.saturating_sub(columns / 3 + 1));
    let (start, end) = (&characters[..at_start], &characters[characters.len() - at_end..]);
    start.iter().chain(&['…']).chain(end).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_written_out() {
        let name = "a\u{1b}]0;owned\u{7}\n\u{9b}2J\u{202e}b\u{200b}\u{feff}\u{e0041}";
        assert_eq!(visible_name(name), "a\\u{1b}]0;owned\\u{7}\\n\\u{9b}2J\\u{202e}b\\u{200b}\\u{feff}\\u{e0041}");
        assert_eq!(visible_name("Größe 結 🦀 α-β"), "Größe 結 🦀 α-β");
    }

    #[test]
    fn names_are_short_and_messages_are_bounded() {
        let long = "x".repeat(300_000);
        assert_eq!(visible_name(&long).chars().count(), NAME_COLUMNS);
        assert_eq!(one_line(&long).chars().count(), MESSAGE_COLUMNS);
        assert_eq!(one_line("two\nlines"), "two\\nlines");
    }

    #[test]
    fn text_of_several_lines_keeps_them() {
        struct Text(&'static str);
        impl fmt::Display for Text {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                Visible(formatter).write_str(self.0)
            }
        }
        assert_eq!(Text("first\nsec\u{202e}ond\u{1b}").to_string(), "first\nsec\\u{202e}ond\\u{1b}");
    }

    #[test]
    fn long_names_keep_both_ends() {
        assert_eq!(shortened("short", 10), "short");
        assert_eq!(shortened("checkout-service-eu-west-1", 12), "checkou…st-1");
        assert_eq!(shortened("結結結結結結", 6), "結…結");
    }
}
