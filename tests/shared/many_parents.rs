//! A target with so many independent exponential parents.

use etiology::{
    AdditiveNoiseModel, CausalGraph, FittedModel, KnownFormula, NoiseDistribution, Observation, StructuralCausalModel,
};

/// The model of `target`, a formula of the parents n0, n1, … and a noise, all noises of this mean; and an event in which parents have these values
/// and the target another.
pub(crate) fn model_and_event(
    formula: fn(Vec<String>) -> KnownFormula,
    mean: f64,
    values: &[f64],
    observed: f64,
) -> (FittedModel, Observation) {
    let names: Vec<String> = (0..values.len()).map(|number| format!("n{number}")).collect();
    let graph = CausalGraph::from_edges(names.iter().map(|name| (name.as_str(), "target"))).unwrap();
    let noise = || NoiseDistribution::exponential(mean).unwrap();
    let mechanism = AdditiveNoiseModel::known(formula(names.clone())).with_noise(noise());
    let mut model = StructuralCausalModel::new(graph).with_mechanism("target", mechanism).unwrap();
    for name in &names {
        model = model.with_mechanism(name, noise()).unwrap();
    }
    let all = names.iter().map(String::as_str).zip(values.iter().copied()).chain([("target", observed)]);
    (model.without_fitting().unwrap(), Observation::from_pairs(all).unwrap())
}
