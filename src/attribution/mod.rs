//! What moves to `numeric`.

pub(crate) mod kernels;
pub(crate) mod scrambled_net;
