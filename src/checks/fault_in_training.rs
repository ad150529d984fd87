//! Do the training rows contain the fault? A cluster of them as extreme as the event, with a gap before the rest, makes the fault
//! look normal.
//!
//! Without such a cluster, the gap before the k-th most extreme of many values is exponential with mean scale/k, for a tail that
//! falls exponentially, and so is the gap between logarithms for a tail that falls as a power (A. Rényi, *On the theory of order
//! statistics*, 1953). The scale is the mean excess of m values below the gap, so that x = k·gap/scale has Fisher's distribution with 2
//! and 2m degrees of freedom, P{X ≥ x} = (1 + x/m)^−m; as the gap is the one about a given place, and wide ones are more often about
//! it, times 1 + x. A gap counts that is too wide for both kinds of tail.

use super::facts::Facts;
use crate::findings::{Finding, FindingKind};
use crate::model::WiredNode;
use crate::noise::NoiseDistribution;
use crate::wording::significant;

/// The probability of a finding by chance, over all nodes.
const SIGNIFICANCE: f64 = 0.01;
/// Fewest rows of which a few can be told from the rest, and fewest of a cluster.
const FEWEST: (usize, usize) = (20, 2);
/// The largest share of rows that a cluster of faulty ones may be.
const MOST: f64 = 0.25;
/// A row is as extreme as the event if it deviates by at least so much of what the event deviates by.
const AS_EXTREME: f64 = 0.5;
/// The quantile of the rest above which its tail begins.
const TAIL: f64 = 0.8;

pub(super) fn check(facts: &Facts<'_>) -> Option<Finding> {
    let significance = SIGNIFICANCE / facts.wiring.nodes().len() as f64;
    let clusters = facts.observed_nodes().filter_map(|(number, node)| {
        let (values, value) = values_of(facts, node, number)?;
        let count = cluster(values, value, significance)?;
        Some((node, number, count, values.len()))
    });
    // One cluster of rows shows at every node downstream, too; first in topological order is where it begins.
    let (node, number, count, rows) = clusters.into_iter().next()?;
    let (name, value) = (&node.name, facts.recovered.values[number]);
    let evidence = format!(
        "{count} of {rows} training rows are about as extreme as the event at `{name}` ({}), and far from all others: they seem to \
         contain the fault, which so counts as normal.",
        significant(value)
    );
    let remedy = format!("Leave out the training rows in which `{name}` is like that, and fit again.");
    Some(Finding::new(FindingKind::FaultInTraining, [name.clone()], evidence, remedy))
}

/// The noises of the training rows in ascending order, and that of the event; values where noises are not kept.
fn values_of<'a>(facts: &Facts<'a>, node: &'a WiredNode, number: usize) -> Option<(&'a [f64], f64)> {
    let (value, noise) = (facts.recovered.values[number], facts.recovered.noises[number]);
    if node.levels.is_some() {
        return None;
    }
    match node.mechanism.noise() {
        NoiseDistribution::Empirical(noises) => Some((noises.values(), noise)),
        NoiseDistribution::Tailed(noises) => Some((noises.observed().values(), noise)),
        _ => Some((facts.trained(node)?.values(), value)),
    }
}

/// How many of the ascending values form a cluster that is as extreme as this one.
fn cluster(values: &[f64], value: f64, significance: f64) -> Option<usize> {
    let rows = values.len();
    if rows < FEWEST.0 {
        return None;
    }
    let median = values[rows / 2];
    let needed = AS_EXTREME * (value - median).abs();
    let sign = if value >= median { 1.0 } else { -1.0 };
    let deviation = |place: usize| sign * (if sign > 0.0 { values[rows - 1 - place] } else { values[place] } - median);
    // Most extreme first: a few look-ups where the event is far out, as it is where anything is to be found.
    let most = (MOST * rows as f64) as usize;
    let count = (0..=most).take_while(|&place| deviation(place) >= needed && needed > 0.0).count();
    if count < FEWEST.1 || count > most {
        return None;
    }
    let tail = ((1.0 - TAIL) * (rows - count) as f64) as usize;
    let (last, threshold) = (deviation(count), deviation(count + tail));
    let body = count..rows - tail;
    let step = body.map(|place| deviation(place) - deviation(place + 1)).fold(0.0, f64::max);
    let first = deviation(count - 1) - step;
    if !(threshold > 0.0 && last > threshold && first > last) {
        return None;
    }
    // The scale of what a map makes of the values, and the probability of the gap there.
    let by_chance = |map: fn(f64) -> f64| {
        let excess = |value: f64| map(value) - map(threshold);
        let sum: f64 = (count..count + tail).map(|place| excess(deviation(place))).sum();
        let scale = (sum + count as f64 * excess(last)) / tail as f64;
        let x = count as f64 * (map(first) - map(last)) / scale;
        (1.0 + x) * (1.0 + x / tail as f64).powf(-(tail as f64))
    };
    let p = by_chance(|value| value).max(by_chance(f64::ln));
    (p <= significance).then_some(count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::NoiseDistribution;

    fn quantiles(noise: &NoiseDistribution, rows: usize) -> Vec<f64> {
        (0..rows).map(|row| noise.quantile((row as f64 + 0.5) / rows as f64).unwrap()).collect()
    }

    #[test]
    fn a_cluster_apart_is_found_on_either_side() {
        let mut values = quantiles(&NoiseDistribution::normal(0.0, 1.0).unwrap(), 300);
        values.extend((0..10).map(|row| 8.0 + 0.1 * f64::from(row)));
        assert_eq!(cluster(&values, 9.0, 1e-3), Some(10));
        assert_eq!(cluster(&values, 1.5, 1e-3), None, "an event among the rest");
        let mirrored: Vec<f64> = values.iter().rev().map(|value| -value).collect();
        assert_eq!(cluster(&mirrored, -9.0, 1e-3), Some(10));
    }

    #[test]
    fn a_tail_without_a_gap_is_none() {
        for noise in [NoiseDistribution::exponential(1.0).unwrap(), NoiseDistribution::log_normal(0.0, 1.5).unwrap()] {
            let values = quantiles(&noise, 400);
            let largest = values[399];
            for share in [0.3, 0.6, 1.0, 2.0] {
                assert_eq!(cluster(&values, share * largest, 1e-3), None, "{noise}, {share}");
            }
        }
        // Whole standard deviations, as of a coarse gauge: the few 4's are one step beyond the 3's.
        let rounded: Vec<f64> =
            quantiles(&NoiseDistribution::normal(0.0, 1.0).unwrap(), 1000).iter().map(|value| value.round()).collect();
        for value in [5.0, 6.0, 7.0] {
            assert_eq!(cluster(&rounded, value, 1e-3), None, "rounded, {value}");
        }
        let counts: Vec<f64> = (0..300).map(|row| if row < 290 { 0.0 } else { 1.0 }).collect();
        assert_eq!(cluster(&counts, 1.0, 1e-3), None, "rare counts");
    }
}
