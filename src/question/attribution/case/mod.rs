//! One observation of a target, with the engines that answer what is asked about it.

mod measured;
mod outside;
mod prepared;

use std::sync::Arc;

use crate::engine::{Engine, EngineName, Regimes};
use crate::model::Recovered;
use crate::world::Event;
use outside::InRegimes;

pub(super) use measured::{AskedOf, Measured};
pub(super) use outside::{Doubt, Outside, Sorted};
pub(super) use prepared::Prepared;

/// What all questions about one observation share: it costs many evaluations of the mechanisms, and no engine.
pub(crate) struct Inspection {
    /// As the mechanisms of the model recover it.
    pub(super) recovered: Recovered,
    pub(super) measured: Measured,
    /// Where some of these mechanisms are not believed.
    pub(super) sorted: Option<Sorted>,
}

/// One observation of a target.
pub(super) struct Case {
    base: Arc<Prepared>,
    /// As the mechanisms of the model recover it.
    recovered: Recovered,
    measured: Measured,
    /// Where some of these mechanisms are not believed.
    in_regimes: Option<InRegimes>,
}

impl Case {
    /// As if every mechanism of the model were believed.
    pub(super) fn new(base: Arc<Prepared>, recovered: Recovered, measured: Measured) -> Self {
        Self { base, recovered, measured, in_regimes: None }
    }

    /// The case with some noises as wide as what plausible mechanisms disagree about.
    pub(super) fn in_regimes(self, regimes: InRegimes) -> Self {
        Self { in_regimes: Some(regimes), ..self }
    }

    /// Whether every mechanism of the model is believed.
    pub(super) fn is_believed(&self) -> bool {
        self.in_regimes.is_none()
    }

    /// The target with the mechanisms of the model.
    pub(super) fn base(&self) -> &Prepared {
        &self.base
    }

    /// As [`base`](Self::base), to keep.
    pub(super) fn shared_base(&self) -> &Arc<Prepared> {
        &self.base
    }

    /// Values and noises by the mechanisms of the model.
    pub(super) fn as_modelled(&self) -> &Recovered {
        &self.recovered
    }

    /// The case with every mechanism of the model believed.
    pub(super) fn as_if_believed(&self) -> Self {
        Self::new(Arc::clone(&self.base), self.recovered.clone(), self.measured.clone())
    }

    /// What the engines of the event itself say of themselves.
    pub(super) fn prepared(&self) -> &Prepared {
        self.in_regimes.as_ref().map_or(&self.base, |found| &found.regimes[found.of_event].0)
    }

    /// Values as observed, with the noises that are to be told: each under the distribution that it has in training.
    pub(super) fn recovered(&self) -> &Recovered {
        self.in_regimes.as_ref().map_or(&self.recovered, |found| &found.stated)
    }

    /// The nodes of the players.
    pub(super) fn players(&self) -> Vec<usize> {
        self.event_of(&self.base, &self.recovered).players()
    }

    /// Asks about the event, with the engines for it in order of preference.
    pub(super) fn ask<R>(&self, ask: impl FnOnce(&Event<'_>, &[&dyn Engine]) -> R) -> R {
        let Some(InRegimes { regime_of, regimes, of_event, by_effects, .. }) = &self.in_regimes else {
            let engines: Vec<&dyn Engine> = self.base.engines.iter().collect();
            return ask(&self.event_of(&self.base, &self.recovered), &engines);
        };
        let events: Vec<Event<'_>> =
            regimes.iter().map(|(prepared, recovered)| self.event_of(prepared, recovered)).collect();
        // Each that does for all regimes.
        let of_name = |name: EngineName| {
            let engines = regimes.iter().map(|(prepared, _)| prepared.engines.iter().find(|one| one.name() == name));
            Some(Regimes { regime_of, events: &events, engines: engines.collect::<Option<_>>()? })
        };
        let engines: Vec<Regimes<'_>> = EngineName::ALL
            .into_iter()
            .filter(|name| !by_effects || name.knows_effects())
            .filter_map(of_name)
            .collect();
        let engines: Vec<&dyn Engine> = engines.iter().map(|engine| engine as &dyn Engine).collect();
        ask(&events[*of_event], &engines)
    }

    fn event_of<'p>(&self, prepared: &'p Prepared, recovered: &Recovered) -> Event<'p> {
        self.measured.clone().event(&prepared.target, recovered.clone())
    }
}
