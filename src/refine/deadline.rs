//! Until a time limit: the best answer so far.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use super::answer::{Answer, answer, answer_by};
use super::goal::Goal;
use crate::engine::{Ask, Effort, Engine, Precision};
use crate::error::{Error, Result};
use crate::shapley::ShapleyMethod;
use crate::world::Event;

/// Samples and permutations of the rounds before the one that was configured, each several times as dear as the last.
const ROUNDS: [(usize, usize); 5] = [(64, 4), (256, 8), (1_024, 16), (4_096, 32), (16_384, 64)];

/// The samples of the rounds after the first where only some of the noises need any: fewer would hardly cost less.
const ROUNDS_OF_TABLES: [usize; 2] = [1_024, 4_096];

/// Permutations of the rounds before the one that was configured, where coalitions need no samples.
const FEW_PERMUTATIONS: [usize; 3] = [4, 16, 64];

/// What a round without the table that was meant makes do with.
const FALLBACK: ShapleyMethod = ShapleyMethod::Permutations(16);

/// What a sample of a coalition takes at most, in seconds, until a round has told: the first one is too short to.
const PACE_OF_A_SAMPLE: f64 = 5e-9;

/// When to stop.
pub(crate) struct Deadline<'d> {
    start: Instant,
    limit: Duration,
    /// Asked before every further round.
    proceed: &'d dyn Fn() -> ControlFlow<()>,
}

impl<'d> Deadline<'d> {
    /// So long after now.
    pub(crate) fn after(limit: Duration, proceed: &'d dyn Fn() -> ControlFlow<()>) -> Self {
        Self { start: Instant::now(), limit, proceed }
    }

    /// How much time has passed.
    pub(crate) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// Whether nothing more should begin.
    pub(crate) fn is_over(&self) -> bool {
        !self.allows(0.0, None)
    }

    /// Whether there is time for so much work, given how long a unit took; at no known pace all does that begins in time.
    fn allows(&self, work: f64, pace: Option<f64>) -> bool {
        let needed = self.start.elapsed().as_secs_f64() + work * pace.unwrap_or(0.0);
        (self.proceed)().is_continue() && needed < self.limit.as_secs_f64()
    }
}

/// Answers with more and more samples and permutations until one answer as configured is done, or the next would not be
/// before the limit; and says whether it is the configured one.
///
/// # Errors
/// As [`answer`].
pub(crate) fn answer_within(
    event: &Event<'_>,
    engines: &[&dyn Engine],
    ask: Ask<'_>,
    goal: Goal,
    deadline: &Deadline<'_>,
) -> Result<(Answer, bool)> {
    let mut best: Option<Answer> = None;
    let without_samples: Vec<&dyn Engine> = engines.iter().copied().filter(|engine| !engine.draws_samples()).collect();
    let by_samples: Vec<&dyn Engine> = engines.iter().copied().filter(|engine| engine.draws_samples()).collect();
    if let Some(last) = without_samples.last() {
        match answer_without_samples(event, &without_samples, ask, goal, deadline) {
            // For an event that none of them does for there are samples.
            Err(Error::EngineDoesNotApply { .. }) if !by_samples.is_empty() => {}
            Err(error) => return Err(error),
            Ok((found, complete)) => {
                // The error of permutations is included, which can only be too strict.
                if !complete || by_samples.is_empty() || last.settles(found.found.largest_error(), &goal.effort) {
                    return Ok((found, complete));
                }
                best = Some(found);
            }
        }
    }
    // How long a unit of work took in the last round; nothing before there was one.
    let (mut pace, mut best_work) = (None, 0.0);
    let rounds = Rounds { event, engines: &by_samples };
    for effort in rounds.cheaper(&goal.effort) {
        let work = rounds.work(&effort);
        if let Some(best) = best.as_ref().filter(|_| !deadline.allows(work, pace)) {
            return Ok((best.clone(), false));
        }
        let before_tables = rounds.tabulates(&goal.effort) && !rounds.tabulates(&effort);
        let began = Instant::now();
        let found = match answer_by(event, by_samples.iter().copied(), ask, Goal { effort, ..goal }) {
            // Without a floor, so few samples say nothing, and the only engine that is allowed may not take permutations.
            Err(Error::UnresolvedTail { .. } | Error::EngineDoesNotApply { .. }) => continue,
            found => found?,
        };
        let taken = began.elapsed().as_secs_f64() / work;
        pace = Some(if before_tables { taken.min(PACE_OF_A_SAMPLE) } else { taken });
        if best.as_ref().is_none_or(|best| found.found.largest_error() < best.found.largest_error()) {
            (best, best_work) = (Some(found), work);
        }
    }
    match best {
        Some(best)
            if !deadline.allows(work_in_full(rounds.work(&goal.effort), (&best, best_work), &goal.effort), pace) =>
        {
            Ok((best, false))
        }
        _ => Ok((answer(event, engines, ask, goal)?, true)),
    }
}

/// Answers by engines that draw no samples: with more and more permutations, where there are any, and whether it is the configured answer. What is prepared for the event is part of the
/// first round, which therefore seems slower than those that follow.
fn answer_without_samples(
    event: &Event<'_>,
    engines: &[&dyn Engine],
    ask: Ask<'_>,
    goal: Goal,
    deadline: &Deadline<'_>,
) -> Result<(Answer, bool)> {
    let method = engines.first().and_then(|engine| engine.method(&event.players(), &goal.effort));
    let configured = method.map_or(Ok(None), |method| method.permutations(event.player_count()))?;
    let (mut best, mut pace): (Option<(Answer, usize)>, Option<f64>) = (None, None);
    for permutations in FEW_PERMUTATIONS.into_iter().filter(|few| configured.is_some_and(|all| 2 * few < all)) {
        if let Some((best, _)) = best.as_ref().filter(|_| !deadline.allows(permutations as f64, pace)) {
            return Ok((best.clone(), false));
        }
        let shapley_method = ShapleyMethod::Permutations(permutations);
        let effort = Effort { shapley_method, precision: Precision::Budget, ..goal.effort };
        let began = Instant::now();
        let found = answer_by(event, engines.iter().copied(), ask, Goal { effort, ..goal })?;
        pace = Some(began.elapsed().as_secs_f64() / permutations as f64);
        best = Some((found, permutations));
    }
    if let (Some((found, permutations)), Some(configured)) = (best, configured) {
        let work = work_in_full(configured as f64, (&found, permutations as f64), &goal.effort);
        if !deadline.allows(work, pace) {
            return Ok((found, false));
        }
    }
    Ok((answer_by(event, engines.iter().copied(), ask, goal)?, true))
}

/// The work that is configured, or where an error is asked for, as much more than the best answer took as variances are to fall, and as much
/// again for the rounds before the last.
fn work_in_full(configured: f64, (best, best_work): (&Answer, f64), effort: &Effort) -> f64 {
    let asked_for = |asked: f64| 2.0 * best_work * (best.found.largest_error() / asked).powi(2);
    configured.max(effort.asked_error().map_or(0.0, asked_for))
}

/// The engines that draw samples, and what they cost.
struct Rounds<'a> {
    event: &'a Event<'a>,
    engines: &'a [&'a dyn Engine],
}

impl Rounds<'_> {
    /// The first engine that does, in samples times coalitions or as much as makes a table of them.
    fn work(&self, effort: &Effort) -> f64 {
        self.engines.iter().find_map(|engine| engine.work(self.event.target(), effort)).unwrap_or(0.0)
    }

    /// Whether a table of all coalitions is made: that is so where another engine than the last does.
    fn tabulates(&self, effort: &Effort) -> bool {
        let Some((_, others)) = self.engines.split_last() else { return false };
        others.iter().any(|engine| engine.work(self.event.target(), effort).is_some())
    }

    /// What the rounds before the configured one may spend, the cheapest first.
    fn cheaper(&self, configured: &Effort) -> Vec<Effort> {
        let (players, tables) = (self.event.target().nodes().len(), self.tabulates(configured));
        // The second method is for a table that turns out not to do for an event.
        let round = |samples: usize, shapley_method: ShapleyMethod| Effort {
            samples: samples.min(configured.samples),
            shapley_method,
            shapley_method_of_samples: FALLBACK,
            precision: Precision::Budget,
            model_error: false,
        };
        let by_permutations = ROUNDS.into_iter().take(if tables { 1 } else { ROUNDS.len() });
        let by_permutations = by_permutations.map(|(samples, permutations)| {
            round(samples, ShapleyMethod::Permutations(permutations).or_exact_at_no_more_cost(players))
        });
        let by_tables = ROUNDS_OF_TABLES.into_iter().filter(|_| tables);
        let by_tables = by_tables.map(|samples| round(samples, ShapleyMethod::Auto));
        let all = by_permutations.chain(by_tables);
        all.filter(|effort| 2.0 * self.work(effort) < self.work(configured)).collect()
    }
}
