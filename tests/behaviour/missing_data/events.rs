//! Events in which nodes are missing.

use etiology::attribution::{Estimator, Unexplained};
use etiology::{
    AdditiveNoiseModel, Attribution, AttributionConfig, CausalGraph, FeatureMap, FittedModel, KnownFormula,
    NoiseDistribution, Observation, StructuralCausalModel,
};

/// a → b → c and d, which nothing follows, with normal noises; c has another parent of which nothing could be learned.
fn known() -> FittedModel {
    let normal = |std_dev: f64| NoiseDistribution::normal(0.0, std_dev).unwrap();
    let sum = |parents: &[&str], std_dev: f64| {
        AdditiveNoiseModel::known(KnownFormula::sum(parents.to_vec())).with_noise(normal(std_dev))
    };
    let weighted = KnownFormula::weighted_sum([("b", 1.0), ("flat", 0.0)]).unwrap();
    let graph = CausalGraph::from_edges([("a", "b"), ("b", "c"), ("flat", "c"), ("c", "d")]).unwrap();
    StructuralCausalModel::new(graph)
        .with_mechanism("a", normal(1.0))
        .and_then(|model| model.with_mechanism("flat", normal(3.0)))
        .and_then(|model| model.with_mechanism("b", sum(&["a"], 0.5)))
        .and_then(|model| model.with_mechanism("c", AdditiveNoiseModel::known(weighted).with_noise(normal(0.2))))
        .and_then(|model| model.with_mechanism("d", sum(&["c"], 1.0)))
        .and_then(|model| model.without_fitting())
        .unwrap()
}

fn event<const N: usize>(pairs: [(&str, f64); N]) -> Observation {
    Observation::from_pairs(pairs).unwrap()
}

#[test]
fn a_missing_node_that_does_not_matter_changes_no_bit() {
    let model = known();
    let whole = event([("a", 0.3), ("flat", 5.0), ("b", 4.0), ("c", 4.1), ("d", 3.0)]);
    let partly = event([("a", 0.3), ("b", 4.0), ("c", 4.1)]);
    for estimator in [Estimator::Auto, Estimator::MonteCarlo, Estimator::Counting] {
        let config = AttributionConfig::default().with_estimator(estimator);
        let expected = model.attribute_outlier("c", &whole, &config).unwrap();
        let found = model.attribute_outlier("c", &partly, &config).unwrap();
        assert_eq!(found.unexplained, Unexplained::default());
        assert_eq!(found.score, expected.score);
        assert_eq!(found.missing.iter().map(|node| node.node.as_str()).collect::<Vec<_>>(), ["flat"]);
        assert!(found.contributions.iter().all(|found| Some(found) == expected.contribution(&found.node)));
        assert_eq!(found.contributions.len() + 1, expected.contributions.len());
    }
}

#[test]
fn without_gaps_nothing_is_unexplained_or_approximate() {
    let whole = event([("a", 0.3), ("flat", 5.0), ("b", 4.0), ("c", 4.1), ("d", 3.0)]);
    let attribution = known().attribute_outlier("d", &whole, &AttributionConfig::default()).unwrap();
    assert_eq!(attribution.unexplained, Unexplained::default());
    assert!(attribution.missing.is_empty() && attribution.contributions.iter().all(|part| !part.is_approximate()));
    let json = serde_json::to_value(&attribution).unwrap();
    assert!(json.get("missing").is_none() && json.get("unexplained").is_none());
    assert!(json["contributions"][0].get("missing_parents").is_none());
}

#[test]
fn with_all_but_the_target_missing_its_noise_takes_what_medians_do_not_explain() {
    let model = known();
    for estimator in [Estimator::Auto, Estimator::MonteCarlo] {
        let config = AttributionConfig::default().with_estimator(estimator);
        let attribution = model.attribute_outlier("c", &event([("c", 4.0)]), &config).unwrap();
        assert_eq!(attribution.contributions.len(), 1);
        assert_eq!((attribution.contributions[0].noise, attribution.contributions[0].missing_parents.len()), (4.0, 1));
        let missing: Vec<&str> = attribution.missing.iter().map(|node| node.node.as_str()).collect();
        assert_eq!(missing.len(), 3);
        // Given that noise, c is 4 in the median, and |c| ≥ 4 is as likely as not.
        let allowed = 1e-3 + 4.0 * attribution.unexplained.std_error;
        assert!((attribution.unexplained.value - 2.0_f64.ln()).abs() < allowed, "{attribution:?}");
    }
}

#[test]
fn where_only_missing_nodes_are_random_all_is_unexplained() {
    // total = a exactly, and a was not observed; total is where it usually is given the median of a.
    let total =
        AdditiveNoiseModel::known(KnownFormula::sum(["a"])).with_noise(NoiseDistribution::constant(0.0).unwrap());
    let model = StructuralCausalModel::new(CausalGraph::from_edges([("a", "total")]).unwrap())
        .with_mechanism("a", NoiseDistribution::normal(2.0, 1.0).unwrap())
        .and_then(|model| model.with_mechanism("total", total))
        .and_then(|model| model.without_fitting())
        .unwrap();
    for estimator in [Estimator::Auto, Estimator::MonteCarlo, Estimator::Counting] {
        let config = AttributionConfig::default().with_estimator(estimator).with_feature_map(FeatureMap::UpperTail);
        let attribution = model.attribute_outlier("total", &event([("total", 2.0)]), &config).unwrap();
        assert_eq!(attribution.contributions[0].value, 0.0);
        assert_eq!(attribution.unexplained.value, attribution.score.value);
        assert!((attribution.score.value - 2.0_f64.ln()).abs() < 1e-3 + 4.0 * attribution.score.std_error);
    }
}

#[test]
fn table_bars_and_json_say_what_is_missing_and_what_is_approximate() {
    let attribution =
        known().attribute_outlier("d", &event([("a", 0.3), ("c", 4.1), ("d", 3.0)]), &AttributionConfig::default());
    let attribution = attribution.unwrap();
    let text = attribution.to_string();
    let line = |start: &str| text.lines().find(|line| line.starts_with(start)).unwrap_or_else(|| panic!("{text}"));
    assert!(line("No value was observed of").contains("`flat`, `b`: what it contributed is not known."), "{text}");
    assert!(line("Approximate (≈)").ends_with("`c`."), "{text}");
    assert!(line(" c ").contains('≈') && !line(" d ").contains('≈'), "{text}");
    assert!(line(" b ").contains("missing") && line(" (unexplained)").contains('%'), "{text}");
    let chart = attribution.to_bar_chart();
    assert!(chart.lines().any(|line| line.trim_start().starts_with("b ") && line.ends_with("missing")), "{chart}");
    assert!(chart.lines().any(|line| line.trim_start().starts_with("c ") && line.contains('≈')), "{chart}");
    let json = serde_json::to_value(&attribution).unwrap();
    assert_eq!(json["missing"][1]["node"], "b");
    assert_eq!(json["missing"][1]["stand_in"], 0.3);
    assert_eq!(json["unexplained"]["nats"], attribution.unexplained.value);
    let of_c = json["contributions"].as_array().unwrap().iter().find(|part| part["node"] == "c").unwrap();
    assert_eq!(of_c["missing_parents"], serde_json::json!(["b"]));
    let text = serde_json::to_string(&attribution).unwrap();
    assert_eq!(serde_json::from_str::<Attribution>(&text).unwrap(), attribution);
}

#[test]
fn node_scores_are_absent_where_nothing_is_known() {
    let scores =
        known().node_scores(&event([("a", 0.3), ("c", 4.1), ("d", f64::NAN)]), &FeatureMap::default()).unwrap();
    let known: Vec<(&str, bool, bool, bool)> = scores
        .iter()
        .map(|score| {
            assert_eq!(score.noise.is_some(), score.conditional.is_some());
            (score.node.as_str(), score.observed.is_some(), score.marginal.is_some(), score.conditional.is_some())
        })
        .collect();
    let expected = [
        ("a", true, true, true),
        ("b", false, false, false),
        ("c", true, true, false),
        ("flat", false, false, false),
        ("d", false, false, false),
    ];
    assert_eq!(known, expected);
}
