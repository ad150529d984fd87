//! What people and programs read of a summary: the page, the tables, CSV and JSON.

use super::{config, events, summary_of};
use crate::report_checks::{all_text, assert_harmless, assert_harmless_with, assert_visible, elements, parse};
use crate::report_models::NASTY;
use etiology::report::{SummaryReport, visible_name};
use etiology::summary::{EventCause, EventSummary, SummarisedEvent, Summary, SummaryConfig};

/// A summary whose every name is one that a page must not obey.
fn nasty() -> Summary {
    let columns = [NASTY[0], NASTY[1]];
    let config = SummaryConfig::new(NASTY[0]).with_events_called(NASTY[1]).in_unit(NASTY[0]).with_amounts_in(NASTY[1]);
    let mut summary = EventSummary::new(config.by(columns)).unwrap();
    for (number, name) in NASTY.iter().enumerate() {
        let others = NASTY.iter().filter(|other| *other != name && **other != NASTY[0]);
        let small = others.map(|node| EventCause { node, value: 0.1, std_error: 0.2 });
        let main = EventCause { node: name, value: 3.0 + number as f64, std_error: 0.1 };
        let causes: Vec<EventCause<'_>> = small.chain([main]).collect();
        let levels = [Some(*name), None];
        summary.add(&SummarisedEvent::new(name, 9.0, &causes).with_amount(1e7).with_levels(&levels)).unwrap();
        summary.add(&SummarisedEvent::failed(name, name).with_levels(&levels)).unwrap();
    }
    summary.summary()
}

#[test]
fn names_of_every_kind_stay_text() {
    let summary = nasty();
    let page = SummaryReport::new(&summary).with_title(NASTY[0]).with_inputs(NASTY).to_html();
    assert_visible(&page);
    assert_harmless(&parse(&page));
    let linked = SummaryReport::new(&summary).with_link(|id| Some(format!("pages/{id}.html"))).to_html();
    let plain = |id: &&&str| !id.chars().any(char::is_control);
    let links: Vec<String> = NASTY.iter().filter(plain).map(|id| format!("pages/{id}.html")).collect();
    assert!(!links.is_empty());
    assert_harmless_with(&parse(&linked), &links);
    // An identifier alone is no address, unless it is one.
    let as_address = SummaryReport::new(&summary).with_link(|id| Some(format!("javascript:{id}"))).to_html();
    assert_harmless(&parse(&as_address));
    assert_visible(&summary.to_string());
    assert_visible(&summary.to_csv());
}

#[test]
fn the_first_screen_says_what_happened_and_how_sure_that_is() {
    let summary = summary_of(&config(), &events(1_000, 2)).summary();
    let page = SummaryReport::new(&summary).to_html();
    let document = parse(&page);
    let text =
        |class: &str| all_text(elements(&document, "p").find(|node| node.attribute("class") == Some(class)).unwrap());
    assert_eq!(text("badge"), "1 000 short invoices");
    let price = summary.cause("price").unwrap();
    let percent = (100.0 * price.share).round();
    let headline = text("headline");
    let answered = summary.answered();
    let expected = format!(
        "Of {answered} short invoices, price is the first cause of {} ({percent} %). It contributed -",
        price.first
    );
    assert!(headline.starts_with(&expected) && headline.contains(" EUR in all. Where it is first, "), "{headline}");
    let doubts = all_text(elements(&document, "ul").next().unwrap());
    for words in [
        format!("{} (", summary.contested),
        format!("price is first of {} to {}", price.fewest(), price.most()),
        format!("{} of 1 000 short invoices have no answer", summary.failed),
    ] {
        assert!(doubts.contains(&words), "{words} in {doubts}");
    }
    let headings: Vec<String> = elements(&document, "h2").map(all_text).collect();
    let expected = [
        "What they came of",
        "What stands out",
        "By vendor",
        "By hour",
        "The largest events",
        "Why events have no answer",
    ];
    assert_eq!(headings, expected);
    // The table in the terminal begins with the same.
    assert!(summary.to_string().replace('`', "").starts_with(&headline));
}

#[test]
fn a_hundred_thousand_levels_are_a_small_page_and_all_in_the_csv() {
    let mut summary = EventSummary::new(SummaryConfig::new("payment").by(["customer"])).unwrap();
    let causes = ["price", "tax"].map(|node| EventCause { node, value: 2.0, std_error: 0.1 });
    for number in 0..100_000 {
        let (id, customer) = (number.to_string(), format!("customer {}", number % 50_000));
        summary
            .add(&SummarisedEvent::new(&id, 4.0, &causes[..1 + number % 2]).with_levels(&[Some(&customer)]))
            .unwrap();
    }
    let summary = summary.summary();
    let page = SummaryReport::new(&summary).with_link(|id| Some(id.to_owned())).to_html();
    assert!(page.len() < 100_000, "{} bytes", page.len());
    assert!(page.contains("The next 180 levels") && page.contains("49 800 more levels are in the CSV"));
    let csv = summary.to_csv();
    // Each level has two causes: price, and tax or what no node explains.
    assert_eq!(csv.lines().count(), 1 + 4 + 3 * 50_000);
    assert!(summary.to_string().len() < 5_000 && summary.to_string().contains("and 49 990 more"));
}

#[test]
fn a_summary_of_nothing_says_so() {
    let empty = EventSummary::new(config()).unwrap().summary();
    assert!(empty.to_string().starts_with("Of 0 short invoices none has an answer."));
    assert_harmless(&parse(&SummaryReport::new(&empty).to_html()));
    let mut failed = EventSummary::new(config()).unwrap();
    failed.add(&SummarisedEvent::failed("1", "why").with_levels(&[None, None])).unwrap();
    let failed = failed.summary();
    assert!(failed.to_string().starts_with("Of 1 short invoices none has an answer."), "{failed}");
    assert!(!SummaryReport::new(&failed).to_html().contains("NaN"));
    let mut unmoved = EventSummary::new(SummaryConfig::new("payment")).unwrap();
    unmoved.add(&SummarisedEvent::new("1", 0.0, &[])).unwrap();
    assert!(unmoved.summary().to_string().starts_with("No node explains any of 1 events."));
}

#[test]
fn csv_and_json_have_all_digits() {
    let summary = summary_of(&config(), &events(300, 9)).summary();
    let text = summary.to_csv();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
    let find = |column: &str, level: &str, cause: &str| {
        rows.iter()
            .find(|row| (&row[0], &row[1], &row[2]) == (column, level, cause))
            .unwrap_or_else(|| panic!("{text}"))
    };
    let all = find("(all)", "(all)", "(all)");
    assert_eq!(
        (&all[3], &all[4], all[7].parse::<f64>().unwrap()),
        ("300", &*summary.failed.to_string(), summary.value)
    );
    let price = summary.cause("price").unwrap();
    let row = find("(all)", "(all)", "price");
    assert_eq!((row[6].parse::<u64>().unwrap(), row[9].parse::<f64>().unwrap()), (price.first, price.amount.unwrap()));
    let evil = find("vendor", "'=Evil,\"<b>", "(no node)");
    let level = summary.breakdown("vendor").unwrap().level(Some("=Evil,\"<b>")).unwrap();
    assert_eq!(evil[6].parse::<u64>().unwrap(), level.causes.iter().find(|cause| cause.node.is_none()).unwrap().first);
    assert_eq!(find("vendor", "(none)", "(all)").len(), 10);
    let json = serde_json::to_value(&summary).unwrap();
    assert_eq!(json["causes"][0]["first"], summary.causes[0].first);
    assert_eq!(json["breakdowns"][1]["column"], "hour");
    assert_eq!(visible_name(&summary.events_called), "short invoices");
}
