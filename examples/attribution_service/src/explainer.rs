//! What a process keeps: the model, and for every target what can be prepared once.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use etiology::report::Units;
use etiology::tables::TableReport;
use etiology::verdicts::Diagnoser;
use etiology::{AttributionConfig, DiagnosisConfig, Error, FeatureMap, FittedModel};

/// A model with its diagnosers, each prepared when its target is first asked for.
pub(crate) struct Explainer {
    model: FittedModel,
    /// How the normal data was read, as events are.
    report: Option<TableReport>,
    units: Units,
    diagnosers: BTreeMap<String, OnceLock<Result<Diagnoser, Error>>>,
}

impl Explainer {
    /// What values are measured in is as the table has it, as it was said, or as names end.
    ///
    /// # Errors
    /// When what was said is no unit, or not that of the table.
    pub(crate) fn new(model: FittedModel, report: Option<TableReport>, said: &[String]) -> Result<Self, Error> {
        let diagnosers = model.graph().nodes().map(|node| (node.to_owned(), OnceLock::new())).collect();
        let found = report.iter().fold(Units::default(), Units::with_table);
        let units = said.iter().try_fold(found, |units, said| units.said(said))?.with_names(model.graph().nodes());
        Ok(Self { model, report, units, diagnosers })
    }

    pub(crate) fn model(&self) -> &FittedModel {
        &self.model
    }

    pub(crate) fn report(&self) -> Option<&TableReport> {
        self.report.as_ref()
    }

    pub(crate) fn units(&self) -> &Units {
        &self.units
    }

    /// Whether there is such a target.
    pub(crate) fn check(&self, target: &str) -> Result<(), Error> {
        self.model.graph().parents(target).map(|_| ())
    }

    /// The diagnoser of a target that there is. Prepares it, for milliseconds, if it is the first to ask.
    pub(crate) fn diagnoser(&self, target: &str) -> Result<&Diagnoser, &Error> {
        // A slow request is an outlier, a quick one is not.
        let attribution = || AttributionConfig::default().with_feature_map(FeatureMap::UpperTail);
        let config = || DiagnosisConfig::default().with_attribution(attribution());
        self.diagnosers[target].get_or_init(|| self.model.diagnoser(target, config())).as_ref()
    }
}
