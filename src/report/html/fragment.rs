//! Parts of a page for a place that is a page already: a notebook, a wiki, a ticket.

use super::bars::bar_chart;
use super::document::STYLE;
use super::text::{folded, sentence, table};
use crate::error::Result;
use crate::graph::CausalGraph;
use crate::question::attribution::{Attribution, Contribution, Quantity};
use crate::report::drawing::{self, Picture, Story, signed_amount};
use crate::report::units::Units;
use crate::wording::{error_in_nats, fixed, significant, visible_name};

/// Parts of a page with the page's style, which holds for them alone.
pub(super) fn fragment(body: &str) -> String {
    // Rules that are nested reach nothing outside; what a page says of itself holds for the fragment.
    let style = STYLE.replace(":root {", "& {").replace("body {", "& {");
    format!("<div class=\"etiology\">\n<style>\n.etiology {{\n{style}}}\n</style>\n{body}</div>\n")
}

impl Attribution {
    /// The score, the contributions as bars and as a table, and the causal graph: HTML to be put into a page that is there already, such as
    /// that of a notebook. It has the style of [`HtmlReport`](crate::HtmlReport), which reaches nothing outside, loads nothing and has no script. Names are
    /// escaped, whatever they hold.
    ///
    /// # Errors
    /// When the graph is not the one that the attribution was made with.
    ///
    /// ```
    /// # use etiology::{AttributionConfig, CausalGraph, Dataset, Observation, StructuralCausalModel};
    /// # let wave = |request: usize, pace: f64| 0.1 + 0.05 * (pace * request as f64).sin();
    /// # let graph = CausalGraph::from_call_graph([("api", "db")])?;
    /// # let db: Vec<f64> = (0..500).map(|request| wave(request, 0.7)).collect();
    /// # let api: Vec<f64> = (0..500).map(|request| db[request] + wave(request, 3.1)).collect();
    /// # let normal = Dataset::from_columns([("db", db), ("api", api)])?;
    /// # let model = StructuralCausalModel::new(graph.clone()).assign_mechanisms(&normal)?.fit(&normal)?;
    /// # let slow = Observation::from_pairs([("db", 0.9), ("api", 1.04)])?;
    /// let attribution = model.attribute_outlier("api", &slow, &AttributionConfig::default())?;
    /// let parts = attribution.to_html_fragment(&graph)?;
    /// assert!(parts.starts_with("<div class=\"etiology\">") && parts.contains("<svg") && !parts.contains("<html"));
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn to_html_fragment(&self, graph: &CausalGraph) -> Result<String> {
        let picture = Picture::new(self, graph, &Story::default(), &Units::default())?;
        let drawn = format!("<div class=\"scroll graph\">\n{}</div>\n", drawing::draw(&picture, "causes"));
        let parts: Vec<&Contribution> = self.contributions.iter().collect();
        let bars = bar_chart(self, &parts, None);
        Ok(fragment(&(score(self) + &bars + &drawn + &folded("The figures", &figures(self)))))
    }
}

fn score(attribution: &Attribution) -> String {
    let (target, score) = (visible_name(&attribution.target), &attribution.score);
    let said = match attribution.quantity {
        Quantity::ItScore => {
            let ceiling = if score.saturated { ", its ceiling: the event is at least this unusual" } else { "" };
            let (value, error) = (fixed(score.value, 2), error_in_nats(score.std_error));
            format!("The outlier score of `{target}` is {value} ± {error} nats{ceiling}.")
        }
        Quantity::MeanDeviation => format!("`{target}` is {} off its mean.", significant(score.value)),
    };
    format!("<p class=\"headline\">{}</p>\n", sentence(&said))
}

fn figures(attribution: &Attribution) -> String {
    let units = Units::default();
    let row = |part: &Contribution| {
        let error = match attribution.quantity {
            Quantity::ItScore => error_in_nats(part.std_error),
            Quantity::MeanDeviation => significant(part.std_error),
        };
        let amount = signed_amount(attribution.quantity, part.value);
        [visible_name(&part.node), amount, error, units.observed(part), units.typical(part)]
    };
    let rows: Vec<[String; 5]> = attribution.contributions.iter().map(row).collect();
    table("What every node contributed", ["node", "contribution", "± error", "observed", "usual"], &rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_of_a_fragment_reaches_nothing_outside() {
        let made = fragment("<p>x</p>\n");
        let style = made.split("<style>").nth(1).and_then(|rest| rest.split("</style>").next()).unwrap();
        // One rule at the top, in which all others lie; none of them is about the page.
        let mut depth = 0_i32;
        let mut at_top = 0;
        for character in style.chars() {
            depth += i32::from(character == '{') - i32::from(character == '}');
            at_top += usize::from(character == '{' && depth == 1);
        }
        assert_eq!((depth, at_top), (0, 1));
        assert!(!style.contains(":root") && !style.contains("body {"));
        assert!(made.ends_with("<p>x</p>\n</div>\n"));
    }
}
