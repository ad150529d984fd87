//! What of a recovered noise may be the rounding of measured values.
//!
//! A value that was measured in steps of r is known to ± r/2. A recovered noise is known only as well as the node's value and
//! its parents' are, carried along by the mechanism: within ± r/2 · |∂n/∂x| ± Σᵢ rᵢ/2 · |∂n/∂paᵢ|.

use super::abduction::{Recovered, Rounding};
use super::nodes::{WiredNode, Wiring};
use crate::mechanism::ParentFunction;
use crate::model::resolution::Measured;
use crate::threads::in_parallel;

/// By how many units in the last place of a value or a parent a recovered noise may be off.
const LAST_PLACES: f64 = 16.0;
/// By how much coarser than the finest of a mechanism's values another one may have been measured, where its own digits are all
/// that is known of that: one value in ten ends with a zero that is not written.
const HIDDEN_ZEROS: f64 = 10.0;

/// What moves the target by no more than this share of its spread makes no difference.
const NO_DIFFERENCE: f64 = 0.06;

/// By how much rounding may move a recovered noise, in its unit.
struct Room {
    /// The part that comes of the node's own value, of parents that training values show to be finer, and of floating-point numbers.
    certain: f64,
    /// The part that comes of parents that are as coarse in training: it is in the training rows' noises, too.
    of_parents: f64,
}

impl Wiring {
    /// The wiring that knows what of the rounding of parents the training rows show, given the columns of all nodes by position
    /// in the graph, NaN where a value is missing: how far noises lie beyond what is usual for them. Costs O(rows · edges).
    pub(in crate::model) fn with_shown_rounding(mut self, columns: &[Vec<f64>]) -> Self {
        let columns = self.in_order(columns);
        let shown = |number: usize| {
            let node = self.node(number);
            let mut with_parents = node.parents.iter().copied().chain([number]);
            if node.parents.is_empty() || with_parents.all(|number| self.node(number).resolution.step().is_none()) {
                return 0.0;
            }
            let (low, high) = (node.usual_noise.low, node.usual_noise.high);
            let noise = |parents: &[f64], value: f64| node.mechanism.estimate_noise(parents, value);
            let noises = self.abduct_column(number, &columns, noise);
            let beyond = noises.into_iter().map(|noise| (noise - high).max(low - noise));
            beyond.filter(|distance| distance.is_finite()).fold(0.0, f64::max)
        };
        let shown: Vec<f64> = in_parallel(self.nodes().len(), &shown);
        self.nodes_mut().iter_mut().zip(shown).for_each(|(node, shown)| {
            node.resolution = node.resolution.with_shown(shown);
        });
        self
    }

    /// Whether a noise is rounding, and what it usually does makes no difference to the target, which is the last node.
    pub(crate) fn is_mere_rounding(&self, recovered: &Recovered, number: usize) -> bool {
        match recovered.rounding(number) {
            Rounding::No => false,
            Rounding::Of => true,
            // What is rounding where it was measured may be large where it matters, as one unit is that costs much.
            Rounding::OfAll => {
                let moved = self.moved_by_usual_noise(number, &recovered.values, &recovered.noises);
                moved <= NO_DIFFERENCE * self.node(self.target()).spread()
            }
        }
    }

    /// What was recovered, with what is mere rounding decided for this wiring and all that it is compared with.
    pub(crate) fn with_rounding_decided(&self, recovered: Recovered) -> Recovered {
        recovered.with_roundings(|recovered, number| self.is_mere_rounding(recovered, number))
    }

    /// The noise of a node as evidence: its median where it is mere rounding.
    pub(crate) fn evident_noise(&self, recovered: &Recovered, number: usize) -> f64 {
        if self.is_mere_rounding(recovered, number) {
            self.node(number).usual_noise.median
        } else {
            recovered.noises[number]
        }
    }

    /// How far the target is moved where one noise has its median, or differs by a standard deviation, all other noises being
    /// as observed.
    fn moved_by_usual_noise(&self, number: usize, values: &[f64], noises: &[f64]) -> f64 {
        let (node, mut moved) = (self.node(number), noises.to_vec());
        let (observed, spread) = (noises[number], node.mechanism.noise().variance().sqrt());
        let of_noise = |noise: f64| {
            moved[number] = noise;
            (self.target_value(&moved) - values[self.target()]).abs()
        };
        [node.usual_noise.median, observed - spread, observed + spread]
            .map(of_noise)
            .into_iter()
            .fold(0.0, |largest, distance| if distance <= largest { largest } else { distance })
    }

    /// Whether the noise of a node, recovered from the values of its parents and its own, is rounding.
    pub(super) fn rounding(&self, node: &WiredNode, parents: &[f64], value: f64, noise: f64) -> Rounding {
        let usual = node.usual_noise;
        let is_constant = node.mechanism.noise().is_degenerate();
        let is_exact = is_constant && noise == usual.median;
        let is_vague = || {
            node.resolution.is_unknown() && node.parents.iter().all(|&parent| self.node(parent).resolution.is_unknown())
        };
        // A root's noise is what was measured, and classes are not measured.
        if is_exact
            || node.levels.is_some()
            || !usual.reach().is_finite()
            || !is_constant && (node.parents.is_empty() || is_vague())
        {
            return Rounding::No;
        }
        let room = self.room(node, parents, value, noise);
        let expected = room.certain + room.of_parents.min(node.resolution.shown());
        let is_within = noise >= usual.low - expected && noise <= usual.high + expected;
        match is_within {
            true if is_constant => Rounding::Of,
            true if usual.reach() <= room.certain + room.of_parents => Rounding::OfAll,
            _ => Rounding::No,
        }
    }

    /// By how much rounding may move the noise of a node at most, recovered from the values of its parents and its own; in the noise's
    /// unit. Only steps that were given or that training values show count, none that one value's digits suggest.
    pub(crate) fn moved_by_rounding(&self, number: usize, parents: &[f64], value: f64, noise: f64) -> f64 {
        let node = self.node(number);
        let (own, of_parents) = self.measured(node, parents, value);
        let known = |measured: Measured| if measured.is_guessed { 0.0 } else { 0.5 * measured.step };
        let room = node.room((own, &of_parents), known, parents, (value, noise));
        room.certain + room.of_parents
    }

    fn room(&self, node: &WiredNode, parents: &[f64], value: f64, noise: f64) -> Room {
        let (own, of_parents) = self.measured(node, parents, value);
        let finest = of_parents.iter().chain([&own]).filter(|measured| measured.is_guessed);
        let coarsest = HIDDEN_ZEROS * finest.map(|measured| measured.step).fold(f64::INFINITY, f64::min);
        let half =
            |measured: Measured| 0.5 * if measured.is_guessed { measured.step.min(coarsest) } else { measured.step };
        node.room((own, &of_parents), half, parents, (value, noise))
    }

    /// In which steps the value of a node was measured, and those of its parents.
    fn measured(&self, node: &WiredNode, parents: &[f64], value: f64) -> (Measured, Vec<Measured>) {
        let of_parent = |(&parent, &value): (&usize, &f64)| self.node(parent).resolution.of_value(value);
        (node.resolution.of_value(value), node.parents.iter().zip(parents).map(of_parent).collect())
    }
}

impl WiredNode {
    /// The room of a noise, given half of the step of each measured value.
    fn room(
        &self,
        (own, of_parents): (Measured, &[Measured]),
        half: impl Fn(Measured) -> f64,
        parents: &[f64],
        (value, noise): (f64, f64),
    ) -> Room {
        let moved_by = |parents: &[f64], value: f64| {
            let moved = (self.mechanism.estimate_noise(parents, value) - noise).abs();
            // Outside of the domain of a link nothing can have been measured.
            if moved.is_finite() { moved } else { 0.0 }
        };
        let last_places = |value: f64| LAST_PLACES * f64::EPSILON * value.abs();

        let by_own = half(own).max(last_places(value));
        let mut room =
            Room { certain: moved_by(parents, value + by_own).max(moved_by(parents, value - by_own)), of_parents: 0.0 };
        // A rounded function has its rounding in it.
        if matches!(self.mechanism.parent_function(), Some(ParentFunction::Rounded(_))) {
            return room;
        }
        let mut moved = parents.to_vec();
        for (place, (&parent, &measured)) in parents.iter().zip(of_parents).enumerate() {
            let mut by = |half: f64| {
                let reached = [parent + half, parent - half].map(|at| {
                    moved[place] = at;
                    moved_by(&moved, value)
                });
                moved[place] = parent;
                reached[0].max(reached[1])
            };
            let (of_step, of_last_places) = (by(half(measured)), by(last_places(parent)));
            if measured.is_new {
                room.certain += of_step.max(of_last_places);
            } else {
                room.certain += of_last_places;
                room.of_parents += of_step;
            }
        }
        room
    }
}
