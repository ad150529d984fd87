//! A target that differs from what is usual by less than the step in which it is measured.

use super::facts::Facts;
use crate::findings::{Finding, FindingKind};
use crate::wording::significant;

pub(super) fn check(facts: &Facts<'_>) -> Option<Finding> {
    facts.score?;
    let target = facts.wiring.node(facts.target());
    let step = target.step_of_values()?;
    let (observed, usual) = (facts.observed(), facts.reference().median());
    let deviation = (observed - usual).abs();
    if !(deviation > 0.0 && deviation < step) {
        return None;
    }
    let evidence = format!(
        "`{}` = {} is {} from its median, and is measured in steps of {}.",
        target.name,
        significant(observed),
        significant(deviation),
        significant(step)
    );
    let remedy = "A deviation that small may be rounding, and is hardly an event: measure in finer steps, or set the resolution \
                  if the values are exact.";
    Some(Finding::new(FindingKind::BelowResolution, [target.name.clone()], evidence, remedy))
}
