//! A wrong model announces itself: each finding fires where something is wrong of its kind, and not where all is right.

mod events;
mod graphs;
mod training;
mod words;

use std::sync::LazyLock;

use etiology::findings::FindingKind;
use etiology::mechanism::AssignmentConfig;
use etiology::{
    AdditiveNoiseModel, AttributionConfig, CausalGraph, Dataset, FeatureMap, FittedModel, KnownFormula,
    NoiseDistribution, Observation, StructuralCausalModel,
};

const EDGES: [(&str, &str); 5] = [("db", "api"), ("cache", "api"), ("api", "web"), ("auth", "web"), ("web", "edge")];

/// Made once, as what is typical of its nodes is drawn.
static TRUTH: LazyLock<FittedModel> = LazyLock::new(made_truth);

fn truth() -> &'static FittedModel {
    &TRUTH
}

/// Latencies in seconds: api waits for db and cache, web for api and auth, and edge for web.
fn made_truth() -> FittedModel {
    let gamma = |mean: f64| NoiseDistribution::gamma(6.0, mean / 6.0).unwrap();
    let sum = |parents: &[&str], own: f64| {
        AdditiveNoiseModel::known(KnownFormula::sum(parents.to_vec())).with_noise(gamma(own))
    };
    StructuralCausalModel::new(CausalGraph::from_edges(EDGES).unwrap())
        .with_mechanism("db", gamma(0.2))
        .and_then(|model| model.with_mechanism("cache", gamma(0.15)))
        .and_then(|model| model.with_mechanism("auth", gamma(0.25)))
        .and_then(|model| model.with_mechanism("api", sum(&["db", "cache"], 0.1)))
        .and_then(|model| model.with_mechanism("web", sum(&["api", "auth"], 0.1)))
        .and_then(|model| model.with_mechanism("edge", sum(&["web"], 0.05)))
        .and_then(|model| model.without_fitting())
        .unwrap()
}

fn fit(graph: CausalGraph, rows: &Dataset) -> FittedModel {
    StructuralCausalModel::new(graph)
        .assign_mechanisms_with(rows, &AssignmentConfig::linear())
        .unwrap()
        .fit(rows)
        .unwrap()
}

fn shop(rows: usize) -> FittedModel {
    fit(CausalGraph::from_edges(EDGES).unwrap(), &truth().draw_samples(rows, 1).unwrap())
}

/// What the noises of a typical row make, with some of them changed.
fn event(changed: &[(&str, f64)]) -> Observation {
    let noise = |node: &str| {
        let usual = truth().mechanism(node).unwrap().noise().median();
        changed.iter().find(|(name, _)| *name == node).map_or(usual, |&(_, noise)| noise)
    };
    let [db, cache, auth] = ["db", "cache", "auth"].map(noise);
    let api = db + cache + noise("api");
    let web = api + auth + noise("web");
    let edge = web + noise("edge");
    let values = [("db", db), ("cache", cache), ("auth", auth), ("api", api), ("web", web), ("edge", edge)];
    Observation::from_pairs(values).unwrap()
}

fn scaled(event: &Observation, factor: impl Fn(&str) -> f64) -> Observation {
    let scaled = event.names().iter().zip(event.values()).map(|(name, value)| (name.clone(), factor(name) * value));
    Observation::from_pairs(scaled).unwrap()
}

fn upper() -> AttributionConfig {
    AttributionConfig::default().with_feature_map(FeatureMap::UpperTail)
}

/// The kinds of what an attribution found, and of what its model did.
fn kinds(model: &FittedModel, target: &str, event: &Observation, config: &AttributionConfig) -> Vec<FindingKind> {
    let attribution = model.attribute_outlier(target, event, config).unwrap();
    model.findings().iter().chain(&attribution.findings).map(|finding| finding.kind).collect()
}
