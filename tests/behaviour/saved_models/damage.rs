//! Files that are no models: from the future, cut short, damaged by chance or by intent.

use etiology::mechanism::MechanismRegistry;
use etiology::score::ItScore;
use etiology::{AttributionConfig, Error, FittedModel};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::LazyLock;

use super::models;

/// The header of the binary format: magic number, version, length, checksum.
const HEADER: usize = 24;

/// Gives damaged bytes a header that fits them.
fn reseal(bytes: &mut [u8]) {
    if let Some((header, body)) = bytes.split_at_mut_checked(HEADER) {
        header[12..20].copy_from_slice(&(body.len() as u64).to_le_bytes());
        header[20..24].copy_from_slice(&crc32fast::hash(body).to_le_bytes());
    }
}

fn saved(case: usize) -> Value {
    serde_json::from_str(&models::all(30)[case].model.to_json().unwrap()).unwrap()
}

fn complaint(file: &Value) -> String {
    FittedModel::from_json(&file.to_string()).map(|_| ()).unwrap_err().to_string()
}

/// The complaint about a model that was changed at one place.
fn about(case: usize, place: &str, value: Value) -> String {
    let mut file = saved(case);
    *file.pointer_mut(place).unwrap_or_else(|| panic!("there is no {place}")) = value;
    complaint(&file)
}

#[test]
fn models_from_the_future_are_refused_as_such() {
    let mut file = saved(3);
    file["version"] = json!(3);
    file["model"]["news"] = json!(true);
    assert_eq!(
        complaint(&file),
        "the model was saved in format version 3, but this version of etiology reads versions up to 2"
    );
    let mut bytes = models::all(30)[3].model.to_bytes().unwrap();
    bytes[8] = 7;
    assert!(matches!(FittedModel::from_bytes(&bytes), Err(Error::NewerModel { found: 7, supported: 2 })));
    file["version"] = json!(0);
    assert!(complaint(&file).contains("this is no sound saved model"));
    assert!(about(3, "/format", json!("a novel")).contains("its format is `a novel`"));
}

#[test]
fn every_truncation_and_every_flipped_bit_of_a_binary_model_is_noticed() {
    let bytes = models::all(30)[3].model.to_bytes().unwrap();
    // Short enough to try all: the references of this model that are drawn are left out.
    let small = models::all(30)[4].model.to_bytes().unwrap();
    for length in (0..small.len()).chain([bytes.len() - 1]) {
        let whole = if length < small.len() { &small } else { &bytes };
        assert!(FittedModel::from_bytes(&whole[..length]).is_err(), "{length}");
    }
    let registry = &models::all(30)[4].registry;
    assert!(FittedModel::from_bytes_with(&small, registry).is_ok());
    for bit in 0..8 * small.len().min(2_000) {
        let mut damaged = small.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        assert!(FittedModel::from_bytes_with(&damaged, registry).is_err(), "bit {bit}");
    }
    let mut longer = small.clone();
    longer.push(0);
    assert!(FittedModel::from_bytes(&longer).unwrap_err().to_string().contains("promises"));
    reseal(&mut longer);
    assert!(FittedModel::from_bytes(&longer).unwrap_err().to_string().contains("1 bytes are left over"));
}

#[test]
fn what_no_model_can_have_is_named() {
    let mechanism = |node: usize| format!("/model/nodes/{node}/mechanism/Data");
    for (case, place, value, expected) in [
        (3, "/model/graph/edges/0/0".to_owned(), json!("nobody"), "node `nobody` is not in the causal graph"),
        (3, "/model/graph/edges/0/0".to_owned(), json!("d"), "has the cycle d -> d"),
        (3, "/model/graph/edges/0/0".to_owned(), json!("f"), "the causal graph must be acyclic"),
        (3, "/model/graph/nodes/0".to_owned(), json!("b"), "node `b` is named more than once"),
        (3, "/model/graph/nodes".to_owned(), json!([]), "is not in the causal graph"),
        (3, "/model/nodes".to_owned(), json!([]), "has 0 values, but 7 were expected"),
        (3, "/model/nodes/1/parents/0".to_owned(), json!("nobody"), "node `nobody` is not in the causal graph"),
        (3, "/model/nodes/1/parents/0".to_owned(), json!("e"), "the mechanism of node `d` does not fit the graph"),
        (3, "/model/nodes/1/parents".to_owned(), json!(["a", "a", "b"]), "the mechanism of node `d` does not fit"),
        (0, "/model/training_rows".to_owned(), json!(1_u64 << 60), "at most 2^53"),
        (0, "/model/training_rows".to_owned(), json!(0), "at least 1"),
        (0, "/model/training_rows".to_owned(), json!(29), "must be that of its fit report"),
        (0, "/model/training_rows".to_owned(), Value::Null, "must be that of its fit report"),
        (0, "/model/training_rows".to_owned(), json!(-3), "invalid value"),
        (0, "/model/fit_report/nodes/0/rows_used".to_owned(), json!(u64::MAX), "the fit of node `root`"),
        (0, "/model/fit_report/nodes/1/node".to_owned(), json!("x"), "the fit of node `linear`"),
        (0, "/model/fit_report/nodes/1/largest_atom".to_owned(), json!(7.0), "the fit of node `linear`"),
        (1, "/model/assignment_report/nodes/0/node".to_owned(), json!("x"), "node `x` is not in the causal graph"),
        (3, mechanism(0) + "/noise/Gamma/shape", json!(-1.0), "the shape of gamma noise"),
        (3, mechanism(0) + "/noise/Gamma/shape", Value::Null, "null"),
        (3, mechanism(4) + "/function/Additive/Linear/coefficients", json!([1.0]), "does not fit the graph"),
        (0, "/model/nodes/1/leverage/rank".to_owned(), json!(9), "the leverage of a saved model"),
        (0, "/model/nodes/1/leverage/scales".to_owned(), json!([]), "the leverage of a saved model"),
        (0, "/model/nodes/1/leverage/factor/0/0".to_owned(), json!(4_000_000), "the leverage of a saved model"),
        (0, "/model/nodes/1/reference/Distribution/Empirical/values".to_owned(), json!([]), "is empty"),
    ] {
        let found = about(case, &place, value.clone());
        assert!(found.contains(expected), "{place} = {value}: {found}");
    }
}

#[test]
fn numbers_that_are_not_finite_are_refused() {
    let text = models::all(30)[0].model.to_json().unwrap();
    let (before, after) = text.split_once("\"values\":[").unwrap();
    let after = after.split_once(',').unwrap().1;
    for bad in ["NaN", "null", "1e999", "-1e999", "Infinity", "\"1\""] {
        let damaged = format!("{before}\"values\":[{bad},{after}");
        assert!(matches!(FittedModel::from_json(&damaged), Err(Error::DamagedModel { .. })), "{bad}");
    }
    let bytes = models::all(30)[0].model.to_bytes().unwrap();
    let value = models::all(30)[0].model.reference("root").unwrap().quantile(0.5).unwrap().to_le_bytes();
    let place = bytes.windows(8).position(|window| window == value);
    for bad in [f64::NAN, f64::INFINITY] {
        let mut damaged = bytes.clone();
        let place = place.unwrap();
        damaged[place..place + 8].copy_from_slice(&bad.to_le_bytes());
        reseal(&mut damaged);
        let error = FittedModel::from_bytes(&damaged).unwrap_err().to_string();
        assert!(error.contains("not finite or out of range"), "{error}");
    }
}

#[test]
fn endless_nesting_does_not_overflow_the_stack() {
    let linear = json!({"Linear": {"intercept": 0.0, "coefficients": [1.0]}});
    let nested = |depth: usize| (0..depth).fold(linear.clone(), |function, _| json!({ "Rounded": function }));
    let mut file = saved(0);
    let place = "/model/nodes/1/mechanism/Data/function/Additive";
    *file.pointer_mut(place).unwrap() = nested(10);
    let model = FittedModel::from_json(&file.to_string()).unwrap();
    *file.pointer_mut(place).unwrap() = nested(20);
    assert!(complaint(&file).contains("nested more than 16 deep"));
    // The same in the binary format, which knows no limit of its own: a million functions within each other.
    let mut bytes = model.to_bytes().unwrap();
    let start = bytes.windows(5).position(|window| window == [5; 5]).unwrap();
    bytes.splice(start..start, [5; 1_000_000]);
    reseal(&mut bytes);
    assert!(FittedModel::from_bytes(&bytes).is_err());
}

#[test]
fn scores_that_contradict_themselves_are_refused() {
    let sound = [
        ItScore::from_tail_probability(0.01, 1e-4).unwrap(),
        ItScore::from_tail_probability(0.0, 1e-4).unwrap(),
        ItScore::from_tail_probability(1.0, 0.0).unwrap(),
        ItScore::from_log_tail_probability(-8983.8, 0.0).unwrap(),
        ItScore::from_log_tail_probability(-740.0, 0.0).unwrap(),
    ];
    for score in sound {
        let text = serde_json::to_string(&score).unwrap();
        assert_eq!(serde_json::from_str::<ItScore>(&text).unwrap(), score, "{text}");
    }
    for (nats, tail, floor, saturated) in [
        (-1.0, 0.01, 1e-4, false),
        (4.0, 0.01, 1e-4, false),
        (4.605, 0.01, 0.0, true),
        (4.0, 2.0, 1e-4, false),
        (4.0, 0.01, 7.0, false),
        (3.0, 0.0, 0.0, false),
        (9.21, 0.0, 1e-4, false),
    ] {
        let file = json!({"nats": nats, "tail_probability": tail, "floor": floor, "saturated": saturated});
        assert!(serde_json::from_value::<ItScore>(file.clone()).is_err(), "{file}");
    }
}

/// One change of some bytes; places are counted round and round.
#[derive(Debug, Clone)]
enum Damage {
    Flip {
        at: usize,
        bit: u8,
    },
    Set {
        at: usize,
        byte: u8,
    },
    Truncate {
        at: usize,
    },
    Remove {
        at: usize,
    },
    Repeat {
        from: usize,
        count: usize,
        to: usize,
    },
    /// A varint of this value, such as the length of a list that is not there.
    Length {
        at: usize,
        value: u64,
    },
    Number {
        at: usize,
        value: f64,
    },
    /// Text that means trouble in JSON.
    Text {
        at: usize,
        text: &'static str,
    },
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<usize>;
    let extreme = prop_oneof![
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(-0.0),
        Just(f64::MAX),
        Just(-f64::MAX),
        Just(f64::MIN_POSITIVE),
        Just(5e-324),
        any::<f64>(),
    ];
    let length = prop_oneof![Just(u64::MAX), Just(1 << 30), Just(1 << 40), Just(1 << 20), any::<u64>(), 0..300_u64];
    let text = prop::sample::select(vec![
        "null",
        "NaN",
        "1e999",
        "-1",
        "1e308",
        "-1e308",
        "0",
        "1000000000",
        "[",
        "]",
        "{",
        "\"",
        "\\",
        "1e-320",
        ",",
        "é",
    ]);
    prop_oneof![
        3 => (at(), 0..8_u8).prop_map(|(at, bit)| Damage::Flip { at, bit }),
        3 => (at(), any::<u8>()).prop_map(|(at, byte)| Damage::Set { at, byte }),
        1 => at().prop_map(|at| Damage::Truncate { at }),
        1 => at().prop_map(|at| Damage::Remove { at }),
        1 => (at(), 1..64_usize, at()).prop_map(|(from, count, to)| Damage::Repeat { from, count, to }),
        2 => (at(), length).prop_map(|(at, value)| Damage::Length { at, value }),
        2 => (at(), extreme).prop_map(|(at, value)| Damage::Number { at, value }),
        2 => (at(), text).prop_map(|(at, text)| Damage::Text { at, text }),
    ]
}

fn apply(damage: &Damage, bytes: &mut Vec<u8>, from: usize) {
    let count = bytes.len() - from;
    if count == 0 {
        return;
    }
    let place = |at: usize| from + at % count;
    match *damage {
        Damage::Flip { at, bit } => bytes[place(at)] ^= 1 << bit,
        Damage::Set { at, byte } => bytes[place(at)] = byte,
        Damage::Truncate { at } => bytes.truncate(place(at)),
        Damage::Remove { at } => drop(bytes.remove(place(at))),
        Damage::Repeat { from, count, to } => {
            let start = place(from);
            let copied: Vec<u8> = bytes[start..].iter().take(count).copied().collect();
            let to = place(to);
            bytes.splice(to..to, copied);
        }
        Damage::Length { at, value } => {
            let varint = postcard::to_stdvec(&value).unwrap();
            let start = place(at);
            bytes.splice(start..=start, varint);
        }
        Damage::Number { at, value } => {
            let start = place(at);
            let end = (start + 8).min(bytes.len());
            bytes.splice(start..end, value.to_le_bytes());
        }
        Damage::Text { at, text } => {
            let start = place(at);
            bytes.splice(start..=start, text.bytes());
        }
    }
}

/// A small model in both formats, with what to ask of it.
struct Sample {
    text: Vec<u8>,
    bytes: Vec<u8>,
    case: models::Case,
}

static SAMPLES: LazyLock<Vec<Sample>> = LazyLock::new(|| {
    let small = models::all(12).into_iter().filter(|case| case.name != "known");
    let sample = |case: models::Case| {
        let (text, bytes) = (case.model.to_json().unwrap().into_bytes(), case.model.to_bytes().unwrap());
        Sample { text, bytes, case }
    };
    small.map(sample).collect()
});

/// Neither loading nor, where that works, attributing may panic, hang or use up the memory.
fn is_survived(model: Result<FittedModel, Error>, sample: &Sample) {
    match model {
        Err(error) => assert!(!error.to_string().is_empty()),
        Ok(model) => {
            let config = AttributionConfig::default().with_samples(32).with_seed(1);
            let _ = model.attribute_outlier(sample.case.target, &sample.case.event, &config);
            let _ = model.to_bytes();
        }
    }
}

fn cases() -> ProptestConfig {
    // A hundred thousand: PROPTEST_CASES=100000 cargo test --release --test behaviour damaged
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig { cases: cases.unwrap_or(3_000), failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn damaged_models_do_no_harm(
        number in any::<prop::sample::Index>(),
        damages in prop::collection::vec(damage(), 1..5),
        binary in any::<bool>(),
        resealed in prop::bool::weighted(0.95),
    ) {
        let sample = number.get(&SAMPLES);
        let registry: &MechanismRegistry = &sample.case.registry;
        if binary {
            let mut bytes = sample.bytes.clone();
            damages.iter().for_each(|damage| apply(damage, &mut bytes, if resealed { HEADER } else { 0 }));
            if resealed {
                reseal(&mut bytes);
            }
            is_survived(FittedModel::from_bytes_with(&bytes, registry), sample);
        } else {
            let mut bytes = sample.text.clone();
            damages.iter().for_each(|damage| apply(damage, &mut bytes, 0));
            is_survived(FittedModel::from_json_with(&String::from_utf8_lossy(&bytes), registry), sample);
        }
    }
}
