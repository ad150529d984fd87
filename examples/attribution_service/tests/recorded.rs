//! What is said at the places where people work, as it was recorded: a file for each, with requests after `>` and answers after `<`.
//!
//! With the environment variable `RECORD` the files are written anew instead of compared. Times, and digits that another machine may have
//! otherwise, are not looked at.

#[path = "../shared/client.rs"]
mod client;
#[path = "../../shared/retail_shop.rs"]
mod retail_shop;
#[path = "../shared/server.rs"]
#[expect(dead_code, reason = "the service is only asked")]
mod server;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use etiology::{AdditiveNoiseModel, CausalGraph, FittedModel, KnownFormula, NoiseDistribution, StructuralCausalModel};
use server::Server;

/// A database, what asks it, and a page that asks that and a second one. Nothing of it is fitted, so all figures are known.
fn shop() -> FittedModel {
    let graph =
        CausalGraph::from_edges([("catalog-db", "api"), ("api", "website"), ("Auth Service", "website")]).unwrap();
    let known = |parents: &[&str]| {
        let own_time = NoiseDistribution::normal(0.05, 0.01).unwrap();
        AdditiveNoiseModel::known(KnownFormula::sum(parents.iter().copied())).with_noise(own_time)
    };
    let model = StructuralCausalModel::new(graph);
    let model = model.with_mechanism("catalog-db", NoiseDistribution::normal(0.1, 0.02).unwrap()).unwrap();
    let model = model.with_mechanism("Auth Service", NoiseDistribution::normal(0.02, 0.004).unwrap()).unwrap();
    let model = model.with_mechanism("api", known(&["catalog-db"])).unwrap();
    model.with_mechanism("website", known(&["api", "Auth Service"])).unwrap().without_fitting().unwrap()
}

/// One request, which may have several lines, and the answer that was recorded.
#[derive(Default)]
struct Exchange {
    request: Vec<String>,
    answer: String,
}

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recorded").join(name)
}

fn read(name: &str) -> Vec<Exchange> {
    let text = std::fs::read_to_string(file(name)).unwrap();
    let mut exchanges: Vec<Exchange> = vec![Exchange::default()];
    for line in text.lines() {
        let last = exchanges.last_mut().unwrap();
        if let Some(request) = line.strip_prefix("> ") {
            last.request.push(request.to_owned());
        } else if let Some(answer) = line.strip_prefix("< ") {
            last.answer += &format!("{answer}\n");
        } else if !last.request.is_empty() {
            exchanges.push(Exchange::default());
        }
    }
    exchanges.retain(|exchange| !exchange.request.is_empty());
    exchanges
}

/// Compares the answers with those recorded, or records them.
fn check(name: &str, exchanges: &[Exchange], answers: &[String]) {
    assert_eq!(exchanges.len(), answers.len());
    if std::env::var_os("RECORD").is_some() {
        let lines = |mark: &str, text: &str| text.lines().map(|line| format!("{mark} {line}\n")).collect::<String>();
        let written: Vec<String> = exchanges
            .iter()
            .zip(answers)
            .map(|(exchange, answer)| lines(">", &exchange.request.join("\n")) + &lines("<", answer))
            .collect();
        std::fs::write(file(name), written.join("\n")).unwrap();
        return;
    }
    for (exchange, answer) in exchanges.iter().zip(answers) {
        assert_eq!(fixed(answer), fixed(&exchange.answer), "{name}: {}", exchange.request.join("\n"));
    }
}

/// The text with the times at 0, and numbers of many digits with four of them; what is next to nothing is nothing.
fn fixed(text: &str) -> String {
    let mut fixed = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|character: char| character.is_ascii_digit()) {
        fixed.push_str(&rest[..start]);
        rest = &rest[start..];
        let is_inside = |character: char| character.is_ascii_digit() || matches!(character, '.' | 'e' | '-');
        let end = rest.find(|character| !is_inside(character)).unwrap_or(rest.len());
        let number: Option<f64> = rest[..end].parse().ok().filter(|_| end > 6);
        if fixed.ends_with("elapsed_ms\":") || fixed.ends_with("queued_ms\":") {
            fixed.push('0');
        } else {
            let digits =
                number.map(|number| if number.abs() < 1e-12 { "0".to_owned() } else { format!("{number:.3e}") });
            fixed.push_str(&digits.unwrap_or_else(|| rest[..end].to_owned()));
        }
        rest = &rest[end..];
    }
    fixed + rest
}

/// Asks the service all that was recorded, one after the other. The first line of a request is method, path and, if there is one, what is
/// accepted; the first line of an answer is status and type.
fn check_http(name: &str) {
    let server = Server::with_model(&shop(), &["--unit", "s", "--limit-ms", "10000"]);
    let exchanges = read(name);
    let answers: Vec<String> = exchanges
        .iter()
        .map(|exchange| {
            let mut head = exchange.request[0].splitn(3, ' ');
            let mut next = || head.next().unwrap_or_default();
            let (method, path, accept) = (next(), next(), next());
            let body = exchange.request[1..].join("\n");
            let head = format!(
                "{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\naccept: {accept}\r\n\
                 content-length: {}\r\n\r\n",
                body.len()
            );
            let answer = server.ask(format!("{head}{body}").as_bytes());
            let kind = answer.head.lines().find_map(|line| line.strip_prefix("content-type: ")).unwrap_or_default();
            let body = String::from_utf8(answer.body).unwrap();
            format!("{} {kind}\n{}\n", answer.status, body.trim_end())
        })
        .collect();
    check(name, &exchanges, &answers);
}

#[test]
fn a_chat_gets_five_lines() {
    check_http("markdown.txt");
}

#[test]
fn grafana_gets_an_annotation() {
    check_http("grafana.txt");
}

#[test]
fn a_scraper_gets_open_metrics() {
    check_http("open_metrics.txt");
}

#[test]
fn alertmanager_gets_an_answer_to_every_alert() {
    check_http("alertmanager.txt");
}

#[test]
fn a_model_context_protocol_client_gets_messages_and_nothing_else() {
    let exchanges = read("mcp.txt");
    let model = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("mcp_{}.etiology", std::process::id()));
    shop().save(&model).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_attribution_service"));
    command.args(["--mcp", "--unit", "s", "--limit-ms", "10000", "--model"]).arg(&model);
    let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = process.stdin.take().unwrap();
    for exchange in &exchanges {
        writeln!(input, "{}", exchange.request.join("")).unwrap();
    }
    drop(input);
    let output = process.wait_with_output().unwrap();
    std::fs::remove_file(model).unwrap();
    assert_eq!(output.status.code(), Some(0));
    let output = String::from_utf8(output.stdout).unwrap();
    let mut lines = output.lines();
    // Notifications have no answer.
    let is_answered = |exchange: &Exchange| !exchange.request[0].contains("\"notifications/");
    let mut next =
        |exchange| if is_answered(exchange) { format!("{}\n", lines.next().unwrap()) } else { String::new() };
    let answers: Vec<String> = exchanges.iter().map(&mut next).collect();
    assert_eq!(lines.next(), None);
    check("mcp.txt", &exchanges, &answers);
}
