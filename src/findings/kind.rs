//! What can be found.

use serde::{Deserialize, Serialize};

use super::strength::Strength;

/// Which check found something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FindingKind {
    /// The data do not tell the effects of some nodes apart, so how the contribution is split between them is open.
    EffectsNotIdentified,
    /// Values so large beside their differences that digits were lost.
    PrecisionLost,
    /// An event so far outside the training data that means of the target overflow.
    MeanOverflows,
    /// A deviation smaller than the step in which the value is measured.
    BelowResolution,
    /// Mechanisms that fit the training data alike say different things about this event.
    ModelUncertain,
    /// The graph's edges seem to point from effect to cause.
    EdgesReversed,
    /// A single edge seems to point from effect to cause.
    EdgeTurned,
    /// A value, or all of them, seems to be in another unit than the training data.
    OtherUnit,
    /// The target is extreme on the other side than the one that is asked about.
    OtherSide,
    /// The model gives values as extreme as the event another probability than the training rows show.
    TailContradicted,
    /// The target's own noise explains most of the event: a cause may be missing from the graph.
    MissingCause,
    /// Training rows as extreme as the event: they seem to contain the fault.
    FaultInTraining,
    /// A value beyond all training values, at a node that was constant or whose effect the model does not know.
    ConstantMoved,
    /// Training rows that repeat one another, as if they had been written more than once.
    RowsRepeated,
    /// Too few training rows to tell how unusual the event is.
    FewRows,
    /// A category has a level that training did not have.
    UnseenLevel,
    /// How a score is split depends on the order of classes, which the data do not give.
    OrderOfClasses,
    /// A node's effects follow another value than the one recorded: only its record may be wrong.
    OnlyTheRecord,
}

impl FindingKind {
    /// How sure a verdict may be at most where this was found; never [`Strength::Strong`].
    ///
    /// [`Strength::Thin`] where the figures themselves mean nothing (edges turned round, another unit, lost digits, overflow), and so the
    /// first of a ranking; [`Strength::Contested`] where it is the best guess, but a doubtful one.
    pub fn caps(self) -> Strength {
        match self {
            Self::EdgesReversed | Self::OtherUnit | Self::PrecisionLost | Self::MeanOverflows => Strength::Thin,
            Self::EffectsNotIdentified
            | Self::EdgeTurned
            | Self::OtherSide
            | Self::BelowResolution
            | Self::ModelUncertain
            | Self::TailContradicted
            | Self::MissingCause
            | Self::FaultInTraining
            | Self::ConstantMoved
            | Self::RowsRepeated
            | Self::FewRows
            | Self::UnseenLevel
            | Self::OrderOfClasses
            | Self::OnlyTheRecord => Strength::Contested,
        }
    }
}
