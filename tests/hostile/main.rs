//! Hostile and broken input to every parser and loader: the bodies of the fuzz targets, on stable and in seconds.
//!
//! By default 2 000 inputs per parser (a twentieth of it for reports, which are slow), always the same ones. `HOSTILE_INPUTS=200000 cargo test --release --features traces
//! --test hostile -- --nocapture` tries so many per parser and tells the times; `HOSTILE_INPUTS_SEED=7` tries others.
//! Each input may take 64 MiB at most at any time, beside the tables that are read from it.
//! An input that fails is printed as a Rust byte string: put it into `tests/hostile/corpus/<parser>/`, where it is tried for ever.

mod bodies;
mod corpus;
mod mutations;

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use peak_alloc::PeakAlloc;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};

const INPUTS: u64 = 2_000;
/// More than this may no input make the library allocate at any time, beside its tables.
const MOST_MEMORY: usize = 64 << 20;
/// Two bytes of a file may be a cell of text, which takes a hundred in a table, and a body holds a few tables at once.
const TABLES_PER_BYTE: usize = 256;

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

/// Held while an input is tried, as what is counted is that of the process.
static TURN: Mutex<()> = Mutex::new(());

/// What is printed of an input.
const SHOWN: usize = 4_000;

fn number(variable: &str, default: u64) -> u64 {
    match std::env::var(variable) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{variable} must be a whole number, but is {text}")),
        Err(_) => default,
    }
}

/// Prints the input if the body panics.
struct Shown<'a>(&'a str, &'a [u8]);

impl Drop for Shown<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let Self(name, bytes) = self;
            let shown = &bytes[..bytes.len().min(SHOWN)];
            eprintln!("{name} broke a promise for {} bytes: b\"{}\"", bytes.len(), shown.escape_ascii());
        }
    }
}

/// Returns how much was allocated beyond what was before.
fn attempt(name: &str, bytes: &[u8]) -> usize {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let _shown = Shown(name, bytes);
    ALLOCATED.reset_peak_usage();
    let before = ALLOCATED.current_usage();
    bodies::run(name, bytes);
    let peak = ALLOCATED.peak_usage().saturating_sub(before);
    assert!(peak <= MOST_MEMORY + TABLES_PER_BYTE * bytes.len(), "{peak} bytes were allocated at one time");
    peak
}

/// Text that no corpus holds: of the characters that mean something to a parser, and of any.
fn text(runner: &mut TestRunner) -> Vec<u8> {
    let strategy =
        proptest::prop_oneof!["[\\[\\]{}\",:0-9eE.\\-nulltrf\n\r\t ;=<>&'#|]{0,80}", "\\PC{0,60}", "(?s).{0,40}"];
    strategy.new_tree(runner).unwrap().current().into_bytes()
}

/// The corpus as it is, the extremes, and then mutations and text in turn.
fn survives(name: &str) {
    let start = Instant::now();
    let seeds = corpus::of(name);
    assert!(!seeds.is_empty(), "there is no corpus of {name}");
    let extremes = mutations::extremes(name, &seeds);
    let mut peak = seeds.iter().chain(&extremes).map(|input| attempt(name, input)).max().unwrap_or_default();
    // A page with its diagnosis takes thirty milliseconds, and a parser one tenth of one.
    let share = if name == "reports" { 20 } else { 1 };
    let inputs = number("HOSTILE_INPUTS", INPUTS) / share;
    let mut random = ChaCha8Rng::seed_from_u64(number("HOSTILE_INPUTS_SEED", 1));
    let mut runner = TestRunner::deterministic();
    for input in 0..inputs {
        let bytes = match input % 8 {
            0 => text(&mut runner),
            _ => mutations::mutated(&seeds, &mut random),
        };
        peak = peak.max(attempt(name, &bytes));
    }
    let tried = inputs + (seeds.len() + extremes.len()) as u64;
    println!(
        "{name}: {tried} inputs in {:.1} s, with at most {:.1} MiB; the next random number is {}",
        start.elapsed().as_secs_f64(),
        peak as f64 / f64::from(1 << 20),
        random.random::<u32>()
    );
}

macro_rules! parsers {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            survives(stringify!($name));
        })*

        /// No parser without a test, and no test without a parser.
        #[test]
        fn every_parser_is_tried() {
            let tried = [$(stringify!($name),)* "parquet"];
            assert!(bodies::TARGETS.iter().all(|target| tried.contains(&target.0) || cfg!(not(feature = "traces"))));
        }
    };
}

#[cfg(feature = "traces")]
parsers! { dataset_csv call_graph_csv edges_csv metrics traces dependencies model_json model_binary types reports summaries }
#[cfg(not(feature = "traces"))]
parsers! { dataset_csv call_graph_csv edges_csv metrics model_json model_binary types reports summaries }

#[cfg(feature = "parquet")]
#[test]
fn parquet() {
    survives("parquet");
}

#[test]
fn a_resealed_model_is_whole() {
    let mut bytes = corpus::of("model_binary").remove(0);
    let whole = bytes.clone();
    bodies::reseal(&mut bytes);
    assert_eq!(bytes, whole, "the header that is fixed up is not the library's");
}
