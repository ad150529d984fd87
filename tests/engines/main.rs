//! What every engine gives, held to the bit while the code is moved about.
//!
//! `recorded.txt` has the score, every contribution and its error, single coalitions, and estimates within a time limit, for models
//! that between them take every way there is. By default figures are compared to eleven digits, since the last bits depend on
//! the processor and on the mathematical library of the system. With `ETIOLOGY_BITS=same` they must agree to the bit, with
//! `ETIOLOGY_BITS=write` they are recorded anew:
//!
//! ```text
//! ETIOLOGY_BITS=write cargo test --test engines -- bits
//! ```

mod figures;
#[path = "../../examples/shared/known_models.rs"]
mod known_models;
mod models;
#[path = "../../benches/shared/random_models.rs"]
mod random_models;
#[path = "../../examples/shared/retail_shop.rs"]
mod retail_shop;

use std::fmt::Write as _;
use std::path::Path;

use etiology::AttributionConfig;
use figures::Figures;

const RELATIVE: f64 = 1e-11;

#[test]
fn every_engine_gives_the_recorded_bits() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/engines/recorded.txt");
    let found: Vec<(String, f64)> = models::all()
        .iter()
        .flat_map(|case| {
            let figures = Figures::of(case);
            figures.into_iter().map(|(name, value)| (format!("{} | {name}", case.name), value))
        })
        .collect();
    let mode = std::env::var("ETIOLOGY_BITS").unwrap_or_default();
    if mode == "write" {
        let mut text = String::new();
        for (name, value) in &found {
            writeln!(text, "{:016x} {name} = {value:.6}", value.to_bits()).unwrap();
        }
        std::fs::write(path, text).unwrap();
        return;
    }
    let recorded = std::fs::read_to_string(path).unwrap();
    let recorded: Vec<(&str, f64)> = recorded.lines().map(parsed).collect();
    let names = |figures: &[(String, f64)]| figures.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let recorded_names: Vec<String> = recorded.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names(&found), recorded_names, "other figures than were recorded");
    let agrees = |found: f64, recorded: f64| {
        let allowed = RELATIVE * found.abs().max(recorded.abs()).max(1e-3);
        found.to_bits() == recorded.to_bits() || mode != "same" && (found - recorded).abs() <= allowed
    };
    let pairs = found.iter().zip(&recorded);
    let others = pairs.filter(|((_, found), (_, recorded))| !agrees(*found, *recorded));
    let others: Vec<String> =
        others.map(|((name, found), (_, recorded))| format!("{name}: {found:e}, recorded {recorded:e}")).collect();
    assert!(others.is_empty(), "{} of {} figures differ:\n{}", others.len(), found.len(), others.join("\n"));
}

/// A line `bits name = decimal`.
fn parsed(line: &str) -> (&str, f64) {
    let (bits, rest) = line.split_once(' ').unwrap();
    let (name, _) = rest.rsplit_once(" = ").unwrap();
    (name, f64::from_bits(u64::from_str_radix(bits, 16).unwrap()))
}

/// The true contributions of the known models were counted by brute force, to some 0.003 nats.
#[test]
fn known_models_agree_with_brute_force() {
    for known in known_models::all().unwrap() {
        let config = AttributionConfig::default().with_feature_map(known.feature_map).with_floor(known_models::FLOOR);
        let attribution = known.model.attribute_outlier(known.target, &known.observation, &config).unwrap();
        let score = &attribution.score;
        assert!((score.value - known.score).abs() < 0.01 + 4.0 * score.std_error, "{}: {score:?}", known.name);
        for (node, truth) in known.contributions {
            let found = attribution.contribution(node).unwrap();
            assert!((found.value - truth).abs() < 0.01 + 4.0 * found.std_error, "{}: {found:?}", known.name);
        }
    }
}
