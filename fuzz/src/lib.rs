//! The bodies of the fuzz targets, compiled once for all of them.

#[path = "../../tests/hostile/bodies/mod.rs"]
pub mod bodies;
