//! An event whose worlds are not all of one target: in some of them a mechanism is far from the data that it was learned from, and
//! its noise is wider there.
//!
//! Which *regime* a world is in depends on the coalition alone. In each the target is what it is elsewhere, linear or not, so
//! that the same engine serves all.

use std::fmt;

use super::{Ask, Effort, Engine, EngineName, Opened, Readout, Visitor, Worlds};
use crate::error::Result;
use crate::shapley::{Coalition, ShapleyMethod};
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

    fn of(&self, kept: &Coalition) -> usize {
        let bits = self.players.iter().enumerate().map(|(bit, &player)| usize::from(kept.contains(player)) << bit);
        self.regimes[bits.sum::<usize>()]
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

    fn open<'e>(&'e self, _: &'e Event<'e>, samples: usize, ask: Ask<'_>) -> Result<Opened<'e>> {
        let only = match ask {
            Ask::One(coalition) => Some(self.regime_of.of(coalition)),
            Ask::Split => None,
        };
        let mut all: Vec<Option<Box<dyn Worlds + 'e>>> = Vec::with_capacity(self.events.len());
        for (regime, (engine, event)) in self.engines.iter().zip(self.events).enumerate() {
            if only.is_some_and(|only| only != regime) {
                all.push(None);
                continue;
            }
            match engine.open(event, samples, ask)? {
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
    fn first(&self) -> &dyn Worlds {
        // A question is about one coalition at least, which is in some regime.
        let first = self.all.iter().flatten().next();
        first.map_or_else(|| unreachable!("no regime is open"), |worlds| worlds.as_ref())
    }
}

impl Worlds for WorldsInRegimes<'_> {
    fn readout(&self) -> &dyn Readout {
        self.first().readout()
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
}

/// One visitor for each regime that it has been in.
struct VisitorOfRegimes<'w> {
    worlds: &'w WorldsInRegimes<'w>,
    visitors: Vec<Option<Box<dyn Visitor + 'w>>>,
}

impl Visitor for VisitorOfRegimes<'_> {
    fn visit(&mut self, kept: &Coalition, outputs: &mut [f64]) -> Result<()> {
        let regime = self.worlds.regime_of.of(kept);
        let worlds = self.worlds.all[regime].as_deref().unwrap_or_else(|| self.worlds.first());
        self.visitors[regime].get_or_insert_with(|| worlds.visitor()).visit(kept, outputs)
    }
}
