//! Tables from the time series of a monitoring system, as Prometheus and what speaks its language (Thanos, Mimir, VictoriaMetrics) answer.
//!
//! [`MetricSeries`] collects the answers to one or several queries, each series being a node; [`MetricSeries::align`] makes a table of them with a
//! row per step.

mod align;
mod name;
mod prometheus;
mod series;

pub use align::{AlignedMetrics, MetricsReport};
pub use name::NodeName;
pub use series::MetricSeries;
