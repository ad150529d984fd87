//! Values are measured in steps, and lie where numbers have few digits left: neither is anybody's contribution.

use etiology::findings::FindingKind;
use etiology::{
    AdditiveNoiseModel, Attribution, AttributionConfig, CausalGraph, Dataset, FeatureMap, FittedModel, KnownFormula,
    NoiseDistribution, NoiseFamily, Observation, StructuralCausalModel,
};
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
use rand_distr::{Distribution, Exp1, StandardNormal};

/// Of the payments of [`payment`].
const NODES: [&str; 6] = ["units", "price", "returns", "goods", "tax", "paid"];

fn rounded(value: f64, step: f64) -> f64 {
    if step == 0.0 { value } else { (value / step).round() * step }
}

/// goods = units · price, tax = 19 % of it, paid = goods + tax − returns − fee, all in this step; the tax is `off` its formula.
fn payment(generator: &mut ChaCha8Rng, short: f64, step: f64, off: f64) -> [f64; 6] {
    let mut exponential = || -> f64 { Exp1.sample(generator) };
    let (refused, credit, fee) = (exponential(), exponential(), exponential());
    let normal: f64 = StandardNormal.sample(generator);
    let returns = if generator.random_bool(0.2) { 60.0 * credit } else { 0.0 };
    let (units, price) = (120.0 - refused.round() - short, rounded(49.9 + 0.05 * normal, step));
    let goods = rounded(units * price, step);
    let (tax, returns) = (rounded(0.19 * goods, step) + off, rounded(returns, step));
    [units, price, returns, goods, tax, rounded(goods + tax - returns - fee, step)]
}

fn payments() -> StructuralCausalModel {
    let edges = [
        ("units", "goods"),
        ("price", "goods"),
        ("goods", "tax"),
        ("goods", "paid"),
        ("tax", "paid"),
        ("returns", "paid"),
    ];
    let exactly = |formula| AdditiveNoiseModel::known(formula).with_noise(NoiseDistribution::constant(0.0).unwrap());
    let product = KnownFormula::new(["units", "price"], |values| values[0] * values[1]);
    let tax = KnownFormula::weighted_sum([("goods", 0.19)]).unwrap();
    let paid = KnownFormula::weighted_sum([("goods", 1.0), ("tax", 1.0), ("returns", -1.0)]).unwrap();
    StructuralCausalModel::new(CausalGraph::from_edges(edges).unwrap())
        .with_mechanism("goods", exactly(product))
        .and_then(|model| model.with_mechanism("tax", exactly(tax)))
        .and_then(|model| model.with_mechanism("paid", AdditiveNoiseModel::known(paid)))
        .unwrap()
}

fn fitted(step: f64, looks_for_steps: bool) -> FittedModel {
    let generator = &mut ChaCha8Rng::seed_from_u64(7);
    let rows: Vec<[f64; 6]> = (0..600).map(|_| payment(generator, 0.0, step, 0.0)).collect();
    let columns =
        NODES.iter().enumerate().map(|(place, &name)| (name, rows.iter().map(|row| row[place]).collect::<Vec<_>>()));
    let data = Dataset::from_columns(columns).unwrap();
    let model = payments().assign_mechanisms(&data).unwrap();
    let model = if looks_for_steps { model } else { model.without_resolution() };
    model.fit(&data).unwrap()
}

fn explain(model: &FittedModel, event: &[f64; 6]) -> Attribution {
    let event = Observation::new(NODES, event.to_vec()).unwrap();
    let config = AttributionConfig::default().with_feature_map(FeatureMap::LowerTail);
    model.attribute_outlier("paid", &event, &config).unwrap()
}

fn nats(attribution: &Attribution, node: &str) -> f64 {
    attribution.contribution(node).unwrap().value
}

/// Eighteen units short, in steps of 0.0001.
fn short(seed: u64, off: f64) -> [f64; 6] {
    payment(&mut ChaCha8Rng::seed_from_u64(seed), 18.0, 1e-4, off)
}

#[test]
fn what_rounding_took_from_a_tax_is_nobodys_contribution() {
    let (with, without) = (fitted(0.0, true), fitted(0.0, false));
    let mut before: f64 = 0.0;
    for seed in 0..12 {
        let event = short(seed, 0.0);
        let attribution = explain(&with, &event);
        assert_eq!((nats(&attribution, "tax"), nats(&attribution, "goods")), (0.0, 0.0));
        assert!(attribution.contribution("tax").unwrap().noise_score.abs() < 1e-12);
        assert_eq!(attribution.ranked()[0].node, "units");
        before = before.max(nats(&explain(&without, &event), "tax").abs());
    }
    assert!(before > 0.3, "rounding was blamed with {before}");
}

#[test]
fn ten_steps_are_a_deviation_like_any_other() {
    let (with, without) = (fitted(0.0, true), fitted(0.0, false));
    for (seed, off) in [(0, -1e-3), (1, -1e-3), (2, -3.0), (3, -300.0)] {
        let event = short(seed, off);
        let (with, without) = (explain(&with, &event), explain(&without, &event));
        for node in ["tax", "units"] {
            let difference = nats(&with, node) - nats(&without, node);
            assert!(difference.abs() < 0.02, "{node}, {off} off: by {difference}");
        }
        assert!(nats(&with, "tax") > 0.0);
    }
}

#[test]
fn steps_are_found_in_training_and_can_be_set_saved_and_switched_off() {
    let model = fitted(0.01, true);
    let step = |model: &FittedModel, node: &str| model.resolution(node).unwrap();
    assert_eq!(["units", "price", "tax"].map(|node| step(&model, node)), [Some(1.0), Some(0.01), Some(0.01)]);
    assert_eq!(step(&fitted(0.01, false), "price"), None);
    assert_eq!(step(&fitted(0.0, true), "price"), None);

    let given = |step: f64| payments().with_resolution("tax", step);
    assert!(given(-1.0).is_err() && given(f64::NAN).is_err());
    assert!(payments().with_resolution("nobody", 1.0).is_err());

    // Closures of formulas cannot be saved; a sum can.
    let exactly =
        AdditiveNoiseModel::known(KnownFormula::sum(["a"])).with_noise(NoiseDistribution::constant(0.0).unwrap());
    let a: Vec<f64> = (0..60).map(|row| f64::from(row * 37 % 60) + 0.5).collect();
    let data = Dataset::from_columns([("b", a.clone()), ("a", a)]).unwrap();
    let model = StructuralCausalModel::new(CausalGraph::from_edges([("a", "b")]).unwrap())
        .with_mechanism("a", NoiseFamily::Empirical)
        .and_then(|model| model.with_mechanism("b", exactly))
        .and_then(|model| model.with_resolution("b", 0.25))
        .and_then(|model| model.fit(&data))
        .unwrap();
    assert_eq!((step(&model, "a"), step(&model, "b")), (Some(0.5), Some(0.25)));
    let event = Observation::from_pairs([("a", 70.0), ("b", 70.1)]).unwrap();
    let explain = |model: &FittedModel| model.attribute_outlier("b", &event, &AttributionConfig::default()).unwrap();
    assert_eq!(nats(&explain(&model), "b"), 0.0);
    let loaded =
        [FittedModel::from_json(&model.to_json().unwrap()), FittedModel::from_bytes(&model.to_bytes().unwrap())];
    for loaded in loaded.map(Result::unwrap) {
        assert_eq!(explain(&loaded), explain(&model));
    }
}

#[test]
fn a_unit_of_a_count_is_no_rounding() {
    // b follows a exactly, in whole numbers, and is one more in the event: half a step explains nothing of it.
    let a: Vec<f64> = (0..400).map(|row| f64::from(row * 37 % 101)).collect();
    let data = Dataset::from_columns([("b", a.clone()), ("a", a)]).unwrap();
    let model = StructuralCausalModel::new(CausalGraph::from_edges([("a", "b")]).unwrap());
    let model = model.assign_mechanisms(&data).unwrap().fit(&data).unwrap();
    let explain = |b: f64| {
        let event = Observation::from_pairs([("a", 97.0), ("b", b)]).unwrap();
        model.attribute_outlier("b", &event, &AttributionConfig::default()).unwrap()
    };
    assert_eq!(nats(&explain(97.0), "b"), 0.0);
    assert!(nats(&explain(98.0), "b") > 0.1);
}

/// z = x + y/2 + noise, with x this far from 0 and from then on as it happens.
fn far_from_0(offset: f64) -> Attribution {
    let generator = &mut ChaCha8Rng::seed_from_u64(3);
    let mut columns = [vec![], vec![], vec![]];
    for _ in 0..400 {
        let [x, y, noise]: [f64; 3] = std::array::from_fn(|_| StandardNormal.sample(generator));
        columns[0].push(offset + x);
        columns[1].push(y);
        columns[2].push(x + 0.5 * y + 0.3 * noise);
    }
    let data = Dataset::from_columns(["x", "y", "z"].into_iter().zip(columns)).unwrap();
    let model = StructuralCausalModel::new(CausalGraph::from_edges([("x", "z"), ("y", "z")]).unwrap())
        .with_mechanism("z", AdditiveNoiseModel::linear())
        .and_then(|model| model.assign_mechanisms(&data))
        .and_then(|model| model.fit(&data))
        .unwrap();
    let event = Observation::from_pairs([("x", offset + 4.0), ("y", 0.25), ("z", 4.25)]).unwrap();
    model.attribute_outlier("z", &event, &AttributionConfig::default()).unwrap()
}

#[test]
fn a_parent_far_from_0_changes_nothing_as_long_as_it_has_digits() {
    let near = far_from_0(0.0);
    for (offset, within) in [(1e9, 1e-4), (-1e12, 1e-3), (1e13, 3e-3), (1e14, 0.02)] {
        let far = far_from_0(offset);
        for node in ["x", "y", "z"] {
            let difference = nats(&far, node) - nats(&near, node);
            assert!(difference.abs() < within, "{node} at {offset}: by {difference}");
        }
    }
}

#[test]
fn a_parent_whose_digits_are_gone_is_a_finding() {
    let lost = |attribution: &Attribution| {
        attribution.findings.iter().any(|finding| finding.kind == FindingKind::PrecisionLost && finding.nodes == ["x"])
    };
    assert!(!lost(&far_from_0(1e12)));
    for offset in [1e16, 1e17, 1e19] {
        assert!(lost(&far_from_0(offset)), "{offset}");
    }
}

#[test]
fn points_in_time_are_explained_by_their_differences() {
    // Microseconds since 1970: end = start + latency.
    let explain = |epoch: f64| {
        let generator = &mut ChaCha8Rng::seed_from_u64(5);
        let latencies = (0..400).map(|_| Exp1.sample(generator)).map(|latency: f64| (40.0 * latency).round());
        let start: Vec<f64> = (0..400).map(|row| epoch + f64::from(row * 37 % 50)).collect();
        let end: Vec<f64> = start.iter().zip(latencies).map(|(start, latency)| start + latency).collect();
        let data = Dataset::from_columns([("start", start), ("end", end)]).unwrap();
        let model = StructuralCausalModel::new(CausalGraph::from_edges([("start", "end")]).unwrap())
            .with_mechanism("end", AdditiveNoiseModel::known(KnownFormula::sum(["start"])))
            .and_then(|model| model.assign_mechanisms(&data))
            .and_then(|model| model.fit(&data))
            .unwrap();
        let event = Observation::from_pairs([("start", epoch + 20.0), ("end", epoch + 260.0)]).unwrap();
        model.attribute_outlier("end", &event, &AttributionConfig::default()).unwrap()
    };
    let (near, far) = (explain(0.0), explain(1.7e15));
    for node in ["start", "end"] {
        let difference = nats(&far, node) - nats(&near, node);
        assert!(difference.abs() < 0.02, "{node}: {} and {}", nats(&far, node), nats(&near, node));
    }
}
