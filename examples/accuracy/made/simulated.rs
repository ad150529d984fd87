//! Faults made on the spot, in random systems of several kinds of mechanisms.

#[path = "../../shared/simulated_faults.rs"]
#[expect(dead_code, reason = "the true mechanisms are not needed here")]
mod simulated_faults;

use etiology::Dataset;
use simulated_faults::Kind;

use crate::case::{Case, Truth};

/// So many cases of every kind.
pub(crate) fn cases(count: usize, seed: u64) -> etiology::Result<Vec<Case>> {
    let mut cases = Vec::new();
    for kind in Kind::ALL {
        for (number, case) in simulated_faults::cases(kind, seed, count)?.into_iter().enumerate() {
            cases.push(Case {
                name: format!("{kind:?} {number}"),
                kind: format!("{kind:?}"),
                graph: case.graph,
                normal: case.normal,
                rows: Dataset::from_columns(
                    case.anomaly.names().iter().cloned().zip(case.anomaly.values().iter().map(|&value| [value])),
                )?,
                alert: 0,
                recent: None,
                target: case.target,
                root_causes: vec![case.culprit],
                truth: Truth::default(),
            });
        }
    }
    Ok(cases)
}
