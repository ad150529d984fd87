//! Attribution within a time limit: the best estimate so far.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use super::attributor::{Attributor, Method};
use super::config::{AttributionConfig, Precision};
use super::result::Attribution;
use crate::data::Observation;
use crate::error::Result;
use crate::shapley::ShapleyMethod;

/// Samples and permutations of the rounds before the one that was configured, each several times as dear as the last.
const ROUNDS: [(usize, usize); 5] = [(64, 4), (256, 8), (1_024, 16), (4_096, 32), (16_384, 64)];

/// The samples of the rounds after the first where only some of the noises need any: fewer would hardly cost less.
const ROUNDS_OF_TABLES: [usize; 2] = [1_024, 4_096];

/// What a round without the table that was meant makes do with.
const FALLBACK: ShapleyMethod = ShapleyMethod::Permutations(16);

/// What a sample of a coalition takes at most, in seconds, until a round has told: the first one is too short to.
const PACE_OF_A_SAMPLE: f64 = 5e-9;

/// What an attribution came to in the time it had.
///
/// Unless it is [`complete`](Self::complete), it depends on how fast the machine is and how busy: then the same event may
/// give other figures, within their errors, the next time.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct TimedAttribution {
    /// The best estimate so far, with the errors of the samples and permutations it rests on.
    pub attribution: Attribution,
    /// Whether it is what [`attribute`](Attributor::attribute) gives, to the bit.
    pub complete: bool,
    /// How long it took.
    pub elapsed: Duration,
}

impl Attributor {
    /// [`attribute`](Self::attribute) within a time limit: estimates with more and more samples and permutations until one
    /// as configured is done, or the next would not be before the limit.
    ///
    /// The limit is a wish, not a promise: the first and roughest estimate is always finished, and how long one takes is
    /// foretold from the one before. The first takes 64 samples and 4 permutations, and with a limit of 0 it is what comes back. Where the target is linear in all noises, Fourier inversion or a closed form is
    /// tried first. An error of the samples says nothing of coalitions so rare that few samples find none of them: prefer a
    /// complete estimate where time allows.
    ///
    /// `proceed` is asked before every further estimate; after a `Break` the best so far is returned.
    ///
    /// # Errors
    /// As [`attribute`](Self::attribute) for the first estimate. A later one that fails is an error as well.
    ///
    /// ```
    /// use std::{ops::ControlFlow, time::Duration};
    ///
    /// use etiology::{AttributionConfig, CausalGraph, KnownFormula, NoiseDistribution, Observation, StructuralCausalModel};
    ///
    /// let slower = etiology::AdditiveNoiseModel::known(KnownFormula::maximum(["db", "cache"]));
    /// let model = StructuralCausalModel::new(CausalGraph::from_edges([("db", "api"), ("cache", "api")])?)
    ///     .with_mechanism("db", NoiseDistribution::exponential(0.1)?)?
    ///     .with_mechanism("cache", NoiseDistribution::exponential(0.1)?)?
    ///     .with_mechanism("api", slower.with_noise(NoiseDistribution::exponential(0.05)?))?
    ///     .without_fitting()?;
    /// let event = Observation::from_pairs([("db", 0.9), ("cache", 0.1), ("api", 0.95)])?;
    /// let attributor = model.attributor("api", AttributionConfig::default())?;
    /// let found = attributor.attribute_within(&event, Duration::from_millis(5), || ControlFlow::Continue(()))?;
    /// assert_eq!(found.attribution.ranked()[0].node, "db");
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn attribute_within(
        &self,
        observation: &Observation,
        limit: Duration,
        proceed: impl Fn() -> ControlFlow<()>,
    ) -> Result<TimedAttribution> {
        let start = Instant::now();
        let finish = |attribution: Attribution, complete: bool| {
            Ok(TimedAttribution { attribution, complete, elapsed: start.elapsed() })
        };
        let mut best: Option<Attribution> = None;
        if !matches!(self.method, Method::Samples) {
            let found = self.attribute_by_inversion(observation)?;
            if self.is_settled(&found) {
                return finish(found, true);
            }
            best = Some(found);
        }
        // How long a unit of work took in the last round; nothing before there was one.
        let (mut pace, mut best_work) = (None, 0.0);
        let fits = |work: f64, pace: Option<f64>| {
            proceed().is_continue() && start.elapsed().as_secs_f64() + work * pace.unwrap_or(0.0) < limit.as_secs_f64()
        };
        for round in self.rounds()? {
            let work = self.work(&round.config);
            if let Some(best) = best.as_ref().filter(|_| !fits(work, pace)) {
                return finish(Attribution::clone(best), false);
            }
            let before_tables = self.tabulates(&self.config) && !self.tabulates(&round.config);
            let began = Instant::now();
            let found = round.attribute_by_sampling(observation)?;
            let taken = began.elapsed().as_secs_f64() / work;
            pace = Some(if before_tables { taken.min(PACE_OF_A_SAMPLE) } else { taken });
            if best.as_ref().is_none_or(|best| largest_error(&found) < largest_error(best)) {
                (best, best_work) = (Some(found), work);
            }
        }
        match best {
            Some(best) if !fits(self.work_in_full(&best, best_work), pace) => finish(best, false),
            _ => finish(self.attribute(observation)?, true),
        }
    }

    /// Where an error is asked for, as much more than was done so far as variances are to fall, and as much again for the
    /// rounds before the last.
    fn work_in_full(&self, best: &Attribution, best_work: f64) -> f64 {
        let asked_for = match self.config.precision {
            Precision::StdError(asked) => 2.0 * best_work * (largest_error(best) / asked).powi(2),
            Precision::Budget => 0.0,
        };
        self.work(&self.config).max(asked_for)
    }

    /// Whether samples could not better what was found without them, so that [`attribute`](Self::attribute) gives the same.
    /// The error of permutations is included, which can only be too strict.
    fn is_settled(&self, found: &Attribution) -> bool {
        matches!(self.method, Method::ClosedForm(_)) || largest_error(found) <= self.inversion_tolerance()
    }

    /// The same target with fewer samples and permutations, the cheapest first; kept, as they draw banks of their own.
    fn rounds(&self) -> Result<&[Attributor]> {
        if let Some(rounds) = self.rounds.get() {
            return Ok(rounds);
        }
        let attributor = |config| {
            let mut cheaper = Attributor::new(self.model.clone(), self.target(), config)?;
            // Should a table turn out not to do for an event.
            cheaper.automatic = FALLBACK;
            Ok(cheaper)
        };
        let rounds = self.cheaper_configs().map(attributor).collect::<Result<Vec<_>>>()?;
        Ok(self.rounds.get_or_init(|| rounds))
    }

    fn cheaper_configs(&self) -> impl Iterator<Item = AttributionConfig> {
        let (players, tables) = (self.plan.nodes.len(), self.tabulates(&self.config));
        let samples = |samples: usize| {
            let config = self.config.clone().with_precision(Precision::Budget);
            config.with_samples(samples.min(self.config.samples))
        };
        let by_permutations = ROUNDS.into_iter().take(if tables { 1 } else { ROUNDS.len() }).map(move |round| {
            let method = ShapleyMethod::Permutations(round.1).or_exact_at_no_more_cost(players);
            samples(round.0).with_shapley_method(method)
        });
        let by_tables = ROUNDS_OF_TABLES.into_iter().filter(move |_| tables);
        let by_tables = by_tables.map(move |round| samples(round).with_shapley_method(ShapleyMethod::Auto));
        by_permutations.chain(by_tables).filter(|config| 2.0 * self.work(config) < self.work(&self.config))
    }

    /// Whether a table of all coalitions is made.
    fn tabulates(&self, config: &AttributionConfig) -> bool {
        let all: Vec<usize> = (0..self.plan.nodes.len()).collect();
        let method = config.shapley_method.or_exact_at_no_more_cost(all.len());
        self.outer.as_ref().is_some_and(|outer| outer.suit(&all, method))
    }

    /// Samples times coalitions, of all players or fewer, or as much as makes a table of them.
    fn work(&self, config: &AttributionConfig) -> f64 {
        if let Some(outer) = self.outer.as_ref().filter(|_| self.tabulates(config)) {
            return outer.work(config.samples);
        }
        let players = self.plan.nodes.len();
        // Too many players to enumerate may still be few enough once those that never vary are left out.
        let coalitions = match config.shapley_method.permutations(players).unwrap_or(None) {
            None => 2_f64.powi(i32::try_from(players).unwrap_or(i32::MAX)),
            Some(permutations) => permutations as f64 * players as f64,
        };
        config.samples as f64 * coalitions
    }
}

fn largest_error(attribution: &Attribution) -> f64 {
    let others = [attribution.score.std_error, attribution.unexplained.std_error];
    let contributions = attribution.contributions.iter().map(|contribution| contribution.std_error);
    contributions.chain(others).fold(0.0, f64::max)
}
