//! An event, and whom several things are asked about it.

use crate::error::Result;
use crate::question::attribution::{Attributor, Inspection, WhatIf};

/// An event that was inspected once, however many things are asked about it.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) attributor: &'a Attributor,
    pub(super) event: &'a Inspection,
}

impl Asked<'_> {
    /// See [`Attributor::what_if`].
    pub(super) fn what_if(self, kept: impl Fn(&str) -> bool) -> Result<WhatIf> {
        self.attributor.what_if_inspected(self.event, kept)
    }
}
