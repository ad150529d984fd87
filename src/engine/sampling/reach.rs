//! How far the target can go in a world, whatever is drawn there.

use std::cell::OnceCell;

use crate::mechanism::{ANY, Range};
use crate::noise::Side;
use crate::target::{Function, FunctionKind, NoiseUse, Source, Target};
use crate::world::Event;

/// How many samples may lie beyond the bounds that stand for noises without an end, on average and over all of these noises: a hit
/// more or less of that size is said to be possible in any world.
const BEYOND: f64 = 0.01;

/// With more noises drawn it is not asked how likely several of them are together in their outer parts.
const MOST_DRAWN: usize = 12;
/// The probabilities of the outer parts that are looked at.
const TAILS: [f64; 6] = [0.25, 0.05, 0.01, 2e-3, 4e-4, 8e-5];

/// Where they lie.
const SIDES: [Side; 2] = [Side::Upper, Side::Lower];

/// Room for rounding, as a share of what is added.
const ROUNDING: f64 = 1e-9;

/// The bounds of all noises, from which those of the target follow world by world.
///
/// The program is run with an interval for every slot and function instead of a column. A noise without an end is taken to lie within quantiles,
/// beyond which there is little enough for so many samples.
pub(crate) struct Reach<'e> {
    target: &'e Target,
    /// The observed value and noise of every node.
    values: &'e [f64],
    noises: &'e [f64],
    /// What every function gives for the observed values.
    outputs: Vec<f64>,
    /// For each node the bounds of its noise, and whether it may lie beyond.
    bounds: Vec<(Range, bool)>,
    samples: usize,
    /// For each slot that one noise alone is added to, between which values it lies. Large programs have mostly such.
    of_single: Vec<Option<OfSingle>>,
    /// Whether nothing is known of the target where all noises are drawn.
    is_open: bool,
}

/// Where a slot lies that one noise alone is added to: while it is drawn, and while it is kept.
struct OfSingle {
    node: usize,
    drawn: Range,
    kept: Range,
}

/// Bounds of the target's values, whatever is drawn, with room for rounding; infinite where a noise has no end or a function is in the way.
pub(super) fn range_of_any(event: &Event<'_>) -> Range {
    let (target, noises) = (event.target(), event.noises());
    let slot = &target.program().slots[target.program().target()];
    let observed = event.values()[slot.node];
    if slot.terms.iter().any(|term| matches!(term.source, Source::Function(_))) {
        return ANY;
    }
    let of_single = |node: usize| {
        let (mut low, mut high, mut size) = (observed, observed, observed.abs());
        for term in slot.terms.iter().filter(|term| term.source == Source::Noise(node)) {
            let (smallest, largest) = target.noise(node).range();
            for bound in [smallest, largest] {
                size += (term.effect * bound).abs();
            }
            size += (term.effect * noises[node]).abs();
            let ends = [smallest, largest].map(|bound| term.effect * (bound - noises[node]));
            low += ends[0].min(ends[1]);
            high += ends[0].max(ends[1]);
        }
        roomy((low, high), size)
    };
    // A kept noise adds nothing; the room of each is room enough for all.
    (0..noises.len()).map(of_single).fold((observed, observed), |(low, high), (lowest, highest)| {
        (low + (lowest - observed).min(0.0), high + (highest - observed).max(0.0))
    })
}

/// Bounds of the target's values in one world.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bounds {
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// The probability that noises take it further.
    pub(crate) beyond: f64,
}

impl<'e> Reach<'e> {
    /// For so many samples. Costs two quantiles of each noise.
    pub(crate) fn new(event: &'e Event<'e>, outputs: Vec<f64>, samples: usize) -> Self {
        let target = event.target();
        let nodes = target.nodes().len();
        let tail = BEYOND / (2 * nodes * samples) as f64;
        let bounds = |node: usize| {
            // Kept, it may be anything in there.
            if event.interval(node).is_some() {
                return (ANY, true);
            }
            let noise = target.noise(node);
            let (low, high) = noise.range();
            let end = |end: f64, side: Side| if end.is_finite() { end } else { noise.quantile_from(side, tail) };
            ((end(low, Side::Lower), end(high, Side::Upper)), !low.is_finite() || !high.is_finite())
        };
        let bounds = (0..nodes).map(bounds).collect();
        let (values, noises) = (event.values(), event.noises());
        let (of_single, is_open) = (Vec::new(), false);
        let mut reach = Self { target, values, noises, outputs, bounds, samples, of_single, is_open };
        reach.of_single = (0..target.program().slots.len()).map(|slot| reach.of_single(slot)).collect();
        reach.is_open = World { reach: &reach, is_drawn: |_| true, narrowed: None }.target() == ANY;
        reach
    }

    /// Where a slot lies, if one noise alone is added to it: found once, as every world asks again.
    fn of_single(&self, slot: usize) -> Option<OfSingle> {
        let [term] = self.target.program().slots[slot].terms.as_slice() else { return None };
        let Source::Noise(node) = term.source else { return None };
        let with = |is_drawn: bool| World { reach: self, is_drawn: |_| is_drawn, narrowed: None }.sum(slot, &[]);
        Some(OfSingle { node, drawn: with(true), kept: with(false) })
    }

    /// In the world where the noises of these nodes are drawn, and all others are as observed. Costs O(terms of the program).
    pub(crate) fn target(&self, is_drawn: impl Fn(usize) -> bool) -> Bounds {
        let may_exceed = (0..self.bounds.len()).any(|node| self.bounds[node].1 && is_drawn(node));
        let beyond = if may_exceed { BEYOND / self.samples as f64 } else { 0.0 };
        // With many drawn it hardly differs from all, and is not worth a run of a large program.
        let is_open = self.is_open && (0..self.bounds.len()).filter(|&node| is_drawn(node)).nth(MOST_DRAWN).is_some();
        let (low, high) = if is_open { ANY } else { World { reach: self, is_drawn, narrowed: None }.target() };
        Bounds { low, high, beyond }
    }

    /// The outer parts of the noises that are drawn in a world.
    pub(crate) fn outer_parts(&self, is_drawn: impl Fn(usize) -> bool) -> OuterParts<'_> {
        let drawn: Vec<usize> = (0..self.bounds.len()).filter(|&node| is_drawn(node)).collect();
        let cells = if drawn.len() > MOST_DRAWN { 0 } else { drawn.len() * SIDES.len() * TAILS.len() };
        let without = (0..cells).map(|_| OnceCell::new()).collect();
        OuterParts { reach: self, drawn, furthest: OnceCell::new(), without }
    }
}

/// The outer parts of the noises that are drawn in one world, and where the target lies without them, which is found when it is first asked.
pub(crate) struct OuterParts<'r> {
    reach: &'r Reach<'r>,
    drawn: Vec<usize>,
    /// Where the target lies with all that may be drawn.
    furthest: OnceCell<Range>,
    /// For each of the drawn, each side and each tail where it lies while the noise is not in that part.
    without: Vec<OnceCell<Range>>,
}

impl OuterParts<'_> {
    /// A bound of the probability that the target is at the lower of two ends or below, or at the upper one or above: 1 where many noises
    /// are drawn. Costs up to a run of the program for each part, once.
    ///
    /// Where an end cannot be reached unless one noise lies in its outer part, whatever the others do, and so for several noises, then all
    /// of them must, and they are independent: so the probability is at most the product of those of their parts.
    pub(crate) fn chance(&self, (lower, upper): Range) -> f64 {
        if self.drawn.len() > MOST_DRAWN {
            return 1.0;
        }
        let furthest = *self.furthest.get_or_init(|| self.target(None));
        let all_needed = |misses: &dyn Fn(Range) -> bool| {
            if misses(furthest) {
                return 0.0;
            }
            (0..self.drawn.len()).map(|place| self.part_needed(place, misses)).product::<f64>()
        };
        let of_lower = if lower == f64::NEG_INFINITY { 0.0 } else { all_needed(&|(low, _)| low > lower) };
        let of_upper = if upper == f64::INFINITY { 0.0 } else { all_needed(&|(_, high)| high < upper) };
        (of_lower + of_upper).min(1.0)
    }

    /// The least probability known of a part that a drawn noise must lie in, as the target misses where it does not.
    fn part_needed(&self, place: usize, misses: &dyn Fn(Range) -> bool) -> f64 {
        let node = self.drawn[place];
        let noise = self.reach.target.noise(node);
        let mut least: f64 = 1.0;
        for (number, side) in SIDES.into_iter().enumerate() {
            for (rank, tail) in TAILS.into_iter().enumerate() {
                let cell = (place * SIDES.len() + number) * TAILS.len() + rank;
                let end = noise.quantile_from(side, tail);
                let without = *self.without[cell].get_or_init(|| {
                    let ((low, high), _) = self.reach.bounds[node];
                    let rest = match side {
                        Side::Upper => (low, end.min(high)),
                        Side::Lower => (end.max(low), high),
                    };
                    self.target(Some((node, rest)))
                });
                if !misses(without) {
                    break;
                }
                // Beyond its end, which is no part of it.
                let part = match side {
                    Side::Upper => 1.0 - noise.cdf(end),
                    Side::Lower => 1.0 - noise.survival(end),
                };
                least = least.min(part);
            }
        }
        least
    }

    fn target(&self, narrowed: Option<(usize, Range)>) -> Range {
        World { reach: self.reach, is_drawn: |node: usize| self.drawn.contains(&node), narrowed }.target()
    }
}

/// A world, in which one noise may be known better.
struct World<'r, F> {
    reach: &'r Reach<'r>,
    is_drawn: F,
    narrowed: Option<(usize, Range)>,
}

impl<F: Fn(usize) -> bool> World<'_, F> {
    fn target(&self) -> Range {
        let program = self.reach.target.program();
        let mut outputs: Vec<Range> = Vec::with_capacity(program.functions.len());
        for (function, &observed) in program.functions.iter().zip(&self.reach.outputs) {
            let output = self.output(function, observed, &outputs);
            outputs.push(output);
        }
        self.slot(program.target(), &outputs)
    }

    fn noise(&self, node: usize) -> Range {
        if let Some((_, range)) = self.narrowed.filter(|(narrowed, _)| *narrowed == node) {
            return range;
        }
        let observed = self.reach.noises[node];
        let ((low, high), _) = self.reach.bounds[node];
        if (self.is_drawn)(node) || (low, high) == ANY { (low, high) } else { (observed, observed) }
    }

    /// The slot's value, given the outputs of the functions before it.
    fn slot(&self, number: usize, outputs: &[Range]) -> Range {
        match &self.reach.of_single[number] {
            Some(of_single) if self.narrowed.is_none_or(|(narrowed, _)| narrowed != of_single.node) => {
                if (self.is_drawn)(of_single.node) { of_single.drawn } else { of_single.kept }
            }
            _ => self.sum(number, outputs),
        }
    }

    /// The slot's value, term by term.
    fn sum(&self, number: usize, outputs: &[Range]) -> Range {
        let slot = &self.reach.target.program().slots[number];
        let value = self.reach.values[slot.node];
        let (mut lowest, mut highest, mut size) = (value, value, value.abs());
        let mut is_changed = false;
        for term in &slot.terms {
            let (observed, (low, high)) = match term.source {
                Source::Noise(node) => (self.reach.noises[node], self.noise(node)),
                Source::Function(function) => (self.reach.outputs[function], outputs[function]),
            };
            if (low, high) == (observed, observed) {
                continue;
            }
            is_changed = true;
            let ends = [low, high].map(|end| term.effect * (end - observed));
            size += (term.effect * observed).abs() + ends[0].abs().max(ends[1].abs());
            lowest += ends[0].min(ends[1]);
            highest += ends[0].max(ends[1]);
        }
        // What nothing changes is what was observed, to the bit.
        if is_changed { roomy((lowest, highest), size) } else { (value, value) }
    }

    fn output(&self, function: &Function, observed: f64, before: &[Range]) -> Range {
        let inputs: Vec<Range> = function.inputs.iter().map(|&slot| self.slot(slot, before)).collect();
        let is_observed = |slot: usize, range: Range| {
            let value = self.reach.values[self.reach.target.program().slots[slot].node];
            range == (value, value)
        };
        let takes_noise = matches!(self.reach.target.program().noises[function.node], NoiseUse::Function(_));
        let observed_noise = self.reach.noises[function.node];
        let noise = if takes_noise { self.noise(function.node) } else { (observed_noise, observed_noise) };
        if noise == (observed_noise, observed_noise)
            && function.inputs.iter().zip(&inputs).all(|(&slot, &range)| is_observed(slot, range))
        {
            return (observed, observed);
        }
        let (low, high) = match function.kind {
            FunctionKind::Copy => inputs[0],
            FunctionKind::Additive | FunctionKind::Custom => {
                self.reach.target.nodes()[function.node].mechanism.output_range(&inputs, noise)
            }
        };
        roomy((low, high), low.abs().max(high.abs()))
    }
}

/// Bounds with room for the rounding of a sum of this size; none if it is not finite.
fn roomy((low, high): Range, size: f64) -> Range {
    let room = ROUNDING * size;
    if room.is_finite() { (low - room, high + room) } else { ANY }
}
