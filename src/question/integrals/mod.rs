//! Means over points of randomised nets, each with an error from independent randomisations; and the same by counting out where all
//! that varies has values that can be listed. What a mean is of is the business of the questions.

mod combinations;
mod effort;
mod joint;
mod moments;
mod nested;
mod net;
mod point_game;
mod replicates;
mod varying;

pub(crate) use combinations::Combinations;
pub(crate) use effort::{check_exact_players, check_samples, points_of};
pub(crate) use joint::JointDraws;
pub(crate) use moments::{LinearMoments, finite_variance, linear_moments};
pub(crate) use nested::{INNER, corrected, outer_of};
pub(crate) use net::Net;
pub(crate) use point_game::{Joined, PointGame};
pub(crate) use replicates::{Estimate, REPLICATES, over_groups, over_replicates};
pub(crate) use varying::{Columns, Varying};
