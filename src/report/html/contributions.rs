//! The contributions that matter as bars and a table, and the rest folded away.

use super::bars::{INTERVAL, bar_chart};
use super::tables;
use super::text::folded;
use crate::bootstrap::BootstrapIntervals;
use crate::question::attribution::{Attribution, Contribution};
use crate::report::units::Units;
use crate::verdicts::Diagnosis;

/// A smaller part of the score does not matter.
const MATTERS: f64 = 0.02;

/// Bars and table of the nodes that matter; the table of the others is folded.
pub(super) fn contributions(diagnosis: &Diagnosis, intervals: Option<&BootstrapIntervals>, units: &Units) -> String {
    let attribution = &diagnosis.attribution;
    let matters = |part: &&Contribution| matters(attribution, part);
    let (shown, rest): (Vec<_>, Vec<_>) = attribution.contributions.iter().partition(matters);
    let rows = |parts: &[&Contribution]| parts.iter().map(|part| tables::row(diagnosis, part, units)).collect();
    let mut first: Vec<tables::Row> = rows(&shown);
    first.extend(tables::besides(diagnosis, units));
    let bars = match shown.is_empty() {
        true => "<p>No contribution is 2 % of the score or more and beyond its own error.</p>\n".to_owned(),
        false => bar_chart(attribution, &shown, intervals),
    };
    let few = bars + &tables::contributions(diagnosis, &first);
    if rest.is_empty() {
        return few;
    }
    let nodes = if rest.len() == 1 { "node".to_owned() } else { format!("{} nodes", rest.len()) };
    let which = format!("The other {nodes}: less than 2 % of the score, or within the error");
    few + &folded(&which, &tables::contributions(diagnosis, &rows(&rest)))
}

/// Whether a contribution is beyond its own error, and not a tiny part of the score.
fn matters(attribution: &Attribution, part: &Contribution) -> bool {
    let whole = match attribution.score.value.abs() {
        score if score > 0.0 => score,
        _ => attribution.contributions.iter().map(|part| part.value.abs()).fold(0.0, f64::max),
    };
    let size = part.value.abs();
    size > 0.0 && size >= MATTERS * whole && size > INTERVAL * part.std_error
}
