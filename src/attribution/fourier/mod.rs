//! Coalitions of a target that is linear in all noises, by Fourier inversion: without samples, whatever the noises.
//!
//! Given the coalition T, the target is x + Σ_{j ∉ T} cⱼ(Nⱼ − nⱼ), with the observed value x, the total effects cⱼ and
//! the observed noises nⱼ. The characteristic function of that sum is the product of those of its terms, and the
//! distribution function of a variable D with values in (−L, L) is a Fourier series:
//!
//! P{D ≥ 0} = ½ + E\[D\]/L + Σ_{k ≥ 1} Im φ_D(2πk/L) / (πk)
//!
//! (the series of the sawtooth, averaged over D; Bohmann, "A method to calculate the distribution function when the
//! characteristic function is known", *BIT* 10, 1970; Abate and Whitt, "The Fourier-series method for inverting
//! transforms of probability distributions", *Queueing Systems* 10, 1992, section 5). It is cut off after K terms;
//! three quarters of them give a second answer, and the difference between the two is the error that is stated. A coalition
//! in which only one noise is free needs no series.

mod beside;
mod levels;
mod spread;
mod table;
mod tail;
mod walk;

pub(super) use beside::{Beside, FreeSets};
pub(super) use levels::FourierTarget;
pub(super) use table::with_those_of_others;
pub(super) use tail::Event;
pub(super) use walk::FourierGame;
