//! Nodes that are given and not to be blamed.

use super::{observe, upper};
use etiology::attribution::{Estimator, RowStatistic};
use etiology::findings::Strength;
use etiology::{
    AdditiveNoiseModel, Attribution, AttributionConfig, CausalGraph, Dataset, DiagnosisConfig, Error, FittedModel,
    KnownFormula, NoiseDistribution, Observation, Quantity, StructuralCausalModel,
};

/// An invoice of an order: 2 · items + fee + its own noise; and the fee, which depends on the items.
fn invoices() -> FittedModel {
    let graph = CausalGraph::from_edges([("items", "fee"), ("items", "invoice"), ("fee", "invoice")]).unwrap();
    let fee = KnownFormula::weighted_sum([("items", 0.1)]).unwrap();
    let invoice = KnownFormula::weighted_sum([("items", 2.0), ("fee", 1.0)]).unwrap();
    let normal = |mean, sd| NoiseDistribution::normal(mean, sd).unwrap();
    StructuralCausalModel::new(graph)
        .with_mechanism("items", normal(100.0, 40.0))
        .and_then(|model| model.with_mechanism("fee", AdditiveNoiseModel::known(fee).with_noise(normal(5.0, 2.0))))
        .and_then(|model| {
            model.with_mechanism("invoice", AdditiveNoiseModel::known(invoice).with_noise(normal(0.0, 1.0)))
        })
        .and_then(|model| model.without_fitting())
        .unwrap()
}

/// A big order whose fee is four standard deviations too high.
fn big_order() -> Observation {
    observe([("items", 200.0), ("fee", 33.0), ("invoice", 433.5)])
}

fn ask(config: &AttributionConfig) -> Attribution {
    invoices().attribute_outlier("invoice", &big_order(), config).unwrap()
}

/// ln P{Z ≥ z}, by Simpson's rule.
fn ln_upper_tail(z: f64) -> f64 {
    let steps = 20_000;
    let width = 30.0 / f64::from(steps);
    let density = |step: i32| {
        let weight = if step == 0 || step == steps {
            1.0
        } else if step % 2 == 1 {
            4.0
        } else {
            2.0
        };
        weight * (-(z + width * f64::from(step)).powi(2) / 2.0).exp()
    };
    ((0..=steps).map(density).sum::<f64>() * width / 3.0 / (2.0 * std::f64::consts::PI).sqrt()).ln()
}

#[test]
fn the_score_is_that_of_the_target_given_the_context() {
    let config = upper().with_floor(0.0).with_context(["items"]);
    let attribution = ask(&config);
    // Given the items, the deviation of 8 + 0.5 has variance 2² + 1².
    let ln_tail = |deviation: f64, variance: f64| ln_upper_tail(deviation / variance.sqrt());
    let none = ln_tail(8.5, 5.0);
    let (fee_kept, own_kept) = (ln_tail(0.5, 1.0), ln_tail(8.0, 4.0));
    let fee = 0.5 * (fee_kept - none - own_kept);
    let own = 0.5 * (own_kept - none - fee_kept);
    assert!((attribution.score.value + none).abs() < 1e-9, "{attribution}");
    for (node, expected) in [("fee", fee), ("invoice", own)] {
        let found = attribution.contribution(node).unwrap().value;
        assert!((found - expected).abs() < 1e-9, "{node}: {found} instead of {expected}");
    }
    assert_eq!(attribution.contributions.len(), 2);
    assert_eq!((attribution.context[0].node.as_str(), attribution.context[0].observed), ("items", 200.0));
    assert!(attribution.to_string().contains("Given, and not blamed: `items` = 200."), "{attribution}");
    // By samples within the stated errors.
    let sampled = ask(&config.with_estimator(Estimator::MonteCarlo));
    for (node, expected) in [("fee", fee), ("invoice", own)] {
        let part = sampled.contribution(node).unwrap();
        assert!((part.value - expected).abs() < 4.0 * part.std_error, "{node}: {} ± {}", part.value, part.std_error);
    }
}

#[test]
fn what_is_extreme_counts_from_what_is_usual_in_the_context() {
    // By itself the invoice is 210 off; from what such orders cost it is 8.5 off, upwards.
    let from_the_middle = ask(&AttributionConfig::default().with_context(["items"]));
    let tail = from_the_middle.score.tail_probability.unwrap();
    let expected = 2.0 * ln_upper_tail(8.5 / 5_f64.sqrt()).exp();
    assert!((tail / expected - 1.0).abs() < 0.1, "{tail} instead of {expected}");
    assert_eq!(from_the_middle.ranked()[0].node, "fee");
    let mean = ask(&AttributionConfig::default().with_quantity(Quantity::MeanDeviation).with_context(["items"]));
    assert!((mean.score.value - 8.5).abs() < 1e-9 && (mean.contribution("fee").unwrap().value - 8.0).abs() < 1e-9);
    // Without a context the order itself is what is unusual.
    let usual = ask(&AttributionConfig::default().with_quantity(Quantity::MeanDeviation));
    assert!(usual.ranked()[0].node == "items" && usual.context.is_empty());
}

#[test]
fn a_diagnosis_names_nobody_of_the_context() {
    let config = DiagnosisConfig::default().with_attribution(AttributionConfig::default().with_context(["items"]));
    let diagnosis = invoices().diagnose("invoice", &big_order(), &config).unwrap();
    assert_eq!(diagnosis.combined[0].node, "fee");
    let all = diagnosis.verdicts.iter().flat_map(|verdict| &verdict.ranking).map(|candidate| &candidate.node);
    assert!(all.chain(diagnosis.combined.iter().map(|one| &one.node)).all(|node| node != "items"));
    assert!(diagnosis.to_string().contains("Given, and not blamed: `items` = 200."), "{diagnosis}");
    let json = serde_json::to_string(&diagnosis).unwrap();
    assert_eq!(serde_json::from_str::<etiology::verdicts::Diagnosis>(&json).unwrap(), diagnosis);
}

#[test]
fn what_else_may_be_in_a_context() {
    let refused = |context: &str, event: &Observation| {
        invoices().attribute_outlier("invoice", event, &upper().with_context([context])).unwrap_err()
    };
    assert!(matches!(refused("item", &big_order()), Error::UnknownNode { .. }));
    let of_itself = refused("invoice", &big_order()).to_string();
    assert!(of_itself.contains("other than the target"), "{of_itself}");
    // What is given has to be known.
    let missing = observe([("items", f64::NAN), ("fee", 33.0), ("invoice", 433.5)]);
    assert!(refused("items", &missing).to_string().contains("items"));
    // All causes given: what is left is the target's own noise.
    let all = ask(&upper().with_floor(0.0).with_context(["items", "fee"]));
    assert!((all.contribution("invoice").unwrap().value + ln_upper_tail(0.5)).abs() < 1e-9);
    // The target does not depend on what comes after it.
    let model = invoices();
    let fee = model.attribute_outlier("fee", &big_order(), &upper().with_context(["invoice"])).unwrap();
    assert_eq!(fee, model.attribute_outlier("fee", &big_order(), &upper()).unwrap());
}

#[test]
fn a_category_is_given_by_its_level() {
    // Far away a delivery takes ten days, near by two; both within half a day, or so.
    let regions: Vec<&str> = (0..400).map(|row| if row % 10 == 0 { "far" } else { "near" }).collect();
    let wave = |row: usize| 0.5 * (1.7 * row as f64).sin() + 0.3 * (0.9 * row as f64).cos();
    let days: Vec<f64> =
        regions.iter().enumerate().map(|(row, region)| if *region == "far" { 10.0 } else { 2.0 } + wave(row)).collect();
    let table = Dataset::from_columns([("days", days)]).unwrap().with_text_column("region", regions).unwrap();
    let graph = CausalGraph::from_edges([("region", "days")]).unwrap();
    let model = StructuralCausalModel::new(graph).assign_mechanisms(&table).unwrap().fit(&table).unwrap();
    let event = observe([("days", 10.1)]).with_text("region", "far").unwrap();
    let usual = model.attribute_outlier("days", &event, &AttributionConfig::default()).unwrap();
    assert_eq!(usual.ranked()[0].node, "region");
    let given =
        model.attribute_outlier("days", &event, &AttributionConfig::default().with_context(["region"])).unwrap();
    assert_eq!(given.context[0].observed_level.as_deref(), Some("far"));
    assert!(given.score.tail_probability.unwrap() > 0.3, "{given}");
}

#[test]
fn rows_of_one_event_are_diagnosed_together() {
    let order = |row: usize, extra: f64| {
        let items = 100.0 + 30.0 * (row as f64).sin();
        let fee = 5.0 + 0.1 * items + 2.0 * (2.0 * row as f64).cos() + extra;
        [items, fee, 2.0 * items + fee + (3.0 * row as f64).sin()]
    };
    let table = |extra: f64| {
        let rows: Vec<[f64; 3]> = (0..4).map(|row| order(row, extra)).collect();
        let column = |place: usize| rows.iter().map(|row| row[place]).collect::<Vec<f64>>();
        Dataset::from_columns([("items", column(0)), ("fee", column(1)), ("invoice", column(2))]).unwrap()
    };
    let config = DiagnosisConfig::default().with_attribution(AttributionConfig::default().with_context(["items"]));
    let ask =
        |extra: f64| invoices().diagnose_rows_together("invoice", &table(extra), RowStatistic::Mean, &config).unwrap();
    let high = ask(12.0);
    assert_eq!((high.root_cause(), high.strength, high.strong_rows), (Some("fee"), Strength::Strong, 4), "{high}");
    assert!(high.to_string().contains("in 4 of 4 rows by themselves"), "{high}");
    assert_eq!((ask(0.0).root_cause(), ask(0.0).strength), (None, Strength::Thin));
    assert!(high.combined.iter().all(|one| one.node != "items"));
    let json = serde_json::to_string(&high).unwrap();
    assert_eq!(serde_json::from_str::<etiology::verdicts::RowsDiagnosis>(&json).unwrap(), high);
}
