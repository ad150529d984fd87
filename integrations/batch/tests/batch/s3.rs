//! Files in a bucket, of a small server that speaks as much of the protocol as is needed.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Output;
use std::thread;

use crate::cluster::{Process, free_address, wait_for};
use crate::others::write_edges;
use crate::{Folder, requests, write};

const KEY: &str = "key-of-the-test";

/// Serves the files of a folder as the bucket `shop`, to whoever signs with the key.
struct Server {
    endpoint: String,
}

impl Server {
    fn new(folder: &Path) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let folder = folder.to_owned();
        // Ends with the tests.
        thread::spawn(move || {
            for connection in listener.incoming() {
                let folder = folder.clone();
                thread::spawn(move || answer(connection.unwrap(), &folder));
            }
        });
        Self { endpoint }
    }

    fn environment(&self, key: &str) -> [(&'static str, String); 5] {
        [
            ("AWS_ENDPOINT", self.endpoint.clone()),
            ("AWS_ALLOW_HTTP", "true".to_owned()),
            ("AWS_REGION", "eu-central-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", key.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "secret".to_owned()),
        ]
    }
}

/// Answers one request and closes the connection.
fn answer(mut connection: TcpStream, folder: &Path) {
    let mut lines = BufReader::new(connection.try_clone().unwrap()).lines().map_while(Result::ok);
    let Some(first) = lines.next() else { return };
    let headers: Vec<(String, String)> = lines
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned())))
        .collect();
    let header = |name: &str| headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str());
    let mut words = first.split(' ');
    let (method, address) = (words.next().unwrap(), words.next().unwrap());
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let signed = header("authorization").is_some_and(|text| text.contains(&format!("Credential={KEY}/")));
    let (status, extra, body) = match path.strip_prefix("/shop").map(|key| key.trim_start_matches('/')) {
        _ if !signed => ("403 Forbidden", String::new(), b"<Error><Code>AccessDenied</Code></Error>".to_vec()),
        None => ("404 Not Found", String::new(), Vec::new()),
        Some("") => ("200 OK", String::new(), list(folder, query).into_bytes()),
        Some(key) => object(&folder.join(key), header("range")),
    };
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n{extra}\r\n", body.len());
    let _ = connection.write_all(head.as_bytes());
    if method != "HEAD" {
        let _ = connection.write_all(&body);
    }
}

fn tag(contents: &[u8]) -> String {
    let sum = contents.iter().fold(0_u64, |sum, &byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    format!("\"{sum:016x}\"")
}

fn object(file: &Path, range: Option<&str>) -> (&'static str, String, Vec<u8>) {
    let Ok(contents) = fs::read(file) else { return ("404 Not Found", String::new(), Vec::new()) };
    let extra = format!("ETag: {}\r\nLast-Modified: Fri, 27 Nov 2026 12:00:00 GMT\r\n", tag(&contents));
    let Some((from, to)) = range.and_then(|range| range.strip_prefix("bytes=")?.split_once('-')) else {
        return ("200 OK", extra, contents);
    };
    let size = contents.len();
    let (from, to) = match (from.parse::<usize>(), to.parse::<usize>()) {
        (Ok(from), Ok(to)) => (from, (to + 1).min(size)),
        (Ok(from), Err(_)) => (from, size),
        (Err(_), Ok(last)) => (size.saturating_sub(last), size),
        (Err(_), Err(_)) => return ("416 Range Not Satisfiable", String::new(), Vec::new()),
    };
    let extra = format!("{extra}Content-Range: bytes {from}-{}/{size}\r\n", to - 1);
    ("206 Partial Content", extra, contents[from..to].to_vec())
}

/// The keys with a prefix, one at a time: whoever wants the next asks again.
fn list(folder: &Path, query: &str) -> String {
    let value = |name: &str| {
        let found = query.split('&').filter_map(|pair| pair.split_once('=')).find(|(found, _)| *found == name);
        found.map_or_else(String::new, |(_, value)| value.replace("%2F", "/"))
    };
    let mut keys = Vec::new();
    let mut folders: Vec<PathBuf> = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in next.read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                keys.push(path.strip_prefix(folder).unwrap().display().to_string());
            }
        }
    }
    keys.sort();
    let (prefix, after) = (value("prefix"), value("continuation-token"));
    let rest: Vec<&String> = keys.iter().filter(|key| key.starts_with(&prefix) && **key > after).collect();
    let contents = rest.first().map_or_else(String::new, |key| {
        let contents = fs::read(folder.join(key)).unwrap();
        format!(
            "<Contents><Key>{key}</Key><LastModified>2026-11-27T12:00:00.250Z</LastModified><ETag>{}</ETag><Size>{}</Size></Contents>",
            tag(&contents).replace('"', "&quot;"),
            contents.len()
        )
    });
    let next = match rest.len() {
        0 | 1 => String::new(),
        _ => format!("<NextContinuationToken>{}</NextContinuationToken>", rest[0]),
    };
    format!("<?xml version=\"1.0\"?><ListBucketResult><Name>shop</Name>{contents}{next}</ListBucketResult>")
}

fn run(folder: &Folder, server: &Server, words: &str) -> Output {
    folder.command(words).envs(server.environment(KEY)).output().unwrap()
}

fn done(folder: &Folder, server: &Server, words: &str) -> String {
    let output = run(folder, server, words);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{words}: {said}");
    said
}

fn mistake(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!((output.status.code(), said.lines().count()), (Some(2), 1), "{said}");
    said
}

const ATTRIBUTE: &str = "attribute --model shop.etiology --target Website --quiet";

#[test]
fn a_bucket_gives_the_bits_of_a_folder() {
    let folder = Folder::with_shop("s3", 2, 60);
    write_edges(&folder);
    // What is no data, and what is below the folder, is not meant by its name.
    fs::write(folder.file("slow/_notes"), "none").unwrap();
    fs::create_dir(folder.file("slow/old")).unwrap();
    write(&folder.file("slow/old/2.parquet"), &requests(5, 2));
    let server = Server::new(&folder.file(""));
    let fit = "fit --key id --graph edges.csv";
    folder.done(&format!("{fit} --rows slow --out here.etiology"));
    folder.done(&format!("{ATTRIBUTE} --events slow --out here"));
    let here = fs::read(folder.file("here.etiology")).unwrap();
    for (number, rows) in ["s3://shop/slow/*.parquet", "s3://shop/slow", "s3://shop/slow/"].into_iter().enumerate() {
        done(&folder, &server, &format!("{fit} --rows {rows} --out there.etiology"));
        assert!(fs::read(folder.file("there.etiology")).unwrap() == here, "{rows}");
        done(&folder, &server, &format!("{ATTRIBUTE} --events {rows} --out there-{number}"));
        for part in 0..2 {
            let [one, other] = ["here".to_owned(), format!("there-{number}")]
                .map(|out| fs::read(folder.file(&format!("{out}/part-{part:05}.parquet"))).unwrap());
            assert!(one == other, "{rows}, part {part}");
        }
        assert!(!folder.file(&format!("there-{number}/part-00002.parquet")).exists());
    }
    done(&folder, &server, &format!("{ATTRIBUTE} --events s3://shop/slow/1.parquet --out one"));
    let [one, other] =
        ["one/part-00000.parquet", "here/part-00001.parquet"].map(|name| fs::read(folder.file(name)).unwrap());
    assert!(one == other);

    // The events of a bucket are read again for their pages, and known to be the ones that were explained.
    let again = format!("{ATTRIBUTE} --events s3://shop/slow --out there-1");
    assert!(done(&folder, &server, &again).contains("2 of 2 parts are done already"));
    let summarise = "summarise --causes there-1 --id id --page summary.html --event-pages";
    done(&folder, &server, summarise);
    assert!(folder.file("summary-events/00000.html").exists());
    write(&folder.file("slow/1.parquet"), &requests(60, 7));
    let message = mistake(&run(&folder, &server, &again));
    assert!(message.contains("of other files, or files that have changed"), "{message}");
    let message = mistake(&run(&folder, &server, summarise));
    assert!(message.contains("has changed since its events were explained"), "{message}");
}

#[test]
fn a_cluster_reads_buckets_too() {
    let folder = Folder::with_shop("s3-cluster", 1, 60);
    let server = Server::new(&folder.file(""));
    let scheduler = free_address();
    let start = |words: &str| {
        let mut command = folder.command(words);
        command.envs(server.environment(KEY));
        Process::new(command)
    };
    let _scheduler = start(&format!("scheduler --bind {scheduler}"));
    wait_for(scheduler);
    let executor = free_address();
    let _executor = start(&format!("executor --scheduler {scheduler} --bind {executor} --cores 2"));
    wait_for(executor);
    let call = format!("{ATTRIBUTE} --sort id --partitions 2");
    done(&folder, &server, &format!("{call} --events s3://shop/slow --out there --cluster {scheduler}"));
    folder.done(&format!("{call} --events slow --out here"));
    let [there, here] = ["there", "here"].map(|out| fs::read(folder.file(out).join("part-00000.parquet")).unwrap());
    assert!(there == here);
}

#[test]
fn what_cannot_be_read_says_why() {
    let folder = Folder::with_shop("s3-mistakes", 1, 5);
    fs::write(folder.file("slow/a#b.csv"), "id\n1\n").unwrap();
    let server = Server::new(&folder.file(""));
    for (events, expected) in [
        ("s3://shop/none/*.parquet", "is no file, no folder with files"),
        ("s3://shop/slow/none.parquet", "is no file, no folder with files"),
        ("s3://shop/shop.etiology", "is of no format that its name tells"),
        ("s3://shop/slow/*.csv", "`#` is in its name"),
        ("s3:///slow/0.parquet", "expected s3://bucket/"),
        ("http://shop/slow/0.parquet", "expected s3://bucket/"),
    ] {
        let message = mistake(&run(&folder, &server, &format!("{ATTRIBUTE} --events {events} --out out")));
        assert!(message.contains(expected), "{events}: {message}");
    }
    let mut command = folder.command(&format!("{ATTRIBUTE} --events s3://shop/slow --out out"));
    let message = mistake(&command.envs(server.environment("another-key")).output().unwrap());
    assert!(message.contains("`s3://shop/slow` cannot be read") && message.contains("AWS_ACCESS_KEY_ID"), "{message}");
    assert!(!folder.file("out").exists());
}
