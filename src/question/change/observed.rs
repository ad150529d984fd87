//! The change that the rows of the target show by themselves, whatever the models say.

use super::engines::SampleFunctional;
use super::functional::Functional;

/// The functional of the target's old and new values, and the change from the one to the other. Of a divergence, what small samples of one
/// distribution would diverge by is taken off. `classes` is the number of levels of a category. Nothing without values on either side.
pub(super) fn observed_change(
    functional: &Functional,
    old: &[f64],
    new: &[f64],
    classes: Option<usize>,
) -> Option<f64> {
    if old.is_empty() || new.is_empty() {
        return None;
    }
    let ready = SampleFunctional::new(functional, old, new, classes);
    let change = if functional.is_divergence() {
        let bias = ready.bias(old.len(), new.len());
        if bias > 0.0 { (ready.of(old, new) - bias).max(0.0) } else { ready.of(old, new) }
    } else {
        ready.of(old, new) - ready.of(old, old)
    };
    change.is_finite().then_some(change)
}
