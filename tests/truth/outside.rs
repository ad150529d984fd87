//! Events outside of the data that mechanisms were chosen from, where what is wrong with a mechanism is no evidence against its node.

use etiology::attribution::Estimator;
use etiology::{
    AdditiveNoiseModel, Attribution, AttributionConfig, Dataset, DiagnosisConfig, FittedModel, Quantity,
    StructuralCausalModel,
};

use crate::hidden_branches::{Fault, Shop, fault};

fn learned(fault: &Fault) -> FittedModel {
    let model = StructuralCausalModel::new(fault.graph.clone());
    model.assign_mechanisms(&fault.normal).unwrap().fit(&fault.normal).unwrap()
}

fn value(attribution: &Attribution, node: &str) -> f64 {
    attribution.contribution(node).unwrap().value
}

#[test]
fn a_node_that_waits_for_a_branch_outside_of_the_graph_is_not_blamed() {
    let (mut right, mut all) = (0, 0);
    for shop in Shop::ALL {
        for seed in 0..6 {
            let (rows, shift) = ([300, 1000][seed as usize % 2], [0.2, 0.5, 1.0][seed as usize % 3]);
            let case = fault(shop, seed, rows, shift).unwrap();
            let config = AttributionConfig::default().with_samples(1_024);
            let found = learned(&case).attribute_outlier(case.target, &case.event, &config).unwrap();
            let others = found.contributions.iter().filter(|other| other.node != case.culprit);
            let rival = others.map(|other| other.value).fold(f64::NEG_INFINITY, f64::max);
            right += usize::from(value(&found, case.culprit) >= rival - 0.05);
            all += 1;
        }
    }
    assert!(right >= all - 1, "{right} of {all}");
}

/// An event whose mechanisms are not believed, and its model.
fn doubted() -> (Fault, FittedModel) {
    let case = fault(Shop::Chain, 3, 400, 0.5).unwrap();
    let model = learned(&case);
    (case, model)
}

#[test]
fn contributions_sum_to_the_score_and_keeping_all_repeats_the_event() {
    let (case, model) = doubted();
    for quantity in [Quantity::ItScore, Quantity::MeanDeviation] {
        let attributor = model.attributor(case.target, AttributionConfig::default().with_quantity(quantity)).unwrap();
        let found = attributor.attribute(&case.event).unwrap();
        let sum: f64 = found.contributions.iter().map(|contribution| contribution.value).sum();
        assert!((sum - found.score.value).abs() < 1e-9, "{sum} of {}", found.score.value);
        let all = attributor.what_if(&case.event, |_| true).unwrap().value;
        let nobody = attributor.what_if(&case.event, |_| false).unwrap().value;
        let observed = found.contribution(case.target).unwrap().observed;
        let expected = match quantity {
            Quantity::MeanDeviation => (observed, observed - found.score.value),
            _ => (1.0, found.score.tail_probability.unwrap()),
        };
        assert!((all - expected.0).abs() < 1e-9 && (nobody - expected.1).abs() < 1e-9, "{all} and {nobody}");
    }
}

#[test]
fn engines_agree_on_an_event_outside() {
    let (case, model) = doubted();
    let ask = |estimator| {
        let config = AttributionConfig::default().with_estimator(estimator).with_samples(65_536);
        model.attribute_outlier(case.target, &case.event, &config).unwrap()
    };
    let (found, sampled) = (ask(Estimator::Auto), ask(Estimator::MonteCarlo));
    for contribution in &found.contributions {
        let other = sampled.contribution(&contribution.node).unwrap();
        let error = contribution.std_error.hypot(other.std_error);
        let apart = (contribution.value - other.value).abs();
        assert!(apart <= 4.0 * error + 1e-3, "{}: {apart} apart, error {error}", contribution.node);
    }
}

#[test]
fn answers_do_not_depend_on_which_events_came_before() {
    let (case, model) = doubted();
    let names: Vec<&str> = case.graph.nodes().collect();
    let event = |shift: f64, below: f64| {
        let value = |node: &str| case.event.get(node).unwrap() + if node == "a" { 0.0 } else { shift };
        names.iter().map(|&node| value(node) + if node == "c" || node == "t" { below } else { 0.0 }).collect::<Vec<_>>()
    };
    // Different sets of doubted nodes, and events that doubt none, in turn.
    let rows: Vec<Vec<f64>> =
        (0..24).map(|row| event(0.1 * f64::from(row % 7) - 0.45, 0.2 * f64::from(row % 3))).collect();
    let columns =
        names.iter().enumerate().map(|(at, &node)| (node, rows.iter().map(|row| row[at]).collect::<Vec<_>>()));
    let data = Dataset::from_columns(columns).unwrap();
    let config = AttributionConfig::default().with_samples(256);
    let together = model.attribute_outliers(case.target, &data, &config).unwrap();
    for (row, found) in together.iter().enumerate().rev() {
        let alone = model.attribute_outlier(case.target, &data.row(row).unwrap(), &config).unwrap();
        assert_eq!(&alone, found, "row {row}");
    }
}

#[test]
fn inside_the_data_and_with_given_mechanisms_nothing_is_widened() {
    let (case, model) = doubted();
    let given = ["b", "c", "t"].into_iter().try_fold(StructuralCausalModel::new(case.graph.clone()), |model, node| {
        model.with_mechanism(node, AdditiveNoiseModel::linear())
    });
    let given = given.unwrap().assign_mechanisms(&case.normal).unwrap().fit(&case.normal).unwrap();
    let config = AttributionConfig::default().with_model_error(true);
    let all_linear = ["b", "c", "t"].into_iter().all(|node| model.mechanism(node).unwrap().coefficients().is_some());
    assert!(all_linear, "the case is of linear mechanisms");
    let inside = case.normal.row(7).unwrap();
    let found = model.attribute_outlier(case.target, &inside, &config).unwrap();
    assert_eq!(found, given.attribute_outlier(case.target, &inside, &config).unwrap());
    assert!(found.contributions.iter().all(|contribution| contribution.model_error.is_none()));
    // Outside, the one that was given is believed.
    let (chosen, given) = (
        model.attribute_outlier(case.target, &case.event, &config).unwrap(),
        given.attribute_outlier(case.target, &case.event, &config).unwrap(),
    );
    assert!((chosen.score.value - given.score.value).abs() < 1e-9, "the score is that of the model");
    assert!(value(&chosen, "b") > value(&given, "b") + 0.5, "{chosen}{given}");
}

#[test]
fn the_model_error_covers_what_each_mechanism_alone_would_say() {
    let (case, model) = doubted();
    let config = AttributionConfig::default().with_model_error(true);
    let found = model.attribute_outlier(case.target, &case.event, &config).unwrap();
    let of = |node: &str| found.contribution(node).unwrap().model_error.unwrap();
    // Whether b or c did it is a choice of the model; a is not concerned.
    assert!(of("b") > 0.5 && of("c") > 0.5 && of("a") < 0.5, "{found}");
    assert!(found.to_string().contains("± model"), "{found}");
    let json = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Attribution>(&json).unwrap(), found);
    let diagnosis = model.diagnose(case.target, &case.event, &DiagnosisConfig::default()).unwrap();
    assert!(diagnosis.attribution.contribution("c").unwrap().model_error.is_some());
    assert_eq!(diagnosis.root_cause(), Some("b"));
}

#[test]
fn a_saved_model_knows_as_well_where_it_knows_nothing() {
    let (case, model) = doubted();
    let config = AttributionConfig::default().with_model_error(true);
    let found = model.attribute_outlier(case.target, &case.event, &config).unwrap();
    let json = model.to_json().unwrap();
    for loaded in [FittedModel::from_json(&json).unwrap(), FittedModel::from_bytes(&model.to_bytes().unwrap()).unwrap()]
    {
        assert_eq!(loaded.attribute_outlier(case.target, &case.event, &config).unwrap(), found);
    }
    assert!(json.contains("\"version\":2"));
    let start = json.find("\"later\"").unwrap();
    for (from, to) in [("\"weight\":0.", "\"weight\":7."), ("\"sigma\":0.", "\"sigma\":-0."), ("[\"b\",{", "[\"x\",{")]
    {
        let damaged = format!("{}{}", &json[..start], json[start..].replacen(from, to, 1));
        assert_ne!(damaged, json, "{from}");
        assert!(FittedModel::from_json(&damaged).is_err(), "{from}");
    }
}
