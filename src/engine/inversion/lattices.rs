//! What Fourier inversion needs to know of a target, whatever the event: characteristic functions on lattices that are
//! fine enough.

use std::sync::OnceLock;

use super::beyond::PartBeyond;
use super::bound::{Bound, HighEnd, LATTICE_ERROR, Remainder, has_atoms};
use super::spread::{Furthest, Spread};
use crate::noise::{NoiseDistribution, Spectrum, SpectrumAnalyser};
use crate::numeric::ranks::sort_by;
use crate::target::Target;
use crate::threads::in_parallel;

/// Fewest and most terms of the series.
const FREQUENCIES: (usize, usize) = (128, 4096);
/// Fewest and most lattice points per frequency.
const POINTS: (usize, usize) = (8, 64);
/// By what spreading over the fewest points may falsify a probability: the k-th of n harmonics by 2(k/n)⁴ times the characteristic
/// function at those that are taken for it; less than this.
const ERROR_OF_FEWEST_POINTS: f64 = 1.6e-9;
/// The highest frequency, times the scale of the largest free noise, is at least this: a normal distribution's
/// characteristic function is e⁻¹⁸ there.
const RESOLUTION: f64 = 6.0;
/// Most frequencies of all spectra together, at 16 bytes each, and as many for every event at work.
const MOST_TERMS: usize = 1 << 23;
/// The heaviest atom that the sum of two noises may have, as a share of the floor: the series is off by half of it there.
const LARGEST_JUMP: f64 = 0.25;
/// Up to how many movers the fewest frequencies are the best.
const FEW_MOVERS: usize = 20;
/// How much finer than a lattice's lattice another may be to share its transforms, rather than have shorter ones of its
/// own.
const SHARED_DIVISIONS: usize = 16;
/// How often the coarsest lattice may be halved: beyond that, the sums of all noises lose the digits that the smallest
/// one moves.
const MOST_DIVISIONS: usize = 50;
/// What the smallest noises may do to the target, all of them together, to be left out: as a share of what the largest one does.
/// Rounding of the observed values does more.
const LEFT_OUT: f64 = 1e-14;
/// The smallest floor where noises have atoms, as a share of the one that the training data suggest.
const LEAST_SHARE_OF_DATA_FLOOR: f64 = 0.1;
/// The smallest floor for which what lies beyond the reach of noises, and rounding, do not matter.
const LEAST_FLOOR: f64 = 1e-9;
/// The probabilities that enclose a noise's scale: those of one standard deviation to either side of a normal mean.
const SCALE_QUANTILES: (f64, f64) = (0.158_655_253_931_457_05, 0.841_344_746_068_542_9);
/// The probability beyond which the range of unbounded noise is cut off.
const RANGE_TAIL: f64 = 1e-12;
/// The range of a sampled term, as far as it matters, in units of that of the sum of all noises: as wide as
/// that, where only coalitions of like means are compared, and as much again for means that differ.
const ROOM_FOR_TERM: f64 = 2.0;
/// How much a period exceeds the reach of the sum.
const MARGIN: f64 = 1.01;

/// What Fourier inversion needs of a target that is a weighted sum of noises: the noises that vary, and lattices with their
/// characteristic functions.
#[derive(Debug)]
pub(in super::super) struct Lattices {
    /// The noises that vary, the largest scale first.
    pub(super) movers: Vec<Mover>,
    /// Those that vary so little that they are taken for constants at what was observed: for events in which rounding hides them.
    left_out: Vec<Mover>,
    /// From the one with all movers to that with only the smallest.
    pub(super) all: Vec<Lattice>,
    pub(super) frequencies: usize,
    /// Lattice points per frequency for the noises.
    pub(super) points: usize,
}

/// A noise that varies.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mover {
    /// Its node in the target.
    pub(super) node: usize,
    /// Half of the width that holds the middle 68 %, in the target's unit.
    pub(super) scale: f64,
    pub(super) spread: Spread,
}

/// A lattice for the coalitions in which the largest free noise is one of a group.
///
/// One lattice for all would have to be as wide as the largest noise and as fine as the smallest.
#[derive(Debug)]
pub(super) struct Lattice {
    /// The first mover of the group. This lattice knows it and all smaller ones.
    pub(super) first: usize,
    /// L: no sum of noises of this lattice is as wide.
    pub(super) period: f64,
    pub(super) furthest: Furthest,
    /// How many terms its series has.
    pub(super) terms: usize,
    /// The characteristic function of every mover from `first`, times its effect and less its mean.
    pub(super) spectra: Vec<Spectrum>,
    /// What is left of each at the last of the terms.
    high_ends: Vec<HighEnd>,
    /// How each goes on beyond, where that is known and simple.
    beyond: Vec<Option<Vec<PartBeyond>>>,
    /// For every set of movers from `first` how far a probability may be off, made when it is first needed.
    bounds: OnceLock<Vec<Bound>>,
}

impl Lattice {
    /// Finds what there is beyond the last term, given the spectra from so many points per frequency.
    fn look_beyond(&mut self, target: &Target, effects: &[f64], movers: &[Mover], points: usize) {
        let (period, terms) = (self.period, self.terms);
        let highest = std::f64::consts::TAU * terms as f64 / period;
        let known =
            || movers[self.first..].iter().map(|mover| (target.noise(mover.node), effects[mover.node], mover.scale));
        self.high_ends = known()
            .zip(&self.spectra)
            .map(|((noise, effect, scale), spectrum)| HighEnd::new(noise, effect, highest, (spectrum, points), scale))
            .collect();
        self.beyond = known().map(|(noise, effect, _)| PartBeyond::of(noise, effect, period, terms)).collect();
    }

    /// The characteristic function of a mover that this lattice knows.
    pub(super) fn spectrum(&self, mover: usize) -> &Spectrum {
        &self.spectra[mover - self.first]
    }

    /// What is left of a mover at the last term.
    pub(super) fn high_end(&self, mover: usize) -> &HighEnd {
        &self.high_ends[mover - self.first]
    }

    /// How a mover goes on beyond the last term.
    pub(super) fn beyond(&self, mover: usize) -> Option<&[PartBeyond]> {
        self.beyond[mover - self.first].as_deref()
    }

    /// The bound for every set of movers, numbered by their bits: the first has the highest. Costs O(2ⁿ), once for a target.
    pub(super) fn bounds(&self, floor: f64) -> &[Bound] {
        self.bounds.get_or_init(|| {
            let mut sets = vec![Remainder::NONE];
            for noise in self.high_ends.iter().rev() {
                let with: Vec<Remainder> = sets.iter().map(|set| set.and(noise)).collect();
                sets.extend(with);
            }
            sets.iter().map(|set| set.bound(self.period, self.terms, floor)).collect()
        })
    }
}

impl Lattices {
    /// With a sampled term beside the noises, one lattice must do for all, and leaves room for it.
    ///
    /// # Errors
    /// The reason why the series would not do: it needs too many terms, or noises have atoms that make the target's
    /// distribution function jump, given others.
    pub(in super::super) fn find(
        target: &Target,
        effects: &[f64],
        (floor, data_floor): (f64, f64),
        with_term: bool,
    ) -> Result<Self, String> {
        let varies = |&node: &usize| effects[node] != 0.0 && !target.noise(node).is_degenerate();
        let movers = (0..effects.len()).filter(varies);
        let has_atoms = movers.clone().any(|node| has_atoms(target.noise(node)));
        if has_atoms && floor < LEAST_SHARE_OF_DATA_FLOOR * data_floor {
            return Err(format!(
                "the floor {floor:e} is less than a tenth of the {data_floor:e} that the training data support, and a series \
                 does not resolve so small a probability"
            ));
        }
        let points = points_for(floor, has_atoms)
            .ok_or_else(|| format!("the floor {floor:e} is so small that the series would need too fine a lattice"))?;
        if jumps(movers.clone().map(|node| target.noise(node)), floor) {
            return Err("values of the noises coincide, as counts do, so that sums of them have heavy atoms".to_owned());
        }
        let mover = |node: usize| {
            let mover = Mover::new(node, target.noise(node), effects[node], floor);
            mover.map_err(|reason| format!("the noise of `{}` {reason}", target.node_name(node)))
        };
        let mut movers = movers.map(mover).collect::<Result<Vec<Mover>, String>>()?;
        sort_by(&mut movers, &|a, b| b.scale.total_cmp(&a.scale));
        let left_out = movers.split_off(if with_term { movers.len() } else { first_to_leave_out(&movers) });
        let (frequencies, groups) = Groups::choose(&movers, with_term).ok_or_else(|| {
            "the scales of the noises are so far apart that the series would need too many terms".to_owned()
        })?;
        let mut all = groups.lattices(target, effects, &movers, points);
        all.iter_mut().for_each(|lattice| lattice.look_beyond(target, effects, &movers, points));
        Ok(Self { movers, left_out, all, frequencies, points })
    }

    /// Whether a noise is taken for a constant at what was observed.
    pub(super) fn leaves_out(&self, node: usize) -> bool {
        self.left_out.iter().any(|mover| mover.node == node)
    }

    /// How far these nodes' noises, as far as they are left out, can take the target from what was observed, together.
    /// `shift` says by how much the mean of a noise does.
    pub(in super::super) fn left_open(&self, is_free: impl Fn(usize) -> bool, shift: impl Fn(usize) -> f64) -> f64 {
        let free = self.left_out.iter().filter(|mover| is_free(mover.node));
        free.map(|mover| shift(mover.node).abs() + mover.spread.below.max(mover.spread.above)).sum()
    }
}

/// The first of the movers, the largest of which come first, that is left out with all after it.
fn first_to_leave_out(movers: &[Mover]) -> usize {
    let width = |mover: &Mover| mover.spread.below + mover.spread.above;
    let Some(most) = movers.first().map(|largest| LEFT_OUT * width(largest)) else { return 0 };
    let mut open = 0.0;
    let hidden = movers.iter().rev().take_while(|mover| {
        open += width(mover);
        open <= most
    });
    movers.len() - hidden.count()
}

/// Movers of similar scale, one group per lattice.
struct Groups {
    /// The period of the first lattice.
    period: f64,
    /// For each lattice the first mover and by what the first period is divided, a power of two: so the frequencies of
    /// all lattices are multiples of those of the first, and one transform of a noise serves them all.
    firsts: Vec<(usize, usize)>,
    frequencies: usize,
}

impl Groups {
    /// With the number of frequencies: for few movers the fewest that do, as all their coalitions are products over the
    /// frequencies; for many, those with which all spectra together are smallest. Nothing if none do.
    fn choose(movers: &[Mover], with_term: bool) -> Option<(usize, Self)> {
        let (fewest, most) = FREQUENCIES;
        let powers = std::iter::successors(Some(fewest), |frequencies| Some(2 * frequencies));
        let numbers = powers.take_while(|&frequencies| frequencies <= most);
        let mut choices =
            numbers.filter_map(|frequencies| Some((frequencies, Self::form(movers, frequencies, with_term)?)));
        if with_term {
            return choices.find(|(_, groups)| groups.firsts.len() == 1);
        }
        if movers.len() <= FEW_MOVERS {
            return choices.next();
        }
        let size = |(frequencies, groups): &(usize, Self)| frequencies * groups.spectra(movers.len());
        choices.min_by_key(size).filter(|choice| size(choice) <= MOST_TERMS)
    }

    /// How many spectra all lattices have.
    fn spectra(&self, movers: usize) -> usize {
        self.firsts.iter().map(|&(first, _)| movers - first).sum()
    }

    /// The groups for so many frequencies; nothing if they do not resolve the distributions.
    fn form(movers: &[Mover], frequencies: usize, with_term: bool) -> Option<Self> {
        let room = if with_term { ROOM_FOR_TERM } else { 0.0 };
        let period = enclosing_period(movers) * (1.0 + room);
        let mut firsts = Vec::new();
        let mut first = 0;
        while first < movers.len() {
            let rest = &movers[first..];
            let width = enclosing_period(rest);
            let wide_enough = |&divisor: &usize| width <= period / divisor as f64;
            let divisors = (0..MOST_DIVISIONS).map(|power| 1_usize << power);
            // The next one would be too fine, unless there is none. A sampled term is as wide on every lattice.
            let divisor = if with_term { 1 } else { divisors.take_while(wide_enough).last()? };
            let highest = std::f64::consts::TAU * (frequencies * divisor) as f64 / period;
            let resolved = rest.iter().take_while(|mover| mover.scale * highest >= RESOLUTION).count();
            if resolved == 0 {
                return None;
            }
            firsts.push((first, divisor));
            first += resolved;
        }
        Some(Self { period, firsts, frequencies })
    }

    /// Transforms every noise for every lattice that knows it; many of them in parallel.
    fn lattices(&self, target: &Target, effects: &[f64], movers: &[Mover], points: usize) -> Vec<Lattice> {
        let spectra = |number: usize| {
            let mut analyser = SpectrumAnalyser::new(self.frequencies, points);
            let mover = &movers[number];
            let knowing = self.firsts.partition_point(|&(first, _)| first <= number);
            let divisors: Vec<usize> = self.firsts[..knowing].iter().map(|&(_, divisor)| divisor).collect();
            let noise = target.noise(mover.node);
            let of_run = |shared: &[usize]| {
                let finer: Vec<usize> = shared.iter().map(|divisor| divisor / shared[0]).collect();
                analyser.spectra(noise, effects[mover.node], self.period / shared[0] as f64, &finer)
            };
            runs(&divisors).into_iter().flat_map(of_run).collect::<Vec<Spectrum>>()
        };
        let by_mover: Vec<Vec<Spectrum>> = if movers.len() <= FEW_MOVERS {
            // Waking other threads would take longer.
            (0..movers.len()).map(spectra).collect()
        } else {
            in_parallel(movers.len(), &spectra)
        };
        let lattice = |&(first, divisor): &(usize, usize)| {
            let furthest = Furthest::of(movers[first..].iter().map(|mover| mover.spread));
            Lattice {
                first,
                period: self.period / divisor as f64,
                furthest,
                terms: self.frequencies,
                spectra: Vec::new(),
                high_ends: Vec::new(),
                beyond: Vec::new(),
                bounds: OnceLock::new(),
            }
        };
        let mut lattices: Vec<Lattice> = self.firsts.iter().map(lattice).collect();
        for spectra in by_mover {
            spectra.into_iter().zip(&mut lattices).for_each(|(spectrum, lattice)| lattice.spectra.push(spectrum));
        }
        lattices
    }
}

/// Whether sums of noises that are counted or rounded may have atoms which matter beside the floor, though those of the
/// noises are light: two numbers of a hundred have ten thousand sums, but only two hundred different ones. An atom of the
/// sum of two is Σ p_k·q_(s − k) ≤ √(Σ p² · Σ q²), by Cauchy and Schwarz; further noises make atoms lighter.
pub(super) fn jumps<'n>(noises: impl Iterator<Item = &'n NoiseDistribution>, floor: f64) -> bool {
    let mut coincidences: Vec<f64> = noises.map(NoiseDistribution::coincidence).collect();
    coincidences.sort_unstable_by(f64::total_cmp);
    matches!(coincidences.as_slice(), [.., second, first] if (first * second).sqrt() > LARGEST_JUMP * floor)
}

/// How many lattice points per frequency the floor needs; nothing if more than there may be. Densities need none.
fn points_for(floor: f64, has_atoms: bool) -> Option<usize> {
    let (mut points, most) = POINTS;
    if !has_atoms {
        return (floor >= LEAST_FLOOR).then_some(points);
    }
    let mut error = ERROR_OF_FEWEST_POINTS;
    while error > LATTICE_ERROR * floor {
        (points, error) = (2 * points, error / 16.0);
    }
    (points <= most).then_some(points)
}

/// Ascending divisors, cut into runs that share their transforms.
fn runs(divisors: &[usize]) -> Vec<&[usize]> {
    let mut runs = Vec::new();
    let mut rest = divisors;
    while let Some(first) = rest.first() {
        let (run, later) = rest.split_at(rest.partition_point(|divisor| divisor / first <= SHARED_DIVISIONS));
        runs.push(run);
        rest = later;
    }
    runs
}

/// A width that the sum of any of these noises has, but for a negligible probability.
pub(super) fn enclosing_period(movers: &[Mover]) -> f64 {
    let sum = movers.iter().fold(Spread::default(), |sum, mover| sum + mover.spread);
    let (below, above) = Furthest::of(movers.iter().map(|mover| mover.spread)).reach(sum);
    MARGIN * (below + above)
}

impl Mover {
    /// # Errors
    /// The reason why the series would not do: an atom is so heavy that two such noises jump by a probability which matters
    /// beside the floor, or a tail so heavy that no lattice is wide enough.
    pub(super) fn new(node: usize, noise: &NoiseDistribution, effect: f64, floor: f64) -> Result<Self, &'static str> {
        if noise.has_heavy_tail() {
            return Err("has a tail so heavy that no lattice is wide enough");
        }
        if noise.largest_atom().powi(2) > LARGEST_JUMP * floor {
            return Err("has a value so frequent that the distribution of the target jumps there");
        }
        let quantile = |probability: f64| noise.quantile(probability).map_err(|_| "has no finite quantiles");
        let mean = noise.mean();
        let (lowest, highest) = (quantile(RANGE_TAIL)? - mean, quantile(1.0 - RANGE_TAIL)? - mean);
        let (from, to) = (effect * lowest, effect * highest);
        let (inner, outer) = SCALE_QUANTILES;
        let scale = 0.5 * effect.abs() * (quantile(outer)? - quantile(inner)?);
        let variance = effect * effect * noise.variance();
        let spread = Spread { below: -from.min(to), above: from.max(to), variance };
        if scale > 0.0 && (spread.below + spread.above + variance).is_finite() {
            Ok(Self { node, scale, spread })
        } else {
            Err("has most of its probability at one value, or a variance beyond all numbers")
        }
    }
}
