//! What a process keeps: the model, and for every target what can be prepared once.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use etiology::tables::TableReport;
use etiology::{AttributionConfig, Attributor, Error, FeatureMap, FittedModel};

/// A model with its attributors, each prepared when its target is first asked for.
pub(crate) struct Explainer {
    model: FittedModel,
    /// How the normal data was read, as events are.
    report: Option<TableReport>,
    attributors: BTreeMap<String, OnceLock<Result<Attributor, Error>>>,
}

impl Explainer {
    pub(crate) fn new(model: FittedModel, report: Option<TableReport>) -> Self {
        let attributors = model.graph().nodes().map(|node| (node.to_owned(), OnceLock::new())).collect();
        Self { model, report, attributors }
    }

    pub(crate) fn model(&self) -> &FittedModel {
        &self.model
    }

    pub(crate) fn report(&self) -> Option<&TableReport> {
        self.report.as_ref()
    }

    /// Whether there is such a target.
    pub(crate) fn check(&self, target: &str) -> Result<(), Error> {
        self.model.graph().parents(target).map(|_| ())
    }

    /// The attributor of a target that there is. Prepares it, for milliseconds, if it is the first to ask.
    pub(crate) fn attributor(&self, target: &str) -> Result<&Attributor, &Error> {
        // A slow request is an outlier, a quick one is not.
        let config = || AttributionConfig::default().with_feature_map(FeatureMap::UpperTail);
        self.attributors[target].get_or_init(|| self.model.attributor(target, config())).as_ref()
    }
}
