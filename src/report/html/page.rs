//! The page as a whole.

use super::bars::bar_chart;
use super::diagnostics::diagnostics;
use super::distributions::distributions;
use super::text::{list, section, sentence};
use super::{proof, tables};
use crate::bootstrap::BootstrapIntervals;
use crate::error::{Error, Result};
use crate::evaluation::ModelEvaluation;
use crate::findings::Strength;
use crate::model::FittedModel;
use crate::question::attribution::{Attribution, Quantity};
use crate::report::drawing::{self, Picture};
use crate::report::escape::{self, markup};
use crate::report::units::Units;
use crate::verdicts::Diagnosis;
use crate::wording::{chance, error_in_nats, fixed};

/// A diagnosis as one self-contained page of HTML, for a ticket, a mail or a post-mortem.
///
/// The verdict in a sentence, the combined ranking, the contributions with error bars, the causal graph coloured by contribution, what is normal
/// of the suspects beside what was observed, the verdicts side by side, what would have been had the suspects behaved
/// normally, diagnostics, and the diagnosis as JSON. The page needs no network and has no script; it reads in light and
/// dark, on paper, on a phone, and without seeing colours. Names are escaped, whatever they hold.
///
/// ```
/// # use etiology::{CausalGraph, Dataset, DiagnosisConfig, Observation, StructuralCausalModel};
/// use etiology::HtmlReport;
///
/// # let wave = |request: usize, pace: f64| 0.1 + 0.05 * (pace * request as f64).sin();
/// # let graph = CausalGraph::from_call_graph([("web", "api"), ("api", "db")])?;
/// # let db: Vec<f64> = (0..500).map(|request| wave(request, 0.7)).collect();
/// # let api: Vec<f64> = (0..500).map(|request| db[request] + wave(request, 3.1)).collect();
/// # let web: Vec<f64> = (0..500).map(|request| api[request] + wave(request, 4.7)).collect();
/// # let normal = Dataset::from_columns([("db", db), ("api", api), ("web", web)])?;
/// # let model = StructuralCausalModel::new(graph).assign_mechanisms(&normal)?.fit(&normal)?;
/// # let slow = Observation::from_pairs([("db", 0.9), ("api", 1.04), ("web", 1.2)])?;
/// let diagnosis = model.diagnose("web", &slow, &DiagnosisConfig::default())?;
/// let page = HtmlReport::new(&model, &diagnosis).with_title("Slow request 4711").to_html()?;
/// assert!(page.starts_with("<!DOCTYPE html>") && page.contains("<h1>Slow request 4711</h1>"));
/// # Ok::<(), etiology::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct HtmlReport<'a> {
    model: &'a FittedModel,
    diagnosis: &'a Diagnosis,
    evaluation: Option<&'a ModelEvaluation>,
    intervals: Option<&'a BootstrapIntervals>,
    no_intervals: Option<&'a str>,
    title: Option<String>,
    units: Units,
    inputs: Vec<String>,
    doubts_of_inputs: Vec<String>,
}

impl<'a> HtmlReport<'a> {
    /// A report of a diagnosis that this model made.
    pub fn new(model: &'a FittedModel, diagnosis: &'a Diagnosis) -> Self {
        let (inputs, doubts_of_inputs) = (Vec::new(), Vec::new());
        let (evaluation, intervals, no_intervals, title) = (None, None, None, None);
        let units = Units::default();
        Self { model, diagnosis, evaluation, intervals, no_intervals, title, units, inputs, doubts_of_inputs }
    }

    /// Adds what was found when the model was evaluated.
    #[must_use]
    pub fn with_evaluation(self, evaluation: &'a ModelEvaluation) -> Self {
        Self { evaluation: Some(evaluation), ..self }
    }

    /// Adds intervals of the score and its contributions that include the fit of the model: error bars reach
    /// to their ends, and they have a table of their own. They must be of the same event and configuration.
    #[must_use]
    pub fn with_intervals(self, intervals: &'a BootstrapIntervals) -> Self {
        Self { intervals: Some(intervals), ..self }
    }

    /// Says why there are no intervals that include the fit, where they were wanted: such as the error of
    /// [`bootstrap_attribution`](crate::StructuralCausalModel::bootstrap_attribution).
    #[must_use]
    pub fn without_intervals(self, reason: &'a str) -> Self {
        Self { no_intervals: Some(reason), ..self }
    }

    /// Sets the title, which otherwise names the target.
    #[must_use]
    pub fn with_title(self, title: impl Into<String>) -> Self {
        Self { title: Some(title.into()), ..self }
    }

    /// Sets what values are measured in, so that they are said with their units; the JSON has them as they are in the data.
    #[must_use]
    pub fn with_units(self, units: Units) -> Self {
        Self { units, ..self }
    }

    /// Adds where the data came from and what was put right in it, a sentence each, such as a
    /// [`TableReport`](crate::tables::TableReport).
    #[must_use]
    pub fn with_inputs<S: Into<String>>(mut self, inputs: impl IntoIterator<Item = S>) -> Self {
        self.inputs.extend(inputs.into_iter().map(Into::into));
        self
    }

    /// Adds what about the data speaks against the answer, a sentence each, to the doubts under the headline: such as
    /// that requests of several kinds are mixed.
    #[must_use]
    pub fn with_doubts_of_inputs<S: Into<String>>(mut self, doubts: impl IntoIterator<Item = S>) -> Self {
        self.doubts_of_inputs.extend(doubts.into_iter().map(Into::into));
        self
    }

    /// The page: some 30 kB, and 3 kB for each of the target's ancestors, most of it the JSON.
    ///
    /// # Errors
    /// When the model has not the nodes of the diagnosis, so that it cannot be the one that made it, or the intervals are of
    /// another attribution, by target, quantity or figures.
    pub fn to_html(&self) -> Result<String> {
        let Self { model, diagnosis, intervals, ref units, .. } = *self;
        intervals.map_or(Ok(()), |intervals| check(intervals, diagnosis))?;
        let title = self.title.clone().unwrap_or_else(|| format!("Why was {} unusual?", diagnosis.target));
        let proof = match diagnosis.proofs.as_slice() {
            [] => String::new(),
            proofs => section("proof", "The proof", &proof::proofs(proofs)),
        };
        let sections = [
            proof,
            section("suspects", "Who is most suspect", &tables::ranking(diagnosis)),
            section(
                "contributions",
                "What contributed",
                &(bar_chart(&diagnosis.attribution, intervals)
                    + &tables::contributions(diagnosis, units)
                    + &intervals.map_or_else(String::new, tables::intervals)
                    + &self.no_intervals.map_or_else(String::new, tables::no_intervals)),
            ),
            section("graph", "Where it lies in the causal graph", &self.graph()?),
            section("normal", "What is normal, and what was observed", &distributions(model, diagnosis, units)?),
            section("verdicts", "The verdicts", &tables::verdicts(diagnosis)),
            section("counterfactuals", "Had they behaved normally", &counterfactuals(diagnosis, units)),
            section("diagnostics", "Diagnostics and warnings", &diagnostics(model, diagnosis, self.evaluation, units)),
            section("data", "The data", &(list("plain", &self.inputs) + &json(diagnosis))),
        ];
        Ok(document(&title, &(verdict(diagnosis, units, &self.doubts_of_inputs) + &sections.concat())))
    }

    fn graph(&self) -> Result<String> {
        let picture =
            Picture::new(&self.diagnosis.attribution, self.model.graph(), self.diagnosis.root_cause(), &self.units)?;
        Ok(format!(
            "<p class=\"note\">Arrows point from cause to effect. Orange: made the event more extreme. Blue with a dashed \
             border: less so. Grey: hardly mattered. Dotted border: no value.</p>\n\
             <div class=\"scroll graph\" role=\"region\" tabindex=\"0\" aria-label=\"Causal graph\">\n{}</div>\n",
            drawing::draw(&picture, "causes")
        ))
    }
}

/// A page about an event that has no answer: why.
///
/// ```
/// let page = etiology::report::page_without_answer("Slow request 4711", "the observed value of `db` is NaN");
/// assert!(page.contains("<h1>Slow request 4711</h1>") && page.contains("<code>db</code>"));
/// ```
pub fn page_without_answer(title: &str, reason: &str) -> String {
    let what = format!(
        "<div class=\"verdict thin\">\n<p class=\"badge\">No answer</p>\n<p class=\"headline\">{}</p>\n</div>\n",
        sentence(reason)
    );
    document(title, &what)
}

/// A page with a heading.
pub(super) fn document(title: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <title>{0}</title>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <meta name=\"color-scheme\" content=\"light dark\"/>\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n\
         <style>\n{1}</style>\n</head>\n<body>\n<main>\n<h1>{0}</h1>\n{2}</main>\n\
         <footer>Made by etiology {3}. This page is one file and loads nothing.</footer>\n</body>\n</html>\n",
        markup(title),
        include_str!("style.css"),
        body,
        env!("CARGO_PKG_VERSION")
    )
}

/// Whether the intervals are those of the diagnosed score: a page with two answers to one question would be worse than none.
fn check(intervals: &BootstrapIntervals, diagnosis: &Diagnosis) -> Result<()> {
    let (found, shown) = (&intervals.attribution, &diagnosis.attribution);
    let of_the_score = found.target == diagnosis.target && found.quantity == Quantity::ItScore;
    let requirement = match of_the_score {
        true if found.score == shown.score && figures(found).eq(figures(shown)) => return Ok(()),
        true => "the one that is diagnosed: of the same event, with the same configuration",
        false => "one of the outlier score of the diagnosed target",
    };
    Err(Error::InvalidParameter {
        name: "the attribution of the intervals",
        requirement,
        found: format!("of `{}`, {:?}, {}", found.target, found.quantity, found.score.value),
    })
}

/// What is the same whether or not model errors were asked for.
fn figures(attribution: &Attribution) -> impl Iterator<Item = (&str, f64, f64)> {
    attribution.contributions.iter().map(|part| (part.node.as_str(), part.value, part.std_error))
}

/// The headline, the doubts, and how unusual the event is.
fn verdict(diagnosis: &Diagnosis, units: &Units, of_inputs: &[String]) -> String {
    let (class, word) = match diagnosis.strength {
        Strength::Strong => ("strong", "Strong evidence"),
        Strength::Contested => ("contested", "Contested"),
        Strength::Thin => ("thin", "Too thin to name"),
    };
    let findings = diagnosis.findings.iter().map(ToString::to_string);
    let doubts: Vec<String> =
        diagnosis.further_doubts().iter().cloned().chain(findings).chain(of_inputs.iter().cloned()).collect();
    format!(
        "<div class=\"verdict {class}\">\n<p class=\"badge\">{word}</p>\n<p class=\"headline\">{}</p>\n{}<p>{}</p>\n</div>\n",
        sentence(&diagnosis.headline_in(units)),
        list("doubts", &doubts),
        sentence(&how_unusual(diagnosis, units))
    )
}

fn how_unusual(diagnosis: &Diagnosis, units: &Units) -> String {
    let (target, score) = (&diagnosis.target, &diagnosis.attribution.score);
    let observed = diagnosis.attribution.contribution(target).map_or_else(String::new, |part| {
        format!("`{target}` was {}, typically {}. ", units.observed(part), units.typical(part))
    });
    let ceiling = if score.saturated { ", its ceiling: the event is at least this unusual" } else { "" };
    let tail = score.tail_probability.map_or_else(String::new, |tail| {
        let floor = score.floor.unwrap_or(0.0);
        format!(" A value at least as extreme has probability {} under the model.", chance(tail, floor))
    });
    format!(
        "{observed}Its outlier score is {} ± {} nats{ceiling}.{tail}",
        fixed(score.value, 2),
        error_in_nats(score.std_error)
    )
}

fn counterfactuals(diagnosis: &Diagnosis, units: &Units) -> String {
    let sentences: Vec<String> = diagnosis.counterfactuals.iter().map(|would| would.in_words(units)).collect();
    if sentences.is_empty() { "<p>Not asked for.</p>\n".to_owned() } else { list("plain", &sentences) }
}

/// Escaped so that it reads, and is copied, as it is.
fn json(diagnosis: &Diagnosis) -> String {
    let json = serde_json::to_string_pretty(diagnosis)
        .unwrap_or_else(|error| format!("The diagnosis cannot be written as JSON: {error}"));
    format!(
        "<details>\n<summary>The diagnosis as JSON</summary>\n<pre tabindex=\"0\">{}</pre>\n</details>\n",
        escape::json(&json)
    )
}
