//! Calls that say nothing about causes.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A call that says nothing about causes and was left out of the causal graph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DroppedCall {
    /// The calling service, as given.
    pub caller: String,
    /// The called service, as given.
    pub callee: String,
    /// Why the call was left out.
    pub reason: DropReason,
}

/// Why a call was left out of the causal graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DropReason {
    /// The service calls itself: its own latency is one node, which cannot be its own cause.
    SelfCall,
    /// The caller or the callee has no name.
    BlankName,
    /// The services call each other in a cycle, and of its calls this is the rarest.
    RarestOfCycle,
}

impl fmt::Display for DropReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::SelfCall => "a service that calls itself is not its own cause",
            Self::BlankName => "a name is blank",
            Self::RarestOfCycle => "it is the rarest call of a cycle of calls",
        })
    }
}

/// Why a call from one service to another is left out, if it is, whatever the other calls.
pub(super) fn reason_to_drop(caller: &str, callee: &str) -> Option<DropReason> {
    if caller.trim().is_empty() || callee.trim().is_empty() {
        Some(DropReason::BlankName)
    } else if caller == callee {
        Some(DropReason::SelfCall)
    } else {
        None
    }
}
