//! What is given and what is drawn, and what is measured of a target then: one event, before it is said how anything is
//! computed.

mod event;
mod measure;
mod source;

pub(crate) use event::Event;
pub(crate) use measure::{Measure, Sought};
pub(crate) use source::World;
