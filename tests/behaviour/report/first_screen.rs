//! The first screen of a page: the path in the graph, what to do next, and what the page was made from.

use crate::report_checks::{all_text, check_page, elements, parse};
use crate::report_models::{diagnose, sums};
use etiology::report::{Unit, Units};
use etiology::{Diagnosis, FittedModel, HtmlReport};

/// A chain of services, each of which has another one below it.
fn services(count: usize) -> (Vec<String>, Vec<(usize, usize)>) {
    let names = (0..count).map(|number| format!("service-{number}")).collect();
    let last = count - 1;
    let edges = (0..last).map(|node| (node, if node % 2 == 0 { node + 1 } else { (node + 8 - node % 8).min(last) }));
    (names, edges.collect())
}

/// An event of so many services in which these are off by so much.
fn event(count: usize, off: &[(usize, f64)]) -> (FittedModel, Diagnosis) {
    let (names, edges) = services(count);
    let model = sums(&names, &edges);
    let mut noises = vec![0.0; count];
    off.iter().for_each(|&(node, noise)| noises[node] = noise);
    let diagnosis = diagnose(&model, &names, &edges, &noises);
    (model, diagnosis)
}

/// The steps under the headline.
fn next_steps(page: &str) -> Vec<String> {
    let document = parse(page);
    let steps = elements(&document, "ol").find(|list| list.attribute("class") == Some("next")).unwrap();
    steps.children().filter(|node| node.has_tag_name("li")).map(all_text).collect()
}

#[test]
fn ninety_services_are_all_drawn_with_the_path_among_them() {
    let (model, diagnosis) = event(90, &[(8, 60.0)]);
    let page = HtmlReport::new(&model, &diagnosis).to_html().unwrap();
    check_page(&page, &diagnosis);
    assert!(page.len() < 500_000, "{}", page.len());
    let path: Vec<&str> = diagnosis.proofs[0].path.iter().map(|hop| hop.node.as_str()).collect();
    assert!(path.len() > 2 && path[0] == "service-8" && path[path.len() - 1] == "service-89", "{path:?}");
    let document = parse(&page);
    let folded = elements(&document, "details").next().unwrap();
    let graph = folded.descendants().find(|node| node.has_tag_name("svg")).unwrap();
    let boxes = graph.descendants().filter(|node| node.has_tag_name("rect")).count();
    assert_eq!(boxes, diagnosis.combined.len());
    // A curve and an arrow head for each step, and the same in words.
    let arrows = graph.descendants().find(|node| node.attribute("class") == Some("path")).unwrap();
    assert_eq!(arrows.children().filter(|node| node.has_tag_name("path")).count(), 2 * (path.len() - 1));
    let words = format!("Thick arrows, the path: {}.", path.join(" to "));
    let described = graph.descendants().find(|node| node.has_tag_name("desc")).map(all_text).unwrap();
    assert!(described.contains(&words), "{words} in {described}");
    // Each step is a card before the folded graph, with what was seen.
    let cards = elements(&document, "ol").find(|list| list.attribute("class") == Some("path")).unwrap();
    let cards: Vec<String> = cards.children().filter(|node| node.has_tag_name("li")).map(all_text).collect();
    assert_eq!(cards.len(), path.len());
    assert!(
        cards.iter().zip(&path).all(|(card, node)| card.starts_with(node) && card.contains("usually")),
        "{cards:?}"
    );
    // Those that added nothing are folded away.
    let bars = elements(&document, "svg").find(|svg| svg.attribute("class") == Some("bars")).unwrap();
    let shown = bars.descendants().filter(|node| node.has_tag_name("rect")).count();
    assert!((1..10).contains(&shown), "{shown}");
    assert!(page.contains("<summary>The other "), "{page}");
}

#[test]
fn a_small_graph_is_seen_at_once() {
    let (model, diagnosis) = event(11, &[(0, 30.0)]);
    let page = HtmlReport::new(&model, &diagnosis).to_html().unwrap();
    check_page(&page, &diagnosis);
    let before_proof = page.split_once("<h2 id=\"proof\">").unwrap().0;
    assert!(before_proof.contains("<svg") && !before_proof.contains("<details>"), "{before_proof}");
}

#[test]
fn what_to_do_next_follows_from_the_verdict() {
    let (model, strong) = event(11, &[(0, 30.0)]);
    assert_eq!(strong.root_cause(), Some("service-0"));
    let page = HtmlReport::new(&model, &strong).to_html().unwrap();
    let steps = next_steps(&page);
    assert_eq!(steps[0], "Look at service-0: what changed there around the event.");
    let unchecked = strong.proofs[0].falsifiers.iter().filter(|falsifier| !falsifier.looked_for).count();
    assert!(unchecked > 0 && steps.len() > unchecked.min(3), "{steps:?}");
    assert!(steps.iter().any(|step| step.starts_with("Give the rows from before the event")), "{steps:?}");

    let (model, thin) = event(11, &[]);
    assert_eq!(thin.root_cause(), None);
    let page = HtmlReport::new(&model, &thin).to_html().unwrap();
    let steps = next_steps(&page);
    assert!(steps[0].starts_with("Ask about a node that is off: service-10 is hardly unusual"), "{steps:?}");
    assert!(steps[steps.len() - 1].contains("as a hint only"), "{steps:?}");
    assert!(!page.contains("class=\"path\"") && page.contains(">The causal graph</h2>"), "{page}");

    let (model, contested) = event(11, &[(0, 5.0), (6, 5.0)]);
    assert_eq!(contested.strength, etiology::findings::Strength::Contested, "{contested}");
    let page = HtmlReport::new(&model, &contested).to_html().unwrap();
    let steps = next_steps(&page);
    assert!(steps[0].starts_with("Compare service-"), "{steps:?}");
    assert!(steps[0].contains("service-0") && steps[0].contains("service-6"), "{steps:?}");

    let (model, blind) = event(11, &[(10, -3.0), (3, f64::NAN)]);
    let page = HtmlReport::new(&model, &blind).to_html().unwrap();
    assert!(next_steps(&page).iter().any(|step| step.starts_with("Get the values of service-3 in")), "{page}");
}

#[test]
fn a_page_says_what_it_was_made_from_in_its_units() {
    let (model, diagnosis) = event(11, &[(0, 30.0)]);
    let page = HtmlReport::new(&model, &diagnosis)
        .with_units(Units::default().with_others(Unit::seconds()))
        .with_source("normal.csv")
        .with_source("<b>slow</b>.csv")
        .with_time("2026-03-01T03:10:00Z")
        .to_html()
        .unwrap();
    check_page(&page, &diagnosis);
    let document = parse(&page);
    let foot = all_text(elements(&document, "footer").next().unwrap());
    let seed = format!("seed {}.", diagnosis.attribution.seed);
    let version = format!("Made by etiology {}.", env!("CARGO_PKG_VERSION"));
    for fact in ["Sources: normal.csv, <b>slow</b>.csv.", "2026-03-01T03:10:00Z", "not fitted to data", &seed, &version]
    {
        assert!(foot.contains(fact), "{fact} in {foot}");
    }
    assert!(page.contains("<strong>When:</strong> 2026-03-01T03:10:00Z."), "{page}");
    // Steps of the proof, the cards and the table have the unit.
    assert!(page.contains("<td>30 s</td>") && page.contains("<span>30 s</span>"), "{page}");
}
