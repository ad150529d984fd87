//! How much of a probability a series may leave out, for every set of free noises.

use std::f64::consts::PI;

use crate::noise::{NoiseDistribution, Spectrum, decay};

/// By how much atoms that lie anywhere between the points that the series tells apart change what is left of it, in
/// standard deviations: what is stated for them.
const DEVIATIONS: f64 = 2.0;
/// What spreading may falsify of a smooth distribution's probability, as a share of the floor.
pub(super) const LATTICE_ERROR: f64 = 0.004;
/// What lies beyond the reach of one noise, on both sides.
const BEYOND_REACH: f64 = 2e-12;

/// Whether a noise has values of positive probability.
pub(super) fn has_atoms(noise: &NoiseDistribution) -> bool {
    matches!(noise, NoiseDistribution::Empirical(_) | NoiseDistribution::Tailed(_))
}

/// What is left of one noise's characteristic function at a lattice's highest frequency, and how it falls from there on.
///
/// That of a density falls as a power of the frequency, and more quickly; that of atoms does not fall, but turns as if by
/// chance, unless they lie closer to one another than the lattice tells apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct HighEnd {
    size: f64,
    order: f64,
    /// The root mean square of what is left of atoms.
    atoms: Option<f64>,
    /// By what share of 1 the highest frequency is falsified where atoms are spread over a lattice.
    falsified: f64,
    /// Half of the width that holds the middle 68 %, in the target's unit.
    scale: f64,
}

/// By what spreading over so many lattice points per frequency falsifies a characteristic function at the highest frequency, at most: those
/// of all frequencies that are taken for it, (1/(j·points − 1))⁴ + (1/(j·points + 1))⁴ of them for j = 1, 2, ….
fn falsified(points: usize) -> f64 {
    let multiples = (1..=8).map(|multiple| (multiple * points) as f64);
    multiples.map(|multiple| (multiple - 1.0).powi(-4) + (multiple + 1.0).powi(-4)).sum()
}

impl HighEnd {
    /// What is left of factor · N with this spectrum, whose last frequency is `highest` and which is found with so many lattice points per
    /// frequency.
    pub(super) fn new(
        noise: &NoiseDistribution,
        factor: f64,
        highest: f64,
        (spectrum, points): (&Spectrum, usize),
        scale: f64,
    ) -> Self {
        if has_atoms(noise) {
            let from = spectrum.re.len() / 4 * 3;
            let squares = spectrum.re[from..].iter().zip(&spectrum.im[from..]).map(|(re, im)| re * re + im * im);
            let mean_square = squares.sum::<f64>() / (spectrum.re.len() - from) as f64;
            return Self {
                size: 1.0,
                order: 0.0,
                atoms: Some(mean_square.sqrt().min(1.0)),
                falsified: falsified(points),
                scale,
            };
        }
        let (size, order) = decay(noise, factor, highest);
        Self { size: size.min(1.0), order, atoms: None, falsified: 0.0, scale }
    }

    /// What is left of samples of something else, whose characteristic function has this root mean square at the end of the series and is
    /// found with so many lattice points per frequency.
    pub(super) fn of_samples(root_mean_square: f64, points: usize) -> Self {
        Self { size: 1.0, order: 0.0, atoms: Some(root_mean_square), falsified: falsified(points), scale: 0.0 }
    }
}

/// What is left of the product of several noises' characteristic functions.
#[derive(Debug, Clone, Copy)]
pub(super) struct Remainder {
    size: f64,
    order: f64,
    atoms: f64,
    /// By what the highest frequency is falsified, beside what is left there of atoms: 0 only where no noise has any.
    falsified: f64,
    noises: f64,
    scale: f64,
}

/// How far a probability that a series gives may be off.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Bound {
    /// Wherever the bound of the region lies.
    anywhere: f64,
    /// Where the density of the sum is that of one spread evenly over the period.
    by_chance: f64,
    /// How much larger the density of the sum may be.
    peak: f64,
    beyond_reach: f64,
    has_atoms: bool,
}

impl Remainder {
    /// What is left of the sum of no noises.
    pub(super) const NONE: Self = Self { size: 1.0, order: 0.0, atoms: 1.0, falsified: 0.0, noises: 0.0, scale: 0.0 };

    pub(super) fn and(self, noise: &HighEnd) -> Self {
        Self {
            size: self.size * noise.size,
            order: self.order + noise.order,
            atoms: self.atoms * noise.atoms.unwrap_or(1.0),
            falsified: self.falsified + noise.falsified,
            noises: self.noises + 1.0,
            scale: self.scale.max(noise.scale),
        }
    }

    /// The bound for a series with so many terms and this period, for a floor ε.
    ///
    /// Beyond the cut K, the terms are at most size·(K/k)^order/(πk), and their sum size/(π·order). Atoms that are told apart
    /// each have such a rest, at another place. Those that count for the region's bound are few, and add up as if by chance;
    /// one alone has a share of atoms².
    pub(super) fn bound(&self, period: f64, terms: usize, floor: f64) -> Bound {
        let aligned = if self.order > 0.0 { self.size / (PI * self.order) } else { 0.5 };
        let lattice = if self.has_atoms() { self.lattice_error(floor) } else { 0.0 };
        let (share, by_chance) = if self.has_atoms() {
            let spread = self.size / (PI * (2.0 * (2.0 * self.order + 1.0) * terms as f64).sqrt());
            (self.atoms * self.atoms, DEVIATIONS * self.atoms * spread)
        } else {
            (1.0, 0.0)
        };
        let anywhere = share * aligned.min(0.5) + lattice + self.beyond_reach();
        Bound {
            anywhere,
            by_chance,
            peak: (0.5 * period / self.scale).max(1.0),
            beyond_reach: self.beyond_reach(),
            has_atoms: self.has_atoms(),
        }
    }

    pub(super) fn has_atoms(&self) -> bool {
        self.falsified > 0.0
    }

    /// What spreading over the lattice may do to a probability.
    pub(super) fn lattice_error(&self, floor: f64) -> f64 {
        let at_the_cut = self.falsified * self.atoms * self.size;
        at_the_cut / (PI * (4.0 - self.order).max(1.0)) + LATTICE_ERROR * floor
    }

    /// The probability that some noise lies beyond its reach, or the sum does.
    pub(super) fn beyond_reach(&self) -> f64 {
        BEYOND_REACH * (self.noises + 1.0)
    }
}

impl Bound {
    /// Whether some noise of the sum has atoms.
    pub(super) fn has_atoms(&self) -> bool {
        self.has_atoms
    }

    /// How far a probability may be off where the sum does not reach.
    pub(super) fn beyond_reach(&self) -> f64 {
        self.beyond_reach
    }

    /// How far a probability may be off for which the series gives `found`: in a thin tail, few atoms lie where they count. A
    /// density is hardly more than eight times the probability beyond, in units of the peak's.
    pub(super) fn at(&self, found: f64) -> f64 {
        let density = self.peak * (8.0 * (found.min(1.0 - found).max(0.0) + self.anywhere)).min(1.0);
        self.anywhere + self.by_chance * density.sqrt()
    }
}
