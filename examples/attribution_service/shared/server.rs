//! The service as a process of its own, on a free port of the loopback interface.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

use etiology::mechanism::AssignmentConfig;
use etiology::{AttributionConfig, FeatureMap, FittedModel, StructuralCausalModel};
use serde_json::Value;

use crate::client::{Answer, Connection, question, request};
use crate::retail_shop;

/// A running service, which ends with its owner.
pub(crate) struct Server {
    process: Child,
    lines: BufReader<ChildStdout>,
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Starts it with further arguments and does not wait until the model is fitted.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_attribution_service"));
        command.args(["--listen", "127.0.0.1:0"]).args(arguments).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap());
        let mut listening = String::new();
        lines.read_line(&mut listening).unwrap();
        let address = listening.trim().strip_prefix("listening on http://").unwrap().parse().unwrap();
        Self { process, lines, address }
    }

    /// Waits until it says that the model is there.
    pub(crate) fn wait_until_ready(mut self) -> Self {
        let mut ready = String::new();
        self.lines.read_line(&mut ready).unwrap();
        assert!(ready.starts_with("ready after "), "{ready}");
        self
    }

    /// With a model that is saved to a file before and loaded by the service.
    pub(crate) fn with_model(model: &FittedModel, arguments: &[&str]) -> Self {
        static FILES: AtomicUsize = AtomicUsize::new(0);
        let name = format!("{}_{}.etiology", std::process::id(), FILES.fetch_add(1, Relaxed));
        let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        model.save(&path).unwrap();
        let from_file = ["--model", path.to_str().unwrap()];
        let server = Self::start(&[&from_file, arguments].concat()).wait_until_ready();
        std::fs::remove_file(path).unwrap();
        server
    }

    pub(crate) fn connect(&self) -> Connection {
        Connection::new(self.address).unwrap()
    }

    pub(crate) fn ask(&self, bytes: &[u8]) -> Answer {
        let mut connection = self.connect();
        connection.send(bytes).unwrap();
        connection.receive().unwrap()
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask(&request("GET", path, ""))
    }

    /// One of the counts that `/health` tells.
    pub(crate) fn count(&self, name: &str) -> u64 {
        json(&self.get("/health"))[name].as_u64().unwrap()
    }

    /// Waits for what must come sooner or later.
    pub(crate) fn wait_for(&self, name: &str, enough: u64) {
        for _ in 0..60_000 {
            if self.count(name) >= enough {
                return;
            }
            thread::sleep(Duration::from_millis(2));
        }
        panic!("{name} stays below {enough}: {}", String::from_utf8_lossy(&self.get("/health").body));
    }

    /// Asks it to stop, as an orchestrator does.
    pub(crate) fn terminate(&self) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    }

    pub(crate) fn wait(&mut self) -> ExitStatus {
        self.process.wait().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(crate) fn json(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap()
}

/// The shop with linear mechanisms: attributions are complete, whatever the limit.
pub(crate) fn linear_shop() -> FittedModel {
    let normal = retail_shop::normal_requests(500, 1).unwrap();
    let model = StructuralCausalModel::new(retail_shop::causal_graph().unwrap());
    model.assign_mechanisms_with(&normal, &AssignmentConfig::linear()).unwrap().fit(&normal).unwrap()
}

/// How the service attributes.
pub(crate) fn config() -> AttributionConfig {
    AttributionConfig::default().with_feature_map(FeatureMap::UpperTail)
}

/// A question about an event of the shop.
pub(crate) fn about_event(number: u64, limit_ms: Option<f64>) -> Vec<u8> {
    let event = retail_shop::slow_requests(1, 100 + number).unwrap().row(0).unwrap();
    question(retail_shop::TARGET, &event, limit_ms)
}
