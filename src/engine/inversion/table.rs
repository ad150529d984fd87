//! All coalitions at once: the series of every coalition as matrix products.

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView2, Axis};

use super::free_sum::FreeSum;
use super::lattices::{LATTICE_ERROR, Lattice};
use super::player::Player;
use super::series::{Probability, Series};
use crate::noise::{Spectrum, multiply_into};
use crate::shapley::{ShapleyValues, values_of_table};

impl Series<'_> {
    /// The Shapley values of all nodes, from the values of all 2ⁿ coalitions.
    ///
    /// The product of n spectra is that of two products, of the first and of the last n/2, and there are only 2^(n/2)
    /// of either kind: so the series of all coalitions are the product of a 2^(n/2) × K with a K × 2^(n/2) matrix.
    /// Costs O(2ⁿ · K) multiplications. Memory: O(2ⁿ + 2^(n/2) · K).
    ///
    /// Nodes that are always free double the table, each of them, and then only the half in which they are free is used.
    pub(super) fn enumerate(&self, nodes: &[usize], always_free: &[usize]) -> ShapleyValues {
        let mut players = Player::all(self.lattices, &[nodes, always_free].concat());
        let mut probabilities = CoalitionTable::new(self, &players).probabilities();
        if !always_free.is_empty() {
            let is_player = |&(_, place): &(Player, usize)| place < nodes.len();
            let sets = sets_with_others(&players.iter().map(is_player).collect::<Vec<_>>());
            probabilities = sets.into_iter().map(|set| probabilities[set]).collect();
            players.retain(is_player);
        }
        let values = probabilities.iter().map(|&probability| self.value(probability)).collect();
        let changes = probabilities.iter().map(|&probability| self.change(probability)).collect();
        let of_players = |table: Vec<f64>| in_order_of(nodes, &players, kept_last(table));
        let nobody = self.world(probabilities[probabilities.len() - 1]).to_vec();
        // The observation itself is worth 0, whatever rounding says.
        let everybody =
            if always_free.is_empty() { vec![0.0, 0.0, 1.0] } else { self.world(probabilities[0]).to_vec() };
        ShapleyValues::exact(&[of_players(values), of_players(changes)], nobody, everybody)
    }

    /// The error of v(T), given what the last quarter of the series changed: often nothing, and then the lattice's error
    /// is left.
    pub(in super::super) fn error(&self, changed: f64, probability: f64) -> f64 {
        changed.hypot(LATTICE_ERROR * self.floor / (probability + self.floor))
    }
}

/// The errors of all players, each with the others' root mean square: a part of the series may agree with the whole by
/// accident in one contribution, but hardly in all of them.
pub(in super::super) fn with_those_of_others(errors: &[f64]) -> Vec<f64> {
    let mean_square = errors.iter().map(|error| error * error).sum::<f64>() / errors.len() as f64;
    errors.iter().map(|error| (error * error + mean_square).sqrt()).collect()
}

/// The sets of free nodes in which all who are no players are free, numbered by the set of free players. The
/// first node has the highest bit.
fn sets_with_others(is_player: &[bool]) -> Vec<usize> {
    let bits = || is_player.iter().rev().zip((0..).map(|place| 1_usize << place));
    let others: usize = bits().filter(|(is_player, _)| !**is_player).map(|(_, bit)| bit).sum();
    let mut sets = vec![others];
    for (_, bit) in bits().filter(|(is_player, _)| **is_player) {
        sets.extend_from_within(..);
        let half = sets.len() / 2;
        sets[half..].iter_mut().for_each(|set| *set |= bit);
    }
    sets
}

/// The Shapley values from a table by the set of *free* players.
fn kept_last(mut table: Vec<f64>) -> Vec<f64> {
    // The players who are kept are those who are not free, so the table by kept ones runs backwards.
    table.reverse();
    values_of_table(&table)
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
        let constants = self.players.len() - self.series.lattices.movers.len();
        let mut probabilities = vec![Probability::exactly(0.0); self.sums.len()];
        for lattice in &self.series.lattices.all {
            self.fill(lattice, &mut probabilities[..self.sums.len() >> lattice.first]);
        }
        for (set, probability) in probabilities.iter_mut().enumerate() {
            let movers = set >> constants;
            if movers & movers.wrapping_sub(1) == 0 {
                *probability = self.few_movers(set, movers, constants);
            }
        }
        // Nobody free: the observation itself.
        probabilities[0] = Probability::exactly(1.0);
        probabilities
    }

    fn few_movers(&self, set: usize, movers: usize, constants: usize) -> Probability {
        let shift = self.sums[set & ((1 << constants) - 1)].shift;
        let lone = (movers != 0).then(|| self.series.lattices.movers.len() - 1 - movers.trailing_zeros() as usize);
        self.series.direct(lone, shift)
    }

    /// The probabilities of all sets of the players of a lattice.
    fn fill(&self, lattice: &Lattice, probabilities: &mut [Probability]) {
        let series = self.series;
        probabilities.fill(series.without_sides());
        let spectra = series.spectra(self.players, &self.free, lattice);
        // The first part has a table for either side of the region.
        let (high, low) = spectra.split_at(spectra.len() / 2);
        let low = Products::new(&Spectrum::one(series.lattices.frequencies), low);
        for side in series.sides() {
            let high = Products::new(&series.weights(side, lattice), high);
            let terms = imaginary_parts(&high, &low);
            let sums = self.sums.iter().zip(terms[0].iter().zip(&terms[1]));
            for (probability, (free, (first, second))) in probabilities.iter_mut().zip(sums) {
                *probability = probability.or(series.probability(side, lattice, free, (*first, *second)));
            }
        }
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

/// Im Σ_k aₖ bₖ for every pair of rows, of the first three quarters of the k and of the last.
pub(super) fn imaginary_parts(a: &Products, b: &Products) -> [Array2<f64>; 2] {
    let (a_re, a_im, b_re, b_im) = (quarters(&a.re), quarters(&a.im), quarters(&b.re), quarters(&b.im));
    [0, 1].map(|part| {
        let mut sums = Array2::zeros((a.re.nrows(), b.re.nrows()));
        general_mat_mul(1.0, &a_im[part], &b_re[part].t(), 0.0, &mut sums);
        general_mat_mul(1.0, &a_re[part], &b_im[part].t(), 1.0, &mut sums);
        sums
    })
}

fn quarters(table: &Array2<f64>) -> [ArrayView2<'_, f64>; 2] {
    let (first, last) = table.view().split_at(Axis(1), table.ncols() / 4 * 3);
    [first, last]
}
