//! Models whose nodes may be called anything, for tests of what is written of them.

use etiology::{
    AdditiveNoiseModel, CausalGraph, Diagnosis, DiagnosisConfig, FeatureMap, FittedModel, KnownFormula,
    NoiseDistribution, Observation, StructuralCausalModel,
};

/// Names that would do harm if they were not escaped.
pub(crate) const NASTY: [&str; 12] = [
    "<script>document.title='evil'</script>",
    "\"];evil",
    "</title></style></pre></details><img src=x onerror=\"document.title='evil'\">",
    "' onmouseover='document.title=1",
    "a\\\"b\\",
    "&lt;b&gt;&amp;",
    "=cmd|' /C calc'!A0",
    "comma, and\nnew line\ttab",
    "`tick`tock",
    "]]><!-- -->",
    "\u{202e}desrever\u{0}\u{1b}[31m",
    "end #quot; %% subgraph",
];

/// Every node without a parent is standard normal noise, every other one the sum of its parents and such noise.
pub(crate) fn sums(names: &[String], edges: &[(usize, usize)]) -> FittedModel {
    let named = edges.iter().map(|&(cause, effect)| (names[cause].as_str(), names[effect].as_str()));
    let graph = CausalGraph::from_nodes_and_edges(names.iter().map(String::as_str), named).unwrap();
    let noise = || NoiseDistribution::normal(0.0, 1.0).unwrap();
    let mut model = StructuralCausalModel::new(graph);
    for (node, name) in names.iter().enumerate() {
        let parents: Vec<&str> =
            edges.iter().filter(|edge| edge.1 == node).map(|&(cause, _)| names[cause].as_str()).collect();
        model = if parents.is_empty() {
            model.with_mechanism(name, noise()).unwrap()
        } else {
            model
                .with_mechanism(name, AdditiveNoiseModel::known(KnownFormula::sum(parents)).with_noise(noise()))
                .unwrap()
        };
    }
    model.without_fitting().unwrap()
}

/// The diagnosis of the last node, given the noises of all; NaN makes a value missing.
pub(crate) fn diagnose(model: &FittedModel, names: &[String], edges: &[(usize, usize)], noises: &[f64]) -> Diagnosis {
    let mut values = vec![0.0; names.len()];
    // In these tests all edges point from an earlier node to a later one.
    for node in 0..names.len() {
        let parents = edges.iter().filter(|edge| edge.1 == node).map(|&(cause, _)| values[cause]);
        values[node] = parents.sum::<f64>() + if noises[node].is_nan() { 0.0 } else { noises[node] };
    }
    let observed = values.iter().zip(noises).map(|(value, noise)| if noise.is_nan() { f64::NAN } else { *value });
    let event = Observation::new(names.iter().map(String::as_str), observed.collect::<Vec<f64>>()).unwrap();
    let mut config = DiagnosisConfig::default();
    config.attribution = config.attribution.with_feature_map(FeatureMap::UpperTail).with_samples(512);
    model.diagnose(names.last().unwrap(), &event, &config).unwrap()
}
