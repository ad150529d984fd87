//! Why a distribution changed, from two models or robustly from two tables.

mod distribution;
mod robust;
