//! Contributions against closed forms and brute force.

mod closed_forms;
mod coverage;
mod fourier;
mod jumps;
mod missing;
mod out_of_reach;
mod partly_linear;
mod rows;

use etiology::{Attribution, FeatureMap};

use crate::linear_gaussian::Region;

/// Every contribution within `slack` nats plus four of its own standard errors.
fn assert_contributions<N: AsRef<str>>(attribution: &Attribution, truth: &[(N, f64)], slack: f64, case: &str) {
    assert_eq!(attribution.contributions.len(), truth.len(), "{case}");
    for (node, exact) in truth {
        let found = attribution.contribution(node.as_ref()).unwrap();
        let allowed = slack + 4.0 * found.std_error;
        let error = (found.value - exact).abs();
        assert!(error <= allowed, "{case}, node {}: {found:?}, but the truth is {exact}", node.as_ref());
    }
}

const REGIONS: [(Region, FeatureMap); 2] =
    [(Region::Upper, FeatureMap::UpperTail), (Region::TwoSided, FeatureMap::DistanceFromMedian)];
