//! The options of `service_latency` beyond the plainest use, their conflicts, and mistakes that are seen early.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::service_latency::{service_latency, shop_files};
use crate::{EXAMPLES, run, text};

/// What ends with exit code 2, and one line with these fragments.
fn assert_mistake(output: &std::process::Output, fragments: &[&str]) {
    let message = text(&output.stderr);
    assert_eq!((output.status.code(), message.lines().count()), (Some(2), 1), "{message}");
    assert!(output.stdout.is_empty());
    assert!(fragments.iter().all(|fragment| message.contains(fragment)), "{fragments:?}: {message}");
}

#[test]
fn the_engine_is_explained_where_that_is_asked_for() {
    let explained =
        text(&service_latency("explained", &["--target", "Website", "--samples", "500", "--explain"]).stdout);
    // Which of two engines answers depends on which is better with so few samples.
    let beside = explained.matches("\nBy Fourier inversion beside samples: `Website` is linear in").count();
    let sampled = explained.matches("\nBy sampling: all noises are sampled but one").count();
    assert_eq!((beside + sampled, beside > 0), (3, true), "{explained}");
    assert_eq!(explained.matches("\nNot by closed form: `").count(), 3, "{explained}");
    let json = service_latency("explained", &["--target", "Product DB", "--format", "json"]);
    let report: Value = serde_json::from_str(&text(&json.stdout)).unwrap();
    assert_eq!(report["events"][0]["explanation"]["engine"], "fourier_inversion", "{report}");
}

#[test]
fn intervals_stand_in_the_table_the_json_and_the_page() {
    let page = shop_files("intervals").join("slow.html");
    let plain = ["--target", "Website", "--samples", "500", "--slowest", "2", "--resamples", "20", "--intervals"];
    let table = service_latency("intervals", &[&plain[..], &["--report", page.to_str().unwrap()]].concat());
    let printed = text(&table.stdout);
    assert!(table.status.success(), "{}", text(&table.stderr));
    assert_eq!(
        printed.matches("Intervals of 95 % that include the fit and the ± error above (20 resamples").count(),
        2,
        "{printed}"
    );
    assert!(fs::read_to_string(page).unwrap().contains("95 % intervals that include the fit of the model"));
    let json = service_latency("intervals", &[&plain[..], &["--format", "json"]].concat());
    let report: Value = serde_json::from_slice(&json.stdout).unwrap();
    for event in report["events"].as_array().unwrap() {
        let intervals = event["intervals"]["contributions"].as_array().unwrap();
        assert_eq!(intervals.len(), event["contributions"].as_array().unwrap().len());
        assert_eq!((&event["intervals"]["level"], &event["intervals"]["resamples"]), (&0.95.into(), &20.into()));
        let cache = intervals.iter().find(|entry| entry["node"] == "Caching Service").unwrap();
        assert!(cache["lower"].as_f64().unwrap() < cache["upper"].as_f64().unwrap(), "{cache}");
    }
}

#[test]
fn conflicts_are_explained() {
    let website = ["--target", "Website"];
    let with = |further: &[&str]| service_latency("conflicts", &[&website[..], further].concat());
    let model = ["--model", "m", "--events", "e.csv", "--target", "Website", "--intervals"];
    assert_mistake(&run("service_latency", model), &["--intervals", "--model", "no data to resample"]);
    assert_mistake(&with(&["--resamples", "50"]), &["--intervals"]);
    assert_mistake(&with(&["--intervals", "--resamples", "1"]), &["resamples", "at least 2 ", "1"]);
    assert_mistake(&with(&["--intervals", "--limit-ms", "5"]), &["--limit-ms", "cannot be used with"]);
    assert_mistake(&with(&["--traces", "t.jsonl"]), &["--traces", "cannot be used with"]);
    assert_mistake(&with(&["--event-traces", "t.jsonl"]), &["--event-traces", "cannot be used with"]);
    assert_mistake(&with(&["--time-column", "when"]), &["`when`"]);
    assert_mistake(&with(&["--time-column", "API"]), &["`API`", "node"]);
    assert_mistake(&run("service_latency", website), &["--normal", "--traces", "--model"]);
}

#[test]
fn a_file_that_cannot_be_written_is_seen_before_anything_is_read() {
    let folder = env!("CARGO_TARGET_TMPDIR");
    for option in ["--report", "--csv", "--svg", "--dot", "--mermaid", "--save-model"] {
        let nowhere = ["--model", "no-such-model", "--events", "e.csv", "--target", "x", option];
        let into = |file: &str| run("service_latency", nowhere.iter().chain([&file]));
        assert_mistake(&into("no/such/folder/file"), &["cannot write", "no/such/folder/file"]);
        assert_mistake(&into(folder), &["cannot write", folder]);
    }
    let twice = ["--model", "m", "--events", "e", "--target", "x", "--svg", "same", "--dot", "same"];
    assert_mistake(&run("service_latency", twice), &["`same`", "twice"]);
    assert!(!Path::new("same").exists());
}

#[test]
fn an_output_is_never_an_input() {
    let folder = shop_files("inputs");
    let path = |file: &str| folder.join(file).into_os_string().into_string().unwrap();
    let files = ["normal.csv", "calls.csv", "events.csv"].map(path);
    let [normal, calls, events] = files.each_ref().map(String::as_str);
    let reading = ["--normal", normal, "--calls", calls, "--events", events, "--target", "Website"];
    for file in &files {
        let before = fs::read(file).unwrap();
        for spelling in [file, &format!("{}/./{}", folder.display(), Path::new(file).file_name().unwrap().display())] {
            let output = run("service_latency", reading.iter().copied().chain(["--csv", spelling]));
            assert_mistake(&output, &["is to be written, and read"]);
        }
        assert_eq!(fs::read(file).unwrap(), before);
    }
}

#[cfg(unix)]
#[test]
fn standard_input_is_a_file() {
    let folder = shop_files("standard_input");
    let path = |file: &str| folder.join(file).into_os_string().into_string().unwrap();
    let [normal, calls, events] = ["normal.csv", "calls.csv", "events.csv"].map(path);
    let rest = ["--calls", &calls, "--events", &events, "--target", "Website", "--samples", "200", "--slowest", "1"];
    let from_file = run("service_latency", ["--normal", &normal].iter().chain(&rest));
    let program = EXAMPLES.join("service_latency");
    let piped = std::process::Command::new(program)
        .args(["--normal", "-"].iter().chain(&rest))
        .stdin(fs::File::open(&normal).unwrap())
        .output()
        .unwrap();
    assert!(piped.status.success(), "{}", text(&piped.stderr));
    assert_eq!(piped.stdout, from_file.stdout);
    let twice = ["--normal", "-", "--events", "-", "--calls", &calls, "--target", "Website"];
    assert_mistake(&run("service_latency", twice), &["`-`", "two files"]);
}

#[test]
fn names_from_a_file_cannot_write_to_the_terminal() {
    let folder = shop_files("names");
    let evil = "d\u{1b}]0;owned\u{7}\u{1b}[2J\u{202e}b\u{9b}";
    let long = "w".repeat(5_000);
    let write = |file: &str, text: String| {
        let path = folder.join(file);
        fs::write(&path, text).unwrap();
        path.into_os_string().into_string().unwrap()
    };
    let rows: String = (0..200).map(|row| format!("{},{}\n", row % 17, 2 * (row % 17) + row % 5)).collect();
    let normal = write("evil.csv", format!("{evil},{long}\n{rows}"));
    let events = write("evil_events.csv", format!("{evil},{long}\n60,121\n"));
    let edges = write("evil_edges.csv", format!("cause,effect\n{evil},{long}\n"));
    let base = ["--normal", &normal, "--events", &events, "--edges", &edges];
    let is_hidden = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
    for further in [&["--target", &long][..], &["--target", &long, "--format", "json"], &["--target", "x\u{1b}[2J"]] {
        let output = run("service_latency", base.iter().chain(further));
        let printed = text(&output.stdout) + &text(&output.stderr);
        assert!(!printed.contains(is_hidden), "{printed:?}");
        assert!(printed.contains("u{202e}") || printed.contains("u202e"), "{printed}");
        let widest = printed.lines().map(str::len).max().unwrap();
        assert!(widest < 1_500 || further.contains(&"json"), "{widest} columns");
    }
}

#[cfg(unix)]
#[test]
fn a_reader_that_has_seen_enough_is_no_mistake() {
    for example in ["nonlinear_faults", "custom_mechanism"] {
        let program = EXAMPLES.join(example);
        let few = if example == "nonlinear_faults" { "--cases 1 --rows 100 --samples 64" } else { "" };
        let command = format!("{{ '{}' {few} 2>&1 >&3 | cat >&2; }} 3>&1 | true", program.display());
        let output = std::process::Command::new("sh").args(["-c", &command]).output().unwrap();
        assert_eq!(text(&output.stderr), "", "{example}");
    }
}

#[test]
fn times_are_named_and_a_node_called_ts_stays_a_node() {
    let folder = shop_files("times");
    let events = folder.join("events.csv");
    let plain = fs::read_to_string(&events).unwrap();
    let timed = |name: &str| -> String {
        let line = |(row, line): (usize, &str)| match row {
            0 => format!("{name},{line}\n"),
            _ => format!("2026-01-31T12:00:0{row}Z,{line}\n"),
        };
        plain.lines().enumerate().map(line).collect()
    };
    let with_events = |column: &str, further: &[&str]| {
        let timed_events = folder.join(format!("{column}.csv"));
        fs::write(&timed_events, timed(column)).unwrap();
        let path = |file: &str| folder.join(file).into_os_string().into_string().unwrap();
        let (normal, calls) = (path("normal.csv"), path("calls.csv"));
        let files = ["--normal", &normal, "--calls", &calls, "--events", timed_events.to_str().unwrap()];
        run("service_latency", [&files[..], &["--target", "Website", "--samples", "200"], further].concat())
    };
    let detected = text(&with_events("Time", &[]).stdout);
    assert!(detected.starts_with("event 0, 2026-01-31T12:00:01Z: `Caching Service` was "), "{detected}");
    assert_eq!(detected, text(&with_events("when", &["--time-column", "when"]).stdout));
    let json = with_events("when", &["--format", "json"]);
    let report: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(report["events"][2]["time"], "2026-01-31T12:00:03Z");
    // A column that is called like a time and is a node is data.
    fs::write(folder.join("n.csv"), "ts,web\n1,2\n2,3.1\n3,3.9\n4,5.2\n2,2.9\n1,2.2\n3,4.1\n").unwrap();
    fs::write(folder.join("c.csv"), "caller,callee\nweb,ts\n").unwrap();
    let path = |file: &str| folder.join(file).into_os_string().into_string().unwrap();
    let files = [path("n.csv"), path("n.csv"), path("c.csv")];
    let arguments = ["--normal", &files[0], "--events", &files[1], "--calls", &files[2], "--target", "web"];
    let output = run("service_latency", arguments);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let printed = text(&output.stdout);
    assert!(printed.contains("event 0: ") && printed.contains("\n`web` = ") && printed.contains("\n ts "), "{printed}");
}

#[test]
fn a_time_limit_says_whether_it_sufficed() {
    let limited = |limit: &str, format: &str| {
        service_latency("limited", &["--target", "Website", "--limit-ms", limit, "--format", format])
    };
    let ample = text(&limited("600000", "table").stdout);
    assert_eq!(ample.matches("Complete within 600000 ms.").count(), 3, "{ample}");
    let plain = text(&service_latency("limited", &["--target", "Website"]).stdout);
    assert_eq!(ample.replace("Complete within 600000 ms.\n", ""), plain, "the same bits where it sufficed");
    let report: Value = serde_json::from_slice(&limited("0", "json").stdout).unwrap();
    assert!(report["events"].as_array().unwrap().iter().all(|event| event["complete"].is_boolean()));
}

#[test]
fn quiet_says_nothing_and_contributions_become_csv() {
    let folder = shop_files("quiet");
    let csv = folder.join("contributions.csv");
    let calls = fs::read_to_string(folder.join("calls.csv")).unwrap() + "API,API\n";
    let looped = folder.join("looped.csv");
    fs::write(&looped, calls).unwrap();
    let path = |file: &str| folder.join(file).into_os_string().into_string().unwrap();
    let files = [path("normal.csv"), path("events.csv")];
    let arguments = ["--normal", &files[0], "--events", &files[1], "--calls", looped.to_str().unwrap()];
    let arguments = [&arguments[..], &["--target", "Website", "--csv", csv.to_str().unwrap()]].concat();
    let loud = run("service_latency", &arguments);
    assert!(text(&loud.stderr).contains("left out the call from `API` to `API`"));
    assert!(!text(&loud.stderr).contains('\u{1b}'), "no bar in a pipe");
    let quiet = run("service_latency", arguments.iter().chain(&["--quiet"]));
    assert_eq!((text(&quiet.stderr).as_str(), &quiet.stdout), ("", &loud.stdout));
    let rows = fs::read_to_string(csv).unwrap();
    assert!(rows.starts_with("node,nats,") && rows.lines().nth(1).unwrap().starts_with("Caching Service,"), "{rows}");
}

#[test]
fn help_has_a_command_for_every_input() {
    let help = text(&run("service_latency", ["--help"]).stdout);
    for fragment in
        ["--calls calls.csv", "--edges edges.csv", "--traces traces.jsonl", "--dependencies dependencies.json"]
    {
        assert!(help.contains(fragment), "{help}");
    }
    for heading in ["What is normal:", "What is to be explained:", "How to attribute:", "What is written:"] {
        assert!(help.contains(heading), "{heading} in {help}");
    }
}

#[cfg(not(feature = "traces"))]
#[test]
fn without_the_feature_traces_are_refused_with_its_name() {
    let target = ["--target", "web"];
    for (option, further) in [
        ("--traces", &["--traces", "t"][..]),
        ("--dependencies", &["--normal", "n", "--events", "e", "--dependencies", "d"]),
    ] {
        let output = run("service_latency", target.iter().chain(further));
        assert_mistake(&output, &[option, "--features traces"]);
    }
    assert_mistake(&service_latency_model_with_event_traces(), &["--event-traces", "--features traces"]);
}

#[cfg(not(feature = "traces"))]
fn service_latency_model_with_event_traces() -> std::process::Output {
    let model = shop_files("refused").join("shop.etiology");
    let model = model.to_str().unwrap();
    assert!(service_latency("refused", &["--target", "Website", "--save-model", model]).status.success());
    run("service_latency", ["--model", model, "--event-traces", "t", "--target", "Website"])
}

/// The program with files of the shop as one command of a shell.
#[cfg(unix)]
fn shell_command(folder: &Path, further: &str) -> String {
    let path = |file: &str| folder.join(file).display().to_string();
    format!(
        "'{}' --normal '{}' --events '{}' --calls '{}' --target Website {further}",
        EXAMPLES.join("service_latency").display(),
        path("normal.csv"),
        path("events.csv"),
        path("calls.csv")
    )
}

#[cfg(unix)]
#[test]
fn a_bar_appears_on_a_terminal_alone() {
    use std::process::Command;
    let folder = shop_files("terminal");
    if !Command::new("script").arg("--version").output().is_ok_and(|run| run.status.success()) {
        std::io::Write::write_all(&mut std::io::stderr(), b"\nSKIPPED: no `script`, so no terminal to draw on\n")
            .unwrap();
        return;
    }
    let on_terminal = |further: &str| {
        let command = shell_command(&folder, further);
        let run = Command::new("script").args(["-qec", &command, "/dev/null"]).env("TERM", "xterm").output().unwrap();
        String::from_utf8_lossy(&run.stdout).into_owned()
    };
    let (drawn, quiet) = (on_terminal(""), on_terminal("--quiet"));
    assert!(drawn.contains("fitting them") && drawn.contains('\u{1b}'), "{drawn:?}");
    assert!(
        quiet.contains("Caching Service") && !quiet.contains('\u{1b}') && !quiet.contains("fitting them"),
        "{quiet:?}"
    );
}

#[cfg(unix)]
#[test]
fn an_interrupt_during_the_bootstrap_leaves_nothing_half_written() {
    use std::process::{Command, Stdio};
    use std::time::Duration;
    let folder = shop_files("interrupted");
    let path = |file: &str| -> PathBuf { folder.join(file) };
    let (model, page) = (path("shop.etiology"), path("slow.html"));
    // As of a run before.
    for old in [&model, &page] {
        let _ = fs::remove_file(old);
    }
    let files = format!("--save-model '{}' --report '{}'", model.display(), page.display());
    let command = format!("exec {}", shell_command(&folder, &format!("{files} --intervals --resamples 1000000")));
    let mut shell = Command::new("sh");
    let child = shell.args(["-c", &command]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // The model is written just before the bootstrap, which takes hours.
    while !model.exists() {
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_millis(500));
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", text(&output.stderr));
    assert!(output.stdout.is_empty() && text(&output.stderr).contains("interrupted"));
    assert!(
        !page.exists()
            && fs::read_dir(&folder)
                .unwrap()
                .all(|file| { !file.unwrap().file_name().into_string().unwrap().ends_with(".part") })
    );
}
