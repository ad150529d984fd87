//! The page as a whole.

use super::contributions::contributions;
use super::diagnostics::diagnostics;
use super::distributions::distributions;
use super::document::document;
use super::fragment::fragment;
use super::provenance::provenance;
use super::text::{folded, list, section};
use super::verdict::{self, how_unusual, verdict};
use super::{proof, tables};
use crate::bootstrap::BootstrapIntervals;
use crate::error::{Error, Result};
use crate::evaluation::ModelEvaluation;
use crate::model::FittedModel;
use crate::question::attribution::{Attribution, Quantity};
use crate::report::drawing::{self, Picture, Story};
use crate::report::escape;
use crate::report::units::Units;
use crate::verdicts::Diagnosis;

/// A larger graph is folded away, and its path shown by itself.
const MOST_AT_ONCE: usize = 30;

/// A diagnosis as one self-contained page of HTML, for a ticket, a mail or a post-mortem.
///
/// First what happened in a sentence, how sure that is, when, what to do next, and the path in the causal graph; then the proof, the contributions
/// that matter with error bars (the others are folded away), what is normal of the suspects beside what was observed, and what speaks against the
/// answer; last the combined ranking, the verdicts side by side, what would have been had the suspects behaved normally, and the diagnosis as JSON.
/// At the foot stand the sources, the time, the rows of the training, the method, the seed and the version. The page needs no network and has no script; it reads in light and
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
    sources: Vec<String>,
    time: Option<String>,
    inputs: Vec<String>,
    doubts_of_inputs: Vec<String>,
}

impl<'a> HtmlReport<'a> {
    /// A report of a diagnosis that this model made.
    pub fn new(model: &'a FittedModel, diagnosis: &'a Diagnosis) -> Self {
        Self {
            model,
            diagnosis,
            evaluation: None,
            intervals: None,
            no_intervals: None,
            title: None,
            units: Units::default(),
            sources: Vec::new(),
            time: None,
            inputs: Vec::new(),
            doubts_of_inputs: Vec::new(),
        }
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

    /// Adds the name of a file or another source that the model, the normal data or the event came from; it stands at the foot of the page.
    #[must_use]
    pub fn with_source(mut self, name: impl Into<String>) -> Self {
        self.sources.push(name.into());
        self
    }

    /// Sets when the event was, as people write it; it stands under the headline.
    #[must_use]
    pub fn with_time(self, time: impl Into<String>) -> Self {
        Self { time: Some(time.into()), ..self }
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

    /// The page: some 30 kB, and 4 kB for each of the target's ancestors, most of it the JSON.
    ///
    /// # Errors
    /// When the model has not the nodes of the diagnosis, so that it cannot be the one that made it, or the intervals are of
    /// another attribution, by target, quantity or figures.
    pub fn to_html(&self) -> Result<String> {
        let Self { model, diagnosis, .. } = *self;
        let title = self.title.clone().unwrap_or_else(|| format!("Why was {} unusual?", diagnosis.target));
        let made_from = provenance(model, &diagnosis.attribution, &self.sources, self.time.as_deref());
        let sections = self.sections()?;
        let sections: String = sections.iter().map(|(id, heading, content)| section(id, heading, content)).collect();
        let data = section("data", "The data", &(list("plain", &self.inputs) + &json(diagnosis)));
        Ok(document(&title, &(self.first_screen()? + &sections + &data), &made_from))
    }

    /// What the page shows first, and its other sections folded away but the contributions: to be put into a page that is there already, such as that of a
    /// notebook. The page's style reaches nothing outside of it. Without the data, the sources and the title.
    ///
    /// # Errors
    /// As [`to_html`](Self::to_html).
    pub fn to_fragment(&self) -> Result<String> {
        let parts = self.sections()?.into_iter().map(|(id, heading, content)| match id {
            "contributions" => section(id, heading, &content),
            _ => folded(heading, &content),
        });
        Ok(fragment(&(self.first_screen()? + &parts.collect::<String>())))
    }

    /// The sections below the first screen but the data, each with its id and heading.
    fn sections(&self) -> Result<Vec<(&'static str, &'static str, String)>> {
        let Self { model, diagnosis, intervals, ref units, .. } = *self;
        intervals.map_or(Ok(()), |intervals| check(intervals, diagnosis))?;
        let contributed = how_unusual(diagnosis, units)
            + &contributions(diagnosis, intervals, units)
            + &intervals.map_or_else(String::new, tables::intervals)
            + &self.no_intervals.map_or_else(String::new, tables::no_intervals);
        let trust = diagnostics(model, diagnosis, self.evaluation, units, &self.doubts_of_inputs);
        let mut sections = Vec::new();
        if !diagnosis.proofs.is_empty() {
            sections.push(("proof", "The proof", proof::proofs(&diagnosis.proofs, units)));
        }
        sections.extend([
            ("contributions", "What contributed", contributed),
            ("normal", "What is normal, and what was observed", distributions(model, diagnosis, units)?),
            ("diagnostics", "How far to trust this", trust),
            ("suspects", "Who is most suspect", tables::ranking(diagnosis)),
            ("verdicts", "The verdicts", tables::verdicts(diagnosis)),
            ("counterfactuals", "Had they behaved normally", counterfactuals(diagnosis, units)),
        ]);
        Ok(sections)
    }

    /// The verdict and the path on one side, the graph on the other.
    fn first_screen(&self) -> Result<String> {
        let verdict = verdict(self.diagnosis, &self.units, self.time.as_deref(), &self.doubts_of_inputs);
        let story = Story::of(self.diagnosis);
        let picture = Picture::new(&self.diagnosis.attribution, self.model.graph(), &story, &self.units)?;
        let has_path = self.diagnosis.proofs.first().is_some_and(|proof| proof.path.len() > 1);
        let heading = if has_path { "The path in the causal graph" } else { "The causal graph" };
        let legend = if has_path { " Thick arrows: the path." } else { "" };
        let drawn = format!(
            "<div class=\"scroll graph\" role=\"region\" tabindex=\"0\" aria-label=\"Causal graph\">\n{}</div>\n\
             <p class=\"note\">Arrows point from cause to effect.{legend} Orange: made the event more extreme. Blue with a dashed \
             border: less so. Grey: hardly mattered. Dotted border: no value.</p>\n",
            drawing::draw(&picture, "causes")
        );
        let (nodes, path) = (picture.node_count(), verdict::path(self.diagnosis, &self.units));
        if nodes > MOST_AT_ONCE {
            let whole = folded(&format!("The whole graph of {nodes} nodes"), &drawn);
            let first = verdict + &section("graph", heading, &path);
            return Ok(format!("<div class=\"first\">\n{first}</div>\n{whole}"));
        }
        let graph = section("graph", heading, &drawn);
        Ok(format!("<div class=\"first\">\n<div>\n{verdict}{path}</div>\n{graph}</div>\n"))
    }
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
