//! The functions, one file each.

mod attribute;
mod literals;
mod node_scores;
mod outlier_score;
mod what_if;

use std::sync::Arc;

use datafusion_expr::ScalarUDF;

use crate::model::Models;

pub(crate) use attribute::Attribute;
#[cfg(feature = "tables")]
pub(crate) use attribute::cause_fields;
pub use attribute::{causes_field, causes_type};
pub(crate) use outlier_score::OutlierScore;

pub(crate) fn scalar(models: &Arc<Models>) -> Vec<Arc<ScalarUDF>> {
    vec![
        Arc::new(ScalarUDF::from(Attribute::new(Arc::clone(models)))),
        Arc::new(ScalarUDF::from(OutlierScore::new(Arc::clone(models)))),
        Arc::new(ScalarUDF::from(node_scores::NodeScores::new(Arc::clone(models)))),
        Arc::new(ScalarUDF::from(what_if::WhatIf::new(Arc::clone(models)))),
    ]
}
