//! A target with the engines for it.

use std::sync::Arc;

use super::super::config::AttributionConfig;
use crate::engine::{Engines, Explanation};
use crate::error::Result;
use crate::model::FittedModel;
use crate::target::Target;

/// All that does not depend on the event: a target, with the mechanisms of the model or with some of them replaced, and the
/// engines for it.
pub(in crate::question::attribution) struct Prepared {
    pub(in crate::question::attribution) target: Target,
    pub(in crate::question::attribution) engines: Engines,
    /// Shared with the attributions.
    pub(in crate::question::attribution) explanation: Arc<Explanation>,
}

impl Prepared {
    /// # Errors
    /// When the configuration asks for an engine that does not apply.
    pub(in crate::question::attribution) fn new(
        target: Target,
        model: &FittedModel,
        config: &AttributionConfig,
    ) -> Result<Self> {
        let engines = Engines::choose(&target, config.question.sought(model, &target), config.means)?;
        let explanation = Arc::new(engines.explain(engines.preferred(), &[]));
        Ok(Self { target, engines, explanation })
    }

    /// Whether the engines know effects of noises, and look at no mechanism.
    pub(super) fn knows_effects(&self) -> bool {
        self.engines.iter().any(|engine| engine.name().knows_effects())
    }
}
