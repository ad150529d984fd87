//! Engines: ways to find what a world is worth. Which one answers a question is decided in [`choose`] alone.
//!
//! An engine is prepared for one target. Opened for an event it gives *worlds*: something that can be visited coalition by
//! coalition, in any order, and that knows how to read the outputs of a visit. What is done with the values (Shapley values, a
//! single coalition, going on until an error is small enough) is the business of `refine` and the questions.

mod choose;
mod closed_form;
mod effort;
mod enumeration;
mod explanation;
mod inversion;
mod means;
mod mixed;

mod reading;
mod regimes;
mod sampling;

use std::fmt::Debug;

use crate::error::Result;
use crate::shapley::{Coalition, ShapleyMethod, ShapleyValues};
use crate::target::Target;
use crate::world::Event;

pub(crate) use choose::Engines;
pub use effort::{Effort, Precision};
pub(crate) use enumeration::listed_values;
pub use explanation::{EngineName, Explanation};
pub(crate) use inversion::{SharedSpectra, SumLaw, SumTerm, WithError};
pub use means::{Estimator, Means, NoiseSampling};
pub(crate) use reading::{Reading, Readout};
pub(crate) use regimes::{Part, RegimeOf, Regimes};

/// Why an engine does not do for players that are groups of nodes.
const TOGETHER: &str = "several noises are kept or drawn together";

/// A way to find what worlds are worth, prepared for one target.
pub(crate) trait Engine: Debug + Send + Sync {
    fn name(&self) -> EngineName;

    /// Whether samples are drawn, so that more of them make errors smaller. Without, a coalition is cheap.
    fn draws_samples(&self) -> bool {
        false
    }

    /// How this engine splits a value among the given nodes when asked for `effort`; nothing if another engine had better do
    /// that.
    fn method(&self, players: &[usize], effort: &Effort) -> Option<ShapleyMethod> {
        Some(effort.method_without_samples(players.len()))
    }

    /// What an event costs at most, in samples of one coalition; nothing where [`method`](Self::method) has nothing.
    fn work(&self, _target: &Target, _effort: &Effort) -> Option<f64> {
        Some(0.0)
    }

    /// Whether what was found with this error needs no other engine.
    fn settles(&self, _error: f64, _effort: &Effort) -> bool {
        true
    }

    /// The worlds of an event, or the reason why this engine does not do for the event. `ask` says which coalitions will be visited.
    fn open<'e>(&'e self, event: &'e Event<'e>, budget: Budget, ask: Ask<'e>) -> Result<Opened<'e>>;
}

/// What worlds may cost, and what they are to achieve.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Budget {
    /// How many samples may be drawn.
    pub(crate) samples: usize,
    /// The error that is asked for, if one is.
    pub(crate) asked_error: Option<f64>,
}

/// What is asked about the worlds of an event.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Ask<'a> {
    /// The values of all players.
    Split,
    /// What the coalitions of one regime add to the values of all players: no others will be visited.
    Part(Part<'a>),
    /// What a single coalition is worth.
    One(&'a Coalition),
}

/// What an engine has for an event.
pub(crate) enum Opened<'e> {
    Worlds(Box<dyn Worlds + 'e>),
    /// The reason why it does not do.
    Unsuited(&'static str),
}

/// The worlds of one event, as one engine finds them.
pub(crate) trait Worlds: Sync {
    /// How the outputs of a visit are read.
    fn readout(&self) -> &dyn Readout;

    /// The players in the order in which they had best be numbered, those whose change is cheap last; nothing if it makes no
    /// difference.
    fn order(&self) -> Option<Vec<usize>> {
        None
    }

    /// Visits one coalition after another; cheapest where each differs from the last in one player.
    fn visitor(&self) -> Box<dyn Visitor + '_>;

    /// The exact Shapley values of the outputs that their errors need, in the order of the event's players, where there is a
    /// faster way than to visit all coalitions. Errors are made as small as `asked`, if they can be, or as the engine
    /// settles for. Of a [part](Ask::Part), what it adds: as if all other coalitions were worth nothing, and with its share of the errors.
    fn split(&self, _asked: Option<f64>) -> Option<ShapleyValues> {
        None
    }
}

/// What is kept from one coalition to the next.
pub(crate) trait Visitor {
    /// Writes the outputs of the world in which these players are kept. They depend on the coalition alone.
    fn visit(&mut self, kept: &Coalition, outputs: &mut [f64]) -> Result<()>;
}
