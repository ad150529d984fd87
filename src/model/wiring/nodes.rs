//! The nodes of a graph, wired to their mechanisms and to each other.

use std::sync::Arc;

use crate::data::{Levels, Observation};
use crate::error::Result;
use crate::graph::CausalGraph;
use crate::mechanism::FittedMechanism;
use crate::model::resolution::Resolution;
use crate::noise::NoiseDistribution;
use crate::numeric::ranks::sort_by;

/// The probability of a noise below what is usual, and of one above it.
const RARELY_BEYOND: f64 = 1e-3;

/// Nodes with their mechanisms, numbered in topological order, so that parents come before their children. With every
/// node all its ancestors are there.
///
/// It is either of a whole model or of one target and its ancestors; the target then is the last node. Lists that belong
/// to a wiring, of values, noises or columns, have one entry per node in its order.
#[derive(Debug, Clone)]
pub(crate) struct Wiring {
    nodes: Vec<WiredNode>,
}

/// A node with its mechanism and where that finds the values of its parents.
#[derive(Debug, Clone)]
pub(crate) struct WiredNode {
    pub(crate) name: String,
    /// Where the node is in the graph.
    pub(crate) position: usize,
    /// Shared with the model, which a wiring so need not borrow.
    pub(crate) mechanism: Arc<FittedMechanism>,
    /// The numbers of the parents, in the mechanism's order.
    pub(crate) parents: Vec<usize>,
    /// The standard deviation of what is normal for the node, in its unit; 0 as long as that is not known.
    pub(crate) spread: f64,
    /// Where the noise usually lies.
    pub(in crate::model) usual_noise: UsualNoise,
    /// In which steps the values are measured.
    pub(in crate::model) resolution: Resolution,
    /// The levels of a category, whose values are their codes.
    pub(crate) levels: Option<Arc<Levels>>,
    /// The likeliest level of a category without causes.
    mode: f64,
}

/// Where nearly all of a noise lies, in its unit.
#[derive(Debug, Clone, Copy)]
pub(in crate::model) struct UsualNoise {
    pub(in crate::model) low: f64,
    pub(in crate::model) median: f64,
    pub(in crate::model) high: f64,
}

impl UsualNoise {
    /// How far the noise strays from its median at most.
    pub(in crate::model) fn reach(self) -> f64 {
        (self.high - self.median).max(self.median - self.low)
    }

    fn of(noise: &NoiseDistribution) -> Self {
        let quantile = |p: f64| noise.quantile(p).unwrap_or(f64::NAN);
        Self { low: quantile(RARELY_BEYOND), median: noise.median(), high: quantile(1.0 - RARELY_BEYOND) }
    }
}

impl Wiring {
    /// All nodes of a graph. Mechanisms and the positions of their parents, in the mechanism's order, are by the node's
    /// position in the graph. Costs O(nodes + edges).
    pub(in crate::model) fn new(graph: &CausalGraph, mechanisms: Vec<FittedMechanism>, parents: &[Vec<usize>]) -> Self {
        let mechanisms: Vec<Arc<FittedMechanism>> = mechanisms.into_iter().map(Arc::new).collect();
        let order = graph.topological_positions();
        let numbers = numbers(order, graph.node_count());
        let nodes = order.iter().map(|&position| WiredNode {
            name: graph.name(position).to_owned(),
            position,
            mechanism: Arc::clone(&mechanisms[position]),
            parents: parents[position].iter().map(|&parent| numbers[parent]).collect(),
            spread: 0.0,
            usual_noise: UsualNoise::of(mechanisms[position].noise()),
            resolution: Resolution::default(),
            levels: None,
            mode: 0.0,
        });
        Self { nodes: nodes.collect() }
    }

    /// The wiring of one node, given by its number, and its ancestors. Costs O(nodes + edges).
    pub(crate) fn up_to(&self, target: usize) -> Self {
        let mut wanted = vec![false; target + 1];
        wanted[target] = true;
        for number in (0..=target).rev() {
            if wanted[number] {
                self.nodes[number].parents.iter().for_each(|&parent| wanted[parent] = true);
            }
        }
        let kept: Vec<usize> = (0..=target).filter(|&number| wanted[number]).collect();
        let numbers = numbers(&kept, target + 1);
        let renumbered = |node: &WiredNode| {
            let parents = node.parents.iter().map(|&parent| numbers[parent]).collect();
            WiredNode { parents, ..node.clone() }
        };
        Self { nodes: kept.iter().map(|&number| renumbered(&self.nodes[number])).collect() }
    }

    /// So many copies of a target's wiring side by side, whose noises are independent, and a last node with this mechanism, whose parents
    /// are the targets of all copies and which spreads by so much. The last node has the target's name and position; copies have
    /// positions of their own, so that they draw other random numbers.
    pub(crate) fn repeated(&self, copies: usize, last: FittedMechanism, spread: f64) -> Self {
        let (size, target) = (self.nodes.len(), &self.nodes[self.target()]);
        let stride = 1 + self.nodes.iter().map(|node| node.position).max().unwrap_or(0);
        let copy_of = |(copy, node): (usize, &WiredNode)| WiredNode {
            parents: node.parents.iter().map(|&parent| parent + copy * size).collect(),
            position: node.position + (copy + 1) * stride,
            ..node.clone()
        };
        let copies_of_all = (0..copies).flat_map(|copy| self.nodes.iter().map(move |node| (copy, node)));
        let mut nodes: Vec<WiredNode> = copies_of_all.map(copy_of).collect();
        nodes.push(WiredNode {
            usual_noise: UsualNoise::of(last.noise()),
            mechanism: Arc::new(last),
            parents: (1..=copies).map(|copy| copy * size - 1).collect(),
            spread,
            resolution: Resolution::default(),
            levels: None,
            ..target.clone()
        });
        Self { nodes }
    }

    /// The wiring that knows how widely each node spreads, from what is normal for it, by position in the graph.
    pub(in crate::model) fn with_references(mut self, references: &[NoiseDistribution]) -> Self {
        for node in &mut self.nodes {
            node.spread = references[node.position].variance().sqrt();
            node.mode = mode(&references[node.position]);
        }
        self
    }

    /// The wiring that knows which nodes are categories, by position in the graph.
    pub(in crate::model) fn with_levels(mut self, levels: &[Option<Arc<Levels>>]) -> Self {
        for node in &mut self.nodes {
            node.levels.clone_from(&levels[node.position]);
        }
        self
    }

    /// The wiring with other mechanisms for the nodes that `replace` has one for, given their numbers and mechanisms.
    pub(crate) fn with_mechanisms(&self, replace: impl Fn(usize, &FittedMechanism) -> Option<FittedMechanism>) -> Self {
        let mut nodes = self.nodes.clone();
        for (number, node) in nodes.iter_mut().enumerate() {
            if let Some(mechanism) = replace(number, &node.mechanism) {
                node.usual_noise = UsualNoise::of(mechanism.noise());
                node.mechanism = Arc::new(mechanism);
            }
        }
        Self { nodes }
    }

    /// The wiring in which one node has another mechanism, of these parents, in its order, all of them with smaller numbers.
    pub(crate) fn with_other_parents(&self, number: usize, mechanism: FittedMechanism, parents: Vec<usize>) -> Self {
        let mut changed = self.with_mechanisms(|other, _| (other == number).then(|| mechanism.clone()));
        changed.nodes[number].parents = parents;
        changed
    }

    /// The wiring that knows in which steps values are measured, by position in the graph.
    pub(in crate::model) fn with_resolutions(mut self, resolutions: &[Resolution]) -> Self {
        for node in &mut self.nodes {
            node.resolution = resolutions[node.position];
        }
        self
    }

    /// All nodes, by their numbers.
    pub(crate) fn nodes(&self) -> &[WiredNode] {
        &self.nodes
    }

    pub(super) fn nodes_mut(&mut self) -> &mut [WiredNode] {
        &mut self.nodes
    }

    /// The node of a number.
    pub(crate) fn node(&self, number: usize) -> &WiredNode {
        &self.nodes[number]
    }

    /// The number of the target, which is the last node.
    pub(crate) fn target(&self) -> usize {
        self.nodes.len() - 1
    }

    /// What belongs to the nodes, from their order here to that of their positions in the graph.
    pub(crate) fn by_position<T>(&self, of_nodes: Vec<T>) -> Vec<T> {
        let mut placed: Vec<(usize, T)> = self.nodes.iter().map(|node| node.position).zip(of_nodes).collect();
        sort_by(&mut placed, &|one, other| one.0.cmp(&other.0));
        placed.into_iter().map(|(_, of_node)| of_node).collect()
    }

    /// The columns of the nodes in their order here, from one column per node of the graph by its position.
    pub(crate) fn in_order<'c>(&self, columns: &'c [Vec<f64>]) -> Vec<&'c [f64]> {
        self.nodes.iter().map(|node| columns[node.position].as_slice()).collect()
    }

    /// Calls `visit` with the value of a node and those of its parents, in the mechanism's order, in each of the given
    /// rows of the columns of all nodes.
    pub(crate) fn visit_rows(
        &self,
        number: usize,
        columns: &[&[f64]],
        rows: impl IntoIterator<Item = usize>,
        mut visit: impl FnMut(f64, &[f64]),
    ) {
        let parents = &self.nodes[number].parents;
        let mut in_row = vec![0.0; parents.len()];
        for row in rows {
            in_row.iter_mut().zip(parents).for_each(|(value, &parent)| *value = columns[parent][row]);
            visit(columns[number][row], &in_row);
        }
    }

    /// For each node its parents, where those that do not `count` are replaced by their own parents, and so on: ascending,
    /// each once. Costs O(nodes · edges) at most.
    pub(crate) fn parents_that_count(&self, counts: impl Fn(usize) -> bool) -> Vec<Vec<usize>> {
        let mut found: Vec<Vec<usize>> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let mut parents = Vec::with_capacity(node.parents.len());
            for &parent in &node.parents {
                if counts(parent) {
                    parents.push(parent);
                } else {
                    parents.extend(&found[parent]);
                }
            }
            parents.sort_unstable();
            parents.dedup();
            found.push(parents);
        }
        found
    }

    /// The value of every node, which `value_of` finds from its number, the node and the values of its parents, in the
    /// mechanism's order.
    pub(super) fn values_by<E>(
        &self,
        mut value_of: impl FnMut(usize, &WiredNode, &[f64]) -> Result<f64, E>,
    ) -> Result<Vec<f64>, E> {
        let mut values = Vec::with_capacity(self.nodes.len());
        let mut parents = Vec::new();
        for (number, node) in self.nodes.iter().enumerate() {
            node.copy_parents(&values, &mut parents);
            values.push(value_of(number, node, &parents)?);
        }
        Ok(values)
    }
}

impl WiredNode {
    /// The value of the node in an observation, the code of its level for a category; nothing where it is missing or not there.
    ///
    /// # Errors
    /// When it is infinite, or text where the node is no category.
    pub(crate) fn observed(&self, observation: &Observation) -> Result<Option<f64>> {
        match &self.levels {
            None => observation.finite_if_present(&self.name),
            Some(levels) => Ok(observation.level(&self.name).map(|level| levels.code(&level))),
        }
    }

    /// As [`observed`](Self::observed), of a node whose value must be there.
    ///
    /// # Errors
    /// When [`observed`](Self::observed) fails, or the value is missing or not there.
    pub(crate) fn needed(&self, observation: &Observation) -> Result<f64> {
        match self.observed(observation)? {
            Some(value) => Ok(value),
            None => observation.finite(&self.name),
        }
    }

    /// The likeliest level of a category, given the values of its parents.
    pub(super) fn likeliest(&self, parents: &[f64]) -> f64 {
        self.mechanism.classes().map_or(self.mode, |classes| classes.likeliest(parents))
    }

    /// The likeliest level of a category, whatever its parents; the median of any other node. From what is normal for it.
    pub(crate) fn typical(&self, reference: &NoiseDistribution) -> f64 {
        if self.levels.is_some() { self.mode } else { reference.median() }
    }

    /// The name of a category's level by its code.
    pub(crate) fn level_name(&self, code: f64) -> Option<String> {
        self.levels.as_ref()?.name(code).map(str::to_owned)
    }

    /// The level of a category in an observation by its name, whether the model knows it or not.
    pub(crate) fn observed_level(&self, observation: &Observation) -> Option<String> {
        self.levels.as_ref().and_then(|_| Some(observation.level(&self.name)?.into_owned()))
    }

    /// By how much a measured value may lie below or above what it stands for: half of the step in which it was measured.
    pub(crate) fn half_step(&self, value: f64) -> f64 {
        let measured = self.resolution.of_value(value);
        if measured.is_guessed { 0.0 } else { 0.5 * measured.step }
    }

    /// The step in which the node's values are measured, where it is known, in its unit.
    pub(crate) fn step_of_values(&self) -> Option<f64> {
        self.resolution.step()
    }

    /// The standard deviation of what is normal for the node, in its unit.
    pub(crate) fn spread(&self) -> f64 {
        self.spread
    }

    /// The values of the parents, in the mechanism's order, among those of all nodes.
    pub(crate) fn parent_values(&self, values: &[f64]) -> Vec<f64> {
        let mut parents = Vec::with_capacity(self.parents.len());
        self.copy_parents(values, &mut parents);
        parents
    }

    fn copy_parents(&self, values: &[f64], parents: &mut Vec<f64>) {
        parents.clear();
        parents.extend(self.parents.iter().map(|&parent| values[parent]));
    }
}

/// The likeliest of the values that a distribution lists, the least of several; 0 where it lists none.
fn mode(reference: &NoiseDistribution) -> f64 {
    let NoiseDistribution::Empirical(reference) = reference else { return 0.0 };
    let runs = reference.values().chunk_by(|a, b| a == b);
    runs.fold((0.0, 0), |best, run| if run.len() > best.1 { (run[0], run.len()) } else { best }).0
}

/// For each of `count` places its rank in a list of distinct places; no meaning for places that are not in it.
fn numbers(places: &[usize], count: usize) -> Vec<usize> {
    let mut numbers = vec![usize::MAX; count];
    places.iter().enumerate().for_each(|(number, &place)| numbers[place] = number);
    numbers
}
