//! Causal root-cause attribution: *this observation is an outlier; which parts of the system caused it, and by
//! how much?*
//!
//! A [`CausalGraph`] says which node acts on which. A [`StructuralCausalModel`] gives each node a mechanism Xⱼ =
//! fⱼ(PAⱼ, Nⱼ), learned from normal data or known as a formula, with independent noises Nⱼ. The outlier score of
//! an observed target value xₙ is information-theoretic, in nats:
//!
//! S(xₙ) = −ln P{ g(Xₙ) ≥ g(xₙ) }
//!
//! with g measuring extremeness (a [`FeatureMap`]). [`FittedModel::attribute_outlier`] splits it over the nodes: the
//! contribution of node j is its Shapley value in the game in which a coalition T of nodes keeps its noise at what was
//! observed while every other noise is drawn anew,
//!
//! v(T) = ln( (q(T) + ε) / (1 + ε) ),  q(T) = P{ g(Xₙ) ≥ g(xₙ) | N_T = n_T }
//!
//! so contributions sum to the score, and each comes with a standard error. The method is that of Budhathoki,
//! Minorics, Blöbaum and Janzing, *Causal structure-based root cause analysis of outliers*, ICML 2022
//! ([arXiv:1912.02724](https://arxiv.org/abs/1912.02724)). The floor ε is explicit; `docs/method.md` says why it
//! matters.
//!
//! # Quick start
//!
//! ```
//! use etiology::{AttributionConfig, CausalGraph, Dataset, Observation, StructuralCausalModel};
//!
//! // Who calls whom: a slow database makes its callers slow.
//! let graph = CausalGraph::from_call_graph([("web", "api"), ("web", "auth"), ("api", "db")])?;
//!
//! // Latencies of normal requests, in seconds; usually `Dataset::from_csv_path("normal.csv")`.
//! let wave = |request: usize, frequency: f64| 0.1 + 0.05 * (request as f64 * frequency).sin().abs();
//! let db: Vec<f64> = (0..500).map(|request| wave(request, 1.0)).collect();
//! let auth: Vec<f64> = (0..500).map(|request| wave(request, 2.3)).collect();
//! let api: Vec<f64> = (0..500).map(|request| db[request] + wave(request, 3.1)).collect();
//! let web: Vec<f64> = (0..500).map(|request| api[request] + auth[request] + wave(request, 4.7)).collect();
//! let normal = Dataset::from_columns([("db", db), ("auth", auth), ("api", api), ("web", web)])?;
//!
//! // Learn a mechanism for every node, then ask for the cause of one slow request.
//! let model = StructuralCausalModel::new(graph).assign_mechanisms(&normal)?.fit(&normal)?;
//! let slow = Observation::from_pairs([("db", 0.9), ("auth", 0.12), ("api", 1.04), ("web", 1.3)])?;
//! let attribution = model.attribute_outlier("web", &slow, &AttributionConfig::default())?;
//! println!("{attribution}");
//! assert_eq!(attribution.ranked()[0].node, "db");
//! # Ok::<(), etiology::Error>(())
//! ```
//!
//! # Where things are
//!
//! Data flows one way: [`Dataset`] → [`CausalGraph`] → mechanisms ([`AdditiveNoiseModel`], [`KnownFormula`],
//! [`Mechanism`]) → [`StructuralCausalModel`] → [`FittedModel`] → scores ([`ItScore`], [`NodeScore`]) →
//! [`shapley_values`] → [`Attribution`] → [`Diagnosis`], which an [`HtmlReport`] shows to people. [`FittedModel::evaluate`]
//! says whether a model is any good. The default build needs no system library; the features `openblas-system`,
//! `openblas-static`, `netlib-static` and `intel-mkl-static` do least squares through LAPACK instead (choose one).

// Lints for the library alone: tests and examples may unwrap and print.
#![warn(clippy::expect_used, clippy::print_stderr, clippy::print_stdout, clippy::unwrap_used)]

mod bootstrap;
mod data;
mod drift;
mod engine;
mod error;
mod evaluation;
mod graph;
mod independence;
mod mechanism;
mod model;
mod noise;
mod numeric;
mod question;
mod random;
mod refine;
mod report;
mod score;
mod shapley;
mod target;
mod telemetry;
#[cfg(feature = "traces")]
mod traces;
mod verdicts;
mod world;

pub use bootstrap::{BootstrapConfig, BootstrapInterval, BootstrapIntervals, BootstrapMethod, NodeInterval};
pub use data::{Dataset, Observation, RowTimes, TimeColumn};
pub use drift::{DriftReport, DriftTest, NodeDrift, ScaleWarning};
pub use engine::{Effort, EngineName, Estimator, Explanation, Means, NoiseSampling, Precision};
pub use error::{Error, Result};
pub use evaluation::{
    AbsentFigure, Calibration, EvaluationConfig, Finding, GraphComparison, GraphEvaluation, ImpliedIndependence,
    ModelEvaluation, NodeEvaluation, NoiseDrift, NoiseIndependence,
};
pub use graph::{CausalGraph, DropReason, DroppedCall, GraphRepair, RemovalReason, RemovedNode};
pub use independence::{
    ConditionalIndependenceTest, IndependenceTest, conditional_independence_test, independence_test,
};
#[cfg(feature = "boosted-trees")]
pub use mechanism::BoostedTrees;
pub use mechanism::{
    AdditiveNoiseModel, AssignmentConfig, AssignmentReport, AssignmentWarning, CandidateScore, CausalMechanism,
    CustomMechanism, DiscreteAdditiveNoiseModel, FittedMechanism, Formula, KnownFormula, LinearFunction,
    LinearRegression, Link, LocationScaleModel, LogParents, Mechanism, MechanismCases, MechanismCheck, MechanismFault,
    MechanismFaults, MechanismRegistry, MechanismSearch, NodeAssignment, NoiseModel, ParentFunction,
    PolynomialFunction, PolynomialRegression, PostNonlinearModel, Regressor, SumOfMaxima, TreeEnsemble,
    check_mechanism,
};
pub use model::{FitReport, FittedModel, ModelFormat, NodeFit, StructuralCausalModel};
pub use noise::{
    ConstantNoise, EmpiricalDistribution, ExponentialNoise, FamilyChoice, FamilyScore, FittedTail, GammaNoise,
    HalfNormalNoise, Location, LogNormalNoise, NoiseDistribution, NoiseFamily, NormalNoise, Tail, TailConfig,
    TailedDistribution, UniformNoise,
};
pub use question::NodeScore;
pub use question::attribution::{
    Attribution, AttributionConfig, AttributionQuestion, Attributor, Contribution, Floor, MissingNode, Quantity,
    ScoreEstimate, TimedAttribution, Unexplained, WhatIf,
};
pub use report::HtmlReport;
pub use score::{CustomFeature, FeatureMap, ItScore, ItScorer, OutlierRegion, it_score};
pub use shapley::{Coalition, FunctionGame, Game, ShapleyConfig, ShapleyMethod, ShapleyValues, shapley_values};
#[cfg(feature = "traces")]
pub use traces::{Absent, FormulaFit, ServiceCall, SiblingCalls, TraceConfig, TraceReport, Traces};
pub use verdicts::{
    Candidate, CombinedScore, Confidence, Counterfactual, Diagnosis, DiagnosisConfig, Verdict, VerdictKind,
};

/// Compiles the README's code.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// The first lines in the README are an example that is run.
///
/// ```
/// let lines = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/first_lines.rs"));
/// let lines = &lines[lines.find("use etiology").unwrap()..];
/// assert!(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).contains(lines.trim_end()));
/// ```
#[cfg(doctest)]
struct FirstLines;

/// Compiles the code of the guide to inputs.
#[cfg(all(doctest, feature = "traces"))]
#[doc = include_str!("../docs/inputs.md")]
struct Inputs;

/// Compiles the code of the guide to embedding.
#[cfg(doctest)]
#[doc = include_str!("../docs/embedding.md")]
struct Embedding;
