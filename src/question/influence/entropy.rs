//! Influence on a category: v(S) = −E H(Y | N_S), in nats.

use rand::seq::SliceRandom;

use super::config::InfluenceConfig;
use super::result::InfluenceMethod;
use super::variance::{Found, all_combinations, members, of_coalitions};
use crate::data::place;
use crate::error::Result;
use crate::question::integrals::{Columns, Estimate, INNER, Net, Varying, corrected, outer_of, over_replicates};
use crate::random::{Purpose, stream};
use crate::shapley::values_of_table;
use crate::target::Target;

/// How many orders of the players each randomisation has where there are too many for all coalitions; each with its reverse.
const ORDERS: usize = 2;

/// # Errors
/// When a mechanism returns NaN or an infinity.
pub(super) fn influence(target: &Target, classes: usize, config: &InfluenceConfig) -> Result<Found> {
    let nodes = 0..target.nodes().len();
    let players: Vec<usize> = nodes.clone().filter(|&node| !target.noise(node).is_degenerate()).collect();
    let mut values = vec![(Estimate::default(), InfluenceMethod::ClosedForm); nodes.len()];
    if players.is_empty() {
        return Ok(Found { values, total: Estimate::default() });
    }
    let varying = Varying::new(target, &players)?;
    let (method, mut figures) = match counted(&varying, &players, classes)? {
        Some(figures) => (InfluenceMethod::Enumeration, figures),
        None => (InfluenceMethod::Sampling, sampled(&varying, &players, classes, config)?),
    };
    let total = figures.pop().unwrap_or_default();
    players.iter().zip(figures).for_each(|(&node, figure)| values[node] = (figure, method));
    Ok(Found { values, total })
}

/// The figures of the nodes, and last their sum, where all combinations of their noises can be listed.
fn counted(varying: &Varying<'_>, players: &[usize], classes: usize) -> Result<Option<Vec<Estimate>>> {
    let Some(all) = all_combinations(varying, players)? else { return Ok(None) };
    let target = &all.values[varying.target().number()];
    let worth = |coalition: usize| {
        let (groups, count) = all.groups(members(players, coalition));
        // Code may give what is no class.
        let places = classes + 1;
        let mut shares = vec![0.0; count * places];
        for ((&group, weight), &value) in groups.iter().zip(&all.weights).zip(target) {
            shares[group * places + place(value).min(classes)] += weight;
        }
        -shares.chunks_exact(places).map(entropy).sum::<f64>()
    };
    Ok(Some(of_coalitions(players.len(), worth)))
}

/// The entropy of numbers in proportion to probabilities, times their sum, in nats.
fn entropy(shares: &[f64]) -> f64 {
    let sum: f64 = shares.iter().sum();
    shares.iter().filter(|share| **share > 0.0).map(|share| -share * (share / sum).ln()).sum()
}

/// The figures of the nodes, and last their sum, by nested draws.
///
/// The entropy of frequencies over inner draws is too small; see [`corrected`].
fn sampled(
    varying: &Varying<'_>,
    players: &[usize],
    classes: usize,
    config: &InfluenceConfig,
) -> Result<Vec<Estimate>> {
    let outer = outer_of(config.samples);
    let count = players.len();
    let figures = over_replicates(|replicate| {
        let nested = Nested::new(varying, players, classes, config.seed, replicate, outer);
        let mut columns = varying.columns(outer * INNER);
        let mut worth = |is_given: &dyn Fn(usize) -> bool| nested.worth(is_given, &mut columns);
        let nobody = worth(&|_| false)?;
        let mut corrected_and_plain = if count <= config.exact_players {
            let mut tables = [vec![nobody[0]], vec![nobody[1]]];
            for coalition in 1..1_usize << count {
                let both = worth(&|player| coalition >> player & 1 == 1)?;
                tables.iter_mut().zip(both).for_each(|(table, value)| table.push(value));
            }
            tables.map(|table| values_of_table(&table))
        } else {
            let mut generator = stream(config.seed, Purpose::PointOrders, replicate as u64);
            let mut sums = [vec![0.0; count], vec![0.0; count]];
            for _ in 0..ORDERS {
                let mut order: Vec<usize> = (0..count).collect();
                order.shuffle(&mut generator);
                for is_reverse in [false, true] {
                    let mut before = nobody;
                    let mut given = vec![false; count];
                    for rank in 0..count {
                        let player = order[if is_reverse { count - 1 - rank } else { rank }];
                        given[player] = true;
                        let after = worth(&|player| given[player])?;
                        (0..2).for_each(|which| sums[which][player] += after[which] - before[which]);
                        before = after;
                    }
                }
            }
            sums.map(|sums| sums.into_iter().map(|sum| sum / 2.0 / ORDERS as f64).collect())
        };
        corrected_and_plain.iter_mut().for_each(|values| values.push(values.iter().sum()));
        Ok(corrected_and_plain.concat())
    })?;
    let (of_corrected, plain) = figures.split_at(count + 1);
    Ok(of_corrected.iter().zip(plain).map(|(&value, &plain)| corrected(value, plain)).collect())
}

/// Draws of one randomisation: some of noises that may be given, and others, all of which meet all of the former.
struct Nested<'v> {
    varying: &'v Varying<'v>,
    players: &'v [usize],
    classes: usize,
    outer: usize,
    given: Vec<Vec<f64>>,
    drawn: Vec<Vec<f64>>,
    /// As many draws of all noises as there are pairs, for the coalition of nobody.
    all: Vec<Vec<f64>>,
}

impl<'v> Nested<'v> {
    fn new(
        varying: &'v Varying<'v>,
        players: &'v [usize],
        classes: usize,
        seed: u64,
        replicate: usize,
        outer: usize,
    ) -> Self {
        let draw = |set: usize, points: usize| {
            let net = Net { seed, replicate, points };
            let fill = |(place, &player): (usize, &usize)| {
                let mut column = vec![0.0; points];
                net.fill(&varying.target().nodes()[player], set, place, &mut column);
                column
            };
            players.iter().enumerate().map(fill).collect()
        };
        let (given, drawn, all) = (draw(0, outer), draw(1, INNER), draw(2, outer * INNER));
        Self { varying, players, classes, outer, given, drawn, all }
    }

    /// What a coalition is worth, corrected for the number of inner draws, and as it is.
    fn worth(&self, is_given: &dyn Fn(usize) -> bool, columns: &mut Columns) -> Result<[f64; 2]> {
        let given: Vec<bool> = (0..self.players.len()).map(is_given).collect();
        if !given.contains(&false) {
            return Ok([0.0; 2]);
        }
        let is_nobody = !given.contains(&true);
        let target = self.varying.target();
        let last = target.number();
        let integrates = self.players.last() == Some(&last) && !given[given.len() - 1];
        let classes = target.nodes()[last].mechanism.classes().filter(|_| integrates);
        // Where the target's own noise is drawn its classes have probabilities, and nothing need be drawn.
        let filled = if classes.is_some() { last - usize::from(last > 0) } else { last };
        self.varying.fill(columns, filled, |node, noise| {
            let Ok(player) = self.players.binary_search(&node) else { return };
            if is_nobody {
                noise.copy_from_slice(&self.all[player]);
            } else if given[player] {
                let pairs = noise.chunks_exact_mut(INNER).zip(&self.given[player]);
                pairs.for_each(|(noise, &given)| noise.fill(given));
            } else {
                noise.chunks_exact_mut(INNER).for_each(|noise| noise.copy_from_slice(&self.drawn[player]));
            }
        })?;
        let parents: Vec<&[f64]> = target.nodes()[last].parents.iter().map(|&parent| columns.of(parent)).collect();
        let probabilities = classes.map(|classes| classes.probabilities_of_rows(&parents, self.outer * INNER));
        let mut sums = [0.0; 2];
        let (groups, size) = if is_nobody { (1, self.outer * INNER) } else { (self.outer, INNER) };
        let mut halves = [vec![0.0; self.classes + 1], vec![0.0; self.classes + 1]];
        for group in 0..groups {
            halves.iter_mut().for_each(|half| half.fill(0.0));
            for place_in_group in 0..size {
                let (row, half) = (group * size + place_in_group, &mut halves[2 * place_in_group / size]);
                match &probabilities {
                    Some(all) => {
                        let of_row = &all[row * self.classes..][..self.classes];
                        half.iter_mut().zip(of_row).for_each(|(sum, probability)| *sum += probability);
                    }
                    None => half[place(columns.of(last)[row]).min(self.classes)] += 1.0,
                }
            }
            let both: Vec<f64> = halves[0].iter().zip(&halves[1]).map(|(one, other)| one + other).collect();
            let of_all = entropy(&both) / size as f64;
            let of_halves = (entropy(&halves[0]) + entropy(&halves[1])) / size as f64;
            sums[0] -= (2.0 * of_all - of_halves) / groups as f64;
            sums[1] -= of_all / groups as f64;
        }
        Ok(sums)
    }
}
