//! An intervention: what is done, to which nodes.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::change::NodeChange;
use super::replacement::Replacement;
use crate::wording::visible_name;

/// What is done to some nodes of a system, all at once; nothing is done by [`new`](Self::new).
///
/// A value is [`set`](Self::set) whatever its causes (a *hard* intervention, Pearl's do), is a function of what it would have
/// been by itself ([`shift`](Self::shift), [`scale`](Self::scale), [`apply`](Self::apply): *soft*), or comes from another
/// mechanism ([`replace`](Self::replace)). Everything downstream follows. Whether the nodes are there, and take what is done to
/// them, is checked where a model is asked.
///
/// ```
/// use etiology::intervention::Intervention;
///
/// let intervention = Intervention::new().set("db", 0.1).shift("auth", -0.05).set_level("region", "EU");
/// assert_eq!(intervention.to_string(), "db = 0.1000, auth - 0.05000, region = `EU`");
/// assert_eq!(Intervention::new().to_string(), "nothing");
/// let text = serde_json::to_string(&intervention).unwrap();
/// assert_eq!(serde_json::from_str::<Intervention>(&text).unwrap().to_string(), intervention.to_string());
/// ```
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
#[doc(alias = "do")]
#[must_use]
pub struct Intervention {
    changes: Vec<OneChange>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OneChange {
    node: String,
    change: NodeChange,
}

impl Intervention {
    /// An intervention in which nothing is done yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The node has this value, in its unit, whatever its causes. Of a category [`set_level`](Self::set_level) sets the level.
    pub fn set(self, node: impl Into<String>, value: f64) -> Self {
        self.with(node, NodeChange::Set(value))
    }

    /// The category has the level of this name, whatever its causes.
    pub fn set_level(self, node: impl Into<String>, level: impl Into<String>) -> Self {
        self.with(node, NodeChange::SetLevel(level.into()))
    }

    /// The node has its natural value plus this, in its unit.
    pub fn shift(self, node: impl Into<String>, by: f64) -> Self {
        self.with(node, NodeChange::Shift(by))
    }

    /// The node has its natural value times this.
    pub fn scale(self, node: impl Into<String>, factor: f64) -> Self {
        self.with(node, NodeChange::Scale(factor))
    }

    /// The node has this function of its natural value, in its unit. It must be pure; what it returns must be finite.
    pub fn apply(self, node: impl Into<String>, function: impl Fn(f64) -> f64 + Send + Sync + 'static) -> Self {
        self.with(node, NodeChange::Function(Arc::new(function)))
    }

    /// The node has another mechanism of some of its parents, of which nothing need be fitted, or one that was
    /// [fitted elsewhere](Replacement::fitted). A plain distribution makes the node independent of its causes.
    pub fn replace(self, node: impl Into<String>, mechanism: impl Into<Replacement>) -> Self {
        self.with(node, NodeChange::Replace(mechanism.into()))
    }

    /// One more change.
    pub fn with(mut self, node: impl Into<String>, change: NodeChange) -> Self {
        self.changes.push(OneChange { node: node.into(), change });
        self
    }

    /// The nodes that something is done to, and what, in the order in which they were named.
    pub fn changes(&self) -> impl ExactSizeIterator<Item = (&str, &NodeChange)> {
        self.changes.iter().map(|one| (one.node.as_str(), &one.change))
    }

    /// Whether nothing is done.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

impl fmt::Display for Intervention {
    /// As in `db = 0.1000, auth - 0.05000`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let each = self.changes().map(|(node, change)| format!("{} {change}", visible_name(node)));
        let all: Vec<String> = each.collect();
        formatter.write_str(if all.is_empty() { "nothing" } else { "" })?;
        formatter.write_str(&all.join(", "))
    }
}
