//! `service_latency` with nodes that are given, and with several rows as one event.

use std::fs;
use std::path::PathBuf;
use std::process::Output;

use serde_json::Value;

use crate::{run, text};

/// Orders of 80 to 120 items, of which an invoice takes 2 each and a fee of about 5; in the events orders are as large as they come, and in four of them in
/// a row the fee is a little too high.
fn explain(folder: &str, further: &[&str]) -> Output {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(folder);
    fs::create_dir_all(&folder).unwrap();
    let wave = |row: usize, pace: f64| (row as f64 * pace).sin();
    let order = |row: usize, items: f64, extra: f64| {
        let fee = 5.0 + wave(row, 2.3) + extra;
        format!("{items:.1},{fee:.3},{:.3}\n", 2.0 * items + fee + 0.2 * wave(row, 4.1))
    };
    let normal: String = (0..200).map(|row| order(row, 100.0 + 20.0 * wave(row, 1.1), 0.0)).collect();
    let slow: String = (0..8).map(|row| order(row, 118.0, if (2..6).contains(&row) { 1.5 } else { 0.0 })).collect();
    for (file, rows) in [("normal.csv", normal), ("slow.csv", slow)] {
        fs::write(folder.join(file), format!("items,fee,invoice\n{rows}")).unwrap();
    }
    fs::write(folder.join("edges.csv"), "cause,effect\nitems,invoice\nfee,invoice\n").unwrap();
    let files = ["normal.csv", "slow.csv", "edges.csv"].map(|file| folder.join(file).display().to_string());
    let plain = ["--normal", &files[0], "--events", &files[1], "--edges", &files[2], "--target", "invoice"];
    run("service_latency", plain.iter().chain(further))
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output.stderr)))
}

#[test]
fn what_is_given_is_not_blamed() {
    let report = json(&explain("given", &["--format", "json"]));
    let nodes = |report: &Value| {
        let parts = report["events"][3]["contributions"].as_array().unwrap().iter();
        parts.map(|part| part["node"].as_str().unwrap().to_owned()).collect::<Vec<String>>()
    };
    assert!(nodes(&report).contains(&"items".to_owned()));
    let given = json(&explain("given", &["--format", "json", "--context", "items"]));
    assert_eq!(nodes(&given), ["fee", "invoice"]);
    assert_eq!(given["events"][3]["context"][0]["node"], "items");
    let table = text(&explain("given", &["--context", "items"]).stdout);
    assert!(table.contains("Given, and not blamed: `items` = 118"), "{table}");
    let unknown = explain("given", &["--context", "item"]);
    assert!(unknown.status.code() == Some(2) && text(&unknown.stderr).contains("items"), "{}", text(&unknown.stderr));
}

#[test]
fn rows_are_one_event() {
    let alone = json(&explain("together", &["--format", "json", "--context", "items"]));
    let together = json(&explain("together", &["--format", "json", "--context", "items", "--rows", "2:5"]));
    let nats = |value: &Value| value["score"]["value"].as_f64().or(value["score"]["nats"].as_f64()).unwrap();
    let usual = (2..6).map(|row| nats(&alone["events"][row])).sum::<f64>() / 4.0;
    assert!(nats(&together["together"]["attribution"]) > 1.2 * usual, "{together:#}");
    assert_eq!(together["together"]["attribution"]["contributions"][0]["node"], "fee");
    let count = text(&explain("together", &["--rows", "2:5", "--statistic", "above:240"]).stdout);
    assert!(
        count.starts_with("rows 2 to 5: ") && count.contains("`invoice`, rows above 240.0 of 4 rows = 4.000"),
        "{count}"
    );
    for (wrong, says) in [("5:2", "12:20"), ("2:9", "row 9"), ("2", "12:20")] {
        let refused = explain("together", &["--rows", wrong]);
        assert!(refused.status.code() == Some(2) && text(&refused.stderr).contains(says), "{}", text(&refused.stderr));
    }
}
