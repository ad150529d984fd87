//! The path that carries most of what the suspect did to the target.
//!
//! What a path carries is its path-specific effect (Avin, Shpitser and Pearl, "Identifiability of path-specific effects", IJCAI 2005): the mean of by how much the
//! target moves if the fault goes along the path alone, all else being as with a normal suspect, and by how much it moves back if the fault goes everywhere
//! but along the path. Where all is linear both are the product of the path's coefficients times the suspect's shift, and all paths together carry all (Wright,
//! "The method of path coefficients", 1934). There may be exponentially many paths, so for each node the eight are followed that carry most to it.

use super::world::World;
use crate::numeric::ranks::sort_by;

/// So many paths are followed from each node.
const FOLLOWED: usize = 8;

/// A path by the numbers of its nodes, from the suspect to the target.
pub(super) struct Path {
    pub(super) nodes: Vec<usize>,
    /// The share of the target's shift that goes along it, of all paths.
    pub(super) carried: f64,
}

/// A path to a node, and what becomes of that if the fault goes along the path alone, and if it goes everywhere else.
struct Partial {
    /// The node before, and which of its paths; nothing for the suspect.
    before: Option<(usize, usize)>,
    along: f64,
    elsewhere: f64,
    share: f64,
}

/// The path that carries most, of those whose nodes are all `allowed`; nothing where none carries anything. Costs O(edges) evaluations of
/// mechanisms.
pub(super) fn best_path(world: &World<'_>, allowed: impl Fn(usize) -> bool) -> Option<Path> {
    let (suspect, target) = (world.suspect, world.wiring.target());
    let mut paths: Vec<Vec<Partial>> = (0..=target).map(|_| Vec::new()).collect();
    let (along, elsewhere) = (world.value(suspect), world.restored[suspect]);
    paths[suspect].push(Partial { before: None, along, elsewhere, share: 1.0 });
    for child in (suspect + 1..=target).filter(|&child| allowed(child)) {
        let step = Step::to(world, child);
        let extended = world.node(child).parents.iter().enumerate().flat_map(|(place, &parent)| {
            let step = &step;
            let followed = paths[parent].iter().enumerate();
            followed.filter_map(move |(number, path)| step.extend(place, (parent, number), path))
        });
        let mut extended: Vec<Partial> = extended.collect();
        sort_by(&mut extended, &|a, b| b.share.total_cmp(&a.share));
        extended.truncate(FOLLOWED);
        paths[child] = extended;
    }
    let carried = paths[target].first()?.share;
    let (mut nodes, mut at) = (vec![target], (target, 0));
    while let Some(before) = paths[at.0][at.1].before {
        nodes.push(before.0);
        at = before;
    }
    nodes.reverse();
    Some(Path { nodes, carried })
}

/// The share of what the suspect did to a node that came from one of its parents alone: the mean of what the node loses if that parent is put back,
/// and of what it gains if that parent is moved.
pub(super) fn share_of_parent(world: &World<'_>, parent: usize, child: usize) -> f64 {
    let Some(place) = world.node(child).parents.iter().position(|&other| other == parent) else { return 0.0 };
    let alone = Partial { before: None, along: world.value(parent), elsewhere: world.restored[parent], share: 1.0 };
    Step::to(world, child).extend(place, (parent, 0), &alone).map_or(0.0, |path| path.share)
}

/// A node with its parents as they were and as they would have been.
struct Step<'w> {
    world: &'w World<'w>,
    child: usize,
    observed: Vec<f64>,
    restored: Vec<f64>,
    /// What the suspect did to the node.
    shift: f64,
}

impl<'w> Step<'w> {
    fn to(world: &'w World<'w>, child: usize) -> Self {
        let node = world.node(child);
        let [observed, restored] = [&world.recovered.values, &world.restored].map(|values| node.parent_values(values));
        let mut step = Self { world, child, observed, restored, shift: 0.0 };
        step.shift = step.worth(&step.observed) - step.worth(&step.restored);
        step
    }

    /// What tells how far a node is off: its value; of a category the probability of its level.
    fn worth(&self, parents: &[f64]) -> f64 {
        match self.world.node(self.child).mechanism.class_probabilities(parents) {
            Some(probabilities) => probabilities.get(self.world.value(self.child) as usize).copied().unwrap_or(0.0),
            None => self.value(parents),
        }
    }

    fn value(&self, parents: &[f64]) -> f64 {
        self.world.node(self.child).mechanism.evaluate(parents, self.world.recovered.noises[self.child])
    }

    /// A path with this node after one of its parents; nothing if it carries nothing, or the other way.
    fn extend(&self, place: usize, before: (usize, usize), path: &Partial) -> Option<Partial> {
        if path.along == self.restored[place] && path.elsewhere == self.observed[place] {
            return None;
        }
        let (mut with_it, mut without_it) = (self.restored.clone(), self.observed.clone());
        (with_it[place], without_it[place]) = (path.along, path.elsewhere);
        let gained = self.worth(&with_it) - self.worth(&self.restored);
        let lost = self.worth(&self.observed) - self.worth(&without_it);
        let share = 0.5 * (gained + lost) / self.shift;
        let (along, elsewhere) = (self.value(&with_it), self.value(&without_it));
        let is_carried = share > 0.0 && share.is_finite() && along.is_finite() && elsewhere.is_finite();
        is_carried.then_some(Partial { before: Some(before), along, elsewhere, share })
    }
}
