//! Which linear nodes it pays not to fold.

use crate::model::Wiring;

/// A set of nodes, as bits.
type NodeSet = Vec<u64>;

/// Linear nodes that f > 1 functions reach and that reach s > 1 slots: folded, a change of all those functions costs
/// f · s operations; left standing f + 1 + s. A node below one that is left standing counts that as one function.
///
/// Costs O(edges · nodes/64).
pub(super) fn bottlenecks(wiring: &Wiring, linear: &[bool]) -> Vec<bool> {
    let slots = slots_reached(wiring, linear);
    let words = wiring.nodes().len().div_ceil(64);
    let mut functions: Vec<NodeSet> = Vec::with_capacity(wiring.nodes().len());
    let mut standing = vec![false; wiring.nodes().len()];
    for (number, node) in wiring.nodes().iter().enumerate() {
        let mut reaching = vec![0; words];
        if linear[number] {
            node.parents.iter().for_each(|&parent| unite(&mut reaching, &functions[parent]));
            let (several, slots) = (size(&reaching), size(&slots[number]));
            standing[number] = several * slots > several + 1 + slots;
        }
        if !linear[number] || standing[number] {
            reaching.fill(0);
            insert(&mut reaching, number);
        }
        functions.push(reaching);
    }
    standing
}

/// For each node the slots that it reaches by linear paths, if all linear nodes are folded.
fn slots_reached(wiring: &Wiring, linear: &[bool]) -> Vec<NodeSet> {
    let mut reached: Vec<NodeSet> = vec![vec![0; wiring.nodes().len().div_ceil(64)]; wiring.nodes().len()];
    insert(&mut reached[wiring.target()], wiring.target());
    for (number, node) in wiring.nodes().iter().enumerate().rev() {
        let (before, from_here) = reached.split_at_mut(number);
        for &parent in &node.parents {
            if linear[number] {
                unite(&mut before[parent], &from_here[0]);
            } else {
                insert(&mut before[parent], parent);
            }
        }
    }
    reached
}

fn insert(set: &mut NodeSet, node: usize) {
    set[node / 64] |= 1 << (node % 64);
}

fn unite(set: &mut NodeSet, other: &NodeSet) {
    set.iter_mut().zip(other).for_each(|(word, other)| *word |= other);
}

fn size(set: &NodeSet) -> usize {
    set.iter().map(|word| word.count_ones() as usize).sum()
}
