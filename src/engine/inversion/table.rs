//! All coalitions at once: the series of every coalition as matrix products.

use ndarray::Array2;
use ndarray::linalg::general_mat_mul;

use super::free_sum::FreeSum;
use super::lattices::Lattice;
use super::player::{Cast, Player};
use super::refine::FreeMovers;
use super::series::{Probability, Series};
use crate::noise::{Side, Spectrum, multiply_into};
use crate::shapley::{ShapleyValues, sums_of_table, values_of_table};

impl Series<'_> {
    /// The Shapley values of all nodes, from the values of all 2ⁿ coalitions.
    ///
    /// The product of n spectra is that of two products, of the first and of the last n/2, and there are only 2^(n/2)
    /// of either kind: so the series of all coalitions are the product of a 2^(n/2) × K with a K × 2^(n/2) matrix.
    /// Costs O(2ⁿ · K) multiplications. Memory: O(2ⁿ + 2^(n/2) · K).
    ///
    /// Nodes that are no players double the table, each of them, and then only the half is used in which they are free, or kept.
    pub(super) fn enumerate(&self, cast: &Cast) -> ShapleyValues {
        let mut players = Player::all(self.lattices, &cast.nodes());
        let mut probabilities = CoalitionTable::new(self, &players).probabilities();
        if players.len() > cast.players.len() {
            let places: Vec<usize> = players.iter().map(|&(_, place)| place).collect();
            let sets = sets_with_others(&places, cast);
            probabilities = sets.into_iter().map(|set| probabilities[set]).collect();
            players.retain(|&(_, place)| place < cast.players.len());
        }
        let nodes = &cast.players;
        let values = probabilities.iter().map(|&probability| self.value(probability)).collect();
        let errors = probabilities.iter().map(|&probability| self.error_in_nats(probability)).collect();
        let values = in_order_of(nodes, &players, values_of_table(&kept_last(values)));
        let errors = in_order_of(nodes, &players, sums_of_table(&kept_last(errors)));
        let nobody = self.world(probabilities[probabilities.len() - 1]).to_vec();
        // The observation itself is worth 0, whatever rounding says.
        let is_certain = cast.always_free.is_empty();
        let everybody = if is_certain { vec![0.0, 0.0, 1.0] } else { self.world(probabilities[0]).to_vec() };
        ShapleyValues::exact(&[values, errors], nobody, everybody)
    }
}

/// The sets of free nodes in which, of those who are no players, all are free that always are, and no others; numbered by the set of
/// free players. `places` are those of the nodes in the cast, the one with the highest bit first.
fn sets_with_others(places: &[usize], cast: &Cast) -> Vec<usize> {
    let bits = || places.iter().rev().zip((0..).map(|place| 1_usize << place));
    let always_free: usize = bits().filter(|&(&place, _)| cast.is_always_free(place)).map(|(_, bit)| bit).sum();
    let mut sets = vec![always_free];
    for (_, bit) in bits().filter(|&(&place, _)| place < cast.players.len()) {
        sets.extend_from_within(..);
        let half = sets.len() / 2;
        sets[half..].iter_mut().for_each(|set| *set |= bit);
    }
    sets
}

/// A table by the set of *free* players as one by the set of kept ones, who are those who are not free.
fn kept_last(mut table: Vec<f64>) -> Vec<f64> {
    table.reverse();
    table
}

/// Values by bit, sorted into the order of the nodes. The first player has the highest bit.
fn in_order_of(nodes: &[usize], players: &[(Player, usize)], by_bit: Vec<f64>) -> Vec<f64> {
    let mut values = vec![0.0; nodes.len()];
    players.iter().zip(by_bit.into_iter().rev()).for_each(|(&(_, place), value)| values[place] = value);
    values
}

/// Sets of free players are numbered by their bits, the first player having the highest. Players are sorted, so a
/// lattice's coalitions are the numbers below a power of two.
struct CoalitionTable<'a> {
    series: &'a Series<'a>,
    players: &'a [(Player, usize)],
    /// For every player what it adds when it is free.
    free: Vec<FreeSum>,
    /// For every set of free players what it adds.
    sums: Vec<FreeSum>,
}

impl<'a> CoalitionTable<'a> {
    fn new(series: &'a Series<'a>, players: &'a [(Player, usize)]) -> Self {
        let free: Vec<FreeSum> = players.iter().map(|(player, _)| series.free(player.node(series.lattices))).collect();
        let sums = FreeSum::of_sets(FreeSum::default(), &free);
        Self { series, players, free, sums }
    }

    fn probabilities(&self) -> Vec<Probability> {
        let constants = self.constants();
        let mut probabilities = vec![Probability::exactly(0.0); self.sums.len()];
        let lattices = &self.series.lattices.all;
        for (number, lattice) in lattices.iter().enumerate() {
            // Sets of smaller movers alone are for the next lattice.
            let next = lattices.get(number + 1).map_or(0, |next| self.sums.len() >> next.first);
            self.fill(lattice, next, &mut probabilities[..self.sums.len() >> lattice.first]);
        }
        for (set, probability) in probabilities.iter_mut().enumerate() {
            let movers = set >> constants;
            if movers & movers.wrapping_sub(1) == 0 {
                *probability = self.few_movers(set, movers);
            }
        }
        // Nobody free: the observation itself.
        probabilities[0] = Probability::exactly(1.0);
        probabilities
    }

    fn few_movers(&self, set: usize, movers: usize) -> Probability {
        let lone = (movers != 0).then(|| self.series.lattices.movers.len() - 1 - movers.trailing_zeros() as usize);
        self.series.direct(lone, self.shift_of_constants(set))
    }

    /// By what the free players of a set that do not vary shift the target.
    fn shift_of_constants(&self, set: usize) -> f64 {
        self.sums[set & ((1 << self.constants()) - 1)].shift
    }

    fn constants(&self) -> usize {
        self.players.len() - self.series.lattices.movers.len()
    }

    /// The probabilities of all sets of the players of a lattice, from one of them on.
    fn fill(&self, lattice: &Lattice, from: usize, probabilities: &mut [Probability]) {
        let series = self.series;
        let spectra = series.spectra(self.players, &self.free, lattice);
        // The first part has a table for either side of the region.
        let (high, low) = spectra.split_at(spectra.len() / 2);
        let low = Products::new(&Spectrum::one(series.lattices.frequencies), low);
        let sides: Vec<(Side, Vec<f64>)> = series
            .sides()
            .map(|side| {
                let high = Products::new(&series.weights(side, lattice), high);
                (side, imaginary_parts(&high, &low).into_raw_vec_and_offset().0)
            })
            .collect();
        let bounds = lattice.bounds(series.floor);
        for (set, probability) in probabilities.iter_mut().enumerate().skip(from) {
            let movers = set >> self.constants();
            *probability = sides.iter().fold(series.without_sides(), |found, (side, sums)| {
                found.or(series.probability(*side, lattice, &self.sums[set], (sums[set], bounds[movers])))
            });
            let several = movers & movers.wrapping_sub(1) != 0;
            if several && series.is_rough(*probability) {
                *probability = self.refined(lattice, set, *probability, &sides);
            }
        }
    }

    fn refined(&self, lattice: &Lattice, set: usize, found: Probability, sides: &[(Side, Vec<f64>)]) -> Probability {
        let (all, bits) = (self.series.lattices.movers.len(), set >> self.constants());
        let movers = (lattice.first..all).filter(|mover| bits >> (all - 1 - mover) & 1 == 1).collect();
        let sum = &self.sums[set];
        let free = FreeMovers { lattice, movers, sum, constants: self.shift_of_constants(set) };
        let sums: Vec<(Side, f64)> = sides.iter().map(|(side, sums)| (*side, sums[set])).collect();
        self.series.refined(&free, found, &sums)
    }
}

/// Products of spectra, a row for every set of them; the first spectrum has the highest bit.
pub(super) struct Products {
    re: Array2<f64>,
    im: Array2<f64>,
}

impl Products {
    /// A row for each of these spectra.
    pub(super) fn from_rows<'s>(spectra: impl Iterator<Item = &'s Spectrum> + Clone, width: usize) -> Self {
        let table = |part: fn(&Spectrum) -> &[f64]| {
            let rows: Vec<f64> = spectra.clone().flat_map(part).copied().collect();
            // As many numbers as fill the rows, so it never fails.
            Array2::from_shape_vec((rows.len() / width, width), rows).unwrap_or_default()
        };
        Self { re: table(|spectrum| &spectrum.re), im: table(|spectrum| &spectrum.im) }
    }

    pub(super) fn new(start: &Spectrum, factors: &[Spectrum]) -> Self {
        let (width, sets) = (start.re.len(), 1 << factors.len());
        let (mut re, mut im) = (Array2::zeros((sets, width)), Array2::zeros((sets, width)));
        // A new array is contiguous, so both are there.
        let (all_re, all_im) = (re.as_slice_mut().unwrap_or_default(), im.as_slice_mut().unwrap_or_default());
        all_re[..width].copy_from_slice(&start.re);
        all_im[..width].copy_from_slice(&start.im);
        let mut done = width;
        for factor in factors.iter().rev() {
            let ((old_re, new_re), (old_im, new_im)) = (all_re.split_at_mut(done), all_im.split_at_mut(done));
            for row in (0..done).step_by(width) {
                let row = row..row + width;
                let old = (&old_re[row.clone()], &old_im[row.clone()]);
                multiply_into(old, (&factor.re, &factor.im), (&mut new_re[row.clone()], &mut new_im[row]));
            }
            done *= 2;
        }
        Self { re, im }
    }
}

/// Im Σ_k aₖ bₖ for every pair of rows.
pub(super) fn imaginary_parts(a: &Products, b: &Products) -> Array2<f64> {
    let mut sums = Array2::zeros((a.re.nrows(), b.re.nrows()));
    general_mat_mul(1.0, &a.im, &b.re.t(), 0.0, &mut sums);
    general_mat_mul(1.0, &a.re, &b.im.t(), 1.0, &mut sums);
    sums
}
