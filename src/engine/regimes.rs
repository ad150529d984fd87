//! An event whose worlds are not all of one target: in some of them a mechanism is far from the data that it was learned from, and
//! its noise is wider there.
//!
//! Which *regime* a world is in depends on the coalition alone. In each the target is what it is elsewhere, linear or not, so
//! that the same engine serves all.

use std::fmt;

use ndarray::ArrayView2;

use super::{Ask, Budget, Effort, Engine, EngineName, Opened, Reading, Readout, Visitor, Worlds};
use crate::error::Result;
use crate::shapley::{Coalition, Faces, ShapleyMethod, ShapleyValues};
use crate::target::Target;
use crate::world::Event;

/// The regime of every coalition, which a few players decide.
#[derive(Debug, Clone)]
pub(crate) struct RegimeOf {
    /// The players who decide.
    players: Vec<usize>,
    /// By the set of those of them who are kept, the first having the lowest bit.
    regimes: Vec<usize>,
}

impl RegimeOf {
    /// `regimes` has an entry for every set of the players.
    pub(crate) fn new(players: Vec<usize>, regimes: Vec<usize>) -> Self {
        Self { players, regimes }
    }

    /// One regime for all.
    pub(crate) fn everywhere() -> Self {
        Self { players: Vec::new(), regimes: vec![0] }
    }

    fn of(&self, kept: &Coalition) -> usize {
        self.where_kept(|player| kept.contains(player))
    }

    /// The regime of the coalition in which these players are kept.
    pub(crate) fn where_kept(&self, is_kept: impl Fn(usize) -> bool) -> usize {
        let bits = self.players.iter().enumerate().map(|(bit, &player)| usize::from(is_kept(player)) << bit);
        self.regimes[bits.sum::<usize>()]
    }
}

/// The coalitions of one regime.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part<'a> {
    regime_of: &'a RegimeOf,
    regime: usize,
}

impl Part<'_> {
    /// The players who decide.
    pub(super) fn deciding(&self) -> &[usize] {
        &self.regime_of.players
    }

    /// For every way in which the coalitions keep those who decide, whom of these they draw: numbered by their bits, the first having
    /// the lowest.
    pub(super) fn drawn(&self) -> impl Iterator<Item = usize> {
        let kept = self.regime_of.regimes.iter().enumerate().filter(|&(_, &regime)| regime == self.regime);
        let everybody = self.regime_of.regimes.len() - 1;
        kept.map(move |(kept, _)| everybody & !kept)
    }

    /// The coalitions as a table that is numbered by who is drawn, where players have these bits.
    pub(super) fn faces(&self, players: usize, bit_of: impl Fn(usize) -> usize) -> Faces {
        let bits: Vec<usize> = self.deciding().iter().map(|&player| 1 << bit_of(player)).collect();
        let among =
            |set: usize| bits.iter().enumerate().filter(|(place, _)| set >> place & 1 == 1).map(|(_, bit)| bit).sum();
        Faces::new(players, bits.iter().sum(), self.drawn().map(among).collect())
    }

    /// Whether some coalition is one of them, given of some players whether they are kept.
    pub(super) fn may_have(&self, is_kept: impl Fn(usize) -> Option<bool>) -> bool {
        let fits = |set: usize| {
            let players = self.regime_of.players.iter().enumerate();
            players
                .map(|(bit, &player)| (set >> bit & 1 == 1, player))
                .all(|(kept, player)| is_kept(player) != Some(!kept))
        };
        self.regime_of.regimes.iter().enumerate().any(|(set, &regime)| regime == self.regime && fits(set))
    }
}

/// An event by regimes. All of its events have the same players, and the same measure.
pub(crate) struct Regimes<'r> {
    pub(crate) regime_of: &'r RegimeOf,
    /// For each regime the event as it would have been in it.
    pub(crate) events: &'r [Event<'r>],
    /// For each regime the engine of its target: the same for all.
    pub(crate) engines: Vec<&'r dyn Engine>,
}

impl fmt::Debug for Regimes<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Regimes").field("engines", &self.engines).finish_non_exhaustive()
    }
}

impl Engine for Regimes<'_> {
    fn name(&self) -> EngineName {
        self.engines[0].name()
    }

    fn draws_samples(&self) -> bool {
        self.engines[0].draws_samples()
    }

    fn method(&self, players: &[usize], effort: &Effort) -> Option<ShapleyMethod> {
        self.engines[0].method(players, effort)
    }

    fn work(&self, target: &Target, effort: &Effort) -> Option<f64> {
        self.engines[0].work(target, effort)
    }

    fn settles(&self, error: f64, effort: &Effort) -> bool {
        self.engines[0].settles(error, effort)
    }

    fn open<'e>(&'e self, _: &'e Event<'e>, budget: Budget, ask: Ask<'e>) -> Result<Opened<'e>> {
        let only = match ask {
            Ask::One(coalition) => Some(self.regime_of.of(coalition)),
            Ask::Split | Ask::Part(_) => None,
        };
        let mut all: Vec<Option<Box<dyn Worlds + 'e>>> = Vec::with_capacity(self.events.len());
        for (regime, (engine, event)) in self.engines.iter().zip(self.events).enumerate() {
            if only.is_some_and(|only| only != regime) {
                all.push(None);
                continue;
            }
            let part = Part { regime_of: self.regime_of, regime };
            let ask = if only.is_some() { ask } else { Ask::Part(part) };
            match engine.open(event, budget, ask)? {
                Opened::Worlds(worlds) => all.push(Some(worlds)),
                unsuited @ Opened::Unsuited(_) => return Ok(unsuited),
            }
        }
        Ok(Opened::Worlds(Box::new(WorldsInRegimes { regime_of: self.regime_of, all })))
    }
}

/// The worlds of all regimes that may be visited.
struct WorldsInRegimes<'e> {
    regime_of: &'e RegimeOf,
    all: Vec<Option<Box<dyn Worlds + 'e>>>,
}

impl WorldsInRegimes<'_> {
    /// Those that are open: a question is about one coalition at least, which is in some regime.
    fn open(&self) -> impl Iterator<Item = &dyn Worlds> {
        self.all.iter().flatten().map(|worlds| worlds.as_ref())
    }

    fn first(&self) -> &dyn Worlds {
        self.open().next().unwrap_or_else(|| unreachable!("no regime is open"))
    }

    /// The worlds that a coalition is one of.
    fn of(&self, regime: usize) -> &dyn Worlds {
        self.all[regime].as_deref().unwrap_or_else(|| self.first())
    }
}

impl Worlds for WorldsInRegimes<'_> {
    fn readout(&self) -> &dyn Readout {
        self
    }

    /// The players who decide on the regime come first: they change least often.
    fn order(&self) -> Option<Vec<usize>> {
        let deciding = &self.regime_of.players;
        let others = self.first().order()?.into_iter().filter(|player| !deciding.contains(player));
        Some(deciding.iter().copied().chain(others).collect())
    }

    fn visitor(&self) -> Box<dyn Visitor + '_> {
        Box::new(VisitorOfRegimes { worlds: self, visitors: self.all.iter().map(|_| None).collect() })
    }

    /// A Shapley value is linear in what coalitions are worth, so it is the sum of what the regimes add.
    fn split(&self, asked: Option<f64>) -> Option<ShapleyValues> {
        let parts =
            self.all.iter().map(|worlds| worlds.as_ref()?.split(asked)).collect::<Option<Vec<ShapleyValues>>>()?;
        let (nobody, everybody) = (self.regime_of.where_kept(|_| false), self.regime_of.where_kept(|_| true));
        ShapleyValues::sum_of_exact(&parts, nobody, everybody)
    }
}

/// Outputs are read alike in all regimes.
impl Readout for WorldsInRegimes<'_> {
    fn width(&self) -> usize {
        self.first().readout().width()
    }

    fn is_bound(&self, output: usize) -> bool {
        self.first().readout().is_bound(output)
    }

    fn reading(&self, outputs: &[f64]) -> Reading {
        self.first().readout().reading(outputs)
    }

    fn errors(&self, values: ArrayView2<'_, f64>) -> Vec<f64> {
        let errors = self.open().map(|worlds| worlds.readout().errors(values));
        errors.reduce(|largest, other| combined(largest, &other, f64::max)).unwrap_or_default()
    }

    fn errors_beside(&self) -> Vec<f64> {
        let errors = self.open().map(|worlds| worlds.readout().errors_beside());
        errors.reduce(|sum, other| combined(sum, &other, |sum, other| sum + other)).unwrap_or_default()
    }
}

fn combined(mut all: Vec<f64>, others: &[f64], with: impl Fn(f64, f64) -> f64) -> Vec<f64> {
    all.iter_mut().zip(others).for_each(|(one, other)| *one = with(*one, *other));
    all
}

/// One visitor for each regime that it has been in.
struct VisitorOfRegimes<'w> {
    worlds: &'w WorldsInRegimes<'w>,
    visitors: Vec<Option<Box<dyn Visitor + 'w>>>,
}

impl Visitor for VisitorOfRegimes<'_> {
    fn visit(&mut self, kept: &Coalition, outputs: &mut [f64]) -> Result<()> {
        let regime = self.worlds.regime_of.of(kept);
        let worlds = self.worlds.of(regime);
        self.visitors[regime].get_or_insert_with(|| worlds.visitor()).visit(kept, outputs)
    }
}
