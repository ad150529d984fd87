//! A diagnosis with what would have been right, for those who look for rules.

use etiology::Diagnosis;
use serde::Serialize;

use crate::case::Case;

#[derive(Serialize)]
struct Record<'a> {
    name: &'a str,
    kind: &'a str,
    right: &'a [String],
    paths: &'a [Vec<String>],
    hidden: &'a [String],
    diagnosis: &'a Diagnosis,
}

/// One line of JSON.
pub(crate) fn line(case: &Case, diagnosis: &Diagnosis) -> serde_json::Result<String> {
    let record = Record {
        name: &case.name,
        kind: &case.kind,
        right: &case.root_causes,
        paths: &case.truth.paths,
        hidden: &case.truth.hidden,
        diagnosis,
    };
    serde_json::to_string(&record)
}
