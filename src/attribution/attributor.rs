//! A target prepared for attribution: all that does not depend on the event.

use std::fmt;
use std::sync::OnceLock;

use rayon::prelude::*;

use super::closed_form::{ClosedForm, LinearTarget, Question};
use super::config::{AttributionConfig, Estimator, Floor, Precision, Quantity};
use super::estimates::Estimates;
use super::fourier::{Event, FourierGame, FourierTarget};
use super::measure::Measure;
use super::partly_linear::{OuterNoises, PartlyLinear, Question as PartlyLinearQuestion};
use super::plan::Plan;
use super::precision::{Effort, Refined, refine, refine_if_possible};
use super::result::Attribution;
use super::roles::Roles;
use super::sampler::Sampler;
use crate::data::{Dataset, Observation};
use crate::error::Result;
use crate::model::{FittedModel, Recovered};
use crate::score::{FeatureMap, OutlierRegion, OutlierTest};
use crate::shapley::{ShapleyConfig, ShapleyMethod, shapley_values};
use crate::telemetry::{Parent, span, tell};

/// By how many rounding errors a sample may miss the region's bound and still count as on it.
const ROUNDING_ERRORS: f64 = 64.0;
/// Up to how many players all coalitions are visited by default where they need no samples: some tens of milliseconds at
/// most.
const EXACT_WITHOUT_SAMPLES: usize = 16;
/// Where a coalition costs samples, what suffices to rank nodes.
const FOR_A_RANKING: ShapleyMethod = ShapleyMethod::Permutations(32);
/// The largest error of Fourier inversion, in nats, beyond which samples are tried, unless a precision is asked for.
pub(super) const INVERSION_TOLERANCE: f64 = 0.02;

/// Attributes one outlier after another of one target of one model.
///
/// What [`FittedModel::attribute_outlier`] does at every call before it looks at the event is done here once: the
/// target's ancestors are compiled, and the noise bank is drawn or the noises are Fourier transformed. Results are the
/// same to the bit.
///
/// It borrows nothing: it keeps a clone of the model, which costs next to nothing. So it can be stored beside the model, moved to
/// another thread, or shared by all threads of a service behind an `Arc`; see `docs/embedding.md`.
///
/// ```
/// use etiology::{AdditiveNoiseModel, AttributionConfig, CausalGraph, KnownFormula, NoiseDistribution, Observation};
///
/// let own_time = NoiseDistribution::exponential(0.05)?;
/// let model = etiology::StructuralCausalModel::new(CausalGraph::from_edges([("db", "api")])?)
///     .with_mechanism("db", NoiseDistribution::exponential(0.1)?)?
///     .with_mechanism("api", AdditiveNoiseModel::known(KnownFormula::sum(["db"])).with_noise(own_time))?
///     .without_fitting()?;
/// let attributor = model.attributor("api", AttributionConfig::default())?;
/// for (db, api) in [(0.9, 0.95), (0.1, 0.8)] {
///     let attribution = attributor.attribute(&Observation::from_pairs([("db", db), ("api", api)])?)?;
///     assert_eq!(attribution.ranked()[0].node, if db > 0.5 { "db" } else { "api" });
/// }
/// # Ok::<(), etiology::Error>(())
/// ```
pub struct Attributor {
    pub(super) model: FittedModel,
    pub(super) config: AttributionConfig,
    pub(super) plan: Plan,
    /// By how much each node's noise moves the target, where that is known.
    pub(super) effects: Vec<Option<f64>>,
    pub(super) method: Method,
    /// Made when it is first needed.
    sampler: OnceLock<Sampler>,
    /// The noises that need no samples, where others do.
    pub(super) outer: Option<OuterNoises>,
    partly_linear: OnceLock<Option<PartlyLinear>>,
    /// What takes the place of an automatic choice where all noises need samples.
    pub(super) automatic: ShapleyMethod,
    /// What a time limit may leave it at. Made when it is first needed.
    pub(super) rounds: OnceLock<Vec<Attributor>>,
    pub(super) floor: f64,
}

/// How the values of coalitions are found where they need no samples.
pub(super) enum Method {
    /// The target is linear in all noises and, where its whole distribution is asked for, they are normal.
    ClosedForm(LinearTarget),
    /// The target is linear in all noises, which have no heavy atoms.
    Fourier(LinearTarget, FourierTarget),
    Samples,
}

impl Method {
    fn choose(plan: &Plan, effects: &[Option<f64>], config: &AttributionConfig, floors: (f64, f64)) -> Self {
        let linear = LinearTarget::find(plan, effects).filter(|_| config.estimator == Estimator::Auto);
        match (linear, config.quantity, &config.feature_map) {
            (Some(target), Quantity::MeanDeviation, _) => Self::ClosedForm(target),
            (None, _, _) | (Some(_), _, FeatureMap::Custom(_)) => Self::Samples,
            (Some(target), _, _) if target.is_normal() => Self::ClosedForm(target),
            (Some(target), _, _) => match FourierTarget::find(plan, target.effects(), floors, false) {
                Some(inverted) => Self::Fourier(target, inverted),
                None => Self::Samples,
            },
        }
    }
}

impl Attributor {
    pub(super) fn new(model: FittedModel, target: &str, config: AttributionConfig) -> Result<Self> {
        config.check()?;
        let plan = Plan::of_ancestors(&model, target)?;
        let effects = plan.noise_effects();
        let floor = match config.floor {
            Floor::FromData => model.default_floor(),
            Floor::Fixed(floor) => floor,
        };
        let method = Method::choose(&plan, &effects, &config, (floor, model.default_floor()));
        let outer = match method {
            Method::Samples => OuterNoises::find(&plan, &effects, &config),
            _ => None,
        };
        Ok(Self {
            model,
            config,
            plan,
            effects,
            method,
            sampler: OnceLock::new(),
            outer,
            partly_linear: OnceLock::new(),
            automatic: ShapleyMethod::Auto,
            rounds: OnceLock::new(),
            floor,
        })
    }

    /// The same with so few permutations where all noises need samples and the choice was left to the crate: enough for a
    /// ranking.
    pub(crate) fn for_a_ranking(self) -> Self {
        Self { automatic: FOR_A_RANKING, ..self }
    }

    /// The node whose values are explained.
    pub fn target(&self) -> &str {
        &self.plan.nodes[self.plan.target()].name
    }

    /// What [`FittedModel::attribute_outlier`] gives.
    ///
    /// # Errors
    /// When the observation lacks the target's value, or has text or an infinite one for the target or one of its
    /// ancestors; when a custom mechanism is not invertible or returns NaN; or when the floor is 0 and the samples do not
    /// resolve a coalition's probability.
    pub fn attribute(&self, observation: &Observation) -> Result<Attribution> {
        self.attribute_by(observation, |recovered, roles| self.estimate(recovered, roles))
    }

    /// Without samples, however large the error of Fourier inversion is; for a target that is linear in all noises.
    pub(super) fn attribute_by_inversion(&self, observation: &Observation) -> Result<Attribution> {
        self.attribute_by(observation, |recovered, roles| {
            let measure = self.measure(recovered)?;
            match (&self.method, &measure) {
                (Method::Fourier(target, inverted), &Measure::LogTail { test: OutlierTest::Region(region), .. }) => {
                    self.invert(target, inverted, recovered, roles, region)
                }
                _ => self.estimate(recovered, roles),
            }
        })
    }

    /// With samples, even where there are other means.
    pub(super) fn attribute_by_sampling(&self, observation: &Observation) -> Result<Attribution> {
        self.attribute_by(observation, |recovered, roles| self.by_samples(recovered, roles, &self.measure(recovered)?))
    }

    fn attribute_by(
        &self,
        observation: &Observation,
        estimate: impl FnOnce(&Recovered, &Roles) -> Result<Refined>,
    ) -> Result<Attribution> {
        span!(DEBUG, "attribute", target = self.target());
        observation.finite(self.target())?;
        let recovered = self.plan.abduct(observation)?;
        let roles = Roles::new(&self.plan, &self.effects, &recovered);
        let refined = if roles.players.is_empty() {
            // Where no noise is free, the observation is the only value the target can take.
            Refined::certain()
        } else {
            let refined = estimate(&recovered, &roles)?;
            if roles.idle { refined.with_all_unexplained() } else { refined }
        };
        let attribution = self.assemble(&recovered, &roles.players, &refined)?;
        tell!(
            DEBUG,
            "attributed",
            score = attribution.score.value,
            samples = attribution.samples.unwrap_or(0),
            permutations = attribution.permutations.unwrap_or(0),
        );
        Ok(attribution)
    }

    /// Attributes every row, in parallel on the current rayon pool. A row at fault does not stop the others.
    pub fn attribute_rows(&self, observations: &Dataset) -> Vec<Result<Attribution>> {
        span!(INFO, "attribute_rows", target = self.target(), rows = observations.rows());
        let batch = Parent::current();
        let rows: Vec<Observation> = observations.observations().collect();
        rows.par_iter().map(|row| batch.in_scope(|| self.attribute(row))).collect()
    }

    fn estimate(&self, recovered: &Recovered, roles: &Roles) -> Result<Refined> {
        let measure = self.measure(recovered)?;
        match (&self.method, &measure) {
            (Method::ClosedForm(target), Measure::Mean { .. }) => {
                self.in_closed_form(target, recovered, roles, Question::Mean)
            }
            (Method::ClosedForm(target), &Measure::LogTail { test: OutlierTest::Region(region), floor }) => {
                let observed = recovered.values[self.plan.target()];
                self.in_closed_form(target, recovered, roles, Question::LogTail { observed, region, floor })
            }
            (Method::Fourier(target, inverted), &Measure::LogTail { test: OutlierTest::Region(region), .. }) => {
                self.by_inversion(target, inverted, recovered, roles, &measure, region)
            }
            _ => self.by_samples(recovered, roles, &measure),
        }
    }

    fn in_closed_form(
        &self,
        target: &LinearTarget,
        recovered: &Recovered,
        roles: &Roles,
        question: Question,
    ) -> Result<Refined> {
        let Roles { players, always_free, .. } = roles;
        let moments = |nodes| target.free_moments(&self.plan, &recovered.noises, nodes);
        let (moments, free_moments) = (moments(players), moments(always_free));
        let game = ClosedForm { plan: &self.plan, players, moments, always_free: free_moments, question };
        self.without_samples(players.len(), |shapley| Ok(Estimates::new(&shapley_values(&game, shapley)?, always_free)))
    }

    fn by_inversion(
        &self,
        target: &LinearTarget,
        inverted: &FourierTarget,
        recovered: &Recovered,
        roles: &Roles,
        measure: &Measure,
        region: OutlierRegion,
    ) -> Result<Refined> {
        let inverted = self.invert(target, inverted, recovered, roles, region)?;
        let error = inverted.estimates.largest_bank_error();
        if error <= self.inversion_tolerance() {
            return Ok(inverted);
        }
        // A few hundred terms do not follow these distributions closely enough, say those of few rows.
        let sampled = self.by_samples(recovered, roles, measure)?;
        Ok(if sampled.estimates.largest_bank_error() < error { sampled } else { inverted })
    }

    /// The largest error of Fourier inversion, in nats, beyond which samples are tried.
    pub(super) fn inversion_tolerance(&self) -> f64 {
        match self.config.precision {
            Precision::StdError(std_error) => std_error,
            Precision::Budget => INVERSION_TOLERANCE,
        }
    }

    fn invert(
        &self,
        target: &LinearTarget,
        inverted: &FourierTarget,
        recovered: &Recovered,
        roles: &Roles,
        region: OutlierRegion,
    ) -> Result<Refined> {
        let event = self.event(target, inverted, recovered, region);
        let Roles { players, always_free, .. } = roles;
        let fits_a_table = always_free.is_empty() || players.len() + always_free.len() <= EXACT_WITHOUT_SAMPLES;
        self.without_samples(players.len(), |shapley| {
            if shapley.method.enumerates(players.len())? && fits_a_table {
                return Ok(event.enumerate(players, always_free));
            }
            let game = FourierGame::new(&event, players, always_free);
            Ok(game.estimates(&shapley_values(&game, shapley)?))
        })
    }

    pub(super) fn event<'e>(
        &'e self,
        target: &LinearTarget,
        inverted: &'e FourierTarget,
        recovered: &'e Recovered,
        region: OutlierRegion,
    ) -> Event<'e> {
        let nodes = self.plan.nodes.iter().zip(target.effects());
        Event {
            target: inverted,
            noises: nodes.map(|(node, &effect)| (node.mechanism.noise(), effect)).collect(),
            observed_noises: &recovered.noises,
            observed: recovered.values[self.plan.target()],
            region,
            floor: self.floor,
        }
    }

    pub(super) fn sampler(&self) -> &Sampler {
        self.sampler.get_or_init(|| Sampler::new(&self.plan, &self.effects, &self.config))
    }

    /// The means to do without samples of some noises, if that is worth its while.
    fn partly_linear(&self, players: &[usize], method: ShapleyMethod) -> Option<&PartlyLinear> {
        let outer = self.outer.as_ref().filter(|outer| outer.suit(players, method))?;
        let floors = (self.floor, self.model.default_floor());
        let prepare = || PartlyLinear::prepare(&self.plan, outer, &self.config, floors);
        self.partly_linear.get_or_init(prepare).as_ref()
    }

    fn by_samples(&self, recovered: &Recovered, roles: &Roles, measure: &Measure) -> Result<Refined> {
        let sampler = self.sampler();
        let players = roles.players.len();
        let method = self.config.shapley_method.or_exact_at_no_more_cost(players);
        if let Some(partly_linear) = self.partly_linear(&roles.players, method) {
            let question = PartlyLinearQuestion { plan: &self.plan, sampler, recovered, roles, measure };
            let effort = Effort::new(ShapleyMethod::Exact, &self.config).with_samples();
            let refined = refine_if_possible(&self.config, players, effort, |Effort { growth, .. }| {
                partly_linear.estimate(&question, growth.unwrap_or(0))
            })?;
            if let Some(refined) = refined {
                return Ok(refined);
            }
        }
        let method = match method {
            ShapleyMethod::Auto => self.automatic.or_exact_at_no_more_cost(players),
            method => method,
        };
        let effort = Effort::new(method, &self.config).with_samples();
        refine(&self.config, players, effort, |Effort { growth, shapley }| {
            sampler.estimate(&self.plan, recovered, roles, measure.clone(), growth.unwrap_or(0), &shapley)
        })
    }

    fn without_samples(&self, players: usize, run: impl Fn(&ShapleyConfig) -> Result<Estimates>) -> Result<Refined> {
        let method = self.config.shapley_method.or_exact_at_no_more_cost(players);
        let effort = Effort::new(method.or_exact_up_to(EXACT_WITHOUT_SAMPLES, players), &self.config);
        refine(&self.config, players, effort, |Effort { shapley, .. }| run(&shapley))
    }

    pub(super) fn measure(&self, recovered: &Recovered) -> Result<Measure> {
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
}

impl fmt::Debug for Attributor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Attributor")
            .field("target", &self.target())
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}
