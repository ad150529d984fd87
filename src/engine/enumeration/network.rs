//! The values of all nodes as a Bayesian network, summed over node by node.

use super::node::Given;
use crate::error::Result;
use crate::world::Event;

/// Up to how many values a node may have, how many combinations may be told apart at once, and what a coalition may cost.
const MOST_VALUES: usize = 256;
const MOST_STATES: usize = 1 << 14;
const MOST_WORK: usize = 1 << 17;

/// The ancestors of a target in topological order, and the target.
pub(super) struct Network {
    steps: Vec<Step>,
    last: Last,
}

/// One node: states of those that later nodes need, before and after it has a value.
struct Step {
    node: usize,
    /// For each state before, the row of the tables.
    rows: Vec<usize>,
    /// For each state before, the state after it if the node has its first value, without what nobody needs any more.
    states: Vec<usize>,
    /// By how many states values of the node are apart.
    stride: usize,
    /// How many states there are after.
    count: usize,
    /// How many values the node has.
    values: usize,
    /// Rows × values: how likely each is, where the noise is kept and where it is drawn.
    kept: Vec<f64>,
    drawn: Vec<f64>,
}

/// What is measured of the target for each of the last states, where its noise is kept and where it is drawn.
struct Last {
    node: usize,
    kept: Vec<f64>,
    drawn: Vec<f64>,
}

/// What is told apart while the nodes are gone through: the nodes that are still needed, each with the number of its values. The first
/// node's value changes fastest.
struct Frontier {
    nodes: Vec<(usize, usize)>,
}

impl Frontier {
    /// How many states there are; nothing if they are too many.
    fn states(&self) -> Option<usize> {
        let product = self.nodes.iter().try_fold(1_usize, |product, &(_, values)| product.checked_mul(values));
        product.filter(|&states| states <= MOST_STATES)
    }

    /// The place of a node's value in a state.
    fn value(&self, state: usize, node: usize) -> usize {
        let mut rest = state;
        for &(other, values) in &self.nodes {
            if other == node {
                return rest % values;
            }
            rest /= values;
        }
        unreachable!("every parent is needed until its last child has a value")
    }
}

impl Network {
    /// The network of an event; nothing if it has too many combinations.
    ///
    /// # Errors
    /// When a custom feature map is not finite.
    pub(super) fn of(event: &Event<'_>) -> Result<Option<Self>> {
        let nodes = event.target().nodes();
        let target = event.target().number();
        let mut last_child: Vec<usize> = (0..nodes.len()).collect();
        for (number, node) in nodes.iter().enumerate() {
            node.parents.iter().for_each(|&parent| last_child[parent] = number);
        }
        let mut values: Vec<Vec<f64>> = Vec::with_capacity(nodes.len());
        let mut frontier = Frontier { nodes: Vec::new() };
        let (mut steps, mut work) = (Vec::with_capacity(target), 0);
        for (number, node) in nodes.iter().enumerate().take(target) {
            let parents = &node.parents;
            let Some((step, own, next)) = step(event, number, parents, &values, &frontier, &last_child) else {
                return Ok(None);
            };
            work += step.rows.len() * step.values;
            if work > MOST_WORK {
                return Ok(None);
            }
            steps.push(step);
            frontier = next;
            values.push(own);
        }
        let Some(states) = frontier.states() else { return Ok(None) };
        let given = Given::new(event, target);
        let mut last = Last { node: target, kept: Vec::with_capacity(states), drawn: Vec::with_capacity(states) };
        for state in 0..states {
            let parents: Vec<f64> =
                nodes[target].parents.iter().map(|&parent| values[parent][frontier.value(state, parent)]).collect();
            last.kept.push(given.mean(&parents, false)?);
            last.drawn.push(given.mean(&parents, true)?);
        }
        Ok(Some(Self { steps, last }))
    }

    /// The mean of what is measured where these noises are drawn.
    pub(super) fn mean(&self, is_drawn: impl Fn(usize) -> bool) -> f64 {
        let mut before = vec![1.0];
        for step in &self.steps {
            let table = if is_drawn(step.node) { &step.drawn } else { &step.kept };
            let mut after = vec![0.0; step.count];
            for (state, &likely) in before.iter().enumerate().filter(|(_, likely)| **likely > 0.0) {
                let row = &table[step.rows[state] * step.values..][..step.values];
                for (value, share) in row.iter().enumerate() {
                    after[step.states[state] + value * step.stride] += likely * share;
                }
            }
            before = after;
        }
        let last = if is_drawn(self.last.node) { &self.last.drawn } else { &self.last.kept };
        before.iter().zip(last).map(|(likely, mean)| likely * mean).sum()
    }
}

/// A node with its tables, its values, and what is told apart after it; nothing if that is too much.
fn step(
    event: &Event<'_>,
    number: usize,
    parents: &[usize],
    values: &[Vec<f64>],
    frontier: &Frontier,
    last_child: &[usize],
) -> Option<(Step, Vec<f64>, Frontier)> {
    let given = Given::new(event, number);
    let counts: Vec<usize> = parents.iter().map(|&parent| values[parent].len()).collect();
    let rows = counts
        .iter()
        .try_fold(1_usize, |product, &count| product.checked_mul(count))
        .filter(|&rows| rows <= MOST_STATES)?;
    let parents_of = |row: usize| -> Vec<f64> {
        let mut rest = row;
        parents
            .iter()
            .zip(&counts)
            .map(|(&parent, count)| {
                let place = rest % count;
                rest /= count;
                values[parent][place]
            })
            .collect()
    };
    let listed: Vec<[Vec<(f64, f64)>; 2]> =
        (0..rows).map(|row| [false, true].map(|is_drawn| given.values(&parents_of(row), is_drawn))).collect();
    let mut own: Vec<f64> = listed.iter().flatten().flatten().map(|&(value, _)| value).collect();
    own.sort_unstable_by(f64::total_cmp);
    own.dedup();
    // What is not finite is an error that samples tell.
    if own.len() > MOST_VALUES || own.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let table = |side: usize| {
        let mut table = vec![0.0; rows * own.len()];
        for (row, listed) in listed.iter().enumerate() {
            for &(value, share) in &listed[side] {
                let place = own.partition_point(|other| *other < value);
                table[row * own.len() + place] += share;
            }
        }
        table
    };
    let (kept, drawn) = (table(0), table(1));
    let stays = |node: usize| last_child[node] > number;
    let mut after = Frontier { nodes: frontier.nodes.iter().copied().filter(|&(node, _)| stays(node)).collect() };
    let stride: usize = after.states()?;
    after.nodes.push((number, own.len()));
    let count = after.states()?;
    let before = frontier.states()?;
    let row_of = |state: usize| {
        let places = parents.iter().zip(&counts).rev();
        places.fold(0, |row, (&parent, count)| row * count + frontier.value(state, parent))
    };
    let state_after = |state: usize| {
        let staying = after.nodes.iter().rev().filter(|&&(node, _)| node != number);
        staying.fold(0, |sum, &(node, values)| sum * values + frontier.value(state, node))
    };
    let step = Step {
        node: number,
        rows: (0..before).map(row_of).collect(),
        states: (0..before).map(state_after).collect(),
        stride,
        count,
        values: own.len(),
        kept,
        drawn,
    };
    Some((step, own, after))
}
