//! What the outputs of a visited world mean.

use ndarray::ArrayView2;

/// The figures of one world.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Reading {
    /// What the world is worth: v(T), in nats, or a difference in the target's unit.
    pub(crate) value: f64,
    /// Its standard error, in the same unit.
    pub(crate) error: f64,
    /// q(T); not meaningful for a mean.
    pub(crate) probability: f64,
}

impl Reading {
    /// A world in which nothing is drawn, so that the observation repeats itself.
    pub(crate) fn certain() -> Self {
        Self { value: 0.0, error: 0.0, probability: 1.0 }
    }
}

/// How the outputs of one engine are read. The first output is always what the world is worth.
pub(crate) trait Readout {
    /// How many outputs a world has.
    fn width(&self) -> usize;

    /// Whether an output bounds how far the first one may be off: see [`Game::is_bound`](crate::shapley::Game::is_bound).
    fn is_bound(&self, _output: usize) -> bool {
        false
    }

    /// The figures of one world.
    fn reading(&self, outputs: &[f64]) -> Reading;

    /// The standard error that the engine has in the Shapley value of every player, from the Shapley values of all outputs,
    /// players × outputs.
    fn errors(&self, values: ArrayView2<'_, f64>) -> Vec<f64>;

    /// By how much the Shapley value of every player may be off beside: what no output carries. It adds up over the parts of an event;
    /// empty where there is nothing.
    fn errors_beside(&self) -> Vec<f64> {
        Vec::new()
    }
}
