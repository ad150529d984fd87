//! From a free sum's characteristic function to the probability that the target is in the outlier region.

use super::free_sum::FreeSum;
use super::lattices::{Lattice, Lattices};
use super::player::Player;
use super::spread::Spread;
use crate::noise::{NoiseDistribution, Side, Spectrum};
use crate::score::{OutlierRegion, ln_with_floor};
use crate::world::Event;

/// How many outputs a world has.
pub(super) const OUTPUTS: usize = 3;

/// What the series of one event need: the observation, the outlier region, and the noises with their effects.
#[derive(Debug)]
pub(in super::super) struct Series<'a> {
    pub(super) lattices: &'a Lattices,
    /// The noise and its total effect of every node of the target.
    noises: Vec<(&'a NoiseDistribution, f64)>,
    /// The observed noise of every node of the target.
    observed_noises: &'a [f64],
    /// The target's observed value.
    observed: f64,
    region: OutlierRegion,
    pub(super) floor: f64,
}

/// A probability from all terms of the series and from the first three quarters of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Probability {
    pub(super) fine: f64,
    pub(super) coarse: f64,
}

impl Probability {
    pub(super) fn exactly(value: f64) -> Self {
        Self { fine: value, coarse: value }
    }

    /// The probability of one of two events that exclude each other.
    pub(super) fn or(self, other: Self) -> Self {
        Self { fine: (self.fine + other.fine).min(1.0), coarse: (self.coarse + other.coarse).min(1.0) }
    }
}

impl<'a> Series<'a> {
    /// The series of a target's noises with these effects; `lattices` are prepared for the same effects.
    pub(in super::super) fn new(
        lattices: &'a Lattices,
        effects: &[f64],
        event: &'a Event<'_>,
        region: OutlierRegion,
        floor: f64,
    ) -> Self {
        let noises = effects.iter().enumerate().map(|(node, &effect)| (event.target().noise(node), effect)).collect();
        Self { lattices, noises, observed_noises: event.noises(), observed: event.observed(), region, floor }
    }

    /// The outputs of a world: its value, by how much the last terms changed that, and the probability.
    pub(super) fn world(&self, probability: Probability) -> [f64; OUTPUTS] {
        [self.value(probability), self.change(probability), probability.fine]
    }

    /// What a world of this probability is worth.
    pub(super) fn value(&self, probability: Probability) -> f64 {
        ln_with_floor(probability.fine, self.floor)
    }

    /// By how much the last quarter of the series' terms changed the value of a world, to first order.
    pub(super) fn change(&self, Probability { fine, coarse }: Probability) -> f64 {
        (coarse - fine) / (fine + self.floor)
    }

    /// The region's parts that are not empty, if they do not cover everything.
    pub(super) fn sides(&self) -> impl Iterator<Item = Side> + use<> {
        let sides = [(Side::Upper, self.region.upper()), (Side::Lower, self.region.lower())];
        let partial = !self.region.is_everything();
        sides.into_iter().filter(move |(_, bound)| partial && bound.is_finite()).map(|(side, _)| side)
    }

    /// The probability that the region has without its sides.
    pub(super) fn without_sides(&self) -> Probability {
        Probability::exactly(f64::from(self.region.is_everything()))
    }

    /// How far the bound of a part of the region lies above the observed value.
    pub(super) fn distance(&self, side: Side) -> f64 {
        match side {
            Side::Upper => self.region.upper() - self.observed,
            Side::Lower => self.region.lower() - self.observed,
        }
    }

    /// What a node adds to the sums of free noises.
    pub(super) fn free(&self, node: usize) -> FreeSum {
        let (noise, effect) = self.noises[node];
        let mover = self.lattices.movers.iter().find(|mover| mover.node == node);
        let spread = mover.map_or_else(Spread::default, |mover| mover.spread);
        FreeSum { shift: effect * (noise.mean() - self.observed_noises[node]), spread }
    }

    /// The weights of the series, 1/(πk), turned back by the bound's distance.
    pub(super) fn weights(&self, side: Side, lattice: &Lattice) -> Spectrum {
        let frequencies = self.lattices.frequencies;
        let mut weights = Spectrum::of_shift(-self.distance(side), lattice.period, frequencies);
        let share = |k: usize| 1.0 / (std::f64::consts::PI * k as f64);
        weights.re.iter_mut().zip(1..).for_each(|(value, k)| *value *= share(k));
        weights.im.iter_mut().zip(1..).for_each(|(value, k)| *value *= share(k));
        weights
    }

    /// P{target on a side of the region}, given the sums over the first three quarters and the last quarter of the series.
    pub(super) fn probability(&self, side: Side, lattice: &Lattice, free: &FreeSum, series: (f64, f64)) -> Probability {
        // How far the bound lies above the mean of the free sum.
        let bound = self.distance(side) - free.shift;
        let (below, above) = lattice.furthest.reach(free.spread);
        if bound > above || bound < -below {
            let upwards = side == Side::Upper;
            return Probability::exactly(f64::from((bound < 0.0) == upwards));
        }
        let sum = |series: f64| match side {
            Side::Upper => (0.5 - bound / lattice.period + series).clamp(0.0, 1.0),
            Side::Lower => (0.5 + bound / lattice.period - series).clamp(0.0, 1.0),
        };
        Probability { fine: sum(series.0 + series.1), coarse: sum(series.0) }
    }

    /// The probability without a series, where at most one free noise varies: `constants` is the shift of those that do
    /// not.
    pub(super) fn direct(&self, mover: Option<usize>, constants: f64) -> Probability {
        let fixed = self.observed + constants;
        Probability::exactly(match mover {
            Some(mover) => {
                let node = self.lattices.movers[mover].node;
                let (noise, effect) = self.noises[node];
                self.region.sum_of_probabilities(&[fixed], effect, self.observed_noises[node], noise)
            }
            None => f64::from(self.region.contains(fixed)),
        })
    }

    /// The characteristic functions of all players that a lattice knows.
    pub(super) fn spectra(&self, players: &[(Player, usize)], free: &[FreeSum], lattice: &Lattice) -> Vec<Spectrum> {
        let known = players.iter().zip(free).skip(lattice.first);
        known.map(|((player, _), free)| self.spectrum(*player, lattice, free)).collect()
    }

    /// The characteristic function of cⱼ(Nⱼ − nⱼ) for the node of a mover, on a lattice that knows all.
    pub(super) fn mover_spectrum(&self, node: usize, lattice: &Lattice) -> Spectrum {
        let mover = self.lattices.movers.iter().position(|mover| mover.node == node);
        let player = mover.map_or(Player::Constant(node), Player::Mover);
        self.spectrum(player, lattice, &self.free(node))
    }

    /// The characteristic function of cⱼ(Nⱼ − nⱼ) for a player on a lattice: of a mover, or of one that is constant.
    fn spectrum(&self, player: Player, lattice: &Lattice, free: &FreeSum) -> Spectrum {
        let mut spectrum = Spectrum::of_shift(free.shift, lattice.period, self.lattices.frequencies);
        if let Player::Mover(mover) = player {
            spectrum.multiply(&lattice.spectra[mover - lattice.first]);
        }
        spectrum
    }
}
