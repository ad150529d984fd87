//! One coalition after another, for more players than can be enumerated.

use std::f64::consts::{PI, TAU};

use rustfft::num_complex::Complex64;

use super::super::Visitor;
use super::bound::Remainder;
use super::free_sum::FreeSum;
use super::player::{Cast, Player};
use super::refine::FreeMovers;
use super::series::{Probability, Series};
use crate::error::Result;
use crate::noise::{Side, Spectrum};
use crate::shapley::Coalition;

/// A characteristic function of this size and all that follows change no digit of a sum that is divided by its terms' numbers.
const NOTHING: f64 = 1e-20;

/// How many powers are made at a time; the numbers of frequencies are multiples of it.
const LANES: usize = 8;

/// What all coalitions of one event need. A player that becomes free costs one product of spectra, one that becomes kept
/// costs as many as there are free players.
#[derive(Debug)]
pub(super) struct Walk {
    /// With those that are always free or kept, each with its place among the nodes: those that a coalition can keep come first there,
    /// then those that are always free.
    players: Vec<(Player, usize)>,
    /// How many players a coalition can keep.
    keepable: usize,
    /// For each player whether it is kept by no coalition.
    always_free: Vec<bool>,
    /// For each place that a coalition can keep, its player.
    player_at: Vec<usize>,
    /// For each player what it adds when it is free.
    free: Vec<FreeSum>,
    /// The weights of the series, 1/(πk).
    weights: Vec<f64>,
}

/// The state of the coalition visited last.
pub(super) struct WalkState<'w> {
    series: &'w Series<'w>,
    walk: &'w Walk,
    is_free: Vec<bool>,
    /// The coalition.
    last: Coalition,
    /// Whether there was one yet.
    started: bool,
    /// The first free player, which is the largest; the number of players if none is free.
    first_free: usize,
    /// How many movers are free.
    free_movers: usize,
    sum: FreeSum,
    /// For each lattice, of its free players; kept up to date as far as the lattice of the first free player. No
    /// finer one is asked for until all are kept again.
    products: Vec<Product>,
    /// Room for the players who leave.
    leaving: Vec<usize>,
}

/// What is known of the sum of a lattice's free players.
struct Product {
    /// The characteristic function, as far as there are terms, of noises less their means: what those and the observed noises do is one
    /// turn, by the whole sum's shift. So the lattices' own spectra serve every event, and none is copied for it.
    spectrum: Spectrum,
    /// How many terms are not nothing: as factors are at most 1, what is nothing stays so.
    terms: usize,
    remainder: Remainder,
}

impl Product {
    fn of_nothing(frequencies: usize) -> Self {
        Self { spectrum: Spectrum::one(frequencies), terms: frequencies, remainder: Remainder::NONE }
    }

    fn clear(&mut self) {
        self.spectrum.re.fill(1.0);
        self.spectrum.im.fill(0.0);
        (self.terms, self.remainder) = (self.spectrum.re.len(), Remainder::NONE);
    }

    fn multiply(&mut self, factor: &Spectrum) {
        let Self { spectrum, terms, .. } = self;
        spectrum.multiply_first(*terms, factor);
        let is_nothing = |&term: &usize| spectrum.re[term].abs().max(spectrum.im[term].abs()) < NOTHING;
        *terms -= (0..*terms).rev().take_while(is_nothing).count();
    }

    /// Im Σ_k weightₖ·φₖ·e^(2πi·k·turn), over the terms that are not nothing. Powers are made several at a time: one after another they
    /// would wait for each other.
    fn turned(&self, turn: f64, weights: &[f64]) -> f64 {
        let once = Complex64::cis(TAU * turn.fract());
        let (mut re, mut im) = ([once.re; LANES], [once.im; LANES]);
        for lane in 1..LANES {
            (re[lane], im[lane]) = times((re[lane - 1], im[lane - 1]), (once.re, once.im));
        }
        let step = (re[LANES - 1], im[LANES - 1]);
        let mut sums = [0.0; LANES];
        // As there are whole chunks of terms, a few that are nothing may be among them.
        let terms = self.terms.next_multiple_of(LANES).min(weights.len());
        let (of_re, of_im) =
            (self.spectrum.re[..terms].chunks_exact(LANES), self.spectrum.im[..terms].chunks_exact(LANES));
        for ((of_re, of_im), weights) in of_re.zip(of_im).zip(weights.chunks_exact(LANES)) {
            for lane in 0..LANES {
                sums[lane] += weights[lane] * (of_re[lane] * im[lane] + of_im[lane] * re[lane]);
                (re[lane], im[lane]) = times((re[lane], im[lane]), step);
            }
        }
        sums.iter().sum()
    }
}

impl Walk {
    /// Costs O(players), once per event.
    pub(super) fn new(series: &Series<'_>, cast: &Cast) -> Self {
        let lattices = series.lattices;
        let players = Player::all(lattices, &cast.nodes());
        let free: Vec<FreeSum> = players.iter().map(|(player, _)| series.free(player.node(lattices))).collect();
        let weights = (1..=lattices.frequencies).map(|k| 1.0 / (PI * k as f64)).collect();
        let always_free = players.iter().map(|&(_, place)| cast.is_always_free(place)).collect();
        let mut player_at = vec![0; players.len()];
        players.iter().enumerate().for_each(|(player, &(_, place))| player_at[place] = player);
        Self { players, keepable: cast.players.len(), always_free, player_at, free, weights }
    }

    /// The order in which players had best be numbered: the largest first, as its change costs most.
    pub(super) fn order(&self) -> Vec<usize> {
        self.players.iter().map(|&(_, place)| place).filter(|&place| place < self.keepable).collect()
    }

    /// The state in which all are kept, be it that no coalition can.
    pub(super) fn start<'w>(&'w self, series: &'w Series<'w>) -> WalkState<'w> {
        WalkState {
            series,
            walk: self,
            is_free: vec![false; self.players.len()],
            last: Coalition::full(self.keepable),
            started: false,
            first_free: self.players.len(),
            free_movers: 0,
            sum: FreeSum::default(),
            products: series.lattices.all.iter().map(|_| Product::of_nothing(series.lattices.frequencies)).collect(),
            leaving: Vec::new(),
        }
    }
}

impl WalkState<'_> {
    /// Sets free whom the coalition does not keep, be it that it cannot.
    fn move_to(&mut self, coalition: &Coalition) {
        let walk = self.walk;
        let kept = |player: usize| {
            let place = walk.players[player].1;
            if place < walk.keepable { coalition.contains(place) } else { !walk.always_free[player] }
        };
        let newly_kept = self.last.differences(coalition).any(|place| coalition.contains(place));
        let mut leaving = std::mem::take(&mut self.leaving);
        leaving.clear();
        if newly_kept || !std::mem::replace(&mut self.started, true) {
            self.keep_all();
            leaving.extend((0..walk.players.len()).filter(|&player| !kept(player)));
        } else {
            leaving.extend(self.last.differences(coalition).map(|place| walk.player_at[place]));
            leaving.sort_unstable();
        }
        leaving.iter().for_each(|&player| self.set_free(player));
        self.leaving = leaving;
        self.last.copy_from(coalition);
    }

    fn keep_all(&mut self) {
        self.is_free.fill(false);
        (self.first_free, self.free_movers) = (self.is_free.len(), 0);
        self.sum = FreeSum::default();
        self.products.iter_mut().for_each(Product::clear);
    }

    fn set_free(&mut self, player: usize) {
        self.is_free[player] = true;
        self.first_free = self.first_free.min(player);
        let free = self.walk.free[player];
        self.sum = self.sum + free;
        if player >= self.series.lattices.movers.len() {
            return;
        }
        self.free_movers += 1;
        let all = &self.series.lattices.all;
        let asked_for = all.partition_point(|lattice| lattice.first <= self.first_free);
        for (number, product) in self.products[..asked_for].iter_mut().enumerate() {
            // A lattice does not know the players before its first.
            if player >= all[number].first {
                product.multiply(all[number].spectrum(player));
                product.remainder = product.remainder.and(all[number].high_end(player));
            }
        }
    }

    fn probability(&self) -> Probability {
        let (walk, series) = (self.walk, self.series);
        let lattices = series.lattices;
        let largest = self.first_free;
        if self.free_movers < 2 {
            return series.direct((self.free_movers == 1).then_some(largest), self.shift_of_constants());
        }
        let number = lattices.all.partition_point(|lattice| lattice.first <= largest) - 1;
        let (lattice, product) = (&lattices.all[number], &self.products[number]);
        let bound = product.remainder.bound(lattice.period, lattice.terms, series.floor);
        let sum_of_side = |side: Side| {
            let turn = (self.sum.shift - series.distance(side)) / lattice.period;
            (side, product.turned(turn, &walk.weights))
        };
        let sums: Vec<(Side, f64)> = series.sides().map(sum_of_side).collect();
        let found = sums
            .iter()
            .map(|&(side, sum)| series.probability(side, lattice, &self.sum, (sum, bound)))
            .fold(series.without_sides(), Probability::or);
        if !series.is_rough(found, bound.has_atoms()) {
            return found;
        }
        let movers = (largest..lattices.movers.len()).filter(|&mover| self.is_free[mover]).collect();
        let free = FreeMovers { lattice, movers, sum: &self.sum, constants: self.shift_of_constants() };
        series.refined(&free, found, &sums)
    }

    /// By what free noises that do not vary shift the target.
    fn shift_of_constants(&self) -> f64 {
        let constants = self.series.lattices.movers.len()..self.walk.players.len();
        constants.filter(|&player| self.is_free[player]).map(|player| self.walk.free[player].shift).sum()
    }
}

/// The product of two complex numbers.
fn times(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

impl Visitor for WalkState<'_> {
    fn visit(&mut self, kept: &Coalition, outputs: &mut [f64]) -> Result<()> {
        self.move_to(kept);
        let nothing_free = self.first_free == self.walk.players.len();
        let probability = if nothing_free { Probability::exactly(1.0) } else { self.probability() };
        outputs.copy_from_slice(&self.series.world(probability));
        Ok(())
    }
}
