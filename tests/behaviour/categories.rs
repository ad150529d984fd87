//! Categories as nodes: parents, children and targets.

use etiology::attribution::{EngineName, Estimator};
use etiology::findings::FindingKind;
use etiology::mechanism::ClassifierModel;
use etiology::{
    AttributionConfig, CausalGraph, Dataset, DiagnosisConfig, Observation, Quantity, StructuralCausalModel,
};

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
    let formula = etiology::AdditiveNoiseModel::known(etiology::KnownFormula::sum(["error"]));
    let codes = fails("cost", formula.into());
    assert!(codes.contains("takes numbers") && codes.contains("`error`"), "{codes}");
    let scale = fails("cost", etiology::mechanism::LocationScaleModel::linear().into());
    assert!(scale.contains("takes numbers"), "{scale}");
}

fn fitted(rows: usize) -> (Dataset, etiology::FittedModel) {
    let data = orders(rows);
    let model = StructuralCausalModel::new(graph()).assign_mechanisms(&data).unwrap().fit(&data).unwrap();
    (data, model)
}

#[test]
fn levels_that_training_did_not_have_are_told_and_count_as_the_average() {
    let (data, model) = fitted(400);
    let strange = event("timeout", 41.0).with_text("vendor", "NEWCO").unwrap();
    let found = model.attribute_outlier("cost", &strange, &AttributionConfig::default()).unwrap();
    let told = found.findings.iter().find(|finding| finding.kind == FindingKind::UnseenLevel).unwrap();
    assert_eq!(told.nodes, ["vendor"]);
    assert!(told.evidence.contains("`NEWCO`") && told.evidence.contains("`A`, `B`, `C`"), "{told}");
    let vendor = found.contribution("vendor").unwrap();
    assert_eq!(vendor.observed_level.as_deref(), Some("NEWCO"));
    // As unusual as the rows can tell.
    assert!((vendor.noise_score - found.ceiling().unwrap()).abs() < 1e-9);
    let usual = model.attribute_outlier("cost", &event("timeout", 41.0), &AttributionConfig::default()).unwrap();
    assert!(usual.findings.iter().all(|finding| finding.kind != FindingKind::UnseenLevel));
    // An unseen class of a node with causes, and of the target itself, is no error either.
    for (node, text) in [("error", "melted"), ("region", "MARS")] {
        let event = event("timeout", 41.0).with_text(node, text).unwrap();
        for target in ["cost", "error"] {
            let found = model.attribute_outlier(target, &event, &AttributionConfig::default()).unwrap();
            assert!(found.findings.iter().any(|finding| finding.kind == FindingKind::UnseenLevel));
            let sum: f64 = found.contributions.iter().map(|part| part.value).sum();
            assert!((sum - found.score.value).abs() < 1e-9);
        }
    }
    // The average over levels: between what the levels are predicted to be.
    let cost = model.mechanism("cost").unwrap();
    let at = |code: f64| cost.evaluate(&[code], 0.0);
    assert!(at(3.0) > at(0.0).min(at(2.0)) && at(3.0) < at(0.0).max(at(2.0)));
    assert_eq!(data.rows(), 400);
}

#[test]
fn missing_levels_have_the_likeliest_stand_in_and_numbers_for_levels_are_read_as_text() {
    let (_, model) = fitted(400);
    let gone = event("timeout", 41.0).with_text("vendor", "A").unwrap();
    let texts = [("region", "US"), ("flag", "True"), ("error", "timeout")];
    let without = texts.into_iter().fold(Observation::from_pairs([("cost", 41.0)]).unwrap(), |event, (name, text)| {
        event.with_text(name, text).unwrap()
    });
    let found = model.attribute_outlier("cost", &without, &AttributionConfig::default()).unwrap();
    assert_eq!(found.missing[0].node, "vendor");
    assert!(["A", "B", "C"].contains(&found.missing[0].typical_level.as_deref().unwrap()));
    assert!(found.to_string().contains("missing"), "{found}");
    assert!(model.attribute_outlier("cost", &gone, &AttributionConfig::default()).is_ok());
    let no_target = without.with_text("cost", "much").unwrap();
    let error = model.attribute_outlier("cost", &no_target, &AttributionConfig::default()).unwrap_err().to_string();
    assert!(error.contains("`cost`") && error.contains("much"), "{error}");
    let data = Dataset::from_csv_reader("status,ms\n200,12\n500,900\n200,11\n500,870\n200,12.5\n".as_bytes()).unwrap();
    let data = data.with_categories(["status"]).unwrap();
    let graph = CausalGraph::from_edges([("status", "ms")]).unwrap();
    let model = StructuralCausalModel::new(graph).assign_mechanisms(&data).unwrap().fit(&data).unwrap();
    let slow = Observation::from_pairs([("status", 500.0), ("ms", 880.0)]).unwrap();
    let found = model.attribute_outlier("ms", &slow, &AttributionConfig::default()).unwrap();
    assert_eq!(found.contribution("status").unwrap().observed_level.as_deref(), Some("500"));
}

#[test]
fn saved_models_keep_categories_to_the_bit_and_mismatched_levels_are_refused() {
    let (_, model) = fitted(300);
    let event = event("timeout", 41.0);
    let config = AttributionConfig::default();
    let expected = model.attribute_outlier("error", &event, &config).unwrap();
    let json = model.to_json().unwrap();
    for loaded in [
        etiology::FittedModel::from_json(&json).unwrap(),
        etiology::FittedModel::from_bytes(&model.to_bytes().unwrap()).unwrap(),
    ] {
        assert_eq!(loaded.attribute_outlier("error", &event, &config).unwrap(), expected);
        assert_eq!(loaded.draw_samples(20, 5).unwrap().to_csv(), model.draw_samples(20, 5).unwrap().to_csv());
    }
    let renamed = json.replace("\"categories\":[[\"error\",[\"none\"", "\"categories\":[[\"error\",[\"nine\"");
    assert_ne!(renamed, json);
    let error = etiology::FittedModel::from_json(&renamed).unwrap_err().to_string();
    assert!(error.contains("`error`"), "{error}");
}

#[test]
fn a_diagnosis_its_page_and_its_formats_name_levels() {
    let (_, model) = fitted(600);
    for target in ["error", "cost"] {
        let event = event("timeout", 41.0);
        let diagnosis = model.diagnose(target, &event, &DiagnosisConfig::default()).unwrap();
        let text = diagnosis.to_string();
        assert!(diagnosis.attribution.to_string().contains("timeout"), "{}", diagnosis.attribution);
        if target == "error" {
            assert!(text.contains("would have been `timeout` with probability"), "{text}");
        }
        let page = etiology::HtmlReport::new(&model, &diagnosis).to_html().unwrap();
        assert!(page.contains("Observed timeout; normally none"), "no shares on the page");
        let attribution = &diagnosis.attribution;
        assert!(attribution.to_csv().lines().any(|line| line.starts_with("flag,") && line.contains(",True,False,")));
        let json = serde_json::to_value(attribution).unwrap();
        let parts = json["contributions"].as_array().unwrap();
        let error = parts.iter().find(|part| part["node"] == "error").unwrap();
        assert_eq!((&error["observed_level"], &error["typical_level"]), (&"timeout".into(), &"none".into()));
        assert_eq!(&serde_json::from_value::<etiology::Attribution>(json).unwrap(), attribution);
    }
}

#[test]
fn orders_of_classes_are_a_doubt_and_a_model_error_of_the_split_alone() {
    let (_, model) = fitted(600);
    let event = event("timeout", 41.0);
    let config = AttributionConfig::default();
    let plain = model.attribute_outlier("error", &event, &config).unwrap();
    assert!(
        plain
            .findings
            .iter()
            .any(|finding| finding.kind == FindingKind::OrderOfClasses && finding.nodes.contains(&"error".to_owned()))
    );
    let with_errors = model.attribute_outlier("error", &event, &config.with_model_error(true)).unwrap();
    assert_eq!(with_errors.score, plain.score);
    let errors: Vec<f64> = with_errors.contributions.iter().filter_map(|part| part.model_error).collect();
    assert!(!errors.is_empty() && errors.iter().all(|&error| error > 0.0 && error < plain.score.value), "{errors:?}");
    // Two classes have one order.
    let data = orders(600);
    let graph = CausalGraph::from_edges([("region", "flag")]).unwrap();
    let model = StructuralCausalModel::new(graph).assign_mechanisms(&data).unwrap().fit(&data).unwrap();
    let found = model.attribute_outlier("flag", &event, &AttributionConfig::default().with_model_error(true)).unwrap();
    assert!(found.findings.iter().all(|finding| finding.kind != FindingKind::OrderOfClasses));
    assert!(found.contributions.iter().all(|part| part.model_error.is_none()));
}

#[test]
fn intervals_evaluation_and_drift_work_with_categories() {
    let (data, model) = fitted(400);
    let event = event("timeout", 41.0);
    let unfitted = StructuralCausalModel::new(graph()).assign_mechanisms(&data).unwrap();
    let bootstrap = etiology::BootstrapConfig::default().with_resamples(40);
    let intervals =
        unfitted.bootstrap_attribution(&data, "error", &event, &AttributionConfig::default(), &bootstrap).unwrap();
    assert_eq!(intervals.failed, 0);
    assert!(intervals.score.lower < intervals.score.estimate && intervals.score.estimate < intervals.score.upper);
    let again =
        unfitted.bootstrap_attribution(&data, "error", &event, &AttributionConfig::default(), &bootstrap).unwrap();
    assert_eq!(again.score, intervals.score);

    let held_out = model.draw_samples(1_000, 11).unwrap();
    let evaluation = model.evaluate(&held_out, &etiology::EvaluationConfig::default()).unwrap();
    assert!(evaluation.findings.is_empty(), "{:?}", evaluation.findings);
    let error = evaluation.nodes.iter().find(|node| node.node == "error").unwrap();
    assert!(error.r_squared.unwrap() > 0.05 && error.r_squared.unwrap() < 0.6 && error.crps_ratio.unwrap() < 1.0);
    assert!(error.calibration.unwrap().p_value > 0.01 && error.independence.as_ref().unwrap().p_value > 0.01);
    assert!(evaluation.to_string().contains("error"));

    let report = model.drift_check(&held_out, 0.01).unwrap();
    assert!(report.nodes.iter().all(|node| !node.is_drifted()), "{report:?}");
    // All vendors are one now: its noise given the region is not what it was, and no other node's is.
    let same = (0..held_out.rows()).map(|_| "C");
    let columns = held_out.to_csv();
    let place = columns.lines().next().unwrap().split(',').position(|name| name == "vendor").unwrap();
    let without: String = columns
        .lines()
        .map(|line| {
            let cells: Vec<&str> =
                line.split(',').enumerate().filter(|&(at, _)| at != place).map(|(_, cell)| cell).collect();
            cells.join(",") + "\n"
        })
        .collect();
    let moved = Dataset::from_csv_reader(without.as_bytes()).unwrap().with_text_column("vendor", same).unwrap();
    let report = model.drift_check(&moved, 0.01).unwrap();
    assert!(report.nodes.iter().find(|node| node.node == "vendor").unwrap().is_drifted());
    assert!(!report.nodes.iter().find(|node| node.node == "region").unwrap().is_drifted());
}

#[test]
fn many_levels_are_shrunken_and_follow_what_they_add() {
    let rows = 600;
    let branch: Vec<String> = (0..rows).map(|row| format!("branch {:02}", row * 7 % 40)).collect();
    let of_branch = |row: usize| 10.0 * ((row * 7 % 40) as f64).sin();
    let load: Vec<f64> = (0..rows).map(|row| (row as f64 * 1.3).cos() + 0.1 * of_branch(row)).collect();
    let time =
        (0..rows).map(|row| 50.0 + 3.0 * load[row] + of_branch(row) + (row as f64 * 7.7).sin()).collect::<Vec<_>>();
    let data =
        Dataset::from_columns([("load", load), ("time", time)]).unwrap().with_text_column("branch", branch).unwrap();
    let graph = CausalGraph::from_edges([("branch", "load"), ("branch", "time"), ("load", "time")]).unwrap();
    let model = StructuralCausalModel::new(graph)
        .with_mechanism("time", etiology::AdditiveNoiseModel::linear())
        .unwrap()
        .assign_mechanisms(&data)
        .unwrap()
        .fit(&data)
        .unwrap();
    let parents = model.mechanism_parents("time").unwrap();
    let mechanism = model.mechanism("time").unwrap();
    assert!(mechanism.describe(&parents).contains("effect(branch)"), "{}", mechanism.describe(&parents));
    let at = |branch: f64, load: f64| {
        let value = |name: &&str| if *name == "branch" { branch } else { load };
        mechanism.evaluate(&parents.iter().map(value).collect::<Vec<_>>(), 0.0)
    };
    assert!((at(3.0, 1.0) - at(3.0, 0.0) - 3.0).abs() < 0.1);
    for branch in 0..40_usize {
        let expected = 50.0 + 10.0 * (branch as f64).sin();
        assert!((at(branch as f64, 0.0) - expected).abs() < 1.5, "{branch}: {} {expected}", at(branch as f64, 0.0));
    }
    // The slope of the number among the parents is known, so that its noise can be integrated.
    let place = parents.iter().position(|name| *name == "load").unwrap();
    assert!((mechanism.slope(place, 2).unwrap() - 3.0).abs() < 0.1);
    let slow =
        Observation::from_pairs([("load", 6.0), ("time", 68.0)]).unwrap().with_text("branch", "branch 00").unwrap();
    let found = model.attribute_outlier("time", &slow, &AttributionConfig::default()).unwrap();
    assert_eq!(found.ranked()[0].node, "load");
}
