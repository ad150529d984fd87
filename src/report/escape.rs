//! Text made harmless in each format. Names come from a user's files and may hold anything.

use crate::wording::{is_invisible, one_line, push_visible, visible_json};

/// Text for HTML and XML, between tags or within a quoted attribute.
///
/// What cannot be seen, or turns the direction of text around, is written as `\u{…}`, as everywhere in this crate.
pub(super) fn markup(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => push_printable(&mut escaped, other),
        }
    }
    escaped
}

/// JSON for HTML and XML. What [`markup`] would replace stands within strings, where JSON has escape sequences, so nothing is lost.
pub(super) fn json(text: &str) -> String {
    markup(&visible_json(text))
}

/// Text for within a quoted string of the DOT language. Graphviz reads escape sequences and HTML entities in it.
pub(super) fn dot(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in visible(text).chars() {
        match character {
            '"' => escaped.push_str("\\\""),
            '\\' => escaped.push_str("\\\\"),
            '&' => escaped.push_str("&amp;"),
            '\n' | '\r' | '\t' => escaped.push(' '),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Text for a quoted label of Mermaid: what is no letter, digit or space becomes an entity code `#…;`, so that nothing is
/// left that could end the label, be HTML, or be Markdown. Within words and numbers, punctuation stays readable.
pub(super) fn mermaid(text: &str) -> String {
    let characters: Vec<char> = visible(text).chars().collect();
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
            other => escaped.push_str(&format!("#{};", u32::from(other))),
        }
    }
    escaped
}

/// A cell of CSV, quoted as RFC 4180 asks where it needs to be. A name that a spreadsheet would run as a formula gets an apostrophe
/// before it, which spreadsheets take for "this is text".
pub(super) fn csv(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let mut cell = String::from(if is_formula { "'" } else { "" });
    for character in text.chars() {
        // Line breaks are within quotes, where they belong to the name.
        if matches!(character, '\n' | '\r') { cell.push(character) } else { push_visible(&mut cell, character) }
    }
    let needs_quotes = cell.contains([',', '"', '\n', '\r']) || cell.trim() != cell || cell.is_empty();
    if needs_quotes { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

/// A sentence for chats that read Markdown, or what Slack makes of it. Names in it stand between backticks, and stay code, in which
/// there are no links, mentions or formatting. A sentence that has anything else than plain words outside of them, as when a name has a
/// backtick of its own, becomes code as a whole.
pub(super) fn chat(sentence: &str) -> String {
    let sentence = one_line(sentence);
    let parts: Vec<&str> = sentence.split('`').collect();
    let last = parts.len() - 1;
    let is_ours = |(place, part): (usize, &&str)| match place % 2 {
        0 => is_plain(part) && (!part.is_empty() || place == 0 || place == last),
        _ => !part.is_empty(),
    };
    if !last.is_multiple_of(2) || !parts.iter().enumerate().all(is_ours) {
        return chat_name(&sentence);
    }
    let written = parts.iter().enumerate().map(|(place, part)| match place % 2 {
        // Both read entities, outside of code.
        0 => part.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"),
        _ => chat_name(part),
    });
    written.collect()
}

/// A name for such a chat, as code. What would end the code, or be a mention in Slack even in code, becomes its nearest like.
pub(super) fn chat_name(name: &str) -> String {
    let like = |character| match character {
        '`' => '\'',
        '<' => '‹',
        '>' => '›',
        other => other,
    };
    let code: String = one_line(name).chars().map(like).collect();
    // Two backticks with nothing between would begin code that ends elsewhere.
    if code.is_empty() { "` `".to_owned() } else { format!("`{code}`") }
}

/// Whether text is neither formatting, a link, an emoji nor a mention anywhere: words, numbers, and punctuation before spaces.
fn is_plain(text: &str) -> bool {
    let characters: Vec<char> = text.chars().collect();
    let at = |place: Option<usize>| place.and_then(|place| characters.get(place).copied());
    (0..characters.len()).all(|place| {
        let (before, after) = (at(place.checked_sub(1)), at(Some(place + 1)));
        let in_number = [before, after].iter().all(|beside| beside.is_some_and(|beside| beside.is_ascii_digit()));
        match characters[place] {
            '.' | ':' => in_number || after.is_none_or(|after| matches!(after, ' ' | ')')),
            '/' => in_number,
            ' ' | ',' | ';' | '(' | ')' | '\'' | '"' | '%' | '+' | '-' | '=' | '&' | '<' | '>' | '?' => true,
            other => other.is_alphanumeric() || !other.is_ascii(),
        }
    })
}

/// A value of a label in the text format of OpenMetrics, without its quotes. All but these three may stand there as it is.
pub(super) fn label(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// The text, with what cannot be seen written out; tabs and line breaks stay.
fn visible(text: &str) -> String {
    let mut visible = String::with_capacity(text.len());
    text.chars().for_each(|character| push_printable(&mut visible, character));
    visible
}

fn push_printable(text: &mut String, character: char) {
    let is_printable = matches!(character, '\t' | '\n') || !is_invisible(character);
    if is_printable { text.push(character) } else { push_visible(text, character) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_a_chat_are_code_and_sentences_they_break_out_of_are_code_as_a_whole() {
        let plain = "`db` took 387 ms, usually 7.6 ms: 51 times as much (p < 0.001).";
        assert_eq!(chat(plain), plain.replace('<', "&lt;"));
        assert_eq!(chat("`[a](http://b)` and `<!channel>` are off."), "`[a](http://b)` and `‹!channel›` are off.");
        for hostile in [
            "`x` <!channel> @here `y` is off.",
            "`a` http://evil.example `b` is off.",
            "`a` evil.example `b` is off.",
            "`a` *b* `c` is off.",
            "`a` :skull: `b` is off.",
            "`a``b` is off.",
            "`` is off.",
            "`a is off.",
            "[a](b) is off.",
        ] {
            let safe = chat(hostile);
            let inside = safe.strip_prefix('`').and_then(|rest| rest.strip_suffix('`')).unwrap();
            assert!(!inside.is_empty() && !inside.contains(['`', '<', '>']), "{safe}");
        }
        assert_eq!([chat_name(""), chat_name("a\n# b`c")], ["` `", "`a\\n# b'c`"]);
    }

    #[test]
    fn a_label_keeps_all_but_what_would_end_it() {
        assert_eq!(label("a\"b\\n\n{}\u{202e}"), "a\\\"b\\\\n\\n{}\u{202e}");
    }

    #[test]
    fn each_format_has_its_own_escapes() {
        assert_eq!(markup("<a href=\"x\">'&\u{0}\u{202e}"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;\\u{0}\\u{202e}");
        assert_eq!(json("\"\u{202e}<\u{7f}\""), "&quot;\\u202e&lt;\\u007f&quot;");
        assert_eq!(dot("a\"];evil\\\n&lt;"), "a\\\"];evil\\\\ &amp;lt;");
        assert_eq!(mermaid("auth-db.v2 \"];<b>#"), "auth-db.v2 #34;#93;#59;#60;b#62;#35;");
        assert_eq!(mermaid("- _x_ 1."), "#45; #95;x#95; 1#46;");
        assert_eq!(
            [csv("=1+1"), csv("a,b"), csv("say \"x\""), csv(" a")],
            ["'=1+1", "\"a,b\"", "\"say \"\"x\"\"\"", "\" a\""]
        );
    }
}
