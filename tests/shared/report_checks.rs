//! What must hold of every page and drawing of a diagnosis, whatever its nodes are called.

use std::collections::BTreeSet;

use etiology::report::visible_name;
use etiology::{CausalGraph, Diagnosis, FittedModel, HtmlReport};
use roxmltree::{Document, Node, ParsingOptions};

const SECTIONS: [&str; 7] =
    ["contributions", "normal", "diagnostics", "suspects", "verdicts", "counterfactuals", "data"];

pub(crate) fn parse(text: &str) -> Document<'_> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

pub(crate) fn elements<'a, 'i>(document: &'a Document<'i>, name: &'static str) -> impl Iterator<Item = Node<'a, 'i>> {
    document.descendants().filter(move |node| node.has_tag_name(name))
}

pub(crate) fn all_text(node: Node<'_, '_>) -> String {
    node.descendants().filter(Node::is_text).filter_map(|text| text.text()).collect()
}

/// A name as it reads in a picture or page.
pub(crate) fn readable(name: &str) -> String {
    visible_name(name)
}

/// Nothing that a terminal, a browser or an editor would obey, or hide, rather than show.
pub(crate) fn assert_visible(text: &str) {
    let is_hidden = |c: char| {
        (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    assert!(!text.contains(is_hidden), "{text:?}");
}

/// A name as a cell of CSV holds it: nothing that a spreadsheet would run, and line breaks as they are.
fn in_csv(name: &str) -> String {
    let before = if name.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    let character = |c: char| if matches!(c, '\n' | '\r') { c.to_string() } else { visible_name(&c.to_string()) };
    before.to_owned() + &name.chars().map(character).collect::<String>()
}

/// Nothing but the elements and attributes that reports are made of: no script, handler, address or style of a name's.
pub(crate) fn assert_harmless(document: &Document<'_>) {
    assert_harmless_with(document, &[]);
}

/// As [`assert_harmless`], with links to these addresses, each of which is there.
pub(crate) fn assert_harmless_with(document: &Document<'_>, links: &[String]) {
    const ELEMENTS: &str = "html head meta title style body main footer section div p h1 h2 h3 ul ol li strong span code figure figcaption \
                            table caption thead tbody tr th td details summary pre svg desc g rect line path text";
    const ATTRIBUTES: &str = "lang charset name content http-equiv class id role tabindex scope width height x y x1 x2 y1 y2 \
                              viewBox rx d fill stroke stroke-width stroke-dasharray font-family font-size font-weight \
                              font-style text-anchor style aria-label aria-labelledby";
    let elements: BTreeSet<&str> = ELEMENTS.split_whitespace().collect();
    let attributes: BTreeSet<&str> = ATTRIBUTES.split_whitespace().collect();
    let found: BTreeSet<&str> = self::elements(document, "a").filter_map(|link| link.attribute("href")).collect();
    assert_eq!(found, links.iter().map(String::as_str).collect::<BTreeSet<_>>());
    let is_link =
        |node: &Node<'_, '_>| node.has_tag_name("a") && node.attributes().all(|attribute| attribute.name() == "href");
    for node in document.descendants().filter(|node| node.is_element() && !is_link(node)) {
        assert!(elements.contains(node.tag_name().name()), "{node:?}");
        for attribute in node.attributes() {
            assert!(attributes.contains(attribute.name()), "{attribute:?}");
            let style_of_ours = attribute.value().chars().all(|c| c.is_ascii_alphanumeric() || "-:;%.".contains(c));
            assert!(attribute.name() != "style" || style_of_ours, "{attribute:?}");
        }
    }
    let ids: Vec<&str> = document.descendants().filter_map(|node| node.attribute("id")).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "an id stands twice: {ids:?}");
    for labels in document.descendants().filter_map(|node| node.attribute("aria-labelledby")) {
        assert!(labels.split_whitespace().all(|label| ids.contains(&label)), "{labels}");
    }
}

/// What must hold of every page.
pub(crate) fn check_page(page: &str, diagnosis: &Diagnosis) {
    assert_visible(page);
    let document = parse(page);
    assert_harmless(&document);
    let headings: Vec<&str> = elements(&document, "h2").filter_map(|heading| heading.attribute("id")).collect();
    let proof = if diagnosis.proofs.is_empty() { vec![] } else { vec!["proof"] };
    assert_eq!(headings, [&["graph"], proof.as_slice(), &SECTIONS].concat());
    let row_names: Vec<String> =
        elements(&document, "th").filter(|cell| cell.attribute("scope") == Some("row")).map(all_text).collect();
    for node in diagnosis.attribution.contributions.iter().map(|part| &part.node).chain(&diagnosis.missing) {
        assert!(row_names.contains(&readable(node)), "{node:?} is not in {row_names:?}");
    }
    // Unless a node is called so, which has been seen.
    let is_named = |text: &str| row_names.iter().any(|name| name.contains(text));
    assert!(["NaN", "inf%"].iter().all(|text| !page.contains(text) || is_named(text)), "{page}");
    // What is there as JSON is the diagnosis itself, to the bit.
    let json = all_text(elements(&document, "pre").next().unwrap());
    assert_eq!(serde_json::from_str::<Diagnosis>(&json).unwrap(), *diagnosis);
}

/// What must hold of every drawing, in each of the formats.
fn check_drawings(diagnosis: &Diagnosis, graph: &CausalGraph) {
    let names: Vec<&str> = {
        let mut names = graph.ancestors(&diagnosis.target).unwrap();
        names.push(&diagnosis.target);
        names
    };
    check_svg(&diagnosis.to_svg(graph).unwrap(), &names);
    check_dot(&diagnosis.to_dot(graph).unwrap(), &names);
    check_mermaid(&diagnosis.to_mermaid(graph).unwrap(), &names);
    check_csv(diagnosis);
    let text = diagnosis.attribution.to_string() + &diagnosis.to_string() + &diagnosis.attribution.to_bar_chart();
    let csv = diagnosis.attribution.to_csv();
    let drawings = [diagnosis.to_svg(graph), diagnosis.to_dot(graph), diagnosis.to_mermaid(graph)].map(Result::unwrap);
    [text, csv].iter().chain(&drawings).for_each(|text| assert_visible(text));
}

fn check_svg(svg: &str, names: &[&str]) {
    let document = parse(svg);
    assert_harmless(&document);
    let titles: Vec<String> = elements(&document, "title").map(all_text).collect();
    assert_eq!(titles.len(), names.len() + 1);
    for name in names {
        assert!(titles.iter().any(|title| title.starts_with(&format!("{}: ", readable(name)))), "{name:?}: {titles:?}");
    }
    let number = |node: &Node<'_, '_>, name: &str| node.attribute(name).unwrap().parse::<f64>().unwrap();
    let root = document.root_element();
    let (width, height) = (number(&root, "width"), number(&root, "height"));
    let boxes: Vec<[f64; 4]> =
        elements(&document, "rect").map(|rect| ["x", "y", "width", "height"].map(|name| number(&rect, name))).collect();
    assert_eq!(boxes.len(), names.len());
    for (place, [x, y, w, h]) in boxes.iter().enumerate() {
        assert!(*x >= 0.0 && *y >= 0.0 && x + w <= width && y + h <= height, "outside: {boxes:?}, {width} x {height}");
        for [x2, y2, ..] in &boxes[..place] {
            assert!((x - x2).abs() >= *w || (y - y2).abs() >= *h, "two boxes overlap: {boxes:?}");
        }
    }
}

/// The strings of a line of DOT, read as Graphviz reads them; anything else in the line is checked to be plain.
fn dot_strings(line: &str) -> Vec<String> {
    let (mut strings, mut current, mut outside) = (Vec::new(), None::<String>, String::new());
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match (&mut current, character) {
            (None, '"') => current = Some(String::new()),
            (None, other) => outside.push(other),
            (Some(_), '"') => strings.extend(current.take()),
            (Some(text), '\\') => match characters.next().unwrap() {
                'n' => text.push('\n'),
                escaped @ ('"' | '\\') => text.push(escaped),
                other => panic!("escape sequence {other:?} in {line}"),
            },
            (Some(text), other) => text.push(other),
        }
    }
    assert!(current.is_none(), "a string has no end: {line}");
    let plain = |character: char| character.is_ascii_alphanumeric() || " []{}=,;->".contains(character);
    assert!(outside.chars().all(plain), "{outside:?}");
    strings
}

fn check_dot(dot: &str, names: &[&str]) {
    let labels: Vec<String> = dot
        .lines()
        .filter(|line| line.contains("label="))
        .map(|line| dot_strings(line)[0].replace("&amp;", "&"))
        .collect();
    dot.lines().for_each(|line| drop(dot_strings(line)));
    assert_eq!(labels.len(), names.len());
    for (label, name) in labels.iter().zip(names) {
        let shown = readable(name);
        assert_eq!(label.split('\n').next(), Some(shown.as_str()));
    }
}

fn check_mermaid(mermaid: &str, names: &[&str]) {
    let mut lines = mermaid.lines();
    assert_eq!(lines.next(), Some("flowchart TD"));
    let labels: Vec<&str> = lines
        .clone()
        .filter_map(|line| line.trim().split_once("[\"").map(|(_, label)| label.strip_suffix("\"]").unwrap()))
        .collect();
    assert_eq!(labels.len(), names.len());
    for (label, name) in labels.iter().zip(names) {
        let first = label.split("<br/>").next().unwrap();
        let harmless = |c: char| c.is_alphanumeric() || " #;-_.+/".contains(c);
        assert!(first.chars().all(harmless), "{first:?}");
        assert_eq!(decoded(first), readable(name));
    }
    for line in lines.filter(|line| !line.contains("[\"")) {
        let words: Vec<&str> = line.split_whitespace().collect();
        assert!(words[0] == "style" || words[1] == "-->", "{line}");
    }
}

/// Entity codes of Mermaid as the characters they stand for.
fn decoded(label: &str) -> String {
    let mut pieces = label.split('#');
    let mut text = pieces.next().unwrap().to_owned();
    for piece in pieces {
        let (code, rest) = piece.split_once(';').unwrap();
        text.push(char::from_u32(code.parse().unwrap()).unwrap());
        text.push_str(rest);
    }
    text
}

fn check_csv(diagnosis: &Diagnosis) {
    for attribution in [Some(&diagnosis.attribution), diagnosis.mean_deviation.as_ref()].into_iter().flatten() {
        let text = attribution.to_csv();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        assert_eq!(reader.headers().unwrap().len(), 10);
        let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
        assert_eq!(rows.len(), attribution.contributions.len() + attribution.missing.len());
        for (row, part) in rows.iter().zip(&attribution.contributions) {
            assert_eq!(row[0], in_csv(&part.node));
            assert_eq!(row[1].parse::<f64>().unwrap().to_bits(), part.value.to_bits());
            assert_eq!(row[5].parse::<f64>().unwrap().to_bits(), part.typical.to_bits());
        }
        for (row, missing) in rows.iter().skip(attribution.contributions.len()).zip(&attribution.missing) {
            assert_eq!((row[0].to_owned(), &row[1], &row[4]), (in_csv(&missing.node), "", ""));
            assert_eq!(row[5].parse::<f64>().unwrap(), missing.typical);
        }
    }
}

pub(crate) fn check_all(model: &FittedModel, diagnosis: &Diagnosis) -> String {
    check_drawings(diagnosis, model.graph());
    let page = HtmlReport::new(model, diagnosis).to_html().unwrap();
    check_page(&page, diagnosis);
    page
}
