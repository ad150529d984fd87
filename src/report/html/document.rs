//! What every page is: one file with a heading, and a foot that says what it was made from and by what.

use super::text::sentence;
use crate::report::escape::markup;

/// How pages look.
pub(super) const STYLE: &str = include_str!("style.css");

/// A page with a heading. What it was made from stands at its foot, a sentence each.
pub(super) fn document(title: &str, body: &str, made_from: &[String]) -> String {
    let made_from: String = made_from.iter().map(|text| format!("<p>{}</p>\n", sentence(text))).collect();
    format!(
        "<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <title>{0}</title>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <meta name=\"color-scheme\" content=\"light dark\"/>\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n\
         <style>\n{1}</style>\n</head>\n<body>\n<main>\n<h1>{0}</h1>\n{2}</main>\n\
         <footer>\n{made_from}<p>Made by etiology {3}. This page is one file and loads nothing.</p>\n</footer>\n</body>\n</html>\n",
        markup(title),
        STYLE,
        body,
        env!("CARGO_PKG_VERSION")
    )
}

/// A page about an event that has no answer: why.
///
/// ```
/// let page = etiology::report::page_without_answer("Slow request 4711", "the observed value of `db` is NaN");
/// assert!(page.contains("<h1>Slow request 4711</h1>") && page.contains("<code>db</code>"));
/// ```
pub fn page_without_answer(title: &str, reason: &str) -> String {
    let what = format!(
        "<div class=\"verdict thin\">\n<p class=\"badge\">No answer</p>\n<p class=\"headline\">{}</p>\n</div>\n",
        sentence(reason)
    );
    document(title, &what, &[])
}
