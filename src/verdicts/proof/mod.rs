//! What proves a verdict: the path from the suspect to the target, each step with its own test, what would have been without the
//! suspect, and what would have to be seen if the verdict were wrong.
//!
//! Source of the idea: OpenRCA 2.0, arXiv 2606.27154, where a root cause counts only with a path every node of which deviates and every
//! step of which is explained by the one before.

mod deviation;
mod expectation;
mod falsifier;
mod falsifiers;
mod hops;
mod onset;
mod path;
mod prove;
mod result;
mod sensor;
mod world;

pub use falsifier::{Falsifier, FalsifierKind};
pub use result::{Hop, HopVerdict, Likely, PathStatus, Proof, Range};

pub(super) use prove::{Question, prove};
pub(super) use sensor::only_the_record;
