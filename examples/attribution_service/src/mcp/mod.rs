//! The Model Context Protocol over standard input and output: one message of JSON-RPC 2.0 a line, and nothing else on standard output.

mod message;
mod tools;

use std::io::{self, BufRead, Read, Write};
use std::time::Duration;

use serde::Serialize;
use serde_json::json;

use crate::arguments::Arguments;
use crate::explainer::Explainer;
use crate::mcp::message::{Failure, Message};
use crate::mcp::tools::Tools;
use crate::serve::explainer_of;
use crate::service::LARGEST_BODY;

/// The versions that are spoken, the newest first. Messages of 2025-03-26 may come in batches, which no other version has.
const VERSIONS: [&str; 3] = ["2025-11-25", "2025-06-18", "2024-11-05"];

/// What a model is told to begin with.
const INSTRUCTIONS: &str = "Finds the root cause of an event: `diagnose` says why the value of one node was out of the ordinary, given the values of all \
nodes at that time. `graph` lists the nodes and who depends on whom, `model` how a node follows from its causes. A verdict says how strong its evidence is: \
do not report a contested or thin one as certain.";

/// Answers until the input ends. The model is there before the first message is read.
///
/// # Errors
/// One line, when the model cannot be had, or the output is gone.
pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    let explainer = explainer_of(arguments)?;
    let lost = |error: io::Error| format!("the client is gone: {error}");
    converse(&explainer, arguments.limit_ms, io::stdin().lock(), io::stdout().lock()).map_err(lost)
}

fn converse(explainer: &Explainer, limit: Duration, mut input: impl BufRead, mut output: impl Write) -> io::Result<()> {
    let tools = Tools::new(explainer, limit);
    let mut line = Vec::new();
    loop {
        line.clear();
        let length = (&mut input).take(LARGEST_BODY as u64 + 1).read_until(b'\n', &mut line)?;
        if length == 0 {
            return Ok(());
        }
        let answer = if length > LARGEST_BODY {
            skip_line(&mut input)?;
            Some(Failure::invalid(format!("a message may have {LARGEST_BODY} bytes at most")).written(None))
        } else if line.trim_ascii().is_empty() {
            None
        } else {
            answer(&tools, &line)
        };
        if let Some(answer) = answer {
            writeln!(output, "{answer}")?;
            output.flush()?;
        }
    }
}

/// Reads on to the end of the line.
fn skip_line(input: &mut impl BufRead) -> io::Result<()> {
    loop {
        let held = input.fill_buf()?;
        let (used, ends) = match held.iter().position(|&byte| byte == b'\n') {
            Some(place) => (place + 1, true),
            None => (held.len(), held.is_empty()),
        };
        input.consume(used);
        if ends {
            return Ok(());
        }
    }
}

/// The answer to a message, if it is one that has an answer.
fn answer(tools: &Tools<'_>, line: &[u8]) -> Option<String> {
    let message = match Message::read(line) {
        Ok(message) => message?,
        Err(failure) => return Some(failure.written(None)),
    };
    // A notification, such as `notifications/initialized`, is not answered, whatever it is.
    let id = message.id.as_ref()?;
    let written = match message.method.as_str() {
        "initialize" => message.version().map(|asked| message::result(id, &greeting(&asked))),
        "ping" => Ok(message::result(id, &json!({}))),
        "tools/list" => Ok(message::result(id, &tools::LISTED.as_json())),
        "tools/call" => message.call().and_then(|call| tools.call(&call)).map(|called| message::result(id, &called)),
        other => Err(Failure::unknown_method(other)),
    };
    Some(written.unwrap_or_else(|failure| failure.written(Some(id))))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Greeting {
    protocol_version: &'static str,
    capabilities: serde_json::Value,
    server_info: ServerInfo,
    instructions: &'static str,
}

#[derive(Serialize)]
struct ServerInfo {
    name: &'static str,
    version: &'static str,
}

/// In the version that was asked for if it is spoken, else in the newest.
fn greeting(asked: &str) -> Greeting {
    let protocol_version = VERSIONS.into_iter().find(|&version| version == asked).unwrap_or(VERSIONS[0]);
    let server_info = ServerInfo { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") };
    Greeting { protocol_version, capabilities: json!({ "tools": {} }), server_info, instructions: INSTRUCTIONS }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source;

    #[test]
    fn a_message_that_is_too_long_is_refused_and_the_next_one_answered() {
        let model = source::tests::chain();
        let explainer = Explainer::new(model, None, &[]).unwrap();
        let input =
            format!("{}\n\n{{\"jsonrpc\": \"2.0\", \"id\": 7, \"method\": \"ping\"}}\n", "x".repeat(3 * LARGEST_BODY));
        let mut output = Vec::new();
        converse(&explainer, Duration::from_secs(1), input.as_bytes(), &mut output).unwrap();
        let output = String::from_utf8(output).unwrap();
        let lines: Vec<&str> = output.lines().collect();
        assert!(lines[0].contains("\"code\":-32600") && lines[0].contains("524288 bytes at most"), "{output}");
        assert_eq!(lines[1..], [r#"{"jsonrpc":"2.0","id":7,"result":{}}"#]);
    }
}
