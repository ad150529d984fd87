//! Two models side by side: every node that the target depends on, with its old mechanism and its new one.

use std::collections::HashMap;
use std::sync::Arc;

use crate::data::Levels;
use crate::error::{Error, Result, list_names};
use crate::mechanism::FittedMechanism;
use crate::model::{FittedModel, WiredNode};
use crate::shapley::Coalition;
use crate::wording::significant;

/// Which of the two models a mechanism is of.
pub(super) const OLD: usize = 0;
pub(super) const NEW: usize = 1;

/// The nodes that the target depends on in either model, parents before their children whichever mechanisms are combined; the target is the
/// last.
#[derive(Debug, Clone)]
pub(super) struct Pairing {
    pub(super) nodes: Vec<PairedNode>,
    /// The numbers of the nodes whose mechanisms differ: the players.
    pub(super) players: Vec<usize>,
}

/// A node with its two mechanisms.
#[derive(Debug, Clone)]
pub(super) struct PairedNode {
    pub(super) name: String,
    pub(super) levels: Option<Arc<Levels>>,
    /// By [`OLD`] and [`NEW`].
    pub(super) sides: [Side; 2],
}

/// A node's mechanism in one of the models.
#[derive(Debug, Clone)]
pub(super) struct Side {
    pub(super) mechanism: Arc<FittedMechanism>,
    /// The numbers of the parents, in the mechanism's order.
    pub(super) parents: Vec<usize>,
}

impl Pairing {
    /// # Errors
    /// When a model lacks a node that the target depends on in the other; when a node is a category in one and not in the other, or of
    /// other levels; when mechanisms of both models together form a cycle.
    pub(super) fn new(old: &FittedModel, new: &FittedModel, target: &str) -> Result<Self> {
        old.graph().position(target)?;
        new.graph().position(target)?;
        let sorted = Sorted::up_to(target, [old, new])?;
        let numbers: HashMap<&str, usize> = sorted.order.iter().enumerate().map(|(at, &name)| (name, at)).collect();
        let paired = |&name: &&str| {
            let wired = [sorted.wired(OLD, name)?, sorted.wired(NEW, name)?];
            let side = |side: usize| {
                let parents = sorted.parents(side, name)?.into_iter().map(|parent| numbers[parent]).collect();
                Ok::<Side, Error>(Side { mechanism: Arc::clone(&wired[side].mechanism), parents })
            };
            let levels = wired.map(|node| node.levels.clone());
            if levels[OLD] != levels[NEW] {
                return Err(other_levels(name, &levels));
            }
            let [levels, _] = levels;
            Ok(PairedNode { name: name.to_owned(), levels, sides: [side(OLD)?, side(NEW)?] })
        };
        let nodes = sorted.order.iter().map(paired).collect::<Result<Vec<PairedNode>>>()?;
        Ok(Self::of(nodes))
    }

    /// A mechanism with the names of its parents and what its noise is like.
    pub(super) fn in_words(&self, number: usize, side: usize) -> String {
        let Side { mechanism, parents } = &self.nodes[number].sides[side];
        let names: Vec<&str> = parents.iter().map(|&parent| self.nodes[parent].name.as_str()).collect();
        let (form, noise) = (mechanism.describe(&names), mechanism.noise());
        if self.nodes[number].levels.is_some() {
            return form;
        }
        format!(
            "{form}; N has mean {} and standard deviation {}",
            significant(noise.mean()),
            significant(noise.std_dev())
        )
    }

    fn of(nodes: Vec<PairedNode>) -> Self {
        let players = (0..nodes.len()).filter(|&node| !nodes[node].is_unchanged()).collect();
        Self { nodes, players }
    }

    /// The pairing in which nodes have one mechanism on both sides, but for those that `differ`, by number. Both pairings are of the same
    /// graph.
    pub(super) fn with_common(&self, common: &Self, differ: impl Fn(usize) -> bool) -> Self {
        let merged = |(number, (own, common)): (usize, (&PairedNode, &PairedNode))| {
            if differ(number) { own.clone() } else { common.clone() }
        };
        Self::of(self.nodes.iter().zip(&common.nodes).enumerate().map(merged).collect())
    }

    /// The number of the target: the last.
    pub(super) fn target(&self) -> usize {
        self.nodes.len() - 1
    }

    /// For every node whether its mechanism is the new one, given the players who are.
    pub(super) fn fill_sides(&self, kept: &Coalition, sides: &mut [usize]) {
        sides.fill(OLD);
        kept.iter().for_each(|player| sides[self.players[player]] = NEW);
    }

    /// The names of a coalition's nodes.
    pub(super) fn names(&self, kept: &Coalition) -> Vec<&str> {
        kept.iter().map(|player| self.nodes[self.players[player]].name.as_str()).collect()
    }

    /// Parents that a node has on one side alone.
    pub(super) fn parents_only_of(&self, node: usize, side: usize) -> Vec<String> {
        let [own, other] = [side, 1 - side].map(|side| &self.nodes[node].sides[side].parents);
        let mut only: Vec<usize> = own.iter().copied().filter(|parent| !other.contains(parent)).collect();
        only.sort_unstable();
        only.into_iter().map(|parent| self.nodes[parent].name.clone()).collect()
    }
}

impl PairedNode {
    /// Whether both mechanisms are known to be the same. Two closures never are, nor what was learned twice, but for linear mechanisms and
    /// classes with the same figures.
    fn is_unchanged(&self) -> bool {
        let [old, new] = &self.sides;
        if old.parents != new.parents {
            return false;
        }
        if Arc::ptr_eq(&old.mechanism, &new.mechanism) {
            return true;
        }
        let (count, none) = (old.parents.len(), vec![0.0; old.parents.len()]);
        let (old, new) = (&old.mechanism, &new.mechanism);
        let is_linear = |mechanism: &FittedMechanism| {
            mechanism.adds_noise() && (0..count).all(|place| mechanism.slope(place, count).is_some())
        };
        let alike = || match (old.classes(), new.classes()) {
            (Some(old), Some(new)) => old == new,
            (None, None) if is_linear(old) && is_linear(new) => {
                (0..count).all(|place| old.slope(place, count) == new.slope(place, count))
                    && old.evaluate(&none, 0.0) == new.evaluate(&none, 0.0)
            }
            _ => false,
        };
        old.noise() == new.noise() && alike()
    }
}

fn other_levels(node: &str, levels: &[Option<Arc<Levels>>; 2]) -> Error {
    let said = |levels: &Option<Arc<Levels>>| match levels {
        Some(levels) => format!("a category with the levels {}", list_names(levels.names())),
        None => "a number".to_owned(),
    };
    Error::MechanismMismatch {
        node: node.to_owned(),
        expected: format!("is that of {} in the old model", said(&levels[OLD])),
        found: format!(
            "in the new one it is {}; fit both models to tables with the same levels, or ask `StructuralCausalModel::distribution_change`, \
             which does",
            said(&levels[NEW])
        ),
    }
}

/// Names in topological order by the edges of both models.
struct Sorted<'m> {
    models: [HashMap<&'m str, &'m WiredNode>; 2],
    by_number: [&'m [WiredNode]; 2],
    order: Vec<&'m str>,
}

impl<'m> Sorted<'m> {
    fn up_to(target: &'m str, models: [&'m FittedModel; 2]) -> Result<Self> {
        let by_number = models.map(|model| model.wiring().nodes());
        let of_model = |nodes: &'m [WiredNode]| nodes.iter().map(|node| (node.name.as_str(), node)).collect();
        let mut sorted = Self { models: by_number.map(of_model), by_number, order: Vec::new() };
        // Depth first, without recursion: a node is done when its parents are. The flag says whether they have been looked at.
        let mut done: HashMap<&str, bool> = HashMap::new();
        let mut path = vec![(target, false)];
        while let Some((name, is_open)) = path.pop() {
            if is_open {
                done.insert(name, true);
                sorted.order.push(name);
                continue;
            }
            match done.get(name) {
                Some(true) => continue,
                Some(false) => return Err(cycle(name, &path)),
                None => {}
            }
            done.insert(name, false);
            path.push((name, true));
            for side in [OLD, NEW] {
                let parents = sorted.parents(side, name)?;
                path.extend(
                    parents.into_iter().rev().filter(|parent| done.get(parent) != Some(&true)).map(|p| (p, false)),
                );
            }
        }
        Ok(sorted)
    }

    fn wired(&self, side: usize, name: &str) -> Result<&'m WiredNode> {
        let which = ["old", "new"][side];
        self.models[side].get(name).copied().ok_or_else(|| Error::UnknownNode {
            node: name.to_owned(),
            available: format!(
                "{} in the {which} model of the change; both need every node that the target depends on in either",
                list_names(&self.by_number[side].iter().map(|node| node.name.as_str()).collect::<Vec<_>>())
            ),
        })
    }

    fn parents(&self, side: usize, name: &str) -> Result<Vec<&'m str>> {
        let node = self.wired(side, name)?;
        Ok(node.parents.iter().map(|&parent| self.by_number[side][parent].name.as_str()).collect())
    }
}

/// The cycle that ends with a node met again on the way to its own ancestors.
fn cycle(name: &str, path: &[(&str, bool)]) -> Error {
    // Open nodes lie on the path from the target to here, each a child of the next.
    let open: Vec<&str> = path.iter().filter(|(_, is_open)| *is_open).map(|&(name, _)| name).collect();
    let from = open.iter().position(|&other| other == name).unwrap_or(0);
    let nodes = std::iter::once(name).chain(open[from..].iter().rev().copied());
    Error::Cycle { nodes: nodes.map(str::to_owned).collect() }
}
