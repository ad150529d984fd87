//! Relevance of a target's parents and noise in one row: v_x(S) = E f(x_S, X'_−S).

use super::config::RelevanceConfig;
use super::parents::{feature_names, numeric_target};
use super::result::{Relevance, RelevanceQuantity};
use crate::data::Observation;
use crate::error::{Error, Result};
use crate::model::FittedModel;
use crate::question::integrals::{
    Estimate, JointDraws, Net, PointGame, REPLICATES, Varying, linear_moments, over_replicates, points_of,
};
use crate::target::Target;

impl FittedModel {
    /// How much each parent of a target, and its noise, did for its value in one row: contributions sum to the value less the expected one.
    ///
    /// A coalition S of parents and noise is worth v(S) = E f(x_S, X'_−S): the mean of the target if those of S are as in the row, and
    /// all others drawn from the model, together (Janzing, Minorics and Blöbaum 2020, [arXiv:1910.13413](https://arxiv.org/abs/1910.13413)).
    /// Unlike an attribution it says nothing of the parents' own causes.
    ///
    /// A parent with the slope b that is linear in its noises has b·(x − E X), exactly, and a noise that is added its deviation. The
    /// others are sampled, with errors from 32 independent nets.
    ///
    /// # Errors
    /// When there is no such target, it has no parents, or is a category; when the row lacks the value of the target or of a parent;
    /// when the configuration is invalid; when a noise has no mean or its variance is not finite; or when a mechanism is not invertible, or returns NaN or
    /// an infinity.
    #[doc(alias = "feature_relevance_sample")]
    pub fn parent_relevance_of_row(
        &self,
        target: &str,
        row: &Observation,
        config: &RelevanceConfig,
    ) -> Result<Relevance> {
        config.check()?;
        let target = numeric_target(self, target)?;
        let (node, last) = (&target.nodes()[target.number()], target.number());
        let mut given = Vec::with_capacity(node.parents.len() + 1);
        for &parent in &node.parents {
            given.push(target.nodes()[parent].needed(row)?);
        }
        let noise = node.abduct(&given, node.needed(row)?)?;
        given.push(noise);
        let mut figures: Vec<Option<f64>> = vec![None; given.len()];
        for (place, &parent) in node.parents.iter().enumerate() {
            if let (Some(slope), Some(moments)) = (node.slope(place), linear_moments(self, target.node_name(parent))?) {
                figures[place] = Some(slope * (given[place] - moments.mean));
            }
        }
        let own = target.noise(last);
        let noise_plays = !own.is_degenerate();
        if node.mechanism.adds_noise() || !noise_plays {
            figures[given.len() - 1] = Some(if noise_plays { noise - own.mean() } else { 0.0 });
        }
        let players: Vec<usize> = (0..given.len()).filter(|&place| figures[place].is_none()).collect();
        let mut total = Estimate::exact(figures.iter().flatten().sum());
        let mut found: Vec<Estimate> =
            figures.iter().map(|figure| Estimate::exact(figure.unwrap_or_default())).collect();
        if !players.is_empty() {
            let mut sampled = sampled(&target, &given, &players, config)?;
            total = total.plus(sampled.pop().unwrap_or_default());
            players.iter().zip(sampled).for_each(|(&place, figure)| found[place] = figure);
        }
        if !noise_plays {
            found.pop();
        }
        let features = feature_names(&target).into_iter().zip(found).collect();
        let name = Some(target.name().to_owned());
        let relevance = Relevance::new(name, RelevanceQuantity::Deviation, features, total, config.seed);
        let is_closed = players.is_empty();
        Ok(if is_closed { relevance } else { relevance.over(REPLICATES * points_of(config.samples)) })
    }
}

/// The figures of these features, and last their sum. The others are as given, as the target is linear in them.
fn sampled(target: &Target, given: &[f64], players: &[usize], config: &RelevanceConfig) -> Result<Vec<Estimate>> {
    let (node, last) = (&target.nodes()[target.number()], target.number());
    let varies = |number: &usize| !target.noise(*number).is_degenerate();
    let varying = Varying::new(target, &(0..=last).filter(varies).collect::<Vec<usize>>())?;
    let points = points_of(config.samples);
    let game = PointGame { players: players.len(), exact_players: config.exact_players };
    let parents = node.parents.len();
    over_replicates(|replicate| {
        let net = Net { seed: config.seed, replicate, points };
        let draws = JointDraws { varying: &varying, net, together: true };
        let columns = draws.values(0, last)?;
        let drawn: Vec<Vec<f64>> = players
            .iter()
            .map(
                |&place| if place == parents { draws.noise(0, last) } else { columns.of(node.parents[place]).to_vec() },
            )
            .collect();
        let mut inputs: Vec<Vec<f64>> = given.iter().map(|&value| vec![value; points]).collect();
        let as_given: Vec<Vec<f64>> = players.iter().map(|&place| inputs[place].clone()).collect();
        let mut values = game.values(net, |joined, out| {
            for (player, &place) in players.iter().enumerate() {
                joined.select(player, &as_given[player], &drawn[player], &mut inputs[place]);
            }
            let columns: Vec<&[f64]> = inputs[..parents].iter().map(Vec::as_slice).collect();
            node.mechanism.fill(&node.name, &columns, &inputs[parents], out)
        })?;
        values.push(values.iter().sum());
        Ok::<Vec<f64>, Error>(values)
    })
}
