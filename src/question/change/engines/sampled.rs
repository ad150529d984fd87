//! Coalitions by common random numbers: one uniform number for every node, sent through the mechanism of either model, so that coalitions
//! differ by what changed alone.

use super::blocks::FIGURES;
use super::of_samples::SampleFunctional;
use super::solve::{MixedGame, not_finite};
use crate::error::Result;
use crate::numeric::points::{BLOCKS, error_of_tailed_blocks, fill_evenly};
use crate::question::change::functional::Functional;
use crate::question::change::pairing::{NEW, OLD, Pairing};
use crate::random::{Purpose, stream};
use crate::shapley::{Coalition, Game};

/// The outputs are the figures of [`SampleFunctional::write_figures`].
pub(super) struct SampledGame<'p> {
    pairing: &'p Pairing,
    functional: SampleFunctional<'p>,
    /// By node and side: the noises.
    noises: Vec<[Option<Vec<f64>>; 2]>,
    /// For every node those that depend on it in either model, itself included.
    descendants: Vec<Vec<bool>>,
    /// The target in the old model.
    old: Vec<f64>,
    samples: usize,
}

/// The columns of all nodes, and the sides that they were computed for.
pub(super) struct Columns {
    sides: Vec<Option<usize>>,
    wanted: Vec<usize>,
    values: Vec<Vec<f64>>,
}

impl<'p> SampledGame<'p> {
    /// # Errors
    /// When a mechanism returns NaN or an infinity.
    pub(super) fn new(pairing: &'p Pairing, functional: &'p Functional, samples: usize, seed: u64) -> Result<Self> {
        let noises = pairing.nodes.iter().enumerate().map(|(number, node)| {
            let uniform = uniform(number, samples, seed);
            let through = |side: usize| {
                let mut noise = uniform.clone();
                node.sides[side].mechanism.noise().replace_by_quantiles(&mut noise);
                noise
            };
            let differs = pairing.players.contains(&number);
            [Some(through(OLD)), differs.then(|| through(NEW))]
        });
        let mut game = Self {
            pairing,
            functional: SampleFunctional::new(functional, &[], &[], Some(0)),
            noises: noises.collect(),
            descendants: descendants(pairing),
            old: Vec::new(),
            samples,
        };
        let mut columns = game.scratch();
        let players = pairing.players.len();
        game.old = game.target(&Coalition::empty(players), &mut columns)?.to_vec();
        let new = game.target(&Coalition::full(players), &mut columns)?;
        let classes = pairing.nodes[pairing.target()].levels.as_ref().map(|levels| levels.len());
        game.functional = SampleFunctional::new(functional, &game.old, new, classes);
        Ok(game)
    }

    /// The target in a coalition's world. What did not change since the last one is left as it is.
    fn target<'c>(&self, kept: &Coalition, columns: &'c mut Columns) -> Result<&'c [f64]> {
        let nodes = &self.pairing.nodes;
        self.pairing.fill_sides(kept, &mut columns.wanted);
        let mut stale = vec![false; nodes.len()];
        for number in 0..nodes.len() {
            if columns.sides[number] != Some(columns.wanted[number]) {
                stale.iter_mut().zip(&self.descendants[number]).for_each(|(stale, depends)| *stale |= depends);
            }
        }
        for number in (0..nodes.len()).filter(|&number| stale[number]) {
            let which = columns.wanted[number];
            let side = &nodes[number].sides[which];
            let noise = self.noises[number][which].as_ref().or(self.noises[number][OLD].as_ref());
            let (before, own) = columns.values.split_at_mut(number);
            let parents: Vec<&[f64]> = side.parents.iter().map(|&parent| before[parent].as_slice()).collect();
            let noise = noise.map_or(&[][..], Vec::as_slice);
            // Until it is filled it is nobody's: an error leaves nothing half done.
            columns.sides[number] = None;
            side.mechanism.fill(&nodes[number].name, &parents, noise, &mut own[0])?;
            columns.sides[number] = Some(which);
        }
        Ok(&columns.values[self.pairing.target()])
    }
}

impl Game for SampledGame<'_> {
    type Scratch = Columns;

    fn players(&self) -> usize {
        self.pairing.players.len()
    }

    fn outputs(&self) -> usize {
        FIGURES
    }

    fn scratch(&self) -> Columns {
        let nodes = self.pairing.nodes.len();
        Columns { sides: vec![None; nodes], wanted: vec![OLD; nodes], values: vec![vec![0.0; self.samples]; nodes] }
    }

    fn evaluate(&self, kept: &Coalition, scratch: &mut Columns, values: &mut [f64]) -> Result<()> {
        let target = self.target(kept, scratch)?;
        self.functional.write_figures(&self.old, target, values);
        match values.iter().find(|value| !value.is_finite()) {
            None => Ok(()),
            Some(&found) => Err(not_finite(self.functional.functional().to_string(), &self.pairing.names(kept), found)),
        }
    }
}

impl MixedGame for SampledGame<'_> {
    fn origin(&self) -> f64 {
        0.0
    }

    fn samples(&self) -> Option<usize> {
        Some(self.samples)
    }

    /// By the spread of the blocks, each of which is a net of its own, and what a figure is off by besides.
    fn std_error(&self, outputs: &[f64]) -> f64 {
        error_of_tailed_blocks(&outputs[1..=BLOCKS]).hypot(outputs[1 + BLOCKS])
    }
}

/// For every node which nodes depend on it, in either model.
fn descendants(pairing: &Pairing) -> Vec<Vec<bool>> {
    let count = pairing.nodes.len();
    let mut found = vec![vec![false; count]; count];
    for number in (0..count).rev() {
        found[number][number] = true;
        for child in number + 1..count {
            let is_child = pairing.nodes[child].sides.iter().any(|side| side.parents.contains(&number));
            if is_child {
                let of_child = found[child].clone();
                found[number].iter_mut().zip(of_child).for_each(|(own, child)| *own |= child);
            }
        }
    }
    found
}

/// A column of uniform numbers within (0, 1): a coordinate of scrambled nets, one for each block.
fn uniform(number: usize, samples: usize, seed: u64) -> Vec<f64> {
    let mut column = vec![0.0; samples];
    fill_evenly(&mut stream(seed, Purpose::ChangeNets, number as u64), number, &mut column);
    column
}
