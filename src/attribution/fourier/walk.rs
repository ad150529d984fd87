//! One coalition after another, for more players than can be enumerated.

use super::super::estimates::{Estimate, Estimates, permutation_errors};
use super::table::with_those_of_others;
use super::tail::{Event, FreeSum, Player, Probability};
use crate::error::Result;
use crate::noise::{Side, Spectrum};
use crate::numeric::kernels::dot;
use crate::score::ln_with_floor;
use crate::shapley::{Coalition, Game, ShapleyValues};

/// The noise game of one event, played by Fourier inversion. A player that becomes free costs one product of
/// spectra, one that becomes kept costs as many as there are free players.
pub(in super::super) struct FourierGame<'a> {
    event: &'a Event<'a>,
    /// With those that are always free.
    players: Vec<(Player, usize)>,
    /// For each its number among those that a coalition can keep.
    numbers: Vec<Option<usize>>,
    always_free: &'a [usize],
    /// For each player what it adds when it is free.
    free: Vec<FreeSum>,
    /// For each level the spectra of its players.
    spectra: Vec<Vec<Spectrum>>,
    /// For each level and side the weights of the series.
    weights: Vec<Vec<(Side, Spectrum)>>,
}

/// The state of the coalition evaluated last.
#[derive(Debug)]
pub(in super::super) struct Scratch {
    is_free: Vec<bool>,
    /// The first free player, which is the largest; the number of players if none is free.
    first_free: usize,
    sum: FreeSum,
    /// For each level, of the sum of its free players; kept up to date as far as the level of the first free player. No
    /// finer one is asked for until all are kept again.
    products: Vec<Spectrum>,
}

impl Scratch {
    fn keep_all(&mut self) {
        self.is_free.fill(false);
        self.first_free = self.is_free.len();
        self.sum = FreeSum::default();
        for product in &mut self.products {
            product.re.fill(1.0);
            product.im.fill(0.0);
        }
    }
}

impl<'a> FourierGame<'a> {
    /// Costs O(players · frequencies · levels), once per event.
    pub(in super::super) fn new(event: &'a Event<'a>, nodes: &[usize], always_free: &'a [usize]) -> Self {
        let target = event.target;
        let players = Player::all(target, &[nodes, always_free].concat());
        let mut next = 0..;
        let number = |&(_, place): &(Player, usize)| (place < nodes.len()).then(|| next.next()).flatten();
        let numbers = players.iter().map(number).collect();
        let free: Vec<FreeSum> = players.iter().map(|(player, _)| event.free(player.node(target))).collect();
        let spectra = target.levels.iter().map(|level| event.spectra(&players, &free, level)).collect();
        let weights = target
            .levels
            .iter()
            .map(|level| event.sides().map(|side| (side, event.weights(side, level))).collect())
            .collect();
        Self { event, players, numbers, always_free, free, spectra, weights }
    }

    /// Of the Shapley values of this game, in the order of the nodes.
    pub(in super::super) fn estimates(&self, values: &ShapleyValues) -> Estimates {
        let (empty, full) = (values.empty_value(), values.full_value());
        let outputs = values.outputs();
        let errors = with_those_of_others(&outputs.column(1).to_vec());
        let by_permutations = permutation_errors(values);
        let mut contributions = vec![Estimate::default(); errors.len()];
        for (number, &(_, place)) in self.numbers.iter().zip(&self.players) {
            let Some(player) = *number else { continue };
            contributions[place] = Estimate {
                value: outputs[[player, 0]],
                bank_error: errors[player],
                permutation_error: by_permutations[player],
            };
        }
        Estimates {
            score: Estimate::of_score(empty[0], self.event.score_error(empty[1], empty[2]), full[0], self.always_free),
            unexplained: Estimate::unexplained(full[0], self.event.score_error(full[1], full[2]), self.always_free),
            tail_probability: empty[2],
            contributions,
            permutations: values.permutations(),
        }
    }

    /// Sets free whom the coalition does not keep, be it that it cannot.
    fn move_to(&self, coalition: &Coalition, scratch: &mut Scratch) {
        let kept = |player: usize| self.numbers[player].is_some_and(|number| coalition.contains(number));
        let newly_kept = (0..self.players.len()).any(|player| scratch.is_free[player] && kept(player));
        if newly_kept {
            scratch.keep_all();
        }
        for player in 0..self.players.len() {
            if !scratch.is_free[player] && !kept(player) {
                self.set_free(player, scratch);
            }
        }
    }

    fn set_free(&self, player: usize, scratch: &mut Scratch) {
        scratch.is_free[player] = true;
        scratch.first_free = scratch.first_free.min(player);
        scratch.sum = scratch.sum + self.free[player];
        let levels = &self.event.target.levels;
        let asked_for = levels.partition_point(|level| level.first <= scratch.first_free);
        for (number, product) in scratch.products[..asked_for].iter_mut().enumerate() {
            // A level does not know the players before its first.
            if let Some(place) = player.checked_sub(levels[number].first) {
                product.multiply(&self.spectra[number][place]);
            }
        }
    }

    fn probability(&self, scratch: &Scratch) -> Probability {
        let target = self.event.target;
        let mut free_movers = (0..target.movers.len()).filter(|&mover| scratch.is_free[mover]);
        let (first, second) = (free_movers.next(), free_movers.next());
        let (Some(largest), Some(_)) = (first, second) else {
            let constants = target.movers.len()..self.players.len();
            let shift = constants.filter(|&player| scratch.is_free[player]).map(|player| self.free[player].shift).sum();
            return self.event.direct(first, shift);
        };
        let number = target.levels.partition_point(|level| level.first <= largest) - 1;
        let (level, product) = (&target.levels[number], &scratch.products[number]);
        let side = |(side, weights): &(Side, Spectrum)| {
            self.event.probability(*side, level, &scratch.sum, series(weights, product))
        };
        self.weights[number].iter().map(side).fold(self.event.without_sides(), Probability::or)
    }
}

/// Im Σ_k aₖ bₖ over the first three quarters of the k and over the last.
fn series(a: &Spectrum, b: &Spectrum) -> (f64, f64) {
    let last = a.re.len() / 4 * 3;
    let sum = |from: usize, to: usize| dot(&a.re[from..to], &b.im[from..to]) + dot(&a.im[from..to], &b.re[from..to]);
    (sum(0, last), sum(last, a.re.len()))
}

impl Game for FourierGame<'_> {
    type Scratch = Scratch;

    fn players(&self) -> usize {
        self.players.len() - self.always_free.len()
    }

    /// The value, by how much the last quarter of the series' terms changed it, and the probability.
    fn outputs(&self) -> usize {
        3
    }

    fn scratch(&self) -> Scratch {
        let levels = self.event.target.levels.len();
        Scratch {
            is_free: vec![false; self.players.len()],
            first_free: self.players.len(),
            sum: FreeSum::default(),
            products: vec![Spectrum::one(self.event.target.frequencies); levels],
        }
    }

    fn evaluate(&self, coalition: &Coalition, scratch: &mut Scratch, values: &mut [f64]) -> Result<()> {
        self.move_to(coalition, scratch);
        let nothing_free = coalition.len() == self.players.len();
        let probability = if nothing_free { Probability::exactly(1.0) } else { self.probability(scratch) };
        let floor = self.event.floor;
        values[0] = ln_with_floor(probability.fine, floor);
        values[1] = (probability.coarse - probability.fine) / (probability.fine + floor);
        values[2] = probability.fine;
        Ok(())
    }
}
