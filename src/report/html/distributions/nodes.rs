//! What is normal of a node, with what was observed marked.

use super::histogram::Histogram;
use crate::data::Levels;
use crate::error::Result;
use crate::model::FittedModel;
use crate::noise::NoiseDistribution;
use crate::numeric::ranks::sort_by;
use crate::question::attribution::Contribution;
use crate::report::escape::markup;
use crate::report::units::Units;
use crate::verdicts::Diagnosis;
use crate::wording::{fixed, significant};

/// How many nodes are shown at most.
const MOST_NODES: usize = 4;
/// A contribution of so large a share of the largest makes a node worth showing.
const WORTH_SHOWING: f64 = 0.1;
/// How many levels of a category are listed.
const MOST_LEVELS: usize = 8;

/// The root cause and the nodes with large contributions, each with the distribution of its values and that of its noise.
///
/// # Errors
/// When the model has no such node.
pub(in crate::report::html) fn distributions(
    model: &FittedModel,
    diagnosis: &Diagnosis,
    units: &Units,
) -> Result<String> {
    let mut page = String::new();
    for (place, node) in suspects(diagnosis).into_iter().enumerate() {
        let Some(contribution) = diagnosis.attribution.contribution(node) else { continue };
        let mechanism = model.mechanism(node)?;
        page.push_str(&format!("<h3>{}</h3>\n<div class=\"pair\">\n", markup(node)));
        if let Some(levels) = model.levels(node)? {
            page.push_str(&format!(
                "<p class=\"note\">{}</p>\n</div>\n",
                markup(&shares(model.reference(node)?, levels, contribution, units))
            ));
            continue;
        }
        let said = |value: f64| units.text(node, value);
        let values = Histogram { distribution: model.reference(node)?, marked: contribution.observed, said: &said };
        page.push_str(&values.draw(&format!("values-{place}"), &format!("Values of `{node}`")));
        if !mechanism.is_root() {
            let noise = Histogram { distribution: mechanism.noise(), marked: contribution.noise, said: &significant };
            let title = format!("Noise of `{node}`: what its causes do not explain");
            page.push_str(&noise.draw(&format!("noise-{place}"), &title));
        }
        page.push_str("</div>\n");
    }
    Ok(page)
}

/// How usual the levels of a category are, the likeliest first, and which was observed.
fn shares(reference: &NoiseDistribution, levels: &Levels, contribution: &Contribution, units: &Units) -> String {
    let share = |code: f64| (reference.cdf(code) + reference.survival(code) - 1.0).max(0.0);
    let mut all: Vec<(&str, f64)> =
        levels.names().iter().enumerate().map(|(code, name)| (name.as_str(), share(code as f64))).collect();
    sort_by(&mut all, &|a, b| b.1.total_cmp(&a.1));
    let rest = all.len().saturating_sub(MOST_LEVELS);
    let shown = all.iter().take(MOST_LEVELS).map(|(name, share)| format!("{name} {} %", fixed(100.0 * share, 1)));
    let shown = shown.collect::<Vec<_>>().join(", ");
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    format!("Observed {}; normally {shown}{more}.", units.observed(contribution))
}

/// At least one node, if any has a contribution.
fn suspects(diagnosis: &Diagnosis) -> Vec<&str> {
    let ranked = diagnosis.attribution.ranked();
    let largest = ranked.first().map_or(0.0, |first| first.value);
    let first = diagnosis.combined.first().map(|first| first.node.as_str());
    let large = ranked.iter().filter(|part| part.value > 0.0 && part.value >= WORTH_SHOWING * largest);
    let mut suspects: Vec<&str> = first.into_iter().collect();
    for part in large {
        if !suspects.contains(&part.node.as_str()) {
            suspects.push(&part.node);
        }
    }
    suspects.truncate(MOST_NODES);
    suspects
}
