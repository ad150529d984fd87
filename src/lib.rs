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
//! # Modules, in reading order
//!
//! | module | what it is for |
//! |---|---|
//! | [`prelude`] | the names that most programs need, in one line |
//! | [`data`] | tables and single observations, from memory, CSV, or what you have |
//! | [`graph`] | which node acts on which; from edges or from a call graph |
//! | [`lags`] | effects that are seen a row or two after their causes: found, and taken out |
//! | [`noise`] | distributions of noise, given or fitted |
//! | [`mechanism`] | how a node follows from its parents: learned, known, or written by you, and how one is chosen |
//! | [`model`] | the graph with its mechanisms, before and after fitting; saved and loaded |
//! | [`mergeable`] | fits to more rows than memory, in parts that are merged |
//! | [`score`] | how unusual a value is, in nats |
//! | [`attribution`] | **which nodes caused an outlier, and by how much**: one event, many, what if, within a time limit |
//! | [`change`] | **why a distribution changed**: which mechanisms moved a mean, a quantile or a tail of the target, and by how much |
//! | [`robust_change`] | which mechanisms moved a mean, a variance or a frequency between two tables, with errors that cover |
//! | [`intervention`] | what becomes of the system if somebody acts, and what would have been: draws, effects, counterfactuals |
//! | [`unit_change`] | why a value differs between two rows, of one model or two |
//! | [`influence`] | how much of what a node varies by comes from each ancestor's own noise |
//! | [`arrow_strength`] | how much each parent does to a node directly |
//! | [`relevance`] | how much the inputs of a mechanism, or of any function of a table, matter for its value |
//! | [`verdicts`] | who is the root cause: several methods side by side, combined, with their doubts |
//! | [`summary`] | **what many events came of**: causes by count, by size and by money, by vendor, hour or any category |
//! | [`bootstrap`] | intervals that include the fit |
//! | [`findings`] | what speaks against an answer, with its evidence and remedy |
//! | [`evaluation`] | is the model any good? |
//! | [`drift`] | have nodes moved since training? |
//! | [`report`] | what people and programs read: tables, a page of HTML, drawings, CSV, JSON |
//! | [`metrics`] | tables from the time series of Prometheus |
//! | [`tables`] | CSV files as programs write them, and what was converted |
//! | `traces` | tables and call graphs from OpenTelemetry and Jaeger (feature `traces`) |
//! | [`threads`] | where what runs in parallel runs |
//! | [`shapley`] | Shapley values of any game |
//! | [`independence`] | tests of independence and conditional independence |
//!
//! The default build needs no system library; the features `openblas-system`, `openblas-static`, `netlib-static` and
//! `intel-mkl-static` do least squares through LAPACK instead (choose one).

// Lints for the library alone: tests and examples may unwrap and print.
#![warn(clippy::expect_used, clippy::print_stderr, clippy::print_stdout, clippy::unwrap_used)]

pub mod bootstrap;
mod checks;
pub mod data;
pub mod drift;
mod engine;
mod error;
pub mod evaluation;
pub mod files;
pub mod findings;
pub mod graph;
pub mod independence;
mod input;
pub mod lags;
pub mod mechanism;
pub mod mergeable;
pub mod metrics;
pub mod model;
pub mod noise;
mod numeric;
pub mod prelude;
mod question;
mod random;
mod refine;
pub mod report;
pub mod score;
pub mod shapley;
pub mod summary;
pub mod tables;
mod target;
mod telemetry;
pub mod threads;
#[cfg(feature = "traces")]
pub mod traces;
pub mod verdicts;
mod wording;
mod world;

pub use error::{Error, Result};
pub use prelude::*;

/// Attribution: which nodes caused an outlier of a target, and by how much.
///
/// [`FittedModel::attribute_outlier`](crate::FittedModel::attribute_outlier) explains one event. An
/// [`Attributor`] is a target prepared for many; it also says what would have been, had some nodes behaved
/// normally, and keeps to a time limit. An [`AttributionConfig`] has three parts: what is asked, by which
/// means it is answered, and with how much effort.
/// [`FittedModel::node_scores`](crate::FittedModel::node_scores) says how unusual each node is by itself.
pub mod attribution {
    pub use crate::engine::{Effort, EngineName, Estimator, Explanation, Means, NoiseSampling, Precision};
    pub use crate::question::NodeScore;
    pub use crate::question::attribution::{
        AttributedColumns, Attribution, AttributionConfig, AttributionQuestion, Attributor, ContextNode, Contribution,
        Floor, MissingNode, Quantity, RankedNode, RowStatistic, RowsAttribution, RowsContribution, ScoreEstimate,
        TimedAttribution, Unexplained, WhatIf,
    };
    pub use crate::question::attribution::{UnidentifiedGroup, Unseen};
}

/// Change: which mechanisms changed the distribution of a target, and by how much.
///
/// [`StructuralCausalModel::distribution_change`](crate::StructuralCausalModel::distribution_change) takes an old and a new table, tests
/// which mechanisms changed, fits and answers; [`FittedModel::distribution_change`](crate::FittedModel::distribution_change) takes two
/// models. A [`ChangeConfig`](change::ChangeConfig) says what of the distribution is asked for.
/// [`Dataset::split_by_time`](crate::Dataset::split_by_time) makes two tables of two spans of time.
pub mod change {
    pub use crate::engine::{EngineName, Explanation};
    pub use crate::question::change::{
        ChangeConfig, ChangeEstimate, ChangeTest, CustomFunctional, DistributionChange, Functional, NodeChange,
    };
}

/// Interventions: what becomes of a system in which somebody acts, and what would have been.
///
/// An [`Intervention`](crate::intervention::Intervention) says what is done to which nodes.
/// [`FittedModel::draw_interventional`](crate::FittedModel::draw_interventional) draws rows under it,
/// [`interventional_target`](crate::FittedModel::interventional_target) gives mean and standard deviation of one node,
/// [`average_causal_effect`](crate::FittedModel::average_causal_effect) compares two, and
/// [`counterfactual`](crate::FittedModel::counterfactual) and [`counterfactuals`](crate::FittedModel::counterfactuals) say what
/// observed rows would have been.
pub mod intervention {
    pub use crate::question::intervention::{
        CounterfactualNode, CounterfactualRow, Effect, Estimate, Intervention, InterventionConfig,
        InterventionalTarget, LevelShare, NodeChange, Replacement,
    };
}

/// Why a value differs between two rows, of one model or two.
///
/// [`FittedModel::node_change`](crate::FittedModel::node_change) splits the difference over the values of the node's parents, its
/// mechanism and its noise; [`unit_change`](crate::FittedModel::unit_change) over the noises and mechanisms of all its causes. A
/// [`UnitChanger`](unit_change::UnitChanger) does the latter for many pairs of rows, one by one or in columns.
pub mod unit_change {
    pub use crate::question::unit_change::{
        ChangePart, ChangeSource, RankedChange, UnitChange, UnitChangeColumns, UnitChangeConfig, UnitChanger,
    };
}

/// Arrow strength: what is lost of a node when one of its parents is drawn anew.
///
/// [`FittedModel::arrow_strength`](crate::FittedModel::arrow_strength) asks.
pub mod arrow_strength {
    pub use crate::question::arrow_strength::{
        ArrowMeasure, ArrowMethod, ArrowStrength, ArrowStrengthConfig, ArrowStrengths,
    };
}

/// Intrinsic causal influence: how much of what a node varies by comes from each ancestor's own noise.
///
/// [`FittedModel::intrinsic_influence`](crate::FittedModel::intrinsic_influence) asks.
pub mod influence {
    pub use crate::question::influence::{
        InfluenceConfig, InfluenceContribution, InfluenceMethod, InfluenceQuantity, IntrinsicInfluence,
    };
}

/// Relevance: how much the inputs of a mechanism, or of any function of a table, matter for its value; everywhere or in one row.
///
/// [`FittedModel::parent_relevance`](crate::FittedModel::parent_relevance) and
/// [`FittedModel::parent_relevance_of_row`](crate::FittedModel::parent_relevance_of_row) ask it of a node's mechanism.
pub mod relevance {
    pub use crate::question::relevance::{
        FeatureContribution, Relevance, RelevanceConfig, RelevanceQuantity, feature_relevance, feature_relevance_of_row,
    };
}

/// Multiply robust change: which mechanisms moved the mean, the variance or a frequency of a target between two tables, with standard
/// errors and intervals that cover what was learned.
///
/// [`robust_change`](robust_change::robust_change) needs no fitted model: two tables, a graph, and regressions and odds of which for every node one may be
/// wrong.
#[doc(alias = "distribution_change_robust")]
pub mod robust_change {
    pub use crate::question::robust_change::{
        RobustChange, RobustChangeConfig, RobustContribution, RobustErrors, RobustExplanation, RobustQuantity,
        RobustWeights, robust_change,
    };
}

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

/// Runs the program in the guide for users of DoWhy.
#[cfg(doctest)]
#[doc = include_str!("../docs/dowhy.md")]
struct DoWhy;

/// Compiles the code of the guide to embedding.
#[cfg(doctest)]
#[doc = include_str!("../docs/embedding.md")]
struct Embedding;
