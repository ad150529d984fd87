//! What leads the answers of `service_latency`: the verdict, in units, seen beside the rows just before the event.

use std::fs;
use std::path::PathBuf;
use std::process::Output;

use serde_json::Value;

use crate::service_latency::service_latency;
use crate::{run, text};

fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_verdict_leads_and_the_contributions_are_as_they_are_alone() {
    let plain = ["--target", "Website", "--samples", "500", "--slowest", "1"];
    let with = |further: &[&str]| service_latency("leads", &[&plain[..], further].concat());
    let (whole, alone) = (text(&with(&[]).stdout), text(&with(&["--contributions"]).stdout));
    assert!(alone.contains(": `Website` = ") && !alone.contains("combined"), "{alone}");
    let (verdict, below) = whole.split_once("\n`Website` = ").unwrap();
    assert!(verdict.contains("`Caching Service` was ") && verdict.contains(" times as much. "), "{whole}");
    let first = verdict.lines().skip_while(|line| !line.starts_with(" node")).nth(1).unwrap();
    assert!(first.starts_with(" Caching Service "), "{whole}");
    let (_, table) = alone.split_once(": `Website` = ").unwrap();
    assert_eq!(below.split_once("nats").unwrap().1, table.split_once("nats").unwrap().1);

    let (whole, alone) = (json(&with(&["--format", "json"])), json(&with(&["--contributions", "--format", "json"])));
    let (whole, alone) = (&whole["events"][0], &alone["events"][0]);
    let diagnosis = &whole["diagnosis"];
    assert_eq!(diagnosis["root_cause"], "Caching Service");
    assert_eq!(diagnosis["combined"][0]["node"], "Caching Service");
    assert!(diagnosis["strength"].is_string() && diagnosis["doubts"].is_array() && diagnosis["findings"].is_array());
    assert!(diagnosis["counterfactuals"][0]["expected"].is_f64() && diagnosis.get("recent").is_none());
    assert!(alone.get("diagnosis").is_none() && alone.get("no_diagnosis").is_none());
    for part in ["contributions", "score", "target"] {
        assert_eq!(whole[part], alone[part], "{part}");
    }
}

#[test]
fn a_limit_that_the_contributions_use_up_leaves_out_the_verdict_and_says_so() {
    let with = |limit: &str, format: &str| {
        service_latency("no_time", &["--target", "Website", "--slowest", "1", "--limit-ms", limit, "--format", format])
    };
    let hurried = text(&with("0", "table").stdout);
    assert!(hurried.contains("No verdict within 0 ms: ") && hurried.contains("\n`Website` = "), "{hurried}");
    let hurried = json(&with("0", "json"));
    let event = &hurried["events"][0];
    assert!(event["no_diagnosis"].is_string() && event.get("diagnosis").is_none() && event["complete"] == false);
    assert_eq!(json(&with("600000", "json"))["events"][0]["diagnosis"]["root_cause"], "Caching Service");
}

/// Rows of a minute each from noon on: `web` waits for `db` and `cache`.
struct Minutes {
    folder: PathBuf,
}

impl Minutes {
    fn new(name: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("calls.csv"), "caller,callee\nweb,db\nweb,cache\n").unwrap();
        Self { folder }
    }

    /// A file with what the nodes had beyond their usual values in each of its minutes.
    fn file(&self, name: &str, unit: &str, minutes: impl Iterator<Item = (usize, f64, f64)>) -> String {
        let mut csv = format!("time,db [{unit}],cache [{unit}],web [{unit}]\n");
        for (minute, of_db, of_cache) in minutes {
            let noise = |factor: usize, modulus: usize| (minute * factor % modulus) as f64 / modulus as f64 - 0.5;
            let (db, cache) = (20.0 + 12.0 * noise(7_919, 97) + of_db, 5.0 + noise(104_729, 89) + of_cache);
            let web = db + cache + 10.0 + 2.0 * noise(1_299_709, 83);
            csv += &format!("2026-01-31T{:02}:{:02}:00Z,{db:.4},{cache:.4},{web:.4}\n", 10 + minute / 60, minute % 60);
        }
        let path = self.folder.join(name);
        fs::write(&path, csv).unwrap();
        path.into_os_string().into_string().unwrap()
    }

    fn explain(&self, normal: &str, events: &str, further: &[&str]) -> Output {
        let calls = self.folder.join("calls.csv").into_os_string().into_string().unwrap();
        let files = ["--normal", normal, "--events", events, "--calls", &calls, "--target", "web"];
        run("service_latency", [&files[..], further].concat())
    }
}

#[test]
fn units_are_found_in_headers_told_and_never_contradicted() {
    let minutes = Minutes::new("units");
    let normal = minutes.file("normal.csv", "ms", (0..200).map(|minute| (minute, 0.0, 0.0)));
    let slow = minutes.file("slow.csv", "ms", [(300, 380.0, 0.0)].into_iter());
    let printed = text(&minutes.explain(&normal, &slow, &[]).stdout);
    assert!(printed.contains(": `db` took 403 ms, usually 19.9 ms: 20 times as much. Strong evidence"), "{printed}");
    assert!(printed.contains(" `web` would have taken 3") && printed.contains(" ms instead of 41"), "{printed}");
    let report = json(&minutes.explain(&normal, &slow, &["--format", "json"]));
    assert_eq!(report["units"]["web"], "s");
    let observed = report["events"][0]["contributions"][0]["observed"].as_f64().unwrap();
    assert!((0.40..0.41).contains(&observed), "figures of JSON are in the unit of the data: {observed}");
    let wrong = minutes.explain(&normal, &slow, &["--unit", "db=ms"]);
    let message = text(&wrong.stderr);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(message.contains("--unit db=ms: ") && message.contains("the values of `db` are in s"), "{message}");

    // Without a unit in the header it is whatever one says.
    for file in [&normal, &slow] {
        fs::write(file, fs::read_to_string(file).unwrap().replace(" [ms]", "")).unwrap();
    }
    let said = text(&minutes.explain(&normal, &slow, &["--unit", "ms", "--unit", "cache=jobs"]).stdout);
    assert!(said.contains(": `db` took 4") && said.contains(" jobs "), "{said}");
    let unsaid = text(&minutes.explain(&normal, &slow, &[]).stdout);
    assert!(unsaid.contains(": `db` was 4") && !unsaid.contains(" ms"), "{unsaid}");
    for wrong in [["--unit", "nobody=s"], ["--unit", "a b"]] {
        assert_eq!(minutes.explain(&normal, &slow, &wrong).status.code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn the_rows_just_before_an_event_are_taken_by_its_time() {
    let minutes = Minutes::new("recent");
    // `cache` was off for half an hour before `db` became slow as well, most of all in minute 258.
    let normal = minutes.file("normal.csv", "ms", (0..200).map(|minute| (minute, 0.0, 0.0)));
    let day = |minute: usize| {
        let of_db = if minute == 258 { 60.0 } else { 40.0 * f64::from(u8::from(minute > 255)) };
        (minute, of_db, if minute > 230 { 4.4 } else { 0.0 })
    };
    let events = minutes.file("events.csv", "ms", (225..=260).map(day));
    let with = |further: &[&str]| minutes.explain(&normal, &events, &[&["--slowest", "1"], further].concat());
    let event = |further: &[&str]| json(&with(&[&["--format", "json"], further].concat()))["events"][0].clone();
    let (seen, unseen) = (event(&[]), event(&["--no-recent"]));
    assert!(unseen["diagnosis"].get("recent").is_none());
    assert_eq!(seen["contributions"], unseen["contributions"]);
    let recent = &seen["diagnosis"]["recent"];
    let rows: Vec<u64> = recent["rows"].as_array().unwrap().iter().filter_map(Value::as_u64).collect();
    assert_eq!((&seen["row"], rows.len()), (&33.into(), 10));
    // Never those in which `web` was as slow already.
    assert!(rows.iter().all(|&row| row <= 30), "{recent}");
    let score = |event: &Value, node: &str| {
        let combined = event["diagnosis"]["combined"].as_array().unwrap();
        combined.iter().find(|score| score["node"] == node).unwrap()["propagation"].as_f64().unwrap()
    };
    assert!(score(&seen, "cache") < 0.5 * score(&unseen, "cache"), "{seen}");
    assert!(text(&with(&[]).stdout).contains(" before it, of the rows among which it is from 2026-01-31T"));

    // A file that is named is taken as it is, up to the event; without times, all of it.
    let before = minutes.file("before.csv", "ms", (228..400).map(day));
    let named = event(&["--recent", &before]);
    let last = named["diagnosis"]["recent"]["last_time"].as_str().unwrap();
    assert!(last < seen["time"].as_str().unwrap(), "{last}");
    // Whichever way the rows are sorted, `db` was off for two minutes.
    let since = "off since 2026-01-31T14:16:00Z, 2 rows before the event";
    let upwards = fs::read_to_string(&before).unwrap();
    let (header, rows) = upwards.split_once('\n').unwrap();
    let downwards: String = rows.lines().rev().map(|row| format!("{row}\n")).collect();
    for sorted in [upwards.clone(), format!("{header}\n{downwards}")] {
        fs::write(&before, sorted).unwrap();
        let printed = text(&with(&["--recent", &before]).stdout);
        assert!(printed.contains(since), "{printed}");
    }
    fs::write(&before, &upwards).unwrap();
    let without_times: String = fs::read_to_string(&before)
        .unwrap()
        .lines()
        .take(5)
        .map(|line| line.split_once(',').unwrap().1.to_owned() + "\n")
        .collect();
    fs::write(&before, without_times).unwrap();
    assert_eq!(event(&["--recent", &before])["diagnosis"]["recent"]["rows"], serde_json::json!([0, 1, 2, 3]));

    // Every row is to be explained, so that none is left; but normal data reaches until just before.
    let normal = minutes.file("until.csv", "ms", (0..255).map(|minute| (minute, 0.0, 0.0)));
    let slow = minutes.file("slow.csv", "ms", (258..261).map(day));
    let all = json(&minutes.explain(&normal, &slow, &["--format", "json"]));
    for event in all["events"].as_array().unwrap() {
        let recent = &event["diagnosis"]["recent"];
        assert_eq!((recent["of"].as_str(), recent["rows"].as_array().unwrap().len()), (Some("the normal data"), 10));
        assert_eq!(recent["last_time"], "2026-01-31T14:14:00Z");
    }
    let later = minutes.file("later.csv", "ms", [(500, 40.0, 0.0)].into_iter());
    let late = json(&minutes.explain(&normal, &later, &["--format", "json"]));
    assert!(late["events"][0]["diagnosis"].get("recent").is_none(), "hours lie between");
}

#[test]
fn what_is_seen_a_minute_later_is_put_beside_its_cause() {
    let folder = Minutes::new("lags");
    // What `db` took shows in `web` a minute later; in minute 203 it is slow.
    let file = |name: &str, minutes: std::ops::Range<usize>| {
        let noise = |minute: usize, seed: usize| {
            ((minute * minute * 7_919 + minute * 104_729 + seed * 1_299_709) % 10_007) as f64 / 10_007.0
        };
        let db = |minute: usize| 20.0 + 12.0 * noise(minute, 1) + if minute == 203 { 300.0 } else { 0.0 };
        let rows = minutes.map(|minute| {
            let cache = 5.0 + noise(minute, 2);
            let web = db(minute - 1) + cache + 2.0 * noise(minute, 3);
            let time = format!("2026-01-31T{:02}:{:02}:00Z", 10 + minute / 60, minute % 60);
            format!("{time},{:.4},{cache:.4},{web:.4}\n", db(minute))
        });
        let path = folder.folder.join(name);
        fs::write(&path, format!("time,db,cache,web\n{}", rows.collect::<String>())).unwrap();
        path.into_os_string().into_string().unwrap()
    };
    let (normal, events) = (file("normal.csv", 1..200), file("events.csv", 201..206));
    let page = folder.folder.join("page.html").into_os_string().into_string().unwrap();
    let with = |further: &[&str]| folder.explain(&normal, &events, &[&["--slowest", "1"], further].concat());
    let said = with(&["--report", &page]);
    assert!(
        text(&said.stderr).contains("`db` acts on `web` 1 row later: rows are put together so"),
        "{}",
        text(&said.stderr)
    );
    assert!(
        text(&said.stdout).contains("put together by their lags: `db` acts on `web` 1 row later."),
        "{}",
        text(&said.stdout)
    );
    assert!(fs::read_to_string(&page).unwrap().contains("acts on"));
    let event = |further: &[&str]| json(&with(&[&["--format", "json"], further].concat()))["events"][0].clone();
    let (seen, unseen) = (event(&[]), event(&["--no-lags"]));
    assert_eq!((&seen["row"], &seen["diagnosis"]["root_cause"]), (&3.into(), &"db".into()), "{seen}");
    let lag = &seen["diagnosis"]["lags"][0];
    assert_eq!((lag["cause"].as_str(), lag["rows"].as_i64()), (Some("db"), Some(1)));
    assert_eq!(unseen["diagnosis"]["combined"][0]["node"], "web");
    assert!(unseen["diagnosis"].get("lags").is_none());
    // The row before may be one of the normal data; if it is nowhere, nothing is said of `db`.
    let (reaching, alone) = (file("until.csv", 1..204), file("alone.csv", 204..205));
    let found = |normal: &str| json(&folder.explain(normal, &alone, &["--format", "json"]))["events"][0].clone();
    assert_eq!(found(&reaching)["diagnosis"]["missing"], serde_json::json!([]));
    assert_eq!(found(&normal)["diagnosis"]["missing"], serde_json::json!(["db"]));
    // Saved models know no lags.
    let model = folder.folder.join("model.json").into_os_string().into_string().unwrap();
    assert_eq!(event(&["--save-model", &model]), unseen);
}
