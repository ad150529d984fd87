//! One call for every question: the engines, what is asked, and how far to go.

use super::estimates::Found;
use super::goal::Goal;
use super::rounds::{Round, rounds};
use crate::engine::{Ask, Effort, Engine, EngineName, Precision};
use crate::error::{Error, Result};
use crate::shapley::ShapleyMethod;
use crate::world::Event;

/// So many permutations tell how large the error of samples is.
const FEW: ShapleyMethod = ShapleyMethod::Permutations(8);

/// Before these are asked of all samples, so small a share of them tells whether the error is far from small enough.
const SHARE_AT_FIRST: usize = 16;
/// By how much the error falls from there to all samples, at most: for samples with their root, for nets more quickly, by the power
/// 3/4 of their number.
const FALLS_AT_MOST: f64 = 8.0;
/// Fewest samples that tell anything of an error.
const FEWEST_AT_FIRST: usize = 512;

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

/// Answers by the first engine that does for the event and whose error is small enough, or not seen beside what permutations and rounding
/// leave open, which no other engine makes smaller; where none is, by the one with the smaller error.
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
        if let Some(error) = error_if_worse(event, engine, ask, goal, best.as_ref())? {
            passed_over.push((name, format!("its error is larger, about {error:.1e}")));
            continue;
        }
        let Round { found, samples } = match rounds(event, engine, ask, goal)? {
            Ok(round) => round,
            Err(reason) => {
                passed_over.push((name, reason));
                continue;
            }
        };
        let error = found.largest_engine_error_that_matters();
        let settled = engine.settles(error, &goal.effort) || goal.enough.is_some_and(|enough| error <= enough);
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

/// The error of an engine's samples, where few permutations tell that it is not smaller than that of the answer there is. All
/// permutations, or coalitions, share the samples: few of them tell what is needed at a small share of the cost.
fn error_if_worse(
    event: &Event<'_>,
    engine: &dyn Engine,
    ask: Ask<'_>,
    goal: Goal,
    best: Option<&Answer>,
) -> Result<Option<f64>> {
    let Some(best) = best.filter(|_| engine.draws_samples() && matches!(ask, Ask::Split)) else { return Ok(None) };
    let error_of = |samples: usize| -> Result<Option<f64>> {
        let effort = Effort { samples, shapley_method: FEW, precision: Precision::Budget, ..goal.effort };
        let round = rounds(event, engine, ask, Goal { effort, ..goal })?;
        // Why an engine does not do is told when it is asked in full.
        Ok(round.ok().map(|Round { found, .. }| found.largest_engine_error()))
    };
    let (samples, least) = (goal.effort.samples, best.found.largest_engine_error());
    let at_first = samples / SHARE_AT_FIRST;
    if at_first >= FEWEST_AT_FIRST
        && let Some(error) = error_of(at_first)?
        && error >= FALLS_AT_MOST * least
    {
        return Ok(Some(error / FALLS_AT_MOST));
    }
    Ok(error_of(samples)?.filter(|&error| error >= least))
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
        Ask::Split | Ask::Part(_) => event.player_count() == 0,
        Ask::One(coalition) => event.is_certain(coalition),
    }
}

/// The only engine that was allowed does not do for the event.
fn unanswered(passed_over: Vec<(EngineName, String)>) -> Error {
    let (engines, reasons): (Vec<String>, Vec<String>) =
        passed_over.into_iter().map(|(name, reason)| (name.to_string(), reason)).unzip();
    Error::EngineDoesNotApply { engine: engines.join(", "), reason: reasons.join("; ") }
}
