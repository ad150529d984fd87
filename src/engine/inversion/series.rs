//! From a free sum's characteristic function to the probability that the target is in the outlier region.

use super::bound::Bound;
use super::free_sum::FreeSum;
use super::lattices::{Lattice, Lattices};
use super::player::Player;
use super::spread::Spread;
use crate::noise::{NoiseDistribution, Side, Spectrum};
use crate::score::{LnWithFloor, OutlierRegion};
use crate::world::Event;

/// How many outputs a world has.
pub(super) const OUTPUTS: usize = 3;
/// By how many units in the last place a sum of shifts may be off, for each of them.
const UNITS: f64 = 4.0;

/// How much further than rounding regions reach, so that it leaves nothing out that lies on a bound.
const SLACK: f64 = 64.0;
/// Rounding that is less than this share of a noise's scale is not looked for at many places.
const NO_MATTER: f64 = 1e-13;

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
    logarithm: LnWithFloor,
    /// How far apart the values of worlds may be at all.
    range: f64,
    /// By how much rounding may have moved a sum of free noises, in the target's unit.
    moved: f64,
}

/// A probability that a series gives, and a bound of its error.
#[derive(Debug, Clone, Copy)]
pub(super) struct Probability {
    pub(super) value: f64,
    pub(super) error: f64,
}

impl Probability {
    pub(super) fn exactly(value: f64) -> Self {
        Self { value, error: 0.0 }
    }

    /// The probability of one of two events that exclude each other.
    pub(super) fn or(self, other: Self) -> Self {
        Self { value: (self.value + other.value).min(1.0), error: self.error + other.error }
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
        Self::of_noises(lattices, noises, event, region, floor)
    }

    fn of_noises(
        lattices: &'a Lattices,
        noises: Vec<(&'a NoiseDistribution, f64)>,
        event: &'a Event<'_>,
        region: OutlierRegion,
        floor: f64,
    ) -> Self {
        let (observed_noises, observed) = (event.noises(), event.observed());
        let shifts = noises.iter().zip(observed_noises).map(|((noise, effect), observed)| {
            if *effect == 0.0 { 0.0 } else { effect.abs() * noise.size_of_shift(*observed) }
        });
        let moved = UNITS * f64::EPSILON * (shifts.sum::<f64>() + observed.abs());
        Self {
            lattices,
            noises,
            observed_noises,
            observed,
            region,
            floor,
            logarithm: LnWithFloor::new(floor),
            range: -floor.ln(),
            moved,
        }
    }

    pub(super) fn observed(&self) -> f64 {
        self.observed
    }

    /// The noise of a mover, its effect, and what was observed of it.
    pub(super) fn noise_of(&self, mover: usize) -> (&NoiseDistribution, f64, f64) {
        let node = self.lattices.movers[mover].node;
        let (noise, effect) = self.noises[node];
        (noise, effect, self.observed_noises[node])
    }

    /// The outputs of a world: its value, the error of that, and the probability.
    pub(super) fn world(&self, probability: Probability) -> [f64; OUTPUTS] {
        [self.value(probability), self.error_in_nats(probability), probability.value]
    }

    /// What a world of this probability is worth.
    pub(super) fn value(&self, probability: Probability) -> f64 {
        self.logarithm.of(probability.value)
    }

    /// By how much what a world is worth may be off.
    pub(super) fn error_in_nats(&self, Probability { value, error }: Probability) -> f64 {
        if error == 0.0 { 0.0 } else { (error / ((value - error).max(0.0) + self.floor)).min(self.range) }
    }

    /// What rounding may do to a probability: no series of so few terms tells of a larger density.
    pub(super) fn rounding(&self, lattice: &Lattice) -> f64 {
        (self.moved * lattice.terms as f64 / lattice.period).min(1.0)
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
        if self.lattices.leaves_out(node) {
            return FreeSum::default();
        }
        let (noise, effect) = self.noises[node];
        let mover = self.lattices.movers.iter().find(|mover| mover.node == node);
        let spread = mover.map_or_else(Spread::default, |mover| mover.spread);
        FreeSum { shift: effect * noise.mean_from(self.observed_noises[node]), spread }
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

    /// P{target on a side of the region} where that is certain, as the sum does not reach the region's bound or all of it lies
    /// beyond.
    pub(super) fn out_of_reach(&self, side: Side, lattice: &Lattice, free: &FreeSum) -> Option<f64> {
        let bound = self.distance(side) - free.shift;
        let upwards = side == Side::Upper;
        lattice.furthest.is_out_of_reach(free.spread, bound).then(|| f64::from((bound < 0.0) == upwards))
    }

    /// P{target on a side of the region}, given the sum of the series.
    pub(super) fn sum(&self, side: Side, lattice: &Lattice, free: &FreeSum, series: f64) -> f64 {
        // How far the bound lies above the mean of the free sum.
        let bound = self.distance(side) - free.shift;
        let upwards = 0.5 - bound / lattice.period + series;
        if side == Side::Upper { upwards.clamp(0.0, 1.0) } else { (1.0 - upwards).clamp(0.0, 1.0) }
    }

    /// P{target on a side of the region}, given the sum of the series and a bound of what it leaves out.
    pub(super) fn probability(
        &self,
        side: Side,
        lattice: &Lattice,
        free: &FreeSum,
        (series, bound): (f64, Bound),
    ) -> Probability {
        match self.out_of_reach(side, lattice, free) {
            Some(certain) => Probability { value: certain, error: bound.beyond_reach() },
            None => {
                let value = self.sum(side, lattice, free, series);
                Probability { value, error: bound.at(value) + self.rounding(lattice) }
            }
        }
    }

    /// The probability without a series, where at most one free noise varies: `constants` is the shift of those that do
    /// not.
    pub(super) fn direct(&self, mover: Option<usize>, constants: f64) -> Probability {
        let fixed = self.observed + constants;
        let Some(mover) = mover else {
            return Probability::exactly(f64::from(self.region.contains(fixed)));
        };
        self.average(&[fixed], mover)
    }

    /// The mean probability that a mover takes the target into the region from one of these places.
    pub(super) fn average(&self, places: &[f64], mover: usize) -> Probability {
        let (noise, effect, observed) = self.noise_of(mover);
        let within =
            |region: OutlierRegion| region.sum_of_probabilities(places, effect, observed, noise) / places.len() as f64;
        let value = within(self.region);
        let slack = SLACK * self.moved;
        // Which side of a bound an atom lies on is no matter of rounding: the region includes those that are near.
        let no_matter = places.len() > 1 && slack < NO_MATTER * self.lattices.movers[mover].scale;
        if noise.largest_atom() > 0.0 || no_matter {
            return Probability::exactly(value);
        }
        let off = |slack: f64| (within(self.region.widened(slack)) - value).abs();
        Probability { value, error: off(slack).max(off(-slack)) }
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
    pub(super) fn spectrum(&self, player: Player, lattice: &Lattice, free: &FreeSum) -> Spectrum {
        let mut spectrum = Spectrum::of_shift(free.shift, lattice.period, self.lattices.frequencies);
        if let Player::Mover(mover) = player {
            spectrum.multiply(lattice.spectrum(mover));
        }
        spectrum
    }
}
