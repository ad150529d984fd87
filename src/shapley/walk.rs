//! From everybody to nobody: what players add in one order.

use super::coalition::Coalition;
use super::game::{Game, evaluate_finite, signs_without};
use super::pairs::Added;
use super::runs::Expected;
use crate::error::Result;

/// The values of the coalitions of nobody and of all, which every order shares.
pub(super) struct Ends {
    pub(super) empty: Vec<f64>,
    pub(super) full: Vec<f64>,
}

impl Ends {
    pub(super) fn evaluate<G: Game>(game: &G) -> Result<Self> {
        let mut scratch = game.scratch();
        let (mut empty, mut full) = (vec![0.0; game.outputs()], vec![0.0; game.outputs()]);
        evaluate_finite(game, &Coalition::empty(game.players()), &mut scratch, &mut empty)?;
        evaluate_finite(game, &Coalition::full(game.players()), &mut scratch, &mut full)?;
        Ok(Self { empty, full })
    }
}

/// Goes through orders of a game's players, one after another.
///
/// Backwards, the last player of an order first, because a game that remembers the last coalition knows best the one of all: in a
/// game of samples nothing is drawn there, and on the way down sums only grow, so that no rounding is left behind by what was
/// taken away again.
pub(super) struct Walker<'g, G: Game> {
    game: &'g G,
    ends: &'g Ends,
    /// What is known of the players before; nothing if all are to be measured one by one.
    expected: Option<&'g Expected>,
    scratch: G::Scratch,
    /// The first players of the order, and how many.
    coalition: Coalition,
    joined: usize,
    /// See [`signs_without`].
    signs: Vec<f64>,
    /// How many coalitions were evaluated.
    pub(super) evaluations: usize,
}

impl<'g, G: Game> Walker<'g, G> {
    pub(super) fn new(game: &'g G, ends: &'g Ends, expected: Option<&'g Expected>) -> Self {
        Self {
            game,
            ends,
            expected,
            scratch: game.scratch(),
            coalition: Coalition::full(game.players()),
            joined: game.players(),
            signs: signs_without(game),
            evaluations: 0,
        }
    }

    /// Adds what each player adds to those before it in the order.
    pub(super) fn walk(&mut self, order: &[usize], added: &mut Added) -> Result<()> {
        self.coalition.copy_from(&Coalition::full(order.len()));
        self.joined = order.len();
        let (mut with, mut without) = (self.ends.full.clone(), vec![0.0; self.signs.len()]);
        let mut high = order.len();
        while high > 0 {
            let low = self.expected.map_or(high - 1, |expected| expected.start_of_run(&order[..high]));
            self.evaluate(order, low, &mut without)?;
            self.measure(order, (low, high), (&without, &with), added)?;
            std::mem::swap(&mut with, &mut without);
            high = low;
        }
        Ok(())
    }

    /// The value of the coalition of the first so many players of the order.
    fn evaluate(&mut self, order: &[usize], first: usize, values: &mut [f64]) -> Result<()> {
        order[first.min(self.joined)..first.max(self.joined)].iter().for_each(|&player| self.coalition.toggle(player));
        self.joined = first;
        if first == 0 {
            values.copy_from_slice(&self.ends.empty);
            return Ok(());
        }
        self.evaluations += 1;
        evaluate_finite(self.game, &self.coalition, &mut self.scratch, values)
    }

    /// Adds what the players between two places of the order added, given the values without and with them: a single one that, several
    /// together as much as is expected of them, with what little is left; where that is not little, one half after the other.
    fn measure(
        &mut self,
        order: &[usize],
        (low, high): (usize, usize),
        (without, with): (&[f64], &[f64]),
        added: &mut Added,
    ) -> Result<()> {
        let run = &order[low..high];
        match self.expected.filter(|_| run.len() > 1) {
            None => {
                let both = with.iter().zip(without).zip(&self.signs);
                let differences = both.map(|((with, without), sign)| with + sign * without);
                added.values.row_mut(run[0]).iter_mut().zip(differences).for_each(|(sum, added)| *sum += added);
            }
            Some(expected) if expected.explains(run, with[0] - without[0]) => {
                expected.share(run, (without, with), added);
            }
            Some(_) => {
                let middle = low.midpoint(high);
                let mut between = vec![0.0; with.len()];
                self.evaluate(order, middle, &mut between)?;
                self.measure(order, (middle, high), (&between, with), added)?;
                self.measure(order, (low, middle), (without, &between), added)?;
            }
        }
        Ok(())
    }
}
