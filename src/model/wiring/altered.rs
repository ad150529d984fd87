//! Values in a world where some nodes were intervened on: the only loop over such a graph.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use super::linear::Expansion;
use super::nodes::{WiredNode, Wiring};
use crate::error::Result;
use crate::mechanism::check_finite;

/// What becomes of the value that a node would have by itself.
#[derive(Clone, Default)]
pub(crate) enum Alteration {
    /// It stays.
    #[default]
    Nothing,
    /// It is this, whatever it was.
    Given(f64),
    /// factor · value + shift
    Linear { factor: f64, shift: f64 },
    /// Any function of it.
    Function(Arc<dyn Fn(f64) -> f64 + Send + Sync>),
}

/// Where the values of a node begin, in the rows of some columns.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Start<'c> {
    /// At its mechanism, its parents and its noise.
    Noise,
    /// The value that it has by itself is known.
    Natural(&'c [f64]),
    /// The value is known, as no intervention reaches it.
    Value(&'c [f64]),
}

impl Alteration {
    /// The altered value.
    pub(crate) fn apply(&self, value: f64) -> f64 {
        match self {
            Self::Nothing => value,
            Self::Given(given) => *given,
            Self::Linear { factor, shift } => factor * value + shift,
            Self::Function(function) => function(value),
        }
    }

    /// Whether the value stays.
    pub(crate) fn is_nothing(&self) -> bool {
        matches!(self, Self::Nothing)
    }

    /// The value, if it is the same whatever the node does by itself.
    pub(crate) fn given(&self) -> Option<f64> {
        if let Self::Given(value) = self { Some(*value) } else { None }
    }

    /// Factor and shift, if the altered value is factor · value + shift.
    pub(super) fn as_linear(&self) -> Option<(f64, f64)> {
        match self {
            Self::Nothing => Some((1.0, 0.0)),
            Self::Given(value) => Some((0.0, *value)),
            Self::Linear { factor, shift } => Some((*factor, *shift)),
            Self::Function(_) => None,
        }
    }
}

impl fmt::Debug for Alteration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => formatter.write_str("Nothing"),
            Self::Given(value) => formatter.debug_tuple("Given").field(value).finish(),
            Self::Linear { factor, shift } => write!(formatter, "Linear({factor} · x + {shift})"),
            Self::Function(_) => formatter.write_str("Function"),
        }
    }
}

impl Wiring {
    /// Columns of values of every node where values are altered, by the node's number, from where each begins; `fill_noise`
    /// writes the noises of a node that begins at its mechanism. Costs O(rows · (nodes + edges)).
    ///
    /// # Errors
    /// When a mechanism, or a function of an intervention, returns NaN or an infinity.
    pub(crate) fn altered_columns<'c>(
        &self,
        rows: usize,
        alterations: &[Alteration],
        start: impl Fn(usize) -> Start<'c>,
        mut fill_noise: impl FnMut(usize, &WiredNode, &mut [f64]),
    ) -> Result<Vec<Cow<'c, [f64]>>> {
        let mut columns: Vec<Cow<'c, [f64]>> = Vec::with_capacity(self.nodes().len());
        let mut noise = vec![0.0; rows];
        for (number, node) in self.nodes().iter().enumerate() {
            let alteration = &alterations[number];
            let mut values = match (start(number), alteration.given()) {
                (Start::Value(known), _) => {
                    columns.push(Cow::Borrowed(known));
                    continue;
                }
                (_, Some(given)) => {
                    columns.push(Cow::Owned(vec![given; rows]));
                    continue;
                }
                (Start::Natural(natural), None) => natural.to_vec(),
                (Start::Noise, None) => {
                    fill_noise(number, node, &mut noise);
                    let parents: Vec<&[f64]> = node.parents.iter().map(|&parent| &*columns[parent]).collect();
                    let mut values = vec![0.0; rows];
                    node.mechanism.fill(&node.name, &parents, &noise, &mut values)?;
                    values
                }
            };
            if !alteration.is_nothing() {
                values.iter_mut().for_each(|value| *value = alteration.apply(*value));
                check_finite(&node.name, &values)?;
            }
            columns.push(Cow::Owned(values));
        }
        Ok(columns)
    }

    /// What the node of a number is a sum of where values are altered, if it is linear in all noises that it depends on.
    pub(crate) fn altered_expansion(&self, target: usize, alterations: &[Alteration]) -> Option<Expansion> {
        self.expansions_with(|number| alterations[number].as_linear()).swap_remove(target)
    }
}
