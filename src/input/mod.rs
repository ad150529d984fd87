//! The bytes of a file as text: unpacked, decoded to UTF-8 where that can be told from the first bytes, and never more than a
//! limit. Nothing here knows what the text means.

mod limit;
mod unpacked;
pub(crate) mod utf16;

pub use unpacked::Encoding;
#[cfg(feature = "parquet")]
pub(crate) use unpacked::limited;
pub(crate) use unpacked::{Unpacked, unpack};
