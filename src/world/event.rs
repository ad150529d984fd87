//! One event of a target: what was observed, and which noises coalitions keep.

use super::measure::Measure;
use super::source::{Source, Switch, World};
use crate::mechanism::Interval;
use crate::model::Recovered;
use crate::shapley::Coalition;
use crate::target::Target;

/// What is asked of a target about one observation.
///
/// A coalition of players is a world: the base, with the players' switches on. Today a player's noise is drawn when its switch
/// is off and has its observed value when it is on, which is all that the engines know.
pub(crate) struct Event<'t> {
    target: &'t Target,
    recovered: Recovered,
    /// What engines count values from: those of `recovered`, but for a target that lies far from 0.
    values: Vec<f64>,
    /// The world of the coalition of nobody.
    base: World,
    switches: Vec<Switch>,
    /// For each player its switches, by place. Mostly one each, in order.
    players: Vec<Vec<usize>>,
    measure: Measure,
    /// How far rounding can move the target, in its unit: by so much the outlier region is wider than it ought to be.
    slack: f64,
    /// The nodes whose noise is drawn in every world: those of the base that have no switch.
    always_drawn: Vec<usize>,
    /// Whether no player can matter.
    idle: bool,
}

impl<'t> Event<'t> {
    /// The noise game of an observation: players are the nodes whose noise is known and can matter.
    ///
    /// A noise that does not move the target changes nothing whether it is kept or drawn, nor does one of zero variance that was
    /// observed at its value, nor one that is mere rounding of measured values: leaving it out gives it exactly 0. A noise that is
    /// not known, as the node's value is missing, is drawn in every world. The nodes of the `context`, by their numbers, are given in
    /// every world.
    pub(crate) fn of_noises(
        target: &'t Target,
        recovered: Recovered,
        measure: Measure,
        slack: f64,
        context: &[usize],
    ) -> Self {
        let observed = |node: usize| match recovered.interval(node) {
            Some(interval) => Source::Within(interval),
            None => Source::Given(recovered.noises[node]),
        };
        let mut base = World::new((0..recovered.noises.len()).map(observed).collect());
        let mut switches = Vec::new();
        for (node, effect) in target.effects().iter().enumerate() {
            let (noise, given) = (target.noise(node), recovered.noises[node]);
            let matters = *effect != Some(0.0) && !context.contains(&node);
            let is_usual =
                noise.is_degenerate() && noise.mean() == given || target.wiring().is_mere_rounding(&recovered, node);
            if matters && !recovered.is_missing(node) && !is_usual {
                switches.push(Switch { at: node, off: Source::Drawn, on: observed(node) });
            } else if matters && recovered.is_missing(node) && !noise.is_degenerate() {
                base.set(node, Source::Drawn);
            }
        }
        let idle = switches.is_empty() && base.drawn().next().is_some();
        if idle {
            // A game needs a player, though this one makes no difference.
            let (at, on) = (target.number(), observed(target.number()));
            switches.push(Switch { at, off: Source::Drawn, on });
        }
        Self { slack, ..Self::new(target, recovered, base, switches, measure, idle) }
    }

    fn new(
        target: &'t Target,
        recovered: Recovered,
        mut base: World,
        switches: Vec<Switch>,
        measure: Measure,
        idle: bool,
    ) -> Self {
        let always_drawn = base.drawn().collect();
        switches.iter().for_each(|switch| base.set(switch.at, switch.off));
        let values = recovered.values.clone();
        let players = (0..switches.len()).map(|switch| vec![switch]).collect();
        Self { target, recovered, values, base, switches, players, measure, slack: 0.0, always_drawn, idle }
    }

    /// The event with one player for all nodes of a group, which `group_of` tells from a node's number: their noises are kept
    /// and drawn together. Players are in the order of their first nodes.
    pub(crate) fn in_groups(mut self, group_of: impl Fn(usize) -> usize) -> Self {
        let mut groups: Vec<usize> = Vec::new();
        self.players.clear();
        for (place, switch) in self.switches.iter().enumerate() {
            let group = group_of(switch.at);
            match groups.iter().position(|&other| other == group) {
                Some(player) => self.players[player].push(place),
                None => {
                    groups.push(group);
                    self.players.push(vec![place]);
                }
            }
        }
        self
    }

    /// The event with its target, which adds its noise to a function of others, counted from a value near its own: no digits are
    /// lost to that. The measure must be one of values that are counted so.
    pub(crate) fn counted_from(mut self, value: f64) -> Self {
        self.values[self.target.number()] -= value;
        self
    }
}

impl Event<'_> {
    pub(crate) fn target(&self) -> &Target {
        self.target
    }

    /// The observed value of every node of the target, or what stands in for it, less what the target is counted from.
    pub(crate) fn values(&self) -> &[f64] {
        &self.values
    }

    /// The noise that every node of the target has where it is kept; the middle of its interval where it is only known to lie in one.
    pub(crate) fn noises(&self) -> &[f64] {
        &self.recovered.noises
    }

    /// Where the noise of a node lies where it is kept, if the observation tells no more of it.
    pub(crate) fn interval(&self, node: usize) -> Option<Interval> {
        self.recovered.interval(node)
    }

    /// The target's observed value, less what it is counted from.
    pub(crate) fn observed(&self) -> f64 {
        self.values[self.target.number()]
    }

    /// By how much the target's value is off the one that a mean is compared with: 0 unless the event is one that would have been.
    pub(crate) fn off_observed(&self) -> f64 {
        match self.measure {
            Measure::Mean { observed } => self.observed() - observed,
            Measure::LogTail { .. } | Measure::ClassMean { .. } => 0.0,
        }
    }

    /// What a mean was in the event that is explained: the target's value, or 1 for its class.
    pub(crate) fn observed_mean(&self) -> f64 {
        match self.measure {
            Measure::Mean { observed } => observed,
            _ if self.measure.class().is_some() => 1.0,
            _ => self.observed(),
        }
    }

    pub(crate) fn measure(&self) -> &Measure {
        &self.measure
    }

    /// What the target's value is counted from; mostly 0.
    pub(crate) fn origin(&self) -> f64 {
        self.recovered.values[self.target.number()] - self.observed()
    }

    /// How far rounding can move the target, in its unit.
    pub(crate) fn slack(&self) -> f64 {
        self.slack
    }

    pub(crate) fn player_count(&self) -> usize {
        self.players.len()
    }

    /// The node of a player; the first of a group.
    pub(crate) fn node_of(&self, player: usize) -> usize {
        self.switches[self.players[player][0]].at
    }

    /// The nodes of a player: more than one where it is a group.
    pub(crate) fn nodes_of(&self, player: usize) -> impl Iterator<Item = usize> + '_ {
        self.players[player].iter().map(|&place| self.switches[place].at)
    }

    /// The node of every player; the first of a group.
    pub(crate) fn players(&self) -> Vec<usize> {
        (0..self.players.len()).map(|player| self.node_of(player)).collect()
    }

    /// All nodes that some player keeps.
    pub(crate) fn switched(&self) -> impl Iterator<Item = usize> + '_ {
        self.switches.iter().map(|switch| switch.at)
    }

    /// Whether some player is a group of several nodes.
    pub(crate) fn has_groups(&self) -> bool {
        self.players.len() < self.switches.len()
    }

    /// The nodes whose noise is drawn in every world, as nobody knows it.
    pub(crate) fn always_drawn(&self) -> &[usize] {
        &self.always_drawn
    }

    /// Whether no player can matter: then there is one nevertheless, as a game needs one.
    pub(crate) fn is_idle(&self) -> bool {
        self.idle
    }

    /// Whether nothing is drawn in the world of a coalition: then the target has its observed value there.
    pub(crate) fn is_certain(&self, coalition: &Coalition) -> bool {
        self.always_drawn.is_empty() && coalition.len() == self.players.len()
    }

    /// The world of a coalition.
    pub(crate) fn world(&self, coalition: &Coalition) -> World {
        let mut world = self.base.clone();
        for &place in coalition.iter().flat_map(|player| &self.players[player]) {
            world.set(self.switches[place].at, self.switches[place].on);
        }
        world
    }

    /// The names of a coalition's nodes.
    pub(crate) fn names(&self, coalition: &Coalition) -> Vec<&str> {
        coalition.iter().map(|player| self.target.node_name(self.node_of(player))).collect()
    }
}
