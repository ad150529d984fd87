//! What Fourier inversion needs to know of a target, whatever the event: characteristic functions on lattices that are
//! fine enough.

use super::super::plan::Plan;
use super::spread::{Furthest, Spread};
use crate::noise::{NoiseDistribution, Spectrum, SpectrumAnalyser};

/// Fewest and most terms of the series.
const FREQUENCIES: (usize, usize) = (256, 4096);
/// The highest frequency, times the scale of the largest free noise, is at least this: a normal distribution's
/// characteristic function is e⁻³² there.
const RESOLUTION: f64 = 8.0;
/// Most spectra, in multiples of the number of noises, before more frequencies are the better choice.
const MOST_SPECTRA_PER_NOISE: usize = 3;
/// The probabilities that enclose a noise's scale: those of one standard deviation to either side of a normal mean.
const SCALE_QUANTILES: (f64, f64) = (0.158_655_253_931_457_05, 0.841_344_746_068_542_9);
/// The probability beyond which the range of unbounded noise is cut off.
const RANGE_TAIL: f64 = 1e-12;
/// How much a period exceeds the reach of the sum.
const MARGIN: f64 = 1.01;

/// A target that is a weighted sum of noises, ready for Fourier inversion.
#[derive(Debug)]
pub(in super::super) struct FourierTarget {
    /// The noises that vary, the largest scale first.
    pub(super) movers: Vec<Mover>,
    /// From the one with all movers to that with only the smallest.
    pub(super) levels: Vec<Level>,
    pub(super) frequencies: usize,
}

/// A noise that varies.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mover {
    /// Its node in the plan.
    pub(super) node: usize,
    /// Half of the width that holds the middle 68 %, in the target's unit.
    scale: f64,
    pub(super) spread: Spread,
}

/// A lattice for the coalitions in which the largest free noise is one of a group.
///
/// One lattice for all would have to be as wide as the largest noise and as fine as the smallest.
#[derive(Debug)]
pub(super) struct Level {
    /// The first mover of the group. This level knows it and all smaller ones.
    pub(super) first: usize,
    /// L: no sum of noises of this level is as wide.
    pub(super) period: f64,
    pub(super) furthest: Furthest,
    /// Of every mover from `first`, times its effect and less its mean.
    pub(super) spectra: Vec<Spectrum>,
}

impl FourierTarget {
    /// Nothing if the series would not do: where it needs too many terms, or noises have atoms that make the target's
    /// distribution function jump, given others.
    pub(in super::super) fn find(plan: &Plan<'_>, effects: &[f64], floor: f64, data_floor: f64) -> Option<Self> {
        // The error of the series is that of a few hundred terms, not of f64.
        if floor < 0.1 * data_floor || floor < 1e-9 {
            return None;
        }
        let varies = |&node: &usize| effects[node] != 0.0 && !plan.nodes[node].mechanism.noise().is_degenerate();
        let movers = (0..effects.len()).filter(varies);
        let movers = movers.map(|node| Mover::new(node, plan.nodes[node].mechanism.noise(), effects[node], floor));
        let mut movers = movers.collect::<Option<Vec<Mover>>>()?;
        movers.sort_by(|a, b| b.scale.total_cmp(&a.scale));
        let (mut frequencies, most) = FREQUENCIES;
        let groups = loop {
            match group(&movers, frequencies) {
                Some(groups) => break groups,
                None if frequencies == most => return None,
                None => frequencies *= 2,
            }
        };
        let analyser = SpectrumAnalyser::new(frequencies);
        let levels = groups.into_iter().map(|(first, period)| Level {
            first,
            period,
            furthest: Furthest::of(movers[first..].iter().map(|mover| mover.spread)),
            spectra: movers[first..]
                .iter()
                .map(|mover| {
                    analyser.spectrum(plan.nodes[mover.node].mechanism.noise(), effects[mover.node], period)
                })
                .collect(),
        });
        let levels = levels.collect();
        Some(Self { movers, levels, frequencies })
    }
}

/// Cuts the movers into groups, each with its first mover and its period; nothing if so many frequencies do not
/// resolve the distributions.
fn group(movers: &[Mover], frequencies: usize) -> Option<Vec<(usize, f64)>> {
    let mut groups = Vec::new();
    let (mut first, mut spectra) = (0, 0);
    while first < movers.len() {
        let rest = &movers[first..];
        spectra += rest.len();
        let sum = rest.iter().fold(Spread::default(), |sum, mover| sum + mover.spread);
        let (below, above) = Furthest::of(rest.iter().map(|mover| mover.spread)).reach(sum);
        let period = MARGIN * (below + above);
        let highest = std::f64::consts::TAU * frequencies as f64 / period;
        let resolved = rest.iter().take_while(|mover| mover.scale * highest >= RESOLUTION).count();
        if resolved == 0 || spectra > MOST_SPECTRA_PER_NOISE * movers.len() {
            return None;
        }
        groups.push((first, period));
        first += resolved;
    }
    Some(groups)
}

impl Mover {
    /// Nothing if an atom is so heavy that two such noises jump by a probability which matters beside the floor.
    fn new(node: usize, noise: &NoiseDistribution, effect: f64, floor: f64) -> Option<Self> {
        if noise.largest_atom().powi(2) > 0.25 * floor {
            return None;
        }
        let quantile = |probability: f64| noise.quantile(probability).ok();
        let mean = noise.mean();
        let (lowest, highest) = (quantile(RANGE_TAIL)? - mean, quantile(1.0 - RANGE_TAIL)? - mean);
        let (from, to) = (effect * lowest, effect * highest);
        let (inner, outer) = SCALE_QUANTILES;
        let scale = 0.5 * effect.abs() * (quantile(outer)? - quantile(inner)?);
        let variance = effect * effect * noise.variance();
        let spread = Spread { below: -from.min(to), above: from.max(to), variance };
        (scale > 0.0 && (spread.below + spread.above + variance).is_finite()).then_some(Self { node, scale, spread })
    }
}
