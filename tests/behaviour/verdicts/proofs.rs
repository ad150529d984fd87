//! Proofs beside verdicts: what they say, of what they are not made, and that a diagnosis has them.

use etiology::mechanism::ClassifierModel;
use etiology::verdicts::{FalsifierKind, PathStatus, Proof};
use etiology::{
    AdditiveNoiseModel, CausalGraph, Dataset, DiagnosisConfig, Error, FittedModel, KnownFormula, NoiseDistribution,
    Observation, StructuralCausalModel,
};

fn wave(row: usize, pace: f64) -> f64 {
    0.1 + 0.05 * (pace * row as f64).sin() + 0.02 * (1.7 * pace * row as f64).cos()
}

/// db → api → web, db → report, auth → web: latencies, all but `report` and `auth` on the path.
fn shop() -> FittedModel {
    let db: Vec<f64> = (0..500).map(|row| wave(row, 0.7)).collect();
    let auth: Vec<f64> = (0..500).map(|row| wave(row, 1.9)).collect();
    let api: Vec<f64> = (0..500).map(|row| db[row] + 0.2 * wave(row, 3.1)).collect();
    let report: Vec<f64> = (0..500).map(|row| 2.0 * db[row] + 0.2 * wave(row, 2.3)).collect();
    let web: Vec<f64> = (0..500).map(|row| api[row] + auth[row] + 0.2 * wave(row, 4.7)).collect();
    let normal =
        Dataset::from_columns([("db", db), ("auth", auth), ("api", api), ("report", report), ("web", web)]).unwrap();
    let edges = [("web", "api"), ("api", "db"), ("report", "db"), ("web", "auth")];
    let graph = CausalGraph::from_call_graph(edges).unwrap();
    StructuralCausalModel::new(graph).assign_mechanisms(&normal).unwrap().fit(&normal).unwrap()
}

fn slow() -> Observation {
    Observation::from_pairs([("db", 0.9), ("auth", 0.12), ("api", 0.92), ("report", 1.82), ("web", 1.06)]).unwrap()
}

fn falsifier(proof: &Proof, kind: FalsifierKind) -> (bool, Option<bool>) {
    let found = proof.falsifiers.iter().find(|falsifier| falsifier.kind == kind).unwrap();
    (found.looked_for, found.found)
}

#[test]
fn a_diagnosis_proves_its_first_suspect_and_says_so_in_words() {
    let diagnosis = shop().diagnose("web", &slow(), &DiagnosisConfig::default()).unwrap();
    let [proof] = diagnosis.proofs.as_slice() else { panic!("{}", diagnosis.proofs.len()) };
    assert_eq!(proof.suspect, diagnosis.combined[0].node);
    assert_eq!(proof.counterfactual.as_ref(), diagnosis.counterfactuals.first());
    let text = diagnosis.to_string();
    for expected in [
        "Proof: db → api → web, every step tested.",
        "`db` = 0.9000 (usually 0.098",
        "with `db` as it was, 0.9198",
        "With `db` normal, `web` would have been 0.2",
        "If `db` were not the cause:",
        "all that would show it follow it: `report`",
    ] {
        assert!(text.contains(expected), "{expected} in\n{text}");
    }
    assert!(proof.path[0].multiple.is_some_and(|multiple| multiple > 5.0), "{text}");
    assert!(proof.holds(), "{text}");
    let alone = shop().prove("web", "db", &slow(), &DiagnosisConfig::default()).unwrap();
    assert_eq!(&alone, proof, "one question, one answer");
    let none = shop().diagnose("web", &slow(), &DiagnosisConfig::default().with_proofs(0)).unwrap();
    assert!(none.proofs.is_empty());
}

#[test]
fn another_effect_that_stays_usual_speaks_against_the_suspect() {
    let event =
        Observation::from_pairs([("db", 0.9), ("auth", 0.12), ("api", 0.92), ("report", 0.22), ("web", 1.06)]).unwrap();
    let proof = shop().prove("web", "db", &event, &DiagnosisConfig::default()).unwrap();
    assert_eq!(falsifier(&proof, FalsifierKind::OtherEffectsUsual), (true, Some(true)), "{proof}");
    assert!(!proof.holds() && proof.to_string().contains("FOUND: these do not follow it: `report`"), "{proof}");
}

#[test]
fn rows_before_the_event_say_when_each_deviated_and_who_did_first() {
    let before = |first: [usize; 3]| {
        let column =
            |first: usize, usual: f64, off: f64| (0..10).map(|row| if row < first { usual } else { off }).collect();
        let [db, api, web] = first;
        let columns: [(&str, Vec<f64>); 3] =
            [("db", column(db, 0.1, 0.9)), ("api", column(api, 0.12, 0.92)), ("web", column(web, 0.24, 1.06))];
        DiagnosisConfig::default().with_recent(Dataset::from_columns(columns).unwrap())
    };
    let proof = shop().prove("web", "db", &slow(), &before([4, 5, 10])).unwrap();
    let rows: Vec<Option<usize>> = proof.path.iter().map(|hop| hop.first_row).collect();
    assert_eq!((rows, proof.recent_rows), (vec![Some(4), Some(5), Some(10)], Some(10)));
    assert_eq!(falsifier(&proof, FalsifierKind::OthersBefore), (true, Some(false)));
    assert!(proof.to_string().contains("off since 6 rows before the event"), "{proof}");
    let times = |count: usize| (0..count).map(|row| format!("10:{row:02}"));
    let proof = shop().prove("web", "db", &slow(), &before([4, 5, 10]).with_recent_times(times(10))).unwrap();
    let at: Vec<Option<&str>> = proof.path.iter().map(|hop| hop.first_time.as_deref()).collect();
    assert_eq!(at, [Some("10:04"), Some("10:05"), None]);
    assert!(proof.to_string().contains("off since 10:04, 6 rows before the event"), "{proof}");
    let blank = times(10).map(|time| if time == "10:04" { " ".to_owned() } else { time });
    let proof = shop().prove("web", "db", &slow(), &before([4, 5, 10]).with_recent_times(blank)).unwrap();
    assert_eq!(proof.path[0].first_time, None);
    assert!(proof.to_string().contains("off since 6 rows before the event"), "{proof}");
    let error = shop().prove("web", "db", &slow(), &before([4, 5, 10]).with_recent_times(times(9))).unwrap_err();
    assert!(error.to_string().contains("9 for 10 rows"), "{error}");
    let proof = shop().prove("web", "db", &slow(), &before([4, 2, 10])).unwrap();
    assert_eq!(falsifier(&proof, FalsifierKind::OthersBefore), (true, Some(true)), "{proof}");
    let proof = shop().prove("web", "db", &slow(), &DiagnosisConfig::default()).unwrap();
    assert_eq!(falsifier(&proof, FalsifierKind::OthersBefore), (false, None));
}

#[test]
fn the_target_itself_and_an_innocent_suspect() {
    let odd = Observation::from_pairs([("db", 0.1), ("auth", 0.12), ("api", 0.12), ("report", 0.22), ("web", 1.06)]);
    let proof = shop().prove("web", "web", &odd.unwrap(), &DiagnosisConfig::default()).unwrap();
    assert_eq!((proof.path.len(), proof.status.clone()), (1, PathStatus::Verified), "{proof}");
    assert!(proof.to_string().starts_with("Proof: web itself is off."), "{proof}");
    let innocent = shop().prove("web", "auth", &slow(), &DiagnosisConfig::default()).unwrap();
    assert!(!innocent.holds(), "{innocent}");
    assert_eq!(falsifier(&innocent, FalsifierKind::FollowsFromItsCauses), (true, Some(true)));
    assert_eq!(falsifier(&innocent, FalsifierKind::TargetUnusualWithout), (true, Some(true)));
    let follows = shop().prove("web", "api", &slow(), &DiagnosisConfig::default()).unwrap();
    assert_eq!(falsifier(&follows, FalsifierKind::CauseAsUnusual), (true, Some(true)), "{follows}");
}

#[test]
fn what_cannot_be_proved_is_an_error() {
    let prove = |target: &str, suspect: &str, event: &Observation| {
        shop().prove(target, suspect, event, &DiagnosisConfig::default()).unwrap_err()
    };
    assert!(matches!(prove("web", "wbe", &slow()), Error::UnknownNode { .. }));
    let found = prove("web", "report", &slow()).to_string();
    assert!(found.contains("the target or one of its causes") && found.contains("`report`"), "{found}");
    let without = Observation::from_pairs([("auth", 0.12), ("api", 0.92), ("web", 1.06)]).unwrap();
    assert!(prove("web", "db", &without).to_string().contains("db"));
    let too_many = shop().diagnose("web", &slow(), &DiagnosisConfig::default().with_proofs(101)).unwrap_err();
    assert!(matches!(too_many, Error::InvalidParameter { name: "the number of proofs", .. }), "{too_many}");
}

#[test]
fn a_cause_that_never_moved_has_no_path_and_no_panic() {
    let varying: Vec<f64> = (0..300).map(|row| wave(row, 0.7)).collect();
    let api: Vec<f64> = varying.iter().enumerate().map(|(row, value)| value + wave(row, 2.9)).collect();
    let normal = Dataset::from_columns([("db", varying), ("errors", vec![0.0; 300]), ("api", api)]).unwrap();
    let graph = CausalGraph::from_edges([("db", "api"), ("errors", "api")]).unwrap();
    let model = StructuralCausalModel::new(graph).assign_mechanisms(&normal).unwrap().fit(&normal).unwrap();
    let moved = Observation::from_pairs([("db", 0.1), ("errors", 3.0), ("api", 5.0)]).unwrap();
    let proof = model.prove("api", "errors", &moved, &DiagnosisConfig::default()).unwrap();
    assert!(matches!(&proof.status, PathStatus::None { reason } if reason.contains("`errors`")), "{proof}");
    assert!(
        proof.path.is_empty() && proof.to_string().starts_with("No path from `errors` to `api` is shown."),
        "{proof}"
    );
}

#[test]
fn categories_are_steps_by_the_probability_of_their_level() {
    let pick = |row: usize, of: &[&'static str]| of[(row * 7 + row / 3 + row * row) % of.len()];
    let vendor: Vec<&str> = (0..600).map(|row| if row % 50 == 0 { "C" } else { pick(row, &["A", "B"]) }).collect();
    let error: Vec<&str> = (0..600)
        .map(|row| match vendor[row] {
            "C" => pick(row / 50, &["timeout", "timeout", "timeout", "none"]),
            _ => {
                if row % 97 == 0 {
                    "timeout"
                } else {
                    "none"
                }
            }
        })
        .collect();
    let cost: Vec<f64> = (0..600)
        .map(|row| if error[row] == "none" { 10.0 } else { 40.0 } + ((row * 37 % 101) as f64 - 50.0) / 50.0)
        .collect();
    let data = Dataset::from_columns([("cost", cost)]).unwrap();
    let data = data.with_text_column("vendor", vendor).unwrap().with_text_column("error", error).unwrap();
    let graph = CausalGraph::from_edges([("vendor", "error"), ("error", "cost")]).unwrap();
    let model = StructuralCausalModel::new(graph)
        .with_mechanism("error", ClassifierModel::shares())
        .unwrap()
        .assign_mechanisms(&data)
        .unwrap()
        .fit(&data)
        .unwrap();
    let event = Observation::from_pairs([("cost", 40.3)]).unwrap();
    let event = event.with_text("vendor", "C").unwrap().with_text("error", "timeout").unwrap();
    let proof = model.prove("cost", "vendor", &event, &DiagnosisConfig::default()).unwrap();
    let names: Vec<&str> = proof.path.iter().map(|hop| hop.node.as_str()).collect();
    assert_eq!(names, ["vendor", "error", "cost"], "{proof}");
    let step = &proof.path[1];
    assert_eq!(step.observed_level.as_deref(), Some("timeout"));
    let (with_it, without_it) = (step.expected.value, step.expected_without.unwrap().value);
    assert!(with_it > 0.5 && without_it < 0.1, "{proof}");
    // A category as target, and as the suspect of it.
    for (target, suspect) in [("error", "vendor"), ("error", "error"), ("vendor", "vendor")] {
        let proof = model.prove(target, suspect, &event, &DiagnosisConfig::default()).unwrap();
        assert!(!proof.to_string().contains("NaN"), "{proof}");
    }
    let unseen = event.with_text("vendor", "Z").unwrap();
    let proof = model.prove("cost", "vendor", &unseen, &DiagnosisConfig::default());
    assert!(proof.is_ok_and(|proof| !proof.to_string().contains("NaN")));
}

#[test]
fn a_proof_survives_extreme_values_and_comes_back_from_json() {
    let noise = NoiseDistribution::normal(0.0, 1.0).unwrap();
    let steep = KnownFormula::new(["a"], |parents: &[f64]| (parents[0]).exp());
    let model = StructuralCausalModel::new(CausalGraph::from_edges([("a", "b")]).unwrap())
        .with_mechanism("a", noise.clone())
        .and_then(|model| model.with_mechanism("b", AdditiveNoiseModel::known(steep).with_noise(noise)))
        .unwrap()
        .without_fitting()
        .unwrap();
    for (a, b) in [(3.0, 20.0), (700.0, 1e300), (-700.0, 5.0), (1e-300, 1e12)] {
        let event = Observation::from_pairs([("a", a), ("b", b)]).unwrap();
        for suspect in ["a", "b"] {
            let Ok(proof) = model.prove("b", suspect, &event, &DiagnosisConfig::default()) else { continue };
            let json = serde_json::to_string(&proof).unwrap();
            assert!(!json.contains("null,\"range\"") && !proof.to_string().contains("NaN"), "{proof}");
            assert_eq!(serde_json::from_str::<Proof>(&json).unwrap(), proof, "{json}");
        }
    }
}
