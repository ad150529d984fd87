//! A target prepared for attribution: all that does not depend on the event.

use super::bank::Bank;
use super::closed_form::{ClosedForm, LinearTarget, Question};
use super::config::{AttributionConfig, Estimator, Floor, Quantity};
use super::effects::noise_effects;
use super::estimates::Estimates;
use super::game::SampledGame;
use super::measure::Measure;
use super::pivot::{Pivot, find_pivots};
use super::plan::Plan;
use super::result::{Attribution, Contribution, ScoreEstimate};
use super::samples::{LinearSamples, ModelSamples, TargetSamples};
use crate::data::Observation;
use crate::error::Result;
use crate::model::{FittedModel, Recovered};
use crate::score::{FeatureMap, OutlierTest, is_saturated};
use crate::shapley::{Game, ShapleyConfig, shapley_values};

/// By how many rounding errors a sample may miss the region's bound and still count as on it.
const ROUNDING_ERRORS: f64 = 64.0;

pub(super) struct Prepared<'a> {
    model: &'a FittedModel,
    config: &'a AttributionConfig,
    plan: Plan<'a>,
    /// The noises that can be integrated, in order of preference.
    pivots: Vec<Pivot<'a>>,
    strategy: Strategy,
    floor: f64,
}

/// How a coalition's value is found for this target.
enum Strategy {
    /// The target is linear in all noises and, where its whole distribution is asked for, they are normal.
    ClosedForm(LinearTarget),
    /// The target is linear in all noises; the bank holds them times their effects.
    LinearSamples {
        target: LinearTarget,
        weighted: Bank,
    },
    ModelSamples(Bank),
}

impl Strategy {
    fn choose(plan: &Plan<'_>, effects: &[Option<f64>], config: &AttributionConfig) -> Self {
        let has_closed_form = |target: &LinearTarget| match (config.quantity, &config.feature_map) {
            (Quantity::MeanDeviation, _) => true,
            (Quantity::ItScore, FeatureMap::Custom(_)) => false,
            (Quantity::ItScore, _) => target.is_normal(),
        };
        let bank = || Bank::draw(plan, config);
        match LinearTarget::find(plan, effects) {
            Some(target) if config.estimator == Estimator::Auto && has_closed_form(&target) => Self::ClosedForm(target),
            Some(target) => {
                let weighted = bank().scaled(target.effects());
                Self::LinearSamples { target, weighted }
            }
            None => Self::ModelSamples(bank()),
        }
    }
}

impl<'a> Prepared<'a> {
    pub(super) fn new(model: &'a FittedModel, target: &str, config: &'a AttributionConfig) -> Result<Self> {
        config.check()?;
        let plan = Plan::new(model, target)?;
        let effects = noise_effects(&plan);
        let pivots = find_pivots(&plan, &effects);
        let strategy = Strategy::choose(&plan, &effects, config);
        let floor = match config.floor {
            Floor::FromData => model.default_floor(),
            Floor::Fixed(floor) => floor,
        };
        Ok(Self { model, config, plan, pivots, strategy, floor })
    }

    pub(super) fn attribute(&self, observation: &Observation) -> Result<Attribution> {
        let recovered = self.model.recover(&self.plan.positions(), observation)?;
        let players = self.players(&recovered);
        let estimates = if players.is_empty() {
            // Where no noise is free, the observation is the only value the target can take.
            Estimates::certain()
        } else {
            self.estimate(&recovered, &players)?
        };
        self.assemble(&recovered, &players, &estimates)
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

    fn estimate(&self, recovered: &Recovered, players: &[usize]) -> Result<Estimates> {
        let (plan, noises) = (&self.plan, recovered.noises.as_slice());
        match &self.strategy {
            Strategy::ClosedForm(target) => {
                let moments = target.free_moments(plan, noises, players);
                self.play(&ClosedForm { plan, players, moments, question: self.question(recovered)? })
            }
            Strategy::LinearSamples { target, weighted } => {
                let observed = recovered.values[plan.target()];
                let observed_parts =
                    target.effects().iter().zip(noises).map(|(effect, noise)| effect * noise).collect();
                self.sample(
                    recovered,
                    players,
                    LinearSamples { name: plan.nodes[plan.target()].name, weighted, observed_parts, observed },
                )
            }
            Strategy::ModelSamples(bank) => self.sample(recovered, players, ModelSamples { plan, bank, noises }),
        }
    }

    fn sample(&self, recovered: &Recovered, players: &[usize], samples: impl TargetSamples) -> Result<Estimates> {
        let measure = self.measure(recovered)?;
        self.play(&SampledGame { plan: &self.plan, players, pivots: &self.pivots, samples, measure })
    }

    fn play(&self, game: &impl Game) -> Result<Estimates> {
        let config = ShapleyConfig { method: self.config.shapley_method, seed: self.config.seed };
        Ok(Estimates::new(&shapley_values(game, &config)?))
    }

    fn question(&self, recovered: &Recovered) -> Result<Question> {
        Ok(match self.measure(recovered)? {
            Measure::LogTail { test: OutlierTest::Region(region), floor } => {
                Question::LogTail { observed: recovered.values[self.plan.target()], region, floor }
            }
            _ => Question::Mean,
        })
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

    /// How far rounding can move a target value that ought to equal the observed one, in the target's unit.
    ///
    /// It matters: where the free noises have atoms, or no effect, a coalition's samples equal the observation up
    /// to rounding, and whether they count as "at least as extreme" must not depend on the last bit.
    fn rounding_slack(&self, recovered: &Recovered) -> f64 {
        let observed = recovered.values[self.plan.target()];
        let missed = (self.plan.target_value(&recovered.noises) - observed).abs();
        ROUNDING_ERRORS * self.plan.rounding_error(&recovered.values, &recovered.noises) + 4.0 * missed
    }

    fn assemble(&self, recovered: &Recovered, players: &[usize], estimates: &Estimates) -> Result<Attribution> {
        let score = self.score(estimates);
        let mut amounts = vec![(0.0, 0.0); self.plan.nodes.len()];
        players.iter().zip(&estimates.contributions).for_each(|(&node, &amount)| amounts[node] = amount);
        // A score that is mere rounding beside its parts has no meaningful shares.
        let largest = amounts.iter().fold(0.0, |largest: f64, (value, _)| largest.max(value.abs()));
        let whole = Some(score.value).filter(|score| score.abs() > 1e-9 * largest);
        let contributions = amounts.into_iter().enumerate();
        let contributions = contributions.map(|(node, amount)| self.contribution(node, recovered, amount, whole));
        let mut contributions = contributions.collect::<Result<Vec<_>>>()?;
        // A stable sort: equal contributions stay in topological order.
        contributions.sort_by(|a, b| b.value.total_cmp(&a.value));
        let sampled = !matches!(self.strategy, Strategy::ClosedForm(_));
        Ok(Attribution {
            target: self.plan.nodes[self.plan.target()].name.to_owned(),
            quantity: self.config.quantity,
            score,
            contributions,
            samples: sampled.then_some(self.config.samples),
            permutations: estimates.permutations,
            seed: self.config.seed,
        })
    }

    fn score(&self, estimates: &Estimates) -> ScoreEstimate {
        let (value, std_error) = estimates.score;
        if self.config.quantity == Quantity::MeanDeviation {
            return ScoreEstimate { value, std_error, tail_probability: None, floor: None, saturated: false };
        }
        let saturated = is_saturated(estimates.tail_probability, self.floor);
        let (tail_probability, floor) = (Some(estimates.tail_probability), Some(self.floor));
        ScoreEstimate { value, std_error, tail_probability, floor, saturated }
    }

    fn contribution(
        &self,
        node: usize,
        recovered: &Recovered,
        (value, std_error): (f64, f64),
        whole: Option<f64>,
    ) -> Result<Contribution> {
        let (position, noise) = (self.plan.nodes[node].position, recovered.noises[node]);
        let floor = if self.floor > 0.0 { self.floor } else { self.model.default_floor() };
        Ok(Contribution {
            node: self.plan.nodes[node].name.to_owned(),
            value,
            std_error,
            share: whole.map(|whole| value / whole),
            observed: recovered.values[node],
            typical: self.model.reference_at(position).median(),
            noise,
            noise_score: self.model.noise_score(position, noise, floor)?.nats(),
        })
    }
}
