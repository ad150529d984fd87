//! One pair of rows: what differs between them, and the game of what does.

use ndarray::Axis;

use super::prepared::Prepared;
use super::result::ChangeSource;
use crate::data::Observation;
use crate::error::Result;
use crate::mechanism::Interval;
use crate::numeric::points::{BLOCKS, error_of_blocks, fill_latin_hypercube, rows_of_block};
use crate::random::{Purpose, stream};
use crate::shapley::{Coalition, Game, shapley_values};

/// What a noise differs by in one row from what is expected of it.
#[derive(Debug, PartialEq)]
enum Noise {
    Known(f64),
    /// One number a draw from what a class tells of the noise of a category with causes.
    Open(Vec<f64>),
}

impl Noise {
    fn at(&self, draw: usize) -> f64 {
        match self {
            Self::Known(noise) => *noise,
            Self::Open(draws) => draws[draw],
        }
    }
}

/// Two rows, with the noises that were recovered of each by its model. The players are the noises that moved and the mechanisms that differ.
pub(super) struct Pair<'c> {
    prepared: &'c Prepared,
    /// The target's values in both rows.
    values: [f64; 2],
    /// By the numbers of nodes.
    noises: Vec<[Noise; 2]>,
    players: Vec<(usize, ChangeSource)>,
    draws: usize,
}

/// How a difference is split.
pub(super) struct Split {
    /// The target's values in both rows.
    pub(super) values: [f64; 2],
    /// For each player its part and the standard error.
    pub(super) parts: Vec<(f64, f64)>,
    pub(super) rounding: Option<f64>,
}

impl<'c> Pair<'c> {
    /// # Errors
    /// When a value is missing, or outside of the domain of a mechanism; or when a mechanism is not invertible.
    pub(super) fn new(prepared: &'c Prepared, rows: [&Observation; 2]) -> Result<Self> {
        let nodes = &prepared.nodes;
        let mut values = [(); 2].map(|()| Vec::with_capacity(nodes.len()));
        let mut pair = Self {
            prepared,
            values: [f64::NAN; 2],
            noises: Vec::with_capacity(nodes.len()),
            players: vec![],
            draws: 1,
        };
        let mut given = [Vec::new(), Vec::new()];
        for (number, both) in nodes.iter().enumerate() {
            for side in [0, 1] {
                values[side].push(prepared.node(number, side).needed(rows[side])?);
                given[side].clear();
                given[side].extend(both.parents[side].iter().map(|&parent| values[side][parent]));
            }
            let here = [values[0][number], values[1][number]];
            let of_side = |side: usize| recovered(prepared, number, side, &given[side], here[side]);
            let noises = [of_side(0)?, of_side(1)?];
            if let Noise::Open(draws) = &noises[0] {
                pair.draws = draws.len();
            }
            if noises[0] != noises[1] && !is_rounding(prepared, number, &noises, [&given[0], &given[1]], here) {
                pair.players.push((number, ChangeSource::Noise));
            }
            if !both.is_unchanged {
                pair.players.push((number, ChangeSource::Mechanism));
            }
            pair.noises.push(noises);
            pair.values = here;
        }
        Ok(pair)
    }

    pub(super) fn players(&self) -> &[(usize, ChangeSource)] {
        &self.players
    }

    /// # Errors
    /// When a mechanism returns NaN or an infinity.
    pub(super) fn split(&self) -> Result<Split> {
        let config = &self.prepared.config;
        let parts = match self.in_closed_form() {
            _ if self.players.is_empty() => Vec::new(),
            Some(parts) => parts.into_iter().map(|value| (value, 0.0)).collect(),
            None => {
                let found = shapley_values(self, &config.shapley(self.players.len()))?;
                let (outputs, errors) = (found.outputs(), found.std_errors());
                let of_player = |player: usize| {
                    let blocks = || outputs.index_axis(Axis(0), player).iter().skip(1).copied().collect::<Vec<f64>>();
                    let of_draws = if self.draws > 1 { error_of_blocks(&blocks()) } else { 0.0 };
                    (outputs[(player, 0)], errors[player].hypot(of_draws))
                };
                (0..self.players.len()).map(of_player).collect()
            }
        };
        let total = self.values[1] - self.values[0];
        let rounding = config.rounding_apart.then(|| parts.iter().fold(total, |rest, (part, _)| rest - part));
        Ok(Split { values: self.values, parts, rounding })
    }

    /// In one linear model a noise counts by its total effect, whatever the others are.
    fn in_closed_form(&self) -> Option<Vec<f64>> {
        let effects = self.prepared.effects.as_ref()?;
        let part = |&(number, _): &(usize, ChangeSource)| {
            let [before, after] = &self.noises[number];
            effects[number] * (after.at(0) - before.at(0))
        };
        Some(self.players.iter().map(part).collect())
    }

    /// The target's value in one draw, with the mechanisms and the noises that come from the second side for these nodes.
    fn value(&self, scratch: &mut Scratch, draw: usize) -> f64 {
        let Scratch { mechanisms, rows, values, given } = scratch;
        values.clear();
        for (number, both) in self.prepared.nodes.iter().enumerate() {
            let model = mechanisms[number];
            given.clear();
            given.extend(both.parents[model].iter().map(|&parent| values[parent]));
            let noise = both.centres[model] + self.noises[number][rows[number]].at(draw);
            values.push(self.prepared.node(number, model).mechanism.evaluate(given, noise));
        }
        values.last().copied().unwrap_or(f64::NAN)
    }
}

/// Where mechanisms and noises are from, by the numbers of nodes, 0 or 1; and room for one evaluation.
pub(super) struct Scratch {
    mechanisms: Vec<usize>,
    rows: Vec<usize>,
    values: Vec<f64>,
    given: Vec<f64>,
}

impl Game for Pair<'_> {
    type Scratch = Scratch;

    fn players(&self) -> usize {
        self.players.len()
    }

    /// The value, and where it is a mean over draws those of all blocks.
    fn outputs(&self) -> usize {
        if self.draws > 1 { 1 + BLOCKS } else { 1 }
    }

    fn scratch(&self) -> Scratch {
        let nodes = self.noises.len();
        Scratch {
            mechanisms: vec![0; nodes],
            rows: vec![0; nodes],
            values: Vec::with_capacity(nodes),
            given: Vec::new(),
        }
    }

    fn evaluate(&self, coalition: &Coalition, scratch: &mut Scratch, values: &mut [f64]) -> Result<()> {
        scratch.mechanisms.fill(0);
        scratch.rows.fill(0);
        for player in coalition.iter() {
            match self.players[player] {
                (number, ChangeSource::Noise) => scratch.rows[number] = 1,
                (number, _) => scratch.mechanisms[number] = 1,
            }
        }
        if self.draws == 1 {
            values[0] = self.value(scratch, 0);
            return Ok(());
        }
        for block in 0..BLOCKS {
            let draws = rows_of_block(self.draws, block);
            let count = draws.len() as f64;
            values[1 + block] = draws.map(|draw| self.value(scratch, draw)).sum::<f64>() / count;
        }
        values[0] = values[1..].iter().sum::<f64>() / BLOCKS as f64;
        Ok(())
    }
}

/// The noise of a node in the row of one side, from the values of its parents and its own.
fn recovered(prepared: &Prepared, number: usize, side: usize, parents: &[f64], value: f64) -> Result<Noise> {
    let (node, centre) = (prepared.node(number, side), prepared.nodes[number].centres[side]);
    match node.mechanism.classes() {
        None => Ok(Noise::Known(node.abduct(parents, value)? - centre)),
        Some(classes) => Ok(Noise::Open(drawn(prepared, number, side, &classes.interval(parents, value), centre))),
    }
}

fn drawn(prepared: &Prepared, number: usize, side: usize, interval: &Interval, centre: f64) -> Vec<f64> {
    let config = &prepared.config;
    let mut generator = stream(config.seed, Purpose::UnitChange, (2 * number + side) as u64);
    let mut draws = vec![0.0; config.draws];
    for block in 0..BLOCKS {
        fill_latin_hypercube(&mut generator, &mut draws[rows_of_block(config.draws, block)]);
    }
    draws.iter_mut().for_each(|point| *point = interval.at(*point) - centre);
    draws
}

/// Whether a noise, recovered from these values of its parents and its own, differs by no more than rounding may move it in both rows.
fn is_rounding(
    prepared: &Prepared,
    number: usize,
    noises: &[Noise; 2],
    parents: [&[f64]; 2],
    values: [f64; 2],
) -> bool {
    let [Noise::Known(before), Noise::Known(after)] = noises else { return false };
    if !prepared.config.rounding_apart || parents.iter().any(|parents| parents.is_empty()) {
        return false;
    }
    let moved = |side: usize, noise| prepared.moved_by_rounding(number, side, noise, parents[side], values[side]);
    (after - before).abs() <= moved(0, *before) + moved(1, *after)
}
