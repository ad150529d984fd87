//! From a fitted model and an observation to contributions.

use rayon::prelude::*;

use super::bank::Bank;
use super::config::{AttributionConfig, Floor, Quantity};
use super::game::NoiseGame;
use super::jackknife::{Jackknifed, jackknife};
use super::measure::Measure;
use super::pivot::{Pivot, find_pivots};
use super::plan::Plan;
use super::result::{Attribution, Contribution, ScoreEstimate};
use crate::data::{Dataset, Observation};
use crate::error::{Error, Result};
use crate::model::{FittedModel, Recovered};
use crate::shapley::{ShapleyConfig, ShapleyValues, shapley_values};

/// By how many rounding errors a sample may miss the region's bound and still count as on it.
const ROUNDING_ERRORS: f64 = 64.0;

impl FittedModel {
    /// Splits the outlier score of the target's observed value over the target and its ancestors.
    ///
    /// A node's contribution is its Shapley value in the game whose players are the nodes' noises: the value of
    /// a coalition T is v(T) = ln((q(T) + ε)/(1 + ε)), where q(T) is the probability that the target is at least
    /// as extreme as observed when the noises in T are kept at what was observed and all others are drawn anew
    /// (Budhathoki et al., ICML 2022, section 4). Contributions sum to the score −v(∅).
    ///
    /// The observation needs a finite value for the target and each of its ancestors; other columns are ignored.
    /// Runs on the current rayon pool; the result is the same to the bit for any number of threads. Costs one
    /// evaluation of a node and its descendants over all samples per change of a coalition: O(2ⁿ · samples) for
    /// exact Shapley values of n nodes, O(permutations · n² · samples) otherwise. Memory: O(threads · n ·
    /// samples).
    ///
    /// # Errors
    /// When there is no such target; when the observation lacks a value; when the configuration is invalid; when
    /// a custom mechanism is not invertible or returns NaN; or when the floor is 0 and the samples do not
    /// resolve a coalition's probability.
    #[doc(alias = "attribute_anomalies")]
    pub fn attribute_outlier(
        &self,
        target: &str,
        observation: &Observation,
        config: &AttributionConfig,
    ) -> Result<Attribution> {
        let prepared = Prepared::new(self, target, config)?;
        prepared.attribute(observation)
    }

    /// [`attribute_outlier`](Self::attribute_outlier) for every row, in parallel, with one noise bank for all.
    ///
    /// Each result is the same to the bit as that of the row alone.
    ///
    /// # Errors
    /// As for one row; the first row at fault is named.
    #[doc(alias = "attribute_anomalies")]
    pub fn attribute_outliers(
        &self,
        target: &str,
        observations: &Dataset,
        config: &AttributionConfig,
    ) -> Result<Vec<Attribution>> {
        let prepared = Prepared::new(self, target, config)?;
        let rows: Vec<Observation> = observations.observations().collect();
        let results: Vec<Result<Attribution>> = rows.par_iter().map(|row| prepared.attribute(row)).collect();
        let in_row = |(row, result): (usize, Result<Attribution>)| {
            result.map_err(|source| Error::InRow { row, source: Box::new(source) })
        };
        results.into_iter().enumerate().map(in_row).collect()
    }
}

/// All that does not depend on the event.
struct Prepared<'a> {
    model: &'a FittedModel,
    config: &'a AttributionConfig,
    plan: Plan<'a>,
    pivots: Vec<Pivot<'a>>,
    bank: Bank,
    floor: f64,
}

impl<'a> Prepared<'a> {
    fn new(model: &'a FittedModel, target: &str, config: &'a AttributionConfig) -> Result<Self> {
        config.check()?;
        let plan = Plan::new(model, target)?;
        let pivots = find_pivots(&plan);
        let bank = Bank::draw(&plan, config.samples, config.seed);
        let floor = match config.floor {
            Floor::FromData => model.default_floor(),
            Floor::Fixed(floor) => floor,
        };
        Ok(Self { model, config, plan, pivots, bank, floor })
    }

    fn attribute(&self, observation: &Observation) -> Result<Attribution> {
        let recovered = self.model.recover(&self.plan.positions(), observation)?;
        let players = self.players(&recovered);
        let measure = self.measure(&recovered)?;
        let game = NoiseGame {
            plan: &self.plan,
            bank: &self.bank,
            noises: &recovered.noises,
            players: &players,
            pivots: &self.pivots,
            measure,
        };
        let shapley_config = ShapleyConfig { method: self.config.shapley_method, seed: self.config.seed };
        // Where no noise is free, the observation is the only value the target can take.
        let values = if players.is_empty() { None } else { Some(shapley_values(&game, &shapley_config)?) };
        self.assemble(&recovered, &players, values.as_ref())
    }

    /// The nodes whose noise can matter. A noise of zero variance that was observed at its value changes nothing
    /// whether kept or drawn: leaving it out gives it exactly 0.
    fn players(&self, recovered: &Recovered) -> Vec<usize> {
        let inert = |node: usize| {
            let noise = self.plan.nodes[node].mechanism.noise();
            noise.is_degenerate() && noise.mean() == recovered.noises[node]
        };
        (0..self.plan.nodes.len()).filter(|&node| !inert(node)).collect()
    }

    fn measure(&self, recovered: &Recovered) -> Result<Measure> {
        let target = self.plan.target();
        let observed = recovered.values[target];
        match self.config.quantity {
            Quantity::MeanDeviation => Ok(Measure::Mean { observed }),
            Quantity::ItScore => {
                let reference = self.model.reference_at(self.plan.nodes[target].position);
                let test = self.config.feature_map.outlier_test(reference, observed)?;
                Ok(Measure::LogTail { test: test.widened(self.rounding_slack(recovered)), floor: self.floor })
            }
        }
    }

    /// How far rounding can move a target value that ought to equal the observed one.
    ///
    /// It matters: where the free noises have atoms, or no effect, a coalition's samples equal the observation
    /// up to rounding, and whether they count as "at least as extreme" must not depend on the last bit.
    fn rounding_slack(&self, recovered: &Recovered) -> f64 {
        let magnitude = |values: &[f64]| values.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
        let scale = magnitude(&recovered.values).max(magnitude(&recovered.noises));
        let observed = recovered.values[self.plan.target()];
        let missed = (self.plan.target_value(&recovered.noises) - observed).abs();
        ROUNDING_ERRORS * f64::EPSILON * scale + 4.0 * missed
    }

    fn assemble(
        &self,
        recovered: &Recovered,
        players: &[usize],
        values: Option<&ShapleyValues>,
    ) -> Result<Attribution> {
        // v(all) is known exactly, so the error of the score is that of v(∅).
        let empty = values.map(|values| jackknife(values.empty_value().iter().copied()));
        let (full, empty) = match (values, empty) {
            (Some(values), Some(empty)) => (values.full_value()[0], empty),
            _ => (0.0, Jackknifed { value: 0.0, variance: 0.0 }),
        };
        let score = self.score(full - empty.value, empty.variance.sqrt(), values)?;
        let mut contributions = Vec::with_capacity(self.plan.nodes.len());
        let mut players = players.iter().enumerate().peekable();
        for node in 0..self.plan.nodes.len() {
            let player = players.next_if(|&(_, &player_node)| player_node == node).map(|(player, _)| player);
            let (value, std_error) = match (player, values) {
                (Some(player), Some(values)) => contribution_of(values, player),
                _ => (0.0, 0.0),
            };
            contributions.push(self.contribution(node, recovered, value, std_error, score.value)?);
        }
        // A stable sort: equal contributions stay in topological order.
        contributions.sort_by(|a, b| b.value.total_cmp(&a.value));
        Ok(Attribution {
            target: self.plan.nodes[self.plan.target()].name.to_owned(),
            quantity: self.config.quantity,
            score,
            contributions,
            samples: self.config.samples,
            permutations: values.and_then(ShapleyValues::permutations),
            seed: self.config.seed,
        })
    }

    fn score(&self, value: f64, std_error: f64, values: Option<&ShapleyValues>) -> Result<ScoreEstimate> {
        if self.config.quantity == Quantity::MeanDeviation {
            return Ok(ScoreEstimate { value, std_error, tail_probability: None, floor: None, saturated: false });
        }
        // v = ln((q + ε)/(1 + ε)), solved for q.
        let log_tail = values.map_or(0.0, |values| values.empty_value()[0]);
        let tail_probability = (log_tail.exp() * (1.0 + self.floor) - self.floor).clamp(0.0, 1.0);
        // Counts are whole numbers, so half a count tells them apart from rounding.
        let saturated = tail_probability <= self.floor + 0.5 / self.config.samples as f64 && self.floor > 0.0;
        Ok(ScoreEstimate {
            value,
            std_error,
            tail_probability: Some(tail_probability),
            floor: Some(self.floor),
            saturated,
        })
    }

    fn contribution(
        &self,
        node: usize,
        recovered: &Recovered,
        value: f64,
        std_error: f64,
        score: f64,
    ) -> Result<Contribution> {
        let (position, noise) = (self.plan.nodes[node].position, recovered.noises[node]);
        let floor = if self.floor > 0.0 { self.floor } else { self.model.default_floor() };
        Ok(Contribution {
            node: self.plan.nodes[node].name.to_owned(),
            value,
            std_error,
            share: (score != 0.0).then(|| value / score),
            observed: recovered.values[node],
            typical: self.model.reference_at(position).median(),
            noise,
            noise_score: self.model.noise_score(position, noise, floor)?.nats(),
        })
    }
}

/// A player's contribution and its standard error. The permutations' error is taken given the bank and the
/// bank's given the permutations, so their variances add.
fn contribution_of(values: &ShapleyValues, player: usize) -> (f64, f64) {
    let bank = jackknife(values.outputs().row(player).into_iter().copied());
    (bank.value, (bank.variance + values.std_errors()[player].powi(2)).sqrt())
}
