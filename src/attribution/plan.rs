//! A fitted model seen from one target: its ancestors only, in topological order.

pub(super) use crate::model::{WiredNode as PlanNode, Wiring as Plan};
