//! Random linear graphs with three root causes, where estimation error matters: 50 training rows, 20 to 29 nodes and a chain
//! of up to three distractors, far off themselves, that hardly reach the target; after the description of the linear benchmark
//! of "IDI" (Nagalapatti et al., ICLR 2025, arXiv 2505.00930), with three causes in place of one.
//!
//! Weights are uniform between 0.5 and 2, noises uniform. The causes' noises are shifted so that together they move the target
//! by five standard deviations, each by a sixth to a half of that before they are brought to that sum; all other noises of the
//! event are a tenth of the usual ones. Columns are standardised.

use etiology::{CausalGraph, Dataset};
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};

use crate::case::{Case, Truth};

const ROWS: usize = 50;
const CAUSES: usize = 3;
/// By how many of its standard deviations the causes move the target.
const MOVED: f64 = 5.0;
/// So much of the usual noise is in the event.
const QUIET: f64 = 0.1;

pub(crate) fn cases(count: usize, seed: u64) -> etiology::Result<Vec<Case>> {
    let generator = &mut ChaCha8Rng::seed_from_u64(seed);
    let mut cases = Vec::new();
    while cases.len() < count {
        let name = format!("three causes {}", cases.len());
        cases.extend(case(name, generator)?);
    }
    Ok(cases)
}

/// A linear equation: parents with weights, and the half width of the noise.
struct Equation {
    parents: Vec<(usize, f64)>,
    noise: f64,
    is_distractor: bool,
}

fn case(name: String, generator: &mut ChaCha8Rng) -> etiology::Result<Option<Case>> {
    let equations = equations(generator);
    let nodes = equations.len();
    let target = nodes - 1;
    let mut rows: Vec<Vec<f64>> = (0..ROWS).map(|_| response(&equations, &noises(&equations, generator))).collect();
    // Columns by mean and standard deviation.
    let scales: Vec<(f64, f64)> = (0..nodes)
        .map(|node| {
            let mean = rows.iter().map(|row| row[node]).sum::<f64>() / ROWS as f64;
            let variance = rows.iter().map(|row| (row[node] - mean) * (row[node] - mean)).sum::<f64>() / ROWS as f64;
            (mean, variance.sqrt())
        })
        .collect();
    let effects: Vec<f64> = (0..nodes).map(|cause| effect(&equations, cause, target)).collect();
    // Of who is hardly felt nothing could be seen.
    let suspects: Vec<usize> =
        (0..nodes - 1).filter(|&node| effects[node] >= 0.05 && !equations[node].is_distractor).collect();
    if suspects.len() < 2 * CAUSES {
        return Ok(None);
    }
    let mut causes: Vec<usize> = Vec::new();
    while causes.len() < CAUSES {
        let cause = suspects[generator.random_range(0..suspects.len())];
        if !causes.contains(&cause) {
            causes.push(cause);
        }
    }
    let parts: Vec<f64> = causes.iter().map(|_| generator.random_range(1.0 / 6.0..0.5)).collect();
    let sum: f64 = parts.iter().sum();
    let mut shifts = vec![0.0; nodes];
    for (&cause, part) in causes.iter().zip(&parts) {
        shifts[cause] = MOVED * scales[target].1 * part / (sum * effects[cause]);
    }
    let mut noises: Vec<f64> = noises(&equations, generator).iter().map(|noise| QUIET * noise).collect();
    noises.iter_mut().zip(&shifts).for_each(|(noise, shift)| *noise += shift);
    for distractor in equations.iter().zip(&mut noises).filter(|(equation, _)| equation.is_distractor) {
        *distractor.1 += distractor.0.noise * generator.random_range(5.0..40.0);
    }
    rows.push(response(&equations, &noises));
    for row in &mut rows {
        row.iter_mut().zip(&scales).for_each(|(value, (mean, scale))| *value = (*value - mean) / scale);
    }
    let node = |number: usize| format!("x{number}");
    let edges = equations
        .iter()
        .enumerate()
        .flat_map(|(child, equation)| equation.parents.iter().map(move |&(parent, _)| (node(parent), node(child))));
    let graph = CausalGraph::from_nodes_and_edges((0..nodes).map(node), edges)?;
    let column =
        |range: std::ops::Range<usize>, node: usize| rows[range].iter().map(|row| row[node]).collect::<Vec<f64>>();
    let table = |range: std::ops::Range<usize>| {
        Dataset::from_columns((0..nodes).map(|number| (node(number), column(range.clone(), number))))
    };
    Ok(Some(Case {
        name,
        kind: "three causes".to_owned(),
        graph,
        normal: table(0..ROWS)?,
        rows: table(ROWS..ROWS + 1)?,
        alert: 0,
        recent: None,
        target: node(target),
        root_causes: causes.into_iter().map(node).collect(),
        truth: Truth::default(),
    }))
}

/// Roots first, the target last, which the end of the chain reaches with next to no weight.
fn equations(generator: &mut ChaCha8Rng) -> Vec<Equation> {
    let (core, chain) = (generator.random_range(19..=28), generator.random_range(1..=3));
    let mut equations: Vec<Equation> = Vec::new();
    for node in 0..core {
        let most = if node < 3 { node.min(1) } else { 3 };
        let count = if most == 0 { 0 } else { generator.random_range(1..=most) };
        let mut parents: Vec<(usize, f64)> = Vec::new();
        while parents.len() < count {
            let parent = generator.random_range(node.saturating_sub(10)..node);
            if parents.iter().all(|&(other, _)| other != parent) {
                parents.push((parent, generator.random_range(0.5..2.0)));
            }
        }
        equations.push(Equation { parents, noise: generator.random_range(0.5..1.5), is_distractor: false });
    }
    for link in 0..chain {
        let parent = if link == 0 { generator.random_range(0..4) } else { equations.len() - 1 };
        let weight = if link == 0 { 1.0 } else { 0.3 };
        equations.push(Equation { parents: vec![(parent, weight)], noise: 1.0, is_distractor: true });
    }
    let end = equations.len() - 1;
    let mut parents = vec![(end, 0.001)];
    while parents.len() < 3 {
        let parent = generator.random_range(core - 8..core);
        if parents.iter().all(|&(other, _)| other != parent) {
            parents.push((parent, generator.random_range(0.5..2.0)));
        }
    }
    equations.push(Equation { parents, noise: generator.random_range(0.5..1.5), is_distractor: false });
    equations
}

fn noises(equations: &[Equation], generator: &mut ChaCha8Rng) -> Vec<f64> {
    equations.iter().map(|equation| generator.random_range(-equation.noise..equation.noise)).collect()
}

/// The values that these noises make.
fn response(equations: &[Equation], noises: &[f64]) -> Vec<f64> {
    let mut values: Vec<f64> = Vec::with_capacity(noises.len());
    for (equation, noise) in equations.iter().zip(noises) {
        values.push(noise + equation.parents.iter().map(|&(parent, weight)| weight * values[parent]).sum::<f64>());
    }
    values
}

/// What one more of a node's noise does to the target.
fn effect(equations: &[Equation], cause: usize, target: usize) -> f64 {
    let mut noises = vec![0.0; equations.len()];
    noises[cause] = 1.0;
    response(equations, &noises)[target]
}
