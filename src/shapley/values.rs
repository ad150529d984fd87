//! The result.

use ndarray::{Array2, ArrayView2};

/// Shapley values with their standard errors.
#[derive(Debug, Clone, PartialEq)]
pub struct ShapleyValues {
    /// players × outputs.
    pub(super) values: Array2<f64>,
    /// One per player, of the first output.
    pub(super) std_errors: Vec<f64>,
    /// Degrees of freedom of the standard errors; infinite after enumeration, whose errors are known to be 0.
    pub(super) degrees_of_freedom: f64,
    /// v(∅), one per output.
    pub(super) empty: Vec<f64>,
    /// v(all), one per output.
    pub(super) full: Vec<f64>,
    pub(super) permutations: Option<usize>,
    pub(super) evaluations: usize,
}

impl ShapleyValues {
    /// Exact values, one list per output with one value per player, and the outputs of nobody and of everybody.
    pub(crate) fn exact(outputs: &[Vec<f64>], empty: Vec<f64>, full: Vec<f64>) -> Self {
        let players = outputs[0].len();
        let values = Array2::from_shape_fn((players, outputs.len()), |(player, output)| outputs[output][player]);
        let evaluations = 1_usize.checked_shl(u32::try_from(players).unwrap_or(u32::MAX)).unwrap_or(usize::MAX);
        Self {
            values,
            std_errors: vec![0.0; players],
            degrees_of_freedom: f64::INFINITY,
            empty,
            full,
            permutations: None,
            evaluations,
        }
    }

    /// The values of the sum of games of the same players, which are the sums of theirs: nobody is worth something only in the game of
    /// number `nobody`, and everybody in that of number `everybody`. Nothing if there are no games.
    pub(crate) fn sum_of_exact(games: &[Self], nobody: usize, everybody: usize) -> Option<Self> {
        let mut sum = games.first()?.clone();
        games[1..].iter().for_each(|game| sum.values += &game.values);
        sum.empty.clone_from(&games[nobody].empty);
        sum.full.clone_from(&games[everybody].full);
        Some(sum)
    }

    /// One value per player, of the game's first output.
    pub fn values(&self) -> Vec<f64> {
        self.values.column(0).to_vec()
    }

    /// The values of every output, players × outputs.
    pub fn outputs(&self) -> ArrayView2<'_, f64> {
        self.values.view()
    }

    /// One standard error per player, of the first output: what other permutations would have changed.
    /// Exactly 0 after enumeration.
    pub fn std_errors(&self) -> &[f64] {
        &self.std_errors
    }

    /// How well the standard errors are known: the 97.5 % quantile of Student's distribution with so many
    /// degrees, times its error, is half of a 95 % confidence interval. Infinite after enumeration.
    pub fn degrees_of_freedom(&self) -> f64 {
        self.degrees_of_freedom
    }

    /// The value of the empty coalition, one per output.
    pub fn empty_value(&self) -> &[f64] {
        &self.empty
    }

    /// The value of the coalition of all players, one per output.
    pub fn full_value(&self) -> &[f64] {
        &self.full
    }

    /// How many permutations were used; nothing after enumeration.
    pub fn permutations(&self) -> Option<usize> {
        self.permutations
    }

    /// How many times a coalition was evaluated.
    pub fn evaluations(&self) -> usize {
        self.evaluations
    }
}
