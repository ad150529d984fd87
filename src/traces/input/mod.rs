//! From bytes of any of the formats to spans: what is compressed is unpacked, what kind of file it is is told by its content, and
//! what a damaged document holds does not count.

pub(super) mod batch;
pub(super) mod decode;
pub(super) mod findings;
pub(super) mod foreign;
mod read;
pub(super) mod sniff;
pub(super) mod window;

pub(super) use read::read;
