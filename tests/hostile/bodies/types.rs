//! Public types that serde reads: configurations, results, distributions and mechanisms. The first byte says which.

use std::fmt::Display;
use std::sync::LazyLock;

use etiology::attribution::{Estimator, Floor, NodeScore, NoiseSampling};
use etiology::drift::DriftReport;
use etiology::evaluation::{GraphEvaluation, ModelEvaluation};
use etiology::graph::GraphRepair;
use etiology::independence::IndependenceTest;
use etiology::mechanism::{
    AssignmentConfig, AssignmentReport, FittedMechanism, LinearFunction, Link, ParentFunction, PolynomialFunction,
    TreeEnsemble,
};
use etiology::model::FitReport;
use etiology::score::ItScore;
use etiology::shapley::ShapleyConfig;
use etiology::{
    Attribution, AttributionConfig, BootstrapConfig, CausalGraph, Diagnosis, EvaluationConfig, FittedModel, HtmlReport,
    NoiseDistribution, NoiseFamily, Observation, Precision, Quantity, ShapleyMethod,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::check_error;

type Reader = fn(&str);

/// Every public type that can be read on its own. Corpus files depend on the order: add at the end.
const READERS: &[Reader] = &[
    |text| read::<NoiseDistribution>(text).iter().for_each(check_noise),
    |text| read::<ItScore>(text).iter().for_each(check_score),
    |text| read::<FittedMechanism>(text).iter().for_each(|mechanism| check_noise(mechanism.noise())),
    |text| read::<ParentFunction>(text).iter().for_each(check_function),
    |text| read::<Attribution>(text).iter().for_each(check_attribution),
    |text| read::<Diagnosis>(text).iter().for_each(check_diagnosis),
    |text| read::<ModelEvaluation>(text).iter().for_each(check_shown),
    |text| read::<AssignmentReport>(text).iter().for_each(check_shown),
    |text| read::<DriftReport>(text).iter().for_each(check_shown),
    |text| read::<FitReport>(text).iter().for_each(check_shown),
    |text| read::<NoiseFamily>(text).iter().for_each(check_family),
    |text| read::<Asked>(text).iter().for_each(check_asked),
    |text| read::<BootstrapConfig>(text).iter().for_each(check_bootstrap),
    |text| read::<EvaluationConfig>(text).iter().for_each(check_evaluation),
    |text| read::<AssignmentConfig>(text).iter().for_each(check_assignment),
    |text| _ = read::<GraphEvaluation>(text),
    |text| _ = read::<GraphRepair>(text),
    |text| _ = read::<IndependenceTest>(text),
    |text| _ = read::<NodeScore>(text),
    |text| _ = read::<ShapleyConfig>(text),
    |text| _ = read::<LinearFunction>(text),
    |text| _ = read::<PolynomialFunction>(text),
    |text| _ = read::<TreeEnsemble>(text),
    |text| _ = read::<Link>(text),
];

pub(super) fn types(bytes: &[u8]) {
    if let Some((&which, rest)) = bytes.split_first()
        && let Ok(text) = std::str::from_utf8(rest)
    {
        // Letters, so that a corpus can be read.
        READERS[usize::from(which.wrapping_sub(b'a')) % READERS.len()](text);
    }
}

/// What was read is written and read again, and then written the same.
fn read<T: Serialize + DeserializeOwned>(text: &str) -> Option<T> {
    let value: T = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return None;
        }
    };
    let written = serde_json::to_string(&value).unwrap();
    let again: T = serde_json::from_str(&written).unwrap_or_else(|error| panic!("{error} in {written}"));
    assert_eq!(serde_json::to_string(&again).unwrap(), written);
    Some(value)
}

fn check_shown(value: &impl Display) {
    assert!(!value.to_string().is_empty());
}

/// Distribution functions rise from 0 to 1, tails are their complements, and quantiles are finite and in order.
pub(super) fn check_noise(noise: &NoiseDistribution) {
    check_shown(noise);
    let centre = noise.median();
    assert!(centre.is_finite(), "{noise:?}: the median is {centre}");
    let mut last = 0.0;
    for x in [f64::NEG_INFINITY, -f64::MAX, -1.0, 0.0, 1e-300, 1.0, f64::MAX, f64::INFINITY] {
        let (below, above) = (noise.cdf(x), noise.survival(x));
        assert!((0.0..=1.0).contains(&below) && (0.0..=1.0).contains(&above), "{noise:?} at {x}: {below}, {above}");
        assert!(below >= last, "{noise:?}: the distribution function falls at {x}");
        assert!(noise.log_survival(x) <= 0.0 && noise.log_cdf(x) <= 0.0, "{noise:?} at {x}");
        assert!((0.0..=1.0).contains(&noise.two_sided_tail(x)), "{noise:?} at {x}");
        last = below;
    }
    let mut last = f64::NEG_INFINITY;
    for p in [1e-12, 0.01, 0.3, 0.5, 0.9, 0.999] {
        match noise.quantile(p) {
            Ok(quantile) => {
                assert!(!quantile.is_nan() && quantile >= last, "{noise:?}: {quantile} at {p}, after {last}");
                last = quantile;
            }
            Err(error) => check_error(&error),
        }
    }
    assert!(noise.quantile(f64::NAN).is_err() && noise.quantile(1.5).is_err());
    assert!(!noise.mean().is_nan() && noise.variance() >= 0.0, "{noise:?}: {} ± {}", noise.mean(), noise.variance());
}

fn check_score(score: &ItScore) {
    check_shown(score);
    assert!(score.nats() >= 0.0 && score.nats() <= score.ceiling() * (1.0 + 1e-9), "{score:?}");
}

/// Only functions that say how many parents they take can be asked for a value.
fn check_function(function: &ParentFunction) {
    let parents = match function {
        ParentFunction::Polynomial(polynomial) => polynomial.parents(),
        ParentFunction::Trees(trees) => trees.parents(),
        ParentFunction::LogParents(logarithms) => logarithms.parents(),
        _ => return,
    };
    for value in [0.0, -1.0, 1e300, f64::NAN] {
        let _ = function.value(&vec![value; parents.min(1000)][..]);
    }
}

fn check_attribution(attribution: &Attribution) {
    check_shown(attribution);
    assert_eq!(attribution.ranked().len(), attribution.contributions.len());
    assert!(attribution.to_csv().starts_with("node,"));
    let _ = attribution.to_svg(SMALL.graph()).map_err(|error| check_error(&error));
}

/// A diagnosis of another model, or of none, is an error or a page, but no panic.
fn check_diagnosis(diagnosis: &Diagnosis) {
    check_shown(diagnosis);
    check_attribution(&diagnosis.attribution);
    let drawings =
        [diagnosis.to_svg(SMALL.graph()), diagnosis.to_dot(SMALL.graph()), diagnosis.to_mermaid(SMALL.graph())];
    let page = HtmlReport::new(&SMALL, diagnosis).to_html();
    for markup in [&drawings[0], &page] {
        match markup {
            Ok(markup) => super::reports::check_markup(markup),
            Err(error) => check_error(error),
        }
    }
}

fn check_family(family: &NoiseFamily) {
    check_shown(family);
    for values in [&[0.1, 0.7, 0.3, 2.0, 0.1, 0.9, 1.1][..], &[3.0; 5], &[-1.0, 1e300], &[]] {
        match family.fit(values, "the value") {
            Ok(noise) => check_noise(&noise),
            Err(error) => check_error(&error),
        }
    }
}

/// The parts of an [`AttributionConfig`] that can be read.
#[derive(Serialize, Deserialize)]
#[serde(default)]
struct Asked {
    quantity: Quantity,
    floor: Floor,
    estimator: Estimator,
    precision: Precision,
    noise_sampling: NoiseSampling,
    method: ShapleyMethod,
    samples: usize,
}

impl Default for Asked {
    fn default() -> Self {
        let AttributionConfig { question, means, effort, .. } = AttributionConfig::default();
        Self {
            quantity: question.quantity,
            floor: question.floor,
            estimator: means.estimator,
            precision: effort.precision,
            noise_sampling: means.noise_sampling,
            method: effort.shapley_method,
            samples: 64,
        }
    }
}

/// Whoever asks for much waits long, so what is allowed and dear is not tried; what is not allowed is an error at once.
fn check_asked(asked: &Asked) {
    let allowed_but_dear = (1_000..=10_000_000).contains(&asked.samples)
        || matches!(asked.method, ShapleyMethod::Permutations(10..=100_000))
        || matches!(asked.precision, Precision::StdError(error) if error > 0.0 && error < 0.1);
    if allowed_but_dear {
        return;
    }
    let mut config = AttributionConfig::default().with_samples(asked.samples).with_quantity(asked.quantity);
    config.question.floor = asked.floor;
    config = config.with_estimator(asked.estimator).with_precision(asked.precision);
    config = config.with_noise_sampling(asked.noise_sampling).with_shapley_method(asked.method);
    match SMALL.attribute_outlier("c", &EVENT, &config) {
        Ok(attribution) => check_attribution(&attribution),
        Err(error) => check_error(&error),
    }
}

fn check_bootstrap(config: &BootstrapConfig) {
    if (21..=1_000_000).contains(&config.resamples) {
        return;
    }
    let data = SMALL.draw_samples(12, 3).unwrap();
    let attribution = AttributionConfig::default().with_samples(32);
    let model = etiology::StructuralCausalModel::new(SMALL.graph().clone());
    let model = model.assign_mechanisms_with(&data, &AssignmentConfig::linear()).unwrap();
    match model.bootstrap_attribution(&data, "c", &EVENT, &attribution, config) {
        Ok(intervals) => check_shown(&intervals),
        Err(error) => check_error(&error),
    }
}

fn check_evaluation(config: &EvaluationConfig) {
    if (100..=1_000_000).contains(&config.permutations) {
        return;
    }
    let data = SMALL.draw_samples(12, 3).unwrap();
    match SMALL.evaluate(&data, config) {
        Ok(evaluation) => check_shown(&evaluation),
        Err(error) => check_error(&error),
    }
}

fn check_assignment(config: &AssignmentConfig) {
    let data = SMALL.draw_samples(12, 3).unwrap();
    let model = etiology::StructuralCausalModel::new(SMALL.graph().clone());
    if let Err(error) = model.assign_mechanisms_with(&data, config) {
        check_error(&error);
    }
}

static SMALL: LazyLock<FittedModel> = LazyLock::new(|| {
    let graph = CausalGraph::from_edges([("a", "b"), ("b", "c"), ("a", "c")]).unwrap();
    let noise = || NoiseDistribution::exponential(1.0).unwrap();
    let sum = |parents: &[&str]| {
        etiology::AdditiveNoiseModel::known(etiology::KnownFormula::sum(parents.iter().copied())).with_noise(noise())
    };
    etiology::StructuralCausalModel::new(graph)
        .with_mechanism("a", noise())
        .unwrap()
        .with_mechanism("b", sum(&["a"]))
        .unwrap()
        .with_mechanism("c", sum(&["a", "b"]))
        .unwrap()
        .without_fitting()
        .unwrap()
});

static EVENT: LazyLock<Observation> =
    LazyLock::new(|| Observation::from_pairs([("a", 4.0), ("b", 5.0), ("c", 9.5)]).unwrap());
