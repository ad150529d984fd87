//! The tables of a report.

use super::text::{list, table, table_with_words};
use crate::bootstrap::{BootstrapInterval, BootstrapIntervals};
use crate::question::attribution::{Contribution, Quantity};
use crate::report::drawing::signed_amount;
use crate::report::units::Units;
use crate::verdicts::Diagnosis;
use crate::wording::{error_in_nats, fixed, significant, visible_name};

/// The cells of a node, of those that are together, or of what is unexplained.
pub(super) type Row = [String; 10];

/// Contributions with what the columns are; nothing without rows.
pub(super) fn contributions(diagnosis: &Diagnosis, rows: &[Row]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let header = [
        "node",
        "contribution, nats",
        "± of computation",
        "± of mechanisms",
        "share of score",
        "part of deviation",
        "observed",
        "usual",
        "own surprise, nats",
        "remarks",
    ];
    let caption = format!(
        "Contribution: what the node's own behaviour adds to the outlier score of {} nats. ± of computation: its standard error. ± of mechanisms: \
         what other mechanisms that the data leave possible would make of it. Part of deviation: what it adds to the target's distance from its \
         mean, in the target's unit. Own surprise: how rare the node's value is given its causes",
        fixed(diagnosis.attribution.score.value, 2)
    );
    table_with_words(&caption, header, rows)
}

/// Rows of groups of nodes that the data do not tell apart, of what is unexplained, and of nodes without a value.
pub(super) fn besides(diagnosis: &Diagnosis, units: &Units) -> Vec<Row> {
    let attribution = &diagnosis.attribution;
    let mut rows = Vec::new();
    for group in &attribution.groups {
        let mut row = blank(&format!("together: {}", group.members().join(" + ")));
        row[1] = signed_amount(Quantity::ItScore, group.value);
        row[2] = error_in_nats(group.std_error);
        row[3] = fixed(group.model_error, 2);
        if attribution.contributions.iter().any(|part| part.share.is_some()) {
            row[4] = percent(group.value / attribution.score.value);
        }
        row[9] = "the split is open".to_owned();
        rows.push(row);
    }
    if !attribution.missing.is_empty() {
        let (tail, mean) = (attribution.unexplained, diagnosis.mean_deviation.as_ref().map(|mean| mean.unexplained));
        let mut row = blank("(unexplained)");
        row[1] = signed_amount(Quantity::ItScore, tail.value);
        row[2] = error_in_nats(tail.std_error);
        if let Some(mean) = mean {
            row[5] = added(diagnosis, mean.value, units);
        }
        rows.push(row);
    }
    for missing in &attribution.missing {
        let mut row = blank(&visible_name(&missing.node));
        row[6] = "missing".to_owned();
        row[7] = units.typical_of_missing(missing);
        rows.push(row);
    }
    rows
}

fn blank(name: &str) -> Row {
    let mut row = [const { String::new() }; 10].map(|_| "-".to_owned());
    row[0] = name.to_owned();
    row[9].clear();
    row
}

/// The row of a node with both kinds of contribution.
pub(super) fn row(diagnosis: &Diagnosis, part: &Contribution, units: &Units) -> Row {
    let deviation = diagnosis.mean_deviation.as_ref().and_then(|mean| mean.contribution(&part.node));
    let remarks = [
        part.is_approximate().then(|| "approximate: a cause is missing".to_owned()),
        part.extrapolated.then(|| "noise beyond the training data".to_owned()),
    ];
    let remarks: Vec<String> = remarks.into_iter().flatten().collect();
    [
        visible_name(&part.node),
        signed_amount(Quantity::ItScore, part.value),
        error_in_nats(part.std_error),
        part.model_error.map_or_else(|| "-".to_owned(), |error| fixed(error, 2)),
        part.share.map_or_else(|| "-".to_owned(), percent),
        deviation.map_or_else(|| "-".to_owned(), |part| added(diagnosis, part.value, units)),
        units.observed(part),
        units.typical(part),
        fixed(part.noise_score, 1),
        remarks.join("; "),
    ]
}

/// What a node adds to the target, with its sign and unit.
fn added(diagnosis: &Diagnosis, value: f64, units: &Units) -> String {
    match units.of(&diagnosis.target) {
        Some(unit) if value > 0.0 => format!("+{}", unit.text(value)),
        Some(unit) => unit.text(value),
        None => signed_amount(Quantity::MeanDeviation, value),
    }
}

fn percent(share: f64) -> String {
    format!("{}\u{a0}%", fixed(100.0 * share, 0))
}

/// The intervals that include the fit, of each contribution and of the score.
pub(super) fn intervals(intervals: &BootstrapIntervals) -> String {
    let row = |name: &str, interval: &BootstrapInterval| {
        let figures = [interval.estimate, interval.lower, interval.upper];
        let [estimate, lower, upper] = figures.map(|figure| signed_amount(Quantity::ItScore, figure));
        [visible_name(name), estimate, lower, upper, error_in_nats(interval.std_error)]
    };
    let mut rows: Vec<[String; 5]> =
        intervals.contributions.iter().map(|entry| row(&entry.node, &entry.interval)).collect();
    rows.push(row("(the score)", &intervals.score));
    let failed = match intervals.failed {
        0 => String::new(),
        failed => format!("; {failed} more failed"),
    };
    let caption = format!(
        "Intervals of {} % that include the fit, in nats, over {} resamples of the rows{failed}; ± of both is the standard error of fit and \
         computation together",
        percent_of(intervals.level),
        intervals.resamples
    );
    let warnings: Vec<String> = intervals.warning.iter().map(|warning| format!("{warning}.")).collect();
    table(&caption, ["node", "nats", "lower", "upper", "± of both"], &rows) + &list("warnings", &warnings)
}

/// Why there are none.
pub(super) fn no_intervals(reason: &str) -> String {
    list("warnings", &[format!("No intervals that include the fit: {reason}.")])
}

/// A level in per cent, without zeros behind the point.
pub(super) fn percent_of(level: f64) -> String {
    let percent = significant(100.0 * level);
    if percent.contains('.') { percent.trim_end_matches('0').trim_end_matches('.').to_owned() } else { percent }
}

/// The combined ranking.
pub(super) fn ranking(diagnosis: &Diagnosis) -> String {
    let rows: Vec<[String; 5]> = diagnosis
        .combined
        .iter()
        .map(|score| {
            let [combined, propagation, noise, shapley] =
                [score.score, score.propagation, score.noise, score.shapley].map(|figure| fixed(figure, 2));
            [visible_name(&score.node), combined, propagation, noise, shapley]
        })
        .collect();
    let header = ["node", "combined", "propagation", "noise", "Shapley share"];
    table("The combined ranking: the mean of three kinds of evidence, each from 0 to 1", header, &rows)
}

/// The first and second of each verdict.
pub(super) fn verdicts(diagnosis: &Diagnosis) -> String {
    let rows: Vec<[String; 5]> = diagnosis
        .verdicts
        .iter()
        .map(|verdict| {
            let mut suspects = verdict.ranking.iter().filter(|candidate| candidate.score > 0.0);
            let mut next = || {
                suspects.next().map_or_else(
                    || ["-".to_owned(), "-".to_owned()],
                    |candidate| [visible_name(&candidate.node), significant(candidate.score)],
                )
            };
            let ([first, first_score], [second, second_score]) = (next(), next());
            [verdict.kind.to_string(), first, first_score, second, second_score]
        })
        .collect();
    let header = ["verdict", "first", "score", "second", "score"];
    table("Each verdict by itself; the unit of a score depends on the verdict", header, &rows)
}
