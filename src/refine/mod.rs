//! How long to go on, whatever the engine and the question: once with a budget, until an error is small enough, or until a
//! time limit.

mod answer;
mod deadline;
mod estimates;
mod goal;
mod rounding;
mod rounds;

pub(crate) use answer::{Answer, answer};
pub(crate) use deadline::{Deadline, answer_within};
pub(crate) use estimates::{Estimate, Found};
pub(crate) use goal::Goal;
