//! What is said of the arrows into a target.

use crate::numeric::ranks::sort_by;

use serde::Serialize;

use super::config::ArrowMeasure;

/// How the strength of an arrow was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ArrowMethod {
    /// By a formula.
    ClosedForm,
    /// All combinations of the parents' values were counted out; exact.
    Enumeration,
    /// Draws of the target and its ancestors.
    Sampling,
}

/// The strength of one arrow.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ArrowStrength {
    /// Where the arrow comes from.
    pub parent: String,
    /// Its strength: in the square of the target's unit, or in nats.
    pub value: f64,
    /// The standard error of the value, in its unit; exactly 0 where nothing was drawn. It does not cover the fit of the model.
    pub std_error: f64,
    /// How it was found.
    pub method: ArrowMethod,
}

/// The strengths of the arrows into a target.
///
/// They do not sum to anything: where parents tell the same, each can be missed without the other.
///
/// `Display` prints a table, the strongest first.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ArrowStrengths {
    /// The node that the arrows point to.
    pub target: String,
    /// What was measured; never [`Auto`](ArrowMeasure::Auto).
    pub measure: ArrowMeasure,
    /// One per parent, in the order of the target's mechanism.
    pub arrows: Vec<ArrowStrength>,
    /// Which density of the target's noise a divergence was found with; nothing where none was needed.
    pub density: Option<String>,
    /// The seed.
    pub seed: u64,
}

impl ArrowStrengths {
    /// The arrows from the strongest to the weakest.
    pub fn ranked(&self) -> Vec<&ArrowStrength> {
        let mut ranked: Vec<&ArrowStrength> = self.arrows.iter().collect();
        sort_by(&mut ranked, &|one, other| other.value.total_cmp(&one.value));
        ranked
    }

    /// The arrow from a parent; nothing if there is none.
    pub fn arrow(&self, parent: &str) -> Option<&ArrowStrength> {
        self.arrows.iter().find(|arrow| arrow.parent == parent)
    }

    /// By which means each strength was found, in sentences.
    pub fn explain(&self) -> String {
        let why = |arrow: &ArrowStrength| {
            let how = match arrow.method {
                ArrowMethod::ClosedForm => "in closed form, as the target is linear in it",
                ArrowMethod::Enumeration => "counted out, as the values of all parents can be listed",
                ArrowMethod::Sampling => "sampled, with errors from 32 independent nets",
            };
            format!("`{}`: {how}.", arrow.parent)
        };
        let density = self.density.iter().map(|density| format!("The noise has {density}."));
        self.arrows.iter().map(why).chain(density).collect::<Vec<String>>().join("\n")
    }
}
