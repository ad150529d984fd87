//! Influence on the variance: v(S) = Var(E[Y | N_S]).

use super::config::InfluenceConfig;
use super::parts::Parts;
use super::result::InfluenceMethod;
use crate::error::Result;
use crate::model::FittedModel;
use crate::question::integrals::{
    Columns, Combinations, Estimate, Joined, Net, PointGame, REPLICATES, Varying, finite_variance, over_replicates,
    points_of,
};
use crate::shapley::values_of_table;
use crate::target::Target;

/// Most combinations of listed values, and most of them times coalitions.
const MOST_COMBINATIONS: usize = 1 << 18;
const MOST_WORK: usize = 1 << 26;

/// What each node adds, by number, and their sum.
pub(super) struct Found {
    pub(super) values: Vec<(Estimate, InfluenceMethod)>,
    pub(super) total: Estimate,
}

/// The variance of a node, from the same parts.
///
/// # Errors
/// When there is no such node, or as [`influence`].
pub(in crate::question) fn variance_of(model: &FittedModel, node: &str, samples: usize, seed: u64) -> Result<Estimate> {
    let config = InfluenceConfig { samples, seed, ..InfluenceConfig::default() };
    Ok(influence(&Target::new(model, node)?, &config)?.total)
}

/// # Errors
/// When the variance of a noise is not finite, or a mechanism returns NaN or an infinity.
pub(super) fn influence(target: &Target, config: &InfluenceConfig) -> Result<Found> {
    let parts = Parts::of(target);
    let none = (Estimate::default(), InfluenceMethod::ClosedForm);
    let mut found = Found { values: vec![none; target.nodes().len()], total: Estimate::default() };
    for &(node, effect) in parts.linear.iter().filter(|(_, effect)| *effect != 0.0) {
        let added = Estimate::exact(effect * effect * finite_variance(target, node)?);
        found.values[node].0 = added;
        found.total = found.total.plus(added);
    }
    for block in &parts.blocks {
        let varying = Varying::new(target, block)?;
        let (method, mut figures) = match counted(&varying, block)? {
            Some(figures) => (InfluenceMethod::Enumeration, figures),
            None => (InfluenceMethod::Sampling, sampled(&varying, block, config)?),
        };
        found.total = found.total.plus(figures.pop().unwrap_or_default());
        block.iter().zip(figures).for_each(|(&node, figure)| found.values[node] = (figure, method));
    }
    Ok(found)
}

/// The figures of the nodes, and last their sum, where all combinations of their noises can be listed.
fn counted(varying: &Varying<'_>, players: &[usize]) -> Result<Option<Vec<Estimate>>> {
    let Some(all) = all_combinations(varying, players)? else { return Ok(None) };
    let target = &all.values[varying.target().number()];
    let mean: f64 = target.iter().zip(&all.weights).map(|(value, weight)| value * weight).sum();
    let worth = |coalition: usize| {
        let (groups, count) = all.groups(members(players, coalition));
        let (mut shares, mut sums) = (vec![0.0; count], vec![0.0; count]);
        for ((&group, weight), value) in groups.iter().zip(&all.weights).zip(target) {
            shares[group] += weight;
            sums[group] += weight * (value - mean);
        }
        let parts = sums.iter().zip(&shares).filter(|(_, share)| **share > 0.0);
        parts.map(|(sum, share)| sum * sum / share).sum::<f64>()
    };
    Ok(Some(of_coalitions(players.len(), worth)))
}

/// The combinations, if there are not too many for all coalitions.
pub(super) fn all_combinations(varying: &Varying<'_>, players: &[usize]) -> Result<Option<Combinations>> {
    let coalitions = u32::try_from(players.len()).ok().and_then(|players| 1_usize.checked_shl(players));
    let most = coalitions.map_or(0, |coalitions| (MOST_WORK / coalitions).min(MOST_COMBINATIONS));
    if most == 0 { Ok(None) } else { Combinations::of(varying, most) }
}

/// The players of a coalition that is given by its bits.
pub(super) fn members(players: &[usize], coalition: usize) -> impl Iterator<Item = usize> {
    players.iter().enumerate().filter(move |(bit, _)| coalition >> bit & 1 == 1).map(|(_, &player)| player)
}

/// The Shapley values, and last what they sum to, from what each coalition is worth.
pub(super) fn of_coalitions(players: usize, worth: impl Fn(usize) -> f64) -> Vec<Estimate> {
    let table: Vec<f64> = (0..1 << players).map(worth).collect();
    let total = table[table.len() - 1] - table[0];
    values_of_table(&table).into_iter().chain([total]).map(Estimate::exact).collect()
}

/// The figures of the nodes, and last their sum, by pick-freeze.
///
/// With A and B two independent draws of the noises, f(S) the target where those of S are from A and the others from B, the game
///
/// u(S) = ½ E[(f(A) − f(B)) · (f(S) − c)] = ½ (v(S) − v(all without S))
///
/// has the Shapley values of v, since v(all) − v(all without S) has them, too (Goda 2021); it is unbiased for every constant c, of which
/// one near the mean of the target spreads least.
fn sampled(varying: &Varying<'_>, players: &[usize], config: &InfluenceConfig) -> Result<Vec<Estimate>> {
    varying.check_variances()?;
    let points = points_of(config.samples);
    let pilot = Draws::new(varying, players, Net { seed: config.seed, replicate: REPLICATES, points })?;
    let centre = pilot.of_all(varying, true)?.iter().sum::<f64>() / points as f64;
    let game = PointGame { players: players.len(), exact_players: config.exact_players };
    over_replicates(|replicate| {
        let net = Net { seed: config.seed, replicate, points };
        let draws = Draws::new(varying, players, net)?;
        let (first, second) = (draws.of_all(varying, true)?, draws.of_all(varying, false)?);
        let halves: Vec<f64> = first.iter().zip(&second).map(|(first, second)| 0.5 * (first - second)).collect();
        let mut columns = varying.columns(points);
        let target = varying.target().number();
        let mut values = game.values(net, |joined, out| {
            draws.fill(varying, joined, &mut columns)?;
            let products = halves.iter().zip(columns.of(target)).map(|(half, value)| half * (value - centre));
            out.iter_mut().zip(products).for_each(|(out, product)| *out = product);
            Ok(())
        })?;
        values.push(values.iter().sum());
        Ok(values)
    })
}

/// Two independent draws of the noises of the players at every point.
struct Draws<'p> {
    players: &'p [usize],
    first: Vec<Vec<f64>>,
    second: Vec<Vec<f64>>,
    points: usize,
}

impl<'p> Draws<'p> {
    fn new(varying: &Varying<'_>, players: &'p [usize], net: Net) -> Result<Self> {
        let draw = |set: usize| {
            let fill = |(place, &player): (usize, &usize)| {
                let mut column = vec![0.0; net.points];
                net.fill(&varying.target().nodes()[player], set, 2 * place + set, &mut column);
                column
            };
            players.iter().enumerate().map(fill).collect()
        };
        Ok(Self { players, first: draw(0), second: draw(1), points: net.points })
    }

    /// The target where all noises are from the first draw, or from the second.
    fn of_all(&self, varying: &Varying<'_>, is_first: bool) -> Result<Vec<f64>> {
        let mut columns = varying.columns(self.points);
        self.fill(varying, &Joined::All(is_first), &mut columns)?;
        Ok(columns.of(varying.target().number()).to_vec())
    }

    fn fill(&self, varying: &Varying<'_>, joined: &Joined<'_>, columns: &mut Columns) -> Result<()> {
        varying.fill(columns, varying.target().number(), |node, noise| {
            if let Ok(player) = self.players.binary_search(&node) {
                joined.select(player, &self.first[player], &self.second[player], noise);
            }
        })
    }
}
