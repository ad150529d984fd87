//! The aggregates, one file each.

mod collected;
mod fit_model;
mod plan;
mod sample_rows;
mod summarise;

use std::sync::Arc;

use datafusion_expr::AggregateUDF;

pub use plan::FitPlan;

pub(crate) fn aggregates() -> Vec<Arc<AggregateUDF>> {
    vec![
        Arc::new(AggregateUDF::from(fit_model::FitModel::default())),
        Arc::new(AggregateUDF::from(sample_rows::SampleRows::default())),
        Arc::new(AggregateUDF::from(summarise::SummariseCauses::default())),
    ]
}
