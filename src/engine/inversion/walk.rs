//! One coalition after another, for more players than can be enumerated.

use std::sync::OnceLock;

use super::super::Visitor;
use super::free_sum::FreeSum;
use super::lattices::Lattice;
use super::player::{Cast, Player};
use super::refine::FreeMovers;
use super::series::{Probability, Series};
use crate::error::Result;
use crate::noise::{Side, Spectrum};
use crate::numeric::kernels::dot;
use crate::shapley::Coalition;

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
    /// For each player what it adds when it is free.
    free: Vec<FreeSum>,
    /// For each lattice the spectra of its players, each made when it is first needed: a single coalition needs few of them.
    spectra: Vec<Vec<OnceLock<Spectrum>>>,
    /// For each lattice and side the weights of the series, made like them.
    weights: Vec<Vec<(Side, OnceLock<Spectrum>)>>,
}

/// The state of the coalition visited last.
pub(super) struct WalkState<'w> {
    series: &'w Series<'w>,
    walk: &'w Walk,
    is_free: Vec<bool>,
    /// The first free player, which is the largest; the number of players if none is free.
    first_free: usize,
    sum: FreeSum,
    /// For each lattice, of the sum of its free players; kept up to date as far as the lattice of the first free player. No
    /// finer one is asked for until all are kept again.
    products: Vec<Spectrum>,
}

impl Walk {
    /// Costs O(players · lattices), once per event, and what is needed of the spectra O(players · frequencies · lattices).
    pub(super) fn new(series: &Series<'_>, cast: &Cast) -> Self {
        let lattices = series.lattices;
        let players = Player::all(lattices, &cast.nodes());
        let free: Vec<FreeSum> = players.iter().map(|(player, _)| series.free(player.node(lattices))).collect();
        let known = |lattice: &Lattice| players.iter().skip(lattice.first).map(|_| OnceLock::new()).collect();
        let spectra = lattices.all.iter().map(known).collect();
        let of_sides = |_| series.sides().map(|side| (side, OnceLock::new())).collect();
        let weights = lattices.all.iter().map(of_sides).collect();
        let always_free = players.iter().map(|&(_, place)| cast.is_always_free(place)).collect();
        Self { players, keepable: cast.players.len(), always_free, free, spectra, weights }
    }

    /// The order in which players had best be numbered: the largest first, as its change costs most.
    pub(super) fn order(&self) -> Vec<usize> {
        self.players.iter().map(|&(_, place)| place).filter(|&place| place < self.keepable).collect()
    }

    /// The spectrum of a player on a lattice that knows it.
    fn spectrum(&self, series: &Series<'_>, number: usize, player: usize) -> &Spectrum {
        let lattice = &series.lattices.all[number];
        let made = || series.spectrum(self.players[player].0, lattice, &self.free[player]);
        self.spectra[number][player - lattice.first].get_or_init(made)
    }

    /// The state in which all are kept, be it that no coalition can.
    pub(super) fn start<'w>(&'w self, series: &'w Series<'w>) -> WalkState<'w> {
        WalkState {
            series,
            walk: self,
            is_free: vec![false; self.players.len()],
            first_free: self.players.len(),
            sum: FreeSum::default(),
            products: vec![Spectrum::one(series.lattices.frequencies); series.lattices.all.len()],
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
        let newly_kept = (0..walk.players.len()).any(|player| self.is_free[player] && kept(player));
        if newly_kept {
            self.keep_all();
        }
        for player in 0..walk.players.len() {
            if !self.is_free[player] && !kept(player) {
                self.set_free(player);
            }
        }
    }

    fn keep_all(&mut self) {
        self.is_free.fill(false);
        self.first_free = self.is_free.len();
        self.sum = FreeSum::default();
        for product in &mut self.products {
            product.re.fill(1.0);
            product.im.fill(0.0);
        }
    }

    fn set_free(&mut self, player: usize) {
        self.is_free[player] = true;
        self.first_free = self.first_free.min(player);
        self.sum = self.sum + self.walk.free[player];
        let all = &self.series.lattices.all;
        let asked_for = all.partition_point(|lattice| lattice.first <= self.first_free);
        for (number, product) in self.products[..asked_for].iter_mut().enumerate() {
            // A lattice does not know the players before its first.
            if player >= all[number].first {
                product.multiply(self.walk.spectrum(self.series, number, player));
            }
        }
    }

    fn probability(&self) -> Probability {
        let (walk, series) = (self.walk, self.series);
        let lattices = series.lattices;
        let mut free_movers = (0..lattices.movers.len()).filter(|&mover| self.is_free[mover]);
        let (first, second) = (free_movers.next(), free_movers.next());
        let (Some(largest), Some(_)) = (first, second) else {
            return series.direct(first, self.shift_of_constants());
        };
        let number = lattices.all.partition_point(|lattice| lattice.first <= largest) - 1;
        let (lattice, product) = (&lattices.all[number], &self.products[number]);
        let movers: Vec<usize> = (largest..lattices.movers.len()).filter(|&mover| self.is_free[mover]).collect();
        let bound = lattice.bound(movers.iter().copied(), series.floor);
        let sum_of_side = |(side, weights): &(Side, OnceLock<Spectrum>)| {
            let weights = weights.get_or_init(|| series.weights(*side, lattice));
            (*side, imaginary_part(weights, product))
        };
        let sums: Vec<(Side, f64)> = walk.weights[number].iter().map(sum_of_side).collect();
        let found = sums
            .iter()
            .map(|&(side, sum)| series.probability(side, lattice, &self.sum, (sum, bound)))
            .fold(series.without_sides(), Probability::or);
        if !series.is_rough(found, bound.has_atoms()) {
            return found;
        }
        let free = FreeMovers { lattice, movers, sum: &self.sum, constants: self.shift_of_constants() };
        series.refined(&free, found, &sums)
    }

    /// By what free noises that do not vary shift the target.
    fn shift_of_constants(&self) -> f64 {
        let constants = self.series.lattices.movers.len()..self.walk.players.len();
        constants.filter(|&player| self.is_free[player]).map(|player| self.walk.free[player].shift).sum()
    }
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

/// Im Σ_k aₖ bₖ
fn imaginary_part(a: &Spectrum, b: &Spectrum) -> f64 {
    dot(&a.re, &b.im) + dot(&a.im, &b.re)
}
