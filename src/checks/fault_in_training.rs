//! Do the training rows contain the fault? A cluster of them as extreme as the event, with a gap before the rest, makes the fault
//! look normal.
//!
//! Without such a cluster, the gap before the k-th most extreme of many values is exponential with mean scale/k, for a tail that
//! falls exponentially, and so is the gap between logarithms for a tail that falls as a power (A. Rényi, *On the theory of order
//! statistics*, 1953). The scale is the mean excess of m values below the gap, so that x = k·gap/scale has Fisher's distribution with 2
//! and 2m degrees of freedom, P{X ≥ x} = (1 + x/m)^−m; as the gap is the one about a given place, and wide ones are more often about
//! it, times 1 + x. A gap counts that is too wide for both kinds of tail. The scale is that of the nearest values below the gap: a tail
//! that falls faster than a power the further out looks like a steeper power there.

use super::facts::Facts;
use crate::findings::{Finding, FindingKind};
use crate::model::WiredNode;
use crate::noise::NoiseDistribution;
use crate::wording::significant;

/// The probability of such a gap by chance. A finding by chance is much rarer: the gap must be where the event is, and too wide
/// for the heavier of both tails. `docs/trust.md` has the rates.
const SIGNIFICANCE: f64 = 0.1;
/// Fewest rows of which a few can be told from the rest, and fewest of a cluster.
const FEWEST: (usize, usize) = (20, 2);
/// The largest share of rows that a cluster of faulty ones may be.
const MOST: f64 = 0.2;
/// An event is extreme if it deviates by so many times what a quarter of the rows does at least, to the same side.
const EXTREME: f64 = 3.5;
/// A row is as extreme as the event if it deviates by at least so much of what the event deviates by.
const AS_EXTREME: f64 = 0.5;
/// The cluster is the event's if neither deviates by more than so many times what the other does.
const ALIKE: f64 = 1.6;
/// The share of the rest that is its tail, the fewest values that tell its scale, and the largest share that these may be.
const TAIL: f64 = 0.1;
const FEWEST_OF_TAIL: usize = 10;
const MOST_OF_TAIL: f64 = 0.2;

pub(super) fn check(facts: &Facts<'_>) -> Option<Finding> {
    let clusters = facts.observed_nodes().filter_map(|(number, node)| {
        let (values, value) = values_of(facts, node, number)?;
        let count = cluster(values, value)?;
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
fn cluster(values: &[f64], value: f64) -> Option<usize> {
    let rows = values.len();
    if rows < FEWEST.0 {
        return None;
    }
    let median = values[rows / 2];
    let of_event = (value - median).abs();
    let needed = AS_EXTREME * of_event;
    let sign = if value >= median { 1.0 } else { -1.0 };
    let deviation = |place: usize| sign * (if sign > 0.0 { values[rows - 1 - place] } else { values[place] } - median);
    if of_event < EXTREME * deviation(rows / 4) {
        return None;
    }
    let most = (MOST * rows as f64) as usize;
    // Deviations descend.
    let count = leading(most + 1, |place| deviation(place) >= needed && needed > 0.0);
    if count < FEWEST.1 || count > most {
        return None;
    }
    let of_cluster = deviation(count / 2);
    if of_cluster > ALIKE * of_event || of_event > ALIKE * of_cluster {
        return None;
    }
    let share_of_rest = |share: f64| (share * (rows - count) as f64) as usize;
    let tail = share_of_rest(TAIL).max(FEWEST_OF_TAIL.min(share_of_rest(MOST_OF_TAIL)));
    let (last, threshold) = (deviation(count), deviation(count + tail));
    // The scale of what a map makes of the values, and the probability of the gap there.
    let by_chance = |first: f64, map: fn(f64) -> f64| {
        let excess = |value: f64| map(value) - map(threshold);
        let sum: f64 = (count..count + tail).map(|place| excess(deviation(place))).sum();
        let scale = (sum + count as f64 * excess(last)) / tail as f64;
        let x = count as f64 * (map(first) - map(last)) / scale;
        (1.0 + x) * (1.0 + x / tail as f64).powf(-(tail as f64))
    };
    let is_gap = |first: f64| {
        let maps: [fn(f64) -> f64; 2] = [|value| value, f64::ln];
        threshold > 0.0
            && last > threshold
            && first > last
            && maps.iter().all(|map| by_chance(first, *map) <= SIGNIFICANCE)
    };
    // What is no gap without the step is none with it, and the step takes longer to find.
    let first = deviation(count - 1);
    if !is_gap(first) {
        return None;
    }
    // The step of a coarse gauge shows where values are dense.
    let body = count + tail..rows / 2;
    let step = body.map(|place| deviation(place) - deviation(place + 1)).fold(0.0, f64::max);
    is_gap(first - step).then_some(count)
}

/// How many of so many places have a property that none has after the first without.
fn leading(places: usize, has: impl Fn(usize) -> bool) -> usize {
    let (mut from, mut to) = (0, places);
    while from < to {
        let middle = usize::midpoint(from, to);
        if has(middle) { from = middle + 1 } else { to = middle }
    }
    from
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::rngs::ChaCha8Rng;
    use rand::{RngExt, SeedableRng};
    use rand_distr::{Distribution, StandardNormal, StudentT};

    fn quantiles(noise: &NoiseDistribution, rows: usize) -> Vec<f64> {
        (0..rows).map(|row| noise.quantile((row as f64 + 0.5) / rows as f64).unwrap()).collect()
    }

    #[test]
    fn a_cluster_apart_is_found_on_either_side() {
        let mut values = quantiles(&NoiseDistribution::normal(0.0, 1.0).unwrap(), 300);
        values.extend((0..10).map(|row| 8.0 + 0.1 * f64::from(row)));
        assert_eq!(cluster(&values, 9.0), Some(10));
        assert_eq!(cluster(&values, 1.5), None, "an event among the rest");
        let mirrored: Vec<f64> = values.iter().rev().map(|value| -value).collect();
        assert_eq!(cluster(&mirrored, -9.0), Some(10));
    }

    #[test]
    fn a_tail_without_a_gap_is_none() {
        for noise in [NoiseDistribution::exponential(1.0).unwrap(), NoiseDistribution::log_normal(0.0, 1.5).unwrap()] {
            let values = quantiles(&noise, 400);
            let largest = values[399];
            for share in [0.3, 0.6, 1.0, 2.0] {
                assert_eq!(cluster(&values, share * largest), None, "{noise}, {share}");
            }
        }
        // Whole standard deviations, as of a coarse gauge: the few 4's are one step beyond the 3's.
        let rounded: Vec<f64> =
            quantiles(&NoiseDistribution::normal(0.0, 1.0).unwrap(), 1000).iter().map(|value| value.round()).collect();
        for value in [5.0, 6.0, 7.0] {
            assert_eq!(cluster(&rounded, value), None, "rounded, {value}");
        }
        let counts: Vec<f64> = (0..300).map(|row| if row < 290 { 0.0 } else { 1.0 }).collect();
        assert_eq!(cluster(&counts, 1.0), None, "rare counts");
    }

    #[test]
    fn three_rows_of_three_hundred_are_enough_and_heavy_tails_are_no_cluster() {
        let faulty = [6.9, 7.6, 8.4];
        let mut values = quantiles(&NoiseDistribution::normal(0.0, 1.0).unwrap(), 297);
        values.extend(faulty);
        assert_eq!(cluster(&values, 7.5), Some(3));
        assert_eq!(cluster(&values, 15.0), None, "twice as far out as they");
        // Tails that fall as the third power, as those of Student's t with 3 degrees of freedom.
        let side = |row: usize| (((row as f64 + 0.5) / 150.0).powf(-1.0 / 3.0) - 1.0) * 2.0;
        let mut heavy: Vec<f64> = (0..150).flat_map(|row| [side(row), -side(row)]).collect();
        heavy.sort_by(f64::total_cmp);
        for event in [3.0, 6.0, 9.0, 11.0, 20.0] {
            assert_eq!(cluster(&heavy, event), None, "{event}");
        }
    }

    /// How often a cluster is found for an event of 5 to 20 standard deviations to either side, if every hundredth row is like it (0.8 to
    /// 1.2 times as far out), and if none is.
    fn rates(noise: &dyn Fn(&mut ChaCha8Rng) -> f64, rows: usize, trials: usize) -> [f64; 2] {
        let mut generator = ChaCha8Rng::seed_from_u64(rows as u64);
        let mut found = [0, 0];
        for _ in 0..trials {
            let size = generator.random_range(5.0..20.0) * if generator.random_bool(0.5) { 1.0 } else { -1.0 };
            let event = size + noise(&mut generator);
            let mut values: Vec<f64> = (0..rows).map(|_| noise(&mut generator)).collect();
            for (is_right, found) in found.iter_mut().enumerate().rev() {
                if is_right == 0 {
                    let faulty = values.iter_mut().take((rows / 100).max(2));
                    faulty.for_each(|value| *value += size * generator.random_range(0.8..1.2));
                }
                let mut ascending = values.clone();
                ascending.sort_by(f64::total_cmp);
                *found += usize::from(cluster(&ascending, event).is_some());
            }
        }
        found.map(|count| count as f64 / trials as f64)
    }

    /// With `--nocapture` it prints the rates of `docs/trust.md`.
    #[test]
    #[allow(clippy::print_stdout, reason = "the rates are printed for whoever asks for them")]
    fn one_faulty_row_in_a_hundred_is_mostly_found_and_right_rows_are_rarely_accused() {
        let student = StudentT::new(3.0).unwrap();
        // Each with mean 0 and variance 1.
        let normal = |generator: &mut ChaCha8Rng| StandardNormal.sample(generator);
        let heavy = |generator: &mut ChaCha8Rng| -> f64 { student.sample(generator) / 3.0_f64.sqrt() };
        let log_normal = |generator: &mut ChaCha8Rng| {
            let deviate: f64 = StandardNormal.sample(generator);
            (deviate.exp() - 0.5_f64.exp()) / ((1.0_f64.exp() - 1.0) * 1.0_f64.exp()).sqrt()
        };
        let pareto = |generator: &mut ChaCha8Rng| {
            let power = generator.random::<f64>().powf(-1.0 / 3.0);
            (power - 1.5) / 0.75_f64.sqrt()
        };
        type Noise<'a> = (&'a str, &'a dyn Fn(&mut ChaCha8Rng) -> f64, [f64; 3]);
        let noises: [Noise<'_>; 4] = [
            ("normal", &normal, [0.5, 0.75, 0.8]),
            ("Student's t, 3", &heavy, [0.1, 0.35, 0.5]),
            ("log-normal", &log_normal, [0.35, 0.4, 0.5]),
            ("Pareto, 3", &pareto, [0.35, 0.4, 0.5]),
        ];
        let trials = 400;
        for (name, noise, least) in noises {
            for (rows, least) in [100, 300, 1000].into_iter().zip(least) {
                let [faulty, right] = rates(noise, rows, trials);
                println!("{name:<16}{rows:>5} rows: found {:.1} %, by chance {:.2} %", 100.0 * faulty, 100.0 * right);
                assert!(faulty >= least && right <= 0.04, "{name}, {rows} rows: {faulty}, {right}");
            }
        }
    }
}
