//! Fewer rows than a score needs: what looks "hardly unusual" may be all that so few rows can show.

use super::facts::Facts;
use crate::findings::{Finding, FindingKind};
use crate::wording::{fixed, one_in};

/// With fewer rows no score is far above that of one row in twenty.
const FEWEST: usize = 20;
/// A number of rows that is a fair beginning.
const ENOUGH: usize = 100;

pub(super) fn check(facts: &Facts<'_>) -> Option<Finding> {
    let score = facts.score.filter(|score| score.floor > 0.0)?;
    let position = facts.wiring.node(facts.target()).position;
    let fit = facts.model.fit_report().and_then(|report| report.nodes.get(position)).filter(|fit| fit.fitted);
    let rows = facts.model.training_rows()?.min(fit.map_or(usize::MAX, |fit| fit.rows_used));
    if rows >= FEWEST {
        return None;
    }
    let target = facts.name(facts.target());
    // −ln(ε/(1 + ε)) with the floor of so many rows, ε = 1/(2·rows).
    let ceiling = (2.0 * rows as f64 + 1.0).ln();
    let at_ceiling = if score.tail_probability <= score.floor {
        format!("`{target}` is at this ceiling, so it is as unusual as {rows} rows can show, and may be far more so")
    } else {
        format!("how unusual `{target}` is can be told no better than that")
    };
    let evidence = format!(
        "The model of `{target}` was fitted to {rows} rows, which support no probability below {} and no score above {} nats: \
         {at_ceiling}.",
        one_in(0.5 / rows as f64),
        fixed(ceiling, 2)
    );
    let enough = fixed((2.0 * ENOUGH as f64 + 1.0).ln(), 1);
    let remedy = format!("Fit it to more normal rows: with {ENOUGH}, scores reach {enough} nats.");
    Some(Finding::new(FindingKind::FewRows, [target.to_owned()], evidence, remedy))
}
