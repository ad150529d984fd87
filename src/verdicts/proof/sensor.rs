//! Is only the record of a node wrong? Its effects follow the true value then.
//!
//! Two things make a node's recorded value x unusual given its causes: the node is so, and its effects follow x; or the record is wrong, and
//! effects follow a true value z that is usual given the causes (Suhr, Kaltenpoth and Vreeken, arXiv 2601.23026). How far off the value or the record is says
//! nothing of which, so what is compared is how likely the effects are given x, with how likely they are given a usual z:
//!
//! ```text
//! ln ∫ N(z; m, s) ∏ N(xⱼ; mⱼ(z), sⱼ) dz − Σ ln N(xⱼ; mⱼ(x), sⱼ)
//! ```
//!
//! where m and s are what the node's mechanism expects, mⱼ and sⱼ what those of its effects do, with the error of the fit. With linear effects the
//! integrand is a normal density and the integral closed, found by one Gauss-Newton step; others take a few, and the integral is Laplace's. As normal
//! densities are a coarse model of noises, tails are asked as well: the recorded value must be refuted by an effect, and the true one by none.

use super::expectation::{Expectation, Given};
use crate::data::Observation;
use crate::error::list_names;
use crate::findings::{Finding, FindingKind};
use crate::model::{FittedModel, WiredNode};
use crate::wording::significant;

/// A recorded value is looked at if it is rarer than this given its causes: a probability.
const UNUSUAL: f64 = 1e-3;
/// What refutes a value: a probability.
const REFUTED: f64 = 0.01;
/// So much likelier must the effects be by another value: a hundred times, in nats.
const LIKELIER: f64 = 4.605_170_185_988_091;
/// An effect tells something if what is expected of it differs by so many standard deviations.
const TELLS: f64 = 2.0;
/// Widths of a range of 90 % of normal noise in standard deviations.
const RANGE_IN_DEVIATIONS: f64 = 3.289_707_253_902_945;
/// More steps than any effect that was seen needs.
const STEPS: usize = 8;

/// What the effects of a node say of its record.
pub(super) struct RecordTest {
    /// The effects that tell anything.
    pub(super) effects: Vec<String>,
    /// The value that they follow best among those that are usual given the causes, in the node's unit.
    pub(super) follows: f64,
    /// How much likelier they are by a usual true value than by the recorded one, in nats.
    pub(super) nats: f64,
    /// Whether only the record is wrong.
    pub(super) is_record: bool,
}

/// What is expected of a node: mean and standard deviation, in its unit.
#[derive(Clone, Copy)]
struct Normal {
    mean: f64,
    deviation: f64,
}

impl Normal {
    /// Nothing where the mechanism was never shown such parents, or the node has no noise.
    fn of(expectation: &Expectation<'_>) -> Option<Self> {
        let range = expectation.range()?;
        let deviation = (range.high - range.low) / RANGE_IN_DEVIATIONS;
        // Midway, where the mean of skewed noise is not.
        let mean = 0.5 * (range.low + range.high);
        (deviation > 0.0 && mean.is_finite() && deviation.is_finite()).then_some(Self { mean, deviation })
    }

    fn ln_density(self, value: f64) -> f64 {
        let z = (value - self.mean) / self.deviation;
        -0.5 * z * z - self.deviation.ln() - 0.5 * std::f64::consts::TAU.ln()
    }
}

/// An effect with the values of its parents, one of which is at `place`.
struct Effect<'m> {
    node: &'m WiredNode,
    observed: f64,
    parents: Vec<f64>,
    place: usize,
}

impl<'m> Effect<'m> {
    /// The effect if its cause had this value.
    fn by(&self, model: &FittedModel, cause: f64) -> Expectation<'m> {
        let mut parents = self.parents.clone();
        parents[self.place] = cause;
        Expectation { node: self.node, sets: vec![Given::new(model, self.node, parents)] }
    }

    fn normal(&self, model: &FittedModel, cause: f64) -> Option<Normal> {
        Normal::of(&self.by(model, cause))
    }
}

/// What the effects of a node say of its recorded value, from all effects in the model that have a value and whose other causes have one;
/// nothing where none tells anything, or the node or one of its causes has no number.
pub(super) fn record_test(model: &FittedModel, position: usize, event: &Observation) -> Option<RecordTest> {
    let wiring = model.wiring();
    let number = model.number(position);
    let node = wiring.node(number);
    let value = |node: &WiredNode| node.observed(event).ok().flatten();
    let values_of = |node: &WiredNode| -> Option<Vec<f64>> {
        node.parents.iter().map(|&parent| value(wiring.node(parent))).collect()
    };
    if node.levels.is_some() {
        return None;
    }
    let recorded = value(node)?;
    let own = Expectation { node, sets: vec![Given::new(model, node, values_of(node)?)] };
    let prior = Normal::of(&own)?;
    let effect = |child: &'_ WiredNode| -> Option<(usize, f64, Vec<f64>)> {
        let place = child.parents.iter().position(|&parent| parent == number)?;
        if child.levels.is_some() {
            return None;
        }
        Some((place, value(child)?, values_of(child)?))
    };
    let effects = wiring.nodes().iter().filter_map(|child| {
        let (place, observed, parents) = effect(child)?;
        let effect = Effect { node: child, observed, parents, place };
        let (usual, as_recorded) = (effect.normal(model, prior.mean)?, effect.normal(model, recorded)?);
        let tells = (usual.mean - as_recorded.mean).abs() >= TELLS * usual.deviation.max(as_recorded.deviation);
        tells.then_some(effect)
    });
    let effects: Vec<Effect<'_>> = effects.collect();
    if effects.is_empty() {
        return None;
    }
    let (follows, ln_usual) = best(model, &effects, prior)?;
    let ln_recorded = effects
        .iter()
        .map(|effect| Some(effect.normal(model, recorded)?.ln_density(effect.observed)))
        .sum::<Option<f64>>()?;
    let nats = ln_usual - ln_recorded;
    let tail = |effect: &Effect<'_>, cause: f64| effect.by(model, cause).tail(effect.observed);
    let is_record = nats >= LIKELIER
        && own.tail(recorded) <= UNUSUAL
        && own.tail(follows) > REFUTED
        && effects.iter().any(|effect| tail(effect, recorded) <= REFUTED)
        && effects.iter().all(|effect| tail(effect, follows) > REFUTED);
    let effects = effects.iter().map(|effect| effect.node.name.clone()).collect();
    Some(RecordTest { effects, follows, nats, is_record })
}

/// The true value that is likeliest, and the logarithm of the integral over all of them.
fn best(model: &FittedModel, effects: &[Effect<'_>], prior: Normal) -> Option<(f64, f64)> {
    let (mut at, mut precision) = (prior.mean, 0.0);
    for _ in 0..STEPS {
        let step = 0.1 * prior.deviation;
        precision = prior.deviation.powi(-2);
        let mut pull = (prior.mean - at) * precision;
        for effect in effects {
            let (here, there) = (effect.normal(model, at)?, effect.normal(model, at + step)?);
            let slope = (there.mean - here.mean) / step;
            let weight = here.deviation.powi(-2);
            precision += slope * slope * weight;
            pull += slope * weight * (effect.observed - here.mean);
        }
        let moved = pull / precision;
        at += moved;
        if moved.abs() <= 1e-6 * prior.deviation {
            break;
        }
    }
    let of_effects = effects
        .iter()
        .map(|effect| Some(effect.normal(model, at)?.ln_density(effect.observed)))
        .sum::<Option<f64>>()?;
    let volume = 0.5 * (std::f64::consts::TAU / precision).ln();
    let whole = of_effects + prior.ln_density(at) + volume;
    (at.is_finite() && whole.is_finite()).then_some((at, whole))
}

/// Those of these nodes of whose values only the record is wrong.
pub(in crate::verdicts) fn only_the_record<'n>(
    model: &FittedModel,
    nodes: impl IntoIterator<Item = &'n str>,
    event: &Observation,
) -> Vec<Finding> {
    let finding = |name: &str| {
        let test = record_test(model, model.graph().position(name).ok()?, event).filter(|test| test.is_record)?;
        let recorded = event.get(name)?;
        let evidence = format!(
            "`{name}` = {} is unusual, but {} as if it had been {}: only the record of `{name}` may be wrong.",
            significant(recorded),
            match test.effects.as_slice() {
                [one] => format!("its effect `{one}` behaves"),
                several => format!("its effects {} behave", list_names(several)),
            },
            significant(test.follows)
        );
        let remedy = format!(
            "Check how `{name}` is measured before anything is done about it: its effects are {} times likelier by that other value.",
            significant(test.nats.min(700.0).exp())
        );
        let nodes = std::iter::once(name.to_owned()).chain(test.effects);
        Some(Finding::new(FindingKind::OnlyTheRecord, nodes, evidence, remedy))
    };
    nodes.into_iter().filter_map(finding).collect()
}
