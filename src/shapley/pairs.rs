//! What players add in an order, and in pairs of an order and its reverse.

use ndarray::Array2;

use super::game::Game;

/// What the players added, summed over orders.
pub(super) struct Added {
    /// players × outputs.
    pub(super) values: Array2<f64>,
    /// For each player the squares of what was left to share where it was in a run: see [`Expected`](super::runs::Expected).
    pub(super) left: Vec<f64>,
}

impl Added {
    pub(super) fn nothing<G: Game>(game: &G) -> Self {
        Self { values: Array2::zeros((game.players(), game.outputs())), left: vec![0.0; game.players()] }
    }
}

/// What the players added in pairs of an order and its reverse: sums over pairs, of what they added on average in the two orders.
#[derive(Clone)]
pub(super) struct Pairs {
    /// players × outputs.
    sum: Array2<f64>,
    /// For each pair what each player added, of the first output.
    amounts: Vec<Vec<f64>>,
    /// For each player the squares of half the difference of what it added in an order and in its reverse, of the first output.
    squares: Vec<f64>,
    /// For each player the squares of what was left to share.
    left: Vec<f64>,
    evaluations: usize,
}

impl Pairs {
    pub(super) fn none<G: Game>(game: &G) -> Self {
        let (players, outputs) = (game.players(), game.outputs());
        Self {
            sum: Array2::zeros((players, outputs)),
            amounts: Vec::new(),
            squares: vec![0.0; players],
            left: vec![0.0; players],
            evaluations: 0,
        }
    }

    /// Adds a pair.
    pub(super) fn push(&mut self, order: &Added, reverse: &Added) {
        let both = order.values.column(0).into_iter().zip(reverse.values.column(0));
        for (squares, (order, reverse)) in self.squares.iter_mut().zip(both) {
            *squares += (order - 0.5 * (order + reverse)).powi(2);
        }
        for (left, (order, reverse)) in self.left.iter_mut().zip(order.left.iter().zip(&reverse.left)) {
            *left += order + reverse;
        }
        let mean = (&order.values + &reverse.values) / 2.0;
        self.amounts.push(mean.column(0).to_vec());
        self.sum += &mean;
    }

    /// Adds pairs after these.
    pub(super) fn append(&mut self, others: Self) {
        self.sum += &others.sum;
        self.amounts.extend(others.amounts);
        self.squares.iter_mut().zip(others.squares).for_each(|(sum, squares)| *sum += squares);
        self.left.iter_mut().zip(others.left).for_each(|(sum, left)| *sum += left);
        self.evaluations += others.evaluations;
    }

    /// Notes how many coalitions were evaluated.
    pub(super) fn count(&mut self, evaluations: usize) {
        self.evaluations += evaluations;
    }

    pub(super) fn evaluations(&self) -> usize {
        self.evaluations
    }

    /// For each pair what each player added, of the first output.
    pub(super) fn amounts(&self) -> &[Vec<f64>] {
        &self.amounts
    }

    /// What each player added on average, players × outputs.
    pub(super) fn means(&self) -> Array2<f64> {
        &self.sum / self.amounts.len() as f64
    }

    /// The variances of the players' means, if pairs are independent.
    pub(super) fn variances(&self) -> Vec<f64> {
        let count = self.amounts.len() as f64;
        let of_player = |player: usize| {
            let mean = self.sum[(player, 0)] / count;
            let squares: f64 = self.amounts.iter().map(|amounts| (amounts[player] - mean).powi(2)).sum();
            squares / (count - 1.0) / count
        };
        (0..self.squares.len()).map(of_player).collect()
    }

    /// The variances that the players' means would have if orders and their reverses were independent, too.
    pub(super) fn variances_of_independent(&self) -> Vec<f64> {
        let count = self.amounts.len() as f64;
        self.squares.iter().map(|squares| squares / count / (2.0 * count)).collect()
    }

    /// The variances of the players' means that are due to what was left to share, if all of it was theirs.
    pub(super) fn variances_of_left(&self) -> Vec<f64> {
        let orders = 2.0 * self.amounts.len() as f64;
        self.left.iter().map(|left| left / (orders * orders)).collect()
    }
}
