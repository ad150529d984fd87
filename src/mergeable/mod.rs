//! Fitting to more rows than memory, in parts that are merged: the same bits however the rows are split, and in whichever order.
//!
//! A [`FitAccumulator`] of a [`StructuralCausalModel`](crate::StructuralCausalModel) takes rows in batches. For each node whose mechanism is a
//! linear regression, with or without a link, or a distribution that moments tell, it keeps exact sums of squares and products; of all
//! rows together it keeps a [`KeyedSample`]: those with the smallest keyed hashes of their keys, which are the same rows however they came. Parts of a
//! table, on threads or machines, have accumulators of their own, whose [states](FitState) are saved, sent and merged;
//! [`fit`](FitAccumulator::fit) gives the model of all of them.
//!
//! ```
//! use etiology::mergeable::{FitAccumulator, FitAccumulatorConfig, RowKeys};
//! use etiology::{AdditiveNoiseModel, CausalGraph, NoiseFamily, StructuralCausalModel};
//!
//! let model = StructuralCausalModel::new(CausalGraph::from_edges([("db", "api")])?)
//!     .with_mechanism("db", NoiseFamily::Empirical)?
//!     .with_mechanism("api", AdditiveNoiseModel::linear())?;
//! let config = FitAccumulatorConfig::default().with_sample_rows(1_000);
//!
//! // A batch of 500 rows, as it comes from a file or another engine.
//! let add_batch = |part: &mut FitAccumulator, batch: u64| {
//!     let keys: Vec<u64> = (500 * batch..500 * (batch + 1)).collect();
//!     let db: Vec<f64> = keys.iter().map(|&key| 0.1 + 0.05 * (key as f64 * 1.7).sin()).collect();
//!     let api: Vec<f64> = db.iter().zip(&keys).map(|(db, &key)| 0.2 + 2.0 * db + 0.01 * (key as f64 * 2.9).sin()).collect();
//!     part.add_columns(RowKeys::Numbers(&keys), &["db", "api"], &[&db, &api])
//! };
//!
//! let mut here = FitAccumulator::new(&model, config.clone())?;
//! (0..30).try_for_each(|batch| add_batch(&mut here, batch))?;
//! // On another machine.
//! let mut there = FitAccumulator::new(&model, config.clone())?;
//! (30..60).try_for_each(|batch| add_batch(&mut there, batch))?;
//! let sent = there.to_bytes()?;
//! here.merge_bytes(&sent)?;
//!
//! let fitted = here.fit()?;
//! assert_eq!(fitted.training_rows(), Some(30_000));
//! assert!((fitted.mechanism("api")?.coefficients().expect("linear")[0] - 2.0).abs() < 0.01);
//! // With probability 95 %, no share of rows is off by more than this in the sample.
//! let distance = here.sample().distance("db", 0.95)?;
//! assert!(distance.distance < 0.043);
//! # Ok::<(), etiology::Error>(())
//! ```
//!
//! What moments do not tell is refused when the accumulator is made, by node and mechanism: trees, polynomials, noise of varying size,
//! categories with causes. [`fit`](crate::StructuralCausalModel::fit) and [`assign_mechanisms`](crate::StructuralCausalModel::assign_mechanisms)
//! take the sample as they take any table, and [`fit_rest_on_sample`](FitAccumulatorConfig::fit_rest_on_sample) does so for such nodes alone.

mod accumulator;
pub(crate) mod bytes;
mod config;
mod distance;
mod family;
mod keys;
mod sample;
mod saved_sample;
mod state;

pub use accumulator::FitAccumulator;
pub use config::FitAccumulatorConfig;
pub use distance::SampleDistance;
pub use keys::RowKeys;
pub use sample::KeyedSample;
pub use state::FitState;
