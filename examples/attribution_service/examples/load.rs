//! Questions at a given rate, whether or not the service keeps up, and how long each took.
//!
//! ```text
//! cargo run --release -p attribution_service -- --linear &
//! cargo run --release -p attribution_service --example load -- --rate 1000 --seconds 10
//! ```
//!
//! With `--webhooks` each question is an alert in a webhook of Alertmanager, and the answer is the one to it.
//!
//! The clock of a question starts when it *should* have been sent. A generator that waits for an answer before it sends the
//! next question, and starts the clock then, leaves out just those questions that would have had to wait.

#[path = "../shared/client.rs"]
#[expect(dead_code, reason = "of an answer's head only the status is looked at")]
mod client;
#[path = "../../shared/retail_shop.rs"]
#[expect(dead_code, reason = "the events are all that is needed")]
mod retail_shop;

use std::error::Error;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser;
use client::{Connection, question, request};
use etiology::Observation;
use serde_json::Value;

/// Measures the latency of a running attribution service that explains the generated shop
#[derive(Parser)]
struct Arguments {
    /// Where the service listens
    #[arg(long, default_value = "127.0.0.1:8080")]
    address: SocketAddr,
    /// Questions per second
    #[arg(long, default_value_t = 1_000.0)]
    rate: f64,
    /// For how long
    #[arg(long, default_value_t = 10.0)]
    seconds: f64,
    /// Connections, all kept alive; at most so many questions are under way
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// The time limit of every question; by default the service's
    #[arg(long)]
    limit_ms: Option<f64>,
    /// Sends alerts as Alertmanager does, one in each webhook
    #[arg(long)]
    webhooks: bool,
}

/// What the answers of one connection, or of all, were like.
#[derive(Default)]
struct Tally {
    /// In milliseconds, of the answers 200.
    latencies: Vec<f64>,
    /// What the service says of its own part.
    computed: Vec<f64>,
    queued: Vec<f64>,
    /// The largest standard error of each attribution.
    errors: Vec<f64>,
    /// Answers that were read, and those of them that are what there would be without a limit; of webhooks those that explain.
    read: usize,
    complete: usize,
    refused: usize,
    broken: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let events: Vec<_> = retail_shop::slow_requests(32, 2)?.observations().collect();
    let asked = |event: &Observation| match arguments.webhooks {
        true => webhook(event, arguments.limit_ms),
        false => question(retail_shop::TARGET, event, arguments.limit_ms),
    };
    let questions: Vec<Vec<u8>> = events.iter().map(asked).collect();
    // What is prepared at the first question is not measured.
    let mut first = Connection::new(arguments.address)?;
    for question in &questions {
        first.send(question)?;
        first.receive()?;
    }
    let next = AtomicU64::new(0);
    let start = Instant::now() + Duration::from_millis(100);
    let tallies: Vec<Tally> = thread::scope(|scope| {
        let ask = || scope.spawn(|| ask(&arguments, &questions, &next, start));
        let threads: Vec<_> = (0..arguments.connections).map(|_| ask()).collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    print(&arguments, tallies, start.elapsed());
    Ok(())
}

/// An alert that tells the values of all services.
fn webhook(event: &Observation, limit_ms: Option<f64>) -> Vec<u8> {
    let values = event.names().iter().zip(event.values());
    let values: serde_json::Map<_, _> = values.map(|(name, value)| (name.clone(), serde_json::json!(value))).collect();
    let alert = serde_json::json!({
        "status": "firing",
        "labels": { "alertname": "Slow", "severity": "page" },
        "annotations": { "etiology_target": retail_shop::TARGET, "etiology_event": Value::Object(values).to_string() },
        "startsAt": "2026-01-01T00:00:00Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "fingerprint": "1a30ba71cca2921f",
    });
    let webhook = serde_json::json!({ "version": "4", "status": "firing", "receiver": "etiology", "alerts": [alert] });
    let limit = limit_ms.map_or_else(String::new, |limit| format!("?limit_ms={limit}"));
    request("POST", &format!("/alertmanager{limit}"), &webhook.to_string())
}

/// Takes one question after another off the schedule, until its end.
fn ask(arguments: &Arguments, questions: &[Vec<u8>], next: &AtomicU64, start: Instant) -> Tally {
    let mut tally = Tally::default();
    let mut connection = Connection::new(arguments.address).ok();
    let count = (arguments.rate * arguments.seconds) as u64;
    loop {
        let number = next.fetch_add(1, Relaxed);
        if number >= count {
            return tally;
        }
        let scheduled = start + Duration::from_secs_f64(number as f64 / arguments.rate);
        thread::sleep(scheduled.saturating_duration_since(Instant::now()));
        let question = &questions[number as usize % questions.len()];
        let answer = connection.as_mut().and_then(|open| open.send(question).and_then(|()| open.receive()).ok());
        match answer {
            Some(answer) if answer.status == 200 => tally.add(scheduled.elapsed(), &answer.body, arguments.webhooks),
            Some(_) => tally.refused += 1,
            None => {
                tally.broken += 1;
                connection = Connection::new(arguments.address).ok();
            }
        }
    }
}

impl Tally {
    fn add(&mut self, latency: Duration, body: &[u8], is_webhook: bool) {
        self.latencies.push(1e3 * latency.as_secs_f64());
        // Reading every answer would take the cores from the service.
        if self.latencies.len() % 10 != 1 {
            return;
        }
        let Ok(answer) = serde_json::from_slice::<Value>(body) else {
            self.broken += 1;
            return;
        };
        if is_webhook {
            let is_explained = answer["answers"][0]["status"] == "explained";
            self.read += 1;
            self.complete += usize::from(is_explained);
            return;
        }
        let error = |part: &Value| part["std_error"].as_f64().unwrap_or(f64::NAN);
        let contributions = answer["contributions"].as_array().into_iter().flatten().map(error);
        self.read += 1;
        self.errors.push(contributions.fold(error(&answer["score"]), f64::max));
        self.computed.extend(answer["elapsed_ms"].as_f64());
        self.queued.extend(answer["queued_ms"].as_f64());
        self.complete += usize::from(answer["complete"] == true);
    }

    fn merge(mut self, other: Self) -> Self {
        self.latencies.extend(other.latencies);
        self.computed.extend(other.computed);
        self.queued.extend(other.queued);
        self.errors.extend(other.errors);
        self.read += other.read;
        self.complete += other.complete;
        self.refused += other.refused;
        self.broken += other.broken;
        self
    }
}

fn print(arguments: &Arguments, tallies: Vec<Tally>, took: Duration) {
    let Tally { latencies, computed, queued, errors, read, complete, refused, broken } =
        tallies.into_iter().fold(Tally::default(), Tally::merge);
    let answered = latencies.len();
    let kept = answered as f64 / took.as_secs_f64();
    println!("asked for {} /s, answered {answered} in {:.2} s: {kept:.0} /s", arguments.rate, took.as_secs_f64());
    println!("other answers than 200: {refused}; broken connections or answers: {broken}");
    let what = if arguments.webhooks { "explained" } else { "complete" };
    println!("{what}: {complete} of {read} answers that were read");
    let of_the_service =
        [("computed in, ms", computed), ("waited for a worker, ms", queued), ("largest standard error", errors)];
    let told = of_the_service.into_iter().filter(|(_, figures)| !figures.is_empty());
    for (what, figures) in [("latency, ms", latencies)].into_iter().chain(told) {
        println!("{what:>24}: {}", quantiles(figures));
    }
}

fn quantiles(mut figures: Vec<f64>) -> String {
    figures.sort_by(f64::total_cmp);
    let Some(last) = figures.len().checked_sub(1) else { return "none".to_owned() };
    let at = |share: f64| figures[(share * last as f64).round() as usize];
    let quantiles = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999), ("max", 1.0)];
    quantiles.map(|(name, share)| format!("{name} {:.3}", at(share))).join("  ")
}
