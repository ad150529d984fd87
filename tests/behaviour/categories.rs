//! Categories as nodes: parents, children and targets.

use etiology::attribution::{EngineName, Estimator};
use etiology::mechanism::ClassifierModel;
use etiology::{AttributionConfig, CausalGraph, Dataset, Observation, Quantity, StructuralCausalModel};

/// region → vendor → error ← flag, region → error, and error → cost.
fn orders(rows: usize) -> Dataset {
    let pick = |row: usize, salt: usize, of: &[&'static str]| of[(row * 7 + row / 3 + salt * row * row) % of.len()];
    let region: Vec<&str> = (0..rows).map(|row| pick(row, 1, &["EU", "EU", "US", "AP"])).collect();
    let flag: Vec<&str> = (0..rows).map(|row| pick(row, 2, &["True", "False", "False", "False", "False"])).collect();
    let vendor: Vec<&str> = (0..rows)
        .map(|row| match region[row] {
            "EU" => pick(row, 3, &["A", "A", "B", "C"]),
            "US" => pick(row, 5, &["B", "B", "C", "A", "B"]),
            _ => pick(row, 4, &["C", "A", "C"]),
        })
        .collect();
    let error: Vec<&str> = (0..rows)
        .map(|row| match (vendor[row], flag[row]) {
            ("C", "True") => pick(row, 6, &["timeout", "refused", "none", "timeout"]),
            ("C", _) => pick(row, 7, &["none", "none", "timeout", "none", "none", "refused"]),
            (_, "True") => pick(row, 8, &["none", "refused", "none"]),
            _ => pick(row, 9, &["none", "none", "none", "none", "none", "none", "none", "timeout"]),
        })
        .collect();
    let cost = (0..rows).map(|row| {
        let of_error = match error[row] {
            "none" => 10.0,
            "refused" => 25.0,
            _ => 40.0,
        };
        of_error + ((row * 37 % 101) as f64 - 50.0) / 50.0
    });
    Dataset::from_columns([("cost", cost.collect::<Vec<f64>>())])
        .unwrap()
        .with_text_column("region", region)
        .unwrap()
        .with_text_column("flag", flag)
        .unwrap()
        .with_text_column("vendor", vendor)
        .unwrap()
        .with_text_column("error", error)
        .unwrap()
}

fn graph() -> CausalGraph {
    CausalGraph::from_edges([
        ("region", "vendor"),
        ("region", "error"),
        ("vendor", "error"),
        ("flag", "error"),
        ("error", "cost"),
    ])
    .unwrap()
}

fn event(error: &str, cost: f64) -> Observation {
    let event = Observation::from_pairs([("cost", cost)]).unwrap();
    let texts = [("region", "US"), ("flag", "True"), ("vendor", "C"), ("error", error)];
    texts.into_iter().fold(event, |event, (name, text)| event.with_text(name, text).unwrap())
}

#[test]
fn mechanisms_are_chosen_for_categories_and_for_their_children() {
    let data = orders(600);
    let model = StructuralCausalModel::new(graph()).assign_mechanisms(&data).unwrap();
    let chosen = |node: &str| model.assignment_report().unwrap().node(node).unwrap().mechanism.clone();
    assert_eq!(chosen("region"), "empirical distribution");
    assert_eq!(chosen("vendor"), "class shares");
    assert!(["logistic regression", "class shares"].contains(&chosen("error").as_str()), "{}", chosen("error"));
    let fitted = model.fit(&data).unwrap();
    assert_eq!(fitted.levels("vendor").unwrap().unwrap().names(), ["A", "B", "C"]);
    assert!(fitted.levels("cost").unwrap().is_none());
    let cost = fitted.mechanism("cost").unwrap().describe(&["error"]);
    assert!(cost.contains("[error is timeout]"), "{cost}");
    // Samples have levels as text.
    let drawn = fitted.draw_samples(50, 3).unwrap();
    assert_eq!(drawn.levels("error").unwrap().names(), ["none", "refused", "timeout"]);
    assert_eq!(drawn.column("cost").unwrap().len(), 50);
}

#[test]
fn counting_out_and_sampling_agree() {
    let data = orders(600);
    let model = StructuralCausalModel::new(graph()).assign_mechanisms(&data).unwrap().fit(&data).unwrap();
    for (target, quantity) in [
        ("error", Quantity::ItScore),
        ("error", Quantity::MeanDeviation),
        ("cost", Quantity::ItScore),
        ("cost", Quantity::MeanDeviation),
    ] {
        let config = AttributionConfig::default().with_quantity(quantity);
        let event = event("timeout", 41.0);
        let exact = model.attribute_outlier(target, &event, &config).unwrap();
        assert_eq!(exact.explain().engine, EngineName::Enumeration, "{}", exact.explain());
        let only = config.clone().with_estimator(Estimator::Only(EngineName::Sampling)).with_samples(65_536);
        let sampled = model.attribute_outlier(target, &event, &only).unwrap();
        assert!((exact.score.value - sampled.score.value).abs() < 4.0 * sampled.score.std_error + 1e-9);
        for part in &exact.contributions {
            let other = sampled.contribution(&part.node).unwrap();
            let off = (part.value - other.value).abs();
            assert!(
                off < 4.0 * other.std_error + 1e-6,
                "{target} {quantity:?} {}: {} {}",
                part.node,
                part.value,
                other.value
            );
            assert_eq!(part.std_error, 0.0);
        }
        let sum: f64 = exact.contributions.iter().map(|part| part.value).sum();
        assert!((sum - exact.score.value).abs() < 1e-9);
        let attributor = model.attributor(target, config).unwrap();
        let attributor_of_samples = model.attributor(target, only).unwrap();
        for kept in [&["flag"][..], &["region", "error"], &["vendor", "flag", "cost"]] {
            let keeps = |node: &str| kept.contains(&node);
            let (one, other) =
                (attributor.what_if(&event, keeps).unwrap(), attributor_of_samples.what_if(&event, keeps).unwrap());
            assert!((one.value - other.value).abs() < 4.0 * other.std_error + 1e-6, "{kept:?} {one:?} {other:?}");
        }
    }
}

#[test]
fn mechanisms_of_the_wrong_kind_are_refused() {
    let data = orders(100);
    let fails = |node: &str, mechanism: etiology::mechanism::CausalMechanism| {
        let model = StructuralCausalModel::new(graph()).with_mechanism(node, mechanism).unwrap();
        model.assign_mechanisms(&data).unwrap().fit(&data).unwrap_err().to_string()
    };
    let numbers = fails("error", etiology::AdditiveNoiseModel::linear().into());
    assert!(numbers.contains("`error`") && numbers.contains("ClassifierModel"), "{numbers}");
    let classes = fails("cost", ClassifierModel::logistic().into());
    assert!(classes.contains("`cost`") && classes.contains("no category"), "{classes}");
    let scale = fails("cost", etiology::mechanism::LocationScaleModel::linear().into());
    assert!(scale.contains("takes numbers"), "{scale}");
}
