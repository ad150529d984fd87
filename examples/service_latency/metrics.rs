//! Time series of Prometheus: recorded answers, or asked for over HTTP.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use etiology::metrics::{AlignedMetrics, MetricSeries, NodeName};
use etiology::report::visible_name;
use serde_json::json;

use crate::Failure;
use crate::arguments::{Arguments, Metrics};
use crate::console::Console;
use crate::source::{InputNote, OwnRows};

/// How many points Prometheus gives for a series in one answer.
const MOST_POINTS: u64 = 11_000;
/// How long an answer may take to begin, and each part of it to come, in seconds.
const PATIENCE: u64 = 60;
/// Longer answers are refused, in bytes.
const LONGEST_ANSWER: usize = 512 << 20;

/// The series of a file of answers.
pub(crate) fn read(path: &Path, arguments: &Arguments, console: &Console) -> Result<OwnRows, Failure> {
    let mut series = MetricSeries::default();
    series.add_prometheus_path(path, &arguments.metrics.name(0))?;
    aligned(&series, &arguments.metrics, path.display().to_string(), console)
}

/// The series of all queries over the time that was asked for.
pub(crate) fn ask(server: &str, arguments: &Arguments, console: &Console) -> Result<OwnRows, Failure> {
    let asked = &arguments.metrics;
    let until = match asked.until {
        Some(until) => until,
        None => SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs()),
    };
    let step = asked.step_or_default();
    let mut series = MetricSeries::default();
    let task = console.steps(asked.query.len(), format!("asking {server}"));
    for (place, query) in asked.query.iter().enumerate() {
        let whole = query_range(server, query, (until.saturating_sub(asked.last), until), step)?;
        series.add_prometheus(whole.as_slice(), &asked.name(place)).map_err(|error| in_query(query, &error))?;
        task.step();
    }
    drop(task);
    aligned(&series, asked, server.to_owned(), console)
}

fn aligned(series: &MetricSeries, asked: &Metrics, file: String, console: &Console) -> Result<OwnRows, Failure> {
    let metrics: AlignedMetrics = series.align(asked.step)?;
    let summary = metrics.report().to_string().lines().map(str::trim).collect::<Vec<_>>().join("; ");
    console.note(format!("{file}: {}", metrics.report()));
    let note = InputNote { file, summary, findings: Vec::new(), details: json!({ "report": metrics.report() }) };
    let (data, times) = (metrics.table().clone(), Some(metrics.times().clone()));
    Ok(OwnRows { data, ids: Vec::new(), times, note })
}

/// One answer, of as many parts as its points need.
fn query_range(server: &str, query: &str, (from, until): (u64, u64), step: u64) -> Result<Vec<u8>, Failure> {
    if (until - from) / step > MOST_POINTS {
        let longest = step * MOST_POINTS;
        let message = format!(
            "--last of {} s in steps of {step} s are more than the {MOST_POINTS} points that Prometheus answers: take --step {} or --last {longest}s",
            until - from,
            (until - from).div_ceil(MOST_POINTS)
        );
        return Err(Failure::Mistake(message));
    }
    let url = format!("{}/api/v1/query_range", server.trim_end_matches('/'));
    let failed = |message: String| Failure::Mistake(format!("cannot ask {}: {message}", visible_name(server)));
    let request = minreq::get(&url)
        .with_param("query", query)
        .with_param("start", from.to_string())
        .with_param("end", until.to_string())
        .with_param("step", step.to_string())
        .with_timeout(PATIENCE);
    let answer = request.send_lazy().map_err(|error| failed(error.to_string()))?;
    let status = answer.status_code;
    let mut body = Vec::new();
    for byte in answer {
        let (byte, _) = byte.map_err(|error| failed(error.to_string()))?;
        if body.len() == LONGEST_ANSWER {
            return Err(failed(format!(
                "its answer is longer than {LONGEST_ANSWER} bytes; ask for less or in larger steps"
            )));
        }
        body.push(byte);
    }
    // Prometheus says in JSON what is wrong with a query.
    let is_json = body.trim_ascii_start().first() == Some(&b'{');
    if status != 200 && !is_json {
        return Err(failed(format!("it answers {status}; is {url} the address of Prometheus?")));
    }
    Ok(body)
}

fn in_query(query: &str, error: &etiology::Error) -> Failure {
    Failure::Mistake(format!("query `{}`: {error}", visible_name(query)))
}

impl Metrics {
    /// How the nodes of one query, or of the file, are called.
    fn name(&self, place: usize) -> NodeName {
        let name = self.node_name.get(place).or(self.node_name.first().filter(|_| self.node_name.len() == 1));
        name.map_or_else(NodeName::default, |name| NodeName::parse(name))
    }

    fn step_or_default(&self) -> u64 {
        const STEP: f64 = 15.0;
        (self.step.unwrap_or(STEP).round() as u64).max(1)
    }
}
