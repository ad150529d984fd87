//! A target that is prepared once for many diagnoses, and what a diagnosis says in a sentence.

use std::ops::ControlFlow;
use std::time::Duration;

use etiology::findings::Strength;
use etiology::report::{Unit, Units};
use etiology::{
    AdditiveNoiseModel, AttributionConfig, CausalGraph, Dataset, DiagnosisConfig, Error, FeatureMap, FittedModel,
    HtmlReport, KnownFormula, NoiseDistribution, Observation, StructuralCausalModel,
};

/// db and auth → web: 100 ms and 50 ms, and 30 ms of its own.
fn shop() -> FittedModel {
    let normal = |mean, deviation| NoiseDistribution::normal(mean, deviation).unwrap();
    let sum = AdditiveNoiseModel::known(KnownFormula::sum(["db", "auth"])).with_noise(normal(0.03, 0.003));
    StructuralCausalModel::new(CausalGraph::from_edges([("db", "web"), ("auth", "web")]).unwrap())
        .with_mechanism("db", normal(0.1, 0.01))
        .and_then(|model| model.with_mechanism("auth", normal(0.05, 0.005)))
        .and_then(|model| model.with_mechanism("web", sum))
        .and_then(|model| model.without_fitting())
        .unwrap()
}

fn event(db: f64, auth: f64, web: f64) -> Observation {
    Observation::from_pairs([("db", db), ("auth", auth), ("web", web)]).unwrap()
}

fn upper() -> DiagnosisConfig {
    DiagnosisConfig::default().with_attribution(AttributionConfig::default().with_feature_map(FeatureMap::UpperTail))
}

fn seconds() -> Units {
    Units::default().with_others(Unit::seconds())
}

#[test]
fn what_is_prepared_gives_the_same_bits_for_every_event() {
    let model = shop();
    let before = Dataset::from_columns([("db", [0.5; 4])]).unwrap();
    for config in [upper(), upper().with_recent(before.clone())] {
        let diagnoser = model.diagnoser("web", config.clone()).unwrap();
        for slow in [event(0.9, 0.05, 0.98), event(0.1, 0.3, 0.43), event(0.1, 0.05, 0.18)] {
            let expected = model.diagnose("web", &slow, &config).unwrap();
            assert_eq!(diagnoser.diagnose(&slow).unwrap(), expected);
            let attribution = diagnoser.attributor().attribute(&slow).unwrap();
            assert_eq!(diagnoser.diagnose_attribution(attribution, &slow).unwrap(), expected);
        }
    }
    let slow = event(0.9, 0.05, 0.98);
    let with_recent = model.diagnoser("web", upper()).unwrap().with_recent(Some(before.clone()));
    assert_eq!(
        with_recent.diagnose(&slow).unwrap(),
        model.diagnose("web", &slow, &upper().with_recent(before)).unwrap()
    );
}

#[test]
fn an_attribution_of_something_else_is_refused() {
    let (model, slow) = (shop(), event(0.9, 0.05, 0.98));
    let diagnoser = model.diagnoser("web", upper()).unwrap();
    let of_db = model.attribute_outlier("db", &slow, &upper().attribution).unwrap();
    let message = diagnoser.diagnose_attribution(of_db, &slow).unwrap_err().to_string();
    assert!(message.contains("the target that is diagnosed") && message.contains("`db`"), "{message}");
    let of_another = diagnoser.attributor().attribute(&event(0.8, 0.05, 0.88)).unwrap();
    let message = diagnoser.diagnose_attribution(of_another, &slow).unwrap_err().to_string();
    assert!(message.contains("the same event"), "{message}");
    assert!(matches!(model.diagnoser("nobody", upper()), Err(Error::UnknownNode { .. })));
    assert!(model.diagnoser("web", upper().with_counterfactuals(101)).is_err());
}

#[test]
fn a_limit_leaves_out_the_diagnosis_and_never_the_attribution() {
    let (model, slow) = (shop(), event(0.9, 0.05, 0.98));
    let diagnoser = model.diagnoser("web", upper()).unwrap();
    let whole = diagnoser.diagnose(&slow).unwrap();
    let ample = diagnoser.diagnose_within(&slow, Duration::from_secs(600), || ControlFlow::Continue(())).unwrap();
    assert_eq!((ample.complete, &ample.attribution), (true, &whole.attribution));
    assert_eq!(ample.diagnosis.unwrap().unwrap(), whole);
    let none = diagnoser.diagnose_within(&slow, Duration::ZERO, || ControlFlow::Continue(())).unwrap();
    assert!(none.diagnosis.is_none() && none.attribution.target == "web");
    let gone = diagnoser.diagnose_within(&slow, Duration::from_secs(600), || ControlFlow::Break(())).unwrap();
    assert!(gone.diagnosis.is_none());
}

#[test]
fn the_headline_says_what_happened_how_sure_it_is_and_what_would_have_been() {
    let model = shop();
    let of = |slow: &Observation| model.diagnose("web", slow, &upper()).unwrap();
    let slow = of(&event(0.9, 0.05, 0.98));
    assert_eq!(slow.strength, Strength::Strong, "{slow}");
    let said = slow.headline_in(&seconds());
    assert!(said.starts_with("`db` took 900 ms, usually 100 ms: 9 times as much. Strong evidence: "), "{said}");
    // 0.98 with 0.1 in the place of 0.9.
    assert!(said.ends_with("With it as usual, `web` would have taken 180 ms instead of 980 ms."), "{said}");
    let plain = slow.headline();
    assert!(plain.starts_with("`db` was 0.9, usually 0.1: 9 times as much. ") && !plain.contains(" ms"), "{plain}");
    // Of a unit that may have its zero anywhere nothing is so many times as much.
    let degrees = slow.headline_in(&Units::default().with_others(Unit::parse("°C").unwrap()));
    assert!(degrees.starts_with("`db` was 0.9 °C, usually 0.1 °C. "), "{degrees}");

    let own = of(&event(0.1, 0.05, 0.98)).headline_in(&seconds());
    assert!(own.starts_with("`web` took 980 ms, usually 180 ms: 5.4 times as much. "), "{own}");
    assert!(own.contains("`web` itself, or a cause of it that the graph lacks"), "{own}");
    assert!(own.contains("With its own part as usual, it would have taken 180 ms instead of 980 ms."), "{own}");

    // As a model may say that is asked far outside of its data.
    let mut impossible = slow.clone();
    impossible.counterfactuals[0].expected = -0.4;
    let said = impossible.headline_in(&seconds());
    assert!(said.contains("`web` took 980 ms, usually 180 ms") && said.contains("the model cannot say"), "{said}");
    assert!(!said.contains("-400"), "{said}");

    let two = of(&event(0.5, 0.45, 0.98)).headline_in(&seconds());
    assert!(two.contains("Strong evidence: the root causes of `web` are `auth`, `db` together, "), "{two}");
    assert!(two.ends_with("With all of them as usual, `web` would have taken 180 ms instead of 980 ms."), "{two}");

    // What the database did is undone further on.
    let undone = of(&event(0.9, 0.05, 0.4));
    assert_eq!(undone.strength, Strength::Contested, "{undone}");
    let said = undone.headline_in(&seconds());
    assert!(said.contains(" Contested: ") && said.ends_with(&format!(" But: {}", undone.doubts[0])), "{said}");
    assert!(undone.doubts.iter().any(|doubt| doubt.starts_with("Of verdicts on such evidence about ")), "{undone}");

    let usual = of(&event(0.1, 0.05, 0.181));
    let said = usual.headline_in(&seconds());
    assert_eq!(usual.strength, Strength::Thin);
    let begins = "The evidence is too thin to name a cause of `web`, which took 181 ms, usually 180 ms: 1 % more. ";
    assert_eq!(said, format!("{begins}{}", usual.doubts[0]));
}

#[test]
fn text_and_page_have_the_units_and_the_doubts_once() {
    let model = shop();
    let two = model.diagnose("web", &event(0.5, 0.45, 0.98), &upper()).unwrap();
    let units = seconds();
    let text = two.in_units(&units).to_string();
    let undone = model.diagnose("web", &event(0.9, 0.05, 0.4), &upper()).unwrap();
    let doubted = undone.in_units(&units).to_string();
    for doubt in &undone.doubts {
        assert_eq!(doubted.matches(doubt.as_str()).count(), 1, "{doubted}");
    }
    assert!(text.contains("its expected value would have been") && text.contains(" ms instead of 980 ms"), "{text}");
    assert!(text.contains("\n verdict ") && !two.in_units(&units).in_brief().to_string().contains("\n verdict "));
    let contributions = two.attribution.in_units(&units).to_string();
    let row = contributions.lines().find(|line| line.starts_with(" auth ")).unwrap();
    assert!(contributions.starts_with("`web` = 980 ms: outlier score ") && row.contains(" 450 ms "), "{contributions}");

    let page = HtmlReport::new(&model, &two).with_units(units).to_html().unwrap();
    let place = |what: &str| page.find(what).unwrap_or_else(|| panic!("no {what}"));
    assert!(place("class=\"headline\"") < place("Contribution: what the node"));
    assert!(place("Contribution: what the node") < place("The combined ranking: "));
    assert!(page.contains("<code>web</code> was 980 ms, typically 180 ms."));
    assert!(page.contains("<td>450 ms</td>") && page.contains(">observed 500 ms"), "units in table and picture");
}

#[test]
fn what_leads_an_answer_in_json_does_not_hold_the_attribution_again() {
    let model = shop();
    let slow = model.diagnose("web", &event(0.9, 0.05, 0.98), &upper()).unwrap();
    let json = serde_json::to_value(slow.in_brief(&seconds())).unwrap();
    assert_eq!((json["root_cause"].as_str(), json["strength"].as_str()), (Some("db"), Some("strong")));
    assert_eq!(json["combined"].as_array().unwrap().len(), 3);
    assert_eq!(json["combined"][0]["node"], "db");
    assert_eq!(json["counterfactuals"][0]["observed"], 0.98, "in the unit of the data");
    assert_eq!(json["headline"], slow.headline_in(&seconds()));
    assert!(json.get("attribution").is_none() && json["verdicts"][0]["first"][0] == "db", "{json}");
}
