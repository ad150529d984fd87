//! Players who hardly matter, measured together.
//!
//! Of hundreds of players most add next to nothing in any order, and yet one by one they are what permutations cost. So the first orders
//! are walked player by player. Whoever is known well enough from them is *light*; in all other orders light players who follow each other,
//! a *run*, leave together: one evaluation tells what they add in all, and if it is what was expected of them, each has added what
//! was expected of it and a share of the small rest. If not, the run is halved until it is, or until a single player is left, whose
//! value is measured. So nobody's large contribution in few orders is overlooked, and the values still add up.

use ndarray::Array2;

use super::errors::{LEFT, pooled, weighted_mean};
use super::game::Game;
use super::pairs::{Added, Pairs};

/// Fewest players for whom it pays.
const FEWEST_PLAYERS: usize = 16;
/// One in so many pairs of orders is walked player by player.
const PAIRS_FOR_ONE: usize = 8;
/// And fewest of them: two, without which nothing is known of how orders differ.
const FEWEST_PAIRS: usize = 2;
/// How much of the largest standard error that all orders together will have a light player's may be, after the first orders alone.
const ERROR_OF_LIGHT: f64 = 0.5;
/// How much of the standard deviation of the player who differs most from order to order may be left to share within a run.
const LEFT_TO_SHARE: f64 = 0.5;

/// How many of so many pairs of orders are walked player by player first, so that the others may be walked in runs; none if that is not
/// allowed or does not pay. Bounds do not add up, so that they are measured player by player.
pub(super) fn first_pairs<G: Game>(game: &G, pairs: usize) -> usize {
    let first = pairs.div_ceil(PAIRS_FOR_ONE).max(FEWEST_PAIRS);
    let is_bound = (0..game.outputs()).any(|output| game.is_bound(output));
    let pays = game.players() >= FEWEST_PLAYERS && pairs >= 4 * first;
    if game.may_skip() && !is_bound && pays { first } else { 0 }
}

/// What the first pairs of orders tell of what players will add in all others.
pub(super) struct Expected {
    /// What each player adds in an order on average, players × outputs.
    means: Array2<f64>,
    is_light: Vec<bool>,
    /// The variance of each player's mean, of the first output.
    variances: Vec<f64>,
    /// How large a rest may be.
    most_left: f64,
}

impl Expected {
    /// From the first of so many pairs. Nothing if there are none, or no two players are light.
    pub(super) fn of(first: &Pairs, pairs: usize) -> Option<Self> {
        if first.amounts().is_empty() {
            return None;
        }
        let count = first.amounts().len() as f64;
        let (between, independent) = (first.variances(), first.variances_of_independent());
        let larger = |(between, independent): (&f64, &f64)| f64::max(*between, LEFT * independent);
        let variances: Vec<f64> = between.iter().zip(&independent).map(larger).collect();
        // Of a pair, of whoever differs most from pair to pair.
        let worst = count * weighted_mean(&variances);
        let most = ERROR_OF_LIGHT * ERROR_OF_LIGHT * worst / pairs as f64;
        let is_light: Vec<bool> = variances.iter().map(|&variance| variance <= most).collect();
        let most_left = LEFT_TO_SHARE * worst.sqrt();
        let several = is_light.iter().filter(|&&is_light| is_light).count() > 1;
        several.then(|| Self { means: first.means(), is_light, variances, most_left })
    }

    /// Where the run begins that the last of these players is in.
    pub(super) fn start_of_run(&self, order: &[usize]) -> usize {
        let light = order.iter().rev().take_while(|&&player| self.is_light[player]).count();
        order.len() - light.max(1)
    }

    /// Whether a run added about what was expected, of the first output.
    pub(super) fn explains(&self, run: &[usize], difference: f64) -> bool {
        self.rest(run, 0, difference).abs() <= self.most_left
    }

    fn rest(&self, run: &[usize], output: usize, difference: f64) -> f64 {
        run.iter().fold(difference, |rest, &player| rest - self.means[(player, output)])
    }

    /// Adds to each of a run what is expected of it, and its share of the rest.
    pub(super) fn share(&self, run: &[usize], (without, with): (&[f64], &[f64]), added: &mut Added) {
        let sum: f64 = run.iter().map(|&player| self.variances[player]).sum();
        let share = |player: usize| if sum > 0.0 { self.variances[player] / sum } else { 1.0 / run.len() as f64 };
        for (output, (without, with)) in without.iter().zip(with).enumerate() {
            let rest = self.rest(run, output, with - without);
            for &player in run {
                added.values[(player, output)] += self.means[(player, output)] + share(player) * rest;
            }
        }
        let rest = self.rest(run, 0, with[0] - without[0]);
        run.iter().for_each(|&player| added.left[player] += rest * rest);
    }

    /// Raises the standard errors of light players, of whom all pairs tell as if each had been measured in all of them, to that of the
    /// first pairs and of all that was left to share, though others had their part in it.
    pub(super) fn raise(&self, errors: &mut [f64], first: &Pairs, all: &Pairs) {
        let light: Vec<usize> = (0..errors.len()).filter(|&player| self.is_light[player]).collect();
        let of_light = |of_all: Vec<f64>| light.iter().map(|&player| of_all[player]).collect::<Vec<f64>>();
        let (between, independent) = (of_light(first.variances()), of_light(first.variances_of_independent()));
        let (of_first, _) = pooled(&between, first.amounts().len() as f64 - 1.0, &independent);
        for ((&player, of_first), left) in light.iter().zip(of_first).zip(of_light(all.variances_of_left())) {
            errors[player] = errors[player].max((of_first * of_first + left).sqrt());
        }
    }
}
