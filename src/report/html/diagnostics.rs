//! What the figures rest on, and what is doubtful about them.

use super::provenance::computation;
use super::text::{list, sentence};
use super::verdict::doubts;
use crate::error::list_names;
use crate::evaluation::ModelEvaluation;
use crate::model::FittedModel;
use crate::question::attribution::Attribution;
use crate::report::units::Units;
use crate::verdicts::Diagnosis;

/// Most findings and repairs that are listed: who gets more has a wrong model, not a list to go through.
const MOST_LINES: usize = 30;

/// Doubts and findings, warnings of the attribution, what fitting repaired, what an evaluation found, and how the figures were made.
pub(super) fn diagnostics(
    model: &FittedModel,
    diagnosis: &Diagnosis,
    evaluation: Option<&ModelEvaluation>,
    units: &Units,
    of_inputs: &[String],
) -> String {
    let mut warnings = doubts(diagnosis, of_inputs);
    warnings.extend(self::warnings(&diagnosis.attribution, units));
    let mut page = String::from("<h3>This event</h3>\n");
    if warnings.is_empty() {
        page.push_str("<p>No check of this event failed. That does not show that the model is right.</p>\n");
    }
    page.push_str(&list("warnings", &warnings));
    page.push_str(&format!("<p>{}</p>\n", sentence(&computation(&diagnosis.attribution))));
    page.push_str("<h3>The fit</h3>\n");
    match model.fit_report() {
        None => page.push_str("<p>The model was given, not fitted to data.</p>\n"),
        Some(report) => {
            page.push_str(&list("plain", &shortened(report.to_string().lines().map(str::to_owned).collect())))
        }
    }
    page.push_str("<h3>The model on held-out rows</h3>\n");
    page.push_str(&evaluated(evaluation));
    page
}

fn evaluated(evaluation: Option<&ModelEvaluation>) -> String {
    let Some(evaluation) = evaluation else {
        return "<p>Not evaluated: whether the model is right was not checked here.</p>\n".to_owned();
    };
    let (rows, nodes) = (evaluation.rows, evaluation.nodes.len());
    let found = match evaluation.findings.len() {
        0 => "nothing was found to be wrong with the model.".to_owned(),
        1 => "one finding.".to_owned(),
        count => format!("{count} findings."),
    };
    let findings = evaluation.findings.iter().map(ToString::to_string).collect();
    format!("<p>{nodes} nodes on {rows} rows: {found}</p>\n{}", list("warnings", &shortened(findings)))
}

fn shortened(mut lines: Vec<String>) -> Vec<String> {
    if lines.len() > MOST_LINES {
        let rest = lines.len() - MOST_LINES;
        lines.truncate(MOST_LINES);
        lines.push(format!("and {rest} more"));
    }
    lines
}

fn warnings(attribution: &Attribution, units: &Units) -> Vec<String> {
    let mut warnings = Vec::new();
    if attribution.score.saturated {
        warnings.push("The score is at its ceiling: the event is at least this unusual.".to_owned());
    }
    if attribution.precision_reached == Some(false) {
        warnings.push("The errors are larger than was asked for.".to_owned());
    }
    warnings.extend(attribution.context_in_words(units));
    let missing: Vec<&str> = attribution.missing.iter().map(|missing| missing.node.as_str()).collect();
    if !missing.is_empty() {
        warnings.push(format!("No value was observed of {}: what it contributed is not known.", list_names(&missing)));
    }
    let named = |applies: fn(&crate::question::attribution::Contribution) -> bool| {
        let parts = attribution.contributions.iter().filter(|part| applies(part));
        parts.map(|part| part.node.as_str()).collect::<Vec<_>>()
    };
    let approximate = named(|part| part.is_approximate());
    if !approximate.is_empty() {
        warnings.push(format!("Approximate, as the value of a cause is missing: {}.", list_names(&approximate)));
    }
    let beyond = named(|part| part.extrapolated);
    if !beyond.is_empty() {
        let beyond = list_names(&beyond);
        warnings.push(format!(
            "Noise beyond the training data, so that what it counts for rests on an assumed tail: {beyond}."
        ));
    }
    warnings
}
