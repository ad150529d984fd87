//! Small pieces of HTML.

use crate::report::escape::markup;

/// A sentence; what stands in backticks becomes code, as in Markdown.
pub(super) fn sentence(text: &str) -> String {
    let pieces: Vec<&str> = text.split('`').collect();
    if pieces.len().is_multiple_of(2) {
        // A name with a backtick of its own.
        return markup(text);
    }
    let piece = |(place, piece): (usize, &&str)| match place % 2 {
        0 => markup(piece),
        _ => format!("<code>{}</code>", markup(piece)),
    };
    pieces.iter().enumerate().map(piece).collect()
}

/// A list of sentences; nothing without any.
pub(super) fn list(class: &str, sentences: &[String]) -> String {
    list_of_markup(class, &sentences.iter().map(|text| sentence(text)).collect::<Vec<_>>())
}

/// The same of what is HTML already.
pub(super) fn list_of_markup(class: &str, items: &[String]) -> String {
    if items.is_empty() {
        return String::new();
    }
    let items = items.iter().map(|item| format!("<li>{item}</li>\n"));
    format!("<ul class=\"{class}\">\n{}</ul>\n", items.collect::<String>())
}

/// A section with its heading.
pub(super) fn section(id: &str, heading: &str, content: &str) -> String {
    format!("<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{}</h2>\n{content}</section>\n", markup(heading))
}

/// What is folded away under a line that says what it is.
pub(super) fn folded(summary: &str, content: &str) -> String {
    format!("<details>\n<summary>{}</summary>\n{content}</details>\n", markup(summary))
}

/// A table that scrolls by itself where it is too wide, the first cell of each row being its heading. Cells are text.
pub(super) fn table<const N: usize>(caption: &str, header: [&str; N], rows: &[[String; N]]) -> String {
    table_of("", caption, header, rows)
}

/// The same with words in the last column.
pub(super) fn table_with_words<const N: usize>(caption: &str, header: [&str; N], rows: &[[String; N]]) -> String {
    table_of("words", caption, header, rows)
}

fn table_of<const N: usize>(class: &str, caption: &str, header: [&str; N], rows: &[[String; N]]) -> String {
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| markup(cell)).collect()).collect();
    table_of_markup(class, caption, &header.map(str::to_owned), &rows)
}

/// As [`table`], with a class that is empty or one of the style sheet, and cells that are HTML.
pub(super) fn table_of_markup(class: &str, caption: &str, header: &[String], rows: &[Vec<String>]) -> String {
    let header = header.iter().map(|cell| format!("<th scope=\"col\">{}</th>", markup(cell)));
    let row = |row: &Vec<String>| {
        let cells = row.iter().enumerate().map(|(column, cell)| match column {
            0 => format!("<th scope=\"row\">{cell}</th>"),
            _ => format!("<td>{cell}</td>"),
        });
        format!("<tr>{}</tr>\n", cells.collect::<String>())
    };
    let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
    format!(
        "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{0}\">\n<table{class}>\n<caption>{0}</caption>\n\
         <thead><tr>{1}</tr></thead>\n<tbody>\n{2}</tbody>\n</table>\n</div>\n",
        markup(caption),
        header.collect::<String>(),
        rows.iter().map(row).collect::<String>()
    )
}

/// A position within a picture in per cent of its width; 0 for what is not finite.
pub(super) fn percent(value: f64, (start, end): (f64, f64)) -> f64 {
    let share = (value - start) / (end - start);
    if share.is_finite() { 100.0 * share.clamp(0.0, 1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_backticks_become_code_and_stay_escaped() {
        assert_eq!(sentence("`a<b` is `c`."), "<code>a&lt;b</code> is <code>c</code>.");
        assert_eq!(sentence("`a`<b` is odd"), "`a`&lt;b` is odd");
    }

    #[test]
    fn positions_stay_on_the_picture() {
        assert_eq!([percent(5.0, (0.0, 10.0)), percent(-1.0, (0.0, 1.0)), percent(1.0, (1.0, 1.0))], [50.0, 0.0, 0.0]);
        assert_eq!(percent(f64::MAX, (f64::MIN, f64::MAX)), 0.0);
    }
}
