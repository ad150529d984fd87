//! An HTTP service that says why an event was out of the ordinary: `etiology` embedded in axum.
//!
//! ```text
//! cargo run --release -p attribution_service                                            # a generated shop
//! cargo run --release -p attribution_service -- --normal normal.csv --calls calls.csv   # your services
//! cargo run --release -p attribution_service -- --model shop.etiology                   # a saved model
//!
//! curl http://127.0.0.1:8080/attribute --json '{"target": "Website", "event": {"Website": 5.1, "www": 4.8, ...}}'
//! ```
//!
//! The service looks at who asks (`guard`): under which host name, in JSON, and with the token of `--token-file`, if there is one. A question
//! has `--client-limit-s` to arrive.
//!
//! An event has a number, a text or null for each node. Text is the level of a category, or a number as the normal data has them: `"20.4 ms"`
//! where that has units (`asked/event`).
//!
//! `POST /attribute` answers 200. The answer leads with `diagnosis`: a headline in sentences, the root cause, how strong the evidence is,
//! the combined ranking, doubts, findings and counterfactuals; `no_diagnosis` says why it is not there. Below it are the attribution in the
//! library's own JSON, `complete` (whether it is what there would be without a time limit) and the times; 400, 404, 413 or 422 with `{"error": "..."}` for a question it cannot answer;
//! 503 with `Retry-After` while the model is fitted, or when too many questions wait. `GET /health` says that the process
//! lives, `GET /ready` that the model is fitted, `GET /metrics` counts for Prometheus.
//!
//! Where people work, the answer has other forms (`asked/form`): `?format=markdown` is five lines for a chat, `grafana` an annotation, `openmetrics`
//! gauges. `POST /alertmanager` takes the webhooks of Alertmanager (`alertmanager`), and `--mcp` answers a program over standard input
//! and output in the Model Context Protocol (`mcp`).
//!
//! What waits and what computes are kept apart. One asynchronous thread reads and writes; a bounded queue leads to a
//! fixed number of worker threads (`workers`), the only ones that attribute. So the service answers `/health` at once
//! however much there is to compute. A client that goes away drops the receiving half of a channel; the worker sees that
//! before its next estimate and stops. SIGTERM or Ctrl-C ends accepting; what was accepted is answered first.

mod alertmanager;
mod answer;
mod arguments;
mod asked;
mod connections;
mod counters;
mod explainer;
mod guard;
mod http;
mod mcp;
#[path = "../../shared/mistake.rs"]
mod mistake;
#[path = "../../shared/retail_shop.rs"]
#[cfg_attr(not(test), expect(dead_code, reason = "the service needs the normal requests of the shop only"))]
mod retail_shop;
mod serve;
mod service;
mod source;
mod workers;

use std::process::ExitCode;

use arguments::Arguments;
use clap::Parser;
use mistake::{mistake, mistaken_arguments};

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) if error.use_stderr() => return mistaken_arguments(&error),
        Err(help) => help.exit(),
    };
    let outcome = if arguments.mcp { mcp::run(&arguments) } else { serve::run(&arguments) };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => mistake(&message),
    }
}
