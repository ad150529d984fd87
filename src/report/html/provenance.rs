//! What a page was made from: sources, time, the rows of the training, the method and the seed.

use crate::model::FittedModel;
use crate::question::attribution::Attribution;
use crate::wording::{grouped, significant, visible_text};

/// Facts for the foot of the page, a sentence each.
pub(super) fn provenance(
    model: &FittedModel,
    attribution: &Attribution,
    sources: &[String],
    time: Option<&str>,
) -> Vec<String> {
    let named: Vec<String> = sources.iter().map(|source| visible_text(source)).collect();
    let trained = match model.fit_report() {
        Some(report) => format!("The model was fitted to {} rows.", grouped(report.rows as f64)),
        None => "The model was given, not fitted to data.".to_owned(),
    };
    [
        (!named.is_empty()).then(|| format!("Sources: {}.", named.join(", "))),
        time.map(|time| format!("Time of the event: {}.", visible_text(time))),
        Some(trained),
        Some(computation(attribution)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// With what the contributions were computed.
pub(super) fn computation(attribution: &Attribution) -> String {
    let samples = attribution
        .samples
        .map_or_else(|| "without samples".to_owned(), |samples| format!("with {samples} samples of the noise"));
    let permutations = attribution
        .permutations
        .map_or_else(|| "exact Shapley values".to_owned(), |count| format!("Shapley values from {count} permutations"));
    let floor = attribution.score.floor.map_or_else(String::new, |floor| format!(", floor ε = {}", significant(floor)));
    format!("Computed {samples}, {permutations}{floor}, seed {}.", attribution.seed)
}
