//! Single coalitions: what the target would have been, had some noises been drawn anew.

use super::attributor::{Attributor, INVERSION_TOLERANCE, Method};
use super::closed_form::{ClosedForm, LinearTarget, Question};
use super::config::Quantity;
use super::fourier::FourierGame;
use super::jackknife::variance_of_bank;
use super::measure::{Measure, OUTPUTS};
use super::roles::Roles;
use crate::data::Observation;
use crate::error::Result;
use crate::model::Recovered;
use crate::score::OutlierTest;
use crate::shapley::{Coalition, Game};

/// What becomes of the target when the noises of some nodes stay as observed and all others are drawn anew.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct WhatIf {
    /// For [`Quantity::ItScore`] the probability q(T) of a value at least as extreme as the observed one; for
    /// [`Quantity::MeanDeviation`] the target's expected value, in its unit.
    pub value: f64,
    /// Its standard error, in the same unit.
    pub std_error: f64,
}

impl Attributor {
    /// What becomes of the target when the noises of the nodes that `kept` names stay as observed and those of all other
    /// ancestors, and its own, are drawn anew: with everything kept the event itself, with nothing kept the target's usual
    /// distribution. Keeping all but one node answers "had this node behaved normally"; keeping one alone, "could this
    /// node have done it by itself?".
    ///
    /// It is one coalition of the game of [`attribute`](Self::attribute), found by the same means.
    ///
    /// # Errors
    /// As [`attribute`](Self::attribute).
    ///
    /// ```
    /// use etiology::{AdditiveNoiseModel, AttributionConfig, CausalGraph, KnownFormula, NoiseDistribution, Observation};
    ///
    /// let own_time = NoiseDistribution::normal(0.05, 0.01)?;
    /// let model = etiology::StructuralCausalModel::new(CausalGraph::from_edges([("db", "api")])?)
    ///     .with_mechanism("db", NoiseDistribution::normal(0.1, 0.02)?)?
    ///     .with_mechanism("api", AdditiveNoiseModel::known(KnownFormula::sum(["db"])).with_noise(own_time))?
    ///     .without_fitting()?;
    /// let attributor = model.attributor("api", AttributionConfig::default())?;
    /// let slow = Observation::from_pairs([("db", 0.9), ("api", 0.95)])?;
    /// // Had the database behaved normally, such a slow call would have been next to impossible.
    /// assert!(attributor.what_if(&slow, |node| node != "db")?.value < 1e-9);
    /// // The slow database by itself makes it as likely as not.
    /// assert!((attributor.what_if(&slow, |node| node == "db")?.value - 0.5).abs() < 0.01);
    /// # Ok::<(), etiology::Error>(())
    /// ```
    #[doc(alias = "counterfactual_samples")]
    pub fn what_if(&self, observation: &Observation, kept: impl Fn(&str) -> bool) -> Result<WhatIf> {
        observation.finite(self.target())?;
        let recovered = self.plan.abduct(observation)?;
        let roles = Roles::new(&self.plan, &self.effects, &recovered);
        let players = &roles.players;
        let mut coalition = Coalition::empty(players.len());
        for (player, &node) in players.iter().enumerate() {
            if kept(&self.plan.nodes[node].name) {
                coalition.insert(player);
            }
        }
        let worth = self.worth(&recovered, &roles, &coalition)?;
        Ok(match self.config.quantity {
            // The value's error is that of ln(q + ε).
            Quantity::ItScore => {
                WhatIf { value: worth.probability, std_error: worth.std_error * (worth.probability + self.floor) }
            }
            Quantity::MeanDeviation => {
                let observed = recovered.values[self.plan.target()];
                WhatIf { value: observed + worth.value, std_error: worth.std_error }
            }
        })
    }

    fn worth(&self, recovered: &Recovered, roles: &Roles, coalition: &Coalition) -> Result<Worth> {
        if roles.always_free.is_empty() && coalition.len() == roles.players.len() {
            return Ok(Worth { value: 0.0, std_error: 0.0, probability: 1.0 });
        }
        let measure = self.measure(recovered)?;
        match (&self.method, measure) {
            (Method::ClosedForm(target), Measure::Mean { .. }) => {
                self.worth_in_closed_form(target, recovered, roles, coalition, Question::Mean)
            }
            (Method::ClosedForm(target), Measure::LogTail { test: OutlierTest::Region(region), floor }) => {
                let observed = recovered.values[self.plan.target()];
                let question = Question::LogTail { observed, region, floor };
                self.worth_in_closed_form(target, recovered, roles, coalition, question)
            }
            (Method::Fourier(target, inverted), Measure::LogTail { test: OutlierTest::Region(region), .. }) => {
                let event = self.event(target, inverted, recovered, region);
                let values = evaluate(&FourierGame::new(&event, &roles.players, &roles.always_free), coalition)?;
                if values[1].abs() <= INVERSION_TOLERANCE {
                    return Ok(Worth { value: values[0], std_error: values[1].abs(), probability: values[2] });
                }
                self.worth_by_samples(recovered, roles, coalition, self.measure(recovered)?)
            }
            (_, measure) => self.worth_by_samples(recovered, roles, coalition, measure),
        }
    }

    fn worth_by_samples(
        &self,
        recovered: &Recovered,
        roles: &Roles,
        coalition: &Coalition,
        measure: Measure,
    ) -> Result<Worth> {
        let values = evaluate(&self.sampler().game(&self.plan, recovered, roles, measure, 0), coalition)?;
        let std_error = variance_of_bank(&values).sqrt();
        Ok(Worth { value: values[0], std_error, probability: values[OUTPUTS - 1] })
    }

    fn worth_in_closed_form(
        &self,
        target: &LinearTarget,
        recovered: &Recovered,
        roles: &Roles,
        coalition: &Coalition,
        question: Question,
    ) -> Result<Worth> {
        let moments = |nodes: &[usize]| target.free_moments(&self.plan, &recovered.noises, nodes);
        let (of_players, always_free) = (moments(&roles.players), moments(&roles.always_free));
        let players = &roles.players;
        let game = ClosedForm { plan: &self.plan, players, moments: of_players, always_free, question };
        let values = evaluate(&game, coalition)?;
        Ok(Worth { value: values[0], std_error: 0.0, probability: values[1] })
    }
}

/// What a coalition is worth: v(T), its standard error, and q(T), which is not meaningful for a mean.
struct Worth {
    value: f64,
    std_error: f64,
    probability: f64,
}

fn evaluate<G: Game>(game: &G, coalition: &Coalition) -> Result<Vec<f64>> {
    let mut values = vec![0.0; game.outputs()];
    game.evaluate(coalition, &mut game.scratch(), &mut values)?;
    Ok(values)
}
