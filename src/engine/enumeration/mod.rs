//! Coalitions counted out, where categories and other values that can be listed are all that a target depends on.
//!
//! Given the values of its parents, a node has each of its values with a known probability, whether its noise is drawn or kept: a kept
//! noise of a category lies within an interval, whose share is counted. So the values of all nodes are a Bayesian network, and the target's
//! probability is found by summing over it node by node, without any sample.

mod network;
mod node;

use super::closed_form::ExactReadout;
use super::{Ask, Budget, Effort, Engine, EngineName, Opened, Readout, Visitor, Worlds};
use crate::error::{Error, Result, list_names};
use crate::model::WiredNode;
use crate::score::ln_with_floor;
use crate::shapley::{Coalition, ShapleyMethod};
use crate::target::Target;
use crate::world::{Event, Measure, Sought};
use network::Network;
pub(crate) use node::atoms as listed_values;
use node::has_values;

/// A target whose ancestors have values that can be listed, one of them or the target being a category.
#[derive(Debug)]
pub(super) struct Enumeration;

impl Enumeration {
    /// # Errors
    /// The reason why there is nothing to count out.
    pub(super) fn prepare(target: &Target, sought: Sought) -> Result<Self, String> {
        let nodes = target.nodes();
        if nodes.iter().all(|node| node.levels.is_none()) {
            return Err("none of its nodes is a category".to_owned());
        }
        let (last, ancestors) = (&nodes[target.number()], &nodes[..target.number()]);
        let endless = |node: &&WiredNode| !has_values(node);
        let unlisted = |node: &WiredNode| format!("the values of `{}` cannot be listed", node.name);
        if let Some(node) = ancestors.iter().find(endless) {
            return Err(unlisted(node));
        }
        // What is merely added to the target need not be listed.
        let is_formula = last.mechanism.adds_noise() && sought != Sought::CustomTail;
        if is_formula || has_values(last) { Ok(Self) } else { Err(unlisted(last)) }
    }

    /// Why it was taken, in words.
    pub(super) fn why(target: &Target) -> String {
        format!("the values of all that `{}` depends on can be listed", target.name())
    }
}

impl Engine for Enumeration {
    fn name(&self) -> EngineName {
        EngineName::Enumeration
    }

    fn method(&self, players: &[usize], effort: &Effort) -> Option<ShapleyMethod> {
        Some(effort.method_of_samples(players.len()))
    }

    fn open<'e>(&'e self, event: &'e Event<'e>, _: Budget, _: Ask<'_>) -> Result<Opened<'e>> {
        Ok(match Network::of(event)? {
            Some(network) => Opened::Worlds(Box::new(CountedWorlds { event, network })),
            None => Opened::Unsuited("its values have too many combinations to be counted out"),
        })
    }
}

/// The worlds of one event.
struct CountedWorlds<'e> {
    event: &'e Event<'e>,
    network: Network,
}

impl Worlds for CountedWorlds<'_> {
    fn readout(&self) -> &dyn Readout {
        &ExactReadout
    }

    fn visitor(&self) -> Box<dyn Visitor + '_> {
        Box::new(self)
    }
}

impl Visitor for &CountedWorlds<'_> {
    fn visit(&mut self, kept: &Coalition, outputs: &mut [f64]) -> Result<()> {
        let mean = if self.event.is_certain(kept) {
            f64::from(u8::from(self.event.measure().is_logarithm()))
        } else {
            let world = self.event.world(kept);
            self.network.mean(|node| world.draws(node))
        };
        outputs[1] = mean;
        outputs[0] = match self.event.measure() {
            Measure::LogTail { floor, .. } => ln_with_floor(mean.min(1.0), *floor),
            Measure::Mean { .. } | Measure::ClassMean { .. } => mean,
        };
        if outputs[0].is_finite() {
            return Ok(());
        }
        Err(Error::ImpossibleCoalition { kept: list_names(&self.event.names(kept)) })
    }
}
