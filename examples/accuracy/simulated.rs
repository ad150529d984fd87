//! Faults made on the spot, in random systems of several kinds of mechanisms.

#[path = "../shared/simulated_faults.rs"]
#[expect(dead_code, reason = "the true mechanisms are not needed here")]
mod simulated_faults;

use simulated_faults::Kind;

use crate::case::Case;

/// The kinds' names.
pub(crate) fn kinds() -> impl Iterator<Item = String> {
    Kind::ALL.into_iter().map(|kind| format!("{kind:?}"))
}

/// So many cases of every kind; a case's name begins with its kind's.
pub(crate) fn cases(count: usize, seed: u64) -> etiology::Result<Vec<Case>> {
    let mut cases = Vec::new();
    for kind in Kind::ALL {
        for (number, case) in simulated_faults::cases(kind, seed, count)?.into_iter().enumerate() {
            cases.push(Case {
                name: format!("{kind:?} {number}"),
                graph: case.graph,
                normal: case.normal,
                event: case.anomaly,
                recent: None,
                target: case.target,
                root_cause: case.culprit,
            });
        }
    }
    Ok(cases)
}
