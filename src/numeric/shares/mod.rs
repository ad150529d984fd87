//! Shares of counts: how sure they are, and whether one is larger than another by more than chance.

mod exact_test;
mod wilson;

pub(crate) use exact_test::at_least_so_many;
pub(crate) use wilson::wilson;
