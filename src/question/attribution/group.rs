//! Nodes between which an amount cannot be split.

use serde::{Deserialize, Serialize};

use crate::error::list_names;
use crate::findings::{Finding, FindingKind};
use crate::refine::Deadline;
use crate::wording::significant;

/// Whether it is asked what the rows leave open.
#[derive(Clone, Copy)]
pub(super) enum Splits<'d> {
    /// It is, until a deadline if there is one.
    Asked(Option<&'d Deadline<'d>>),
    /// It is not, as where a model is one of many whose differences are looked at.
    Left,
}

/// Parents of a node whose effects on it the training rows do not tell apart, in an event where that matters.
///
/// Together they contributed [`value`](Self::value), within its errors; how that is to be split over them is open. Each member's
/// [`model_error`](super::Contribution::model_error) covers the splits that the rows allow, such as all on one of them.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct UnidentifiedGroup {
    /// The node that depends on them.
    pub child: String,
    /// The parents, in the order of the child's mechanism.
    pub nodes: Vec<String>,
    /// What of them the training rows do not show.
    pub unseen: Unseen,
    /// By how many standard deviations the event leaves what all training rows have in common, where it does: then the child's
    /// own noise is not identified either, and belongs to the group. Infinite for a constant that moved; JSON has `null` for that.
    pub deviations_off_plane: Option<f64>,
    /// The sum of the contributions of the parents and, where the event leaves what the rows have in common, of the child: in
    /// nats, or in the target's unit for a mean deviation.
    pub value: f64,
    /// Its standard error, at most: the sum of those of its parts.
    pub std_error: f64,
    /// By how much the sum may be off because of what the rows leave open, in the same unit.
    pub model_error: f64,
}

/// What the training rows do not show of some parents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Unseen {
    /// They never moved apart.
    Together {
        /// What held in every row, as `bytes = 512·requests`.
        relations: Vec<String>,
    },
    /// They hardly moved apart.
    NearlyTogether {
        /// In how much of its standard deviation one of them moved by itself, from 0 to 1.
        apart: f64,
    },
    /// It never moved.
    Constant,
}

impl UnidentifiedGroup {
    /// Whether the event is like the training rows in what the parents have in common there, so that the child's own noise is
    /// known.
    pub fn is_on_plane(&self) -> bool {
        self.deviations_off_plane.is_none()
    }

    /// The nodes whose contributions add up to [`value`](Self::value).
    pub fn members(&self) -> Vec<&str> {
        let child = (!self.is_on_plane()).then_some(self.child.as_str());
        self.nodes.iter().map(String::as_str).chain(child).collect()
    }

    /// The finding that says in words what is open of the group.
    pub(super) fn finding(&self) -> Finding {
        let names: Vec<&str> = self.nodes.iter().map(String::as_str).collect();
        let (names, child) = (list_names(&names), &self.child);
        let evidence = match &self.unseen {
            Unseen::Together { relations } => {
                format!("{names} moved together in all training rows ({})", relations.join("; "))
            }
            Unseen::NearlyTogether { apart } => format!(
                "{names} moved together in the training rows (one of them by itself in only {} % of its standard deviation)",
                significant(100.0 * apart)
            ),
            Unseen::Constant => format!("{names} never moved in the training rows and does now"),
        };
        let open = format!(
            "so the data do not tell {} effect on `{child}`{}: how the amount is split over {} is open.",
            if self.nodes.len() == 1 { "its" } else { "which of them has which" },
            match self.deviations_off_plane {
                Some(apart) if apart.is_finite() => {
                    format!(", and in this event they come apart by {} standard deviations", significant(apart))
                }
                _ => String::new(),
            },
            list_names(&self.members())
        );
        let row = if self.nodes.len() == 1 { "Rows in which it moved" } else { "Rows in which they moved apart" };
        let drop = if self.nodes.len() == 1 { "" } else { ", or leave out of the graph those that have no effect" };
        let remedy =
            format!("{row} would tell; or give `{child}` its formula if it is known (`with_mechanism`){drop}.");
        let nodes = self.members().into_iter().map(str::to_owned);
        Finding::new(FindingKind::EffectsNotIdentified, nodes, format!("{evidence}, {open}"), remedy)
    }
}
