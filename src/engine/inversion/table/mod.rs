//! All coalitions at once: the series of every coalition as matrix products.

mod products;
mod series_sums;

use super::bound::Remainder;
use super::free_sum::FreeSum;
use super::lattices::Lattice;
use super::mend::mended;
use super::player::{Cast, Player};
use super::refine::FreeMovers;
use super::series::{Probability, Series};
use crate::engine::Part;
pub(super) use products::{Products, imaginary_parts};
use series_sums::LatticeSums;

use crate::shapley::{Faces, ShapleyValues};

impl Series<'_> {
    /// The Shapley values of all nodes, from the values of all 2ⁿ coalitions.
    ///
    /// The product of n spectra is that of two products, of the first and of the last n/2, and there are only 2^(n/2)
    /// of either kind: so the series of all coalitions are the product of a 2^(n/2) × K with a K × 2^(n/2) matrix.
    /// Costs O(2ⁿ · K) multiplications. Memory: O(2ⁿ + 2^(n/2) · K).
    ///
    /// Of a part, the values are those of the game in which all other coalitions are worth nothing. It costs as much less as it has fewer
    /// coalitions.
    pub(super) fn enumerate(&self, cast: &Cast, part: Option<Part<'_>>, close_enough: f64) -> ShapleyValues {
        let mut players = Player::all(self.lattices, &cast.nodes());
        let table = CoalitionTable::new(self, &players, drawn_faces(&players, cast, part));
        let mut probabilities = table.probabilities();
        let (nobody, everybody) = (table.with_all_drawn(cast), table.with_fewest_drawn(cast));
        let mut errors: Vec<f64> = probabilities.iter().map(|&probability| self.error_in_nats(probability)).collect();
        let is_player = |&(_, place): &(Player, usize)| place < cast.players.len();
        let drawn = if players.iter().all(is_player) {
            table.faces.clone()
        } else {
            drawn_faces(&players.iter().copied().filter(is_player).collect::<Vec<_>>(), cast, part)
        };
        let sums = mended(&mut errors, &drawn, close_enough, |place| {
            let better = table.refined(place, probabilities[place])?;
            probabilities[place] = better;
            Some(self.error_in_nats(better))
        });
        drop(table);
        players.retain(is_player);
        let nodes = &cast.players;
        // The players who are kept are those who are not drawn.
        let values: Vec<f64> = probabilities.iter().rev().map(|&probability| self.value(probability)).collect();
        let values = in_order_of(nodes, &players, drawn.complements().values(&values));
        let errors = in_order_of(nodes, &players, sums);
        let world =
            |place: Option<usize>| self.world(place.map_or(Probability::exactly(0.0), |place| probabilities[place]));
        // The observation itself is worth 0, whatever rounding says.
        let is_certain = cast.always_free.is_empty();
        let everybody = if is_certain { vec![0.0, 0.0, 1.0] } else { world(everybody).to_vec() };
        ShapleyValues::exact(&[values, errors], world(nobody).to_vec(), everybody)
    }
}

/// The coalitions of the cast, or of a part of them, numbered by the bits of the noises that are drawn; the first of these players has
/// the highest. Nodes that are no players are fixed.
fn drawn_faces(players: &[(Player, usize)], cast: &Cast, part: Option<Part<'_>>) -> Faces {
    let bit_of = |place: usize| players.iter().rev().position(|&(_, other)| other == place).unwrap_or_default();
    let others = || players.iter().filter(|&&(_, place)| place >= cast.players.len());
    let fixed: usize = others().map(|&(_, place)| 1 << bit_of(place)).sum();
    let always: usize =
        others().filter(|&&(_, place)| cast.is_always_free(place)).map(|&(_, place)| 1 << bit_of(place)).sum();
    match part {
        Some(part) => part.faces(players.len(), bit_of).and_fixed(fixed, always),
        None => Faces::all(players.len()).and_fixed(fixed, always),
    }
}

/// Values by bit, sorted into the order of the nodes. The first player has the highest bit.
fn in_order_of(nodes: &[usize], players: &[(Player, usize)], by_bit: Vec<f64>) -> Vec<f64> {
    let mut values = vec![0.0; nodes.len()];
    players.iter().zip(by_bit.into_iter().rev()).for_each(|(&(_, place), value)| values[place] = value);
    values
}

/// The coalitions that are asked for, as sets of players who are drawn, numbered by their bits, the first player having the highest.
/// Players are sorted, so a lattice's sets are the numbers below a power of two.
struct CoalitionTable<'a> {
    series: &'a Series<'a>,
    players: usize,
    faces: Faces,
    /// By its place in the table, each set.
    sets: Vec<usize>,
    /// What it adds.
    sums: Vec<FreeSum>,
    /// For each player by its bit what it adds.
    free: Vec<FreeSum>,
    /// For each lattice the sums of the series.
    series_sums: Vec<LatticeSums>,
}

impl<'a> CoalitionTable<'a> {
    fn new(series: &'a Series<'a>, players: &[(Player, usize)], faces: Faces) -> Self {
        let lattices = series.lattices;
        let mut free: Vec<FreeSum> = players.iter().map(|(player, _)| series.free(player.node(lattices))).collect();
        let of_lattice = |lattice: &Lattice| LatticeSums::new(series, lattice, (players, &free), &faces);
        let series_sums = lattices.all.iter().map(of_lattice).collect();
        free.reverse();
        let sums = faces.sums(FreeSum::default(), |bit| free[bit], |sum, of| sum + *of);
        Self { series, players: players.len(), sets: faces.sets(), faces, sums, free, series_sums }
    }

    /// The place of the set in which all players are drawn, if the table has it.
    fn with_all_drawn(&self, cast: &Cast) -> Option<usize> {
        let count = cast.players.len() + cast.always_free.len();
        self.sets.iter().rposition(|set| set.count_ones() as usize == count)
    }

    /// The place of the one in which only those are drawn that always are.
    fn with_fewest_drawn(&self, cast: &Cast) -> Option<usize> {
        self.sets.iter().position(|set| set.count_ones() as usize == cast.always_free.len())
    }

    /// The probabilities of all sets. They are made better already where that costs little: where no noise has atoms.
    fn probabilities(&self) -> Vec<Probability> {
        let constants = self.constants();
        let mut probabilities = vec![Probability::exactly(0.0); self.sets.len()];
        for number in 0..self.series_sums.len() {
            self.fill(number, &mut probabilities);
        }
        for (&set, probability) in self.sets.iter().zip(&mut probabilities) {
            let movers = set >> constants;
            if set == 0 {
                // Nothing is drawn: the observation itself.
                *probability = Probability::exactly(1.0);
            } else if movers & movers.wrapping_sub(1) == 0 {
                *probability = self.few_movers(set, movers);
            }
        }
        probabilities
    }

    fn few_movers(&self, set: usize, movers: usize) -> Probability {
        let lone = (movers != 0).then(|| self.series.lattices.movers.len() - 1 - movers.trailing_zeros() as usize);
        self.series.direct(lone, self.shift_of_constants(set))
    }

    /// By what the free players of a set that do not vary shift the target.
    fn shift_of_constants(&self, set: usize) -> f64 {
        let free = (0..self.constants()).filter(|bit| set >> bit & 1 == 1);
        free.map(|bit| self.free[bit].shift).fold(0.0, |sum, shift| sum + shift)
    }

    fn constants(&self) -> usize {
        self.players - self.series.lattices.movers.len()
    }

    /// The probabilities of the sets that are for one of the lattices: it is the finest that knows all of them.
    fn fill(&self, number: usize, probabilities: &mut [Probability]) {
        let (series, lattice, sums) = (self.series, &self.series.lattices.all[number], &self.series_sums[number]);
        let bounds = self.faces.are_all().then(|| lattice.bounds(series.floor));
        for (block, &face) in sums.faces.iter().enumerate() {
            // Sets of smaller movers alone are for the next lattice.
            let next = self.series_sums.get(number + 1).filter(|next| next.faces.contains(&face));
            let from = next.map_or(0, |next| 1_usize << next.dimensions);
            let first = face << self.faces.dimensions();
            let remainders =
                if bounds.is_some() { Vec::new() } else { self.remainders(lattice, face, sums.dimensions) };
            for place in from..1 << sums.dimensions {
                let set = self.sets[first + place];
                let bound = match bounds {
                    Some(bounds) => bounds[set >> self.constants()],
                    None => remainders[place].bound(lattice.period, lattice.terms, series.floor),
                };
                let sum = &self.sums[first + place];
                let found = sums.sides.iter().fold(series.without_sides(), |found, (side, sums_of_side)| {
                    let sum_of_series = sums_of_side[(block << sums.dimensions) + place];
                    found.or(series.probability(*side, lattice, sum, (sum_of_series, bound)))
                });
                probabilities[first + place] = if !bound.has_atoms() && series.is_rough(found, false) {
                    self.refined(first + place, found).unwrap_or(found)
                } else {
                    found
                };
            }
        }
    }

    /// What a lattice's series leave of the sets that it knows of a face.
    fn remainders(&self, lattice: &Lattice, face: usize, dimensions: usize) -> Vec<Remainder> {
        let (movers, constants) = (self.series.lattices.movers.len(), self.constants());
        let with = |all: Remainder, bit: usize| match bit.checked_sub(constants) {
            Some(from_last) => all.and(lattice.high_end(movers - 1 - from_last)),
            None => all,
        };
        let members = self.faces.members()[face];
        let fixed = (0..self.players).filter(|bit| members >> bit & 1 == 1);
        let mut remainders = Vec::with_capacity(1 << dimensions);
        remainders.push(fixed.fold(Remainder::NONE, with));
        for bit in (0..self.players).filter(|&bit| !self.faces.is_fixed(bit)).take(dimensions) {
            for without in 0..remainders.len() {
                remainders.push(with(remainders[without], bit));
            }
        }
        remainders
    }

    /// A better answer for a set, by its place in the table, than that of the series, if there is one and several movers are free.
    fn refined(&self, place: usize, found: Probability) -> Option<Probability> {
        let (all, set) = (self.series.lattices.movers.len(), self.sets[place]);
        let bits = set >> self.constants();
        if bits & bits.wrapping_sub(1) == 0 {
            return None;
        }
        // The finest lattice that knows all of its movers.
        let lattices = &self.series.lattices.all;
        let number = lattices.partition_point(|lattice| set >> (self.players - lattice.first) == 0) - 1;
        let lattice = &lattices[number];
        let movers = (lattice.first..all).filter(|mover| bits >> (all - 1 - mover) & 1 == 1).collect();
        let free = FreeMovers { lattice, movers, sum: &self.sums[place], constants: self.shift_of_constants(set) };
        let face = place >> self.faces.dimensions();
        let sums = self.series_sums[number].of(face, place - (face << self.faces.dimensions()));
        let better = self.series.refined(&free, found, &sums);
        (better.error < found.error).then_some(better)
    }
}
