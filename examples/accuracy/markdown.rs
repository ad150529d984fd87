//! Counts as a table of Markdown, for `docs/accuracy.md`.

use crate::tally::{Outcome, PATHS, STRENGTHS, Tally};

/// A row for every method with top-1 and top-3 recall, and where all cases have several causes with the recall of all of them
/// among the first as many and the first three; and rows for how sure the combined ranking was with how many it got right and
/// wrong; for printed paths with how many are true, go another way, or start at no root cause; a column for all cases and for every kind.
pub(crate) fn table(outcomes: &[Outcome], kinds: &[String]) -> String {
    let mut columns: Vec<(&str, Vec<&Outcome>)> = vec![("all", outcomes.iter().collect())];
    for kind in kinds {
        columns.push((kind, outcomes.iter().filter(|outcome| outcome.kind == *kind).collect()));
    }
    let tallies: Vec<Tally<'_>> = columns.iter().map(|(_, part)| Tally::of(part)).collect();
    let titles = columns.iter().map(|(kind, part)| format!("{kind} ({})", part.len()));
    let mut lines = vec![line("method", titles), line("---", columns.iter().map(|_| "---".to_owned()))];
    for (place, method) in tallies[0].methods().enumerate() {
        let cells = tallies.iter().map(|tally| {
            let recall = |count| fraction(tally.recall(place, count));
            let any = format!("{} {}", recall(|chances| chances.first), recall(|chances| chances.any_of_three));
            if !tally.always_has_several_causes() {
                return any;
            }
            format!("{any}, of all {} {}", recall(|chances| chances.of_as_many), recall(|chances| chances.of_three))
        });
        lines.push(line(method, cells));
    }
    for strength in STRENGTHS.iter().filter(|_| tallies[0].has_diagnoses()) {
        let cells = tallies.iter().map(|tally| {
            let (right, wrong) = tally.right_and_wrong(strength);
            format!("{right:.0}/{wrong:.0}")
        });
        lines.push(line(&format!("{strength}, right/wrong"), cells));
    }
    for (kind, title) in PATHS.iter().filter(|(kind, _)| tallies[0].paths(*kind).is_some()) {
        let cells = tallies.iter().map(|tally| tally.paths(*kind).unwrap_or_else(|| "–".to_owned()));
        lines.push(line(&format!("{title}, true/another/no cause"), cells));
    }
    lines.join("\n")
}

fn line(title: &str, cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<String> = cells.collect();
    format!("| {title} | {} |", cells.join(" | "))
}

/// With three digits and without the zero in front.
fn fraction(share: f64) -> String {
    let digits = format!("{share:.3}");
    digits.strip_prefix('0').map_or(digits.clone(), str::to_owned)
}
