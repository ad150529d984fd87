//! A target that is a category, by sums over what it depends on.

use etiology::change::Functional;
use etiology::mechanism::ClassifierModel;
use etiology::{CausalGraph, Dataset, FittedModel, NoiseDistribution, StructuralCausalModel};

use super::{assert_honest, coverage};
use crate::structure::shapley;

/// load → state, where the load has this range and later states become likely with it, the sooner the lower the threshold.
fn model(low: f64, high: f64, threshold: f64) -> FittedModel {
    let load: Vec<f64> = (0..300).map(|row| (f64::from(row) * 0.618).fract() * 4.0).collect();
    let of_row = |(row, load): (usize, &f64)| match load + 1.2 * (row as f64 * 1.9).sin() - threshold {
        excess if excess > 1.2 => "failed",
        excess if excess > 0.0 => "late",
        _ => "on time",
    };
    let state: Vec<&str> = load.iter().enumerate().map(of_row).collect();
    let data = Dataset::from_columns([("load", load)]).unwrap().with_text_column("state", state).unwrap();
    StructuralCausalModel::new(CausalGraph::from_edges([("load", "state")]).unwrap())
        .with_mechanism("load", NoiseDistribution::uniform(low, high).unwrap())
        .and_then(|model| model.with_mechanism("state", ClassifierModel::logistic()))
        .and_then(|model| model.fit(&data))
        .unwrap()
}

/// The shares of the states where the load is as in one model and the classifier that of another.
fn shares(range: [f64; 2], model: &FittedModel) -> Vec<f64> {
    let steps = 20_000;
    let mut sums = vec![0.0; 3];
    for step in 0..steps {
        let load = range[0] + (range[1] - range[0]) * (f64::from(step) + 0.5) / f64::from(steps);
        let probabilities = model.mechanism("state").unwrap().class_probabilities(&[load]).unwrap();
        sums.iter_mut().zip(probabilities).for_each(|(sum, p)| *sum += p / f64::from(steps));
    }
    sums
}

fn kullback_leibler(p: &[f64], q: &[f64]) -> f64 {
    p.iter().zip(q).map(|(p, q)| p * (p / q).ln()).sum()
}

fn jensen_shannon(p: &[f64], q: &[f64]) -> f64 {
    let middle: Vec<f64> = p.iter().zip(q).map(|(p, q)| 0.5 * (p + q)).collect();
    0.5 * (kullback_leibler(p, &middle) + kullback_leibler(q, &middle))
}

#[test]
fn stated_errors_hold_the_divergence_of_a_category() {
    let (old, new) = ([0.0, 3.0], [0.5, 4.0]);
    let (before, after) = (model(old[0], old[1], 2.0), model(new[0], new[1], 1.6));
    let worlds = [shares(old, &before), shares(new, &before), shares(old, &after), shares(new, &after)];
    let asked = [
        (Functional::KullbackLeibler, kullback_leibler as fn(&[f64], &[f64]) -> f64),
        (Functional::JensenShannon, jensen_shannon),
    ];
    for (functional, of) in asked {
        let worth: Vec<f64> = worlds.iter().map(|world| of(&worlds[0], world)).collect();
        let truths: Vec<(f64, f64)> = shapley(&worth).into_iter().chain([worth[3]]).map(|truth| (truth, 0.0)).collect();
        let found = coverage([&before, &after], "state", &["load", "state"], &functional, &truths);
        assert_honest(&format!("category, {functional}"), &found);
    }
}
