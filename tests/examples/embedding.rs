//! Within a service: the library computes where it is told to, and what it prepares can be kept and shared.
//!
//! A single test, in a process of its own: whether the global rayon pool was started can be asked only once.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::retail_shop;
use etiology::mechanism::AssignmentConfig;
use etiology::{
    AdditiveNoiseModel, AttributionConfig, Attributor, BootstrapConfig, CausalGraph, DiagnosisConfig, EvaluationConfig,
    FittedModel, KnownFormula, NoiseDistribution, Observation, ShapleyMethod, StructuralCausalModel,
};

/// Prepares two targets and forgets where the model was.
fn attributors() -> Vec<Attributor> {
    let normal = retail_shop::normal_requests(200, 1).unwrap();
    let model = StructuralCausalModel::new(retail_shop::causal_graph().unwrap());
    let model = model.assign_mechanisms_with(&normal, &AssignmentConfig::linear()).unwrap().fit(&normal).unwrap();
    [retail_shop::TARGET, "API"].map(|target| model.attributor(target, AttributionConfig::default()).unwrap()).into()
}

/// The larger of two delays plus noise, by a formula that notes the threads which evaluate it.
fn noting_threads(seen: &Arc<Mutex<BTreeSet<String>>>) -> FittedModel {
    let seen = Arc::clone(seen);
    let larger = KnownFormula::new(["db", "cache"], move |delays| {
        seen.lock().unwrap().insert(std::thread::current().name().unwrap_or("unnamed").to_owned());
        delays[0].max(delays[1])
    });
    let delay = || NoiseDistribution::exponential(0.1).unwrap();
    StructuralCausalModel::new(CausalGraph::from_edges([("db", "api"), ("cache", "api")]).unwrap())
        .with_mechanism("db", delay())
        .and_then(|model| model.with_mechanism("cache", delay()))
        .and_then(|model| model.with_mechanism("api", AdditiveNoiseModel::known(larger).with_noise(delay())))
        .and_then(|model| model.without_fitting())
        .unwrap()
}

#[test]
fn everything_runs_in_the_pool_of_the_caller_and_nothing_in_the_global_one() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(3).thread_name(|number| format!("embedder {number}"));
    let pool = pool.build().unwrap();
    let seen = Arc::default();
    pool.install(|| {
        // Choices by cross-validation, samples, evaluation, verdicts and resampled fits.
        let normal = retail_shop::normal_requests(120, 1).unwrap();
        let event = retail_shop::slow_requests(1, 2).unwrap().row(0).unwrap();
        let unfitted = StructuralCausalModel::new(retail_shop::causal_graph().unwrap());
        let chosen = unfitted.clone().assign_mechanisms(&normal).unwrap().fit(&normal).unwrap();
        let quick = AttributionConfig::default().with_samples(256).with_shapley_method(ShapleyMethod::Permutations(16));
        let attributor = chosen.attributor(retail_shop::TARGET, quick.clone()).unwrap();
        assert!(attributor.attribute_rows(&retail_shop::slow_requests(4, 3).unwrap()).iter().all(Result::is_ok));

        let unfitted = unfitted.assign_mechanisms_with(&normal, &AssignmentConfig::linear()).unwrap();
        let resamples = BootstrapConfig::default().with_resamples(40);
        unfitted.bootstrap_attribution(&normal, retail_shop::TARGET, &event, &quick, &resamples).unwrap();
        let linear = unfitted.fit(&normal).unwrap();
        linear.evaluate(&normal, &EvaluationConfig::default()).unwrap();
        linear.diagnose(retail_shop::TARGET, &event, &DiagnosisConfig::default()).unwrap();

        let noting = noting_threads(&seen).attributor("api", AttributionConfig::default().with_samples(512)).unwrap();
        let slow = Observation::from_pairs([("db", 0.9), ("cache", 0.1), ("api", 0.95)]).unwrap();
        assert_eq!(noting.attribute(&slow).unwrap().ranked()[0].node, "db");
        let go_on = || ControlFlow::Continue(());
        assert!(noting.attribute_within(&slow, Duration::from_secs(1_000), go_on).unwrap().complete);
    });
    let seen = seen.lock().unwrap();
    assert!(!seen.is_empty() && seen.iter().all(|name| name.starts_with("embedder ")), "{seen:?}");

    // An attributor outlives the model that it was made from, and threads share it.
    let kept = Arc::new(pool.install(attributors));
    let event = Arc::new(retail_shop::slow_requests(1, 2).unwrap().row(0).unwrap());
    let ask = || {
        let (kept, event) = (Arc::clone(&kept), Arc::clone(&event));
        std::thread::spawn(move || kept[0].attribute(&event).unwrap())
    };
    let answers: Vec<_> = [ask(), ask()].into_iter().map(|thread| thread.join().unwrap()).collect();
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0].ranked()[0].node, retail_shop::CULPRIT.0);

    // Only the first one to ask for it can build the global pool.
    let global = rayon::ThreadPoolBuilder::new().num_threads(1).build_global();
    global.expect("nothing above should have started the global pool");
}
