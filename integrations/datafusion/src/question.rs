//! What is asked of a model, as a literal of a query.

use datafusion_common::{Result, plan_err};
use etiology::AttributionConfig;
use serde::{Deserialize, Serialize};

/// A target, and what is asked of it: what travels in a plan as text.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Question {
    /// The node whose values are explained.
    pub target: String,
    /// What is asked, by which means and with how much effort; the defaults where it is left out.
    #[serde(default)]
    pub config: AttributionConfig,
}

impl Question {
    /// A question with its configuration.
    pub fn new(target: impl Into<String>, config: AttributionConfig) -> Self {
        Self { target: target.into(), config }
    }

    /// The question as the literal that [`parse`](Self::parse) reads.
    ///
    /// # Errors
    /// When the feature map is a closure, which cannot travel.
    pub fn to_literal(&self) -> Result<String> {
        serde_json::to_string(self).or_else(|error| plan_err!("the question cannot be written as text: {error}"))
    }

    /// Reads the name of a target, or a question as JSON if the text begins with `{`.
    ///
    /// # Errors
    /// When the JSON is damaged or holds what no question has.
    pub fn parse(text: &str) -> Result<Self> {
        if !text.trim_start().starts_with('{') {
            return Ok(Self::new(text, AttributionConfig::default()));
        }
        serde_json::from_str(text).or_else(|error| {
            plan_err!(
                "the question `{text}` cannot be read: {error}; expected the name of a target, or \
                 {{\"target\": …, \"config\": {{…}}}} with the fields of an AttributionConfig"
            )
        })
    }
}
