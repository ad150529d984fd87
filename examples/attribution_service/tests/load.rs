//! Ten thousand questions at the same time, all answered, to the bit.

#[path = "../shared/client.rs"]
#[expect(dead_code, reason = "of an answer's head only the status is looked at")]
mod client;
#[path = "../../shared/retail_shop.rs"]
mod retail_shop;
#[path = "../shared/server.rs"]
#[expect(dead_code, reason = "the service is not asked to stop here")]
mod server;

use std::process::Command;
use std::time::Instant;

use client::{Connection, question};
use etiology::Attribution;
use server::{Server, config, linear_shop};

const QUESTIONS: usize = 10_000;
const EVENTS: usize = 8;
/// Files that are open beside the connections, with room to spare.
const OTHER_FILES: usize = 200;

/// How many connections this process, and the service, which inherits the limit, may have open.
fn most_connections() -> usize {
    let limit = Command::new("sh").args(["-c", "ulimit -n"]).output().map(|output| output.stdout).unwrap_or_default();
    let limit = String::from_utf8_lossy(&limit).trim().parse().unwrap_or(if cfg!(unix) { usize::MAX } else { 512 });
    QUESTIONS.min(limit.saturating_sub(OTHER_FILES).max(1))
}

/// What is asked, and the text of the attribution that has to come back.
struct Expected {
    question: Vec<u8>,
    attribution: String,
}

fn expected() -> (Server, Vec<Expected>) {
    let model = linear_shop();
    let attributor = model.attributor(retail_shop::TARGET, config()).unwrap();
    let events = retail_shop::slow_requests(EVENTS, 3).unwrap();
    let expected = events.observations().map(|event| {
        let attribution = attributor.attribute(&event).unwrap();
        let attribution = serde_json::to_string(&attribution).unwrap();
        Expected { question: question(retail_shop::TARGET, &event, None), attribution }
    });
    (Server::with_model(&model, &[]), expected.collect())
}

#[test]
fn ten_thousand_questions_in_flight_are_all_answered_to_the_bit() {
    let (server, expected) = expected();
    let most = most_connections();
    let rounds = QUESTIONS.div_ceil(most);
    match rounds {
        1 => println!("{QUESTIONS} connections with one question each, all in flight at the same time"),
        _ => println!("the limit of open files allows {most} connections: {rounds} rounds of as many questions"),
    }
    let mut connections: Vec<Connection> = (0..most).map(|_| server.connect()).collect();
    let (mut latencies, mut asked) = (Vec::with_capacity(QUESTIONS), 0);
    let mut seconds = 0.0;
    while asked < QUESTIONS {
        let now = most.min(QUESTIONS - asked);
        let begun = Instant::now();
        ask_all(&server, &mut connections[..now], &expected, &mut latencies);
        seconds += begun.elapsed().as_secs_f64();
        asked += now;
    }
    assert_eq!((latencies.len(), server.count("answered")), (QUESTIONS, QUESTIONS as u64));
    assert_eq!((server.count("rejected"), server.count("failed"), server.count("cancelled")), (0, 0, 0));
    latencies.sort_by(f64::total_cmp);
    let at = |share: f64| latencies[(share * (QUESTIONS - 1) as f64) as usize];
    println!("{:.0} answers per second, from the first byte of the first question on", QUESTIONS as f64 / seconds);
    println!("from the last byte of a question until its answer was read, one answer after the other:");
    println!("p50 {:.0} ms, p99 {:.0} ms, max {:.0} ms", at(0.5), at(0.99), at(1.0));
}

/// Sends all questions but for their last bytes, waits until the service counts all of them, and lets them go.
fn ask_all(server: &Server, connections: &mut [Connection], expected: &[Expected], latencies: &mut Vec<f64>) {
    let split = |number: usize| {
        let question = &expected[number % EVENTS].question;
        question.split_at(question.len() - 1)
    };
    for (number, connection) in connections.iter_mut().enumerate() {
        connection.send(split(number).0).unwrap();
    }
    server.wait_for("in_flight", connections.len() as u64);
    assert_eq!(server.count("in_flight"), connections.len() as u64, "all are in flight at the same time");
    let mut released = Vec::with_capacity(connections.len());
    for (number, connection) in connections.iter_mut().enumerate() {
        connection.send(split(number).1).unwrap();
        released.push(Instant::now());
    }
    for (number, connection) in connections.iter_mut().enumerate() {
        let answer = connection.receive().unwrap();
        latencies.push(1e3 * released[number].elapsed().as_secs_f64());
        let body = String::from_utf8(answer.body).unwrap();
        assert_eq!(answer.status, 200, "{body}");
        // The same digits, which for `f64` in JSON with all digits means the same bits.
        assert!(body.ends_with(&expected[number % EVENTS].attribution[1..]), "{body}");
        let attribution: Attribution = serde_json::from_str(&body).unwrap();
        let sum: f64 = attribution.contributions.iter().map(|contribution| contribution.value).sum();
        assert!((sum - attribution.score.value).abs() < 1e-9, "{body}");
    }
}
