//! The answers of all questions as CSV: what stands where, with all digits and harmless names.

use etiology::arrow_strength::ArrowStrengthConfig;
use etiology::change::ChangeConfig;
use etiology::influence::InfluenceConfig;
use etiology::intervention::{Intervention, InterventionConfig};
use etiology::mechanism::ClassifierModel;
use etiology::relevance::RelevanceConfig;
use etiology::unit_change::UnitChangeConfig;
use etiology::{
    AdditiveNoiseModel, CausalGraph, Dataset, FittedModel, KnownFormula, NoiseDistribution, Observation,
    StructuralCausalModel,
};

/// A name that a spreadsheet would run.
const FORMULA: &str = "=1+1";

/// `=1+1` → web.
fn model(mean: f64, slope: f64) -> FittedModel {
    let normal = |mean: f64| NoiseDistribution::normal(mean, 0.5).unwrap();
    let web = KnownFormula::weighted_sum([(FORMULA, slope)]).unwrap();
    StructuralCausalModel::new(CausalGraph::from_edges([(FORMULA, "web")]).unwrap())
        .with_mechanism(FORMULA, normal(mean))
        .and_then(|model| model.with_mechanism("web", AdditiveNoiseModel::known(web).with_noise(normal(0.25))))
        .and_then(|model| model.without_fitting())
        .unwrap()
}

fn row(first: f64, web: f64) -> Observation {
    Observation::from_pairs([(FORMULA, first), ("web", web)]).unwrap()
}

/// The header, and the cells of every line.
fn read(text: &str) -> (String, Vec<Vec<String>>) {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().iter().collect::<Vec<_>>().join(",");
    let rows = reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect();
    (header, rows)
}

fn number(cell: &str) -> f64 {
    cell.parse().unwrap()
}

#[test]
fn influence_arrows_and_relevance() {
    let model = model(1.0, 2.0);
    let influence = model.intrinsic_influence("web", &InfluenceConfig::default()).unwrap();
    let (header, rows) = read(&influence.to_csv());
    assert_eq!(header, "node,value,std_error,share,method");
    assert_eq!((rows[0][0].as_str(), rows[0][4].as_str(), rows[1][0].as_str()), ("'=1+1", "closed_form", "web"));
    assert_eq!([number(&rows[0][1]), number(&rows[0][2]), number(&rows[0][3])], [1.0, 0.0, 0.8]);

    let arrows = model.arrow_strength("web", &ArrowStrengthConfig::default()).unwrap();
    let (header, rows) = read(&arrows.to_csv());
    assert_eq!((header.as_str(), rows.len()), ("parent,value,std_error,method", 1));
    assert_eq!((rows[0][0].as_str(), number(&rows[0][1])), ("'=1+1", arrows.arrows[0].value));

    let relevance = model.parent_relevance_of_row("web", &row(2.0, 4.0), &RelevanceConfig::default()).unwrap();
    let (header, rows) = read(&relevance.to_csv());
    assert_eq!(header, "feature,noise,value,std_error,share");
    assert_eq!((rows[0][0].as_str(), rows[0][1].as_str(), number(&rows[0][2])), ("'=1+1", "false", 2.0));
    assert_eq!((rows[1][0].as_str(), rows[1][1].as_str(), number(&rows[1][2])), ("web", "true", -0.25));
}

#[test]
fn effects_and_what_would_have_been() {
    let (model, config) = (model(1.0, 2.0), InterventionConfig::default());
    let faster = Intervention::new().set(FORMULA, 0.5);
    let effect = model.average_causal_effect("web", &faster, &Intervention::new(), &config).unwrap();
    let text = "target,level,figure,value,std_error\nweb,,effect,-1,0\nweb,,first,1.25,0\nweb,,second,2.25,0\n";
    assert_eq!(effect.to_csv(), text);
    let under = model.interventional_target("web", &faster, &config).unwrap();
    assert_eq!(under.to_csv(), "target,level,figure,value,std_error\nweb,,mean,1.25,0\nweb,,std_dev,0.5,0\n");

    let found = model.counterfactual_row(&row(2.0, 4.0), &faster, &config).unwrap();
    let text = "node,observed,value,std_error,std_dev,probability\n'=1+1,2,0.5,0,0,\nweb,4,1,0,0,\n";
    assert_eq!(found.to_csv(), text);
}

#[test]
fn categories_have_levels_and_what_is_missing_is_empty() {
    let region: Vec<&str> = (0..60).map(|row| if row % 2 == 0 { "-EU" } else { "US" }).collect();
    let state: Vec<&str> = (0..60).map(|row| if row % 4 == 0 || row % 3 == 0 { "late" } else { "on time" }).collect();
    let data = Dataset::from_columns([("cost", (0..60).map(f64::from).collect::<Vec<f64>>())])
        .and_then(|data| data.with_text_column("region", region)?.with_text_column("state", state))
        .unwrap();
    let graph = CausalGraph::from_edges([("region", "state"), ("state", "cost")]).unwrap();
    let model = StructuralCausalModel::new(graph)
        .with_mechanism("state", ClassifierModel::shares())
        .and_then(|model| model.with_mechanism("cost", AdditiveNoiseModel::linear()))
        .and_then(|model| model.assign_mechanisms(&data)?.fit(&data))
        .unwrap();
    let event = Observation::from_pairs([("cost", f64::NAN)])
        .and_then(|row| row.with_text("region", "US")?.with_text("state", "late"))
        .unwrap();
    let done = Intervention::new().set_level("region", "-EU");
    let found = model.counterfactual_row(&event, &done, &InterventionConfig::default()).unwrap();
    let (_, rows) = read(&found.to_csv());
    let of = |node: &str| rows.iter().find(|row| row[0] == node).unwrap();
    assert_eq!(of("region")[1..3], ["US", "'-EU"], "{rows:?}");
    let (state, entry) = (of("state"), found.node("state").unwrap());
    let likeliest = entry.levels.iter().find(|share| Some(&share.level) == entry.level.as_ref()).unwrap();
    assert_eq!((state[2].as_str(), state[4].as_str()), (likeliest.level.as_str(), ""));
    assert_eq!((number(&state[3]), number(&state[5])), (likeliest.probability.std_error, likeliest.probability.value));
    let cost = found.node("cost").unwrap();
    assert_eq!((of("cost")[1].as_str(), number(&of("cost")[4]), of("cost")[5].as_str()), ("", cost.std_dev, ""));
    assert!(cost.std_dev > 0.0);
}

#[test]
fn changes() {
    let (old, new) = (model(1.0, 2.0), model(1.5, 2.0));
    let change = old.distribution_change(&new, "web", &ChangeConfig::default()).unwrap();
    let (header, rows) = read(&change.to_csv());
    assert!(header.starts_with("node,value,std_error,from,to,changed,p_value"), "{header}");
    assert_eq!(
        (rows[0][0].as_str(), number(&rows[0][1]), rows[0][5].as_str(), rows[0][3].as_str()),
        ("'=1+1", 1.0, "true", "")
    );

    let config = UnitChangeConfig::default();
    let unit = old.unit_change(&new, "web", &row(1.0, 2.0), &row(2.0, 4.5), &config).unwrap();
    let (header, rows) = read(&unit.to_csv());
    assert_eq!(header, "node,source,value,std_error");
    for (part, row) in unit.ranked().iter().zip(&rows) {
        assert_eq!(number(&row[2]), part.value);
        assert_eq!(row[1], serde_json::to_value(part.source).unwrap().as_str().unwrap());
    }
    assert_eq!(rows.len(), unit.parts.len());
}

#[test]
fn parts_that_rounding_leaves_are_shown_as_0_and_kept_in_json() {
    // 0.1 + 0.2 − 0.3 and its like: the noise of web is the same in both rows but for rounding.
    let model = model(0.3, 0.1);
    let (before, after) = (row(0.3, 0.3), row(700.3, 70.3));
    let change = model.unit_change(&model, "web", &before, &after, &UnitChangeConfig::default()).unwrap();
    let left = change.parts.iter().find(|part| part.node == "web").expect("rounding is no equality").value;
    assert!(left != 0.0 && left.abs() < 1e-12, "{left}");
    let table = change.to_string();
    let line = table.lines().find(|line| line.trim_start().starts_with("web")).unwrap();
    assert!(line.split_whitespace().nth(2) == Some("0") && !table.contains("e-1"), "{table}");
    let json = serde_json::to_value(&change).unwrap();
    assert!(json["parts"].as_array().unwrap().iter().any(|part| part["value"] == left), "{json}");
}
