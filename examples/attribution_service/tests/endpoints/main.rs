//! What the service answers, to good questions and to bad ones, and how it starts and stops.

#[path = "../../shared/client.rs"]
mod client;
mod prometheus;
#[path = "../../../shared/retail_shop.rs"]
mod retail_shop;
#[path = "../../shared/server.rs"]
mod server;

use std::path::{Path, PathBuf};
use std::process::Command;

use client::{Answer, question, request};
use etiology::report::{Unit, Units};
use etiology::{DiagnosisConfig, FittedModel, StructuralCausalModel};
use server::{Server, about_event, config, json, linear_shop};

/// The shop with a maximum in it, which takes samples.
fn sampled_shop() -> FittedModel {
    let normal = retail_shop::normal_requests(300, 1).unwrap();
    let model = StructuralCausalModel::new(retail_shop::causal_graph().unwrap());
    model.assign_mechanisms(&normal).unwrap().fit(&normal).unwrap()
}

/// A fresh folder, with normal data and call graph of two services in it.
fn two_services(name: &str) -> (PathBuf, String, String) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}_{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let rows: Vec<String> = (0..50).map(|row| format!("{},{}", row % 7, row % 7 + row % 3)).collect();
    let write = |file: &str, text: String| {
        let path = folder.join(file);
        std::fs::write(&path, text).unwrap();
        path.into_os_string().into_string().unwrap()
    };
    let normal = write("normal.csv", format!("db,web\n{}\n", rows.join("\n")));
    let calls = write("calls.csv", "caller,callee\nweb,db\n".to_owned());
    (folder, normal, calls)
}

/// The message of an error.
fn error(answer: &Answer) -> String {
    json(answer)["error"].as_str().unwrap().to_owned()
}

#[test]
fn an_answer_is_the_librarys_attribution_with_the_times() {
    let model = linear_shop();
    let server = Server::with_model(&model, &[]);
    let event = retail_shop::slow_requests(1, 7).unwrap().row(0).unwrap();
    for target in ["Website", "API", "Product DB"] {
        let answer = server.ask(&question(target, &event, None));
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(answer.head.contains("content-type: application/json"), "{}", answer.head);
        let expected = model.attribute_outlier(target, &event, &config()).unwrap();
        let expected = serde_json::to_string(&expected).unwrap();
        assert!(answer.body.ends_with(&expected.as_bytes()[1..]), "{}", String::from_utf8_lossy(&answer.body));
        let answer = json(&answer);
        assert_eq!(answer["complete"], true);
        assert!(answer["elapsed_ms"].as_f64().unwrap() > 0.0 && answer["queued_ms"].as_f64().unwrap() >= 0.0);
    }
    let known = r#"{"target": "API", "event": {"API": 5.5, "Customer DB": null}}"#;
    let missing = json(&server.ask(&request("POST", "/attribute", known)));
    let missing: Vec<&str> = missing["missing"].as_array().unwrap().iter().filter_map(|m| m["node"].as_str()).collect();
    assert!(missing.contains(&"Customer DB") && missing.contains(&"Product DB"), "{missing:?}");
    assert_eq!((server.count("requests"), server.count("answered"), server.count("failed")), (4, 4, 0));
}

#[test]
fn an_answer_leads_with_the_verdict_of_the_library() {
    let model = linear_shop();
    let config = DiagnosisConfig::default().with_attribution(config());
    let diagnosed = |event| (model.diagnose("Website", &event, &config).unwrap(), event);
    let events = retail_shop::slow_requests(50, 7).unwrap();
    // Not every slow request is slow enough to name a cause.
    let (diagnosis, event) =
        events.observations().map(diagnosed).find(|(diagnosis, _)| diagnosis.root_cause().is_some()).unwrap();
    let asked = question("Website", &event, Some(10_000.0));
    let server = Server::with_model(&model, &["--unit", "s"]);
    let answer = server.ask(&asked);
    let body = String::from_utf8(answer.body).unwrap();
    let units = Units::default().with_others(Unit::seconds());
    let expected = serde_json::to_string(&diagnosis.in_brief(&units)).unwrap();
    assert!(body.starts_with(&format!("{{\"diagnosis\":{expected},\"complete\":true,")), "{body}");
    let first = "\"combined\":[{\"node\":\"Caching Service\"";
    assert!(body.contains(" took ") && body.contains(first), "{body}");

    let hurried = json(&server.ask(&question("Website", &event, Some(0.0))));
    assert!(hurried.get("diagnosis").is_none() && hurried["contributions"].is_array());
    assert!(hurried["no_diagnosis"].as_str().unwrap().starts_with("No verdict within the limit: "));
    let alone = json(&Server::with_model(&model, &["--contributions"]).ask(&asked));
    assert!(alone.get("diagnosis").is_none() && alone.get("no_diagnosis").is_none());
    assert_eq!(alone["contributions"], serde_json::from_str::<serde_json::Value>(&body).unwrap()["contributions"]);
}

#[test]
fn a_bad_question_is_answered_with_the_reason() {
    let server = Server::with_model(&linear_shop(), &[]);
    let huge = format!(r#"{{"target": "API", "event": {{"API": 1, "{}": 1}}}}"#, "x".repeat(600_000));
    let cases = [
        (400, "{\"target\": ", "EOF"),
        (400, "not JSON", "expected"),
        (400, r#"{"target": "API", "event": {"API": 1e999}}"#, "number out of range"),
        (400, r#"{"target": "API", "event": {"API": NaN}}"#, "expected value"),
        (404, r#"{"target": "Webseite", "event": {"API": 1}}"#, "node `Webseite` is not in the causal graph"),
        (413, &huge, "524288 bytes at most"),
        (422, r#"{"event": {"API": 1}}"#, "missing field `target`"),
        (422, r#"{"target": "API"}"#, "missing field `event`"),
        (422, r#"{"target": "API", "event": {"API": 1}, "limit": 5}"#, "unknown field `limit`"),
        (422, r#"{"target": "API", "event": {"API": "late"}}"#, "`API`"),
        (422, r#"{"target": "API", "event": {"API": [1]}}"#, "a number, a text or null"),
        (422, r#"{"target": "API", "event": [1, 2]}"#, "an object with a number, a text or null for every node"),
        (422, r#"{"target": "API", "event": {}}"#, "is empty"),
        (422, r#"{"target": "API", "event": {"API": null}}"#, "the observed value of `API`"),
        (422, r#"{"target": "API", "event": {"www": 1}}"#, "column `API` is needed but missing"),
        (422, r#"{"target": "API", "event": {"API": 1, "API": 2}}"#, "column `API` appears more than once"),
        (422, r#"{"target": "API", "event": {"API": 1}, "limit_ms": -1}"#, "from 0 to 10000 ms, but is -1"),
    ];
    for (status, body, reason) in cases {
        let answer = server.ask(&request("POST", "/attribute", body));
        let shown = &body[..body.len().min(80)];
        assert_eq!(answer.status, status, "{shown}: {answer:?}");
        assert!(error(&answer).contains(reason), "{shown}: {}", error(&answer));
    }
    assert_eq!(server.count("failed"), cases.len() as u64);
    assert_eq!((server.get("/attribute").status, server.get("/nothing").status), (405, 404));
    assert_eq!(error(&server.get("/nothing")), "there is no such page");
}

/// A question with further header lines, without its body.
fn head(lines: &str) -> Vec<u8> {
    format!("POST /attribute HTTP/1.1\r\n{lines}\r\n").into_bytes()
}

#[test]
fn who_asks_and_how_is_looked_at_before_the_question_is_read() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let file = folder.join(format!("token_{}", std::process::id()));
    std::fs::write(&file, "s3cret\n").unwrap();
    let server =
        Server::with_model(&linear_shop(), &["--token-file", file.to_str().unwrap(), "--allow-host", "rca.test"]);
    std::fs::remove_file(file).unwrap();
    let body = r#"{"target": "API", "event": {"API": 5.5}}"#;
    let ask = |lines: &str| server.ask(&[head(lines), body.as_bytes().to_vec()].concat());
    let good = format!("content-type: application/json; charset=utf-8\r\ncontent-length: {}\r\n", body.len());
    let token = "authorization: Bearer s3cret\r\n";
    assert_eq!(ask(&format!("host: rca.test:8080\r\n{token}{good}")).status, 200);
    let elsewhere = ask(&format!("host: evil.example\r\n{token}{good}"));
    assert_eq!((elsewhere.status, error(&elsewhere).len() < 100), (421, true));
    let strange = ask(&format!("host: localhost\r\n{good}"));
    assert_eq!((strange.status, strange.head.contains("www-authenticate: bearer")), (401, true));
    assert_eq!((server.get("/metrics").status, server.get("/health").status), (401, 200));
    let webhook = server.ask(&request("POST", "/alertmanager", r#"{"version": "4", "alerts": []}"#));
    assert_eq!((server.get("/alertmanager").status, webhook.status), (401, 401));
    let form =
        ask(&format!("host: localhost\r\n{token}content-type: text/plain\r\ncontent-length: {}\r\n", body.len()));
    assert_eq!(form.status, 415);
    // Not a byte of the body is sent, so this is answered at once or never.
    let long =
        head(&format!("host: localhost\r\n{token}content-type: application/json\r\ncontent-length: 99999999999\r\n"));
    let long = server.ask(&long);
    assert_eq!((long.status, long.head.contains("connection: close")), (413, true));
}

#[test]
fn a_client_that_takes_too_long_is_not_waited_for() {
    let server = Server::with_model(&linear_shop(), &["--client-limit-s", "1"]);
    let (mut without_end, mut without_body) = (server.connect(), server.connect());
    without_end.send(b"POST /attribute HTTP/1.1\r\nhost: localhost\r\n").unwrap();
    without_body.send(&head("host: localhost\r\ncontent-type: application/json\r\ncontent-length: 10\r\n")).unwrap();
    assert!(without_end.receive().is_err());
    let late = without_body.receive().unwrap();
    assert_eq!((late.status, error(&late)), (408, "the question took too long to arrive".to_owned()));
}

#[test]
fn the_generated_shop_is_what_there_is_without_arguments() {
    let server = Server::start(&[]).wait_until_ready();
    let ready = json(&server.get("/ready"));
    assert_eq!((ready["nodes"].as_u64(), ready["training_rows"].as_u64()), (Some(11), Some(1_000)));
    let answer = server.ask(&about_event(0, Some(0.0)));
    assert_eq!((answer.status, json(&answer)["complete"].as_bool()), (200, Some(false)));
}

#[test]
fn normal_data_is_taken_as_its_program_wrote_it_and_events_are_read_like_it() {
    let (folder, ..) = two_services("written");
    let write = |file: &str, text: &str| {
        let path = folder.join(file);
        std::fs::write(&path, text).unwrap();
        path.into_os_string().into_string().unwrap()
    };
    let region = |row: usize| if row.is_multiple_of(2) { "EU" } else { "US" };
    let row = |row: usize| {
        let db = 10.0 + (row * 7 % 11) as f64 / 4.0 + if row.is_multiple_of(2) { 0.0 } else { 5.0 };
        let web = db + 5.0 + (row * 5 % 7) as f64 / 3.0;
        format!("{};2026-01-31;{};{web:.3} ms;note {row};{db:.2} ms\n", row, region(row)).replace('.', ",")
    };
    let rows: String = (0..60).map(row).collect();
    let normal = write("written.csv", &format!(";time;region;web;remark;db\n{rows}"));
    // `batch` was never measured, and `remark` is no quantity.
    let calls = write("written_calls.csv", "caller,callee\nweb,db\nweb,batch\nremark,web\ndb,region\n");
    let server = Server::start(&["--normal", &normal, "--calls", &calls, "--linear"]).wait_until_ready();
    assert_eq!(json(&server.get("/ready"))["nodes"].as_u64(), Some(3));
    let ask =
        |event: &str| server.ask(&request("POST", "/attribute", &format!(r#"{{"target": "web", "event": {event}}}"#)));
    let slow = json(&ask(r#"{"web": "60,5 ms", "db": "54 ms", "region": "EU"}"#));
    let first = &slow["contributions"][0];
    assert_eq!((first["node"].as_str(), first["observed"].as_f64()), (Some("db"), Some(0.054)), "{slow}");
    assert_eq!(
        json(&ask(r#"{"web": "0,0605 s", "db": "0,054 s", "region": "EU"}"#))["contributions"],
        slow["contributions"]
    );
    let without_unit = ask(r#"{"web": 60.5, "db": "54 ms"}"#);
    assert_eq!(without_unit.status, 422);
    assert!(error(&without_unit).contains("`web` has no unit, but s in the normal data"), "{}", error(&without_unit));
}

#[cfg(unix)]
#[test]
fn it_is_alive_before_it_is_ready() {
    let (folder, normal, calls) = two_services("late");
    // A pipe in the place of the file: the service cannot fit before something is written to it.
    let pipe = folder.join("normal.pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let server = Server::start(&["--normal", pipe.to_str().unwrap(), "--calls", &calls, "--linear"]);
    let slow = request("POST", "/attribute", r#"{"target": "web", "event": {"web": 40, "db": 39}}"#);
    let (early, too_early) = (server.get("/ready"), server.ask(&slow));
    assert_eq!((server.get("/health").status, early.status, too_early.status), (200, 503, 503));
    assert!(early.head.contains("retry-after: 1") && too_early.head.contains("retry-after: 1"), "{}", early.head);
    assert_eq!(error(&too_early), "the model is not fitted yet");

    std::fs::write(&pipe, std::fs::read(normal).unwrap()).unwrap();
    let server = server.wait_until_ready();
    let ready = server.get("/ready");
    assert_eq!(ready.status, 200);
    let ready = json(&ready);
    assert_eq!((ready["nodes"].as_u64(), ready["training_rows"].as_u64()), (Some(2), Some(50)));
    assert_eq!((ready["requests"].as_u64(), ready["rejected"].as_u64()), (Some(1), Some(1)));
    assert_eq!(json(&server.ask(&slow))["contributions"][0]["node"], "db");
    let metrics = String::from_utf8(server.get("/metrics").body).unwrap();
    assert!(metrics.contains("# TYPE attribution_requests_total counter\nattribution_requests_total 2\n"), "{metrics}");
}

#[test]
fn a_full_queue_turns_questions_away_and_health_is_answered_all_the_same() {
    let server = Server::with_model(&sampled_shop(), &["--queue", "1", "--threads", "1"]);
    let mut connections: Vec<_> = (0..8).map(|_| server.connect()).collect();
    for (number, connection) in (0..).zip(&mut connections) {
        connection.send(&about_event(number, Some(10_000.0))).unwrap();
    }
    server.wait_for("requests", 8);
    assert!(server.count("rejected") >= 1);
    let answers: Vec<_> = connections.iter_mut().map(|connection| connection.receive().unwrap()).collect();
    let full: Vec<_> = answers.iter().filter(|answer| answer.status == 503).collect();
    let answered = answers.iter().filter(|answer| answer.status == 200).count();
    // One that is computed and one that waits; a quick worker may take more.
    assert!(answered >= 1 && !full.is_empty() && answered + full.len() == 8, "{answers:?}");
    assert!(full.iter().all(|answer| answer.head.contains("retry-after: 1")));
    assert_eq!(error(full[0]), "too many questions are waiting");
    assert_eq!((server.count("rejected"), server.count("in_flight")), (full.len() as u64, 0));
}

#[test]
fn a_client_that_goes_away_is_not_computed_for() {
    let server = Server::with_model(&sampled_shop(), &["--threads", "1"]);
    let mut patient = server.connect();
    patient.send(&about_event(0, Some(10_000.0))).unwrap();
    server.wait_for("computing", 1);
    let mut gone: Vec<_> = (1..20).map(|_| server.connect()).collect();
    for (number, connection) in (1..).zip(&mut gone) {
        connection.send(&about_event(number, Some(10_000.0))).unwrap();
    }
    server.wait_for("requests", 20);
    drop(gone);
    assert_eq!(patient.receive().unwrap().status, 200);
    // A few may have been answered before they went; the last ones cannot have been.
    server.wait_for("cancelled", 1);
    server.wait_for("answered", 1);
    assert_eq!(server.ask(&about_event(0, Some(0.0))).status, 200);
    assert!(server.count("answered") < 20 && server.count("in_queue") == 0);
}

#[cfg(unix)]
#[test]
fn a_shutdown_answers_what_was_accepted() {
    let mut server = Server::with_model(&sampled_shop(), &["--threads", "1"]);
    let mut connections: Vec<_> = (0..12).map(|_| server.connect()).collect();
    for (number, connection) in (0..).zip(&mut connections) {
        connection.send(&about_event(number, Some(10_000.0))).unwrap();
    }
    server.wait_for("requests", 12);
    assert!(server.count("answered") < 12);
    server.terminate();
    for connection in &mut connections {
        let answer = connection.receive().unwrap();
        assert_eq!((answer.status, json(&answer)["complete"].as_bool()), (200, Some(true)));
    }
    assert_eq!(server.wait().code(), Some(0));
    assert!(client::Connection::new(server.address).is_err());
}

#[test]
fn files_are_fitted_and_mistakes_are_one_line_and_exit_code_2() {
    let (_, normal, calls) = two_services("files");
    let (normal, calls) = (normal.as_str(), calls.as_str());
    let server = Server::start(&["--normal", normal, "--calls", calls, "--linear"]).wait_until_ready();
    let slow = request("POST", "/attribute", r#"{"target": "web", "event": {"web": 40, "db": 39}}"#);
    assert_eq!(json(&server.ask(&slow))["contributions"][0]["node"], "db");

    let taken = server.address.to_string();
    for (arguments, reason) in [
        (&["--listen", taken.as_str()][..], "cannot listen on"),
        (&["--listen", "127.0.0.1:0", "--normal", "none.csv", "--calls", calls], "none.csv"),
        (&["--listen", "127.0.0.1:0", "--model", calls], "no sound saved model"),
        (&["--normal", normal], "--calls"),
        (&["--limit-ms", "-1"], "limit-ms"),
        (&["--limit-ms=20000"], "from 0 to 10000 ms"),
        (&["--threads", "0"], "threads"),
        (&["--queue", "18446744073709551615"], "queue"),
        (&["--threads", "65536"], "threads"),
        (&["--listen", "127.0.0.1:0", "--token-file", "none.token"], "none.token"),
        (&["--mcp", "--listen", "127.0.0.1:0"], "--listen"),
        (&["--mcp", "--model", calls], "no sound saved model"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_attribution_service")).args(arguments).output().unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), message.lines().count()), (Some(2), 1), "{arguments:?}: {message}");
        assert!(message.starts_with("error: ") && message.contains(reason), "{arguments:?}: {message}");
    }
}
