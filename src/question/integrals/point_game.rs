//! Shapley values of a game that is worth a mean over points.

use super::net::Net;
use crate::error::Result;
use crate::shapley::values_of_table;

/// Who has joined at every point.
#[derive(Debug)]
pub(crate) enum Joined<'j> {
    /// Everybody, or nobody, at all points.
    All(bool),
    /// A few players, the same at all points, by their bits.
    Coalition(u32),
    /// At each point those whose rank in its own order is below a number: players × points.
    InOrder { ranks: &'j [Vec<u32>], below: u32 },
}

impl Joined<'_> {
    /// Fills a column with what a player brings: what is `given` at points where the player has joined, what is `drawn` at the others.
    pub(crate) fn select(&self, player: usize, given: &[f64], drawn: &[f64], column: &mut [f64]) {
        match self {
            Self::All(joined) => column.copy_from_slice(if *joined { given } else { drawn }),
            Self::Coalition(players) => {
                column.copy_from_slice(if players >> player & 1 == 1 { given } else { drawn });
            }
            Self::InOrder { ranks, below } => {
                let both = given.iter().zip(drawn).zip(&ranks[player]);
                for (value, ((given, drawn), rank)) in column.iter_mut().zip(both) {
                    *value = if rank < below { *given } else { *drawn };
                }
            }
        }
    }
}

/// A game that is worth the mean over the points of a net.
///
/// With few players all coalitions are visited. With more, every point has a random order of its own in which the players join, and the
/// reverse of that order: what a player adds at the points is then a mean over points and orders alike, for 2·(players − 1) + 2
/// evaluations whatever their number (T. Goda, *A simple algorithm for global sensitivity analysis with Shapley effects*, Reliability
/// Engineering & System Safety 213, 2021). What the choice of orders does to the mean is in its error over randomisations.
#[derive(Debug)]
pub(crate) struct PointGame {
    pub(crate) players: usize,
    /// Up to how many players all coalitions are visited.
    pub(crate) exact_players: usize,
}

impl PointGame {
    /// The Shapley values on one net. `worth` writes what the players who have joined are worth at every point.
    ///
    /// # Errors
    /// When `worth` fails.
    pub(crate) fn values(
        &self,
        net: Net,
        mut worth: impl FnMut(&Joined<'_>, &mut [f64]) -> Result<()>,
    ) -> Result<Vec<f64>> {
        let mut at_points = vec![0.0; net.points];
        if self.players <= self.exact_players {
            let mut table = Vec::with_capacity(1 << self.players);
            for players in 0..1_u32 << self.players {
                worth(&Joined::Coalition(players), &mut at_points)?;
                table.push(at_points.iter().sum::<f64>() / net.points as f64);
            }
            return Ok(values_of_table(&table));
        }
        let orders = net.orders(self.players);
        let mut sums = vec![0.0; self.players];
        let mut before = vec![0.0; net.points];
        for is_reverse in [false, true] {
            let place = |order: &[usize], rank: usize| order[if is_reverse { self.players - 1 - rank } else { rank }];
            let mut ranks = vec![vec![0_u32; net.points]; self.players];
            for (point, order) in orders.iter().enumerate() {
                (0..self.players).for_each(|rank| ranks[place(order, rank)][point] = rank as u32);
            }
            worth(&Joined::All(false), &mut before)?;
            for below in 1..=self.players {
                worth(&Joined::InOrder { ranks: &ranks, below: below as u32 }, &mut at_points)?;
                for (point, order) in orders.iter().enumerate() {
                    sums[place(order, below - 1)] += at_points[point] - before[point];
                }
                std::mem::swap(&mut before, &mut at_points);
            }
        }
        Ok(sums.into_iter().map(|sum| sum / 2.0 / net.points as f64).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shapley::{FunctionGame, ShapleyConfig, shapley_values};

    #[test]
    fn orders_of_points_give_the_values_of_all_coalitions() {
        // At point p the players who have joined are worth (sum of their weights + p/points)².
        let weights = [1.0, -2.0, 0.5, 3.0];
        let net = Net { seed: 3, replicate: 0, points: 4_096 };
        let worth = |joined: &Joined<'_>, out: &mut [f64]| {
            let (ones, zeros) = (vec![1.0; out.len()], vec![0.0; out.len()]);
            let mut column = vec![0.0; out.len()];
            out.iter_mut().enumerate().for_each(|(point, sum)| *sum = point as f64 / 4_096.0);
            for (player, weight) in weights.iter().enumerate() {
                joined.select(player, &ones, &zeros, &mut column);
                out.iter_mut().zip(&column).for_each(|(sum, is_in)| *sum += weight * is_in);
            }
            out.iter_mut().for_each(|sum| *sum *= *sum);
            Ok(())
        };
        let all = PointGame { players: 4, exact_players: 4 }.values(net, worth).unwrap();
        let in_orders = PointGame { players: 4, exact_players: 0 }.values(net, worth).unwrap();
        let shift = 0.5 - 0.5 / 4_096.0;
        let game = FunctionGame::new(4, |coalition| {
            let sum: f64 = coalition.iter().map(|player| weights[player]).sum();
            sum * sum + 2.0 * sum * shift
        });
        let expected = shapley_values(&game, &ShapleyConfig::default()).unwrap().values();
        for player in 0..4 {
            assert!((all[player] - expected[player]).abs() < 1e-9, "{all:?} {expected:?}");
            assert!((in_orders[player] - expected[player]).abs() < 0.15, "{in_orders:?} {expected:?}");
        }
        let total = |values: &[f64]| values.iter().sum::<f64>();
        assert!((total(&in_orders) - total(&expected)).abs() < 1e-9);
    }
}
