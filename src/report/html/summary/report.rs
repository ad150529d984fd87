//! The page as a whole.

use std::fmt;
use std::sync::Arc;

use super::causes::causes;
use super::events::{Links, examples, failures};
use super::levels::{breakdown, stand_outs};
use crate::report::html::document::document;
use crate::report::html::text::{list, section, sentence};
use crate::summary::Summary;
use crate::wording::{grouped, visible_name};

/// A summary of many events as one self-contained page of HTML: what happened in a sentence and how sure that is, the causes by count, by size and by the amount at
/// stake, the largest levels of every category column, what stands out, the largest events of each cause with links to their pages, and why events have no
/// answer. As [`HtmlReport`](crate::HtmlReport), it needs no network and has no script.
///
/// ```
/// use etiology::report::SummaryReport;
/// use etiology::summary::{EventCause, EventSummary, SummarisedEvent, SummaryConfig};
///
/// let mut events = EventSummary::new(SummaryConfig::new("payment").in_unit("EUR"))?;
/// let causes = [EventCause { node: "price", value: -28.0, std_error: 0.1 }];
/// events.add(&SummarisedEvent::new("4711", -28.0, &causes))?;
/// let summary = events.summary();
/// let page = SummaryReport::new(&summary)
///     .with_title("Short payments in May")
///     .with_link(|id| Some(format!("invoices/{id}.html")))
///     .to_html();
/// assert!(page.contains("<h1>Short payments in May</h1>") && page.contains("<a href=\"invoices/4711.html\">4711</a>"));
/// # Ok::<(), etiology::Error>(())
/// ```
#[derive(Clone)]
pub struct SummaryReport<'a> {
    summary: &'a Summary,
    title: Option<String>,
    inputs: Vec<String>,
    link: Option<Links<'a>>,
}

impl<'a> SummaryReport<'a> {
    /// A report of a summary.
    pub fn new(summary: &'a Summary) -> Self {
        Self { summary, title: None, inputs: Vec::new(), link: None }
    }

    /// Sets the title, which otherwise names the target.
    #[must_use]
    pub fn with_title(self, title: impl Into<String>) -> Self {
        Self { title: Some(title.into()), ..self }
    }

    /// Adds where the events came from and what was put right in them, a sentence each.
    #[must_use]
    pub fn with_inputs<S: Into<String>>(mut self, inputs: impl IntoIterator<Item = S>) -> Self {
        self.inputs.extend(inputs.into_iter().map(Into::into));
        self
    }

    /// Links the events that are shown to their pages: the address of an event's page by its identifier, or nothing where it has none. An address is relative, or of
    /// `http` or `https`; another is not linked.
    #[must_use]
    pub fn with_link(self, link: impl Fn(&str) -> Option<String> + Send + Sync + 'a) -> Self {
        Self { link: Some(Arc::new(link)), ..self }
    }

    /// The page: some 20 kB, and at most 60 kB more for each category column, however many events and levels there are. What it leaves out is in
    /// [`Summary::to_csv`].
    pub fn to_html(&self) -> String {
        let summary = self.summary;
        let title = self.title.clone().unwrap_or_else(|| {
            format!("What {} of {} came of", visible_name(&summary.events_called), visible_name(&summary.target))
        });
        let mut sections = vec![section("causes", "What they came of", &causes(summary))];
        if !summary.breakdowns.is_empty() {
            sections.push(section("stand-outs", "What stands out", &stand_outs(summary)));
        }
        for (place, of_column) in summary.breakdowns.iter().enumerate() {
            let heading = format!("By {}", visible_name(&of_column.column));
            sections.push(section(&format!("by-{place}"), &heading, &breakdown(summary, of_column)));
        }
        sections.push(section("examples", "The largest events", &examples(summary, self.link.as_ref())));
        if summary.failed > 0 {
            sections.push(section("failures", "Why events have no answer", &failures(summary, self.link.as_ref())));
        }
        if !self.inputs.is_empty() {
            sections.push(section("data", "The data", &list("plain", &self.inputs)));
        }
        document(&title, &(headline(summary) + &sections.concat()), &[])
    }
}

impl fmt::Debug for SummaryReport<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { summary, title, inputs, link } = self;
        let mut fields = formatter.debug_struct("SummaryReport");
        fields.field("summary", summary).field("title", title).field("inputs", inputs);
        fields.field("has_links", &link.is_some()).finish()
    }
}

fn headline(summary: &Summary) -> String {
    format!(
        "<div class=\"verdict thin\">\n<p class=\"badge\">{}</p>\n<p class=\"headline\">{}</p>\n{}</div>\n",
        sentence(&format!("{} {}", grouped(summary.events as f64), visible_name(&summary.events_called))),
        sentence(&summary.headline()),
        list("doubts", &summary.doubts())
    )
}
