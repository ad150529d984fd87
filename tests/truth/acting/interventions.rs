//! Moments of a target and effects under interventions.

use super::{close, reference_cases, reference_model};
use crate::linear_gaussian::LinearGaussian;
use etiology::intervention::{Effect, Estimate, Intervention, InterventionConfig};
use etiology::mechanism::ClassifierModel;
use etiology::{
    AdditiveNoiseModel, CausalGraph, Dataset, FittedModel, KnownFormula, NoiseDistribution, StructuralCausalModel,
};

fn within_errors(found: Estimate, expected: f64) {
    assert!((found.value - expected).abs() <= 4.5 * found.std_error + 1e-9, "{found:?}, not {expected}");
}

#[test]
fn reference_moments_and_effects_in_closed_form_and_within_the_errors_of_samples() {
    for case in reference_cases() {
        let (model, target, truth) =
            (reference_model(&case, "old"), case["target"].as_str().unwrap(), &case["intervention"]);
        let figure = |name: &str| truth[name].as_f64().unwrap();
        let node = truth["node"].as_str().unwrap();
        let config = InterventionConfig::default();
        let set = |value: f64| Intervention::new().set(node, value);
        let found = model.interventional_target(target, &set(figure("value")), &config).unwrap();
        close(found.mean.value, figure("mean"));
        close(found.std_dev.value, figure("sd"));
        assert_eq!((found.mean.std_error, found.std_dev.std_error, found.samples), (0.0, 0.0, None));
        let (value, baseline) = (set(figure("value")), set(figure("baseline")));
        let effect = model.average_causal_effect(target, &value, &baseline, &config).unwrap();
        close(effect.value, figure("effect"));
        // Through a closure nothing is known to be linear.
        let opaque = |value: f64| Intervention::new().apply(node, move |_| value);
        let found = model.interventional_target(target, &opaque(figure("value")), &config).unwrap();
        assert_eq!(found.samples, Some(config.samples));
        within_errors(found.mean, figure("mean"));
        within_errors(found.std_dev, figure("sd"));
        let (value, baseline) = (opaque(figure("value")), opaque(figure("baseline")));
        let effect = model.average_causal_effect(target, &value, &baseline, &config).unwrap();
        close(effect.value, figure("effect"));
        within_errors(effect.first, figure("mean"));
    }
}

/// The target's mean and variance where node `at` has the value factor · natural + shift, by hand.
fn by_hand(linear: &LinearGaussian, at: usize, (factor, shift): (f64, f64)) -> (f64, f64) {
    let mut sums: Vec<(f64, Vec<f64>)> = Vec::new();
    for node in 0..linear.parents.len() {
        let (mut constant, mut weights) = (linear.intercepts[node], vec![0.0; linear.parents.len()]);
        weights[node] = 1.0;
        for &(parent, weight) in &linear.parents[node] {
            constant += weight * sums[parent].0;
            weights.iter_mut().zip(&sums[parent].1).for_each(|(sum, other)| *sum += weight * other);
        }
        if node == at {
            constant = factor * constant + shift;
            weights.iter_mut().for_each(|weight| *weight *= factor);
        }
        sums.push((constant, weights));
    }
    let (mean, weights) = sums.pop().unwrap();
    (mean, weights.iter().zip(&linear.std_devs).map(|(weight, std_dev)| (weight * std_dev).powi(2)).sum())
}

#[test]
fn hard_and_soft_interventions_on_linear_models_are_as_by_hand() {
    for seed in 0..30 {
        let linear = LinearGaussian::random(seed);
        let (model, at) = (linear.model(), seed as usize % linear.parents.len());
        let name = LinearGaussian::name(at);
        let ways = [
            (Intervention::new().set(&name, 1.5), (0.0, 1.5)),
            (Intervention::new().shift(&name, -0.75), (1.0, -0.75)),
            (Intervention::new().scale(&name, 2.5), (2.5, 0.0)),
            (Intervention::new(), (1.0, 0.0)),
        ];
        for (intervention, way) in ways {
            let found =
                model.interventional_target(&linear.target(), &intervention, &InterventionConfig::default()).unwrap();
            let (mean, variance) = by_hand(&linear, at, way);
            close(found.mean.value, mean);
            close(found.std_dev.value, variance.sqrt());
        }
    }
}

/// a, b → top = max(a, b) + noise, a and b exponential with mean 1.
fn race() -> FittedModel {
    let noise = NoiseDistribution::normal(0.5, 0.25).unwrap();
    let top = AdditiveNoiseModel::known(KnownFormula::maximum(["a", "b"])).with_noise(noise);
    let exponential = || NoiseDistribution::exponential(1.0).unwrap();
    StructuralCausalModel::new(CausalGraph::from_edges([("a", "top"), ("b", "top")]).unwrap())
        .with_mechanism("a", exponential())
        .and_then(|model| model.with_mechanism("b", exponential()))
        .and_then(|model| model.with_mechanism("top", top))
        .unwrap()
        .without_fitting()
        .unwrap()
}

/// E[max(c, B)] = c + e^−c for an exponential B with mean 1.
fn mean_with(a: f64) -> f64 {
    0.5 + a + (-a).exp()
}

#[test]
fn several_kinds_at_once_meet_their_closed_forms() {
    let (model, config) = (race(), InterventionConfig::default());
    let mean = |intervention: Intervention| model.interventional_target("top", &intervention, &config).unwrap().mean;
    within_errors(mean(Intervention::new().set("a", 0.7)), mean_with(0.7));
    within_errors(mean(Intervention::new()), 2.0);
    // The maximum of two independent exponential variables with rates r and s has the mean 1/r + 1/s − 1/(r + s).
    within_errors(mean(Intervention::new().scale("a", 0.25)), 0.5 + 0.25 + 1.0 - 1.0 / 5.0);
    let replaced = Intervention::new().replace("a", NoiseDistribution::exponential(0.5).unwrap()).shift("top", 2.0);
    within_errors(mean(replaced), 2.5 + 0.5 + 1.0 - 1.0 / 3.0);
    // A mechanism of one parent of two; the other no longer matters, and all is linear.
    let sum =
        AdditiveNoiseModel::known(KnownFormula::sum(["b"])).with_noise(NoiseDistribution::normal(1.0, 0.5).unwrap());
    let found = model.interventional_target("top", &Intervention::new().replace("top", sum), &config).unwrap();
    assert_eq!(found.samples, None);
    close(found.mean.value, 2.0);
    close(found.std_dev.value, 1.25_f64.sqrt());
}

fn effect(model: &FittedModel, seed: u64) -> Effect {
    let (first, second) = (Intervention::new().set("a", 1.0), Intervention::new().set("a", 0.5));
    let config = InterventionConfig::default().with_samples(4_096).with_seed(seed);
    model.average_causal_effect("top", &first, &second, &config).unwrap()
}

/// Var max(c, B), with E[max(c, B)²] = c² + 2(c + 1)e^−c, and that of the noise.
fn variance_with(a: f64) -> f64 {
    a * a + 2.0 * (a + 1.0) * (-a).exp() - (a + (-a).exp()).powi(2) + 0.0625
}

#[test]
fn stated_errors_hold_moments_and_effects() {
    let model = race();
    let set = |value: f64| Intervention::new().set("a", value);
    let truths = [
        mean_with(1.0) - mean_with(0.5),
        mean_with(1.0),
        mean_with(0.5),
        mean_with(0.7),
        variance_with(0.7).sqrt(),
        // Of the larger of two exponential variables: 1 + 1/4, and the noise.
        1.3125_f64.sqrt(),
    ];
    for samples in [256, 4_096] {
        let mut held = [0; 6];
        for seed in 0..200 {
            let config = InterventionConfig::default().with_samples(samples).with_seed(seed);
            let effect = model.average_causal_effect("top", &set(1.0), &set(0.5), &config).unwrap();
            let under = model.interventional_target("top", &set(0.7), &config).unwrap();
            let usual = model.interventional_target("top", &Intervention::new(), &config).unwrap();
            let difference = (effect.value, effect.std_error);
            let figures = [effect.first, effect.second, under.mean, under.std_dev, usual.std_dev];
            let found = [difference].into_iter().chain(figures.map(|figure| (figure.value, figure.std_error)));
            for (held, (found, truth)) in held.iter_mut().zip(found.zip(truths)) {
                *held += usize::from((found.0 - truth).abs() <= 1.96 * found.1);
            }
        }
        println!("{samples} samples: {held:?} of 200");
        assert!(held.iter().all(|held| (180..=198).contains(held)), "{samples}: {held:?} of 200");
    }
}

#[test]
fn common_noise_makes_the_variance_a_twentieth_or_less() {
    let (model, truth) = (race(), mean_with(1.0) - mean_with(0.5));
    let mean = |value: f64, seed: u64| {
        let rows = model.draw_interventional(&Intervention::new().set("a", value), 4_096, seed).unwrap();
        rows.column("top").unwrap().mean().unwrap()
    };
    let square = |error: f64| error * error;
    let common: f64 = (0..40).map(|seed| square(effect(&model, seed).value - truth)).sum();
    let independent: f64 = (0..40).map(|seed| square(mean(1.0, 2 * seed) - mean(0.5, 2 * seed + 1) - truth)).sum();
    assert!(20.0 * common <= independent, "{common} against {independent}");
}

#[test]
fn categories_are_set_by_level_and_asked_by_level() {
    // region → status → cost; refused one in four times in the EU and never in the US.
    let rows = 400;
    let region = |row: usize| if row.is_multiple_of(2) { "EU" } else { "US" };
    let status = |row: usize| if row.is_multiple_of(8) { "refused" } else { "served" };
    let cost: Vec<f64> = (0..rows).map(|row| if row % 8 == 0 { 5.0 } else { 1.0 }).collect();
    let data = Dataset::from_columns([("cost", cost)])
        .and_then(|data| data.with_text_column("region", (0..rows).map(region)))
        .and_then(|data| data.with_text_column("status", (0..rows).map(status)))
        .unwrap();
    let model =
        StructuralCausalModel::new(CausalGraph::from_edges([("region", "status"), ("status", "cost")]).unwrap())
            .with_mechanism("status", ClassifierModel::shares())
            .and_then(|model| model.with_mechanism("cost", AdditiveNoiseModel::linear()))
            .and_then(|model| model.assign_mechanisms(&data)?.fit(&data))
            .unwrap();
    let in_europe = Intervention::new().set_level("region", "EU");
    let asked = InterventionConfig::default().with_level("refused");
    // By code: EU is 0, US 1; refused is 0, served 1.
    let refused = |region: f64| model.mechanism("status").unwrap().class_probabilities(&[region]).unwrap()[0];
    let found = model.interventional_target("status", &in_europe, &asked).unwrap();
    within_errors(found.mean, refused(0.0));
    within_errors(found.std_dev, (refused(0.0) * (1.0 - refused(0.0))).sqrt());
    let in_america = Intervention::new().set_level("region", "US");
    let effect = model.average_causal_effect("cost", &in_europe, &in_america, &InterventionConfig::default()).unwrap();
    let (value, std_error) = (effect.value, effect.std_error);
    within_errors(effect.first, 1.0 + 4.0 * refused(0.0));
    assert!((value - 4.0 * (refused(0.0) - refused(1.0))).abs() <= 4.5 * std_error + 1e-9 && std_error < 0.01);
    let drawn = model.draw_interventional(&in_europe, 50, 1).unwrap();
    assert_eq!(drawn.levels("region").unwrap().names(), ["EU"]);
    // In two interventions one level differs from the other by its code alone.
    let served = InterventionConfig::default().with_level("served");
    let other = model.interventional_target("status", &in_europe, &served).unwrap();
    close(found.mean.value + other.mean.value, 1.0);
}

#[test]
fn draws_without_an_intervention_are_those_of_the_model_and_others_differ_by_what_was_done_alone() {
    let model = race();
    let plain = model.draw_samples(100, 3).unwrap();
    assert_eq!(model.draw_interventional(&Intervention::new(), 100, 3).unwrap(), plain);
    let shifted = model.draw_interventional(&Intervention::new().shift("a", 1.0).scale("top", 2.0), 100, 3).unwrap();
    for row in 0..100 {
        let value = |data: &Dataset, node: &str| data.column(node).unwrap()[row];
        assert_eq!(value(&shifted, "b"), value(&plain, "b"));
        assert_eq!(value(&shifted, "a"), value(&plain, "a") + 1.0);
        let noise = value(&plain, "top") - value(&plain, "a").max(value(&plain, "b"));
        close(value(&shifted, "top"), 2.0 * ((value(&plain, "a") + 1.0).max(value(&plain, "b")) + noise));
    }
}
