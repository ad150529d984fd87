//! Runs the examples as a user would.

mod embedding;
mod metrics;
mod one_answer;
mod options;
mod service_latency;
mod short_payment;
mod tables;
mod together;
#[cfg(feature = "traces")]
mod traces;

mod verdict;
mod what_changed;

#[path = "../../examples/shared/retail_shop.rs"]
mod retail_shop;

use std::env;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::LazyLock;

/// The folder of the examples, built once as this test was: a run of this file alone would otherwise find none,
/// or old ones.
static EXAMPLES: LazyLock<PathBuf> = LazyLock::new(|| {
    let this_test = env::current_exe().unwrap();
    let profile_folder = this_test.ancestors().nth(2).unwrap();
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--quiet", "--examples", "--target-dir"]).arg(profile_folder.parent().unwrap());
    if !cfg!(debug_assertions) {
        build.arg("--release");
    }
    // The same features, or the library would be compiled once more.
    let features = [
        ("openblas-system", cfg!(feature = "openblas-system")),
        ("traces", cfg!(feature = "traces")),
        ("tracing", cfg!(feature = "tracing")),
        ("parquet", cfg!(feature = "parquet")),
    ];
    for (feature, _) in features.iter().filter(|(_, is_on)| *is_on) {
        build.args(["--features", feature]);
    }
    let built = build.current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(built.status.success(), "{}", text(&built.stderr));
    profile_folder.join("examples")
});

/// Runs an example.
fn run<A: AsRef<OsStr>>(example: &str, arguments: impl IntoIterator<Item = A>) -> Output {
    let program = EXAMPLES.join(example).with_extension(env::consts::EXE_EXTENSION);
    Command::new(program).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn nonlinear_faults_prints_a_share_for_every_kind() {
    let output = run("nonlinear_faults", ["--cases", "2", "--rows", "200", "--samples", "128"]);
    let printed = text(&output.stdout);
    assert!(output.status.success(), "{}", text(&output.stderr));
    for kind in ["Linear", "Polynomial", "LogLink", "Maximum", "TreeLike"] {
        assert!(printed.lines().any(|line| line.starts_with(kind)), "{printed}");
    }
}

#[test]
fn online_shop_names_the_caching_service() {
    let output = run::<&str>("online_shop", []);
    assert!(output.status.success());
    let printed = text(&output.stdout);
    assert!(printed.contains("Why did customer 5 wait?"), "{printed}");
    assert!(printed.contains("█"), "{printed}");
    assert!(printed.trim_end().lines().last().unwrap().starts_with("Root cause: Caching Service ("), "{printed}");
    // On the files that it has written into `target/shop`.
    let first_lines = run::<&str>("first_lines", []);
    assert!(text(&first_lines.stdout).ends_with("\nRoot cause: Caching Service\n"), "{}", text(&first_lines.stderr));
}

#[test]
fn online_shop_explains_a_lasting_change_and_what_would_not_help() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("lasting");
    let output = run("online_shop", ["--lasting".as_ref(), "--write-csv".as_ref(), folder.as_os_str()]);
    let printed = text(&output.stdout);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let first = printed.lines().skip_while(|line| !line.trim_start().starts_with("node")).nth(1);
    assert!(first.is_some_and(|line| line.trim_start().starts_with("Caching Service")), "{printed}");
    // Product Service waits for the slower of both, so that nothing is won: by simulation it is 0.02 seconds.
    let effect = printed.lines().last().and_then(|line| line.split("moves by ").nth(1)).unwrap();
    let effect: f64 = effect.split_whitespace().next().unwrap().parse().unwrap();
    assert!(effect.abs() < 0.1, "{printed}");
}

#[test]
fn online_shop_writes_over_no_other_file() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("not_written_over");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("calls.csv"), "mine").unwrap();
    let output = run("online_shop", ["--write-csv".as_ref(), folder.as_os_str()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("calls.csv` is there already"), "{}", text(&output.stderr));
    assert_eq!(std::fs::read_to_string(folder.join("calls.csv")).unwrap(), "mine");
}

#[test]
fn what_changed_is_named_with_the_truth_beside_it() {
    for (example, last) in [
        ("what_changed", "What moved the profit most: Page Views."),
        ("supply_chain", "What changed it: confirmed and demand."),
        ("cloud_costs", "What raised the cost: region, then price."),
    ] {
        let output = run::<&str>(example, []);
        let printed = text(&output.stdout);
        assert!(output.status.success(), "{printed}{}", text(&output.stderr));
        assert_eq!(printed.lines().last(), Some(last));
    }
}

#[test]
fn custom_mechanism_agrees_with_brute_force() {
    let output = run::<&str>("custom_mechanism", []);
    let printed = text(&output.stdout);
    assert!(output.status.success());
    for (node, truth) in [("cache", "5.14"), ("returns", "2.75"), ("x0", "5.16"), ("queue", "4.45")] {
        let rows: Vec<Vec<&str>> = printed
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>())
            .filter(|words| words.first() == Some(&node))
            .collect();
        let (found, error): (f64, f64) = (rows[0][1].parse().unwrap(), rows[0][2].parse().unwrap());
        let exact: f64 = rows[1][1].parse().unwrap();
        assert_eq!(rows[1][1], truth);
        assert!((found - exact).abs() < 0.03 + 4.0 * error, "{node}: {rows:?}");
    }
}

#[test]
fn saved_model_names_the_root_cause_in_fresh_processes() {
    let output = run::<&str>("saved_model", []);
    let printed = text(&output.stdout);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(printed.matches(": Caching Service").count(), 20, "{printed}");
}
