//! What is done to one node.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize, Serializer, ser::Error as _};

use super::replacement::Replacement;
use crate::wording::{significant, visible_name};

/// What is done to one node, its *natural value* being what its mechanism would give it.
///
/// It can be saved with any serde format, but for a function given as a closure: that is an error which says so.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NodeChange {
    /// It has this value, in its unit, whatever its causes: a hard intervention.
    Set(f64),
    /// It has this level, for a category.
    SetLevel(String),
    /// Its natural value plus this, in its unit.
    Shift(f64),
    /// Its natural value times this.
    Scale(f64),
    /// It has another mechanism.
    Replace(Replacement),
    // Last, as binary files count only the variants that can be read.
    /// Any function of its natural value, in its unit.
    #[serde(skip_deserializing, serialize_with = "refuse_function")]
    Function(Arc<dyn Fn(f64) -> f64 + Send + Sync>),
}

fn refuse_function<S: Serializer>(_: &Arc<dyn Fn(f64) -> f64 + Send + Sync>, _: S) -> Result<S::Ok, S::Error> {
    Err(S::Error::custom("an intervention given as a closure cannot be saved; `shift`, `scale` and `set` can"))
}

impl fmt::Display for NodeChange {
    /// What the node is, as in `= 0.1`, `+ 0.05`, `· 1.2`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Set(value) => write!(formatter, "= {}", significant(*value)),
            Self::SetLevel(level) => write!(formatter, "= `{}`", visible_name(level)),
            Self::Shift(shift) if *shift < 0.0 => write!(formatter, "- {}", significant(-shift)),
            Self::Shift(shift) => write!(formatter, "+ {}", significant(*shift)),
            Self::Scale(factor) => write!(formatter, "· {}", significant(*factor)),
            Self::Replace(replacement) => write!(formatter, "= {replacement}"),
            Self::Function(_) => formatter.write_str("through a function"),
        }
    }
}

impl fmt::Debug for NodeChange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "NodeChange({self})")
    }
}
