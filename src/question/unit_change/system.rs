//! The change of a target in the whole system: noises and mechanisms of all its causes share it.

use std::sync::Arc;

use super::config::UnitChangeConfig;
use super::result::{ChangePart, ChangeSource, UnitChange};
use super::sides::{Side, check_number, expected};
use crate::data::Observation;
use crate::error::{Error, Result, list_names};
use crate::model::{FittedModel, WiredNode};
use crate::numeric::points::{BLOCKS, error_of_blocks, fill_latin_hypercube, rows_of_block};
use crate::random::{Purpose, stream};
use crate::shapley::{Coalition, Game, shapley_values};
use ndarray::Axis;

/// The target and its causes in both models, causes first.
struct System<'a> {
    nodes: Vec<Both<'a>>,
    players: Vec<(usize, ChangeSource)>,
    draws: usize,
}

/// A node in both models.
struct Both<'a> {
    nodes: [&'a WiredNode; 2],
    /// The numbers of each mechanism's parents in the system.
    parents: [Vec<usize>; 2],
    /// For each row what the noise differs by from what is expected of it: one number, or one for each draw.
    noises: [Vec<f64>; 2],
}

impl Both<'_> {
    /// Whether both models have the same mechanism.
    fn is_unchanged(&self) -> bool {
        let [old, new] = self.nodes;
        if Arc::ptr_eq(&old.mechanism, &new.mechanism) {
            return true;
        }
        let linear = |node: &WiredNode| {
            let slopes = (0..node.parents.len()).map(|place| node.slope(place)).collect::<Option<Vec<f64>>>()?;
            let origin = vec![0.0; slopes.len()];
            Some((slopes, node.mechanism.evaluate(&origin, expected(&node.mechanism))))
        };
        let are_sums = old.is_linear() && new.is_linear() && self.parents[0] == self.parents[1];
        are_sums && linear(old).is_some_and(|old| Some(old) == linear(new))
    }
}

impl System<'_> {
    /// The target's value in one draw, with these models' mechanisms and these rows' noises, by the node.
    fn value(&self, mechanism: impl Fn(usize) -> usize, row: impl Fn(usize) -> usize, draw: usize) -> f64 {
        let mut values: Vec<f64> = Vec::with_capacity(self.nodes.len());
        let mut given = Vec::new();
        for (number, both) in self.nodes.iter().enumerate() {
            let model = mechanism(number);
            given.clear();
            given.extend(both.parents[model].iter().map(|&parent| values[parent]));
            let (function, noises) = (&both.nodes[model].mechanism, &both.noises[row(number)]);
            let noise = noises[if noises.len() > 1 { draw } else { 0 }];
            values.push(function.evaluate(&given, expected(function) + noise));
        }
        values.pop().unwrap_or(f64::NAN)
    }
}

impl Game for System<'_> {
    type Scratch = ();

    fn players(&self) -> usize {
        self.players.len()
    }

    /// The value, and where it is a mean over draws those of all blocks.
    fn outputs(&self) -> usize {
        if self.draws > 1 { 1 + BLOCKS } else { 1 }
    }

    fn scratch(&self) {}

    fn evaluate(&self, coalition: &Coalition, (): &mut (), values: &mut [f64]) -> Result<()> {
        let mut from = vec![[0; 2]; self.nodes.len()];
        for player in coalition.iter() {
            let (number, source) = self.players[player];
            from[number][usize::from(source == ChangeSource::Noise)] = 1;
        }
        let value = |draw: usize| self.value(|number| from[number][0], |number| from[number][1], draw);
        if self.draws == 1 {
            values[0] = value(0);
            return Ok(());
        }
        for block in 0..BLOCKS {
            let draws = rows_of_block(self.draws, block);
            let count = draws.len() as f64;
            values[1 + block] = draws.map(value).sum::<f64>() / count;
        }
        values[0] = values[1..].iter().sum::<f64>() / BLOCKS as f64;
        Ok(())
    }
}

impl FittedModel {
    /// Why a target's value differs between two rows: how much is the noise of each of its causes and its own, and how much the
    /// mechanism of each, which is another if `new` is another model. [`node_change`](Self::node_change) splits the same difference
    /// over the parents' values instead.
    ///
    /// The noises of both rows are recovered, each by its model. The parts are Shapley values of the game in which noises and
    /// mechanisms are taken from the second row and model one by one, and sum to the difference. What is the same on both sides
    /// has no part: noises that did not move, mechanisms that did not change. The noise of a category with causes is known to an
    /// interval only, over which the parts are averages.
    ///
    /// This model explains the first row; `new` the second. It may be this one again. Exact for up to 16 noises and mechanisms that
    /// differ, and for any number in one linear model; from permutations with an error beyond.
    ///
    /// # Errors
    /// When a cause is not in both models, or the models' arrows together form a cycle; when the target is a category; when a value is
    /// missing, or outside of the domain of a mechanism; or when a mechanism returns NaN or an infinity.
    ///
    /// ```
    /// use etiology::unit_change::{ChangeSource, UnitChangeConfig};
    /// use etiology::{AdditiveNoiseModel, CausalGraph, KnownFormula, NoiseDistribution, Observation, StructuralCausalModel};
    ///
    /// let api = AdditiveNoiseModel::known(KnownFormula::sum(["db"])).with_noise(NoiseDistribution::normal(0.2, 0.01)?);
    /// let model = StructuralCausalModel::new(CausalGraph::from_edges([("db", "api")])?)
    ///     .with_mechanism("db", NoiseDistribution::exponential(0.1)?)?
    ///     .with_mechanism("api", api)?
    ///     .without_fitting()?;
    /// let (fast, slow) =
    ///     (Observation::from_pairs([("db", 0.1), ("api", 0.3)])?, Observation::from_pairs([("db", 0.9), ("api", 1.2)])?);
    /// let change = model.unit_change(&model, "api", &fast, &slow, &UnitChangeConfig::default())?;
    /// assert!((change.part("db", ChangeSource::Noise) - 0.8).abs() < 1e-12);
    /// assert!((change.part("api", ChangeSource::Noise) - 0.1).abs() < 1e-12);
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn unit_change(
        &self,
        new: &Self,
        target: &str,
        before: &Observation,
        after: &Observation,
        config: &UnitChangeConfig,
    ) -> Result<UnitChange> {
        config.check()?;
        let sides = [Side { model: self, row: before }, Side { model: new, row: after }];
        check_number(&sides, target)?;
        let system = system(&sides, target, config)?;
        let value = |side: &Side<'_>| side.value(target);
        let (before, after) = (value(&sides[0])?, value(&sides[1])?);
        let parts = match system.in_closed_form() {
            _ if system.players.is_empty() => Vec::new(),
            Some(parts) => parts.into_iter().map(|value| (value, 0.0)).collect(),
            None => {
                let found = shapley_values(&system, &config.shapley(system.players.len()))?;
                let (values, errors) = (found.values(), found.std_errors());
                let of_draws = |player: usize| {
                    let blocks =
                        found.outputs().index_axis(Axis(0), player).iter().skip(1).copied().collect::<Vec<f64>>();
                    if blocks.is_empty() { 0.0 } else { error_of_blocks(&blocks) }
                };
                let error = |player: usize| errors[player].hypot(of_draws(player));
                (0..values.len()).map(|player| (values[player], error(player))).collect::<Vec<(f64, f64)>>()
            }
        };
        let part = |(&(number, source), (value, std_error)): (&(usize, ChangeSource), (f64, f64))| {
            let node = system.nodes[number].nodes[0].name.clone();
            ChangePart { node, source, value, std_error }
        };
        let parts = system.players.iter().zip(parts).map(part).collect();
        Ok(UnitChange { target: target.to_owned(), before, after, observed: true, parts })
    }
}

impl System<'_> {
    /// In one linear model a noise counts by its total effect, whatever the others are.
    fn in_closed_form(&self) -> Option<Vec<f64>> {
        let is_one = self.players.iter().all(|&(_, source)| source == ChangeSource::Noise);
        if !is_one || !self.nodes.iter().all(|both| both.nodes[0].is_linear() && both.nodes[0].levels.is_none()) {
            return None;
        }
        let mut effects = vec![0.0; self.nodes.len()];
        *effects.last_mut()? = 1.0;
        for (number, both) in self.nodes.iter().enumerate().rev() {
            for (place, &parent) in both.parents[0].iter().enumerate() {
                effects[parent] += effects[number] * both.nodes[0].slope(place)?;
            }
        }
        let part = |&(number, _): &(usize, ChangeSource)| {
            let [before, after] = [0, 1].map(|row: usize| self.nodes[number].noises[row][0]);
            effects[number] * (after - before)
        };
        Some(self.players.iter().map(part).collect())
    }
}

/// The names of a target and of all its causes in either model, causes first; among the rest in the order in which they are met.
///
/// # Errors
/// When a cause is not in both models, or the arrows of both together form a cycle.
fn causes_first<'a>(sides: &[Side<'a>; 2], target: &'a str) -> Result<Vec<&'a str>> {
    let parents_of = |name: &str| -> Result<Vec<&'a str>> {
        let mut parents = sides[0].parents(name)?;
        parents.extend(sides[1].parents(name)?);
        Ok(parents)
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

fn system<'a>(sides: &[Side<'a>; 2], target: &'a str, config: &UnitChangeConfig) -> Result<System<'a>> {
    let names = causes_first(sides, target)?;
    let mut system = System { nodes: Vec::with_capacity(names.len()), players: Vec::new(), draws: 1 };
    for (number, name) in names.iter().enumerate() {
        let nodes = [sides[0].node(name)?, sides[1].node(name)?];
        check_levels(name, nodes)?;
        let of_side = |side: &Side<'a>| -> Result<Vec<usize>> {
            let place = |parent: &str| names.iter().position(|name| *name == parent).unwrap_or(number);
            Ok(side.parents(name)?.into_iter().map(place).collect())
        };
        let mut both =
            Both { nodes, parents: [of_side(&sides[0])?, of_side(&sides[1])?], noises: [Vec::new(), Vec::new()] };
        for (row, side) in sides.iter().enumerate() {
            both.noises[row] = noises(side, name, (row, number), config)?;
        }
        system.draws = system.draws.max(both.noises[0].len()).max(both.noises[1].len());
        if both.noises[0] != both.noises[1] {
            system.players.push((number, ChangeSource::Noise));
        }
        if !both.is_unchanged() {
            system.players.push((number, ChangeSource::Mechanism));
        }
        system.nodes.push(both);
    }
    Ok(system)
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

/// What the noise of a node differs by in a row from what is expected of it: one number, or for a category with causes as many as
/// are drawn from the interval that its class tells.
fn noises(side: &Side<'_>, name: &str, (row, number): (usize, usize), config: &UnitChangeConfig) -> Result<Vec<f64>> {
    let (node, value) = (side.node(name)?, side.value(name)?);
    let parents = side.parents(name)?.into_iter().map(|parent| side.value(parent)).collect::<Result<Vec<f64>>>()?;
    let centre = expected(&node.mechanism);
    let Some(classes) = node.mechanism.classes() else {
        return Ok(vec![node.abduct(&parents, value)? - centre]);
    };
    let interval = classes.interval(&parents, value);
    let mut generator = stream(config.seed, Purpose::UnitChange, (2 * number + row) as u64);
    let mut draws = vec![0.0; config.draws];
    for block in 0..BLOCKS {
        fill_latin_hypercube(&mut generator, &mut draws[rows_of_block(config.draws, block)]);
    }
    draws.iter_mut().for_each(|point| *point = interval.at(*point) - centre);
    Ok(draws)
}
