//! A wiring compiled for sampling: which sums must be kept up to date, and which functions evaluated, when a noise
//! changes.

use super::bottlenecks::bottlenecks;
use crate::model::{WiredNode, Wiring};

/// The target as a program over columns of samples, in topological order.
///
/// Linear mechanisms are folded away. What is left are *functions*, the non-linear mechanisms, and *slots*, the
/// values that those read, and the target:
///
/// ```text
/// slot = observed value + Σⱼ effectⱼ · (Nⱼ − nⱼ) + Σ_f effect_f · (output_f − observed output_f)
/// ```
///
/// over noises j and functions f that reach the slot by linear paths. Kept noises cancel exactly, and no intercept is
/// left. A changed noise costs one addition per slot that it reaches, never an evaluation of the nodes in between; a
/// target that is linear in all noises is one slot and no function. Evaluating node by node instead costs at least one
/// operation per node on the way, so folding loses only where several functions change at once and all go through one
/// linear node to several slots: f · s operations where f + s would do. Such bottlenecks are left standing, as functions
/// that copy their slot, if that saves operations in the sum over all noises.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) slots: Vec<Slot>,
    pub(crate) functions: Vec<Function>,
    /// For each node of the wiring, what changes with its noise.
    pub(crate) noises: Vec<NoiseUse>,
}

/// A value that is needed as a column.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) node: usize,
    pub(crate) terms: Vec<Term>,
    /// Whether the slot is its only source, unchanged, whose column then serves as the slot's.
    pub(crate) is_source: bool,
}

#[derive(Debug)]
pub(crate) struct Term {
    pub(crate) source: Source,
    pub(crate) effect: f64,
}

/// What a slot is a sum of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// The noise of a node.
    Noise(usize),
    /// The output of a function, by its number.
    Function(usize),
}

/// A node whose output is needed as a column.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) node: usize,
    pub(crate) kind: FunctionKind,
    /// Slots, in the order of the mechanism's parents.
    pub(crate) inputs: Vec<usize>,
    pub(crate) reached: Vec<Reached>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FunctionKind {
    /// A function of the parents; the noise is not part of the output.
    Additive,
    /// The node's value, from its parents and its noise.
    Custom,
    /// The node's value, which its slot holds already.
    Copy,
}

/// A slot that something reaches by linear paths, and its effect there.
#[derive(Debug)]
pub(crate) struct Reached {
    pub(crate) slot: usize,
    pub(crate) effect: f64,
}

/// Where a noise goes.
#[derive(Debug)]
pub(crate) enum NoiseUse {
    /// It is added.
    Slots(Vec<Reached>),
    /// It is an argument of the node's own function.
    Function(usize),
}

impl Program {
    /// Costs O(slots · edges), and O(nodes · functions) if there is a bottleneck.
    pub(crate) fn compile(wiring: &Wiring) -> Self {
        let linear: Vec<bool> = wiring.nodes().iter().map(WiredNode::is_linear).collect();
        let folded = || Builder::new(wiring, &linear, &vec![false; linear.len()]).build();
        if linear.iter().filter(|&linear| !linear).count() < 2 {
            return folded();
        }
        let bottlenecks = bottlenecks(wiring, &linear);
        if !bottlenecks.contains(&true) {
            return folded();
        }
        let (folded, standing) = (folded(), Builder::new(wiring, &linear, &bottlenecks).build());
        if standing.operations() < folded.operations() { standing } else { folded }
    }

    /// The slot of the target.
    pub(crate) fn target(&self) -> usize {
        self.slots.len() - 1
    }

    /// How many columns are written when every noise changes once, one after the other.
    pub(crate) fn operations(&self) -> usize {
        let mut stale_slots = vec![false; self.slots.len()];
        let after = |noise: &NoiseUse| {
            stale_slots.fill(false);
            let mut count = 0;
            if let NoiseUse::Slots(reached) = noise {
                count += reached.len();
                reached.iter().for_each(|reached| stale_slots[reached.slot] = true);
            }
            for (number, function) in self.functions.iter().enumerate() {
                let own = matches!(noise, NoiseUse::Function(own) if *own == number);
                if own || function.inputs.iter().any(|&slot| stale_slots[slot]) {
                    count += function.inputs.len() + function.reached.len();
                    function.reached.iter().for_each(|reached| stale_slots[reached.slot] = true);
                }
            }
            count
        };
        self.noises.iter().map(after).sum()
    }
}

/// What is known of the nodes while a wiring is compiled.
struct Builder<'p> {
    wiring: &'p Wiring,
    linear: &'p [bool],
    /// Linear nodes that are not folded.
    standing: &'p [bool],
    /// The number of each node's slot.
    slots: Vec<Option<usize>>,
    /// The number of each node's function.
    functions: Vec<Option<usize>>,
}

impl<'p> Builder<'p> {
    fn new(wiring: &'p Wiring, linear: &'p [bool], standing: &'p [bool]) -> Self {
        let mut read = standing.to_vec();
        read[wiring.target()] = true;
        for (node, _) in wiring.nodes().iter().zip(linear).filter(|(_, linear)| !**linear) {
            node.parents.iter().for_each(|&parent| read[parent] = true);
        }
        let functions: Vec<bool> =
            linear.iter().zip(standing).map(|(&linear, &standing)| !linear || standing).collect();
        Self { wiring, slots: numbers(&read), functions: numbers(&functions), linear, standing }
    }

    fn build(&self) -> Program {
        let nodes = 0..self.wiring.nodes().len();
        let mut effects = vec![0.0; nodes.len()];
        let slot_nodes = nodes.clone().filter(|&node| self.slots[node].is_some());
        let slots: Vec<Slot> = slot_nodes.map(|node| self.slot(node, &mut effects)).collect();
        let mut functions: Vec<Function> = nodes.clone().filter_map(|node| self.function(node)).collect();
        let mut noises: Vec<NoiseUse> = nodes
            .map(|node| match self.functions[node] {
                Some(function) if !self.wiring.node(node).mechanism.adds_noise() => NoiseUse::Function(function),
                _ => NoiseUse::Slots(Vec::new()),
            })
            .collect();
        for (number, slot) in slots.iter().enumerate() {
            for term in &slot.terms {
                let reached = Reached { slot: number, effect: term.effect };
                match term.source {
                    Source::Function(function) => functions[function].reached.push(reached),
                    Source::Noise(node) => {
                        if let NoiseUse::Slots(all) = &mut noises[node] {
                            all.push(reached);
                        }
                    }
                }
            }
        }
        Program { slots, functions, noises }
    }

    fn slot(&self, node: usize, effects: &mut [f64]) -> Slot {
        let terms = self.terms(node, effects);
        let is_source = match terms.as_slice() {
            [Term { source: Source::Noise(_), .. }] => self.wiring.node(node).mechanism.is_root(),
            [Term { source: Source::Function(_), effect }] => *effect == 1.0,
            _ => false,
        };
        Slot { node, terms, is_source }
    }

    fn function(&self, number: usize) -> Option<Function> {
        self.functions[number]?;
        let node = self.wiring.node(number);
        let (kind, inputs) = match (self.linear[number], node.mechanism.adds_noise()) {
            (true, _) => (FunctionKind::Copy, self.slots[number].into_iter().collect()),
            (false, true) => (FunctionKind::Additive, self.input_slots(node)),
            (false, false) => (FunctionKind::Custom, self.input_slots(node)),
        };
        Some(Function { node: number, kind, inputs, reached: Vec::new() })
    }

    fn input_slots(&self, node: &WiredNode) -> Vec<usize> {
        node.parents.iter().filter_map(|&parent| self.slots[parent]).collect()
    }

    /// What a node's value is a sum of: back along all linear paths, multiplying and adding up coefficients. `effects`
    /// must be all 0, and is again afterwards.
    fn terms(&self, of: usize, effects: &mut [f64]) -> Vec<Term> {
        let mut terms = Vec::new();
        effects[of] = 1.0;
        for number in (0..=of).rev() {
            let effect = std::mem::take(&mut effects[number]);
            if effect == 0.0 {
                continue;
            }
            let node = self.wiring.node(number);
            let folds = self.linear[number] && (number == of || !self.standing[number]);
            if folds {
                for (place, &parent) in node.parents.iter().enumerate() {
                    effects[parent] += effect * node.slope(place).unwrap_or(0.0);
                }
            } else if let Some(function) = self.functions[number] {
                terms.push(Term { source: Source::Function(function), effect });
            }
            // The value of a standing node contains its noise.
            if folds || !self.linear[number] && node.mechanism.adds_noise() {
                terms.push(Term { source: Source::Noise(number), effect });
            }
        }
        terms.reverse();
        terms
    }
}

/// Numbers those that are marked.
fn numbers(marked: &[bool]) -> Vec<Option<usize>> {
    let mut next = 0..;
    marked.iter().map(|&marked| marked.then(|| next.next()).flatten()).collect()
}
