//! Random orders of the players, drawn together so that they cover all orders better than independent ones.

use ndarray::Array2;
use rand::{Rng, RngExt};

use crate::numeric::kernels::dot;
use crate::random::{Purpose, stream};
use crate::threads::in_parallel;

/// Most orders that are drawn together. Twice as many would lower errors by some percent more, and cost twice as much
/// each.
const MOST_TOGETHER: usize = 64;

/// Up to how many sets are drawn on one thread.
const FEW_SETS: usize = 4;

/// Orders that were drawn together; each stands for itself and its reverse.
///
/// Each order sorts the players by keys. A key's sign says in which half of the order the player comes and its size how
/// far from the middle, so an order and its reverse, whose keys are the negative ones, share the sizes. What an order and
/// its reverse leave of the error depends on the sizes and on who comes on the same side as whom, so the set takes care
/// of both:
///
/// - the rows of keys point in orthogonal directions, as in Mitchell, Cooper, Frank and Holmes, "Sampling Permutations
///   for Shapley Value Estimation", JMLR 2022, section 4.2, but from uniform coordinates;
/// - over the set, the sizes of each player's keys are stratified: one in each of as many equal parts as there are orders,
///   as in a Latin hypercube (McKay, Beckman and Conover 1979), in the sequence that the directions gave them.
///
/// All players are treated alike, so each order by itself is any of the n! with the same probability, and means over the
/// set are unbiased. Different sets are independent.
#[derive(Debug)]
pub(super) struct OrderSet {
    orders: Vec<Vec<usize>>,
    /// For each player, the numbers of the orders from where its key is smallest to where it is largest in size.
    strata: Vec<Vec<u8>>,
}

impl OrderSet {
    /// So many orders of so many players in all, in sets of nearly the same size.
    pub(super) fn draw_all(players: usize, orders: usize, seed: u64) -> Vec<Self> {
        let sets = orders.div_ceil(MOST_TOGETHER);
        let draw = |set: usize| {
            let orders = orders * (set + 1) / sets - orders * set / sets;
            Self::draw(&mut stream(seed, Purpose::Permutations, set as u64), players, orders)
        };
        if sets <= FEW_SETS {
            // Waking other threads would take longer.
            return (0..sets).map(draw).collect();
        }
        in_parallel(sets, &draw)
    }

    /// At most [`MOST_TOGETHER`] orders.
    fn draw(generator: &mut impl Rng, players: usize, orders: usize) -> Self {
        let directions = orthogonal_directions(generator, players, orders);
        let mut keys = Array2::zeros((orders, players));
        let mut strata = Vec::with_capacity(players);
        for (coordinates, mut keys) in directions.columns().into_iter().zip(keys.columns_mut()) {
            let by_size = sorted_by(coordinates.iter().map(|coordinate| coordinate.abs()));
            for (stratum, &order) in by_size.iter().enumerate() {
                let size = stratum as f64 + generator.random::<f64>();
                keys[order] = size.copysign(coordinates[order]);
            }
            strata.push(by_size.into_iter().map(|order| order as u8).collect());
        }
        Self { orders: keys.rows().into_iter().map(|keys| sorted_by(keys.iter().copied())).collect(), strata }
    }

    /// The orders, without their reverses.
    pub(super) fn orders(&self) -> &[Vec<usize>] {
        &self.orders
    }

    /// The sum of the squares of the steps between what a player got in neighbouring strata; `amounts` has for each of
    /// these orders what each player got.
    fn squared_steps(&self, player: usize, amounts: &[Vec<f64>]) -> f64 {
        let amount = |order: u8| amounts[usize::from(order)][player];
        self.strata[player].windows(2).map(|pair| (amount(pair[1]) - amount(pair[0])).powi(2)).sum()
    }
}

/// The variance of each player's mean over all orders of these sets; `amounts` has for each order, set by set, what
/// each player got.
///
/// Strata take from the mean's variance what depends on the stratum, and so do differences between neighbouring ones: half
/// the mean square of these is the variance that is left (von Neumann, Kent, Bellinson and Hart, "The Mean Square
/// Successive Difference", Annals of Mathematical Statistics 12, 1941). What orthogonal directions take besides is not
/// seen, so that the error is rather too large than too small.
pub(super) fn variances(sets: &[OrderSet], players: usize, amounts: &[Vec<f64>]) -> Vec<f64> {
    let mut squares = vec![0.0; players];
    let (mut steps, mut left) = (0, amounts);
    for set in sets {
        let (of_set, others) = left.split_at(set.orders.len());
        (0..players).for_each(|player| squares[player] += set.squared_steps(player, of_set));
        (steps, left) = (steps + of_set.len() - 1, others);
    }
    squares.into_iter().map(|sum| sum / 2.0 / steps as f64 / amounts.len() as f64).collect()
}

/// The degrees of freedom of [`variances`]: a variance from so many independent normal amounts would be as uncertain.
/// From the variance (3m − 4)/(m − 1)² of half the mean square step of m standard normal amounts (von Neumann et al. 1941).
pub(super) fn degrees_of_freedom(sets: &[OrderSet]) -> f64 {
    let (mut steps, mut spread) = (0.0, 0.0);
    for set in sets {
        let orders = set.orders.len() as f64;
        steps += orders - 1.0;
        spread += 3.0 * orders - 4.0;
    }
    2.0 * steps * steps / spread
}

/// Unit vectors, one a row, each orthogonal to the diagonal, along which no order changes, and to those before. As the
/// space has no more than n − 1 such directions, the next n − 1 are orthogonal among themselves, and so on. Gram-Schmidt
/// on vectors of uniform coordinates; costs O(vectors · min(vectors, players) · players).
fn orthogonal_directions(generator: &mut impl Rng, players: usize, vectors: usize) -> Array2<f64> {
    let mut directions = Array2::from_shape_simple_fn((vectors, players), || generator.random::<f64>() - 0.5);
    let most = (players - 1).max(1);
    // A new array is contiguous, so all is there.
    let all = directions.as_slice_mut().unwrap_or_default();
    for number in 0..vectors {
        let (before, rest) = all.split_at_mut(number * players);
        let vector = &mut rest[..players];
        let mean = vector.iter().sum::<f64>() / players as f64;
        vector.iter_mut().for_each(|value| *value -= mean);
        for direction in before.chunks_exact(players).skip(number - number % most) {
            let along = dot(direction, vector);
            vector.iter_mut().zip(direction).for_each(|(value, other)| *value -= along * other);
        }
        let length = dot(vector, vector).sqrt();
        // A single player has no direction at all, and only one order.
        if length > 0.0 {
            vector.iter_mut().for_each(|value| *value /= length);
        }
    }
    directions
}

/// The places of the keys from the smallest to the largest key.
fn sorted_by(keys: impl Iterator<Item = f64>) -> Vec<usize> {
    let mut keyed: Vec<(f64, usize)> = keys.zip(0..).collect();
    keyed.sort_unstable_by(|(one, _), (other, _)| one.total_cmp(other));
    keyed.into_iter().map(|(_, place)| place).collect()
}

#[cfg(test)]
mod tests;
