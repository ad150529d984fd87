//! `service_latency` asked why a distribution changed, and what would have been.

use std::fs;
use std::path::PathBuf;
use std::process::Output;

use serde_json::Value;

use crate::{run, text};

/// A day of a service each: db, api = 2·db + its own, web = api + its own. On the second day the api is 0.3 slower, and no other has
/// changed. `days.csv` has both, by time.
struct Days(PathBuf);

impl Days {
    fn new(name: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&folder).unwrap();
        let wave = |row: usize, pace: f64| (row as f64 * pace).sin();
        let row = |row: usize, slower: f64| {
            let db = 1.0 + 0.2 * wave(row, 1.3);
            let api = 2.0 * db + 0.5 + slower + 0.1 * wave(row, 2.9);
            format!("{db:.4},{api:.4},{:.4}", api + 0.3 + 0.1 * wave(row, 4.1))
        };
        let day = |day: usize| (0..240).map(move |hour| row(240 * day + hour, 0.3 * day as f64));
        let table = |day_of: usize| day(day_of).map(|row| row + "\n").collect::<String>();
        let timed = |of: usize| {
            day(of)
                .enumerate()
                .map(|(row, cells)| format!("2026-03-0{}T{:02}:{:02},{cells}\n", of + 1, row / 10, row % 10 * 6))
                .collect::<String>()
        };
        let files = [
            ("before.csv", format!("db,api,web\n{}", table(0))),
            ("after.csv", format!("db,api,web\n{}", table(1))),
            ("days.csv", format!("time,db,api,web\n{}{}", timed(0), timed(1))),
            ("slow.csv", "db,api,web\n1.9,4.4,4.7\n1.0,2.5,\n".to_owned()),
            ("edges.csv", "cause,effect\ndb,api\napi,web\n".to_owned()),
        ];
        files.iter().for_each(|(file, contents)| fs::write(folder.join(file), contents).unwrap());
        Self(folder)
    }

    fn path(&self, file: &str) -> String {
        self.0.join(file).display().to_string()
    }

    /// The tool about `web`; arguments that end in `.csv` or `.html` are files.
    fn ask(&self, further: &[&str]) -> Output {
        let edges = self.path("edges.csv");
        let further: Vec<String> = further
            .iter()
            .map(|one| if one.ends_with(".csv") || one.ends_with(".html") { self.path(one) } else { (*one).to_owned() })
            .collect();
        let plain = ["--edges", &edges, "--target", "web"];
        run("service_latency", plain.into_iter().chain(further.iter().map(String::as_str)))
    }
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output.stderr)))
}

#[test]
fn what_changed_from_one_file_to_another() {
    let days = Days::new("what_changed");
    let two = ["--change", "--before", "before.csv", "--after", "after.csv"];
    let with = |further: &[&str]| days.ask(&[&two, further].concat());
    let report = json(&with(&["--format", "json", "--report", "page.html", "--csv", "change_of_web.csv"]));
    let parts = report["change"]["contributions"].as_array().unwrap();
    assert_eq!(parts[0]["node"], "api");
    assert!((parts[0]["value"].as_f64().unwrap() - 0.3).abs() < 0.02, "{report:#}");
    for other in &parts[1..] {
        assert_eq!(other["value"], 0.0, "{report:#}");
    }
    let sum: f64 = parts.iter().map(|part| part["value"].as_f64().unwrap()).sum();
    let (total, observed) =
        (report["change"]["total"]["value"].as_f64().unwrap(), report["change"]["observed"].as_f64().unwrap());
    let remainder = report["change"]["remainder"].as_f64().unwrap();
    assert!((sum - total).abs() < 1e-9 && (observed - total - remainder).abs() < 1e-9);
    let page = fs::read_to_string(days.path("page.html")).unwrap();
    assert!(page.contains("<code>api</code>") && page.contains("(remainder)") && !page.contains("<script"), "{page}");
    let csv = fs::read_to_string(days.path("change_of_web.csv")).unwrap();
    assert!(csv.starts_with("node,value,std_error,") && csv.lines().count() == 5, "{csv}");
    let table = text(&with(&["--functional", "quantile:0.9"]).stdout);
    assert!(table.contains("240 rows before, 240 after") && table.contains("0.9"), "{table}");
    // By time it is the same.
    let by_time = json(&days.ask(&["--change", "--normal", "days.csv", "--from", "2026-03-02", "--format", "json"]));
    assert_eq!(by_time["change"], report["change"]);
}

#[test]
fn changes_that_cannot_be_asked_about() {
    let days = Days::new("not_changed");
    let two = ["--change", "--before", "before.csv", "--after", "after.csv"];
    let cases: [(&[&str], &str); 6] = [
        (&["--change", "--normal", "days.csv"], "--from"),
        (&["--change", "--normal", "days.csv", "--from", "2026-05-01"], "no row is at --from or later"),
        (&["--change", "--normal", "before.csv", "--from", "2026-05-01"], "--time-column"),
        (&["--change", "--before", "before.csv"], "--after"),
        (&[&two as &[&str], &["--functional", "median"]].concat(), "quantile:0.95"),
        (&[&two as &[&str], &["--events", "slow.csv"]].concat(), "--events"),
    ];
    for (arguments, says) in cases {
        let refused = days.ask(arguments);
        assert_eq!(refused.status.code(), Some(2), "{arguments:?}");
        assert!(text(&refused.stderr).contains(says), "{arguments:?}: {}", text(&refused.stderr));
    }
}

#[test]
fn what_would_have_been_and_what_would_be() {
    let days = Days::new("what_if");
    let normal = ["--normal", "before.csv"];
    let would = |further: &[&str]| days.ask(&[&normal, further].concat());
    let report = json(&would(&["--events", "slow.csv", "--what-if", "db=1.0", "--format", "json"]));
    let nodes = report["events"][0]["would_have_been"]["nodes"].as_array().unwrap();
    let of = |name: &str| nodes.iter().find(|node| node["node"] == name).unwrap();
    // 0.9 less in the database is 1.8 less in all that it does.
    let (observed, value) = (of("web")["observed"].as_f64().unwrap(), of("web")["value"]["value"].as_f64().unwrap());
    assert!((observed - value - 1.8).abs() < 0.05, "{report:#}");
    let both = ["--events", "slow.csv", "--what-if", "db=1.0", "--what-if", "api+=0.1", "--csv", "row.csv"];
    let together = text(&would(&both).stdout);
    let row = fs::read_to_string(days.path("row.csv")).unwrap();
    assert!(row.starts_with("node,observed,value,") && row.lines().any(|line| line.ends_with(",1,0,0,")), "{row}");
    assert!(together.contains("event 0, with db=1.0, api+=0.1"), "{together}");
    let system = json(&would(&["--what-if", "db*=0.5", "--format", "json"]));
    assert!((system["effect"]["value"].as_f64().unwrap() + 1.0).abs() < 0.05, "{system:#}");
    let in_words = would(&["--what-if", "db*=0.5", "--csv", "effect.csv"]);
    let effect = fs::read_to_string(days.path("effect.csv")).unwrap();
    assert!(effect.starts_with("target,level,figure,value,std_error\nweb,,effect,-"), "{effect}");
    assert!(text(&in_words.stdout).contains("instead of"), "{}", text(&in_words.stdout));
    for (wrong, says) in [("dp=1", "db"), ("db", "db=0.1"), ("db=fast", "db=0.1"), ("db=NaN", "finite")] {
        let refused = would(&["--what-if", wrong]);
        assert_eq!(refused.status.code(), Some(2), "{wrong}");
        assert!(text(&refused.stderr).contains(says), "{wrong}: {}", text(&refused.stderr));
    }
}
