//! The published schema of a diagnosis in JSON describes every field that there is, and none that there is not.

use std::collections::BTreeSet;

use etiology::lags::Lags;
use etiology::mechanism::ClassifierModel;
use etiology::{
    AttributionConfig, CausalGraph, Dataset, Diagnosis, DiagnosisConfig, Observation, StructuralCausalModel,
    attribution::Precision,
};
use serde_json::Value;

fn schema() -> Value {
    serde_json::from_str(include_str!("../../../docs/schema/diagnosis-1.json")).unwrap()
}

/// The part of JSON Schema that the file uses. Fields that are seen are noted as the path of their schema.
struct Checker {
    root: Value,
    seen: BTreeSet<String>,
}

impl Checker {
    fn check(&mut self, schema: &Value, at: &str, value: &Value) -> Result<(), String> {
        if let Some(name) = schema["$ref"].as_str() {
            let name = name.strip_prefix("#/$defs/").unwrap();
            let target = self.root["$defs"][name].clone();
            return self.check(&target, name, value);
        }
        if let Some(any) = schema["anyOf"].as_array() {
            let found: Vec<Result<(), String>> = any.iter().map(|one| self.check(one, at, value)).collect();
            return if found.iter().any(Result::is_ok) { Ok(()) } else { Err(format!("{at}: {found:?}")) };
        }
        if !schema["const"].is_null() && schema["const"] != *value {
            return Err(format!("{at}: {value} instead of {}", schema["const"]));
        }
        if let Some(allowed) = schema["enum"].as_array().filter(|allowed| !allowed.contains(value)) {
            return Err(format!("{at}: {value} is none of {allowed:?}"));
        }
        let types = match &schema["type"] {
            Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
            one => one.as_str().into_iter().collect::<Vec<&str>>(),
        };
        let fits = |wanted: &&str| match *wanted {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            "integer" => value.is_u64() || value.is_i64(),
            "number" => value.is_number(),
            "null" => value.is_null(),
            other => panic!("a type that this check does not know: {other}"),
        };
        if !types.is_empty() && !types.iter().any(fits) {
            return Err(format!("{at}: {value} is no {types:?}"));
        }
        for item in value.as_array().into_iter().flatten() {
            self.check(&schema["items"], at, item)?;
        }
        let Some(fields) = value.as_object() else { return Ok(()) };
        let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        if let Some(missing) = required.into_iter().find(|name| !fields.contains_key(*name)) {
            return Err(format!("{at}: no {missing}"));
        }
        for (name, field) in fields {
            let path = format!("{at}.{name}");
            match (&schema["properties"][name], &schema["additionalProperties"]) {
                (Value::Null, Value::Object(_)) => self.check(&schema["additionalProperties"], &path, field)?,
                (Value::Null, _) => return Err(format!("{path} is not in the schema")),
                (of_field, _) => {
                    self.seen.insert(path.clone());
                    self.check(of_field, &path, field)?;
                }
            }
        }
        Ok(())
    }
}

/// The paths of all fields that a schema has, by the same names.
fn described(schema: &Value, at: &str, found: &mut BTreeSet<String>) {
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{at}.{name}");
        described(field, &path, found);
        found.insert(path);
    }
    if schema["items"].is_object() {
        described(&schema["items"], at, found);
    }
    for one in schema["anyOf"].as_array().into_iter().flatten() {
        described(one, at, found);
    }
}

fn wave(row: usize, pace: f64) -> f64 {
    0.1 + 0.05 * (pace * row as f64).sin() + 0.02 * (1.7 * pace * row as f64).cos()
}

/// db and its copy → api → web, and region → error → web; a value is missing, a node is given, and a split is open.
fn diagnoses() -> Vec<Diagnosis> {
    let nearly_tied = diagnoses_where(0.08, 1.0);
    diagnoses_where(0.0, 0.2).into_iter().chain(nearly_tied).collect()
}

/// The same where the copy moves by itself by so much, and with so much noise of the API's own.
fn diagnoses_where(by_itself: f64, own_noise: f64) -> Vec<Diagnosis> {
    let rows = 400;
    let column = |pace: f64| (0..rows).map(|row| wave(row, pace)).collect::<Vec<f64>>();
    let (db, own, web_own) = (column(0.7), column(3.1), column(4.7));
    let copy: Vec<f64> = (0..rows).map(|row| 2.0 * db[row] + by_itself * (wave(row, 5.3) - 0.1)).collect();
    let error: Vec<&str> = (0..rows).map(|row| if row % 97 == 5 { "timeout" } else { "none" }).collect();
    let region: Vec<&str> = (0..rows).map(|row| if row * 7 % 5 < 2 { "US" } else { "EU" }).collect();
    let api: Vec<f64> = (0..rows).map(|row| db[row] + copy[row] + own_noise * own[row]).collect();
    let web: Vec<f64> =
        (0..rows).map(|row| api[row] + 0.3 * web_own[row] + if error[row] == "none" { 0.0 } else { 0.5 }).collect();
    let normal = Dataset::from_columns([("db", db), ("copy", copy), ("api", api), ("web", web)]).unwrap();
    let normal = normal.with_text_column("error", error).unwrap().with_text_column("region", region).unwrap();
    let edges = [("db", "api"), ("copy", "api"), ("api", "web"), ("error", "web"), ("region", "error")];
    let model = StructuralCausalModel::new(CausalGraph::from_edges(edges).unwrap())
        .with_mechanism("error", ClassifierModel::shares())
        .unwrap()
        .assign_mechanisms(&normal)
        .unwrap()
        .fit(&normal)
        .unwrap();
    let event = |pairs: &[(&'static str, f64)], error: Option<&str>| {
        let event = Observation::from_pairs(pairs.iter().copied()).unwrap().with_text("region", "US").unwrap();
        error.map_or(event.clone(), |error| event.with_text("error", error).unwrap())
    };
    let precise = AttributionConfig::default()
        .with_model_error(true)
        .with_precision(Precision::StdError(0.2))
        .with_samples(2_048);
    let given = AttributionConfig::default().with_model_error(true).with_context(["region"]);
    let recent = normal.head(20).unwrap();
    let off_before = Dataset::from_columns([("db", [0.9, 0.9]), ("api", [2.7, 2.7])]).unwrap();
    let plain = DiagnosisConfig::default;
    let earlier = |name: &str| normal.column(name).unwrap().iter().skip(1).copied().collect::<Vec<f64>>();
    let lagging = [("db", earlier("db")), ("copy", earlier("copy"))].map(|(name, column)| (name.to_owned(), column));
    let lagging =
        lagging.into_iter().chain([("api".to_owned(), normal.column("api").unwrap().to_vec()[..399].to_vec())]);
    let lags = Lags::chosen(model.graph(), &Dataset::from_columns(lagging).unwrap()).unwrap();
    [
        (event(&[("db", 0.9), ("copy", 0.2), ("api", 1.2), ("web", 1.3)], Some("none")), plain().with_recent(recent)),
        (event(&[("db", 0.9), ("copy", 1.8), ("api", 2.72), ("web", 2.75)], None), plain()),
        (
            event(&[("db", 0.9), ("copy", 1.8), ("api", 2.72), ("web", 2.75)], None),
            plain().with_recent(off_before).with_recent_times(["2026-01-01T10:00", "2026-01-01T10:01"]),
        ),
        (event(&[("db", 0.9), ("copy", 1.8), ("web", 2.75)], Some("none")), plain().with_attribution(precise)),
        (
            event(&[("db", 0.1), ("copy", 0.2), ("api", 0.32), ("web", 0.85)], Some("timeout")),
            plain().with_attribution(given),
        ),
        (event(&[("db", 0.1), ("copy", 0.2), ("api", 9.0), ("web", 0.35)], Some("none")), plain()),
    ]
    .into_iter()
    .flat_map(|(event, config)| {
        let config = config.with_proofs(6).with_lags(&lags);
        ["web", "error"]
            .into_iter()
            .filter_map(|target| model.diagnose(target, &event, &config).ok())
            .collect::<Vec<_>>()
    })
    .collect()
}

#[test]
fn every_field_of_a_diagnosis_is_in_the_schema_and_the_other_way_round() {
    let root = schema();
    let mut checker = Checker { root: root.clone(), seen: BTreeSet::new() };
    let mut all = BTreeSet::new();
    described(&root, "diagnosis", &mut all);
    for (name, definition) in root["$defs"].as_object().unwrap() {
        described(definition, name, &mut all);
    }
    for diagnosis in diagnoses() {
        let json = serde_json::to_value(&diagnosis).unwrap();
        checker.check(&root, "diagnosis", &json).unwrap_or_else(|fault| panic!("{fault}\n{json}"));
    }
    let unseen: Vec<&String> = all.difference(&checker.seen).collect();
    assert!(unseen.is_empty(), "in the schema, and never seen: {unseen:?}");
}

#[test]
fn what_is_not_in_the_schema_is_refused() {
    let root = schema();
    let mut checker = Checker { root: root.clone(), seen: BTreeSet::new() };
    let good = serde_json::to_value(&diagnoses()[0]).unwrap();
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut json = good.clone();
        change(&mut json);
        json
    };
    let faults = [
        changed(&|json| json["other"] = 1.into()),
        changed(&|json| json["strength"] = "sure".into()),
        changed(&|json| json["attribution"]["seed"] = Value::Null),
        changed(&|json| drop(json.as_object_mut().unwrap().remove("target"))),
    ];
    for json in faults {
        assert!(checker.check(&root, "diagnosis", &json).is_err());
    }
    assert_eq!(checker.check(&root, "diagnosis", &good), Ok(()));
}
