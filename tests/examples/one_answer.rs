//! One question has one answer: the table, the JSON, the page, the CSV and the library give the same figures.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use etiology::{Attribution, AttributionConfig, CausalGraph, Dataset, FeatureMap, StructuralCausalModel};
use serde_json::Value;

use crate::service_latency::shop_files;
use crate::{run, text};

/// The figures of one event by node, and the score under the name of nobody.
type Figures = BTreeMap<String, f64>;

fn figures_of(attribution: &Attribution) -> Figures {
    let parts = attribution.ranked().iter().map(|part| (part.node.clone(), part.value));
    parts.chain([(String::new(), attribution.score.value)]).collect()
}

fn figures_in(event: &Value) -> Figures {
    let parts = event["contributions"].as_array().unwrap().iter();
    let parts = parts.map(|part| (part["node"].as_str().unwrap().to_owned(), part["nats"].as_f64().unwrap()));
    parts.chain([(String::new(), event["score"]["nats"].as_f64().unwrap())]).collect()
}

/// A figure as it is printed, without the sign of a zero.
fn shown(figure: f64) -> String {
    let text = format!("{figure:.2}");
    if text == "-0.00" { "0.00".to_owned() } else { text }
}

/// Whether a line of a table begins with a node and has its figure next to it.
fn assert_in_table(lines: &str, name: &str, figure: f64) {
    let begins = |line: &str| line.trim_start().strip_prefix(name).is_some_and(|rest| rest.starts_with("  "));
    let found: Vec<&str> = lines.lines().filter(|line| begins(line)).collect();
    assert!(!found.is_empty(), "no {name} in {lines}");
    for line in found {
        let next = line.trim_start()[name.len()..].split_whitespace().next();
        assert_eq!(next, Some(shown(figure).as_str()), "{line}");
    }
}

/// What the tool says of its first event in every form, with and without intervals; and that it is one thing.
fn the_one_answer(name: &str, arguments: &[&str]) -> Figures {
    let file = |end: &str| -> String {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}{end}"));
        path.into_os_string().into_string().unwrap()
    };
    let (page, csv) = (file(".html"), file(".csv"));
    let said = |further: &[&str]| {
        let output = run("service_latency", [arguments, &["--slowest", "1"], further].concat());
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout)
    };
    let json = |further: &[&str]| -> Value {
        let report: Value = serde_json::from_str(&said(&[&["--format", "json"], further].concat())).unwrap();
        report["events"][0].clone()
    };
    let event = json(&[]);
    assert!(event["samples"].is_u64(), "the event has to need samples: {event}");
    let figures = figures_in(&event);
    for intervals in [&[][..], &["--intervals", "--resamples", "2"]] {
        let files = [&["--report", &page, "--csv", &csv], intervals].concat();
        let printed = said(&files);
        assert!(printed.contains(&format!("outlier score {} ±", shown(figures[""]))), "{printed}");
        let html = fs::read_to_string(&page).unwrap();
        assert!(html.contains(&format!("Its outlier score is {} ±", shown(figures[""]))));
        // Without the ranking, which has other figures.
        let (_, contributions) = html.split_once("<h2 id=\"contributions\">").unwrap();
        let (contributions, _) = contributions.split_once("<h2 id=\"normal\">").unwrap();
        // Below the verdict, whose ranking has other figures.
        let (_, below) = printed.split_once(": outlier score ").unwrap();
        for (node, &figure) in figures.iter().filter(|(node, _)| !node.is_empty()) {
            assert_in_table(below, node, figure);
            let sign = if figure > 0.0 && shown(figure) != "0.00" { "+" } else { "" };
            let amount = format!("{sign}{}", shown(figure));
            let row = format!("<th scope=\"row\">{node}</th><td>{amount}</td>");
            let rows = 1 + usize::from(!intervals.is_empty());
            assert_eq!(contributions.matches(&row).count(), rows, "{row} in {page}");
            let cells = format!("\n{node},{figure},");
            assert!(fs::read_to_string(&csv).unwrap().contains(&cells), "{cells}");
        }
        if !intervals.is_empty() {
            assert_in_table(&printed, "(the score)", figures[""]);
            let event = json(intervals);
            assert_eq!(figures_in(&event), figures);
            for part in event["intervals"]["contributions"].as_array().unwrap() {
                let [estimate, lower, upper] = ["estimate", "lower", "upper"].map(|end| part[end].as_f64().unwrap());
                assert_eq!(estimate, figures[part["node"].as_str().unwrap()]);
                assert!(lower <= estimate && estimate <= upper, "{part}");
            }
        }
    }
    // Another event of the table changes nothing.
    let all: Value = serde_json::from_str(&said(&["--format", "json", "--svg", &file(".svg")])).unwrap();
    assert_eq!(figures_in(&all["events"][0]), figures);
    figures
}

#[test]
fn the_answer_on_tables_is_that_of_the_library() {
    let folder = shop_files("one_answer");
    let path = |file: &str| folder.join(file).into_os_string().into_string().unwrap();
    // Enough for the automatic choice to take a mechanism that is not linear.
    let normal = fs::read_to_string(path("normal.csv")).unwrap();
    let few: Vec<&str> = normal.lines().take(801).collect();
    fs::write(path("few.csv"), few.join("\n")).unwrap();
    let files = [path("few.csv"), path("events.csv"), path("calls.csv")];
    let arguments = ["--normal", &files[0], "--events", &files[1], "--calls", &files[2], "--target", "Website"];
    let figures = the_one_answer("of_tables", &[&arguments[..], &["--seed", "3"]].concat());
    let normal = Dataset::from_csv_path(&files[0]).unwrap();
    let graph = CausalGraph::from_call_graph_csv_path(&files[2]).unwrap();
    let model = StructuralCausalModel::new(graph).assign_mechanisms(&normal).unwrap().fit(&normal).unwrap();
    let config = AttributionConfig::default().with_feature_map(FeatureMap::UpperTail).with_seed(3);
    let events = Dataset::from_csv_path(&files[1]).unwrap();
    let found = model.attribute_outliers("Website", &events, &config).unwrap();
    assert!(found.iter().any(|attribution| figures_of(attribution) == figures), "{figures:?}");
}

#[cfg(feature = "traces")]
#[test]
fn the_answer_on_traces_is_one() {
    let file = crate::traces::trace_file("one_answer.jsonl", "150");
    the_one_answer("of_traces", &["--traces", &file, "--target", "website"]);
}
