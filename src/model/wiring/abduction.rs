//! Abduction: from values back to the noises that made them.

use super::nodes::{WiredNode, Wiring};
use crate::data::Observation;
use crate::error::{Error, Result};
use crate::mechanism::{INVERSION_TOLERANCE, Interval};

/// The values of the nodes of a wiring and the noises that made them.
///
/// A missing value is replaced by the median of its node given its parents, so that values and noises always belong
/// together.
#[derive(Debug, Clone)]
pub(crate) struct Recovered {
    /// Observed, or what stands in for a missing value; in the node's unit.
    pub(crate) values: Vec<f64>,
    /// The noise that with the values of the parents makes the value; its median for a node whose value is missing.
    pub(crate) noises: Vec<f64>,
    /// Which of them were observed.
    pub(crate) origins: Vec<Origin>,
    /// Where the noise of a category with causes lies, of which its value says no more.
    intervals: Vec<Option<Interval>>,
    /// Which of the noises are mere rounding of measured values.
    roundings: Vec<Rounding>,
}

/// What a value and its noise rest on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Origin {
    /// The value was observed, but not those of these parents, by position in the graph, which the noise depends on. With
    /// none, the noise is exact.
    Observed { missing_parents: Vec<usize> },
    /// The value is missing.
    Missing,
}

/// Whether a recovered noise is rounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rounding {
    /// No.
    No,
    /// It lies no further from the only value that the noise has than rounding alone may take it.
    Of,
    /// So it does, and so do all of the noise's usual values, which differ by no more than that.
    OfAll,
}

impl Recovered {
    pub(crate) fn is_missing(&self, number: usize) -> bool {
        self.origins[number] == Origin::Missing
    }

    /// What was recovered of several rows, one after another, and a last node with this value, whose noise is 0.
    pub(crate) fn of_rows(rows: Vec<Self>, last: f64) -> Self {
        let mut all = Self { values: vec![], noises: vec![], origins: vec![], intervals: vec![], roundings: vec![] };
        for row in rows {
            all.values.extend(row.values);
            all.noises.extend(row.noises);
            all.origins.extend(row.origins);
            all.intervals.extend(row.intervals);
            all.roundings.extend(row.roundings);
        }
        all.values.push(last);
        all.noises.push(0.0);
        all.origins.push(Origin::Observed { missing_parents: Vec::new() });
        all.intervals.push(None);
        all.roundings.push(Rounding::No);
        all
    }

    /// What was recovered, with what is mere rounding decided, for each node by its number: no other target that has these noises decides
    /// anew.
    pub(super) fn with_roundings(mut self, is_mere: impl Fn(&Self, usize) -> bool) -> Self {
        let decided = |number: usize| if is_mere(&self, number) { Rounding::Of } else { Rounding::No };
        self.roundings = (0..self.roundings.len()).map(decided).collect();
        self
    }

    /// Where the noise of a node lies, if its value tells no more.
    pub(crate) fn interval(&self, number: usize) -> Option<Interval> {
        self.intervals[number]
    }

    /// Whether the noise of a node is mere rounding of measured values.
    pub(crate) fn rounding(&self, number: usize) -> Rounding {
        self.roundings[number]
    }

    /// The noise of a node, if all values are there that it depends on.
    pub(crate) fn exact_noise(&self, number: usize) -> Option<f64> {
        match &self.origins[number] {
            Origin::Observed { missing_parents } if missing_parents.is_empty() => Some(self.noises[number]),
            _ => None,
        }
    }
}

impl Wiring {
    /// The values and noises of all nodes in one observation, whose values may be missing.
    ///
    /// # Errors
    /// When the observation has text or an infinite value for a node, a value outside the domain of a link, or one that a
    /// custom mechanism is not invertible at; or when what is to stand in for a missing value is not finite.
    pub(crate) fn abduct(&self, observation: &Observation) -> Result<Recovered> {
        let mut noises = Vec::with_capacity(self.nodes().len());
        let mut origins: Vec<Origin> = Vec::with_capacity(self.nodes().len());
        let mut roundings = Vec::with_capacity(self.nodes().len());
        let mut intervals = Vec::with_capacity(self.nodes().len());
        let values = self.values_by(|_, node, parents| {
            let (value, noise, origin) = match node.observed(observation)? {
                Some(value) => {
                    let missing = |&(place, parent): &(usize, usize)| {
                        origins[parent] == Origin::Missing && node.slope(place) != Some(0.0)
                    };
                    let missing_parents = node.parents.iter().copied().enumerate().filter(missing);
                    let missing_parents = missing_parents.map(|(_, parent)| self.node(parent).position).collect();
                    (value, node.abduct(parents, value)?, Origin::Observed { missing_parents })
                }
                None => {
                    let (value, noise) = node.impute(parents)?;
                    (value, noise, Origin::Missing)
                }
            };
            let is_missing = origin == Origin::Missing;
            roundings.push(if is_missing { Rounding::No } else { self.rounding(node, parents, value, noise) });
            intervals.push(node.mechanism.classes().map(|classes| classes.interval(parents, value)));
            noises.push(noise);
            origins.push(origin);
            Ok::<f64, Error>(value)
        })?;
        Ok(Recovered { values, noises, origins, intervals, roundings })
    }

    /// The noise of one node in every row of the columns of all nodes; NaN where the node's value or a parent's is missing
    /// (NaN). In all other rows `abduct` finds it from the values of the parents, in the mechanism's order, and the node's
    /// value: by [`WiredNode::abduct`], and it decides what becomes of a row at fault.
    pub(crate) fn abduct_column(
        &self,
        number: usize,
        columns: &[&[f64]],
        mut abduct: impl FnMut(&[f64], f64) -> f64,
    ) -> Vec<f64> {
        let rows = columns[number].len();
        let mut noises = Vec::with_capacity(rows);
        self.visit_rows(number, columns, 0..rows, |value, parents| {
            let is_complete = !value.is_nan() && parents.iter().all(|parent| !parent.is_nan());
            noises.push(if is_complete { abduct(parents, value) } else { f64::NAN });
        });
        noises
    }
}

impl WiredNode {
    /// The noise of the node, from its value and those of its parents, in the mechanism's order, all finite.
    ///
    /// # Errors
    /// When the value is outside the domain of a link, or a custom mechanism is not invertible there.
    pub(crate) fn abduct(&self, parents: &[f64], observed: f64) -> Result<f64> {
        let Self { name, mechanism, spread, .. } = self;
        if let Some(requirement) = mechanism.violated_domain(observed) {
            let what = format!("the observed value of node `{name}`");
            return Err(Error::OutsideDomain { what, requirement, found: observed });
        }
        let noise = mechanism.estimate_noise(parents, observed);
        if !noise.is_finite() {
            let operation = "recover the noise of the observation";
            return Err(Error::MechanismNotFinite { node: name.clone(), operation, found: noise });
        }
        // Additive noise is a difference, which no parent's size can spoil by more than rounding.
        if mechanism.adds_noise() {
            return Ok(noise);
        }
        let reproduced = mechanism.evaluate(parents, noise);
        let scale = observed.abs().max(reproduced.abs()).max(*spread);
        // Not the other way round, which would let NaN pass.
        if (reproduced - observed).abs() <= INVERSION_TOLERANCE * scale {
            return Ok(noise);
        }
        Err(Error::NotInvertible { node: name.clone(), observed, noise, reproduced })
    }

    /// The median of the node given its parents, and that of its noise; of a category the likeliest level, and its noise. (The noise's median gives the value's where the
    /// mechanism is monotone in the noise, as any is that adds it.)
    fn impute(&self, parents: &[f64]) -> Result<(f64, f64)> {
        if self.levels.is_some() {
            let level = self.likeliest(parents);
            return Ok((level, self.mechanism.estimate_noise(parents, level)));
        }
        let noise = self.mechanism.noise().median();
        let value = self.mechanism.evaluate(parents, noise);
        if value.is_finite() {
            return Ok((value, noise));
        }
        let operation = "stand in for a missing value";
        Err(Error::MechanismNotFinite { node: self.name.clone(), operation, found: value })
    }
}
