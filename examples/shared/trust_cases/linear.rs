//! Random linear systems.

use etiology::{CausalGraph, Dataset, Observation, Result};
use rand::{RngExt, rngs::ChaCha8Rng};
use rand_distr::{Distribution, StandardNormal, StudentT};

use super::Case;

/// What the noises are like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Normal,
    /// Student's t with 3 degrees of freedom, with variance 1.
    HeavyTails,
    /// Normal, with a correlation of 0.95 from row to row.
    TimeCorrelated,
}

/// How much of a noise the next row keeps, where rows are correlated.
const MEMORY: f64 = 0.95;
/// How many shocks are tried before a system is given up because its target does not mind.
const SHOCKS: usize = 50;
/// What part of a deviation the largest noise may have, where nobody is at fault.
const SMALL: f64 = 0.35;

/// Every node is a weighted sum of its parents plus noise, and has a standard deviation near 1.
pub(super) struct System {
    shape: Shape,
    /// By node its parents with their weights, and the standard deviation of its noise.
    nodes: Vec<(Vec<(usize, f64)>, f64)>,
}

impl System {
    /// 6 to 12 nodes; the first two are roots, all others have one to three parents among the five before them.
    pub(super) fn random(shape: Shape, generator: &mut ChaCha8Rng) -> Self {
        let count = generator.random_range(6..=12);
        let mut nodes = Vec::with_capacity(count);
        for node in 0..count {
            let wanted: usize = if node < 2 { 0 } else { generator.random_range(1..=3.min(node)) };
            let mut parents: Vec<(usize, f64)> = Vec::new();
            while parents.len() < wanted {
                let parent = generator.random_range(node.saturating_sub(5)..node);
                if parents.iter().all(|(other, _)| *other != parent) {
                    let sign = if generator.random_bool(0.3) { -1.0 } else { 1.0 };
                    parents.push((parent, sign * generator.random_range(0.4..1.0)));
                }
            }
            let spread = if wanted == 0 { 1.0 } else { generator.random_range(0.2..0.6) };
            nodes.push((parents, spread));
        }
        Self { shape, nodes }
    }

    /// A case with so many culprits, each off by 3 to 20 standard deviations of its noise, so that the target is further from its
    /// median than 99.9 % of many rows; nothing if the target does not mind.
    pub(super) fn case(&self, rows: usize, culprits: usize, generator: &mut ChaCha8Rng) -> Result<Option<Case>> {
        let training = self.rows(rows, generator);
        let Some((culprits, shocks)) = self.shocks(culprits, generator) else { return Ok(None) };
        let event = self.values(&self.shocked(&shocks, generator));
        self.as_case(training, event, culprits).map(Some)
    }

    /// A case whose culprit is off in one training row of twenty, too, by as much give or take a fifth.
    pub(super) fn with_fault_in_training(
        &self,
        rows: usize,
        one_in: usize,
        generator: &mut ChaCha8Rng,
    ) -> Result<Option<Case>> {
        let Some((culprits, shocks)) = self.shocks(1, generator) else { return Ok(None) };
        let mut training = self.rows(rows, generator);
        for row in training.iter_mut().step_by(one_in) {
            let size = generator.random_range(0.8..1.2);
            let shocks: Vec<f64> = shocks.iter().map(|shock| size * shock).collect();
            *row = self.values(&self.shocked(&shocks, generator));
        }
        let event = self.values(&self.shocked(&shocks, generator));
        self.as_case(training, event, culprits).map(Some)
    }

    /// Of many ordinary rows one whose target is further out than 99.9 % of them, none of whose noises makes up much of it.
    pub(super) fn without_fault(&self, rows: usize, generator: &mut ChaCha8Rng) -> Result<Option<Case>> {
        let training = self.rows(rows, generator);
        let furthest = self.quantile(0.999, generator);
        let effects = self.effects();
        for _ in 0..100_000 {
            let noises = self.noises(generator);
            let parts: Vec<f64> = effects.iter().zip(&noises).map(|(effect, noise)| effect * noise).collect();
            let target = parts.iter().sum::<f64>();
            let largest = parts.iter().map(|part| part * target.signum()).fold(0.0, f64::max);
            if target.abs() >= furthest && largest <= SMALL * target.abs() {
                return self.as_case(training, self.values(&noises), Vec::new()).map(Some);
            }
        }
        Ok(None)
    }

    /// Culprits, and what is added to each noise.
    fn shocks(&self, count: usize, generator: &mut ChaCha8Rng) -> Option<(Vec<usize>, Vec<f64>)> {
        let effects = self.effects();
        let ancestors: Vec<usize> = (0..self.nodes.len()).filter(|&node| effects[node] != 0.0).collect();
        let furthest = self.quantile(0.999, generator);
        if ancestors.len() < count {
            return None;
        }
        for _ in 0..SHOCKS {
            let mut culprits = Vec::new();
            let mut shocks = vec![0.0; self.nodes.len()];
            while culprits.len() < count {
                let culprit = ancestors[generator.random_range(0..ancestors.len())];
                if !culprits.contains(&culprit) {
                    culprits.push(culprit);
                    let sign = if generator.random_bool(0.5) { 1.0 } else { -1.0 };
                    shocks[culprit] = sign * generator.random_range(3.0..20.0) * self.nodes[culprit].1;
                }
            }
            // Of two, each matters, and both pull the same way.
            let parts: Vec<f64> = culprits.iter().map(|&culprit| effects[culprit] * shocks[culprit]).collect();
            let enough = furthest / count as f64;
            if parts.iter().all(|part| part * parts[0].signum() > enough) {
                return Some((culprits, shocks));
            }
        }
        None
    }

    fn shocked(&self, shocks: &[f64], generator: &mut ChaCha8Rng) -> Vec<f64> {
        self.noises(generator).iter().zip(shocks).map(|(noise, shock)| noise + shock).collect()
    }

    /// The quantile of the target's distance from its median, which is 0, by 4000 rows.
    fn quantile(&self, level: f64, generator: &mut ChaCha8Rng) -> f64 {
        let effects = self.effects();
        let mut distances: Vec<f64> = (0..4000)
            .map(|_| {
                let noises = self.noises(generator);
                effects.iter().zip(noises).map(|(effect, noise)| effect * noise).sum::<f64>().abs()
            })
            .collect();
        distances.sort_by(f64::total_cmp);
        distances[(level * distances.len() as f64) as usize]
    }

    /// The total effect of each noise on the target, which is the last node.
    fn effects(&self) -> Vec<f64> {
        let mut effects = vec![0.0; self.nodes.len()];
        if let Some(last) = effects.last_mut() {
            *last = 1.0;
        }
        for node in (0..self.nodes.len()).rev() {
            for &(parent, weight) in &self.nodes[node].0 {
                effects[parent] += weight * effects[node];
            }
        }
        effects
    }

    fn noises(&self, generator: &mut ChaCha8Rng) -> Vec<f64> {
        self.nodes.iter().map(|(_, spread)| spread * standard(self.shape, generator)).collect()
    }

    fn values(&self, noises: &[f64]) -> Vec<f64> {
        let mut values: Vec<f64> = Vec::with_capacity(noises.len());
        for ((parents, _), noise) in self.nodes.iter().zip(noises) {
            values.push(parents.iter().map(|&(parent, weight)| weight * values[parent]).sum::<f64>() + noise);
        }
        values
    }

    fn rows(&self, count: usize, generator: &mut ChaCha8Rng) -> Vec<Vec<f64>> {
        let mut noises = self.noises(generator);
        (0..count)
            .map(|_| {
                let fresh = self.noises(generator);
                let (kept, new) = match self.shape {
                    Shape::TimeCorrelated => (MEMORY, (1.0 - MEMORY * MEMORY).sqrt()),
                    Shape::Normal | Shape::HeavyTails => (0.0, 1.0),
                };
                noises.iter_mut().zip(fresh).for_each(|(noise, fresh)| *noise = kept * *noise + new * fresh);
                self.values(&noises)
            })
            .collect()
    }

    fn as_case(&self, training: Vec<Vec<f64>>, event: Vec<f64>, culprits: Vec<usize>) -> Result<Case> {
        let count = self.nodes.len();
        let edges = self.nodes.iter().enumerate();
        let edges =
            edges.flat_map(|(node, (parents, _))| parents.iter().map(move |(from, _)| (name(*from), name(node))));
        let columns = (0..count).map(|node| (name(node), training.iter().map(|row| row[node]).collect::<Vec<f64>>()));
        Ok(Case {
            graph: CausalGraph::from_nodes_and_edges((0..count).map(name), edges)?,
            normal: Dataset::from_columns(columns)?,
            event: Observation::new((0..count).map(name), event)?,
            target: name(count - 1),
            right: culprits.into_iter().map(name).collect(),
        })
    }
}

/// p → q → t with p → t, of which q = k·p, exactly or up to one part in a million; and r → t. At fault is p, so that q moves with it,
/// or, off the plane, q.
pub(super) fn collinear(off_the_plane: bool, exactly: bool, rows: usize, generator: &mut ChaCha8Rng) -> Result<Case> {
    let factor = generator.random_range(0.5..3.0);
    let weights =
        [generator.random_range(0.0..1.0), generator.random_range(0.2..1.0), generator.random_range(0.4..1.0)];
    let shift = generator.random_range(4.0..15.0);
    let row = |generator: &mut ChaCha8Rng, p: f64, q: f64| {
        let mut noise = || standard(Shape::Normal, generator);
        let p = p + noise();
        let q = factor * (p + if exactly { 0.0 } else { 1e-6 * noise() }) + q;
        let r = noise();
        vec![p, q, r, weights[0] * p + weights[1] * q / factor + weights[2] * r + 0.3 * noise()]
    };
    let training: Vec<Vec<f64>> = (0..rows).map(|_| row(generator, 0.0, 0.0)).collect();
    let (shifts, right) = if off_the_plane { ((0.0, factor * shift), "q") } else { ((shift, 0.0), "p") };
    let names = ["p", "q", "r", "t"];
    let columns = names.iter().enumerate().map(|(place, &name)| {
        let column: Vec<f64> = training.iter().map(|row| row[place]).collect();
        (name, column)
    });
    Ok(Case {
        graph: CausalGraph::from_edges([("p", "q"), ("p", "t"), ("q", "t"), ("r", "t")])?,
        normal: Dataset::from_columns(columns)?,
        event: Observation::new(names, row(generator, shifts.0, shifts.1))?,
        target: "t".to_owned(),
        right: vec![right.to_owned()],
    })
}

fn standard(shape: Shape, generator: &mut ChaCha8Rng) -> f64 {
    match shape {
        Shape::Normal | Shape::TimeCorrelated => StandardNormal.sample(generator),
        // The variance of Student's t with 3 degrees of freedom is 3.
        Shape::HeavyTails => {
            StudentT::new(3.0).map_or(0.0, |student: StudentT<f64>| student.sample(generator)) / 3.0_f64.sqrt()
        }
    }
}

fn name(node: usize) -> String {
    format!("x{node}")
}
