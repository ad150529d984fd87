//! One prepared job, for counting instructions: makes a model, then attributes one event so many times.
//!
//! Started by `benches/instructions.sh` under valgrind, once with one event and once with two: the difference is what
//! one event costs, without making the model. Without `--case`, as in a plain `cargo bench`, it does nothing.

#[path = "../examples/shared/known_models.rs"]
#[allow(dead_code, reason = "one of the models, and not its true contributions")]
mod known_models;
#[path = "shared/random_models.rs"]
#[allow(dead_code, reason = "one kind of them")]
mod random_models;
#[path = "../examples/shared/retail_shop.rs"]
mod retail_shop;

use std::hint::black_box;

use clap::{Parser, ValueEnum};
use etiology::attribution::Estimator;
use etiology::mechanism::AssignmentConfig;
use etiology::{
    AdditiveNoiseModel, AttributionConfig, DiagnosisConfig, FeatureMap, NoiseFamily, Observation, Result,
    ShapleyMethod, StructuralCausalModel,
};
use random_models::{Case, Kind};

/// Does one job, for benches/instructions.sh
#[derive(Parser)]
struct Arguments {
    /// The model and the settings
    #[arg(long, value_enum)]
    case: Job,
    /// How many times to attribute the event
    #[arg(long)]
    events: usize,
    /// What cargo adds for every benchmark
    #[arg(long, hide = true)]
    bench: bool,
}

/// The upper tail in all.
#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Job {
    /// The shop with normal noises, in closed form: exact, 11 nodes
    ShopNormal,
    /// The shop, default settings
    ShopDefault,
    /// The same, with an attributor that was prepared before
    ShopDefaultPrepared,
    /// The shop with linear mechanisms as they are assigned, a usual request, with an attributor that was prepared before
    UsualPrepared,
    /// The same with a slow request, which is outside of the data
    SlowPrepared,
    /// A diagnosis of the usual request
    UsualDiagnosed,
    /// And of the slow one
    SlowDiagnosed,
    /// The shop with mechanisms chosen automatically, the slow request
    ChosenSlow,
    /// A diagnosis of it
    ChosenSlowDiagnosed,
    /// The shop, 25 permutations, 3000 samples
    ShopPermutations,
    /// The same, by Monte Carlo whatever the default estimator is
    ShopPermutationsSampled,
    /// The same, counting hits
    ShopPermutationsCounted,
    /// The shop, all 2048 coalitions, 3000 samples, by Monte Carlo
    ShopExactSampled,
    /// Fan-out latency: sums and a maximum, 5 nodes, default settings
    FanOutDefault,
    /// A random non-linear model of 20 nodes, 25 permutations, 3000 samples
    NonLinearPermutations,
}

fn main() {
    let has_work = std::env::args().any(|argument| argument == "--case" || argument.starts_with("--case="));
    if !has_work {
        println!("instructions: driven by benches/instructions.sh; nothing to do without its arguments");
        return;
    }
    let arguments = Arguments::parse();
    run(&arguments).unwrap_or_else(|error| panic!("the job's own input is wrong: {error}"));
}

fn run(arguments: &Arguments) -> Result<()> {
    let Case { model, target, event } = arguments.case.model()?;
    let config = arguments.case.config();
    if let Job::UsualDiagnosed | Job::SlowDiagnosed | Job::ChosenSlowDiagnosed = arguments.case {
        for _ in 0..arguments.events {
            black_box(model.diagnose(&target, black_box(&event), &DiagnosisConfig::default())?);
        }
        return Ok(());
    }
    if let Job::ShopDefaultPrepared | Job::UsualPrepared | Job::SlowPrepared = arguments.case {
        let attributor = model.attributor(&target, config)?;
        for _ in 0..arguments.events {
            black_box(attributor.attribute(black_box(&event))?);
        }
        return Ok(());
    }
    for _ in 0..arguments.events {
        black_box(model.attribute_outlier(&target, black_box(&event), &config)?);
    }
    Ok(())
}

impl Job {
    fn model(self) -> Result<Case> {
        match self {
            Self::ShopNormal => shop(NoiseFamily::Normal),
            Self::FanOutDefault => known_models::fan_out_latency().map(|case| Case {
                model: case.model,
                target: case.target.to_owned(),
                event: case.observation,
            }),
            Self::NonLinearPermutations => random_models::case(Kind::NonLinear, 20, random_models::usual_edges(20)),
            Self::UsualPrepared | Self::UsualDiagnosed => {
                Ok(Case { event: usual_request()?, ..assigned_shop(&AssignmentConfig::linear())? })
            }
            Self::SlowPrepared | Self::SlowDiagnosed => assigned_shop(&AssignmentConfig::linear()),
            Self::ChosenSlow | Self::ChosenSlowDiagnosed => assigned_shop(&AssignmentConfig::default()),
            _ => shop(NoiseFamily::Empirical),
        }
    }

    fn config(self) -> AttributionConfig {
        let default = AttributionConfig::default().with_feature_map(FeatureMap::UpperTail);
        let permutations = default.clone().with_samples(3_000).with_shapley_method(ShapleyMethod::Permutations(25));
        match self {
            Self::ShopPermutations | Self::NonLinearPermutations => permutations,
            Self::ShopPermutationsSampled => permutations.with_estimator(Estimator::MonteCarlo),
            Self::ShopPermutationsCounted => permutations.with_estimator(Estimator::Counting),
            Self::ShopExactSampled => {
                permutations.with_estimator(Estimator::MonteCarlo).with_shapley_method(ShapleyMethod::Exact)
            }
            _ => default,
        }
    }
}

/// The shop's linear model with noises of one family, and the slow request of the example `online_shop`.
fn shop(noises: NoiseFamily) -> Result<Case> {
    let normal = retail_shop::normal_requests(5_000, 1)?;
    let mut model = StructuralCausalModel::new(retail_shop::causal_graph()?);
    let nodes: Vec<String> = model.graph().nodes().map(str::to_owned).collect();
    for node in &nodes {
        model = if model.graph().parents(node)?.is_empty() {
            model.with_mechanism(node, noises)?
        } else {
            model.with_mechanism(node, AdditiveNoiseModel::linear().with_noise(noises))?
        };
    }
    Ok(Case {
        model: model.fit(&normal)?,
        target: retail_shop::TARGET.to_owned(),
        event: retail_shop::slow_requests(100, 2)?.row(5)?,
    })
}

/// The shop with mechanisms assigned by the data, and the slow request.
fn assigned_shop(mechanisms: &AssignmentConfig) -> Result<Case> {
    let normal = retail_shop::normal_requests(5_000, 1)?;
    let model = StructuralCausalModel::new(retail_shop::causal_graph()?);
    Ok(Case {
        model: model.assign_mechanisms_with(&normal, mechanisms)?.fit(&normal)?,
        target: retail_shop::TARGET.to_owned(),
        event: retail_shop::slow_requests(100, 2)?.row(5)?,
    })
}

/// The slowest of a hundred normal requests that the models were not fitted to.
fn usual_request() -> Result<Observation> {
    let requests = retail_shop::normal_requests(100, 3)?;
    let latencies = requests.column(retail_shop::TARGET)?;
    let slowest = (0..requests.rows()).max_by(|&a, &b| latencies[a].total_cmp(&latencies[b]));
    requests.row(slowest.unwrap_or_default())
}
