//! Probabilities, shares and counts in words, at the extremes.

use super::{event, shop, upper};
use etiology::findings::Strength;
use etiology::verdicts::VerdictKind;
use etiology::{
    AdditiveNoiseModel, CausalGraph, DiagnosisConfig, FeatureMap, HtmlReport, KnownFormula, NoiseDistribution,
    Observation, StructuralCausalModel,
};

/// What no text may say, wherever a figure is at its end.
const NEVER: [&str; 9] = [
    "probability 0 ",
    "probability 0,",
    "probability 0.",
    "probability from 0 to",
    "one row in 1.",
    "one row in 1 ",
    "probability 1.0",
    "NaN",
    "1 in 1.",
];

#[test]
fn no_text_says_0_or_1_of_a_probability_that_is_neither() {
    let model = shop(300);
    let events = [0.001, 0.19, 0.3, 0.6, 2.0, 1e3, 1e9].map(|db| event(&[("db", db)]));
    for (number, event) in events.iter().enumerate() {
        for map in [FeatureMap::UpperTail, FeatureMap::LowerTail, FeatureMap::DistanceFromMedian] {
            let attribution = upper().with_feature_map(map);
            let config = DiagnosisConfig::default().with_attribution(attribution.clone());
            let diagnosis = model.diagnose("edge", event, &config).unwrap();
            let table = diagnosis.attribution.to_string();
            let page = HtmlReport::new(&model, &diagnosis).to_html().unwrap();
            let page = page.split("<pre").next().unwrap();
            for text in [diagnosis.to_string().as_str(), table.as_str(), page] {
                for never in NEVER {
                    let allowed = never.starts_with("probability 0.") && !text.contains("probability 0.0000");
                    assert!(allowed || !text.contains(never), "event {number}: {never:?} in {text}");
                }
            }
            for part in &diagnosis.attribution.contributions {
                assert!(part.share.is_none_or(|share| share.abs() <= 10.0), "{part:?}");
            }
        }
    }
}

#[test]
fn a_probability_below_the_floor_is_less_than_one_in_so_many() {
    let model = shop(500);
    let text = model.attribute_outlier("edge", &event(&[("db", 50.0)]), &upper()).unwrap().to_string();
    assert!(text.contains("probability less than 1 in 1 000,"), "{text}");
    let counterfactual = model.diagnose("edge", &event(&[("db", 50.0)]), &DiagnosisConfig::default()).unwrap();
    let sentence = counterfactual.counterfactuals[0].to_string();
    assert!(sentence.contains("less than 1 in 1 000") && !sentence.contains("from 0"), "{sentence}");
}

#[test]
fn ties_of_verdicts_are_counted_as_such() {
    // Of an exact copy no verdict by values can tell which of both it is.
    let noise = || NoiseDistribution::normal(0.0, 1.0).unwrap();
    let none = || NoiseDistribution::constant(0.0).unwrap();
    let model =
        StructuralCausalModel::new(CausalGraph::from_edges([("a", "copy"), ("copy", "t"), ("b", "t")]).unwrap())
            .with_mechanism("a", noise())
            .and_then(|model| model.with_mechanism("b", noise()))
            .and_then(|model| {
                model.with_mechanism("copy", AdditiveNoiseModel::known(KnownFormula::sum(["a"])).with_noise(none()))
            })
            .and_then(|model| {
                model.with_mechanism(
                    "t",
                    AdditiveNoiseModel::known(KnownFormula::sum(["copy", "b"])).with_noise(noise()),
                )
            })
            .and_then(|model| model.without_fitting())
            .unwrap();
    let event = Observation::from_pairs([("a", 6.0), ("copy", 6.0), ("b", 0.1), ("t", 6.2)]).unwrap();
    let diagnosis = model.diagnose("t", &event, &DiagnosisConfig::default()).unwrap();
    let ties: Vec<VerdictKind> = diagnosis.ties("a").collect();
    assert_eq!(ties, [VerdictKind::ScoreOrdering], "{diagnosis}");
    let ordering = diagnosis.verdict(VerdictKind::ScoreOrdering).unwrap();
    assert_eq!((ordering.first(), ordering.leaders().collect::<Vec<_>>()), (None, vec!["a", "copy"]));
    let headline = diagnosis.headline();
    assert!(headline.contains("according to 6 of 7 verdicts, and first with others in 1 more."), "{headline}");
    assert_eq!(diagnosis.strength, Strength::Strong);
    assert!(headline.contains("Strong evidence: the root cause of `t` is `a`,"), "{headline}");
}

#[test]
fn a_score_that_cancels_has_no_shares() {
    let noise = || NoiseDistribution::normal(0.0, 1.0).unwrap();
    let model = StructuralCausalModel::new(CausalGraph::from_edges([("a", "b")]).unwrap())
        .with_mechanism("a", noise())
        .and_then(|model| {
            model.with_mechanism("b", AdditiveNoiseModel::known(KnownFormula::sum(["a"])).with_noise(noise()))
        })
        .and_then(|model| model.without_fitting())
        .unwrap();
    let ask = |a: f64, b: f64| {
        let event = Observation::from_pairs([("a", a), ("b", b)]).unwrap();
        let found = model.attribute_outlier("b", &event, &upper()).unwrap();
        found.contributions.iter().map(|part| part.share).collect::<Vec<_>>()
    };
    assert!(ask(5.0, 5.0).iter().all(Option::is_some));
    assert!(ask(0.1, -9.0).iter().all(Option::is_none), "far below where high values are asked about");
    assert!(ask(8.0, -4.0).iter().all(Option::is_none));
}
