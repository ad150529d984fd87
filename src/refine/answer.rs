//! One call for every question: the engines, what is asked, and how far to go.

use super::estimates::Found;
use super::goal::Goal;
use super::rounds::{Round, rounds};
use crate::engine::{Ask, Engine, EngineName};
use crate::error::{Error, Result};
use crate::world::Event;

/// What was found, and how.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) found: Found,
    /// How many samples were drawn; nothing where none were needed.
    pub(crate) samples: Option<usize>,
    /// Which engine answered; `None` where none was needed, as the event is certain.
    pub(crate) engine: Option<EngineName>,
    /// Engines that were preferred but did not do, and why.
    pub(crate) passed_over: Vec<(EngineName, String)>,
}

impl Answer {
    fn certain() -> Self {
        Self { found: Found::certain(), samples: None, engine: None, passed_over: Vec::new() }
    }
}

/// Answers by the first engine that does for the event and whose error is small enough; where none is, by the one with the
/// smaller error.
///
/// # Errors
/// What engines find wrong with the event, see [`Attributor::attribute`](crate::Attributor::attribute).
pub(crate) fn answer(event: &Event<'_>, engines: &[&dyn Engine], ask: Ask<'_>, goal: Goal) -> Result<Answer> {
    answer_by(event, engines.iter().copied(), ask, goal)
}

pub(super) fn answer_by<'a>(
    event: &Event<'_>,
    engines: impl Iterator<Item = &'a dyn Engine>,
    ask: Ask<'_>,
    goal: Goal,
) -> Result<Answer> {
    if is_certain(event, ask) {
        return Ok(Answer::certain());
    }
    let mut best: Option<Answer> = None;
    let mut passed_over = Vec::new();
    for engine in engines {
        let name = engine.name();
        let Round { found, samples } = match rounds(event, engine, ask, goal)? {
            Ok(round) => round,
            Err(reason) => {
                passed_over.push((name, reason));
                continue;
            }
        };
        let settled = engine.settles(found.largest_engine_error(), &goal.effort);
        let candidate = Answer { found, samples, engine: Some(name), passed_over: Vec::new() };
        if let Some(worse) = keep_better(&mut best, candidate) {
            let reason = format!("its error is larger, {:.2e}", worse.found.largest_engine_error());
            passed_over.extend(worse.engine.map(|name| (name, reason)));
        }
        if settled {
            break;
        }
    }
    match best {
        Some(best) => Ok(Answer { passed_over, ..best }),
        None => Err(unanswered(passed_over)),
    }
}

/// Keeps the answer whose engine has the smaller error, the first of two alike, and hands out the other.
fn keep_better(best: &mut Option<Answer>, candidate: Answer) -> Option<Answer> {
    match best {
        Some(before) if before.found.largest_engine_error() <= candidate.found.largest_engine_error() => {
            Some(candidate)
        }
        _ => best.replace(candidate),
    }
}

/// Whether nothing can be drawn in any of the worlds that are asked for.
fn is_certain(event: &Event<'_>, ask: Ask<'_>) -> bool {
    match ask {
        Ask::Split => event.player_count() == 0,
        Ask::One(coalition) => event.is_certain(coalition),
    }
}

/// The only engine that was allowed does not do for the event.
fn unanswered(passed_over: Vec<(EngineName, String)>) -> Error {
    let (engines, reasons): (Vec<String>, Vec<String>) =
        passed_over.into_iter().map(|(name, reason)| (name.to_string(), reason)).unzip();
    Error::EngineDoesNotApply { engine: engines.join(", "), reason: reasons.join("; ") }
}
