//! The way that a fault took to the target.

use super::service::Own;
use super::system::{Row, System};

/// The rows of the incident as they were, and as they would have been without the faults; with what was before.
pub(super) struct Both<'a> {
    pub(super) system: &'a System,
    pub(super) with: &'a [Row],
    pub(super) without: &'a [Row],
    /// What each service was in the row that is looked at.
    pub(super) own: &'a [Own],
    /// Which row that is.
    pub(super) row: usize,
}

impl Both<'_> {
    /// By how much the fault at a service itself changed a variable: against what it would have been with everything around it
    /// as it was.
    pub(super) fn own_effect(&self, variable: usize, without: &Own) -> f64 {
        let value = |own: &Own| self.system.value(variable, own, |other, lag| self.with[self.row - lag][other]);
        value(&self.own[self.system.service_of(variable)]) - value(without)
    }

    /// How much of a variable's change would not be there without the change of one of its causes, by that cause's change.
    fn gain(&self, cause: usize, variable: usize) -> f64 {
        let own = &self.own[self.system.service_of(variable)];
        let actual = |other: usize, lag: usize| self.with[self.row - lag][other];
        let without = |other: usize, lag: usize| {
            if other == cause { self.without[self.row - lag][other] } else { actual(other, lag) }
        };
        let effect = self.system.value(variable, own, actual) - self.system.value(variable, own, without);
        let seen = self.row - self.system.lag(cause, variable);
        let change = self.with[seen][cause] - self.without[seen][cause];
        if change == 0.0 { 0.0 } else { effect / change }
    }

    /// The path from a cause to the target along which most arrives: the product of the gains is the largest. Without what
    /// closes loops. Nothing if nothing arrives.
    pub(super) fn strongest_path(&self, cause: usize, target: usize) -> Option<Vec<usize>> {
        let mut arrived = vec![0.0_f64; 2 * self.system.len()];
        let mut from = vec![None; 2 * self.system.len()];
        arrived[cause] = 1.0;
        for variable in self.system.order().filter(|&variable| variable != cause) {
            for parent in self.system.parents(variable) {
                let through = arrived[parent] * self.gain(parent, variable).abs();
                if through > arrived[variable] {
                    (arrived[variable], from[variable]) = (through, Some(parent));
                }
            }
        }
        let mut path = vec![target];
        while let Some(before) = from[*path.last()?] {
            path.push(before);
        }
        path.reverse();
        (path[0] == cause).then_some(path)
    }
}
