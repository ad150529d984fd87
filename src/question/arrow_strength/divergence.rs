//! KL(P ‖ P_cut), in nats: E over the parents of the divergence of the target's distribution from the one where a parent is drawn anew.

use super::config::ArrowStrengthConfig;
use super::counted::Counted;
use super::density::Density;
use super::edge::Edge;
use super::result::ArrowMethod;
use crate::error::{Error, Result};
use crate::noise::NoiseDistribution;
use crate::question::integrals::{
    Columns, Estimate, INNER, JointDraws, Net, Varying, corrected, linear_moments, outer_of, over_replicates,
};

/// The strength, how it was found, and with which density.
type Found = (Estimate, ArrowMethod, Option<String>);

/// # Errors
/// When the target has no density, or a mechanism returns NaN or an infinity.
pub(super) fn divergence(edge: &Edge<'_>, config: &ArrowStrengthConfig) -> Result<Found> {
    let node = edge.node();
    if node.mechanism.classes().is_some() {
        return of_classes(edge, config);
    }
    let slope = node.slope(edge.place);
    if slope == Some(0.0) {
        return Ok((Estimate::default(), ArrowMethod::ClosedForm, None));
    }
    let noise = node.mechanism.noise();
    let density = Density::of(noise).filter(|_| node.levels.is_none() && node.mechanism.custom().is_none());
    let Some(density) = density else {
        return Err(Error::InvalidParameter {
            name: "the measure of an arrow's strength",
            requirement: "the variance where the density of a target given its parents is not known, as its noise is constant or its mechanism \
                          is code",
            found: format!("the divergence of `{}`", node.name),
        });
    };
    let describe = Some(density.describe());
    if let (Some(slope), NoiseDistribution::Normal(noise)) = (slope, noise) {
        let parent = linear_moments(edge.model, edge.parent_name())?.filter(|parent| parent.is_normal);
        if let Some(parent) = parent {
            let ratio = slope / noise.std_dev();
            let value = 0.5 * (ratio * ratio * parent.variance()).ln_1p();
            return Ok((Estimate::exact(value), ArrowMethod::ClosedForm, describe));
        }
    }
    Ok((
        nested(edge, config, true, |draws, outer| of_densities(edge, &density, draws, outer))?,
        ArrowMethod::Sampling,
        describe,
    ))
}

fn of_classes(edge: &Edge<'_>, config: &ArrowStrengthConfig) -> Result<Found> {
    if let Some(counted) = Counted::of(edge)? {
        let mechanism = &edge.node().mechanism;
        let probabilities = |parents: &[f64]| {
            let classes = mechanism.classes().map(|classes| classes.probabilities(parents));
            classes.unwrap_or_default()
        };
        let of_parents = |parents: &[f64]| {
            let own = probabilities(parents);
            let mut cut = vec![0.0; own.len()];
            for (redrawn, weight) in counted.redrawn(parents) {
                cut.iter_mut().zip(probabilities(&redrawn)).for_each(|(sum, one)| *sum += weight * one);
            }
            relative_entropy(&own, &cut)
        };
        let value = counted.parents.iter().map(|(parents, weight)| weight * of_parents(parents)).sum();
        return Ok((Estimate::exact(value), ArrowMethod::Enumeration, None));
    }
    let found = nested(edge, config, false, |draws, outer| Ok(of_probabilities(edge, draws, outer)))?;
    Ok((found, ArrowMethod::Sampling, None))
}

fn relative_entropy(own: &[f64], cut: &[f64]) -> f64 {
    own.iter().zip(cut).filter(|(own, _)| **own > 0.0).map(|(own, cut)| own * (own / cut).ln()).sum()
}

/// Draws of one randomisation: of the target and its ancestors, and of the parent alone.
struct Nested<'n> {
    outer: JointDraws<'n>,
    joint: Columns,
    parent: Vec<f64>,
}

/// The mean over the outer draws of what they give, corrected for the number of inner draws and not.
fn nested(
    edge: &Edge<'_>,
    config: &ArrowStrengthConfig,
    with_own_noise: bool,
    figures: impl Fn(&Nested<'_>, usize) -> Result<[f64; 2]> + Send + Sync,
) -> Result<Estimate> {
    let varying: Varying<'_> = edge.varying(with_own_noise)?;
    let points = outer_of(config.samples);
    let found = over_replicates(|replicate| {
        let draws = |points| {
            let net = Net { seed: config.seed, replicate, points };
            JointDraws { varying: &varying, net, together: false }
        };
        let outer = draws(points);
        let joint = outer.values(0, edge.target.number())?;
        let parent = draws(INNER).values(1, edge.parent())?.of(edge.parent()).to_vec();
        figures(&Nested { outer, joint, parent }, points).map(|figures| figures.to_vec())
    })?;
    Ok(corrected(found[0], found[1]))
}

impl Nested<'_> {
    /// The parents' values in every pair of an outer and an inner draw, the inner ones together.
    fn pairs(&self, edge: &Edge<'_>, outer: usize) -> Vec<Vec<f64>> {
        let of_parent = |(place, &parent): (usize, &usize)| match place == edge.place {
            true => self.parent.repeat(outer),
            false => self.joint.of(parent).iter().flat_map(|&value| std::iter::repeat_n(value, INNER)).collect(),
        };
        edge.node().parents.iter().enumerate().map(of_parent).collect()
    }

    fn own<'c>(&'c self, edge: &Edge<'_>) -> Vec<&'c [f64]> {
        edge.node().parents.iter().map(|&parent| self.joint.of(parent)).collect()
    }
}

/// The divergence of classes, whose probabilities are known: no noise is drawn.
fn of_probabilities(edge: &Edge<'_>, draws: &Nested<'_>, outer: usize) -> [f64; 2] {
    let Some(classes) = edge.node().mechanism.classes() else { return [f64::NAN; 2] };
    let pairs = draws.pairs(edge, outer);
    let columns: Vec<&[f64]> = pairs.iter().map(Vec::as_slice).collect();
    let redrawn = classes.probabilities_of_rows(&columns, outer * INNER);
    let own = classes.probabilities_of_rows(&draws.own(edge), outer);
    let count = classes.classes();
    let mut sums = [0.0; 2];
    for (own, redrawn) in own.chunks_exact(count).zip(redrawn.chunks_exact(count * INNER)) {
        let mean = |part: &[f64]| {
            let mut sum = vec![0.0; count];
            part.chunks_exact(count).for_each(|one| sum.iter_mut().zip(one).for_each(|(sum, one)| *sum += one));
            sum.iter_mut().for_each(|sum| *sum *= count as f64 / part.len() as f64);
            sum
        };
        let (first, second) = redrawn.split_at(redrawn.len() / 2);
        let [all, first, second] = [redrawn, first, second].map(|part| relative_entropy(own, &mean(part)));
        sums[0] += (2.0 * all - 0.5 * (first + second)) / outer as f64;
        sums[1] += all / outer as f64;
    }
    sums
}

/// The divergence of numbers, from the density at a drawn value given its parents, and the mean of the densities there with the parent drawn anew. The own
/// parent is one of the inner draws, so that the mean is never 0; that is a bias of the order of all others.
///
/// On the scale of the link, whose derivative is the same in both densities.
fn of_densities(edge: &Edge<'_>, density: &Density, draws: &Nested<'_>, outer: usize) -> Result<[f64; 2]> {
    let (node, last) = (edge.node(), edge.target.number());
    let mut noise = draws.outer.noise(0, last);
    if let Some(bandwidth) = density.bandwidth() {
        let mut spread = draws.outer.uniform(3, last);
        NoiseDistribution::normal(0.0, bandwidth)?.replace_by_quantiles(&mut spread);
        noise.iter_mut().zip(spread).for_each(|(noise, spread)| *noise += spread);
    }
    let form = node.mechanism.form();
    let not_finite =
        || Error::MechanismNotFinite { node: node.name.clone(), operation: "find its density", found: f64::NAN };
    let (own, pairs) = (draws.own(edge), draws.pairs(edge, outer));
    let columns: Vec<&[f64]> = pairs.iter().map(Vec::as_slice).collect();
    let predicted = form.predict(&own, outer).ok_or_else(not_finite)?;
    let redrawn = form.predict(&columns, outer * INNER).ok_or_else(not_finite)?;
    let scale = |columns: &[&[f64]], row: usize| {
        let parents: Vec<f64> = columns.iter().map(|column| column[row]).collect();
        form.scale(&parents)
    };
    let mut sums = [0.0; 2];
    for (row, &noise) in noise.iter().enumerate() {
        let value = predicted.value(row, noise);
        let own = density.ln(noise) - scale(&own, row).ln();
        let ratio = |pair: usize| {
            let ln = density.ln(redrawn.noise(pair, value)) - scale(&columns, pair).ln();
            (ln - own).exp()
        };
        let half = |start: usize| (start..start + INNER / 2).map(|inner| ratio(row * INNER + inner)).sum::<f64>();
        let (first, second) = (half(0), half(INNER / 2));
        let ln_mean = |sum: f64, count: usize| ((sum + 1.0) / (count + 1) as f64).ln();
        let all = -ln_mean(first + second, INNER);
        let of_halves = -0.5 * (ln_mean(first, INNER / 2) + ln_mean(second, INNER / 2));
        sums[0] += (2.0 * all - of_halves) / outer as f64;
        sums[1] += all / outer as f64;
    }
    if sums.iter().any(|sum| !sum.is_finite()) {
        return Err(not_finite());
    }
    Ok(sums)
}
