//! Tails and quantiles of a linear target by Fourier inversion: each coalition has its own effects and noises.

use std::sync::atomic::{AtomicU64, Ordering};

use super::linear::{LinearPair, Substitution};
use super::solve::MixedGame;
use crate::engine::{SharedSpectra, SumLaw, SumTerm, WithError};
use crate::error::Result;
use crate::question::change::functional::Functional;
use crate::question::change::pairing::{NEW, OLD};
use crate::shapley::{Coalition, Game};

/// The largest error of a probability at the old and the new model, beyond which samples are taken.
const TOLERANCE: f64 = 1e-3;

/// The game of a tail or a quantile.
pub(super) struct InvertedGame<'p> {
    linear: &'p LinearPair<'p>,
    asked: Asked,
    /// The bits of the largest bound of all coalitions so far. Bounds are not negative, so that their bits are in their order.
    largest_error: AtomicU64,
}

#[derive(Debug, Clone, Copy)]
enum Asked {
    Quantile(f64),
    Above(f64),
}

impl<'p> InvertedGame<'p> {
    /// # Errors
    /// The reason why a series does not do.
    pub(super) fn new(linear: &'p LinearPair<'p>, functional: &Functional) -> Result<Self, String> {
        let asked = match *functional {
            Functional::Quantile(p) => Asked::Quantile(p),
            Functional::AboveThreshold(threshold) => Asked::Above(threshold),
            _ => return Err("only tails and quantiles have a series".to_owned()),
        };
        let nodes = 0..linear.pairing.nodes.len();
        let both = nodes.flat_map(|node| [(node, OLD), (node, NEW)]);
        let noises = both.clone().map(|(node, side)| linear.noise(node, side));
        SumLaw::check(noises).map_err(|(place, reason)| match place.and_then(|place| both.clone().nth(place)) {
            Some((node, _)) => format!("the noise of `{}` {reason}", linear.pairing.nodes[node].name),
            None => reason.to_owned(),
        })?;
        let game = Self { linear, asked, largest_error: AtomicU64::new(0) };
        let players = linear.pairing.players.len();
        let mut scratch = game.scratch();
        for end in [Coalition::empty(players), Coalition::full(players)] {
            let law = game.law(&end, &mut scratch).1;
            if law.above(0.0).error > TOLERANCE {
                return Err("a few thousand terms of a series do not follow the distribution closely enough".to_owned());
            }
        }
        Ok(game)
    }

    /// The mean, counted from the old one, and the distribution around it.
    fn law(&self, kept: &Coalition, scratch: &mut Scratch) -> (f64, SumLaw<'p>) {
        let mean = self.linear.moments(kept, &mut scratch.substitution).mean;
        let Substitution { sides, effects, .. } = &scratch.substitution;
        let term = |node: usize| {
            let side = sides[node];
            SumTerm { key: 2 * node + side, weight: effects[node], noise: self.linear.noise(node, side) }
        };
        let terms: Vec<SumTerm<'p>> = (0..sides.len()).map(term).collect();
        (mean, SumLaw::of(&terms, &mut scratch.shared))
    }

    fn note(&self, error: f64) {
        self.largest_error.fetch_max(error.to_bits(), Ordering::Relaxed);
    }
}

/// What is kept from one coalition to the next: spectra are the same wherever they are needed.
pub(super) struct Scratch {
    substitution: Substitution,
    shared: SharedSpectra,
}

impl Game for InvertedGame<'_> {
    type Scratch = Scratch;

    fn players(&self) -> usize {
        self.linear.pairing.players.len()
    }

    fn scratch(&self) -> Scratch {
        Scratch { substitution: self.linear.scratch(), shared: SharedSpectra::default() }
    }

    fn evaluate(&self, kept: &Coalition, scratch: &mut Scratch, values: &mut [f64]) -> Result<()> {
        let (mean, law) = self.law(kept, scratch);
        let WithError { value, error } = match self.asked {
            Asked::Above(threshold) => law.above(threshold - self.linear.origin - mean),
            Asked::Quantile(p) => {
                let WithError { value, error } = law.quantile(p);
                WithError { value: mean + value, error }
            }
        };
        self.note(error);
        values[0] = value;
        Ok(())
    }
}

impl MixedGame for InvertedGame<'_> {
    fn origin(&self) -> f64 {
        match self.asked {
            Asked::Quantile(_) => self.linear.origin,
            Asked::Above(_) => 0.0,
        }
    }

    fn samples(&self) -> Option<usize> {
        None
    }

    /// Any difference of two coalitions is off by twice the largest bound at most, and a contribution is a mean of such.
    fn std_error(&self, _: &[f64]) -> f64 {
        2.0 * f64::from_bits(self.largest_error.load(Ordering::Relaxed))
    }
}
