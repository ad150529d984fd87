//! Sums of numbers, and of products of two numbers, without any error: so the order of the terms, and how they are split into parts
//! that are summed apart, cannot matter.
//!
//! Every finite `f64` is an integer times 2⁻¹⁰⁷⁴, so every product of two is one times 2⁻²¹⁴⁸, and a sum of any of them is an integer of
//! some 4 300 bits (U. Kulisch, *Very fast and exact accumulation of products*, Computing 91, 2011). A column is taken apart once
//! ([`ExactColumn`]); products of whole numbers are added up by their exponent, and only what came together is added to the long
//! integer ([`ExactSum`]; R. M. Neal, *Fast exact summation using small and large superaccumulators*, 2015, does so for sums). What is
//! computed from sums is computed exactly as long as that counts ([`BinaryNumber`]), and rounded then.

mod binary_number;
mod column;
mod running;
mod sum;
#[cfg(test)]
mod tests;

pub(crate) use binary_number::{BinaryNumber, scaled_by_power};
pub(crate) use column::ExactColumn;
pub(crate) use running::RunningSum;
pub(crate) use sum::{Bins, ExactSum};
