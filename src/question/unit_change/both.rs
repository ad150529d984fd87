//! What a target and its causes are in both models.

use std::sync::Arc;

use super::sides::{expected, parents, wired};
use crate::error::{Error, Result, list_names};
use crate::model::{FittedModel, WiredNode};

/// A node in both models.
#[derive(Debug)]
pub(super) struct Both {
    /// Its numbers in the models' wirings.
    pub(super) numbers: [usize; 2],
    /// The numbers of each mechanism's parents among all causes of the target.
    pub(super) parents: [Vec<usize>; 2],
    /// What each mechanism expects of its noise, from which it is counted.
    pub(super) centres: [f64; 2],
    /// Whether both models have the same mechanism.
    pub(super) is_unchanged: bool,
}

/// A target and all its causes in either model, causes first.
///
/// # Errors
/// When a cause is not in both models, or has other levels in one than in the other; or the arrows of both together form a cycle.
pub(super) fn both(models: [&FittedModel; 2], target: &str) -> Result<Vec<Both>> {
    let names = causes_first(models, target)?;
    let of_node = |(number, name): (usize, &&str)| -> Result<Both> {
        let nodes = [wired(models[0], name)?, wired(models[1], name)?];
        check_levels(name, nodes)?;
        let of_model = |model: &FittedModel| -> Result<Vec<usize>> {
            let place = |parent: &str| names.iter().position(|name| *name == parent).unwrap_or(number);
            Ok(parents(model, name)?.into_iter().map(place).collect())
        };
        let parents = [of_model(models[0])?, of_model(models[1])?];
        let numbers = [models[0].number(nodes[0].position), models[1].number(nodes[1].position)];
        let is_unchanged = is_unchanged(nodes, parents[0] == parents[1]);
        Ok(Both { numbers, parents, centres: nodes.map(|node| expected(&node.mechanism)), is_unchanged })
    };
    names.iter().enumerate().map(of_node).collect()
}

/// Whether both models have the same mechanism of a node.
fn is_unchanged([old, new]: [&WiredNode; 2], same_parents: bool) -> bool {
    if Arc::ptr_eq(&old.mechanism, &new.mechanism) {
        return true;
    }
    let linear = |node: &WiredNode| {
        let slopes = (0..node.parents.len()).map(|place| node.slope(place)).collect::<Option<Vec<f64>>>()?;
        let origin = vec![0.0; slopes.len()];
        Some((slopes, node.mechanism.evaluate(&origin, expected(&node.mechanism))))
    };
    let are_sums = old.is_linear() && new.is_linear() && same_parents;
    are_sums && linear(old).is_some_and(|old| Some(old) == linear(new))
}

/// The names of a target and of all its causes in either model, causes first; among the rest in the order in which they are met.
///
/// # Errors
/// When a cause is not in both models, or the arrows of both together form a cycle.
fn causes_first<'a>(models: [&'a FittedModel; 2], target: &'a str) -> Result<Vec<&'a str>> {
    let parents_of = |name: &str| -> Result<Vec<&'a str>> {
        let mut of_both = parents(models[0], name)?;
        of_both.extend(parents(models[1], name)?);
        Ok(of_both)
    };
    let mut ordered: Vec<&str> = Vec::new();
    // Depth first; a node is entered when its parents are pushed, and left when all of them are ordered.
    let mut path: Vec<&str> = Vec::new();
    let mut to_do = vec![target];
    while let Some(&name) = to_do.last() {
        if ordered.contains(&name) {
            to_do.pop();
            continue;
        }
        let open: Vec<&str> = parents_of(name)?.into_iter().filter(|parent| !ordered.contains(parent)).collect();
        if open.is_empty() {
            ordered.push(name);
            path.retain(|other| *other != name);
            to_do.pop();
            continue;
        }
        path.push(name);
        if let Some(parent) = open.iter().find(|parent| path.contains(parent)) {
            return Err(Error::Cycle { nodes: [*parent, name, *parent].map(str::to_owned).to_vec() });
        }
        to_do.extend(open);
    }
    Ok(ordered)
}

/// # Errors
/// When the node is a category with other levels in one model than in the other, whose noises then mean different things.
fn check_levels(name: &str, nodes: [&WiredNode; 2]) -> Result<()> {
    let levels = nodes.map(|node| node.levels.as_deref());
    if levels[0] == levels[1] {
        return Ok(());
    }
    let words = levels.map(|levels| levels.map_or_else(|| "a number".to_owned(), |levels| list_names(levels.names())));
    Err(Error::MechanismMismatch {
        node: name.to_owned(),
        expected: format!("has the levels {} in the first model", words[0]),
        found: format!("in the second it is {}; fit both to tables with all levels", words[1]),
    })
}
