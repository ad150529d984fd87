//! Columns as they are gathered, and what their cells mean once all of them are there.

mod evidence;
mod gathered;
mod meaning;
mod resolve;
mod units;

pub(super) use evidence::Evidence;
pub(super) use gathered::{Gathered, Keep};
pub(super) use meaning::Known;
pub(super) use resolve::{Circumstances, Resolved, decimal_told, resolve};
