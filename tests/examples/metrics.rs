//! Metrics of Prometheus on the command line: from a file, and from a server on the loopback interface.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::thread;

use serde_json::Value;

use crate::{run, text};

/// `web` waits for `db`; in the last of 201 rows `db` is slow. Every twentieth sample of `db` is missing.
fn answer() -> String {
    let (mut web, mut db) = (String::new(), String::new());
    for row in 0..201_u32 {
        let of_db = 10.0 + f64::from(row * 7919 % 97) / 50.0 + if row == 200 { 30.0 } else { 0.0 };
        let of_web = of_db + 5.0 + f64::from(row * 104_729 % 89) / 80.0;
        let time = 1_760_000_000 + 15 * row;
        if row % 20 != 19 {
            write!(db, "{}[{time},\"{of_db}\"]", if row == 0 { "" } else { "," }).unwrap();
        }
        write!(web, "{}[{time},\"{of_web}\"]", if row == 0 { "" } else { "," }).unwrap();
    }
    format!(
        "{{\"status\":\"success\",\"data\":{{\"resultType\":\"matrix\",\"result\":[\
         {{\"metric\":{{\"job\":\"x\",\"service\":\"web\"}},\"values\":[{web}]}},\
         {{\"metric\":{{\"job\":\"x\",\"service\":\"db\"}},\"values\":[{db}]}}]}}}}"
    )
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("metrics_{name}"));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("calls.csv"), "caller,callee\nweb,db\n").unwrap();
    folder
}

fn with_calls(folder: &Path, further: &[&str]) -> Output {
    let calls = folder.join("calls.csv");
    run("service_latency", ["--calls", calls.to_str().unwrap(), "--target", "web"].iter().chain(further))
}

/// A server that gives each connection one answer; the lines that were asked for come back from the thread.
fn serve(answers: Vec<(&'static str, String)>) -> (String, thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let thread = thread::spawn(move || {
        let mut asked = Vec::new();
        for (status, body) in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            asked.push(lines.next().unwrap().unwrap());
            while !lines.next().unwrap().unwrap().is_empty() {}
            write!(stream, "HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
        }
        asked
    });
    (address, thread)
}

#[test]
fn the_slow_callee_is_found_in_recorded_answers_and_in_those_of_a_server() {
    let folder = folder("found");
    let file = folder.join("answer.json");
    fs::write(&file, answer()).unwrap();
    let recorded = with_calls(&folder, &["--metrics", file.to_str().unwrap()]);
    assert!(recorded.status.success(), "{}", text(&recorded.stderr));
    let printed = text(&recorded.stdout);
    assert!(printed.starts_with("event 200, 2025-10-09T09:43:20Z: `db` was "), "{printed}");
    // The steps before it, as it was among the rows that are fitted to otherwise.
    let before = "Seen beside the 10 rows before it, of the rows among which it is from 2025-10-09T09:";
    assert!(printed.contains(before) && printed.contains("\n`web` = "), "{printed}");
    assert!(text(&recorded.stderr).contains("10 cells without a sample"), "{}", text(&recorded.stderr));

    let (server, asked) = serve(vec![("200 OK", answer())]);
    let query = ["--prometheus", &server, "--query", "latency{job=\"x\"} * 1e3", "--until", "1760003000"];
    let live = with_calls(&folder, &[&query[..], &["--last", "50m", "--format", "json"]].concat());
    assert!(live.status.success(), "{}", text(&live.stderr));
    let report: Value = serde_json::from_slice(&live.stdout).unwrap();
    let first = &report["events"][0]["contributions"][0];
    assert!(first["node"] == "db" && first["share"].as_f64().unwrap() > 0.8, "{first}");
    assert_eq!(report["inputs"][0]["report"]["step_s"], 15.0);
    let asked = asked.join().unwrap().remove(0);
    for part in ["GET /api/v1/query_range?", "start=1760000000", "end=1760003000", "step=15", "%7Bjob%3D%22x%22%7D"] {
        assert!(asked.contains(part), "{part}: {asked}");
    }
}

#[test]
fn what_is_no_answer_is_told_in_one_line() {
    let folder = folder("mistakes");
    let refused = |error: &str| format!("{{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"{error}\"}}");
    let empty = r#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#.to_owned();
    let answers = [
        ("400 Bad Request", refused("1:5: parse error: unexpected <op:*>"), "parse error"),
        ("200 OK", empty, "matches no series"),
        ("404 Not Found", "<html>no such page</html>".to_owned(), "the address of Prometheus?"),
        ("200 OK", "<html>a proxy's page</html>".to_owned(), "the answer of Prometheus"),
        ("200 OK", answer().replace("\"service\"", "\"app\""), "`service`"),
    ];
    for (status, body, reason) in answers {
        let (server, asked) = serve(vec![(status, body)]);
        let query = ["--prometheus", &server, "--query", "up", "--node-name", "service"];
        let output = with_calls(&folder, &query);
        asked.join().unwrap();
        let message = text(&output.stderr);
        let last = message.lines().last().unwrap();
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(last.starts_with("error: ") && last.contains(reason), "{reason}: {message}");
    }
    for (further, reason) in [
        (&["--prometheus", "http://127.0.0.1:1", "--query", "up"][..], "cannot ask http://127.0.0.1:1"),
        (&["--prometheus", "http://127.0.0.1:1"], "--query"),
        (&["--prometheus", "http://127.0.0.1:1", "--query", "up", "--last", "9000d"], "11000 points"),
        (&["--prometheus", "http://127.0.0.1:1", "--query", "up", "--last", "1w"], "90m"),
        (&["--query", "up"], "--prometheus"),
        (&["--metrics", "no-such-file"], "no-such-file"),
    ] {
        let output = with_calls(&folder, further);
        assert_eq!(output.status.code(), Some(2), "{further:?}");
        assert!(text(&output.stderr).contains(reason), "{reason}: {}", text(&output.stderr));
    }
}
