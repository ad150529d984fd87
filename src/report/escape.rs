//! Text made harmless in each format. Names come from a user's files and may hold anything.

/// Text for HTML and XML, between tags or within a quoted attribute.
///
/// Characters that XML forbids, and those that turn the direction of the text around them, become U+FFFD.
pub(super) fn markup(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(printable(other)),
        }
    }
    escaped
}

/// JSON for HTML and XML. What [`markup`] would replace stands within strings, where JSON has escape sequences, so nothing is lost.
pub(super) fn json(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if printable(character) == character {
            escaped.push(character);
        } else {
            escaped.push_str(&format!("\\u{:04x}", u32::from(character)));
        }
    }
    markup(&escaped)
}

/// Text for within a quoted string of the DOT language. Graphviz reads escape sequences and HTML entities in it.
pub(super) fn dot(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' => escaped.push_str("\\\""),
            '\\' => escaped.push_str("\\\\"),
            '&' => escaped.push_str("&amp;"),
            '\n' | '\r' | '\t' => escaped.push(' '),
            other => escaped.push(printable(other)),
        }
    }
    escaped
}

/// Text for a quoted label of Mermaid: what is no letter, digit or space becomes an entity code `#…;`, so that nothing is
/// left that could end the label, be HTML, or be Markdown. Within words and numbers, punctuation stays readable.
pub(super) fn mermaid(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let is_word = |place: Option<usize>| {
        place.and_then(|place| characters.get(place)).is_some_and(|character| character.is_alphanumeric())
    };
    let mut escaped = String::with_capacity(text.len());
    for (place, &character) in characters.iter().enumerate() {
        let before_word = is_word(Some(place + 1));
        let inside_word = before_word && is_word(place.checked_sub(1));
        match character {
            '\n' | '\r' | '\t' => escaped.push(' '),
            '_' | '.' | '/' if inside_word => escaped.push(character),
            '+' | '-' if before_word => escaped.push(character),
            _ if character == ' ' || character.is_alphanumeric() => escaped.push(character),
            other => escaped.push_str(&format!("#{};", u32::from(printable(other)))),
        }
    }
    escaped
}

/// A cell of CSV, quoted as RFC 4180 asks where it needs to be. What looks like a formula is left as it is: a node's name
/// must come back as it was.
pub(super) fn csv(text: &str) -> String {
    let needs_quotes = text.contains([',', '"', '\n', '\r']) || text.trim() != text || text.is_empty();
    if needs_quotes { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

/// The character, or U+FFFD for a control character, a character that XML does not have, or one that turns the direction of
/// the text that follows.
fn printable(character: char) -> char {
    match character {
        '\t' | '\n' => character,
        '\u{fffe}' | '\u{ffff}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => char::REPLACEMENT_CHARACTER,
        control if control.is_control() => char::REPLACEMENT_CHARACTER,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_format_has_its_own_escapes() {
        assert_eq!(markup("<a href=\"x\">'&\u{0}\u{202e}"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;\u{fffd}\u{fffd}");
        assert_eq!(json("\"\u{202e}<\u{7f}\""), "&quot;\\u202e&lt;\\u007f&quot;");
        assert_eq!(dot("a\"];evil\\\n&lt;"), "a\\\"];evil\\\\ &amp;lt;");
        assert_eq!(mermaid("auth-db.v2 \"];<b>#"), "auth-db.v2 #34;#93;#59;#60;b#62;#35;");
        assert_eq!(mermaid("- _x_ 1."), "#45; #95;x#95; 1#46;");
        assert_eq!(
            [csv("=1+1"), csv("a,b"), csv("say \"x\""), csv(" a")],
            ["=1+1", "\"a,b\"", "\"say \"\"x\"\"\"", "\" a\""]
        );
    }
}
