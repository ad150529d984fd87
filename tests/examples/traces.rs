//! Examples on traces.

use std::fs;
use std::path::PathBuf;
use std::process::Output;

use serde_json::Value;

use crate::{run, text};

/// A file of so many made-up requests, the last of which has a slow `catalog-db`.
pub(crate) fn trace_file(name: &str, requests: &str) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name).into_os_string().into_string().unwrap();
    let written = run("slow_requests", ["--write", &path, "--requests", requests]);
    assert!(written.status.success(), "{}", text(&written.stderr));
    path
}

fn on_traces(file: &str, further: &[&str]) -> Output {
    let plain = ["--traces", file, "--target", "website", "--samples", "500"];
    run("service_latency", [&plain[..], further].concat())
}

#[test]
fn the_slowest_trace_is_explained_and_left_out_of_the_fit() {
    for name in ["own.jsonl", "own.json"] {
        let file = trace_file(name, "300");
        let page = format!("{file}.html");
        let output = on_traces(&file, &["--report", &page]);
        let (printed, said) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "{said}");
        // The last of 300 requests, whose identifier is its number.
        assert!(printed.starts_with(&format!("event 299, trace {:032x}: `catalog-db` took ", 300)), "{printed}");
        assert!(printed.contains("\nProof: catalog-db → catalog → website, every step tested.\n"), "{printed}");
        assert!(said.contains("6000 spans in 300 traces, 300 of them rows"), "{said}");
        assert!(said.contains("fitting to 299 traces, without the 1 to be explained"), "{said}");
        assert!(said.contains("max(catalog, recommend, cart) + checkout (known"), "{said}");
        assert!(fs::read_to_string(page).unwrap().contains(&format!("trace {:032x}?", 300)));
        let report: Value =
            serde_json::from_slice(&on_traces(&file, &["--format", "json", "--slowest", "2"]).stdout).unwrap();
        assert_eq!((report["events"].as_array().unwrap().len(), &report["events"][0]["row"]), (2, &299.into()));
        assert_eq!(report["events"][0]["trace"], format!("{:032x}", 300));
        assert_eq!(report["left_out_of_fit"].as_array().unwrap().len(), 2);
        // The floor is that of the rows that are left.
        assert!((report["events"][0]["score"]["floor"].as_f64().unwrap() - 1.0 / (2.0 * 298.0)).abs() < 1e-12);
    }
}

#[test]
fn one_trace_alone_cannot_be_explained_and_the_message_says_what_is_needed() {
    for (requests, found) in [("1", "there is one of the traces"), ("2", "there are 2 traces")] {
        let output = on_traces(&trace_file("few.jsonl", requests), &[]);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        for part in [found, "at least 2 others are needed", "give them as --traces and this file as --event-traces"] {
            assert!(said.contains(part), "{said}");
        }
    }
    let output = on_traces(&trace_file("few.jsonl", "3"), &[]);
    assert!(output.status.success(), "{}", text(&output.stderr));
}

#[test]
fn traces_to_explain_may_be_apart_and_lack_a_service() {
    let normal = trace_file("normal.jsonl", "300");
    let all = fs::read_to_string(&normal).unwrap();
    let slow = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("slow.jsonl");
    fs::write(&slow, all.lines().last().unwrap().replace("\"templates\"", "\"renamed\"")).unwrap();
    let output = on_traces(&normal, &["--event-traces", slow.to_str().unwrap()]);
    let (printed, said) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{said}");
    assert!(said.contains("no trace to explain calls templates: taken as 0 seconds"), "{said}");
    assert!(!said.contains("without the"), "all normal traces are fitted to: {said}");
    assert!(printed.starts_with("event 0, trace ") && printed.contains("\n templates "), "{printed}");
    let quiet = on_traces(&normal, &["--event-traces", slow.to_str().unwrap(), "--quiet"]);
    assert_eq!((text(&quiet.stdout), text(&quiet.stderr)), (printed, String::new()));
}

#[test]
fn a_model_of_traces_is_kept_and_explains_later_ones() {
    let normal = trace_file("kept.jsonl", "300");
    let all = fs::read_to_string(&normal).unwrap();
    let slow = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("kept_slow.jsonl");
    fs::write(&slow, all.lines().last().unwrap()).unwrap();
    let slow = slow.to_str().unwrap();
    for kept in ["kept.json", "kept.etiology"] {
        let kept = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(kept).into_os_string().into_string().unwrap();
        let first = on_traces(&normal, &["--event-traces", slow, "--save-model", &kept]);
        assert!(first.status.success(), "{}", text(&first.stderr));
        let later = ["--model", &kept, "--event-traces", slow, "--target", "website", "--samples", "500"];
        let later = run("service_latency", later);
        assert!(later.status.success(), "{}", text(&later.stderr));
        // All but the file of normal traces, of which the model does not tell.
        let first = text(&first.stdout);
        let of_normal = first.lines().find(|line| line.starts_with(&format!("{normal}: "))).unwrap();
        assert_eq!(text(&later.stdout), first.replace(&format!("{of_normal}\n"), ""));
    }
}

#[test]
fn the_same_bits_for_any_number_of_threads() {
    let file = trace_file("threads.jsonl", "120");
    let with = |threads: &str| {
        // Of rayon, which the program leaves as it is.
        let program = crate::EXAMPLES.join("service_latency").with_extension(std::env::consts::EXE_EXTENSION);
        let mut command = std::process::Command::new(program);
        command.args(["--traces", &file, "--target", "website", "--samples", "300", "--slowest", "3"]);
        command.args(["--intervals", "--resamples", "20", "--format", "json"]);
        let output = command.env("RAYON_NUM_THREADS", threads).output().unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
        output.stdout
    };
    assert_eq!(with("1"), with("3"));
}

#[test]
fn mistakes_with_traces_are_named() {
    let file = trace_file("three.jsonl", "3");
    let cases: [(Output, &[&str]); 4] = [
        (on_traces("no_such_file.json", &[]), &["no_such_file.json"]),
        (on_traces(&file, &["--slowest", "2"]), &["3 traces", "2 of them"]),
        (on_traces(&file, &["--report-event", "7", "--svg", "never.svg"]), &["row 7", "3 rows"]),
        (run("service_latency", ["--traces", &file, "--target", "nobody"]), &["nobody", "website"]),
    ];
    for (output, fragments) in cases {
        let message = text(&output.stderr);
        let last = message.lines().last().unwrap();
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(last.starts_with("error: ") && fragments.iter().all(|part| last.contains(part)), "{message}");
    }
}

#[test]
fn slow_requests_finds_the_slow_database_in_a_file_of_either_format() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    for file in ["traces.jsonl", "traces.json"] {
        let path = folder.join(file).into_os_string().into_string().unwrap();
        let written = run("slow_requests", ["--write", &path, "--requests", "300"]);
        assert!(written.status.success(), "{}", text(&written.stderr));
        let explained = run("slow_requests", [&path]);
        let output = text(&explained.stdout);
        assert!(output.starts_with("6000 spans in 300 traces, 300 of them rows"), "{output}");
        assert!(
            output.contains("website = own time + auth + max(catalog, recommend, cart) + checkout (known"),
            "{output}"
        );
        let first = output.lines().find(|line| line.contains('%') && !line.contains("own time")).unwrap();
        assert!(first.trim_start().starts_with("catalog-db"), "{output}");
    }
    let mistaken = run("slow_requests", ["no_such_file.json"]);
    assert!(!mistaken.status.success() && text(&mistaken.stderr).contains("no_such_file.json"));
}

/// Requests of two kinds, `GET /` of some 20 ms and every fifth a `POST /checkout` of some 300; the last is a `GET /` of 220 ms,
/// in the database, which has no spans of its own.
fn two_kinds(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let mut lines = String::new();
    for number in 1..=200_u64 {
        let (post, last) = (number % 5 == 0 && number < 200, number == 200);
        let (wobble, own_wobble) = (number * 7919 % 400, number * 104_729 % 300);
        let database =
            10_000 * wobble + if post { 280_000_000 } else { 8_000_000 } + if last { 200_000_000 } else { 0 };
        let own = 10_000_000 + 10_000 * own_wobble;
        let name = if post { "POST /checkout" } else { "GET /" };
        let end = own + database;
        let ids = format!("\"traceId\":\"{number:032x}\"");
        let system = "[{\"key\":\"db.system\",\"value\":{\"stringValue\":\"postgresql\"}}]";
        lines += &format!(
            "{{\"resourceSpans\":[{{\"resource\":{{\"attributes\":[{{\"key\":\"service.name\",\"value\":{{\"stringValue\":\"web\"}}}}]}},\
             \"scopeSpans\":[{{\"spans\":[{{{ids},\"spanId\":\"01\",\"kind\":2,\"name\":\"{name}\",\"startTimeUnixNano\":0,\
             \"endTimeUnixNano\":{end}}},{{{ids},\"spanId\":\"02\",\"parentSpanId\":\"01\",\"kind\":3,\"name\":\"SELECT\",\
             \"startTimeUnixNano\":5000000,\"endTimeUnixNano\":{},\"attributes\":{system}}}]}}]}}]}}\n",
            5_000_000 + database
        );
    }
    fs::write(&path, lines).unwrap();
    path.into_os_string().into_string().unwrap()
}

#[test]
fn a_slow_request_among_slower_kinds_is_found_by_its_operation() {
    let file = two_kinds("two_kinds.jsonl");
    let on_kinds =
        |further: &[&str]| run("service_latency", [&["--traces", &file, "--target", "web"], further].concat());
    let mixed = on_kinds(&[]);
    let (printed, said) = (text(&mixed.stdout), text(&mixed.stderr));
    assert!(mixed.status.success() && said.contains("begin with `GET /` of `web` 161 times (median 21."), "{said}");
    assert!(
        printed.contains("requests of different kinds are mixed: `GET /` of `web` 161 times (median 21."),
        "{printed}"
    );
    assert!(!printed.contains(&format!("event 199, trace {:032x}", 200)), "{printed}");
    let page = format!("{file}.html");
    let chosen = on_kinds(&["--operation", "GET /", "--rename", "postgresql=orders-db", "--report", &page]);
    let printed = text(&chosen.stdout);
    assert!(printed.starts_with(&format!("event 160, trace {:032x}: `orders-db` took ", 200)), "{printed}");
    assert!(printed.contains("\nProof: orders-db → web, every step tested.\n"), "{printed}");
    let summary = "400 spans in 200 traces, 161 of them rows";
    assert!(printed.ends_with(&format!("{file}: {summary}\n")) && !printed.contains("mixed"), "{printed}");
    assert!(fs::read_to_string(page).unwrap().contains(summary));
    let mixed_page = format!("{file}.mixed.html");
    let report: Value =
        serde_json::from_slice(&on_kinds(&["--format", "json", "--no-peers", "--report", &mixed_page]).stdout).unwrap();
    assert!(fs::read_to_string(mixed_page).unwrap().contains("requests of different kinds are mixed"));
    let input = &report["inputs"][0];
    assert_eq!(
        (input["summary"].as_str().unwrap(), &input["report"]["rows"]),
        ("400 spans in 200 traces, 200 of them rows", &200.into())
    );
    assert_eq!(
        (&input["operations"][1]["operation"], &input["operations"][1]["requests"]),
        (&"POST /checkout".into(), &39.into())
    );
    assert!(input["findings"][0].as_str().unwrap().contains("mixed") && input["services"][0]["service"] == "web");
    // The table of a database that nobody asked for is that of the web alone.
    assert_eq!(report["events"][0]["contributions"].as_array().unwrap().len(), 1);
}

#[test]
fn options_about_traces_need_traces() {
    let table = ["--normal", "no.csv", "--events", "no.csv", "--calls", "no.csv", "--target", "web"];
    for option in [&["--operation", "GET /"][..], &["--entry", "web"], &["--rename", "a=b"], &["--no-peers"]] {
        let output = run("service_latency", [&table, option].concat());
        let message = text(&output.stderr);
        assert!(
            output.status.code() == Some(2) && message.contains(option[0]) && message.contains("needs --traces"),
            "{message}"
        );
    }
    let output = run("service_latency", ["--traces", "no.json", "--target", "web", "--rename", "a"]);
    assert!(text(&output.stderr).contains("expected a name, `=` and the new name"), "{}", text(&output.stderr));
}
