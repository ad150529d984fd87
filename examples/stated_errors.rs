//! How often the truth lies within the stated errors: by engine and number of samples, over random models whose contributions
//! are known exactly.
//!
//! ```text
//! cargo run --release --example stated_errors -- MODELS [FIRST_SEED [ENGINE]]
//! ```
//!
//! A row tells how many contributions and scores lie within 1.96 of their stated errors, how many beyond 4, and how large the
//! errors are. Of a single engine the worst are shown.

#[path = "shared/exact_models.rs"]
mod exact_models;
#[path = "shared/quiet_pipe.rs"]
mod quiet_pipe;

use std::error::Error;

use etiology::attribution::{EngineName, Estimator, NoiseSampling};
use etiology::{AttributionConfig, FeatureMap, ShapleyMethod};
use exact_models::{ExactCase, Family};
use rayon::prelude::*;

const BUDGETS: [usize; 6] = [32, 64, 256, 1_024, 4_096, 16_384];

/// Differences that rounding explains, in nats: of the closed forms, whose terms cancel, near a floor of 10⁻⁸.
const ROUNDING: f64 = 2e-6;

/// What is asked, and by which means.
struct Way {
    name: String,
    config: AttributionConfig,
}

fn ways() -> Vec<Way> {
    let config = || AttributionConfig::default().with_feature_map(FeatureMap::UpperTail);
    let only = |engine: EngineName| config().with_estimator(Estimator::Only(engine));
    let mut ways = Vec::new();
    for budget in BUDGETS {
        let way = |name: &str, config: AttributionConfig| Way {
            name: format!("{name} | {budget}"),
            config: config.with_samples(budget),
        };
        let sampled = only(EngineName::Sampling);
        ways.push(way("sampling, nets", sampled.clone()));
        ways.push(way("sampling, independent", sampled.clone().with_noise_sampling(NoiseSampling::MonteCarlo)));
        ways.push(way("sampling, 8 permutations", sampled.with_shapley_method(ShapleyMethod::Permutations(8))));
        ways.push(way("counting", config().with_estimator(Estimator::Counting)));
        ways.push(way("partial inversion", only(EngineName::PartialInversion)));
        ways.push(way("automatic", config()));
    }
    for permutations in [4, 8, 16, 32, 64] {
        let config = only(EngineName::ClosedForm).with_shapley_method(ShapleyMethod::Permutations(permutations));
        ways.push(Way { name: format!("closed form, permutations | {permutations}"), config });
    }
    ways.push(Way { name: "closed form | 0".to_owned(), config: only(EngineName::ClosedForm) });
    ways.push(Way { name: "Fourier inversion | 0".to_owned(), config: only(EngineName::FourierInversion) });
    ways.sort_by_key(|way| way.name.split(" | ").next().map(str::to_owned));
    ways
}

/// One figure beside the truth.
struct Outcome {
    missed: f64,
    error: f64,
    what: String,
}

fn outcomes(case: &ExactCase, way: &Way, seed: u64) -> Vec<Outcome> {
    let config = way.config.clone().with_floor(case.floor).with_seed(seed);
    // Engines do not apply to all models.
    let Ok(found) = case.model.attribute_outlier(&case.target(), &case.observation, &config) else { return Vec::new() };
    let outcome = |what: &str, value: f64, truth: f64, error: f64| Outcome {
        missed: (value - truth).abs(),
        error,
        what: format!("seed {seed}, floor {}, {what}: {value:.6} ± {error:.6}, truth {truth:.6}", case.floor),
    };
    let contributions = case.contributions.iter().map(|(node, truth)| {
        let found = found.contribution(node).map_or((0.0, 0.0), |found| (found.value, found.std_error));
        outcome(node, found.0, *truth, found.1)
    });
    let score = outcome("score", found.score.value, case.score, found.score.std_error);
    contributions.chain([score]).collect()
}

fn main() -> Result<(), Box<dyn Error>> {
    quiet_pipe::end_with_the_reader();
    let mut arguments = std::env::args().skip(1);
    let models: u64 = arguments.next().map_or(Ok(200), |text| text.parse())?;
    let first: u64 = arguments.next().map_or(Ok(0), |text| text.parse())?;
    let only = arguments.next().unwrap_or_default();
    let cases = (first..first + models).map(|seed| Ok((seed, ExactCase::random_of(&Family::ALL, seed)?)));
    let cases: Vec<(u64, ExactCase)> = cases.collect::<etiology::Result<_>>()?;
    println!(
        "| engine | budget | figures | within 1.96 | beyond 4 | median error | 90 % of errors below | root mean square missed |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|");
    for way in ways().iter().filter(|way| way.name.contains(&only)) {
        let mut all: Vec<Outcome> = cases.par_iter().flat_map_iter(|(seed, case)| outcomes(case, way, *seed)).collect();
        // Figures without an error that miss the truth by rounding say nothing of errors.
        all.retain(|outcome| outcome.missed > ROUNDING || outcome.error > ROUNDING);
        if all.is_empty() {
            println!("| {} | 0 |", way.name);
            continue;
        }
        let beyond = |errors: f64| all.iter().filter(move |outcome| outcome.missed > errors * outcome.error + ROUNDING);
        let share = |count: usize| count as f64 / all.len() as f64;
        let square = all.iter().map(|outcome| outcome.missed.powi(2)).sum::<f64>() / all.len() as f64;
        let mut errors: Vec<f64> = all.iter().map(|outcome| outcome.error).collect();
        errors.sort_by(f64::total_cmp);
        println!(
            "| {} | {} | {:.3} | {:.4} | {:.4} | {:.3} | {:.4} |",
            way.name,
            all.len(),
            1.0 - share(beyond(1.96).count()),
            share(beyond(4.0).count()),
            errors[errors.len() / 2],
            errors[errors.len() * 9 / 10],
            square.sqrt()
        );
        if !only.is_empty() {
            beyond(4.0).take(12).for_each(|outcome| println!("    {}", outcome.what));
        }
    }
    Ok(())
}
