//! Coalitions whose series leaves out too much: what follows its last term is summed, or there is no need for a series.

use rustfft::num_complex::Complex64;

use super::beyond::{MOST_ENDS, PartBeyond};
use super::bound::Remainder;
use super::free_sum::FreeSum;
use super::lattices::Lattice;
use super::series::{Probability, Series};
use super::tail::{Bounded, Tail, VALUES};
use crate::noise::{Fall, NoiseDistribution, Side};

/// Most ends for which it may be integrated, which takes longer.
const MOST_INTEGRATED: usize = 32;
/// Most sums of atoms at which another noise is asked: those of two noises of 64 rows.
const MOST_PLACES: usize = 4096;
/// The error, in nats, from which it is worth the while: of noises without atoms.
const WORTHWHILE: f64 = 1e-4;
/// And of those with atoms, whose errors differ from coalition to coalition and are dear to mend.
const WORTHWHILE_FOR_ATOMS: f64 = 0.01;
/// What errors of sums and integrals are multiplied by: their bounds rest on the terms that were seen.
const CAUTION: f64 = 8.0;
/// The error, as a share of q + ε, that is sought.
const CLOSE_ENOUGH: f64 = 1e-5;

/// The product of parts, one of each of several noises.
struct Product {
    falls: Vec<Fall>,
    values: [Complex64; VALUES],
    ends: Vec<(f64, f64)>,
}

impl Product {
    fn times(&self, beyond: &PartBeyond) -> Self {
        let PartBeyond { part, values } = beyond;
        let mut product: [Complex64; VALUES] = self.values;
        product.iter_mut().zip(values).for_each(|(value, other)| *value *= other);
        let falls = self.falls.iter().copied().chain((part.fall != Fall::Never).then_some(part.fall)).collect();
        let ends = self.ends.iter().flat_map(|&(place, share)| {
            part.ends.iter().map(move |&(other, of_other)| (place + other, share * of_other))
        });
        Self { falls, values: product, ends: ends.collect() }
    }
}

/// Free movers whose sum a lattice follows, two of them at least.
pub(super) struct FreeMovers<'a> {
    pub(super) lattice: &'a Lattice,
    /// By their places in the target's movers.
    pub(super) movers: Vec<usize>,
    pub(super) sum: &'a FreeSum,
    /// By what free noises that do not vary shift the target.
    pub(super) constants: f64,
}

impl Series<'_> {
    /// Whether an answer is so bad that a better one is worth the while, whatever it is for.
    pub(super) fn is_rough(&self, found: Probability, has_atoms: bool) -> bool {
        self.error_in_nats(found) >= if has_atoms { WORTHWHILE_FOR_ATOMS } else { WORTHWHILE }
    }

    /// A better answer than the series' `found`, if there is one. `series` gives the sum of the series for every side of the region.
    pub(super) fn refined(&self, free: &FreeMovers<'_>, found: Probability, series: &[(Side, f64)]) -> Probability {
        let remainder = free.movers.iter().fold(Remainder::NONE, |all, &mover| all.and(free.lattice.high_end(mover)));
        if let Some(probability) = self.of_few(free) {
            return probability;
        }
        let Some(products) = products(free) else { return found };
        let least = (found.value - found.error).max(0.0) + self.floor;
        let lattice = if remainder.has_atoms() { remainder.lattice_error(self.floor) } else { 0.0 };
        let beside = lattice + remainder.beyond_reach() + self.rounding(free.lattice);
        let side = |&(side, series): &(Side, f64)| {
            if let Some(certain) = self.out_of_reach(side, free.lattice, free.sum) {
                return Probability { value: certain, error: beside };
            }
            let rest = rest(&products, free, -self.distance(side), CLOSE_ENOUGH * least);
            let value = self.sum(side, free.lattice, free.sum, series + rest.value);
            Probability { value, error: rest.error + beside }
        };
        let better = series.iter().map(side).fold(self.without_sides(), Probability::or);
        if better.error < found.error { better } else { found }
    }

    /// Where all noises but one have nothing but atoms, and few, the distribution function of that one is asked at every sum of theirs.
    fn of_few(&self, free: &FreeMovers<'_>) -> Option<Probability> {
        let atoms = |mover: usize| match self.noise_of(mover) {
            (NoiseDistribution::Empirical(noise), effect, observed) => Some((noise.values(), effect, observed)),
            _ => None,
        };
        let without_atoms = |&&mover: &&usize| atoms(mover).is_none();
        let &other = free.movers.iter().find(without_atoms).or(free.movers.last())?;
        let mut places = vec![self.observed() + free.constants];
        for &mover in free.movers.iter().filter(|&&mover| mover != other) {
            let (values, effect, observed) = atoms(mover)?;
            // Of a pair, one noise is asked at the values of the other, however many.
            if free.movers.len() > 2 && places.len() * values.len() > MOST_PLACES {
                return None;
            }
            places = places
                .iter()
                .flat_map(|place| values.iter().map(move |value| place + effect * (value - observed)))
                .collect();
        }
        Some(self.average(&places, other))
    }
}

/// All products of parts; nothing if they are too many or unknown.
fn products(free: &FreeMovers<'_>) -> Option<Vec<Product>> {
    let mut products = vec![Product { falls: Vec::new(), values: [Complex64::ONE; VALUES], ends: vec![(0.0, 1.0)] }];
    let mut ends = 1;
    for &mover in &free.movers {
        let parts = free.lattice.beyond(mover)?;
        ends *= parts.iter().map(|part| part.part.ends.len()).sum::<usize>();
        if ends > MOST_ENDS {
            return None;
        }
        products = products.iter().flat_map(|product| parts.iter().map(|part| product.times(part))).collect();
    }
    Some(products)
}

/// What the series leaves out, for the region's bound `shift` below the observation.
fn rest(products: &[Product], free: &FreeMovers<'_>, shift: f64, close_enough: f64) -> Bounded {
    let ends: usize = products.iter().map(|product| product.ends.len()).sum();
    let mut sum = Bounded::default();
    for product in products {
        let tail = Tail::new(free.lattice.period, free.lattice.terms, product.falls.clone(), &product.values);
        for &(place, share) in &product.ends {
            let found = tail.at(free.sum.shift + shift + place, close_enough, ends <= MOST_INTEGRATED);
            sum.value += share * found.value;
            sum.error += CAUTION * share.abs() * found.error;
        }
    }
    sum
}
