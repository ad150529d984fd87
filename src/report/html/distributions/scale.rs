//! An axis that reaches the observed value, broken where that is far from what is normal.

use crate::report::html::text::percent;
use crate::wording::{fixed, grouped};

/// A value so many widths of the histogram beyond it stands behind a break of the axis.
const FARTHEST: f64 = 1.5;
/// Where the axis is broken, and where the observed value is behind the break, in per cent from its other end.
const BEHIND: (f64, f64) = (80.0, 92.0);
/// How much of the width a histogram before a break takes.
const BEFORE: f64 = 70.0;

/// On which side of the normal range a value is too far off.
#[derive(Clone, Copy)]
enum Side {
    Below,
    Above,
}

/// Where values are on the picture.
pub(super) struct Scale {
    /// The ends of the part that has one scale.
    values: (f64, f64),
    /// Where the observed value is, if not there.
    off: Option<Side>,
}

impl Scale {
    /// Of the normal range and the observed value, with a margin, or with a break of the axis between them where that is too far off for one scale.
    pub(super) fn new((low, high): (f64, f64), marked: f64) -> Self {
        let farthest = FARTHEST * (high - low);
        let off = match marked {
            marked if marked > high + farthest => Some(Side::Above),
            marked if marked < low - farthest => Some(Side::Below),
            _ => None,
        };
        let (from, to) = match off {
            None => (low.min(marked), high.max(marked)),
            Some(_) => (low, high),
        };
        let margin = 0.05 * (to - from);
        Self { values: (from - margin, to + margin), off }
    }

    /// That the axis is broken, and how far off the value is, in widths of the normal range; nothing where it is not.
    pub(super) fn in_words(&self, marked: f64, width: f64) -> String {
        let (beyond, where_to) = match self.off {
            None => return String::new(),
            Some(Side::Above) => ((marked - self.values.1) / width, "above"),
            Some(Side::Below) => ((self.values.0 - marked) / width, "below"),
        };
        let beyond = if beyond < 9.95 { fixed(beyond, 1) } else { grouped(beyond) };
        format!(" The axis is broken at //: the observed value is {beyond} widths of the normal range {where_to} it.")
    }

    /// Where the observed value is, in per cent of the width.
    pub(super) fn at_marked(&self, marked: f64) -> f64 {
        match self.off {
            None => self.at(marked),
            Some(Side::Above) => BEHIND.1,
            Some(Side::Below) => 100.0 - BEHIND.1,
        }
    }

    /// In per cent of the width.
    pub(super) fn at(&self, value: f64) -> f64 {
        let share = percent(value, self.values);
        match self.off {
            None => share,
            Some(Side::Above) => share * BEFORE / 100.0,
            Some(Side::Below) => 100.0 - (100.0 - share) * BEFORE / 100.0,
        }
    }

    /// Where the axis is broken.
    pub(super) fn gap(&self) -> Option<f64> {
        self.off.map(|side| match side {
            Side::Above => BEHIND.0,
            Side::Below => 100.0 - BEHIND.0,
        })
    }
}
