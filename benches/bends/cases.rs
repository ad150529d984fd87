//! The cases, each a row of a table.

use std::hint::black_box;
use std::ops::ControlFlow;
use std::time::Duration;

use clap::ValueEnum;
use etiology::traces::{TraceConfig, Traces};
use etiology::{
    AttributionConfig, Dataset, DiagnosisConfig, FeatureMap, KnownFormula, Result, ShapleyMethod, StructuralCausalModel,
};

use crate::models::{chain, csv_file, shop_automatic, shop_boosted, shop_linear, slowest, star, traces_of_services};
use crate::random_models::{self, Kind, usual_edges};
use crate::synthetic_traces;

#[derive(Debug, Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum Job {
    /// 16 nodes with normal noises, exact
    #[value(name = "normal_16")]
    Normal16,
    /// A chain of 2 000 linear nodes with empirical noises
    #[value(name = "chain_2000")]
    Chain2000,
    /// `attribute_within` 50 ms, preparation included: the slowest of so many linear parents
    #[value(name = "star_300")]
    Star300,
    #[value(name = "star_1000")]
    Star1000,
    /// The same for the sum of so many linear parents
    #[value(name = "sum_300")]
    Sum300,
    #[value(name = "sum_1000")]
    Sum1000,
    /// 200 traces of 900 services: reading, deriving formulas, fitting, and the first estimate of an attribution
    #[value(name = "traces_900")]
    Traces900,
    /// Traces of 20 services with derived formulas, prepared, one event
    #[value(name = "traces_20")]
    Traces20,
    /// 38 nodes, half of them non-linear, 1 000 rows: mechanisms chosen automatically, fit and diagnosis
    #[value(name = "fitted_38")]
    Fitted38,
    /// The same with 90 nodes
    #[value(name = "fitted_90")]
    Fitted90,
    /// 200 traces of 90 services: reading, deriving formulas, fitting, and the diagnosis of the slowest request
    #[value(name = "diagnosis_90")]
    Diagnosis90,
    /// The shop with linear mechanisms, prepared, the diagnosis of one event
    DiagnosisLinear,
    /// The shop with mechanisms chosen automatically, prepared, the diagnosis of one event
    DiagnosisAutomatic,
    /// Ten million rows of three columns from a file of CSV to a table
    #[value(name = "csv_10m")]
    Csv10m,
    /// 1 000 nodes, half of them non-linear, 25 permutations, 3 000 samples
    #[value(name = "mixed_1000")]
    Mixed1000,
    /// The shop with mechanisms chosen automatically, prepared, one event
    ShopAutomatic,
    /// The shop with boosted trees at five nodes, exact values
    ShopBoosted,
}

/// One run of a case, with all that it needs made before.
pub(crate) type Work = Box<dyn FnMut() -> Result<()>>;

impl Job {
    /// What is measured, with all that it needs and that is not measured made before.
    pub(crate) fn prepared(self) -> Result<Work> {
        let default = AttributionConfig::default().with_feature_map(FeatureMap::UpperTail);
        match self {
            Self::Normal16 => {
                let case = random_models::case(Kind::Normal, 16, usual_edges(16))?;
                Ok(event(case, default.with_shapley_method(ShapleyMethod::Exact)))
            }
            Self::Chain2000 => Ok(event(chain(2_000)?, default)),
            Self::Star300 => Ok(within(star(300, KnownFormula::maximum)?)),
            Self::Star1000 => Ok(within(star(1_000, KnownFormula::maximum)?)),
            Self::Sum300 => Ok(within(star(300, KnownFormula::sum)?)),
            Self::Sum1000 => Ok(within(star(1_000, KnownFormula::sum)?)),
            Self::Mixed1000 => {
                let case = random_models::case(Kind::Mixed, 1_000, usual_edges(1_000))?;
                let budget = default.with_samples(3_000).with_shapley_method(ShapleyMethod::Permutations(25));
                Ok(event(case, budget))
            }
            Self::ShopAutomatic => prepared_event(shop_automatic()?, default),
            Self::ShopBoosted => Ok(event(shop_boosted()?, default)),
            Self::Traces900 => {
                let text = traces_of_services(900, 200);
                Ok(Box::new(move || {
                    let config = TraceConfig::default().with_root_service("s000");
                    let traces = Traces::from_reader(text.as_bytes(), &config)?;
                    let case = slowest(&traces, "s000")?;
                    let attributor = case.model.attributor(&case.target, AttributionConfig::default())?;
                    let limit = Duration::from_millis(1);
                    black_box(attributor.attribute_within(&case.event, limit, || ControlFlow::Continue(()))?);
                    Ok(())
                }))
            }
            Self::Traces20 => {
                let mut text = Vec::new();
                synthetic_traces::write_otlp_lines(&mut text, 0, 1_000, 1)
                    .unwrap_or_else(|error| panic!("no file is written: {error}"));
                let config = TraceConfig::default().with_root_service("website");
                prepared_event(slowest(&Traces::from_reader(text.as_slice(), &config)?, "website")?, default)
            }
            Self::Fitted38 => fitted(38),
            Self::Fitted90 => fitted(90),
            Self::Diagnosis90 => {
                let text = traces_of_services(90, 200);
                Ok(Box::new(move || {
                    let config = TraceConfig::default().with_root_service("s000");
                    let traces = Traces::from_reader(text.as_bytes(), &config)?;
                    let case = slowest(&traces, "s000")?;
                    black_box(case.model.diagnose(&case.target, &case.event, &DiagnosisConfig::default())?);
                    Ok(())
                }))
            }
            Self::DiagnosisLinear => prepared_diagnosis(shop_linear()?),
            Self::DiagnosisAutomatic => prepared_diagnosis(shop_automatic()?),
            Self::Csv10m => {
                let path = csv_file(10_000_000).unwrap_or_else(|error| panic!("no file is written: {error}"));
                Ok(Box::new(move || {
                    black_box(Dataset::from_csv_path(&path)?);
                    Ok(())
                }))
            }
        }
    }
}

/// One event, from the fitted model on.
pub(crate) fn event(case: random_models::Case, config: AttributionConfig) -> Work {
    Box::new(move || {
        black_box(case.model.attribute_outlier(&case.target, black_box(&case.event), &config)?);
        Ok(())
    })
}

/// One event of an attributor that is there.
fn prepared_event(case: random_models::Case, config: AttributionConfig) -> Result<Work> {
    let attributor = case.model.attributor(&case.target, config)?;
    Ok(Box::new(move || {
        black_box(attributor.attribute(black_box(&case.event))?);
        Ok(())
    }))
}

/// The diagnosis of one event, by a diagnoser that is there.
fn prepared_diagnosis(case: random_models::Case) -> Result<Work> {
    let diagnoser = case.model.diagnoser(&case.target, DiagnosisConfig::default())?;
    Ok(Box::new(move || {
        black_box(diagnoser.diagnose(black_box(&case.event))?);
        Ok(())
    }))
}

/// Mechanisms chosen automatically from 1 000 rows, half of the true ones non-linear, fitted, and the diagnosis of one event.
fn fitted(nodes: usize) -> Result<Work> {
    let case = random_models::case(Kind::Mixed, nodes, usual_edges(nodes))?;
    let rows = case.model.draw_samples(1_000, 1)?;
    Ok(Box::new(move || {
        let model = StructuralCausalModel::new(case.model.graph().clone());
        let fitted = model.assign_mechanisms(&rows)?.fit(&rows)?;
        black_box(fitted.diagnose(&case.target, &case.event, &DiagnosisConfig::default())?);
        Ok(())
    }))
}

/// The first answer within 50 ms, with what is prepared for it.
fn within(case: random_models::Case) -> Work {
    Box::new(move || {
        let attributor = case.model.attributor(&case.target, AttributionConfig::default())?;
        let limit = Duration::from_millis(50);
        black_box(attributor.attribute_within(&case.event, limit, || ControlFlow::Continue(()))?);
        Ok(())
    })
}
