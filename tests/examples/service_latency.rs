//! `service_latency` on the files of the shop.

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::Output;

use serde_json::Value;

use crate::{run, text};

/// A folder of its own with the shop's CSV files, fewer rows of them.
pub(crate) fn shop_files(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let written = run("online_shop", [OsStr::new("--write-csv"), folder.as_os_str()]);
    assert!(written.status.success(), "{}", text(&written.stderr));
    let slow = fs::read_to_string(folder.join("slow_requests.csv")).unwrap();
    let first_three: Vec<&str> = slow.lines().take(4).collect();
    fs::write(folder.join("events.csv"), first_three.join("\n")).unwrap();
    folder
}

/// `service_latency` on the shop's files in a folder, with further arguments.
pub(crate) fn service_latency(folder: &str, further: &[&str]) -> Output {
    let folder = shop_files(folder);
    let path = |file: &str| folder.join(file).into_os_string().into_string().unwrap();
    let files = [("--normal", "normal.csv"), ("--events", "events.csv"), ("--calls", "calls.csv")];
    let mut arguments: Vec<String> = files.into_iter().flat_map(|(flag, file)| [flag.to_owned(), path(file)]).collect();
    arguments.extend(further.iter().map(|&argument| argument.to_owned()));
    run("service_latency", arguments)
}

#[test]
fn service_latency_explains_the_most_unusual_events_and_keeps_its_model() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("kept_model");
    let model = folder.join("shop.etiology");
    let keep = ["--target", "Website", "--save-model", model.to_str().unwrap(), "--slowest", "2"];
    let saved = service_latency("kept_model", &keep);
    assert!(saved.status.success(), "{}", text(&saved.stderr));
    let events = folder.join("events.csv");
    let arguments = ["--model", model.to_str().unwrap(), "--events", events.to_str().unwrap(), "--target", "Website"];
    let loaded = run("service_latency", arguments.iter().chain(&["--slowest", "2"]));
    assert_eq!(text(&loaded.stdout), text(&saved.stdout), "{}", text(&loaded.stderr));

    let rows = fs::read_to_string(&events).unwrap();
    let place = rows.lines().next().unwrap().split(',').position(|name| name == "Website").unwrap();
    let mut latencies: Vec<(usize, f64)> =
        rows.lines().skip(1).map(|row| row.split(',').nth(place).unwrap().parse().unwrap()).enumerate().collect();
    latencies.sort_by(|a, b| b.1.total_cmp(&a.1));
    let named: Vec<String> =
        text(&loaded.stdout).lines().filter(|line| line.starts_with("event ")).map(str::to_owned).collect();
    assert_eq!(named.len(), 2);
    for (line, (row, _)) in named.iter().zip(latencies) {
        assert!(line.starts_with(&format!("event {row}: ")), "{line}");
    }

    let neither = run("service_latency", &arguments[2..]);
    assert_eq!(neither.status.code(), Some(2));
    let both = run("service_latency", arguments.iter().chain(&["--normal", "normal.csv"]));
    assert_eq!(both.status.code(), Some(2));
    fs::write(&model, "not a model").unwrap();
    let damaged = run("service_latency", arguments);
    assert_eq!((damaged.status.code(), text(&damaged.stderr).lines().count()), (Some(2), 1));
}

#[test]
fn service_latency_prints_one_json_object() {
    let output =
        service_latency("json", &["--target", "Website", "--format", "json", "--samples", "1000", "--seed", "3"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["target"], "Website");
    let events = report["events"].as_array().unwrap();
    assert_eq!(events.len(), 3);
    for (row, event) in events.iter().enumerate() {
        assert_eq!(event["row"], row);
        assert!(event["score"]["nats"].is_f64() && event["score"]["saturated"].is_boolean());
        let contributions = event["contributions"].as_array().unwrap();
        assert_eq!(contributions.len(), 11);
        assert_eq!(contributions[0]["node"], "Caching Service");
        let sum: f64 = contributions.iter().map(|contribution| contribution["nats"].as_f64().unwrap()).sum();
        assert!((sum - event["score"]["nats"].as_f64().unwrap()).abs() < 1e-10);
        assert!(
            contributions
                .iter()
                .all(|contribution| contribution["std_error"].is_f64() && contribution["share"].is_f64())
        );
    }
}

#[test]
fn service_latency_takes_causal_edges_and_every_option() {
    let folder = shop_files("options");
    let calls = fs::read_to_string(folder.join("calls.csv")).unwrap();
    let turned = calls.lines().skip(1).map(|line| {
        let (caller, callee) = line.split_once(',').unwrap();
        format!("{callee},{caller}\n")
    });
    fs::write(folder.join("edges.csv"), format!("cause,effect\n{}", turned.collect::<String>())).unwrap();
    let path = |file: &str| folder.join(file).into_os_string().into_string().unwrap();
    for (region, method) in [("upper", vec!["--permutations", "5"]), ("lower", vec!["--exact"]), ("two-sided", vec![])]
    {
        let files = [path("normal.csv"), path("events.csv"), path("edges.csv")];
        let mut arguments =
            vec!["--normal", &files[0], "--events", &files[1], "--edges", &files[2], "--target", "Website"];
        arguments.extend(["--region", region, "--floor", "0.001", "--samples", "100", "--seed", "9"]);
        arguments.extend(method);
        let output = run("service_latency", &arguments);
        assert!(output.status.success(), "{}", text(&output.stderr));
        let printed = text(&output.stdout);
        assert!(printed.contains("\nevent 2: ") && printed.contains("floor 0.001000"), "{printed}");
    }
}

#[test]
fn service_latency_writes_a_report_and_drawings() {
    let folder = shop_files("drawings");
    let path = |file: &str| folder.join(file).into_os_string().into_string().unwrap();
    fs::write(path("slow.svg"), "an old one").unwrap();
    let wanted = [("--report", "slow.html"), ("--svg", "slow.svg"), ("--dot", "slow.dot"), ("--mermaid", "slow.mmd")];
    let mut arguments = vec!["--target".to_owned(), "Website".to_owned(), "--report-event".to_owned(), "1".to_owned()];
    arguments.extend(wanted.iter().flat_map(|(flag, file)| [(*flag).to_owned(), path(file)]));
    let output = service_latency("drawings", &arguments.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(output.status.success(), "{}", text(&output.stderr));
    let starts = ["<!DOCTYPE html>", "<svg ", "digraph ", "flowchart "];
    for ((_, file), start) in wanted.into_iter().zip(starts) {
        let written = fs::read_to_string(path(file)).unwrap();
        assert!(written.starts_with(start) && written.contains("Caching Service"), "{file}: {written}");
    }
    assert!(fs::read_to_string(path("slow.html")).unwrap().contains("Why was Website unusual in event 1?"));
    let left_over = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(left_over.filter(|name| name.contains(".part")).count(), 0);
}

#[test]
fn a_report_that_cannot_be_written_is_an_error() {
    let nowhere = ["--target", "Website", "--report", "no/such/folder/slow.html"];
    let no_event = ["--target", "Website", "--svg", "never-written.svg", "--report-event", "99"];
    let cases: [(&[&str], [&str; 2]); 2] =
        [(&nowhere, ["cannot write", "slow.html"]), (&no_event, ["row 99", "3 rows"])];
    for (arguments, fragments) in cases {
        let output = service_latency("unwritten", arguments);
        let message = text(&output.stderr);
        assert_eq!((output.status.code(), message.lines().count()), (Some(2), 1), "{message}");
        assert!(fragments.iter().all(|fragment| message.contains(fragment)), "{message}");
        assert!(output.stdout.is_empty());
    }
    assert!(!PathBuf::from("never-written.svg").exists());
}

#[test]
fn a_mistake_exits_with_2_and_one_clear_line() {
    let target = ["--target", "Website"];
    let cases: [(&[&str], &[&str]); 9] = [
        (&["--target", "Nobody"], &["`Nobody`", "not in the causal graph"]),
        (&[], &["--target"]),
        (&[target[0], target[1], "--edges", "x.csv"], &["--edges", "cannot be used with"]),
        (&[target[0], target[1], "--region", "sideways"], &["sideways", "--region"]),
        (&[target[0], target[1], "--floor", "1.5"], &["floor", "1.5"]),
        (&[target[0], target[1], "--floor", "-0.5"], &["floor", "-0.5"]),
        (&[target[0], target[1], "--samples", "0"], &["samples", "0"]),
        (&[target[0], target[1], "--permutations", "0"], &["permutations", "0"]),
        (&[target[0], target[1], "--permutations", "4", "--exact"], &["--permutations", "--exact"]),
    ];
    for (further, fragments) in cases {
        let output = service_latency("mistakes", further);
        let message = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{further:?}: {message}");
        assert!(output.stdout.is_empty());
        assert_eq!(message.lines().count(), 1, "{further:?}: {message}");
        assert!(fragments.iter().all(|fragment| message.contains(fragment)), "{further:?}: {message}");
    }
}

#[test]
fn a_missing_file_is_named() {
    let output =
        run("service_latency", ["--normal", "nowhere.csv", "--events", "e.csv", "--calls", "c.csv", "--target", "x"]);
    let message = text(&output.stderr);
    assert_eq!((output.status.code(), message.lines().count()), (Some(2), 1));
    assert!(message.contains("c.csv"), "{message}");
}

#[cfg(feature = "traces")]
#[test]
fn service_latency_takes_dependencies_for_calls() {
    let folder = shop_files("dependencies");
    let path = |file: &str| folder.join(file).into_os_string().into_string().unwrap();
    let calls = fs::read_to_string(folder.join("calls.csv")).unwrap();
    let pairs = calls.lines().skip(1).map(|line| line.split_once(',').unwrap());
    let calls: Vec<Value> = pairs
        .map(|(parent, child)| serde_json::json!({"parent": parent, "child": child, "callCount": 10}))
        .chain([serde_json::json!({"parent": "Caching Service", "child": "Website", "callCount": 1})])
        .collect();
    fs::write(folder.join("dependencies.json"), serde_json::json!({"data": calls}).to_string()).unwrap();
    let (normal, events) = (path("normal.csv"), path("events.csv"));
    let arguments = ["--normal", &normal, "--events", &events, "--target", "Website"];
    let with = |flag: &str, file: &str| run("service_latency", arguments.into_iter().chain([flag, &path(file)]));
    let (from_calls, from_dependencies) = (with("--calls", "calls.csv"), with("--dependencies", "dependencies.json"));
    assert!(from_dependencies.status.success(), "{}", text(&from_dependencies.stderr));
    assert!(text(&from_dependencies.stderr).contains("from `Caching Service` to `Website`"));
    assert_eq!(text(&from_dependencies.stdout), text(&from_calls.stdout));
}

#[test]
fn an_infinite_cell_is_answered_with_what_can_be_done_to_a_file() {
    let folder = shop_files("infinite");
    let path = |file: &str| folder.join(file).into_os_string().into_string().unwrap();
    let (normal, events) =
        (fs::read_to_string(path("normal.csv")).unwrap(), fs::read_to_string(path("events.csv")).unwrap());
    let with_infinity = |rows: &str| -> String {
        let line = |(row, line): (usize, &str)| match row {
            3 => format!("inf,{}\n", line.split_once(',').unwrap().1),
            _ => format!("{line}\n"),
        };
        rows.lines().enumerate().take(100).map(line).collect()
    };
    let with = |normal: &str, events: &str| {
        fs::write(path("n.csv"), normal).unwrap();
        fs::write(path("e.csv"), events).unwrap();
        let files = [path("n.csv"), path("e.csv"), path("calls.csv")];
        let output = run(
            "service_latency",
            ["--normal", &files[0], "--events", &files[1], "--calls", &files[2], "--target", "Website"],
        );
        (output.status.code(), text(&output.stderr))
    };
    let column = normal.split_once(',').unwrap().0;
    let (code, in_training) = with(&with_infinity(&normal), &events);
    assert_eq!(code, Some(2));
    assert!(
        in_training.contains(&format!("column `{column}` holds 1 infinite value in 99 rows, first in row 2")),
        "{in_training}"
    );
    // The other events have their answers.
    let (code, in_an_event) = with(&normal, &with_infinity(&events));
    assert_eq!(code, Some(3));
    assert!(in_an_event.contains("event 2: ") && in_an_event.contains("e.csv, line 4"), "{in_an_event}");
    for message in [in_training, in_an_event] {
        assert!(message.contains("an empty cell") && !message.contains("_rows`"), "{message}");
    }
}

#[test]
fn service_latency_takes_columns_of_text_and_named_numbers_for_categories() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("categories");
    fs::create_dir_all(&folder).unwrap();
    let row = |row: usize| {
        let vendor = ["A", "B", "A", "C", "B"][row * 7 % 5];
        let status = if vendor == "C" && row.is_multiple_of(3) || row.is_multiple_of(17) { 503 } else { 200 };
        let took = if status == 503 { 900.0 } else { 20.0 } + (row as f64 * 1.3).sin();
        format!("{vendor},{status},{took:.4}\n")
    };
    let normal: String = (0..300).map(row).collect();
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        path.into_os_string().into_string().unwrap()
    };
    let normal = file("normal.csv", &format!("vendor,status,took\n{normal}"));
    let events = file("events.csv", "vendor,status,took\nC,503,901\nNEWCO,503,899.5\n");
    let edges = file("edges.csv", "cause,effect\nvendor,status\nstatus,took\n");
    let arguments =
        ["--normal", &normal, "--events", &events, "--edges", &edges, "--target", "took", "--category", "status"];
    let output = run("service_latency", arguments);
    let printed = text(&output.stdout);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let of_status = printed.lines().rfind(|line| line.trim_start().starts_with("status ")).unwrap();
    assert!(of_status.contains("503") && of_status.contains("200"), "{printed}");
    assert!(printed.contains("`vendor` = `NEWCO` is none of the levels in training"), "{printed}");
    let json = run("service_latency", arguments.iter().chain(&["--format", "json"]));
    let report: Value = serde_json::from_slice(&json.stdout).unwrap();
    let parts = report["events"][0]["contributions"].as_array().unwrap();
    let vendor = parts.iter().find(|part| part["node"] == "vendor").unwrap();
    assert_eq!((vendor["observed_level"].as_str(), vendor["typical_level"].as_str()), (Some("C"), Some("A")));

    let unknown = run("service_latency", arguments[..8].iter().chain(&["--category", "stat"]));
    assert!(!unknown.status.success() && text(&unknown.stderr).contains("`stat`"), "{}", text(&unknown.stderr));
}
