//! `service_latency` on tables as people bring them: written by other programs, with columns that cannot matter, and bad events.

use std::fs;
use std::path::PathBuf;
use std::process::Output;

use serde_json::Value;

use crate::{run, text};

/// A folder of its own with these files.
struct Files(PathBuf);

impl Files {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&folder).unwrap();
        files.iter().for_each(|(file, contents)| fs::write(folder.join(file), contents).unwrap());
        Self(folder)
    }

    fn path(&self, file: &str) -> String {
        self.0.join(file).into_os_string().into_string().unwrap()
    }

    /// The tool on `normal.csv`, `slow.csv` and `edges.csv`, about `T`.
    fn explain(&self, further: &[&str]) -> Output {
        let files = ["normal.csv", "slow.csv", "edges.csv"].map(|file| self.path(file));
        let plain = ["--normal", &files[0], "--events", &files[1], "--edges", &files[2], "--target", "T"];
        run("service_latency", plain.iter().chain(further))
    }
}

/// Eighty rows of a chain A → B → T, each cell written by `cell`.
fn chain(header: &str, delimiter: &str, cell: impl Fn(f64) -> String) -> String {
    let wave = |row: usize, pace: f64| (row as f64 * pace).sin();
    let row = |row: usize| {
        let a = 10.0 + 2.0 * wave(row, 1.3);
        let b = 2.0 * a + wave(row, 2.9);
        let t = b + 0.5 * wave(row, 4.1);
        [a, b, t].map(&cell).join(delimiter) + "\n"
    };
    format!("{header}\n") + &(0..80).map(row).collect::<String>()
}

fn plain(value: f64) -> String {
    format!("{value:.4}")
}

/// The nats of every node of the first event.
fn nats(output: &Output) -> Vec<(String, f64)> {
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output.stderr)));
    let parts = report["events"][0]["contributions"].as_array().unwrap();
    let mut nats: Vec<(String, f64)> =
        parts.iter().map(|part| (part["node"].as_str().unwrap().to_owned(), part["nats"].as_f64().unwrap())).collect();
    nats.sort_by(|a, b| a.0.cmp(&b.0));
    nats
}

const EDGES: &str = "cause,effect\nA,B\nB,T\n";
const SLOW: &str = "A,B,T\n10.0,26.0,26.2\n";

#[test]
fn the_answer_is_the_same_whoever_wrote_the_table_and_says_what_was_converted() {
    let normal = chain("A,B,T", ",", plain);
    let reference = Files::new("table_plain", &[("normal.csv", &normal), ("slow.csv", SLOW), ("edges.csv", EDGES)]);
    let reference = reference.explain(&["--format", "json"]);
    assert_eq!(text(&reference.stderr), "");
    let german = chain("Zeit;A;B [ms];T;", ";", |value| plain(value).replace('.', ","));
    let german: String = german
        .lines()
        .map(|line| if line.starts_with("Zeit") { format!("{line}\n") } else { format!("31.01.2026;{line};\n;;;;\n") })
        .collect();
    let written = Files::new(
        "table_german",
        &[
            ("normal.csv", &german),
            ("slow.csv", "A;B [s];T\n10;0,026;26,2\n;;\n"),
            ("edges.csv", "cause;effect\nA;B\nB;T\n"),
        ],
    );
    let page = written.path("slow.html");
    let found = written.explain(&["--format", "json", "--report", &page]);
    for ((node, nats), (other, expected)) in nats(&found).into_iter().zip(nats(&reference)) {
        assert!(node == other && (nats - expected).abs() < 0.02, "{node}: {nats} instead of {expected}");
    }
    let notes = text(&found.stderr);
    let report: Value = serde_json::from_slice(&found.stdout).unwrap();
    let page = fs::read_to_string(&page).unwrap();
    for fragment in ["80 blank rows left out", "decimal commas in `A`", "`B` is converted from ms to s"] {
        assert!(notes.contains(fragment), "{notes}");
        let marked = fragment.replace("`A`", "<code>A</code>").replace("`B`", "<code>B</code>");
        assert!(page.contains(&marked), "{marked}");
    }
    assert_eq!((&report["tables"][0]["delimiter"], &report["tables"][0]["blank_rows"]), (&";".into(), &80.into()));
    assert_eq!(report["tables"][1]["columns"][0]["unit"]["header"], "s");
    // A unit in one of the files alone.
    fs::write(written.path("slow.csv"), "A;B;T\n10;26;26,2\n").unwrap();
    let refused = written.explain(&[]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        text(&refused.stderr).contains("`B` has no unit here, but the unit s in the normal data"),
        "{}",
        text(&refused.stderr)
    );
    // By name, what was found out is said.
    assert!(written.explain(&["--delimiter", "tab"]).status.code() == Some(2));
    assert!(text(&written.explain(&["--decimal", "x"]).stderr).contains("decimal sign"));
    assert!(text(&written.explain(&["--delimiter", "::"]).stderr).contains("one character"));
}

#[test]
fn nodes_that_cannot_matter_stop_nothing_and_unmeasured_causes_are_passed_over() {
    let normal = chain("A,B,T", ",", plain);
    let reference = Files::new("nodes_plain", &[("normal.csv", &normal), ("slow.csv", SLOW), ("edges.csv", EDGES)]);
    let expected = nats(&reference.explain(&["--format", "json"]));
    let cells = |(row, line): (usize, &str)| match row {
        0 => format!("{line},Note,Far\n"),
        _ => format!("{line},late {row},inf\n"),
    };
    let wide: String = normal.lines().enumerate().map(cells).collect();
    let edges = "cause,effect\nA,B\nB,T\nT,Note\nT,Down\nA,Far\nDown,Further\n";
    let files = Files::new("nodes", &[("normal.csv", &wide), ("slow.csv", SLOW), ("edges.csv", edges)]);
    let found = files.explain(&["--format", "json", "--strict"]);
    assert_eq!(nats(&found), expected);
    let notes = text(&found.stderr);
    for line in [
        "`Down` is left out, as the data has no such column; it is no cause of `T` and cannot matter",
        "`Note` is left out, as its column holds text; it is no cause of `T` and cannot matter",
        "`Far` is left out, as its column has infinite values; it is no cause of `T` and cannot matter",
    ] {
        assert!(notes.lines().any(|found| found == line), "{notes}");
    }
    let report: Value = serde_json::from_slice(&found.stdout).unwrap();
    assert_eq!(report["graph"]["removed"].as_array().unwrap().len(), 4);

    let edges = "cause,effect\nA,Queue\nQueue,B\nB,T\n";
    fs::write(files.path("edges.csv"), edges).unwrap();
    let passed_over = files.explain(&["--format", "json"]);
    assert_eq!(nats(&passed_over), expected);
    assert!(text(&passed_over.stderr).contains("`Queue` is passed over, as the data has no such column"));
    let strict = files.explain(&["--strict"]);
    assert_eq!((strict.status.code(), text(&strict.stderr).lines().count()), (Some(2), 1));
    assert!(text(&strict.stderr).contains("`Queue` is a cause of `T`"));
    // What the target needs must be numbers.
    fs::write(files.path("edges.csv"), "cause,effect\nNote,B\nB,T\n").unwrap();
    let needed = text(&files.explain(&[]).stderr);
    assert!(
        needed.contains("`Note`") && needed.contains("normal.csv, line 2") && needed.contains("`late 1`"),
        "{needed}"
    );
}

#[test]
fn a_bad_event_costs_no_other_its_answer_in_any_format() {
    let normal = chain("A,B,T", ",", plain);
    let slow = "A,B,T\n10,26,\n10,26,26.2\nlate,26,26.2\n10,26,26.2\n";
    let files = Files::new("bad_events", &[("normal.csv", &normal), ("slow.csv", slow), ("edges.csv", EDGES)]);
    let path = ["slow.html", "slow.out.csv", "slow.dot"].map(|file| files.path(file));
    let written = ["--report", &path[0], "--csv", &path[1]];
    let json = files.explain(&[&["--format", "json", "--intervals", "--resamples", "10"], &written[..]].concat());
    assert_eq!(json.status.code(), Some(3), "{}", text(&json.stderr));
    let report: Value = serde_json::from_slice(&json.stdout).unwrap();
    let events = report["events"].as_array().unwrap();
    assert!(events[0]["error"].as_str().unwrap().contains("slow.csv, line 2: "), "{}", events[0]);
    assert!(events[2]["error"].as_str().unwrap().contains("`late`"), "{}", events[2]);
    for row in [1, 3] {
        assert!(events[row]["error"].is_null() && events[row]["contributions"].as_array().unwrap().len() == 3);
    }
    assert_eq!(events.iter().map(|event| event["row"].as_u64().unwrap()).collect::<Vec<_>>(), [0, 1, 2, 3]);
    let said = text(&json.stderr);
    assert!(
        said.lines().any(|line| line.starts_with("error: 2 of 4 events without an answer: the first, event 0: ")),
        "{said}"
    );
    // The files are about the first that has an answer, or tell why the one that was asked for has none.
    assert!(fs::read_to_string(&path[0]).unwrap().contains("unusual in event 1?"));
    assert!(fs::read_to_string(&path[1]).unwrap().starts_with("node,nats,"));
    let about = files.explain(&[&["--report-event", "2", "--dot", &path[2]], &written[..]].concat());
    assert_eq!(about.status.code(), Some(3));
    let page = fs::read_to_string(&path[0]).unwrap();
    assert!(page.contains("unusual in event 2?") && page.contains("No answer") && page.contains("<code>late</code>"));
    assert!(fs::read_to_string(&path[1]).unwrap().starts_with("error\n\""));
    assert!(!fs::exists(&path[2]).unwrap());
    let table = text(&about.stdout);
    assert_eq!(
        (table.matches(": no answer: ").count(), table.matches("`T` = 26.20: outlier").count()),
        (2, 2),
        "{table}"
    );
    let ranked = files.explain(&["--slowest", "2"]);
    assert!(text(&ranked.stderr).contains("3 of 4 events have a value of `T`"), "{}", text(&ranked.stderr));
}
