//! The resolution of a node: the step in which its values are measured.

use serde::{Deserialize, Serialize};

use crate::data::{Dataset, Step};
use crate::error::{Error, Result};
use crate::graph::CausalGraph;
use crate::threads::in_parallel;

/// In which steps the values of a node are measured, and what that leaves of its noise in training.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(try_from = "SavedResolution", into = "SavedResolution")]
pub(crate) struct Resolution {
    step: Step,
    /// Whether the user gave the step, which then counts for any value.
    is_given: bool,
    /// The furthest that a noise of a training row lay beyond what is usual for it, in the noise's unit: as much of the
    /// rounding of parents as the data show. 0 where the noise was learned from all of them.
    shown: f64,
}

/// The step in which one value was measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Measured {
    /// 0 where it is not rounded.
    pub(super) step: f64,
    /// Whether training values do not show what this does to noises, since they were measured more finely.
    pub(super) is_new: bool,
    /// Whether the step was found from the digits of this one value, which may hide zeros.
    pub(super) is_guessed: bool,
}

/// What a user said of resolutions; by the position of the node in the graph.
#[derive(Debug, Clone, Default)]
pub(super) struct GivenSteps {
    of_nodes: Vec<(usize, f64)>,
    /// Whether none is to be looked for.
    pub(super) off: bool,
}

impl GivenSteps {
    /// Sets the step of a node; 0 for none.
    ///
    /// # Errors
    /// When it is negative or not finite.
    pub(super) fn set(&mut self, position: usize, step: f64) -> Result<()> {
        if !(step >= 0.0 && step.is_finite()) {
            let (name, requirement) = ("the resolution of a node", "finite and at least 0");
            return Err(Error::InvalidParameter { name, requirement, found: step.to_string() });
        }
        self.of_nodes.retain(|&(other, _)| other != position);
        self.of_nodes.push((position, step));
        Ok(())
    }

    fn get(&self, position: usize) -> Option<f64> {
        self.of_nodes.iter().find(|&&(other, _)| other == position).map(|&(_, step)| step)
    }
}

impl Resolution {
    fn given(step: f64) -> Self {
        let step = if step > 0.0 { Step::Of(step) } else { Step::Unknown };
        Self { step, is_given: true, shown: 0.0 }
    }

    /// The step, where values are known to have one, in the node's unit.
    pub(crate) fn step(&self) -> Option<f64> {
        match self.step {
            Step::Of(step) => Some(step),
            Step::Unknown | Step::Continuous => None,
        }
    }

    /// Whether nothing is known of it, nor was said.
    pub(crate) fn is_unknown(&self) -> bool {
        *self == Self::default()
    }

    /// As much of the rounding of parents as the training data show, in the noise's unit.
    pub(super) fn shown(&self) -> f64 {
        self.shown
    }

    /// With as much of the rounding of parents as the training data show.
    pub(super) fn with_shown(self, shown: f64) -> Self {
        Self { shown, ..self }
    }

    /// The step in which a value of the node was measured.
    pub(super) fn of_value(&self, value: f64) -> Measured {
        match (self.is_given, self.step) {
            (true, Step::Of(step)) => Measured { step, is_new: true, is_guessed: false },
            (true, _) => Measured { step: 0.0, is_new: false, is_guessed: false },
            (false, of_column) => {
                let (step, is_new) = of_column.of_value(value);
                Measured { step, is_new, is_guessed: is_new }
            }
        }
    }
}

/// The resolution of every node of a graph, by position: given, or from the digits of the training values.
pub(super) fn resolutions(graph: &CausalGraph, given: &GivenSteps, data: Option<&Dataset>) -> Vec<Resolution> {
    let of_node = |position: usize| match (given.get(position), data.filter(|_| !given.off)) {
        (Some(step), _) => Resolution::given(step),
        // Codes are exact.
        (None, Some(data)) if data.coded_levels(graph.name(position)).is_some() => Resolution::given(0.0),
        (None, Some(data)) => match data.column_with_gaps(graph.name(position)) {
            Ok(column) => Resolution { step: Step::of(column.iter().copied()), ..Resolution::default() },
            Err(_) => Resolution::default(),
        },
        (None, None) => Resolution::default(),
    };
    in_parallel(graph.node_count(), &of_node)
}

/// What a saved resolution may hold, before it is checked.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedResolution {
    /// 0 where there is none, and values use all their digits; nothing where it is not known.
    step: Option<f64>,
    is_given: bool,
    shown: f64,
}

impl From<Resolution> for SavedResolution {
    fn from(Resolution { step, is_given, shown }: Resolution) -> Self {
        let step = match step {
            Step::Unknown => None,
            Step::Continuous => Some(0.0),
            Step::Of(step) => Some(step),
        };
        Self { step, is_given, shown }
    }
}

impl TryFrom<SavedResolution> for Resolution {
    type Error = Error;

    fn try_from(SavedResolution { step, is_given, shown }: SavedResolution) -> Result<Self> {
        for value in [step.unwrap_or(0.0), shown] {
            if !(value >= 0.0 && value.is_finite()) {
                let (name, requirement) = ("the resolution of a saved node", "finite and at least 0");
                return Err(Error::InvalidParameter { name, requirement, found: value.to_string() });
            }
        }
        let step = match step {
            None => Step::Unknown,
            Some(0.0) => Step::Continuous,
            Some(step) => Step::Of(step),
        };
        Ok(Self { step, is_given, shown })
    }
}
