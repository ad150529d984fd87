//! Models that between them take every way to the value of a coalition.

use std::ops::Range;
use std::sync::Arc;

use etiology::attribution::{Estimator, NoiseSampling};
use etiology::mechanism::{AssignmentConfig, LocationScaleModel};
use etiology::score::CustomFeature;
use etiology::{
    AdditiveNoiseModel, AttributionConfig, CausalGraph, FeatureMap, FittedModel, KnownFormula, NoiseDistribution,
    NoiseFamily, Observation, Precision, Quantity, ShapleyMethod, StructuralCausalModel,
};

use super::random_models::Kind;
use super::{known_models, random_models, retail_shop};

/// A model with an event, and how it is to be explained.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) model: FittedModel,
    pub(crate) target: String,
    pub(crate) event: Observation,
    pub(crate) config: AttributionConfig,
    /// After how many rounds an attribution within a time limit is to be stopped.
    pub(crate) rounds: Range<usize>,
}

pub(crate) fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    cases.extend(closed_form());
    cases.extend(inverted());
    cases.extend(partly_linear());
    cases.extend(sampled());
    cases.extend(fitted());
    cases.extend(with_gaps());
    cases.extend(by_permutations());
    cases
}

fn upper() -> AttributionConfig {
    AttributionConfig::default().with_feature_map(FeatureMap::UpperTail)
}

fn case(name: &str, (model, target, event): (&FittedModel, &str, &Observation), config: AttributionConfig) -> Case {
    let (name, target) = (name.to_owned(), target.to_owned());
    Case { name, model: model.clone(), target, event: event.clone(), config, rounds: 1..4 }
}

fn random(kind: Kind, nodes: usize) -> (FittedModel, String, Observation) {
    let case = random_models::case(kind, nodes, random_models::usual_edges(nodes)).unwrap();
    (case.model, case.target, case.event)
}

fn closed_form() -> Vec<Case> {
    let (model, target, event) = random(Kind::Normal, 8);
    let asked = (&model, target.as_str(), &event);
    vec![
        case("normal, distance from the median", asked, AttributionConfig::default()),
        case("normal, upper tail without a floor", asked, upper().with_floor(0.0)),
        case("normal, mean", asked, upper().with_quantity(Quantity::MeanDeviation)),
        case("normal, sampled", asked, upper().with_estimator(Estimator::MonteCarlo).with_samples(2_048)),
    ]
}

fn inverted() -> Vec<Case> {
    let (model, target, event) = random(Kind::Linear, 8);
    let asked = (&model, target.as_str(), &event);
    let two_sided = AttributionConfig::default().with_feature_map(FeatureMap::TwoSidedQuantile);
    let precise = upper().with_precision(Precision::StdError(1e-4));
    let mut cases = vec![
        case("linear, upper tail", asked, upper()),
        case("linear, two-sided quantile", asked, two_sided),
        case("linear, lower tail", asked, AttributionConfig::default().with_feature_map(FeatureMap::LowerTail)),
        case("linear, precise", asked, precise.clone().with_samples(1_024)),
        case("linear, permutations", asked, upper().with_shapley_method(ShapleyMethod::Permutations(8))),
        case("linear, floor below what the data support", asked, upper().with_floor(1e-7).with_samples(2_048)),
        case("linear, mean", asked, upper().with_quantity(Quantity::MeanDeviation)),
    ];
    let shop = exponential_shop(false);
    cases.push(case("linear, exponential times", (&shop.0, "web", &shop.1), upper()));
    cases
}

/// web = auth + (db and cache, one after the other or in parallel) + own time.
fn exponential_shop(parallel: bool) -> (FittedModel, Observation) {
    let graph =
        CausalGraph::from_edges([("db", "store"), ("cache", "store"), ("store", "web"), ("auth", "web")]).unwrap();
    let exponential = |mean: f64| NoiseDistribution::exponential(mean).unwrap();
    let store = if parallel { KnownFormula::maximum(["db", "cache"]) } else { KnownFormula::sum(["db", "cache"]) };
    let model = StructuralCausalModel::new(graph)
        .with_mechanism("db", exponential(0.1))
        .unwrap()
        .with_mechanism("cache", exponential(0.05))
        .unwrap()
        .with_mechanism("auth", exponential(0.08))
        .unwrap()
        .with_mechanism("store", AdditiveNoiseModel::known(store).with_noise(exponential(0.02)))
        .unwrap()
        .with_mechanism(
            "web",
            AdditiveNoiseModel::known(KnownFormula::sum(["store", "auth"])).with_noise(exponential(0.03)),
        )
        .unwrap()
        .without_fitting()
        .unwrap();
    let store = if parallel { 0.62 } else { 0.66 };
    let event = [("db", 0.6), ("cache", 0.04), ("store", store), ("auth", 0.07), ("web", store + 0.07 + 0.01)];
    (model, Observation::from_pairs(event).unwrap())
}

fn partly_linear() -> Vec<Case> {
    let (model, event) = exponential_shop(true);
    let asked = (&model, "web", &event);
    let permutations = ShapleyMethod::Permutations(3);
    let mut cases = vec![
        case("partly linear, upper tail", asked, upper().with_samples(8_192)),
        case("partly linear, precise", asked, upper().with_samples(1_024).with_precision(Precision::StdError(0.005))),
        case("partly linear, three permutations", asked, upper().with_samples(1_024).with_shapley_method(permutations)),
        case("partly linear, sampled", asked, upper().with_samples(2_048).with_estimator(Estimator::MonteCarlo)),
        case("partly linear, counted", asked, upper().with_samples(2_048).with_estimator(Estimator::Counting)),
        case("partly linear, without a floor", asked, upper().with_samples(2_048).with_floor(0.0)),
        case("partly linear, mean", asked, upper().with_samples(2_048).with_quantity(Quantity::MeanDeviation)),
    ];
    let (model, target, event) = random(Kind::Mixed, 9);
    cases.push(case("mixed, two-sided", (&model, &target, &event), AttributionConfig::default().with_samples(2_048)));
    cases
}

fn sampled() -> Vec<Case> {
    let mut cases = Vec::new();
    for known in known_models::all().unwrap() {
        let config = AttributionConfig::default().with_feature_map(known.feature_map.clone()).with_samples(4_096);
        let asked = (&known.model, known.target, &known.observation);
        cases.push(case(known.name, asked, config.clone().with_floor(known_models::FLOOR)));
        if known.target == "paid" {
            let mean = config.clone().with_quantity(Quantity::MeanDeviation);
            cases.push(case("short payment, mean", asked, mean));
            let precise = config.clone().with_samples(512).with_precision(Precision::StdError(0.02));
            cases.push(case("short payment, precise", asked, precise));
            let independent = config.clone().with_noise_sampling(NoiseSampling::MonteCarlo).with_seed(3);
            cases.push(case("short payment, independent draws", asked, independent));
            let squared: CustomFeature = Arc::new(|value| (value - 1_250.0).powi(2));
            cases.push(case(
                "short payment, custom feature",
                asked,
                config.with_feature_map(FeatureMap::Custom(squared)),
            ));
        }
    }
    let (model, target, event) = random(Kind::NonLinear, 7);
    cases.push(case("non-linear", (&model, &target, &event), upper().with_samples(1_024)));
    cases.push(atoms());
    cases
}

/// Counts, whose sum has atoms.
fn atoms() -> Case {
    let counts: Vec<f64> = (0..60).map(|row| f64::from(row * row % 7)).collect();
    let noise = NoiseDistribution::empirical(&counts).unwrap();
    let total =
        AdditiveNoiseModel::known(KnownFormula::sum(["a", "b"])).with_noise(NoiseDistribution::constant(0.0).unwrap());
    let model = StructuralCausalModel::new(CausalGraph::from_edges([("a", "total"), ("b", "total")]).unwrap())
        .with_mechanism("a", noise.clone())
        .unwrap()
        .with_mechanism("b", noise)
        .unwrap()
        .with_mechanism("total", total)
        .unwrap()
        .without_fitting()
        .unwrap();
    let event = Observation::from_pairs([("a", 4.0), ("b", 2.0), ("total", 6.0)]).unwrap();
    case("atoms", (&model, "total", &event), upper().with_samples(2_048))
}

fn fitted() -> Vec<Case> {
    let normal = retail_shop::normal_requests(400, 1).unwrap();
    let slow = retail_shop::slow_requests(2, 2).unwrap().row(0).unwrap();
    let shop = || StructuralCausalModel::new(retail_shop::causal_graph().unwrap());
    let linear = shop().assign_mechanisms_with(&normal, &AssignmentConfig::linear()).unwrap().fit(&normal).unwrap();
    let automatic = shop().assign_mechanisms(&normal).unwrap().fit(&normal).unwrap();
    let asked = |model| (model, retail_shop::TARGET, &slow);
    let scaled = LocationScaleModel::linear().with_noise(NoiseFamily::Empirical);
    let model = StructuralCausalModel::new(
        CausalGraph::from_edges([("Customer DB", "Auth Service"), ("Auth Service", "www")]).unwrap(),
    )
    .with_mechanism("Customer DB", NoiseFamily::Empirical)
    .unwrap()
    .with_mechanism("Auth Service", AdditiveNoiseModel::linear())
    .unwrap()
    .with_mechanism("www", scaled)
    .unwrap()
    .fit(&normal)
    .unwrap();
    vec![
        case("shop, linear", asked(&linear), upper()),
        Case { rounds: 1..3, ..case("shop, automatic", asked(&automatic), upper().with_samples(2_048)) },
        case("noise of varying size", (&model, "www", &slow), upper().with_samples(2_048)),
    ]
}

fn with_gaps() -> Vec<Case> {
    let without = |event: &Observation, gap: &str| {
        let pairs: Vec<(String, f64)> = event
            .names()
            .iter()
            .zip(event.values())
            .map(|(node, &value)| (node.clone(), if node == gap { f64::NAN } else { value }))
            .collect();
        Observation::from_pairs(pairs).unwrap()
    };
    let (normal, target, event) = random(Kind::Normal, 8);
    let with_gap = without(&event, "n2");
    let mut cases = vec![case("normal, a gap", (&normal, &target, &with_gap), upper())];
    let (linear, target, event) = random(Kind::Linear, 8);
    let with_gap = without(&event, "n2");
    cases.push(case("linear, a gap", (&linear, &target, &with_gap), upper()));
    let (model, event) = exponential_shop(true);
    for gap in ["cache", "auth"] {
        let with_gap = without(&event, gap);
        let name = format!("partly linear, a gap at {gap}");
        cases.push(case(&name, (&model, "web", &with_gap), upper().with_samples(2_048)));
    }
    let known = known_models::fan_out_latency().unwrap();
    let with_gap = without(&known.observation, "cache");
    let config = upper().with_samples(2_048).with_estimator(Estimator::MonteCarlo);
    cases.push(case("sampled, a gap", (&known.model, known.target, &with_gap), config));
    cases
}

fn by_permutations() -> Vec<Case> {
    let mut cases = Vec::new();
    for (kind, name) in [(Kind::Normal, "normal"), (Kind::Linear, "linear"), (Kind::Mixed, "mixed")] {
        let (model, target, event) = random(kind, 24);
        let config = upper().with_samples(512).with_shapley_method(ShapleyMethod::Permutations(8));
        cases.push(Case { rounds: 1..3, ..case(&format!("{name}, 24 nodes"), (&model, &target, &event), config) });
    }
    cases
}

/// A target above a maximum, with the exact probability of a value at least as large as observed.
///
/// The maximum of exponential variables of rates a and b has the density a·exp(−ax) + b·exp(−bx) − (a + b)·exp(−(a + b)x), so the
/// target's survival function is a sum of those of sums of exponential variables of different rates rᵢ, each
/// Σᵢ exp(−rᵢt) ∏_{j≠i} rⱼ/(rⱼ − rᵢ).
pub(crate) fn convolved() -> (Case, f64) {
    let (model, event) = exponential_shop(true);
    let observed = event.get("web").unwrap();
    let survival = |first: f64| {
        let rates = [first, 1.0 / 0.02, 1.0 / 0.08, 1.0 / 0.03];
        let term = |(place, rate): (usize, &f64)| {
            let others = rates.iter().enumerate().filter(|&(other, _)| other != place);
            let factors: f64 = others.map(|(_, other)| other / (other - rate)).product();
            (-rate * observed).exp() * factors
        };
        rates.iter().enumerate().map(term).sum::<f64>()
    };
    let (db, cache) = (1.0 / 0.1, 1.0 / 0.05);
    let exact = survival(db) + survival(cache) - survival(db + cache);
    (case("convolved", (&model, "web", &event), upper().with_samples(1_024)), exact)
}
