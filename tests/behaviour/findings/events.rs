//! What the event shows: another unit, the other side, a constant that moved, a cause that is missing.

use super::{EDGES, event, fit, kinds, scaled, shop, truth, upper};
use etiology::findings::{FindingKind, Strength};
use etiology::{
    AdditiveNoiseModel, AttributionConfig, CausalGraph, Dataset, DiagnosisConfig, FeatureMap, KnownFormula,
    NoiseDistribution, Observation, StructuralCausalModel,
};

#[test]
fn faults_of_a_right_model_find_nothing() {
    let model = shop(500);
    for (node, usual) in [("db", 0.2), ("cache", 0.15), ("auth", 0.25), ("api", 0.1), ("web", 0.1), ("edge", 0.05)] {
        for size in [3.0, 8.0, 30.0, 1000.0] {
            let event = event(&[(node, size * usual)]);
            for target in ["web", "edge"].into_iter().filter(|_| node != "edge") {
                assert_eq!(
                    kinds(&model, target, &event, &upper()),
                    [],
                    "{node} {size} times as slow, seen at {target}"
                );
            }
        }
    }
    let diagnosis = model.diagnose("edge", &event(&[("cache", 2.0)]), &DiagnosisConfig::default()).unwrap();
    assert_eq!((diagnosis.root_cause(), diagnosis.strength), (Some("cache"), Strength::Strong), "{diagnosis}");
}

#[test]
fn an_event_in_another_unit_is_found_and_names_nobody() {
    let model = shop(500);
    let slow = event(&[("db", 1.5)]);
    for factor in [1000.0, 1e6, 1.0 / 1000.0, 1.0 / 3600.0] {
        let diagnosis = model.diagnose("edge", &scaled(&slow, |_| factor), &DiagnosisConfig::default()).unwrap();
        let found = diagnosis.findings.iter().find(|finding| finding.kind == FindingKind::OtherUnit);
        assert!(found.is_some_and(|finding| finding.nodes.len() >= 3), "{factor}: {:?}", diagnosis.findings);
        assert_eq!(diagnosis.root_cause(), None, "{diagnosis}");
    }
}

#[test]
fn one_node_in_another_unit_is_found_as_nothing_follows_it() {
    let model = shop(500);
    let usual = event(&[("edge", 0.5)]);
    for (node, factor) in [("db", 1000.0), ("auth", 60.0), ("cache", 1e6), ("auth", 1e-3), ("db", 100.0)] {
        let event = scaled(&usual, |name| if name == node { factor } else { 1.0 });
        let found = model.attribute_outlier("edge", &event, &upper()).unwrap().findings;
        let named = found.iter().any(|finding| finding.kind == FindingKind::OtherUnit && finding.nodes == [node]);
        assert!(named, "{node} times {factor}: {found:?}");
    }
    let target = scaled(&event(&[]), |name| if name == "edge" { 1000.0 } else { 1.0 });
    assert_eq!(kinds(&model, "edge", &target, &upper()), [FindingKind::OtherUnit]);
}

#[test]
fn another_unit_is_found_where_the_node_that_depends_on_it_is_at_fault() {
    let model = shop(500);
    let event = scaled(&event(&[("api", 1.0)]), |name| if name == "db" { 1000.0 } else { 1.0 });
    let diagnosis = model.diagnose("edge", &event, &DiagnosisConfig::default()).unwrap();
    let found = diagnosis.findings.iter().find(|finding| finding.kind == FindingKind::OtherUnit);
    assert!(found.is_some_and(|found| found.nodes == ["db"]), "{diagnosis}");
    assert_eq!(diagnosis.root_cause(), None);
}

#[test]
fn recent_rows_in_another_unit_are_found() {
    let model = shop(500);
    let recent = truth().draw_samples(30, 5).unwrap();
    let column =
        |name: &str| (name.to_owned(), recent.column(name).unwrap().iter().map(|value| 1000.0 * value).collect());
    let in_milliseconds: Dataset =
        Dataset::from_columns(["db", "cache", "auth", "api", "web", "edge"].map(column) as [(String, Vec<f64>); 6])
            .unwrap();
    let slow = event(&[("db", 1.5)]);
    let ask = |recent| model.diagnose("edge", &slow, &DiagnosisConfig::default().with_recent(recent)).unwrap();
    let (right, wrong) = (ask(recent.clone()), ask(in_milliseconds));
    assert_eq!((right.findings.len(), right.strength), (0, Strength::Strong), "{right}");
    assert_eq!(wrong.findings[0].kind, FindingKind::OtherUnit, "{wrong}");
    assert_eq!((wrong.findings[0].nodes.len(), wrong.root_cause()), (6, None));
}

#[test]
fn the_other_side_is_said_and_the_right_region_is_silent() {
    let model = shop(500);
    let fast = event(&[("db", 0.02), ("cache", 0.02), ("auth", 0.02), ("api", 0.01)]);
    let slow = event(&[("db", 1.5)]);
    let lower = || AttributionConfig::default().with_feature_map(FeatureMap::LowerTail);
    assert_eq!(kinds(&model, "edge", &fast, &upper()), [FindingKind::OtherSide]);
    assert_eq!(kinds(&model, "edge", &slow, &lower()), [FindingKind::OtherSide]);
    assert_eq!(kinds(&model, "edge", &fast, &lower()), []);
    let found = model.attribute_outlier("edge", &fast, &upper()).unwrap().findings.remove(0);
    assert!(found.evidence.contains("0 of 500") || found.evidence.contains("none of 500"), "{found}");
    assert!(found.remedy.contains("--region lower"), "{found}");
}

#[test]
fn a_value_as_low_as_few_days_reach_is_not_too_thin_however_skewed_the_rest() {
    // Sales: most days near the smallest, some far above, two of 365 below all others.
    let sold: Vec<f64> = (0..363).map(|day| 100.0 + 20.0 * (-(1.0 - (day as f64 + 0.5) / 363.0).ln())).collect();
    let stock: Vec<f64> = sold.iter().copied().chain([94.0, 93.0]).collect();
    let sales: Vec<f64> =
        stock.iter().enumerate().map(|(day, stock)| stock + 0.01 * (day as f64 * 1.7).sin()).collect();
    let rows = Dataset::from_columns([("stock", stock), ("sales", sales)]).unwrap();
    let model = fit(CausalGraph::from_edges([("stock", "sales")]).unwrap(), &rows);
    let low = Observation::from_pairs([("stock", 94.0), ("sales", 94.02)]).unwrap();
    let diagnosis = model.diagnose("sales", &low, &DiagnosisConfig::default()).unwrap();
    assert_eq!(
        diagnosis.findings.iter().map(|one| one.kind).collect::<Vec<_>>(),
        [FindingKind::OtherSide],
        "{diagnosis}"
    );
    assert!(diagnosis.findings[0].evidence.contains("2 of 365"), "{diagnosis}");
    assert_eq!((diagnosis.root_cause(), diagnosis.strength), (Some("stock"), Strength::Contested), "{diagnosis}");
}

#[test]
fn a_constant_that_moved_is_named() {
    let rows = truth().draw_samples(300, 2).unwrap();
    for (constant, moved) in [(0.0, 17.0), (5e8, 1.9e9), (1.0, 0.0), (-3.5, -3.4)] {
        let columns = rows.names().iter().map(|name| (name.clone(), rows.column(name).unwrap().to_vec()));
        let rows = Dataset::from_columns(columns.chain([("flag".to_owned(), vec![constant; 300])])).unwrap();
        let model = fit(CausalGraph::from_edges(EDGES.into_iter().chain([("flag", "db")])).unwrap(), &rows);
        let ask = |flag: f64| {
            let slow = event(&[("db", 1.0)]);
            let values = slow.names().iter().cloned().zip(slow.values().iter().copied());
            let event = Observation::from_pairs(values.chain([("flag".to_owned(), flag)])).unwrap();
            model.attribute_outlier("edge", &event, &upper()).unwrap().findings
        };
        assert_eq!(ask(constant), []);
        let found = ask(moved);
        assert_eq!(found.iter().map(|one| one.kind).collect::<Vec<_>>(), [FindingKind::ConstantMoved]);
        assert_eq!(found[0].nodes, ["flag"]);
    }
}

#[test]
fn a_value_far_outside_that_the_model_gives_no_weight_is_named() {
    let rows = truth().draw_samples(300, 2).unwrap();
    let load: Vec<f64> = (0..300).map(|row| f64::from(row * 7919 % 101) / 101.0).collect();
    let columns = rows.names().iter().map(|name| (name.clone(), rows.column(name).unwrap().to_vec()));
    let rows = Dataset::from_columns(columns.chain([("load".to_owned(), load)])).unwrap();
    // A formula that does not use it.
    let web = KnownFormula::new(["web", "load"], |parents| parents[0]);
    let own = NoiseDistribution::gamma(6.0, 0.05 / 6.0).unwrap();
    let model =
        StructuralCausalModel::new(CausalGraph::from_edges(EDGES.into_iter().chain([("load", "edge")])).unwrap())
            .with_mechanism("edge", AdditiveNoiseModel::known(web).with_noise(own))
            .unwrap()
            .assign_mechanisms(&rows)
            .unwrap()
            .fit(&rows)
            .unwrap();
    let ask = |load: f64| {
        let slow = event(&[("db", 1.0)]);
        let values = slow.names().iter().cloned().zip(slow.values().iter().copied());
        let event = Observation::from_pairs(values.chain([("load".to_owned(), load)])).unwrap();
        kinds(&model, "edge", &event, &upper())
    };
    assert_eq!([ask(0.5), ask(1.2)], [[], []]);
    assert_eq!(ask(3.0), [FindingKind::ConstantMoved]);
}

#[test]
fn an_unusual_node_that_is_no_cause_in_the_graph_hints_at_a_missing_one() {
    let rows = truth().draw_samples(500, 3).unwrap();
    let without_auth = EDGES.into_iter().filter(|edge| edge.0 != "auth");
    let model = fit(CausalGraph::from_nodes_and_edges(["auth"], without_auth).unwrap(), &rows);
    let found = model.attribute_outlier("web", &event(&[("auth", 2.0)]), &upper()).unwrap().findings;
    let found = found.iter().find(|one| one.kind == FindingKind::MissingCause).unwrap();
    assert_eq!(found.nodes, ["web", "auth"], "{found}");
    let own = kinds(&model, "web", &event(&[("web", 2.0)]), &upper());
    assert!(!own.contains(&FindingKind::MissingCause), "{own:?}: nothing speaks for another cause");
}

#[test]
fn causes_that_leave_most_unexplained_hint_at_a_missing_one() {
    let rows = truth().draw_samples(500, 3).unwrap();
    // What db and auth do is the target's own noise.
    let model = fit(CausalGraph::from_edges([("cache", "web")]).unwrap(), &rows);
    assert_eq!(kinds(&model, "web", &event(&[("db", 2.0)]), &upper()), [FindingKind::MissingCause]);
    assert_eq!(kinds(&model, "web", &event(&[("cache", 2.0)]), &upper()), []);
    let alone = fit(CausalGraph::from_nodes_and_edges(["web"], [("db", "api")]).unwrap(), &rows);
    assert_eq!(kinds(&alone, "web", &event(&[("db", 2.0)]), &upper()), [FindingKind::MissingCause]);
}
