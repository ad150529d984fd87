//! A real Prometheus that scrapes the service, where one is installed (Debian's package `prometheus`).

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use etiology::metrics::{MetricSeries, NodeName};

use crate::client::{Connection, request};
use crate::server::{Server, about_event, linear_shop};

/// Ends with its owner.
struct Prometheus(Child);

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn what_a_real_server_scraped_from_the_service_becomes_a_table() {
    if Command::new("prometheus").arg("--version").output().is_err() {
        eprintln!("SKIPPED: a real Prometheus (none is installed)");
        return;
    }
    let service = Server::with_model(&linear_shop(), &[]);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("prometheus_{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let config = format!(
        "global:\n  scrape_interval: 200ms\n  scrape_timeout: 200ms\nscrape_configs:\n- job_name: service\n  static_configs:\n  - targets: ['{}']\n",
        service.address
    );
    let file = folder.join("prometheus.yml");
    fs::write(&file, config).unwrap();
    // Free a moment ago.
    let address: SocketAddr = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut command = Command::new("prometheus");
    command.arg(format!("--config.file={}", file.display()));
    command.arg(format!("--storage.tsdb.path={}", folder.join("data").display()));
    command.arg(format!("--web.listen-address={address}"));
    let _prometheus = Prometheus(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());

    let started = now();
    for number in 0..3 {
        assert_eq!(service.ask(&about_event(number, None)).status, 200);
    }
    let metrics = (0..300).find_map(|_| {
        thread::sleep(Duration::from_millis(200));
        let body = query(address, started, now())?;
        let mut series = MetricSeries::default();
        series.add_prometheus(body.as_slice(), &NodeName::parse("__name__")).ok()?;
        let metrics = series.align(None).unwrap();
        let answered =
            metrics.table().column("attribution_answered_total").ok()?.iter().filter(|&&count| count == 3.0).count();
        (answered >= 3).then_some(metrics)
    });
    let metrics = metrics.expect("Prometheus scrapes the service within a minute");
    let table = metrics.table();
    assert_eq!(metrics.report().step_s, Some(1.0));
    for name in ["attribution_requests_total", "attribution_in_queue", "attribution_answered_total"] {
        assert!(table.names().iter().any(|column| column == name), "{name}: {:?}", table.names());
    }
    assert_eq!(metrics.times().values.len(), table.rows());
    fs::remove_dir_all(folder).ok();
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// The answer about all metrics of the service, once there is one.
fn query(address: SocketAddr, from: u64, until: u64) -> Option<Vec<u8>> {
    let path =
        format!("/api/v1/query_range?query=%7B__name__%3D~%22attribution_.%2B%22%7D&start={from}&end={until}&step=1");
    let mut connection = Connection::new(address).ok()?;
    connection.send(&request("GET", &path, "")).ok()?;
    let answer = connection.receive().ok()?;
    (answer.status == 200).then_some(answer.body)
}
