//! Whatever a user gets wrong is an error that names the culprit, never a panic.

mod attributions;
mod definitions;
mod fitting;
mod inputs;

use std::panic::{AssertUnwindSafe, catch_unwind};

use etiology::mechanism::CausalMechanism;
use etiology::{
    AdditiveNoiseModel, CausalGraph, CustomMechanism, Dataset, Error, FittedModel, KnownFormula, Mechanism,
    NoiseDistribution, Observation, StructuralCausalModel,
};

type Outcome = Result<(), Error>;
type Step = Box<dyn Fn() -> Outcome>;

/// What is wrong, how to do it, and what the message must contain.
struct Case {
    name: &'static str,
    run: Step,
    fragments: &'static [&'static str],
}

fn case<T>(
    name: &'static str,
    run: impl Fn() -> Result<T, Error> + 'static,
    fragments: &'static [&'static str],
) -> Case {
    Case { name, run: Box::new(move || run().map(drop)), fragments }
}

/// Runs all cases and reports every one that is not an error with the right message.
fn check(cases: Vec<Case>) {
    let failures: Vec<String> = cases.iter().filter_map(failure).collect();
    assert!(failures.is_empty(), "{} of {} cases fail:\n{}", failures.len(), cases.len(), failures.join("\n"));
}

fn failure(case: &Case) -> Option<String> {
    let complaint = match catch_unwind(AssertUnwindSafe(&case.run)) {
        Err(_) => "panicked".to_owned(),
        Ok(Ok(())) => "was accepted".to_owned(),
        Ok(Err(error)) => {
            let message = error.to_string();
            let absent: Vec<_> = case.fragments.iter().filter(|fragment| !message.contains(**fragment)).collect();
            if absent.is_empty() {
                return None;
            }
            format!("lacks {absent:?} in: {message}")
        }
    };
    Some(format!("  {}: {complaint}", case.name))
}

fn pair() -> Result<CausalGraph, Error> {
    CausalGraph::from_edges([("a", "b")])
}

/// a → b with known normal noises: a ~ N(0, 1), b = a + N(0, 1).
fn known_pair() -> Result<FittedModel, Error> {
    known_pair_with(
        AdditiveNoiseModel::known(KnownFormula::sum(["a"])).with_noise(NoiseDistribution::normal(0.0, 1.0)?),
    )
}

/// a → b with a ~ N(0, 1) and this mechanism of b.
fn known_pair_with(mechanism: impl Into<CausalMechanism>) -> Result<FittedModel, Error> {
    StructuralCausalModel::new(pair()?)
        .with_mechanism("a", NoiseDistribution::normal(0.0, 1.0)?)?
        .with_mechanism("b", mechanism)?
        .without_fitting()
}

fn data_with(a: Vec<f64>, b: Vec<f64>) -> Result<Dataset, Error> {
    Dataset::from_columns([("a", a), ("b", b)])
}

fn good_data() -> Result<Dataset, Error> {
    data_with(vec![1.0, 2.0, 3.0, 4.0, 5.0], vec![2.5, 4.0, 6.5, 8.0, 9.5])
}

fn event() -> Result<Observation, Error> {
    Observation::from_pairs([("a", 4.0), ("b", 9.0)])
}

/// evaluate and estimate_noise as plain functions of parent and noise or value.
#[derive(Debug)]
struct Custom {
    evaluate: fn(f64, f64) -> f64,
    estimate_noise: fn(f64, f64) -> f64,
}

impl Mechanism for Custom {
    fn evaluate(&self, parents: &[f64], noise: f64) -> f64 {
        (self.evaluate)(parents[0], noise)
    }
    fn estimate_noise(&self, parents: &[f64], value: f64) -> f64 {
        (self.estimate_noise)(parents[0], value)
    }
}

fn custom(evaluate: fn(f64, f64) -> f64, estimate_noise: fn(f64, f64) -> f64) -> CustomMechanism {
    CustomMechanism::new(["a"], Custom { evaluate, estimate_noise })
}

/// The same with N(0, 1) as its noise.
fn known_custom(evaluate: fn(f64, f64) -> f64, estimate_noise: fn(f64, f64) -> f64) -> Result<CustomMechanism, Error> {
    Ok(custom(evaluate, estimate_noise).with_noise(NoiseDistribution::normal(0.0, 1.0)?))
}
