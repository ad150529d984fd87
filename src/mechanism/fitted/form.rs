//! The one form that every fitted mechanism has, and all that is computed with it.

use super::given::{Given, Predictions};
use crate::data::Levels;
use crate::mechanism::classes::ClassFunction;
use crate::mechanism::code::NamedMechanism;
use crate::mechanism::function::{
    ANY, Change, LinearFunction, Link, Names, ParentFunction, Range, ScaleFunction, for_each_row, weighted_sum,
};

/// How a node's value comes from its parents and its noise.
#[derive(Debug, Clone)]
pub(crate) enum Form {
    /// Parts that are known for what they are.
    Structural(Structural),
    /// A class by its probabilities and a uniform noise.
    Classes(ClassFunction),
    /// Written by the user.
    Code(NamedMechanism),
}

/// x = h⁻¹( m(parents) + s(parents) · noise ), with the link h.
///
/// A root has neither location nor scale, and its value is its noise. A location makes it additive noise, a link other
/// than the identity a post-nonlinear model, a scale noise of varying size. What is not there costs no operation: a
/// location of 0 would not change a value, but the sign of a zero; a scale of 1 and the identity would cost time.
#[derive(Debug, Clone)]
pub(crate) struct Structural {
    location: Option<ParentFunction>,
    scale: Option<ScaleFunction>,
    link: Link,
}

impl Form {
    /// The value is the noise.
    pub(crate) const ROOT: Self = Self::of(None, None, Link::Identity);

    /// The form with these parts. A location and a scale that are both there must take the same number of parents.
    pub(crate) const fn of(location: Option<ParentFunction>, scale: Option<ScaleFunction>, link: Link) -> Self {
        Self::Structural(Structural { location, scale, link })
    }

    /// location(parents) + noise
    pub(crate) fn additive(location: ParentFunction) -> Self {
        Self::of(Some(location), None, Link::Identity)
    }

    /// The classes, if it has some.
    pub(crate) fn classes(&self) -> Option<&ClassFunction> {
        match self {
            Self::Classes(classes) => Some(classes),
            Self::Structural(_) | Self::Code(_) => None,
        }
    }

    /// The parts, if it has some that are known for what they are.
    pub(super) fn structural(&self) -> Option<&Structural> {
        match self {
            Self::Structural(structural) => Some(structural),
            Self::Classes(_) | Self::Code(_) => None,
        }
    }

    pub(crate) fn evaluate(&self, parents: &[f64], noise: f64) -> f64 {
        match self {
            Self::Structural(structural) => structural.given(parents).value(noise),
            Self::Classes(classes) => classes.value(parents, noise),
            Self::Code(code) => code.mechanism.evaluate(parents, noise),
        }
    }

    /// The noise of a value; the middle of all that a class may have.
    pub(crate) fn estimate_noise(&self, parents: &[f64], value: f64) -> f64 {
        match self {
            Self::Structural(structural) => structural.given(parents).noise(value),
            Self::Classes(classes) => classes.noise(parents, value),
            Self::Code(code) => code.mechanism.estimate_noise(parents, value),
        }
    }

    /// The noises over columns: the bits of [`estimate_noise`](Self::estimate_noise) row by row, unchecked.
    pub(crate) fn estimate_noises(&self, parents: &[&[f64]], values: &[f64]) -> Vec<f64> {
        match self {
            Self::Structural(structural) => {
                let predictions = structural.predict(parents, values.len());
                values.iter().enumerate().map(|(row, &value)| predictions.noise(row, value)).collect()
            }
            Self::Classes(_) | Self::Code(_) => {
                let mut noises = vec![0.0; values.len()];
                for_each_row(parents, values.len(), |row, parents| {
                    noises[row] = self.estimate_noise(parents, values[row]);
                });
                noises
            }
        }
    }

    /// The values over columns, unchecked, before a noise that is merely added.
    pub(super) fn fill_output(&self, parents: &[&[f64]], noise: &[f64], values: &mut [f64]) {
        match self {
            Self::Structural(structural) => structural.fill_output(parents, noise, values),
            Self::Classes(classes) => classes.fill(parents, noise, values),
            Self::Code(code) => code.mechanism.evaluate_columns(parents, noise, values),
        }
    }

    /// Bounds of what [`fill_output`](Self::fill_output) writes where parents and noise lie within bounds of their own; infinite where
    /// they are not known, as of code.
    pub(super) fn output_range(&self, parents: &[Range], noise: Range) -> Range {
        self.structural().map_or(ANY, |structural| structural.output_range(parents, noise))
    }

    /// What the parents of some rows say of their values. `None` for a root, which has no parents, for classes, and for code,
    /// into which noise may enter anyhow.
    pub(crate) fn predict(&self, parents: &[&[f64]], rows: usize) -> Option<Predictions> {
        let structural = self.structural().filter(|structural| !structural.is_root())?;
        Some(structural.predict(parents, rows))
    }

    /// The scale on which noise is added; the node's own for code.
    pub(crate) fn link(&self) -> Link {
        self.structural().map_or(Link::Identity, |structural| structural.link)
    }

    /// By what the noise is multiplied at these parents, on the scale of the link; 1 for code.
    pub(crate) fn scale(&self, parents: &[f64]) -> f64 {
        let scale = self.structural().and_then(|structural| structural.scale.as_ref());
        scale.map_or(1.0, |scale| scale.value(parents))
    }

    /// The form with another function of the parents; `None` for a root and for code.
    pub(crate) fn changed(&self, change: &Change) -> Option<Self> {
        let Structural { location, scale, link } = self.structural()?;
        let location = change.of(location.as_ref()?);
        Some(Self::of(Some(location), scale.as_ref().map(|scale| change.of_scale(scale)), *link))
    }

    /// The weighted sum of the parents to which the noise is added, on the scale of the link, if it is one.
    pub(crate) fn linear_location(&self) -> Option<&LinearFunction> {
        match self.structural()?.location.as_ref()? {
            ParentFunction::Linear(linear) => Some(linear),
            _ => None,
        }
    }

    /// Whether it can take so many parents.
    pub(crate) fn takes_parents(&self, parents: usize) -> bool {
        match self {
            Self::Structural(structural) => structural.takes_parents(parents),
            Self::Classes(classes) => classes.parents() == parents,
            Self::Code(_) => true,
        }
    }

    pub(super) fn describe(&self, names: &Names) -> String {
        match self {
            Self::Structural(structural) => structural.describe(names),
            Self::Classes(classes) => classes.describe(names),
            Self::Code(code) => code.describe(names),
        }
    }
}

impl Structural {
    pub(super) fn parts(&self) -> (Option<&ParentFunction>, Option<&ScaleFunction>, Link) {
        (self.location.as_ref(), self.scale.as_ref(), self.link)
    }

    /// The function of the parents to which the noise is added, if it is.
    pub(super) fn added_location(&self) -> Option<&ParentFunction> {
        self.location.as_ref().filter(|_| self.adds_noise())
    }

    pub(super) fn is_root(&self) -> bool {
        self.adds_noise() && self.location.is_none()
    }

    /// Whether the value is a function of the parents, if any, plus the noise.
    pub(super) fn adds_noise(&self) -> bool {
        self.scale.is_none() && self.link == Link::Identity
    }

    /// What a value must be, unless this one is.
    pub(super) fn violated_domain(&self, value: f64) -> Option<&'static str> {
        (!self.link.contains(value)).then(|| self.link.requirement())
    }

    /// Whether it knows the levels of these parents, as far as it tells levels apart.
    pub(super) fn fits_levels(&self, parents: &[Option<&Levels>]) -> bool {
        self.location.as_ref().is_none_or(|location| location.fits_levels(parents))
    }

    pub(super) fn holds_formula(&self) -> bool {
        self.location.as_ref().is_some_and(ParentFunction::holds_formula)
    }

    pub(super) fn takes_parents(&self, parents: usize) -> bool {
        if self.location.is_none() && self.scale.is_none() {
            return parents == 0;
        }
        self.location.as_ref().is_none_or(|location| location.takes_parents(parents))
            && self.scale.as_ref().is_none_or(|scale| scale.parents() == parents)
    }

    fn output_range(&self, parents: &[Range], noise: Range) -> Range {
        let location = self.location.as_ref().map(|location| location.range(parents));
        if self.adds_noise() {
            return location.unwrap_or(noise);
        }
        let (smallest, largest) = self.scale.as_ref().map_or((1.0, 1.0), |scale| scale.range(parents));
        let scaled = |noise: f64| {
            let ends = [smallest * noise, largest * noise];
            (ends[0].min(ends[1]), ends[0].max(ends[1]))
        };
        let (low, high) = weighted_sum(
            0.0,
            &[1.0, 1.0],
            [location.unwrap_or((0.0, 0.0)), (scaled(noise.0).0, scaled(noise.1).1)].into_iter(),
        );
        (self.link.invert(low), self.link.invert(high))
    }

    fn given(&self, parents: &[f64]) -> Given {
        let location = self.location.as_ref().map(|location| location.value(parents));
        Given::new(location, self.scale.as_ref().map(|scale| scale.value(parents)), self.link)
    }

    fn predict(&self, parents: &[&[f64]], rows: usize) -> Predictions {
        let locations = self.location.as_ref().map(|location| {
            let mut locations = vec![0.0; rows];
            location.fill(parents, &mut locations);
            locations
        });
        let scales = self.scale.as_ref().map(|scale| (0..rows).map(|row| scale.value_at(parents, row)).collect());
        Predictions::new(locations, scales, self.link)
    }

    fn fill_output(&self, parents: &[&[f64]], noise: &[f64], values: &mut [f64]) {
        match &self.location {
            Some(location) => location.fill(parents, values),
            None if self.adds_noise() => values.copy_from_slice(noise),
            None => {}
        }
        if self.adds_noise() {
            return;
        }
        for (row, (value, &noise)) in values.iter_mut().zip(noise).enumerate() {
            let location = self.location.is_some().then_some(*value);
            let scale = self.scale.as_ref().map(|scale| scale.value_at(parents, row));
            *value = Given::new(location, scale, self.link).value(noise);
        }
    }

    fn describe(&self, names: &Names) -> String {
        let noise = match &self.scale {
            Some(scale) => format!("{}·N", scale.describe(names)),
            None => "N".to_owned(),
        };
        let sum = match &self.location {
            Some(location) => format!("{} + {noise}", location.describe(names)),
            None => noise,
        };
        self.link.describe_inverse(&sum)
    }
}
