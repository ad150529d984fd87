//! Cases whose data are not what they seem.

use etiology::{Dataset, Observation, Result};
use rand::{RngExt, rngs::ChaCha8Rng};

use super::Case;

/// All values rounded to whole numbers, which is about one standard deviation.
pub(super) fn rounded(case: Case) -> Result<Case> {
    changed(case, |_, value| value.round())
}

/// The first root that is a parent of somebody lies around 10¹⁴, in units in which its standard deviation is about 1000.
pub(super) fn offset(case: Case) -> Result<Case> {
    let root = case.graph.nodes().find(|node| {
        case.graph.parents(node).is_ok_and(|parents| parents.is_empty())
            && case.graph.children(node).is_ok_and(|children| !children.is_empty())
    });
    let root = root.unwrap_or_default().to_owned();
    changed(case, |node, value| if node == root { 1e14 + (1e3 * value).round() } else { value })
}

/// One node of the event that is not at fault is in thousandths, as are milliseconds where seconds were. Nothing where its
/// value is near zero, so that the unit hardly shows.
pub(super) fn unit_of_one(case: Case, generator: &mut ChaCha8Rng) -> Result<Option<Case>> {
    let case = positive(case)?;
    let innocent = case.graph.ancestors(&case.target)?.into_iter().filter(|node| !case.right.iter().any(|r| r == node));
    let innocent: Vec<String> = innocent.map(str::to_owned).collect();
    if innocent.is_empty() {
        return Ok(None);
    }
    let node = &innocent[generator.random_range(0..innocent.len())];
    Ok(Some(Case { event: scaled(&case.event, |name| name == node)?, ..case }))
}

/// The whole event is in thousandths.
pub(super) fn unit_of_all(case: Case) -> Result<Case> {
    let case = positive(case)?;
    Ok(Case { event: scaled(&case.event, |_| true)?, ..case })
}

fn scaled(event: &Observation, is_scaled: impl Fn(&str) -> bool) -> Result<Observation> {
    let values = event.names().iter().zip(event.values());
    let values = values.map(|(name, value)| (name.as_str(), if is_scaled(name) { 1e3 * value } else { *value }));
    Observation::from_pairs(values)
}

/// What has a unit that can be mistaken is mostly positive: every column is moved so that its least value is at least 1.
fn positive(case: Case) -> Result<Case> {
    let mut moves = Vec::new();
    for name in case.normal.names() {
        let least = case.normal.column(name)?.iter().copied().fold(f64::INFINITY, f64::min);
        moves.push((name.clone(), (1.0 - least).max(0.0)));
    }
    changed(case, |node, value| value + moves.iter().find(|(name, _)| name == node).map_or(0.0, |(_, by)| *by))
}

fn changed(case: Case, change: impl Fn(&str, f64) -> f64) -> Result<Case> {
    let mut columns: Vec<(&str, Vec<f64>)> = Vec::new();
    for name in case.normal.names() {
        let column = case.normal.column(name)?;
        columns.push((name, column.iter().map(|&value| change(name, value)).collect()));
    }
    let normal = Dataset::from_columns(columns)?;
    let event = case.event.names().iter().zip(case.event.values());
    let event = Observation::from_pairs(event.map(|(name, &value)| (name.as_str(), change(name, value))))?;
    Ok(Case { normal, event, ..case })
}
