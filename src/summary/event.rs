//! One event, as it is added to a summary.

use crate::error::{Error, Result};
use crate::question::attribution::{Contribution, RankedNode};

/// Larger figures are refused, as their sums would be infinite.
const LARGEST: f64 = 1e280;

/// An event that is added to an [`EventSummary`](crate::summary::EventSummary): borrowed, so that a row of any table is one without a copy.
#[derive(Debug, Clone, Copy)]
pub struct SummarisedEvent<'e> {
    /// What identifies the event to a person: an invoice's number, a trace's identifier.
    pub id: &'e str,
    /// Its answer, or why there is none.
    pub outcome: Outcome<'e>,
    /// The amount at stake, if one is known: in the configuration's `amount_unit`.
    pub amount: Option<f64>,
    /// Its level of every category column, in the order of the configuration's `by`; nothing where it is missing.
    pub levels: &'e [Option<&'e str>],
}

/// What is known of an event's causes.
#[derive(Debug, Clone, Copy)]
pub enum Outcome<'e> {
    /// They were found.
    Causes {
        /// What was split: a score in nats, or the deviation of the target in its unit.
        total: f64,
        /// The contributions, in any order.
        causes: &'e [EventCause<'e>],
    },
    /// There is no answer, for this reason.
    Failed(&'e str),
}

/// A contribution to an event.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EventCause<'e> {
    /// The node's name.
    pub node: &'e str,
    /// What it contributed, in the unit of the total; `NaN` where the node's value was missing, so that nothing is known.
    pub value: f64,
    /// The standard error of the value, in the same unit.
    pub std_error: f64,
}

impl<'e> SummarisedEvent<'e> {
    /// An event with its causes.
    pub fn new(id: &'e str, total: f64, causes: &'e [EventCause<'e>]) -> Self {
        Self { id, outcome: Outcome::Causes { total, causes }, amount: None, levels: &[] }
    }

    /// An event that has no answer, and why.
    pub fn failed(id: &'e str, error: &'e str) -> Self {
        Self { id, outcome: Outcome::Failed(error), amount: None, levels: &[] }
    }

    /// Sets the amount at stake.
    #[must_use]
    pub fn with_amount(self, amount: f64) -> Self {
        Self { amount: Some(amount), ..self }
    }

    /// Sets the level of every category column, in the order of the configuration's `by`.
    #[must_use]
    pub fn with_levels(self, levels: &'e [Option<&'e str>]) -> Self {
        Self { levels, ..self }
    }

    /// # Errors
    /// When there is not a level for each of so many columns, or a figure is none that can be summed.
    pub(super) fn check(&self, columns: usize) -> Result<()> {
        if self.levels.len() != columns {
            let what = format!("the list of levels of event `{}`", self.id);
            return Err(Error::LengthMismatch { what, expected: columns, found: self.levels.len() });
        }
        let check = |name, figure: f64, of: &dyn Fn() -> String| {
            if figure.abs() <= LARGEST {
                return Ok(());
            }
            let requirement = "finite and at most 1e280 in size";
            Err(Error::InvalidParameter { name, requirement, found: format!("{figure} {} event `{}`", of(), self.id) })
        };
        self.amount.map_or(Ok(()), |amount| check("an amount at stake", amount, &|| "in".to_owned()))?;
        let Outcome::Causes { total, causes } = self.outcome else { return Ok(()) };
        check("what is split over the causes", total, &|| "in".to_owned())?;
        for cause in causes.iter().filter(|cause| !cause.value.is_nan()) {
            let of = || format!("of node `{}` in", cause.node);
            check("a contribution", cause.value, &of)?;
            check("a standard error", cause.std_error, &of)?;
            if cause.std_error < 0.0 {
                let found = format!("{} {} event `{}`", cause.std_error, of(), self.id);
                return Err(Error::InvalidParameter { name: "a standard error", requirement: "at least 0", found });
            }
        }
        Ok(())
    }
}

impl<'e> From<&'e Contribution> for EventCause<'e> {
    fn from(contribution: &'e Contribution) -> Self {
        Self { node: &contribution.node, value: contribution.value, std_error: contribution.std_error }
    }
}

impl<'e> From<RankedNode<'e>> for EventCause<'e> {
    fn from(node: RankedNode<'e>) -> Self {
        Self { node: node.node, value: node.value, std_error: node.std_error }
    }
}
