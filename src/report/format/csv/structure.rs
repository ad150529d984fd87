//! Influence, arrows and relevance.

use super::cells::{Cell, table};
use crate::question::arrow_strength::{ArrowMethod, ArrowStrength, ArrowStrengths};
use crate::question::influence::{InfluenceContribution, InfluenceMethod, IntrinsicInfluence};
use crate::question::relevance::{FeatureContribution, Relevance};

impl IntrinsicInfluence {
    /// The contributions as CSV with a header line, the largest first as [`ranked`](Self::ranked). Numbers have all their digits, in the square of the
    /// target's unit, or in nats; what is not known is an empty cell. The method is `closed_form`, `enumeration` or `sampling`. Names are written as in
    /// [`Attribution::to_csv`](crate::Attribution::to_csv).
    pub fn to_csv(&self) -> String {
        fn row(part: &InfluenceContribution) -> [Cell<'_>; 5] {
            let InfluenceContribution { node, value, std_error, share, .. } = part;
            [
                node.into(),
                (*value).into(),
                (*std_error).into(),
                (*share).into(),
                Cell::Word(word_of_influence(part.method)),
            ]
        }
        table(["node", "value", "std_error", "share", "method"], self.ranked().into_iter().map(row))
    }
}

impl ArrowStrengths {
    /// The arrows as CSV with a header line, the strongest first as [`ranked`](Self::ranked), written as those of
    /// [`IntrinsicInfluence::to_csv`].
    pub fn to_csv(&self) -> String {
        fn row(arrow: &ArrowStrength) -> [Cell<'_>; 4] {
            [
                (&arrow.parent).into(),
                arrow.value.into(),
                arrow.std_error.into(),
                Cell::Word(word_of_arrow(arrow.method)),
            ]
        }
        table(["parent", "value", "std_error", "method"], self.ranked().into_iter().map(row))
    }
}

impl Relevance {
    /// The contributions as CSV with a header line, the most relevant first as [`ranked`](Self::ranked), written as those of
    /// [`IntrinsicInfluence::to_csv`]; `noise` says whether a line is that of the target's noise, which has its name.
    pub fn to_csv(&self) -> String {
        fn row(part: &FeatureContribution) -> [Cell<'_>; 5] {
            let FeatureContribution { feature, is_noise, value, std_error, share } = part;
            [feature.into(), (*is_noise).into(), (*value).into(), (*std_error).into(), (*share).into()]
        }
        table(["feature", "noise", "value", "std_error", "share"], self.ranked().into_iter().map(row))
    }
}

fn word_of_influence(method: InfluenceMethod) -> &'static str {
    match method {
        InfluenceMethod::ClosedForm => "closed_form",
        InfluenceMethod::Enumeration => "enumeration",
        InfluenceMethod::Sampling => "sampling",
    }
}

fn word_of_arrow(method: ArrowMethod) -> &'static str {
    match method {
        ArrowMethod::ClosedForm => "closed_form",
        ArrowMethod::Enumeration => "enumeration",
        ArrowMethod::Sampling => "sampling",
    }
}
