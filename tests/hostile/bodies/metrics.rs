//! Answers of Prometheus, as JSON.

use etiology::Error;
use etiology::metrics::{AlignedMetrics, MetricSeries, NodeName};

use super::check_error;

pub(super) fn metrics(bytes: &[u8]) {
    let label = NodeName::Label("service".to_owned());
    let names = [NodeName::WhatDiffers, label, NodeName::Template("{service} of {job}".to_owned())];
    for name in &names {
        let mut series = MetricSeries::default();
        match series.add_prometheus(bytes, name) {
            Ok(()) => [None, Some(15.0), Some(1e-3), Some(1e9)].map(|step| check_aligned(series.align(step))),
            Err(error) => return check_error(&error),
        };
    }
}

fn check_aligned(aligned: Result<AlignedMetrics, Error>) {
    let aligned = match aligned {
        Ok(aligned) => aligned,
        Err(error) => return check_error(&error),
    };
    let (table, report) = (aligned.table(), aligned.report());
    assert_eq!((table.columns(), table.rows()), (report.series, report.rows));
    assert_eq!(aligned.times().values.len(), report.rows);
    assert_eq!(table.values().iter().filter(|value| value.is_nan()).count() as u64, report.missing);
    assert!(aligned.times().values.windows(2).all(|pair| pair[0] != pair[1]), "{:?}", aligned.times());
    assert!(report.step_s.is_none_or(|step| step > 0.0) && !report.to_string().is_empty());
}
