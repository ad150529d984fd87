//! A diagnosis as an annotation of Grafana's charts.

use serde::Serialize;

use super::strength_word;
use crate::report::escape::markup;
use crate::report::units::Units;
use crate::verdicts::Diagnosis;
use crate::wording::{shortened, visible_name};

/// Grafana keeps so many characters of a tag's key, and as many of its value.
const LONGEST_TAG: usize = 100;

/// What `POST /api/annotations` of Grafana takes. Serde gives it the names that Grafana has for them; what is not there is left out.
///
/// Without a dashboard it is an annotation of the organization, which any dashboard may show by its tags.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct GrafanaAnnotation {
    /// When the event began, in milliseconds since 1970; Grafana takes the time of the request where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<i64>,
    /// When it ended, which makes the annotation a region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_end: Option<i64>,
    /// `etiology`, `target:…`, how strong the evidence is, and `root_cause:…` where one is named.
    pub tags: Vec<String>,
    /// The headline and the path, as HTML without tags.
    pub text: String,
}

impl Diagnosis {
    /// The diagnosis as an annotation, with figures in these units; its time is added by
    /// [`at`](GrafanaAnnotation::at) and [`until`](GrafanaAnnotation::until).
    ///
    /// ```
    /// # use etiology::{AdditiveNoiseModel, CausalGraph, DiagnosisConfig, KnownFormula, NoiseDistribution, Observation};
    /// # let own_time = NoiseDistribution::normal(0.05, 0.01)?;
    /// # let model = etiology::StructuralCausalModel::new(CausalGraph::from_edges([("db", "api")])?)
    /// #     .with_mechanism("db", NoiseDistribution::normal(0.1, 0.02)?)?
    /// #     .with_mechanism("api", AdditiveNoiseModel::known(KnownFormula::sum(["db"])).with_noise(own_time))?
    /// #     .without_fitting()?;
    /// # let slow = Observation::from_pairs([("db", 0.9), ("api", 0.95)])?;
    /// let diagnosis = model.diagnose("api", &slow, &DiagnosisConfig::default())?;
    /// let annotation = diagnosis.to_grafana(&etiology::report::Units::default()).at(1_767_225_600_000);
    /// let json = serde_json::to_string(&annotation)?;
    /// assert!(json.starts_with(r#"{"time":1767225600000,"tags":["etiology","target:api","strong","root_cause:db"],"text":"#));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_grafana(&self, units: &Units) -> GrafanaAnnotation {
        let of = |kind: &str, node: &str| shortened(&format!("{kind}:{}", visible_name(node)), LONGEST_TAG);
        let strength = strength_word(self.strength).to_owned();
        let tags = ["etiology".to_owned(), of("target", &self.target), strength];
        let tags = tags.into_iter().chain(self.root_cause().map(|root_cause| of("root_cause", root_cause)));
        let path = self.first_proof().map_or_else(String::new, |proof| format!(" {}", proof.headline()));
        let text = markup(&format!("{}{path}", self.headline_in(units)));
        GrafanaAnnotation { time: None, time_end: None, tags: tags.collect(), text }
    }
}

impl GrafanaAnnotation {
    /// Sets when the event began, in milliseconds since 1970.
    #[must_use]
    pub fn at(self, time: i64) -> Self {
        Self { time: Some(time), ..self }
    }

    /// Sets when it ended, in milliseconds since 1970.
    #[must_use]
    pub fn until(self, time_end: i64) -> Self {
        Self { time_end: Some(time_end), ..self }
    }
}
