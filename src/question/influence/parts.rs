//! A target as a sum: of noises that are merely added, and of functions that have no noise in common.

use std::collections::BTreeSet;

use crate::target::{FunctionKind, Program, Source, Target, Term};

/// What a target is a sum of. The variance is the sum of those of the parts, and so is the game.
#[derive(Debug)]
pub(super) struct Parts {
    /// Nodes whose noise is added, with its total effect.
    pub(super) linear: Vec<(usize, f64)>,
    /// Nodes whose noises interact: those of one block not with those of another.
    pub(super) blocks: Vec<Vec<usize>>,
}

impl Parts {
    /// Noises that never vary are added.
    pub(super) fn of(target: &Target) -> Self {
        let added = |node: usize| target.effects()[node].or(target.noise(node).is_degenerate().then_some(0.0));
        let nodes = 0..target.nodes().len();
        let linear: Vec<(usize, f64)> = nodes.clone().filter_map(|node| Some((node, added(node)?))).collect();
        if linear.len() == nodes.len() {
            return Self { linear, blocks: Vec::new() };
        }
        let program = target.program();
        let noises = noises_of_functions(program);
        let mut blocks: Vec<BTreeSet<usize>> = Vec::new();
        for term in &program.slots[program.target()].terms {
            let Source::Function(function) = term.source else { continue };
            let mut block: BTreeSet<usize> =
                noises[function].iter().copied().filter(|&node| added(node).is_none()).collect();
            blocks.retain(|other| {
                let is_apart = other.is_disjoint(&block);
                if !is_apart {
                    block.extend(other);
                }
                is_apart
            });
            if !block.is_empty() {
                blocks.push(block);
            }
        }
        Self { linear, blocks: blocks.into_iter().map(|block| block.into_iter().collect()).collect() }
    }
}

/// For each function the nodes whose noises its output depends on.
fn noises_of_functions(program: &Program) -> Vec<BTreeSet<usize>> {
    let mut all: Vec<BTreeSet<usize>> = Vec::with_capacity(program.functions.len());
    for function in &program.functions {
        let mut noises = BTreeSet::new();
        if function.kind == FunctionKind::Custom {
            noises.insert(function.node);
        }
        for Term { source, .. } in function.inputs.iter().flat_map(|&slot| &program.slots[slot].terms) {
            match *source {
                Source::Noise(node) => drop(noises.insert(node)),
                Source::Function(number) => noises.extend(&all[number]),
            }
        }
        all.push(noises);
    }
    all
}
