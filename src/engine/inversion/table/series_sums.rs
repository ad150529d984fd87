//! What the series of one lattice sum to, for all sets that it knows.

use super::products::{Products, imaginary_parts};
use crate::engine::inversion::free_sum::FreeSum;
use crate::engine::inversion::lattices::Lattice;
use crate::engine::inversion::player::Player;
use crate::engine::inversion::series::Series;
use crate::noise::{Side, Spectrum};
use crate::shapley::Faces;

/// The sums of the series of the sets that a lattice knows.
pub(super) struct LatticeSums {
    /// The faces of the table in which it knows the fixed players who are drawn.
    pub(super) faces: Vec<usize>,
    /// How many of those who vary it knows: the ones with the lowest bits.
    pub(super) dimensions: usize,
    /// For each side of the region, for every set, face by face.
    pub(super) sides: Vec<(Side, Vec<f64>)>,
}

impl LatticeSums {
    pub(super) fn new(
        series: &Series<'_>,
        lattice: &Lattice,
        table: (&[(Player, usize)], &[FreeSum]),
        faces: &Faces,
    ) -> Self {
        let (players, free) = table;
        let spectra = series.spectra(players, free, lattice);
        let by_bit = |bit: usize| &spectra[spectra.len() - 1 - bit];
        let known: Vec<usize> = faces
            .members()
            .iter()
            .enumerate()
            .filter(|(_, members)| *members >> spectra.len() == 0)
            .map(|(face, _)| face)
            .collect();
        let varying: Vec<&Spectrum> =
            (0..spectra.len()).rev().filter(|&bit| !faces.is_fixed(bit)).map(by_bit).collect();
        let dimensions = varying.len();
        // Both factors have about as many rows: the first has those of all faces, for either side of the region.
        let (high, low) = varying.split_at(dimensions.saturating_sub(known.len().max(1).ilog2() as usize) / 2);
        let low = Products::new(&[Spectrum::one(series.lattices.frequencies)], low);
        let of_side = |side: Side| {
            let weights = series.weights(side, lattice);
            let starts: Vec<Spectrum> = known
                .iter()
                .map(|&face| {
                    let mut start = weights.clone();
                    let members = faces.members()[face];
                    (0..spectra.len())
                        .filter(|bit| members >> bit & 1 == 1)
                        .for_each(|bit| start.multiply(by_bit(bit)));
                    start
                })
                .collect();
            (side, imaginary_parts(&Products::new(&starts, high), &low).into_raw_vec_and_offset().0)
        };
        let sides = if known.is_empty() { Vec::new() } else { series.sides().map(of_side).collect() };
        Self { faces: known, dimensions, sides }
    }

    /// For every side of the region the sum for a set, by its face and its place there.
    pub(super) fn of(&self, face: usize, place: usize) -> Vec<(Side, f64)> {
        let number = self.faces.partition_point(|&other| other < face);
        self.sides.iter().map(|(side, sums)| (*side, sums[(number << self.dimensions) + place])).collect()
    }
}
