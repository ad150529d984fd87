//! By how much the variance grows when a parent is drawn anew.

use super::config::ArrowStrengthConfig;
use super::counted::Counted;
use super::edge::Edge;
use super::result::ArrowMethod;
use crate::error::{Error, Result};
use crate::question::influence::variance_of;
use crate::question::integrals::{Estimate, JointDraws, Net, over_replicates, points_of};

/// # Errors
/// When a variance or a mechanism's value is not finite.
pub(super) fn variance(edge: &Edge<'_>, config: &ArrowStrengthConfig) -> Result<(Estimate, ArrowMethod)> {
    if let Some(slope) = edge.node().slope(edge.place) {
        if slope == 0.0 {
            return Ok((Estimate::default(), ArrowMethod::ClosedForm));
        }
        let of_parent = variance_of(edge.model, edge.parent_name(), config.samples, config.seed)?;
        let method = if of_parent.std_error == 0.0 { ArrowMethod::ClosedForm } else { ArrowMethod::Sampling };
        return Ok((of_parent.times(slope * slope), method));
    }
    if edge.node().mechanism.adds_noise()
        && let Some(counted) = Counted::of(edge)?
    {
        return Ok((Estimate::exact(of_counted(edge, &counted)), ArrowMethod::Enumeration));
    }
    Ok((sampled(edge, config)?, ArrowMethod::Sampling))
}

/// Σ over the other parents of the variance over the one that is drawn anew.
fn of_counted(edge: &Edge<'_>, counted: &Counted) -> f64 {
    let mechanism = &edge.node().mechanism;
    let of_parents = |parents: &Vec<f64>| {
        let values: Vec<(f64, f64)> =
            counted.redrawn(parents).map(|(redrawn, weight)| (mechanism.evaluate(&redrawn, 0.0), weight)).collect();
        let mean: f64 = values.iter().map(|(value, weight)| value * weight).sum();
        values.iter().map(|(value, weight)| weight * (value - mean).powi(2)).sum::<f64>()
    };
    counted.parents.iter().map(|(parents, weight)| weight * of_parents(parents)).sum()
}

/// Half of the squared difference of two independent draws has the variance for its mean: of two draws of the parent and the noise for
/// the cut arrow, of two draws of the noise alone for the arrow as it is. A noise that is merely added has the same part in both, and
/// stays at its median.
fn sampled(edge: &Edge<'_>, config: &ArrowStrengthConfig) -> Result<Estimate> {
    let (node, last) = (edge.node(), edge.target.number());
    let is_added = node.mechanism.adds_noise();
    let varying = edge.varying(!is_added)?;
    varying.check_variances()?;
    let points = points_of(config.samples);
    let found = over_replicates(|replicate| {
        let net = Net { seed: config.seed, replicate, points };
        let draws = JointDraws { varying: &varying, net, together: true };
        let joint = draws.values(0, last)?;
        let redrawn = [draws.values(1, edge.parent())?, draws.values(2, edge.parent())?];
        let noise = |set: usize| {
            if varying.varies(last) { draws.noise(set, last) } else { vec![varying.median(last); points] }
        };
        let noises = [noise(0), noise(1)];
        let value = |parent: &[f64], noise: &[f64]| {
            let mut parents: Vec<&[f64]> = node.parents.iter().map(|&parent| joint.of(parent)).collect();
            parents[edge.place] = parent;
            let mut values = vec![0.0; points];
            node.mechanism.fill(&node.name, &parents, noise, &mut values)?;
            Ok::<Vec<f64>, Error>(values)
        };
        let half_square = |parents: [&[f64]; 2]| {
            let (one, other) = (value(parents[0], &noises[0])?, value(parents[1], &noises[1])?);
            let squares = one.iter().zip(&other).map(|(one, other)| 0.5 * (one - other).powi(2));
            Ok::<f64, Error>(squares.sum::<f64>() / points as f64)
        };
        let cut = half_square(redrawn.each_ref().map(|columns| columns.of(edge.parent())))?;
        // The noise at its median is the same twice.
        let uncut = if is_added { 0.0 } else { half_square([joint.of(edge.parent()); 2])? };
        Ok(vec![cut - uncut])
    })?;
    Ok(found[0])
}
