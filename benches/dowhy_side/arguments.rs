//! What to measure.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use etiology::attribution::Estimator;
use etiology::{AttributionConfig, FeatureMap, ShapleyMethod};

use crate::models::Model;

/// Times etiology on one event, for benches/dowhy/compare.py
#[derive(Parser)]
pub(crate) struct Arguments {
    /// Which mechanisms the nodes have
    #[arg(long, value_enum)]
    pub(crate) model: Model,
    /// Folder with normal.csv, the rows to fit; events.csv; and calls.csv, with the columns caller and callee
    #[arg(long, value_name = "FOLDER")]
    pub(crate) data: PathBuf,
    /// Write the model's data into that folder, and do nothing else
    #[arg(long)]
    pub(crate) write_data: bool,
    /// Time the choice of mechanisms and the fit instead, and print what was chosen
    #[arg(long)]
    pub(crate) assignment: bool,
    /// The node whose value is attributed; the model's own unless given
    #[arg(long, value_name = "NAME")]
    pub(crate) target: Option<String>,
    /// Row of the events to attribute, from 0
    #[arg(long, default_value_t = 0)]
    pub(crate) row: usize,
    /// In which direction the target is extreme
    #[arg(long, value_enum, default_value_t = Region::TwoSided)]
    region: Region,
    /// The floor ε; 1/(2·rows) unless given
    #[arg(long)]
    floor: Option<f64>,
    /// How the probabilities of coalitions are found
    #[arg(long, value_enum, default_value_t = Way::Auto)]
    estimator: Way,
    /// Joint noise samples; the library's default unless given
    #[arg(long)]
    samples: Option<usize>,
    /// Permutations; the library's default, exact for few nodes, unless given
    #[arg(long)]
    permutations: Option<usize>,
    /// The seed to attribute with
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Fits to time, and calls to time
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) repeats: u64,
    /// What cargo adds for every benchmark
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Region {
    TwoSided,
    Upper,
}

/// The estimators that can be asked for by name.
#[derive(Clone, Copy, ValueEnum)]
enum Way {
    Auto,
    MonteCarlo,
    Counting,
}

impl Arguments {
    pub(crate) fn config(&self) -> AttributionConfig {
        let feature_map = match self.region {
            Region::TwoSided => FeatureMap::TwoSidedQuantile,
            Region::Upper => FeatureMap::UpperTail,
        };
        let estimator = match self.estimator {
            Way::Auto => Estimator::Auto,
            Way::MonteCarlo => Estimator::MonteCarlo,
            Way::Counting => Estimator::Counting,
        };
        let mut config =
            AttributionConfig::default().with_feature_map(feature_map).with_estimator(estimator).with_seed(self.seed);
        if let Some(floor) = self.floor {
            config = config.with_floor(floor);
        }
        if let Some(samples) = self.samples {
            config = config.with_samples(samples);
        }
        match self.permutations {
            Some(permutations) => config.with_shapley_method(ShapleyMethod::Permutations(permutations)),
            None => config,
        }
    }
}
