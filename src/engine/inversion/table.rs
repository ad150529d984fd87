//! All coalitions at once: the series of every coalition as matrix products.

use ndarray::Array2;
use ndarray::linalg::general_mat_mul;

use super::super::Part;
use super::free_sum::FreeSum;
use super::lattices::Lattice;
use super::mend::mended;
use super::player::{Cast, Player};
use super::refine::FreeMovers;
use super::series::{Probability, Series};
use crate::noise::{Side, Spectrum, multiply_into};
use crate::shapley::{ShapleyValues, values_of_table};

impl Series<'_> {
    /// The Shapley values of all nodes, from the values of all 2ⁿ coalitions.
    ///
    /// The product of n spectra is that of two products, of the first and of the last n/2, and there are only 2^(n/2)
    /// of either kind: so the series of all coalitions are the product of a 2^(n/2) × K with a K × 2^(n/2) matrix.
    /// Costs O(2ⁿ · K) multiplications. Memory: O(2ⁿ + 2^(n/2) · K).
    ///
    /// Nodes that are no players double the table, each of them, and then only the half is used in which they are free, or kept.
    ///
    /// Of a part, the values are those of the game in which all other coalitions are worth nothing.
    pub(super) fn enumerate(&self, cast: &Cast, part: Option<Part<'_>>, close_enough: f64) -> ShapleyValues {
        let all_players = Player::all(self.lattices, &cast.nodes());
        let table = CoalitionTable::new(self, &all_players);
        let mut players = all_players.clone();
        let sets = (players.len() > cast.players.len()).then(|| {
            let places: Vec<usize> = players.iter().map(|&(_, place)| place).collect();
            sets_with_others(&places, cast)
        });
        // By place in the cast.
        let bits_among = |players: &[(Player, usize)]| {
            let mut bits = vec![0; all_players.len()];
            players.iter().rev().zip(0..).for_each(|(&(_, place), bit)| bits[place] = bit);
            bits
        };
        let is_of_part =
            |set: usize, bits: &[usize]| part.is_none_or(|part| part.has(|player| set >> bits[player] & 1 == 0));
        let bits_of_all = bits_among(&all_players);
        let mut probabilities = table.probabilities(|set| is_of_part(set, &bits_of_all));
        if let Some(sets) = &sets {
            probabilities = sets.iter().map(|&set| probabilities[set]).collect();
            players.retain(|&(_, place)| place < cast.players.len());
        }
        let bits = bits_among(&players);
        let counts = |set: usize| is_of_part(set, &bits);
        let error = |(set, &probability)| if counts(set) { self.error_in_nats(probability) } else { 0.0 };
        let mut errors: Vec<f64> = probabilities.iter().enumerate().map(error).collect();
        let sums = mended(&mut errors, close_enough, |set| {
            let better = table.refined(sets.as_ref().map_or(set, |sets| sets[set]), probabilities[set])?;
            probabilities[set] = better;
            Some(self.error_in_nats(better))
        });
        let nodes = &cast.players;
        // The players who are kept are those who are not free.
        let value = |(set, &probability)| if counts(set) { self.value(probability) } else { 0.0 };
        let values: Vec<f64> = probabilities.iter().enumerate().rev().map(value).collect();
        let values = in_order_of(nodes, &players, values_of_table(&values));
        let errors = in_order_of(nodes, &players, sums);
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
    /// For every set of free players what it adds.
    sums: Vec<FreeSum>,
    /// For each lattice and side of the region the sums of the series, for every set of the lattice's players.
    series_sums: Vec<Vec<(Side, Vec<f64>)>>,
}

impl<'a> CoalitionTable<'a> {
    fn new(series: &'a Series<'a>, players: &'a [(Player, usize)]) -> Self {
        let free: Vec<FreeSum> = players.iter().map(|(player, _)| series.free(player.node(series.lattices))).collect();
        let sums = FreeSum::of_sets(FreeSum::default(), &free);
        let of_lattice = |lattice: &Lattice| {
            let spectra = series.spectra(players, &free, lattice);
            // The first part has a table for either side of the region.
            let (high, low) = spectra.split_at(spectra.len() / 2);
            let low = Products::new(&Spectrum::one(series.lattices.frequencies), low);
            let of_side = |side: Side| {
                let high = Products::new(&series.weights(side, lattice), high);
                (side, imaginary_parts(&high, &low).into_raw_vec_and_offset().0)
            };
            series.sides().map(of_side).collect()
        };
        let series_sums = series.lattices.all.iter().map(of_lattice).collect();
        Self { series, players, sums, series_sums }
    }

    /// The lattice of a set: the finest that knows all of its movers.
    fn lattice_of(&self, set: usize) -> usize {
        let knows = |lattice: &Lattice| set < self.sums.len() >> lattice.first;
        self.series.lattices.all.partition_point(knows) - 1
    }

    /// The probabilities of the sets that are asked for, and 0 for others. They are made better already where that costs little: where no noise has atoms.
    fn probabilities(&self, is_asked: impl Fn(usize) -> bool) -> Vec<Probability> {
        let constants = self.constants();
        let mut probabilities = vec![Probability::exactly(0.0); self.sums.len()];
        let lattices = &self.series.lattices.all;
        for (number, lattice) in lattices.iter().enumerate() {
            // Sets of smaller movers alone are for the next lattice.
            let next = lattices.get(number + 1).map_or(0, |next| self.sums.len() >> next.first);
            self.fill(number, next, &mut probabilities[..self.sums.len() >> lattice.first], &is_asked);
        }
        for (set, probability) in probabilities.iter_mut().enumerate() {
            let movers = set >> constants;
            if movers & movers.wrapping_sub(1) == 0 && is_asked(set) {
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
    fn fill(&self, number: usize, from: usize, probabilities: &mut [Probability], is_asked: impl Fn(usize) -> bool) {
        let (series, lattice, sides) = (self.series, &self.series.lattices.all[number], &self.series_sums[number]);
        let bounds = lattice.bounds(series.floor);
        let wanted = probabilities.iter_mut().enumerate().skip(from).filter(|(set, _)| is_asked(*set));
        for (set, probability) in wanted {
            let bound = bounds[set >> self.constants()];
            *probability = sides.iter().fold(series.without_sides(), |found, (side, sums)| {
                found.or(series.probability(*side, lattice, &self.sums[set], (sums[set], bound)))
            });
            if !bound.has_atoms() && series.is_rough(*probability, false) {
                *probability = self.refined(set, *probability).unwrap_or(*probability);
            }
        }
    }

    /// A better answer for a set than that of the series, if there is one and several movers are free.
    fn refined(&self, set: usize, found: Probability) -> Option<Probability> {
        let (all, bits) = (self.series.lattices.movers.len(), set >> self.constants());
        if bits & bits.wrapping_sub(1) == 0 {
            return None;
        }
        let number = self.lattice_of(set);
        let lattice = &self.series.lattices.all[number];
        let movers = (lattice.first..all).filter(|mover| bits >> (all - 1 - mover) & 1 == 1).collect();
        let sum = &self.sums[set];
        let free = FreeMovers { lattice, movers, sum, constants: self.shift_of_constants(set) };
        let sums: Vec<(Side, f64)> = self.series_sums[number].iter().map(|(side, sums)| (*side, sums[set])).collect();
        let better = self.series.refined(&free, found, &sums);
        (better.error < found.error).then_some(better)
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
        let (mut re, mut im) = (Vec::with_capacity(sets * width), Vec::with_capacity(sets * width));
        re.extend_from_slice(&start.re);
        im.extend_from_slice(&start.im);
        // One row at a time, which stays in the cache: to fill both tables with zeros first takes as long as the products.
        let mut row = Spectrum::one(width);
        for factor in factors.iter().rev() {
            for old in (0..re.len()).step_by(width) {
                let old = (&re[old..old + width], &im[old..old + width]);
                multiply_into(old, (&factor.re, &factor.im), (&mut row.re, &mut row.im));
                re.extend_from_slice(&row.re);
                im.extend_from_slice(&row.im);
            }
        }
        // As many numbers as fill the rows, so it never fails.
        let table = |numbers: Vec<f64>| Array2::from_shape_vec((sets, width), numbers).unwrap_or_default();
        Self { re: table(re), im: table(im) }
    }
}

/// Im Σ_k aₖ bₖ for every pair of rows.
pub(super) fn imaginary_parts(a: &Products, b: &Products) -> Array2<f64> {
    let mut sums = a.im.dot(&b.re.t());
    general_mat_mul(1.0, &a.re, &b.im.t(), 1.0, &mut sums);
    sums
}
