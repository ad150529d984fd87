//! What people and programs read.

use crate::known_models;
use etiology::{Attribution, AttributionConfig, Quantity};
use serde_json::Value;

fn attribution(quantity: Quantity) -> Attribution {
    let case = known_models::fan_out_latency().unwrap();
    let config = AttributionConfig::default()
        .with_feature_map(case.feature_map)
        .with_quantity(quantity)
        .with_floor(known_models::FLOOR)
        .with_samples(2_000);
    case.model.attribute_outlier(case.target, &case.observation, &config).unwrap()
}

#[test]
fn the_table_is_ranked_and_aligned() {
    let attribution = attribution(Quantity::ItScore);
    let text = attribution.to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("`web` = 1.230: outlier score 4."), "{text}");
    let header = lines[1];
    assert_eq!(
        header.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect::<Vec<_>>(),
        ["node", "nats", "± error", "share", "observed", "typical", "noise score"]
    );
    let names: Vec<&str> = lines[2..].iter().map(|line| line.split_whitespace().next().unwrap()).collect();
    let ranked: Vec<&str> = attribution.ranked().iter().map(|contribution| contribution.node.as_str()).collect();
    assert_eq!(names, ranked);
    assert_eq!(names[0], "cache");
    let widths: Vec<usize> = lines[1..].iter().map(|line| line.chars().count()).collect();
    assert!(widths.windows(2).all(|pair| pair[0] == pair[1]), "the last column is right-aligned: {text}");
}

#[test]
fn a_saturated_score_says_so() {
    let case = known_models::squares().unwrap();
    let config = AttributionConfig::default().with_feature_map(case.feature_map).with_floor(0.01).with_samples(500);
    let attribution = case.model.attribute_outlier(case.target, &case.observation, &config).unwrap();
    assert!(attribution.score.saturated);
    assert!(attribution.to_string().contains("at its ceiling"));
    assert!(!self::attribution(Quantity::ItScore).to_string().contains("at its ceiling"));
}

#[test]
fn bars_are_proportional_and_negative_ones_look_different() {
    let attribution = attribution(Quantity::ItScore);
    let chart = attribution.to_bar_chart();
    let bars: Vec<(usize, usize)> =
        chart.lines().map(|line| (line.matches('█').count(), line.matches('-').count())).collect();
    let largest = attribution.ranked()[0].value;
    assert_eq!(bars[0].0, 40);
    for (contribution, (solid, dashes)) in attribution.ranked().iter().zip(bars) {
        let length = (40.0 * contribution.value.abs() / largest).round() as usize;
        // A negative number has a minus sign of its own.
        let sign = usize::from(contribution.value < 0.0);
        let expected = if sign == 0 { (length, 0) } else { (0, length + 1) };
        assert_eq!((solid, dashes), expected, "{chart}");
    }
}

#[test]
fn json_names_nats_for_scores_and_values_for_deviations() {
    let of = |quantity| serde_json::to_value(attribution(quantity)).unwrap();
    let scores: Value = of(Quantity::ItScore);
    assert_eq!(scores["target"], "web");
    assert!(scores["score"]["nats"].as_f64().unwrap() > 4.0);
    assert_eq!(scores["score"]["saturated"], false);
    let first = &scores["contributions"][0];
    assert_eq!(first["node"], "cache");
    for figure in ["nats", "std_error", "share", "observed", "typical", "noise", "noise_score"] {
        assert!(first[figure].is_f64(), "{figure}: {first}");
    }
    assert!(first.get("value").is_none());
    let deviations = of(Quantity::MeanDeviation);
    assert!(deviations["score"].get("nats").is_none());
    assert!(deviations["contributions"][0]["value"].is_f64());
    assert_eq!(deviations["score"]["floor"], Value::Null);
}

#[test]
fn json_round_trips_to_the_bit() {
    for quantity in [Quantity::ItScore, Quantity::MeanDeviation] {
        let attribution = attribution(quantity);
        let json = serde_json::to_string(&attribution).unwrap();
        assert_eq!(serde_json::from_str::<Attribution>(&json).unwrap(), attribution);
    }
}

#[test]
fn json_without_its_target_or_its_amounts_is_refused() {
    let mut json = serde_json::to_value(attribution(Quantity::ItScore)).unwrap();
    json["target"] = "nobody".into();
    let message = serde_json::from_value::<Attribution>(json.clone()).unwrap_err().to_string();
    assert!(message.contains("nobody"), "{message}");
    json["target"] = "web".into();
    json["quantity"] = "mean_deviation".into();
    let message = serde_json::from_value::<Attribution>(json).unwrap_err().to_string();
    assert!(message.contains("value"), "{message}");
}
