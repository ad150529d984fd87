//! What is in doubt of categories.

pub(super) mod class_order;
pub(super) mod unseen_level;
