//! The first screen: what happened, how sure that is, when, along which path, and what to do next.

use super::text::{list, sentence};
use crate::findings::Strength;
use crate::report::escape::markup;
use crate::report::units::Units;
use crate::verdicts::{Diagnosis, Hop, PathStatus, Proof};
use crate::wording::{chance, error_in_nats, fixed, visible_name};

/// So many doubts stand under the headline; all of them are told where trust is.
const MOST_DOUBTS: usize = 2;

/// The headline with its badge, doubts, the time, and what to do next.
pub(super) fn verdict(diagnosis: &Diagnosis, units: &Units, time: Option<&str>, of_inputs: &[String]) -> String {
    let (class, word) = match diagnosis.strength {
        Strength::Strong => ("strong", "Strong evidence"),
        Strength::Contested => ("contested", "Contested"),
        Strength::Thin => ("thin", "Too thin to name"),
    };
    let mut doubts = doubts(diagnosis, of_inputs);
    let more = doubts.len().saturating_sub(MOST_DOUBTS);
    doubts.truncate(MOST_DOUBTS);
    if more > 0 {
        doubts.push(format!("And {more} more, under “How far to trust this”."));
    }
    let together = match diagnosis.causes.len() {
        0 | 1 => String::new(),
        _ => format!("<p>{}</p>\n", sentence(&diagnosis.causes_in_words(units))),
    };
    let steps: String =
        diagnosis.next_steps(units).iter().map(|step| format!("<li>{}</li>\n", sentence(step))).collect();
    format!(
        "<div class=\"verdict {class}\">\n<p class=\"badge\">{word}</p>\n<p class=\"headline\">{}</p>\n{together}{}\
         <p><strong>When:</strong> {}</p>\n<p><strong>Next:</strong></p>\n<ol class=\"next\">\n{steps}</ol>\n</div>\n",
        sentence(&diagnosis.headline_in(units)),
        list("doubts", &doubts),
        sentence(&when(diagnosis, time)),
    )
}

/// What speaks against the answer and is not in its headline: of the verdicts, the findings, and the inputs.
pub(super) fn doubts(diagnosis: &Diagnosis, of_inputs: &[String]) -> Vec<String> {
    let findings = diagnosis.findings.iter().map(ToString::to_string);
    diagnosis.further_doubts().iter().cloned().chain(findings).chain(of_inputs.iter().cloned()).collect()
}

/// The time of the event, and since when the suspect and the target are off, as far as the data tell.
fn when(diagnosis: &Diagnosis, time: Option<&str>) -> String {
    let event = time.map_or_else(|| "the event has no time.".to_owned(), |time| format!("{}.", visible_name(time)));
    let Some(proof) = diagnosis.proofs.first() else { return event };
    let ends = [proof.path.first(), proof.path.get(1..).and_then(<[Hop]>::last)];
    let off = ends.into_iter().flatten().filter_map(|hop| {
        let node = visible_name(&hop.node);
        Some(match proof.rows_before(hop)? {
            0 => format!("`{node}` in the event alone"),
            _ => format!("`{node}` since {}", proof.since(hop)?),
        })
    });
    let off: Vec<String> = off.collect();
    match (off.is_empty(), proof.recent_rows) {
        (false, _) => format!("{event} Off: {}.", off.join(", ")),
        (true, None) => format!("{event} Since when is not known: no rows from before it were given."),
        (true, Some(_)) => event,
    }
}

/// How unusual the event is, in nats and as a probability.
pub(super) fn how_unusual(diagnosis: &Diagnosis, units: &Units) -> String {
    let (target, score) = (&diagnosis.target, &diagnosis.attribution.score);
    let observed = diagnosis.attribution.contribution(target).map_or_else(String::new, |part| {
        format!("`{target}` was {}, typically {}. ", units.observed(part), units.typical(part))
    });
    let ceiling = if score.saturated { ", its ceiling: the event is at least this unusual" } else { "" };
    let tail = score.tail_probability.map_or_else(String::new, |tail| {
        let floor = score.floor.unwrap_or(0.0);
        format!(" A value at least as extreme has probability {} under the model.", chance(tail, floor))
    });
    let nats = format!("{} ± {} nats", fixed(score.value, 2), error_in_nats(score.std_error));
    format!("<p>{}</p>\n", sentence(&format!("{observed}Its outlier score is {nats}{ceiling}.{tail}")))
}

/// The path of the first proof, a card for each node; nothing where no path is shown.
pub(super) fn path(diagnosis: &Diagnosis, units: &Units) -> String {
    let Some(proof) = diagnosis.proofs.first().filter(|proof| !proof.path.is_empty()) else {
        let why = diagnosis.proofs.first().and_then(|proof| proof.status.reason());
        return why.map_or_else(String::new, |why| format!("<p>No path is shown. {}</p>\n", sentence(why)));
    };
    let cards: String = proof.path.iter().map(|hop| card(proof, hop, units)).collect();
    let in_part = match &proof.status {
        PathStatus::Partly { .. } => "<p>Not every step of it is shown; the proof says which.</p>\n",
        _ => "",
    };
    format!("<ol class=\"path\" aria-label=\"The path from cause to target\">\n{cards}</ol>\n{in_part}")
}

fn card(proof: &Proof, hop: &Hop, units: &Units) -> String {
    let was = match &hop.observed_level {
        Some(level) => visible_name(level),
        None => units.in_words(&hop.node, hop.observed),
    };
    let usual = match hop.observed_level {
        Some(_) => format!("usually with probability {}", chance(hop.usual.value, proof.resolution)),
        None => format!("usually {}", units.in_words(&hop.node, hop.usual.value)),
    };
    let through = match hop.through.as_slice() {
        [] => String::new(),
        some => {
            let names: Vec<String> = some.iter().map(|name| visible_name(name)).collect();
            format!("<span class=\"note\">through {}, without a value</span>", markup(&names.join(", ")))
        }
    };
    format!(
        "<li>{through}<strong>{}</strong><span>{}</span><span class=\"note\">{}</span></li>\n",
        markup(&visible_name(&hop.node)),
        markup(&was),
        markup(&usual),
    )
}
