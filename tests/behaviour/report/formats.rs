//! The page of HTML, the drawings and the CSV of a diagnosis: well formed, whatever the nodes are called, and sane for any
//! graph.

use crate::report_checks::{all_text, assert_harmless, check_all, check_page, elements, parse, readable};
use crate::report_models::{NASTY, diagnose, sums};
use etiology::{
    AttributionConfig, BootstrapConfig, CausalGraph, Dataset, DiagnosisConfig, Error, EvaluationConfig, FeatureMap,
    HtmlReport, Observation, Quantity, StructuralCausalModel,
};
use proptest::prelude::*;

/// Names and edges of a model of so many nodes, each but the last with some effects among the next ones.
fn numbered(nodes: usize, name: impl Fn(usize) -> String) -> (Vec<String>, Vec<(usize, usize)>) {
    let names = (0..nodes).map(name).collect();
    let effects = |node: usize| [node + 1, node + 2 + node % 7].into_iter().filter(move |&effect| effect < nodes);
    (names, (0..nodes).flat_map(|node| effects(node).map(move |effect| (node, effect))).collect())
}

#[test]
fn names_that_would_do_harm_are_harmless() {
    let (names, edges) = numbered(NASTY.len(), |node| NASTY[node].to_owned());
    let model = sums(&names, &edges);
    let noises: Vec<f64> = (0..names.len()).map(|node| if node == 0 { 9.0 } else { 0.1 * node as f64 }).collect();
    let diagnosis = diagnose(&model, &names, &edges, &noises);
    let page = check_all(&model, &diagnosis);
    let titled = HtmlReport::new(&model, &diagnosis).with_title(NASTY[2]).to_html().unwrap();
    assert_harmless(&parse(&titled));
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script") && !titled.contains("<img"));
    let parts = HtmlReport::new(&model, &diagnosis).to_fragment().unwrap();
    let of_attribution = diagnosis.attribution.to_html_fragment(model.graph()).unwrap();
    for fragment in [parts, of_attribution] {
        // The style is for a browser: rules that are nested are no XML.
        let (before, rest) = fragment.split_once("<style>").unwrap();
        let (style, after) = rest.split_once("</style>").unwrap();
        assert!(!style.contains('<') && fragment.contains("&lt;script&gt;"));
        assert_harmless(&parse(&format!("{before}{after}")));
    }
}

#[test]
fn every_size_and_every_kind_of_contribution_is_drawn() {
    let long = |node: usize| format!("{}{node}", "a-long-name-".repeat(17));
    for (nodes, name) in [(1, None), (2, None), (60, None), (7, Some(long as fn(usize) -> String))] {
        let (names, edges) = numbered(nodes, |node| name.map_or_else(|| format!("service {node}"), |name| name(node)));
        let model = sums(&names, &edges);
        let noises: Vec<f64> = (0..nodes).map(|node| if node + 1 == nodes { 3.0 } else { -0.5 }).collect();
        let diagnosis = diagnose(&model, &names, &edges, &noises);
        assert!(nodes == 1 || diagnosis.attribution.contributions.iter().any(|part| part.value < 0.0));
        check_all(&model, &diagnosis);
    }
}

#[test]
fn missing_nodes_are_shown_as_such() {
    let (names, edges) = numbered(6, |node| format!("n{node}"));
    let model = sums(&names, &edges);
    let diagnosis = diagnose(&model, &names, &edges, &[0.0, 3.0, f64::NAN, 0.0, 4.0, 0.5]);
    let page = check_all(&model, &diagnosis);
    assert!(page.contains("(unexplained)") && page.contains("No value was observed of <code>n2</code>"), "{page}");
    assert!(diagnosis.to_mermaid(model.graph()).unwrap().contains("[\"n2<br/>no value\"]"));
    assert!(diagnosis.attribution.to_csv().lines().any(|line| line == "n2,,,,,0,,,,"));
}

#[test]
fn an_event_with_a_score_of_zero_is_drawn() {
    let (names, edges) = numbered(3, |node| format!("n{node}"));
    let model = sums(&names, &edges);
    let diagnosis = diagnose(&model, &names, &edges, &[0.0, 0.0, -1e9]);
    assert!(diagnosis.attribution.score.value.abs() < 1e-9, "{}", diagnosis.attribution);
    let page = check_all(&model, &diagnosis);
    assert!(page.contains("The lower tail seems to be meant"), "{page}");
    // Contributions of exactly 0, too.
    let mut nothing = diagnosis;
    nothing.attribution.contributions.iter_mut().for_each(|part| (part.value, part.std_error) = (0.0, 0.0));
    check_all(&model, &nothing);
    // A contribution that is a rounding error away from 0 looks like 0.
    let alone = sums(&names[..1], &[]);
    let mut diagnosis = diagnose(&alone, &names[..1], &[], &[-1e9]);
    diagnosis.attribution.contributions[0].value = -1e-16;
    let page = check_all(&alone, &diagnosis);
    assert!(!page.contains("class=\"negative\"") && page.contains("outlier score is 0.00 ±"), "{page}");
    let svg = diagnosis.to_svg(alone.graph()).unwrap();
    assert!(svg.contains("fill=\"#e9eaec\"") && !svg.contains("dasharray"), "{svg}");
}

#[test]
fn root_cause_and_target_are_marked_in_words() {
    let (names, edges) = numbered(4, |node| format!("n{node}"));
    let model = sums(&names, &edges);
    let diagnosis = diagnose(&model, &names, &edges, &[0.0, 7.0, 0.2, 0.1]);
    assert_eq!(diagnosis.root_cause(), Some("n1"));
    let graph = model.graph();
    let svg = diagnosis.to_svg(graph).unwrap();
    assert!(svg.contains(">root cause</text>") && svg.contains(">target</text>"), "{svg}");
    assert!(!diagnosis.attribution.to_svg(graph).unwrap().contains(">root cause<"));
    assert!(diagnosis.to_dot(graph).unwrap().contains("nats\\nroot cause\""));
    assert!(diagnosis.to_mermaid(graph).unwrap().contains("nats<br/>root cause\"]"));
}

#[test]
fn another_graph_is_refused() {
    let (names, edges) = numbered(4, |node| format!("n{node}"));
    let model = sums(&names, &edges);
    let diagnosis = diagnose(&model, &names, &edges, &[0.0, 7.0, 0.2, 0.1]);
    let smaller = CausalGraph::from_edges([("n2", "n3")]).unwrap();
    for result in [diagnosis.to_svg(&smaller), diagnosis.to_dot(&smaller), diagnosis.to_mermaid(&smaller)] {
        assert!(matches!(result, Err(Error::UnknownNode { .. })));
    }
    let reversed = CausalGraph::from_edges([("n3", "n0"), ("n3", "n1"), ("n2", "n3")]).unwrap();
    let message = diagnosis.attribution.to_svg(&reversed).unwrap_err().to_string();
    assert!(message.contains("does not act on `n3`"), "{message}");
    let stranger = sums(&["a".to_owned(), "b".to_owned()], &[(0, 1)]);
    assert!(matches!(HtmlReport::new(&stranger, &diagnosis).to_html(), Err(Error::UnknownNode { .. })));
}

#[test]
fn the_fit_and_an_evaluation_are_reported() {
    let wave = |row: usize, pace: f64| (pace * row as f64).sin();
    let column = |pace: f64| (0..400).map(|row| wave(row, pace)).collect::<Vec<f64>>();
    let (a, noise) = (column(0.7), column(2.3));
    let b: Vec<f64> = a.iter().zip(&noise).map(|(a, noise)| a + 0.3 * noise).collect();
    let normal = Dataset::from_columns([("a", a), ("b", b), ("c", column(1.1))]).unwrap();
    let graph = CausalGraph::from_edges([("a", "b")]).unwrap();
    let model = StructuralCausalModel::new(graph).assign_mechanisms(&normal).unwrap().fit(&normal).unwrap();
    let evaluation = model.evaluate(&normal, &EvaluationConfig::default()).unwrap();
    let event = Observation::from_pairs([("a", 4.0), ("b", 4.1)]).unwrap();
    let diagnosis = model.diagnose("b", &event, &DiagnosisConfig::default()).unwrap();
    let without = check_all(&model, &diagnosis);
    assert!(without.contains("columns that the graph does not name: <code>c</code>"), "{without}");
    assert!(without.contains("Not evaluated"));
    assert!(without.contains("Noise beyond the training data"));
    let page = HtmlReport::new(&model, &diagnosis).with_evaluation(&evaluation).to_html().unwrap();
    check_page(&page, &diagnosis);
    assert!(page.contains("2 nodes on 400 rows:") && !page.contains("Not evaluated"));
    for finding in &evaluation.findings {
        let start = finding.to_string().split('`').next().unwrap().to_owned();
        assert!(page.contains(&start), "{finding}");
    }
}

/// With fitted noises, which bootstrap intervals need.
fn fitted_sums(names: &[String], edges: &[(usize, usize)]) -> (StructuralCausalModel, Dataset) {
    let data = sums(names, edges).draw_samples(80, 3).unwrap();
    let named = edges.iter().map(|&(cause, effect)| (names[cause].as_str(), names[effect].as_str()));
    let graph = CausalGraph::from_nodes_and_edges(names.iter().map(String::as_str), named).unwrap();
    (StructuralCausalModel::new(graph).assign_mechanisms(&data).unwrap(), data)
}

#[test]
fn error_bars_reach_to_the_ends_of_intervals_and_names_are_escaped() {
    let (names, edges) = numbered(NASTY.len(), |node| NASTY[node].to_owned());
    let (unfitted, data) = fitted_sums(&names, &edges);
    let model = unfitted.fit(&data).unwrap();
    let noises: Vec<f64> = (0..names.len()).map(|node| if node == 0 { 6.0 } else { 0.1 }).collect();
    let diagnosis = diagnose(&model, &names, &edges, &noises);
    let target = names.last().unwrap();
    let mut event = Vec::new();
    for (node, noise) in noises.iter().enumerate() {
        let parents = edges.iter().filter(|edge| edge.1 == node).map(|&(cause, _)| event[cause]);
        event.push(parents.sum::<f64>() + noise);
    }
    let event = Observation::new(names.iter().map(String::as_str), event).unwrap();
    let config = AttributionConfig::default().with_feature_map(FeatureMap::UpperTail).with_samples(512);
    let resampling = BootstrapConfig::default().with_resamples(25).with_level(0.9);
    let mut intervals = unfitted.bootstrap_attribution(&data, target, &event, &config, &resampling).unwrap();
    // So wide that its ends are those of the drawing.
    intervals.contributions[0].interval.lower = -1000.0;
    intervals.contributions[0].interval.upper = 1000.0;
    let report = HtmlReport::new(&model, &diagnosis);
    let without = report.to_html().unwrap();
    let page = report.clone().with_intervals(&intervals).to_html().unwrap();
    check_page(&page, &diagnosis);
    assert!(
        page.contains("90 % intervals that include the fit of the model") && !page.contains("do not cover the fit")
    );
    assert!(without.contains("do not cover the fit") && !without.contains("resamples"));
    let document = parse(&page);
    let caption = "Intervals of 90 % that include the fit, in nats, over 25 resamples";
    let table = elements(&document, "table").find(|table| all_text(*table).contains(caption)).unwrap();
    let rows: Vec<Vec<String>> = table
        .descendants()
        .filter(|node| node.has_tag_name("tr"))
        .skip(1)
        .map(|row| row.children().map(all_text).collect())
        .collect();
    assert_eq!(rows.len(), names.len() + 1);
    for (row, entry) in rows.iter().zip(&intervals.contributions) {
        assert_eq!(row[0], readable(&entry.node));
        for (cell, figure) in row[1..].iter().zip([entry.interval.estimate, entry.interval.lower, entry.interval.upper])
        {
            let shown: f64 = cell.replace('−', "-").trim_end_matches(" nats").parse().unwrap();
            assert!((shown - figure).abs() < 0.006, "{cell} for {figure}");
        }
    }
    let widest = elements(&document, "line").filter(|line| line.attribute("class") == Some("error")).any(|line| {
        let at = |end: &str| line.attribute(end).unwrap().trim_end_matches('%').parse::<f64>().unwrap();
        at("x1") < 2.0 && at("x2") > 98.0
    });
    assert!(widest, "the error bar is that of the interval");
}

#[test]
fn intervals_of_something_else_are_refused() {
    let (names, edges) = numbered(4, |node| format!("n{node}"));
    let (unfitted, data) = fitted_sums(&names, &edges);
    let model = unfitted.fit(&data).unwrap();
    let diagnosis = diagnose(&model, &names, &edges, &[0.0, 6.0, 0.2, 0.1]);
    let resampling = BootstrapConfig::default().with_resamples(20);
    let event = Observation::from_pairs([("n0", 0.0), ("n1", 6.0), ("n2", 6.0), ("n3", 12.0)]).unwrap();
    let of = |target: &str, quantity: Quantity| {
        let config = AttributionConfig::default().with_quantity(quantity);
        unfitted.bootstrap_attribution(&data, target, &event, &config, &resampling).unwrap()
    };
    for (intervals, named) in
        [(of("n2", Quantity::ItScore), "`n2`"), (of("n3", Quantity::MeanDeviation), "MeanDeviation")]
    {
        let error = HtmlReport::new(&model, &diagnosis).with_intervals(&intervals).to_html().unwrap_err();
        assert!(error.to_string().contains(named), "{error}");
    }
}

#[test]
fn text_stands_out_in_light_and_dark() {
    let (names, edges) = numbered(2, |node| format!("n{node}"));
    let model = sums(&names, &edges);
    let page = check_all(&model, &diagnose(&model, &names, &edges, &[5.0, 0.0]));
    let themes: Vec<&str> = page.split(":root {").skip(1).collect();
    assert_eq!(themes.len(), 2);
    for theme in themes {
        let colour = |name: &str| {
            let value = theme.split_once(&format!("--{name}: #")).unwrap().1;
            luminance(&value[..6])
        };
        for ground in ["page", "panel"].map(colour) {
            let contrast = |name: &str| {
                let text = colour(name);
                (text.max(ground) + 0.05) / (text.min(ground) + 0.05)
            };
            for text in ["ink", "quiet", "observed", "strong", "contested", "thin"] {
                assert!(contrast(text) >= 4.5, "{text}: {}", contrast(text));
            }
            for shape in ["warm", "cold", "normal"] {
                assert!(contrast(shape) >= 3.0, "{shape}: {}", contrast(shape));
            }
        }
    }
}

/// Relative luminance (WCAG 2.1) of `rrggbb`.
fn luminance(colour: &str) -> f64 {
    let channel = |place: usize| {
        let value = f64::from(u8::from_str_radix(&colour[place..place + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_names_and_any_graph_are_well_formed(
        names in prop::collection::hash_set("[^ ][\\s\\S]{0,30}|[\"\\\\<>&'#;`\\]\\[]{1,8}", 1..9),
        pairs in prop::collection::vec((0_usize..9, 0_usize..9), 0..20),
        noises in prop::collection::vec(-6.0_f64..6.0, 9),
        missing in prop::option::of(0_usize..8),
    ) {
        let mut names: Vec<String> = names.into_iter().filter(|name| !name.trim().is_empty()).collect();
        names.sort();
        prop_assume!(!names.is_empty());
        let mut edges: Vec<(usize, usize)> =
            pairs.into_iter().filter(|&(cause, effect)| cause < effect && effect < names.len()).collect();
        edges.sort_unstable();
        edges.dedup();
        let mut noises = noises[..names.len()].to_vec();
        if let Some(node) = missing.filter(|&node| node + 1 < names.len()) {
            noises[node] = f64::NAN;
        }
        let model = sums(&names, &edges);
        check_all(&model, &diagnose(&model, &names, &edges, &noises));
    }
}
