//! What else can be asked than to explain events one by one.

pub(crate) mod change;
pub(crate) mod rows;
pub(crate) mod what_if;
