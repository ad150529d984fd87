//! Rounds of one engine, with more and more effort.

use super::estimates::Found;
use super::goal::Goal;
use super::rounding::RoundingErrors;
use crate::engine::{Ask, Budget, Effort, Engine, Opened, Visitor, Worlds};
use crate::error::Result;
use crate::shapley::{Coalition, Game, MOST_PERMUTATIONS, ShapleyConfig, ShapleyMethod, ShapleyValues, shapley_values};
use crate::world::Event;

/// Most samples that a precision may ask for; a larger number that was configured is not reduced.
const MOST_SAMPLES: usize = 1 << 20;
/// The most by which samples or permutations are multiplied at once: errors from few of them are rough.
const MOST_DOUBLINGS_AT_ONCE: u32 = 4;

/// The last round.
#[derive(Debug)]
pub(super) struct Round {
    pub(super) found: Found,
    /// How many samples were drawn; `None` where none were needed.
    pub(super) samples: Option<usize>,
}

/// What one round may spend.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Spending {
    samples: usize,
    method: ShapleyMethod,
}

/// Repeats the estimation with more samples and more permutations until the largest standard error is as small as
/// asked for, or nothing more may be spent; or says why this engine does not do for the event.
///
/// The variance of either error falls at least with the inverse of what is spent on it, and the cost of a round is
/// samples × permutations; so what is least is to give each half of the variance that is allowed. Every round begins
/// anew, with the seed of all: the last one, which costs more than all before, is the same as if nothing but it had been
/// asked for.
pub(super) fn rounds(
    event: &Event<'_>,
    engine: &dyn Engine,
    ask: Ask<'_>,
    goal: Goal,
) -> Result<Result<Round, String>> {
    let effort = &goal.effort;
    let Some(method) = engine.method(&event.players(), effort) else {
        return Ok(Err("permutations of so many players need fewer samples".to_owned()));
    };
    let mut spending = Spending { samples: effort.samples, method };
    loop {
        let budget = Budget { samples: spending.samples, asked_error: effort.asked_error() };
        let worlds = match engine.open(event, budget, ask)? {
            Opened::Worlds(worlds) => worlds,
            Opened::Unsuited(reason) => return Ok(Err(reason.to_owned())),
        };
        let shapley = ShapleyConfig::default().with_method(spending.method).with_seed(goal.seed);
        let found = find(event, &*worlds, ask, (shapley, effort.asked_error()))?;
        match spending.next(engine, event.player_count(), effort, &found) {
            Some(more) => spending = more,
            None => {
                let samples = engine.draws_samples().then_some(spending.samples);
                return Ok(Ok(Round { found, samples }));
            }
        }
    }
}

fn find(event: &Event<'_>, worlds: &dyn Worlds, ask: Ask<'_>, split_by: (ShapleyConfig, Option<f64>)) -> Result<Found> {
    let readout = worlds.readout();
    match ask {
        Ask::One(coalition) => {
            let mut outputs = vec![0.0; readout.width()];
            worlds.visitor().visit(coalition, &mut outputs)?;
            Ok(Found::of_world(readout.reading(&outputs), RoundingErrors::of(event)))
        }
        Ask::Split | Ask::Part(_) => {
            let found = split(event, worlds, split_by)?;
            Ok(if event.is_idle() { found.with_all_unexplained() } else { found })
        }
    }
}

fn split(
    event: &Event<'_>,
    worlds: &dyn Worlds,
    (shapley, asked_error): (ShapleyConfig, Option<f64>),
) -> Result<Found> {
    let (players, readout) = (event.player_count(), worlds.readout());
    if shapley.method.enumerates(players)?
        && let Some(values) = worlds.split(asked_error)
    {
        return Ok(Found::of_game(&values, readout, event, None));
    }
    let order = worlds.order();
    let values: ShapleyValues = shapley_values(&WorldsGame { worlds, players, order: order.as_deref() }, &shapley)?;
    Ok(Found::of_game(&values, readout, event, order.as_deref()))
}

/// Worlds as a game: the only place where one becomes the other.
struct WorldsGame<'w> {
    worlds: &'w dyn Worlds,
    players: usize,
    /// For each player of the game the event's player.
    order: Option<&'w [usize]>,
}

/// A visitor, and the coalition that it visited last, of the game's players and of the event's.
struct Visit<'w> {
    visitor: Box<dyn Visitor + 'w>,
    last: Coalition,
    kept: Coalition,
}

impl<'w> Game for WorldsGame<'w> {
    type Scratch = Visit<'w>;

    fn players(&self) -> usize {
        self.players
    }

    fn outputs(&self) -> usize {
        self.worlds.readout().width()
    }

    fn is_bound(&self, output: usize) -> bool {
        self.worlds.readout().is_bound(output)
    }

    fn scratch(&self) -> Self::Scratch {
        let nobody = Coalition::empty(self.players);
        Visit { visitor: self.worlds.visitor(), last: nobody.clone(), kept: nobody }
    }

    fn evaluate(&self, coalition: &Coalition, visit: &mut Visit<'w>, outputs: &mut [f64]) -> Result<()> {
        let Visit { visitor, last, kept } = visit;
        let Some(order) = self.order else { return visitor.visit(coalition, outputs) };
        last.differences(coalition).for_each(|player| kept.toggle(order[player]));
        last.copy_from(coalition);
        visitor.visit(kept, outputs)
    }
}

impl Spending {
    /// What the next round may spend; nothing if this was the last.
    fn next(self, engine: &dyn Engine, players: usize, effort: &Effort, found: &Found) -> Option<Self> {
        let asked = effort.asked_error()?;
        if found.largest_error() <= asked {
            return None;
        }
        let allowed = asked * asked;
        let (bank, order) = (found.largest_engine_error().powi(2), found.largest_permutation_error().powi(2));
        let shared = if bank > 0.0 && order > 0.0 { 2.0 } else { 1.0 };
        let doublings = |variance: f64| {
            let wanted = (shared * variance / allowed).log2().ceil().max(0.0);
            (wanted as u32).min(MOST_DOUBLINGS_AT_ONCE)
        };
        let samples = if engine.draws_samples() { grown(self.samples, doublings(bank)) } else { self.samples };
        let method = more_permutations(self.method, players, found.permutations, doublings(order));
        let next = Self { samples, method };
        (next != self).then_some(next)
    }
}

/// As many doublings as are affordable.
fn grown(samples: usize, doublings: u32) -> usize {
    (0..=doublings).rev().map(|doublings| samples << doublings).find(|&more| more <= MOST_SAMPLES).unwrap_or(samples)
}

fn more_permutations(
    method: ShapleyMethod,
    players: usize,
    permutations: Option<usize>,
    doublings: u32,
) -> ShapleyMethod {
    match permutations {
        Some(permutations) if doublings > 0 => {
            let more = (permutations << doublings).min(MOST_PERMUTATIONS);
            ShapleyMethod::Permutations(more).or_exact_at_no_more_cost(players)
        }
        _ => method,
    }
}
