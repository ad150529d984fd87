//! An edge whose effect is seen later, or earlier, than its cause.

use std::fmt::{self, Write};

use serde::{Deserialize, Serialize};

use crate::wording::Visible;

/// A cause and an effect that are not seen in the same row. `Display` says so, without a full stop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LaggedEffect {
    /// The cause, a node of the graph.
    pub cause: String,
    /// The effect, one of its children.
    pub effect: String,
    /// So many rows later the effect shows; below 0 where the cause is recorded that many rows after its effect. Never 0.
    pub rows: i64,
    /// What this lag explains of the effect better than none, as the gain in log-likelihood of a linear regression of ranks, in nats.
    pub nats: f64,
}

impl fmt::Display for LaggedEffect {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let formatter = &mut Visible(formatter);
        let Self { cause, effect, rows, .. } = self;
        let count = rows.unsigned_abs();
        let times = if count == 1 { "row" } else { "rows" };
        match rows {
            1.. => write!(formatter, "`{cause}` acts on `{effect}` {count} {times} later"),
            _ => write!(formatter, "`{cause}` is recorded {count} {times} after `{effect}`, on which it acts"),
        }
    }
}
