//! What was found about an event, and how it is written.

use std::ops::ControlFlow;
use std::time::Duration;

use axum::http::StatusCode;
use etiology::attribution::TimedAttribution;
use etiology::report::{DiagnosisInBrief, Units};
use etiology::verdicts::{Diagnosis, TimedDiagnosis};
use etiology::{Attribution, Error};
use serde::Serialize;

use crate::asked::{Form, Question, Refusal};
use crate::explainer::Explainer;

/// What was found in time.
pub(crate) struct Found {
    pub(crate) attribution: Attribution,
    pub(crate) complete: bool,
    pub(crate) diagnosis: Outcome,
}

/// What became of the verdict.
pub(crate) enum Outcome {
    Found(Box<Diagnosis>),
    Failed(Error),
    /// The contributions took too much of the limit.
    TooLate,
    NotAskedFor,
}

impl Outcome {
    /// Why there is none, where it was asked for.
    fn missing(&self) -> Option<String> {
        match self {
            Self::Found(_) | Self::NotAskedFor => None,
            Self::Failed(error) => Some(format!("No verdict: {error}.")),
            Self::TooLate => Some("No verdict within the limit: the contributions took too much of it.".to_owned()),
        }
    }
}

/// What an answer took.
#[derive(Clone, Copy)]
pub(crate) struct Times {
    pub(crate) computing: Duration,
    pub(crate) waiting: Duration,
}

#[derive(Serialize)]
struct Answer<'a> {
    /// What leads the answer; the contributions are below it.
    #[serde(skip_serializing_if = "Option::is_none")]
    diagnosis: Option<DiagnosisInBrief<'a>>,
    /// Why there is none, where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    no_diagnosis: Option<String>,
    complete: bool,
    elapsed_ms: f64,
    queued_ms: f64,
    #[serde(flatten)]
    attribution: &'a Attribution,
}

/// The verdict by itself, for people and for programs.
#[derive(Serialize)]
struct Verdict<'a> {
    target: &'a str,
    text: String,
    diagnosis: DiagnosisInBrief<'a>,
}

impl Found {
    /// # Errors
    /// When the target is not known, or the library cannot attribute the event.
    pub(crate) fn within(
        explainer: &Explainer,
        question: &Question,
        limit: Duration,
        only_contributions: bool,
        proceed: impl Fn() -> ControlFlow<()>,
    ) -> Result<Self, Refusal> {
        explainer.check(&question.target).map_err(|error| Refusal::from(&error))?;
        let diagnoser = explainer.diagnoser(&question.target).map_err(Refusal::from)?;
        let event = &question.event;
        if only_contributions {
            let found = diagnoser.attributor().attribute_within(event, limit, proceed);
            let TimedAttribution { attribution, complete, .. } = found.map_err(|error| Refusal::from(&error))?;
            return Ok(Self { attribution, complete, diagnosis: Outcome::NotAskedFor });
        }
        let found = diagnoser.diagnose_within(event, limit, proceed);
        let TimedDiagnosis { attribution, complete, diagnosis, .. } = found.map_err(|error| Refusal::from(&error))?;
        let diagnosis = match diagnosis {
            Some(Ok(diagnosis)) => Outcome::Found(Box::new(diagnosis)),
            Some(Err(error)) => Outcome::Failed(error),
            None => Outcome::TooLate,
        };
        Ok(Self { attribution, complete, diagnosis })
    }

    /// The bytes of an answer of this form.
    ///
    /// # Errors
    /// When the form is one of a verdict and there is none, with the reason.
    pub(crate) fn written(
        &self,
        form: Form,
        question: &Question,
        units: &Units,
        times: Times,
    ) -> Result<Vec<u8>, Refusal> {
        match form {
            Form::Json => json(&self.in_full(units, times)),
            Form::Verdict => {
                let diagnosis = self.verdict()?;
                let text = diagnosis.to_markdown(units);
                json(&Verdict { target: &diagnosis.target, text, diagnosis: diagnosis.in_brief(units) })
            }
            Form::Markdown => Ok(self.verdict()?.to_markdown(units).into_bytes()),
            Form::OpenMetrics => Ok(self.verdict()?.to_open_metrics().into_bytes()),
            Form::Grafana => {
                let mut annotation = self.verdict()?.to_grafana(units);
                (annotation.time, annotation.time_end) = question.time;
                json(&annotation)
            }
        }
    }

    /// The verdict, which an answer of another form than JSON cannot do without.
    fn verdict(&self) -> Result<&Diagnosis, Refusal> {
        if let Outcome::Found(diagnosis) = &self.diagnosis {
            return Ok(diagnosis);
        }
        let help = match &self.diagnosis {
            Outcome::TooLate => " `limit_ms` allows more; the contributions so far are to be had as JSON.",
            _ => "",
        };
        let reason = self.diagnosis.missing();
        let reason = reason.unwrap_or_else(|| "No verdict: the service was started with --contributions.".to_owned());
        Err(Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, format!("{reason}{help}")))
    }

    fn in_full(&self, units: &Units, times: Times) -> Answer<'_> {
        let diagnosis = match &self.diagnosis {
            Outcome::Found(diagnosis) => Some(diagnosis.in_brief(units)),
            _ => None,
        };
        let no_diagnosis = self.diagnosis.missing();
        let (elapsed_ms, queued_ms) = (millis(times.computing), millis(times.waiting));
        let (complete, attribution) = (self.complete, &self.attribution);
        Answer { diagnosis, no_diagnosis, complete, elapsed_ms, queued_ms, attribution }
    }
}

fn json(answer: &impl Serialize) -> Result<Vec<u8>, Refusal> {
    serde_json::to_vec(answer)
        .map_err(|error| Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, format!("no JSON could be written: {error}")))
}

fn millis(time: Duration) -> f64 {
    1e3 * time.as_secs_f64()
}
