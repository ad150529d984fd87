//! A scheduler and executors.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::Folder;

/// A process that ends with the test.
pub(crate) struct Process(Child);

impl Process {
    pub(crate) fn new(mut command: Command) -> Self {
        Self(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// An address that was free just now, and the port after it too.
pub(crate) fn free_address() -> SocketAddr {
    loop {
        let one = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = one.local_addr().unwrap();
        if address.port() < u16::MAX && TcpListener::bind((Ipv4Addr::LOCALHOST, address.port() + 1)).is_ok() {
            return address;
        }
    }
}

pub(crate) fn wait_for(address: SocketAddr) {
    let begun = Instant::now();
    while TcpStream::connect(address).is_err() {
        assert!(begun.elapsed() < Duration::from_secs(60), "nobody listens on {address}");
        sleep(Duration::from_millis(50));
    }
}

#[test]
fn an_executor_that_is_killed_costs_no_event_and_no_bit() {
    let folder = Folder::with_shop("cluster", 1, 6_000);
    let scheduler = free_address();
    let _scheduler = Process::new(folder.command(&format!("scheduler --bind {scheduler} --executor-timeout 4")));
    wait_for(scheduler);
    let mut executors: Vec<Process> = (0..2)
        .map(|_| {
            let address = free_address();
            let words = format!("executor --scheduler {scheduler} --bind {address} --cores 1 --heartbeat 1");
            let process = Process::new(folder.command(&words));
            wait_for(address);
            process
        })
        .collect();
    let call = "attribute --events slow --model shop.etiology --target Website --quiet --partitions 4 --sort id";
    let mut query = folder.command(&format!("{call} --out cluster --cluster {scheduler}"));
    let mut query = query.stderr(Stdio::piped()).spawn().unwrap();
    // Some of the events are explained by then.
    sleep(Duration::from_millis(700));
    let was_under_way = query.try_wait().unwrap().is_none();
    drop(executors.remove(0));
    let output = query.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(was_under_way, "the query was done before the executor was killed");
    folder.done(&format!("{call} --out here"));
    let [cluster, here] = ["cluster", "here"].map(|out| fs::read(folder.file(out).join("part-00000.parquet")).unwrap());
    assert!(cluster == here, "the cluster's answers are others");
}

#[test]
fn aggregates_of_a_cluster_are_those_of_one_process() {
    let folder = Folder::with_shop("aggregates", 2, 200);
    let scheduler = free_address();
    let _scheduler = Process::new(folder.command(&format!("scheduler --bind {scheduler}")));
    wait_for(scheduler);
    let executor = free_address();
    let words = format!("executor --scheduler {scheduler} --bind {executor} --cores 2");
    let _executor = Process::new(folder.command(&words));
    wait_for(executor);
    crate::others::write_edges(&folder);
    let fit = "fit --rows slow --key id --graph edges.csv";
    folder.done(&format!("{fit} --out here.etiology"));
    folder.done(&format!("{fit} --out there.etiology --cluster {scheduler}"));
    assert!(fs::read(folder.file("here.etiology")).unwrap() == fs::read(folder.file("there.etiology")).unwrap());
    folder.done("attribute --events slow --model shop.etiology --target Website --quiet --out causes");
    let summarise = "summarise --causes causes --id id --by region --format json";
    assert_eq!(folder.done(summarise), folder.done(&format!("{summarise} --cluster {scheduler}")));
}

#[test]
fn a_query_that_stands_still_is_said_and_given_up() {
    let folder = Folder::with_shop("still", 1, 50);
    crate::others::write_edges(&folder);
    let scheduler = free_address();
    let _scheduler = Process::new(folder.command(&format!("scheduler --bind {scheduler}")));
    wait_for(scheduler);
    let attribute = "attribute --events slow --model shop.etiology --target Website --quiet --out out";
    let alone = format!("--cluster {scheduler} --give-up-after 2");
    for call in [attribute, "fit --rows slow --key id --graph edges.csv --out new.etiology"] {
        let output = folder.run(&format!("{call} {alone}"));
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        let lines: Vec<&str> = said.lines().collect();
        assert!(
            lines.len() == 2 && lines[0].contains("no progress for") && lines[1].contains("given up after"),
            "{said}"
        );
        assert!(lines[1].contains(&format!("executor --scheduler {scheduler}")), "{said}");
        // What the scheduler says of the query, which it knows.
        assert!(!said.contains("says nothing"), "{said}");
    }
    assert!(!folder.file("new.etiology").exists());
    let left: Vec<_> = fs::read_dir(folder.file("out")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["_etiology.json"]);

    let executor = free_address();
    let _executor = Process::new(folder.command(&format!("executor --scheduler {scheduler} --bind {executor}")));
    wait_for(executor);
    folder.done(&format!("{attribute} --cluster {scheduler} --give-up-after 60"));
    assert!(folder.file("out/part-00000.parquet").exists());
}

#[test]
fn a_cluster_that_is_not_there_is_said() {
    let folder = Folder::with_shop("nobody", 1, 3);
    let nobody = free_address();
    let call = "attribute --events slow --model shop.etiology --target Website --quiet";
    let output = folder.run(&format!("{call} --out out --cluster {nobody}"));
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(message.contains(&nobody.to_string()), "{message}");
}
