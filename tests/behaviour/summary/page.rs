//! The page of a summary.
