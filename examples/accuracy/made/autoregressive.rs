//! Rows that remember the one before, and one or several faults of which the target shows three standard deviations; after the description of the
//! simulation of "CIRCA" (Li et al., "Causal Inference-Based Root Cause Analysis for Online Service Systems with Intervention Recognition", KDD 2022).
//!
//! x(t) = A x(t) + β x(t − 1) + ε(t), with β = 0.1 and ε normal, its standard deviations exponential. 50 nodes and 100 edges: each node
//! but the target is a cause of one before it, and further edges go anywhere in that order, so that the target alone has no effects. Weights are
//! uniform between 0.5 and 2, of either sign. The noises of 1 + Poisson(1) nodes, the target may be one, are moved for two rows by exponential multiples of their
//! standard deviations, doubled until the target is off by more than three of its own. Ten graphs a hundred cases, in turn.

use std::ops::Range;

use etiology::{CausalGraph, Dataset};
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
use rand_distr::{Distribution, Exp1, Poisson, StandardNormal};

use crate::case::{Case, Truth};

const NODES: usize = 50;
const EDGES: usize = 100;
/// How much of a row is left in the next one.
const MEMORY: f64 = 0.1;
const NORMAL_ROWS: usize = 1_440;
const RECENT_ROWS: usize = 10;
/// The fault is there in the first two.
const ROWS: usize = 10;
const FAULTY_ROWS: usize = 2;
/// The target's deviation, in its standard deviations.
const DEVIATION: f64 = 3.0;
const GRAPHS: usize = 10;
const TARGET: usize = 0;

pub(crate) fn cases(count: usize, seed: u64) -> etiology::Result<Vec<Case>> {
    let generator = &mut ChaCha8Rng::seed_from_u64(seed);
    let systems: Vec<System> = (0..GRAPHS.min(count)).map(|_| System::random(generator)).collect();
    (0..count).map(|number| systems[number % GRAPHS].case(number, generator)).collect()
}

/// For each node its causes, all of higher numbers, with their weights.
struct System {
    causes: Vec<Vec<(usize, f64)>>,
}

impl System {
    fn random(generator: &mut ChaCha8Rng) -> Self {
        let mut causes: Vec<Vec<(usize, f64)>> = vec![Vec::new(); NODES];
        for cause in 1..NODES {
            causes[generator.random_range(0..cause)].push((cause, weight(generator)));
        }
        let mut left = EDGES - (NODES - 1);
        while left > 0 {
            let cause = generator.random_range(1..NODES);
            let effect = generator.random_range(0..cause);
            if causes[effect].iter().all(|&(other, _)| other != cause) {
                causes[effect].push((cause, weight(generator)));
                left -= 1;
            }
        }
        Self { causes }
    }

    /// The values that these noises make after a row.
    fn next(&self, before: &[f64], noises: &[f64]) -> Vec<f64> {
        let mut values = vec![0.0; NODES];
        for node in (0..NODES).rev() {
            let own = MEMORY * before[node] + noises[node];
            values[node] = own + self.causes[node].iter().map(|&(cause, weight)| weight * values[cause]).sum::<f64>();
        }
        values
    }

    fn case(&self, number: usize, generator: &mut ChaCha8Rng) -> etiology::Result<Case> {
        let spreads: Vec<f64> = (0..NODES).map(|_| Exp1.sample(generator)).collect();
        let noises = |generator: &mut ChaCha8Rng| -> Vec<f64> {
            let drawn = spreads.iter().map(|spread| {
                let noise: f64 = StandardNormal.sample(generator);
                spread * noise
            });
            drawn.collect()
        };
        let mut rows: Vec<Vec<f64>> = Vec::new();
        let mut values = noises(generator);
        for _ in 0..NORMAL_ROWS + RECENT_ROWS {
            values = self.next(&values, &noises(generator));
            rows.push(values.clone());
        }
        let (mean, spread) = moments(rows.iter().map(|row| row[TARGET]));
        let first = noises(generator);
        let faults = self.fault(&values, &spreads, (mean, spread), &first, generator);
        for row in 0..ROWS {
            let mut noises = if row == 0 { first.clone() } else { noises(generator) };
            if row < FAULTY_ROWS {
                faults.iter().for_each(|&(node, moved)| noises[node] += moved);
            }
            values = self.next(&values, &noises);
            rows.push(values.clone());
        }
        let begin = NORMAL_ROWS + RECENT_ROWS;
        let off = |row: usize| (rows[begin + row][TARGET] - mean).abs();
        let alert = (0..FAULTY_ROWS).max_by(|&a, &b| off(a).total_cmp(&off(b))).unwrap_or_default();
        let edges = self.causes.iter().enumerate();
        let edges =
            edges.flat_map(|(effect, causes)| causes.iter().map(move |&(cause, _)| (name(cause), name(effect))));
        let table = |range: Range<usize>| {
            let column = |node: usize| rows[range.clone()].iter().map(|row| row[node]).collect::<Vec<f64>>();
            Dataset::from_columns((0..NODES).map(|node| (name(node), column(node))))
        };
        Ok(Case {
            name: format!("autoregressive {number}"),
            kind: if faults.len() == 1 { "one cause" } else { "several causes" }.to_owned(),
            graph: CausalGraph::from_nodes_and_edges((0..NODES).map(name), edges)?,
            normal: table(0..NORMAL_ROWS)?,
            rows: table(begin..rows.len())?,
            alert,
            recent: Some(table(NORMAL_ROWS..begin)?),
            target: name(TARGET),
            root_causes: faults.iter().map(|&(node, _)| name(node)).collect(),
            truth: Truth::default(),
        })
    }

    /// By how much whose noise is moved, so that the target with these noises is off by as much as it must be.
    fn fault(
        &self,
        before: &[f64],
        spreads: &[f64],
        (mean, spread): (f64, f64),
        noises: &[f64],
        generator: &mut ChaCha8Rng,
    ) -> Vec<(usize, f64)> {
        let further = Poisson::new(1.0).map_or(0, |further| further.sample(generator) as usize);
        let mut faults: Vec<(usize, f64)> = Vec::new();
        while faults.len() < (1 + further).min(NODES) {
            let node = generator.random_range(0..NODES);
            if faults.iter().all(|&(other, _)| other != node) {
                let times: f64 = Exp1.sample(generator);
                faults.push((node, times * spreads[node]));
            }
        }
        loop {
            let mut moved = noises.to_vec();
            faults.iter().for_each(|&(node, by)| moved[node] += by);
            if (self.next(before, &moved)[TARGET] - mean).abs() > DEVIATION * spread {
                return faults;
            }
            faults.iter_mut().for_each(|(_, by)| *by *= 2.0);
        }
    }
}

/// From 0.5 to 2, of either sign.
fn weight(generator: &mut ChaCha8Rng) -> f64 {
    let size = generator.random_range(0.5..2.0);
    if generator.random_bool(0.5) { size } else { -size }
}

fn moments(values: impl ExactSizeIterator<Item = f64> + Clone) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.clone().sum::<f64>() / count;
    (mean, (values.map(|value| (value - mean) * (value - mean)).sum::<f64>() / count).sqrt())
}

fn name(node: usize) -> String {
    format!("x{node}")
}
