//! What is given and what is drawn.

use crate::mechanism::Interval;

/// Where the noise of a node comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Source {
    /// It has this value.
    Given(f64),
    /// It is drawn from these of its values, which are all that the observation tells.
    Within(Interval),
    /// It is drawn from its distribution.
    Drawn,
}

/// Where the noise of every node of a target comes from, in the order of the target's nodes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct World {
    sources: Vec<Source>,
}

impl World {
    pub(crate) fn new(sources: Vec<Source>) -> Self {
        Self { sources }
    }

    /// Whether the noise of a node is drawn.
    pub(crate) fn draws(&self, node: usize) -> bool {
        self.sources[node] == Source::Drawn
    }

    /// Sets where the noise of a node comes from.
    pub(crate) fn set(&mut self, node: usize, source: Source) {
        self.sources[node] = source;
    }

    /// The nodes whose noise is drawn, in the order of the target's nodes.
    pub(crate) fn drawn(&self) -> impl Iterator<Item = usize> {
        (0..self.sources.len()).filter(|&node| self.draws(node))
    }
}

/// A player of a game: the noise of one node, which comes from one source or from another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Switch {
    /// The number of the node.
    pub(crate) at: usize,
    /// Where its noise comes from in coalitions without the player.
    pub(crate) off: Source,
    /// Where its noise comes from in coalitions with the player.
    pub(crate) on: Source,
}
