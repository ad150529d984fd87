//! A node's mechanism after fitting.

mod form;
mod given;
mod saved;

use std::fmt::{self, Write};

use serde::{Deserialize, Serialize};

use super::classes::ClassFunction;
use super::code::NamedMechanism;
use super::function::{Names, ParentFunction, Range};
use crate::data::Levels;
use crate::error::{Error, Result};
use crate::noise::NoiseDistribution;
use form::Structural;

use crate::wording::Visible;

pub(crate) use form::Form;
pub(crate) use given::Predictions;

/// A node's mechanism, ready to be evaluated and inverted, with the distribution of its noise.
///
/// Parents are in the order of the mechanism: as named in a known formula or a custom mechanism,
/// otherwise as in the graph.
///
/// `Display` writes it down with four digits and N for the noise, as `0.012 + 1.003·parent0 + N`;
/// [`describe`](Self::describe) does so with the parents' names.
///
/// It can be saved with any serde format and comes back bit by bit, if the format keeps all digits. What is saved is
/// checked on loading. Mechanisms and formulas written in code cannot be saved: that is an error which says so.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FittedMechanism {
    #[serde(rename = "function")]
    form: Form,
    noise: NoiseDistribution,
}

impl FittedMechanism {
    pub(crate) fn new(form: Form, noise: NoiseDistribution) -> Self {
        Self { form, noise }
    }

    /// The mechanism with another distribution of its noise.
    pub(crate) fn with_noise(&self, noise: NoiseDistribution) -> Self {
        Self::new(self.form.clone(), noise)
    }

    /// The distribution of the noise.
    pub fn noise(&self) -> &NoiseDistribution {
        &self.noise
    }

    /// The function of the parents to which the noise is added; `None` for a root, or where the noise is not added.
    pub fn parent_function(&self) -> Option<&ParentFunction> {
        self.form.structural()?.added_location()
    }

    /// The coefficients of a linear mechanism, x = intercept + Σᵢ coefficientᵢ · parentᵢ + noise: one per parent, in the
    /// order of the mechanism and in the node's unit over the parent's. `None` where the mechanism is not a weighted sum
    /// plus noise; [`slope`](Self::slope) also knows of maxima of one parent.
    ///
    /// ```
    /// use etiology::{AdditiveNoiseModel, CausalGraph, Dataset, StructuralCausalModel};
    ///
    /// let wave = |row: u32| 0.1 + 0.05 * (f64::from(row) * 1.7).sin();
    /// let db: Vec<f64> = (0..100).map(wave).collect();
    /// let api = db.iter().map(|db| 0.25 + 2.0 * db);
    /// let data = Dataset::from_columns([("api", api.collect()), ("db", db)])?;
    /// let model = StructuralCausalModel::new(CausalGraph::from_edges([("db", "api")])?)
    ///     .assign_mechanisms(&data)?
    ///     .fit(&data)?;
    ///
    /// let mechanism = model.mechanism("api")?;
    /// let coefficients = mechanism.coefficients().expect("a linear mechanism");
    /// assert!((coefficients[0] - 2.0).abs() < 1e-9);
    /// assert_eq!(mechanism.describe(&model.mechanism_parents("api")?), "0.25 + 2·db + N");
    /// # Ok::<(), etiology::Error>(())
    /// ```
    #[doc(alias = "coef_")]
    pub fn coefficients(&self) -> Option<&[f64]> {
        match self.parent_function()? {
            ParentFunction::Linear(linear) => Some(&linear.coefficients),
            ParentFunction::Centred(centred) => Some(centred.coefficients()),
            _ => None,
        }
    }

    /// By how much the node's value moves when the parent at this place moves by 1, where that is the same for all values of
    /// the parents and of the noise; `parents` says how many there are. `None` otherwise. See
    /// [`ParentFunction::slope`].
    pub fn slope(&self, place: usize, parents: usize) -> Option<f64> {
        self.parent_function()?.slope(place, parents)
    }

    /// The mechanism written down for people, with the given names of its parents in its own order and N for the noise, as
    /// `0.012 + 1.003·db + N`; figures have four digits. [`FittedModel::mechanism_parents`](crate::FittedModel::mechanism_parents)
    /// gives the names.
    pub fn describe<S: AsRef<str>>(&self, parents: &[S]) -> String {
        self.form.describe(&Names::new(parents))
    }

    /// The function of the parents and the noise.
    pub(crate) fn form(&self) -> &Form {
        &self.form
    }

    /// The mechanism written by the user, if it is one.
    pub(crate) fn custom(&self) -> Option<&NamedMechanism> {
        match &self.form {
            Form::Code(custom) => Some(custom),
            Form::Structural(_) | Form::Classes(_) => None,
        }
    }

    /// Whether it is one of a node with these levels, or none, and of parents with these, in its own order.
    pub(crate) fn fits_levels(&self, own: Option<&Levels>, parents: &[Option<&Levels>]) -> bool {
        match &self.form {
            Form::Classes(classes) => {
                let is_uniform =
                    (self.noise.quantile(0.0).ok(), self.noise.quantile(1.0).ok()) == (Some(0.0), Some(1.0));
                matches!(self.noise, NoiseDistribution::Uniform(_)) && is_uniform && classes.fits_levels(own, parents)
            }
            Form::Structural(structural) => structural.fits_levels(parents),
            Form::Code(_) => true,
        }
    }

    /// Whether it gives codes of these levels alone, as far as is known: of code of the user's nothing is.
    pub(crate) fn gives_codes_of(&self, levels: &Levels) -> bool {
        match &self.form {
            Form::Classes(classes) => classes.levels() == levels,
            Form::Structural(structural) => {
                let (NoiseDistribution::Empirical(drawn), true) = (&self.noise, structural.is_root()) else {
                    return false;
                };
                drawn.values().iter().all(|code| code.fract() == 0.0 && levels.name(*code).is_some())
            }
            Form::Code(_) => true,
        }
    }

    /// The classes, if the node is a category with causes.
    pub(crate) fn classes(&self) -> Option<&ClassFunction> {
        self.form.classes()
    }

    /// The probability of every class given the parents, in the order of the levels; nothing where the node is no category, or has
    /// no parents.
    pub fn class_probabilities(&self, parents: &[f64]) -> Option<Vec<f64>> {
        self.classes().map(|classes| classes.probabilities(parents))
    }

    /// A mechanism written by the user, with its noise.
    pub(crate) fn from_custom(custom: NamedMechanism, noise: NoiseDistribution) -> Self {
        Self::new(Form::Code(custom), noise)
    }

    /// Whether a closure is part of it.
    pub(crate) fn holds_formula(&self) -> bool {
        self.form.structural().is_some_and(Structural::holds_formula)
    }

    /// Whether it can take so many parents.
    pub(crate) fn takes_parents(&self, parents: usize) -> bool {
        self.form.takes_parents(parents)
    }

    /// Whether the value is the noise.
    pub(crate) fn is_root(&self) -> bool {
        self.form.structural().is_some_and(Structural::is_root)
    }

    /// Whether the value is a function of the parents, if any, plus the noise.
    pub(crate) fn adds_noise(&self) -> bool {
        self.form.structural().is_some_and(Structural::adds_noise)
    }

    /// What the node's values must be if not any number will do, unless this value is.
    pub(crate) fn violated_domain(&self, value: f64) -> Option<&'static str> {
        self.form.structural()?.violated_domain(value)
    }

    /// The node's value, from its parents' values and its noise.
    pub fn evaluate(&self, parents: &[f64], noise: f64) -> f64 {
        self.form.evaluate(parents, noise)
    }

    /// The noise that, with these parents, gives the node this value; NaN outside the domain of a link.
    pub fn estimate_noise(&self, parents: &[f64], value: f64) -> f64 {
        self.form.estimate_noise(parents, value)
    }

    /// The node's values over columns: one slice per parent, each as long as `noise` and `values`.
    ///
    /// # Errors
    /// When a value is NaN or infinite, by a user's function or by overflow; `node` is for the message.
    pub(crate) fn fill(&self, node: &str, parents: &[&[f64]], noise: &[f64], values: &mut [f64]) -> Result<()> {
        self.fill_output(parents, noise, values);
        if self.adds_noise() && !self.is_root() {
            values.iter_mut().zip(noise).for_each(|(value, noise)| *value += noise);
        }
        check_finite(node, values)
    }

    /// The node's values over columns, unchecked, before a noise that is merely added: f(parents), or f(parents, noise)
    /// where it is not, and for a root, whose value is its noise.
    pub(crate) fn fill_output(&self, parents: &[&[f64]], noise: &[f64], values: &mut [f64]) {
        self.form.fill_output(parents, noise, values);
    }

    /// Bounds of what [`fill_output`](Self::fill_output) writes where parents and noise lie within bounds of their own, each the smallest
    /// and the largest value; infinite where they are not known.
    pub(crate) fn output_range(&self, parents: &[Range], noise: Range) -> Range {
        self.form.output_range(parents, noise)
    }
}

impl fmt::Display for FittedMechanism {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let formatter = &mut Visible(formatter);
        formatter.write_str(&self.form.describe(&Names::default()))
    }
}

/// Checks the values that samples of a node came to.
pub(crate) fn check_finite(node: &str, values: &[f64]) -> Result<()> {
    match values.iter().find(|value| !value.is_finite()) {
        None => Ok(()),
        Some(&found) => Err(Error::MechanismNotFinite { node: node.to_owned(), operation: "evaluate a sample", found }),
    }
}

#[cfg(test)]
mod tests;
