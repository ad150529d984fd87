//! One arrow, prepared for any measure.

use crate::error::Result;
use crate::model::{FittedModel, WiredNode};
use crate::question::integrals::Varying;
use crate::target::Target;

/// An arrow into a target.
#[derive(Debug)]
pub(super) struct Edge<'t> {
    pub(super) model: &'t FittedModel,
    pub(super) target: &'t Target,
    /// The place of the parent among those of the target's mechanism.
    pub(super) place: usize,
}

impl<'t> Edge<'t> {
    /// The target's node.
    pub(super) fn node(&self) -> &'t WiredNode {
        &self.target.nodes()[self.target.number()]
    }

    /// The number of the parent.
    pub(super) fn parent(&self) -> usize {
        self.node().parents[self.place]
    }

    pub(super) fn parent_name(&self) -> &'t str {
        self.target.node_name(self.parent())
    }

    /// The target with the noises of all nodes varying that can, its own only if so asked.
    ///
    /// # Errors
    /// When a mechanism is not finite.
    pub(super) fn varying(&self, with_own_noise: bool) -> Result<Varying<'t>> {
        let last = self.target.number();
        let varies = |node: &usize| !self.target.noise(*node).is_degenerate() && (with_own_noise || *node != last);
        Varying::new(self.target, &(0..=last).filter(varies).collect::<Vec<usize>>())
    }
}
