//! The mechanisms that the data leave possible, and by how much they disagree.

use serde::{Deserialize, Serialize};

use super::region::TrainingRegion;
use crate::error::{Error, Result};
use crate::mechanism::{FittedMechanism, Form};
use crate::noise::NoiseDistribution;

/// A rival may grow from the border of the training region to at most so many times the growth of the chosen mechanism, or its
/// noise where that grows less, away from it: a polynomial says nothing of the far outside.
const LARGEST_GROWTH: f64 = 3.0;

/// What plausible mechanisms disagree about matters from this share of the noise's standard deviation on.
const MATERIAL: f64 = 0.25;

/// A mechanism that the data leave possible beside the chosen one.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rival {
    /// As in the assignment report.
    pub(crate) name: String,
    /// How likely it is; with those of the others and of the chosen one it sums to 1.
    pub(crate) weight: f64,
    pub(crate) form: Form,
    /// The median of its own noise, with which it predicts.
    pub(crate) centre: f64,
}

/// What a node's mechanism may be, where it was chosen from data: all of it predicts the training rows about equally well.
/// Parents are in the mechanism's order, which is that of the graph.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "SavedPlausible")]
pub(crate) struct Plausible {
    rivals: Vec<Rival>,
    /// The weight of the chosen mechanism.
    chosen: f64,
    /// The standard deviation of the chosen mechanism's noise, before its scale and on the scale of its link; above 0.
    sigma: f64,
    /// The median of that noise.
    centre: f64,
    /// Where all of them are known to agree.
    region: TrainingRegion,
}

impl Plausible {
    /// `None` where there is no rival, or where the chosen mechanism holds without any noise: then it held in every row, and
    /// there is nothing to measure a disagreement by.
    pub(in crate::model) fn of(
        rivals: Vec<Rival>,
        chosen: f64,
        mechanism: &FittedMechanism,
        region: TrainingRegion,
    ) -> Option<Self> {
        let (sigma, centre) = (mechanism.noise().variance().sqrt(), mechanism.noise().median());
        let usable = !rivals.is_empty() && sigma > 0.0 && sigma.is_finite() && mechanism.custom().is_none();
        usable.then_some(Self { rivals, chosen, sigma, centre, region })
    }

    /// By how much the value may be off what the chosen mechanism says at these parents: δ, on the scale of its link. Exactly 0
    /// where the parents were in training.
    ///
    /// ```text
    /// δ(pa)² = Σ w_k (d_k − Σ w_k d_k)²,   d_k = f_k(pa) − f_k(nearest point of the training region)
    /// ```
    ///
    /// over the chosen mechanism and its rivals. What they disagree about is how the node goes on from the border of what is
    /// known: there δ is 0, and it grows continuously.
    pub(crate) fn disagreement(&self, chosen: &Form, parents: &[f64]) -> f64 {
        let mut moments = (0.0, 0.0);
        for (rival, apart) in self.rivals.iter().zip(self.apart(chosen, parents)) {
            moments.0 += rival.weight * apart;
            moments.1 += rival.weight * apart * apart;
        }
        (moments.1 - moments.0 * moments.0).max(0.0).sqrt()
    }

    /// What is to be added to the chosen mechanism's noise at these parents to make it the lowest of the rivals, and the highest,
    /// where these say something else that matters.
    pub(crate) fn extremes(&self, chosen: &Form, parents: &[f64]) -> impl Iterator<Item = f64> {
        let apart = self.apart(chosen, parents);
        let lowest = apart.iter().copied().fold(0.0, f64::min);
        let highest = apart.iter().copied().fold(0.0, f64::max);
        let (scale, least) = (chosen.scale(parents), MATERIAL * self.sigma);
        [lowest, highest].into_iter().map(move |apart| apart / scale).filter(move |shift| shift.abs() >= least)
    }

    /// By how much each rival grows further than the chosen mechanism from the border of the training region to these parents, on
    /// the scale of its link; nothing inside.
    fn apart(&self, chosen: &Form, parents: &[f64]) -> Vec<f64> {
        let Some(nearest) = self.region.nearest(parents) else { return Vec::new() };
        let link = chosen.link();
        let growth = |form: &Form, centre: f64| {
            let at = |parents: &[f64]| link.apply(form.evaluate(parents, centre));
            at(parents) - at(&nearest)
        };
        let of_chosen = growth(chosen, self.centre);
        let furthest = LARGEST_GROWTH * of_chosen.abs().max(self.sigma * chosen.scale(&nearest));
        let of_rival = |rival: &Rival| {
            let apart = growth(&rival.form, rival.centre) - of_chosen;
            // A rival that leaves the domain of the link is as far off as any may be.
            if apart.is_nan() { furthest } else { apart.clamp(-furthest, furthest) }
        };
        self.rivals.iter().map(of_rival).collect()
    }

    /// By what the noise is multiplied at these parents, √(1 + δ²/s²), where s is the standard deviation that the chosen mechanism
    /// gives it there; exactly 1 where the parents were in training.
    pub(crate) fn widening(&self, chosen: &Form, parents: &[f64]) -> f64 {
        let disagreement = self.disagreement(chosen, parents);
        if disagreement == 0.0 { 1.0 } else { 1.0_f64.hypot(disagreement / (self.sigma * chosen.scale(parents))) }
    }

    /// Whether a noise is made of those of training rows, as any that was chosen from data is.
    pub(crate) fn can_widen(noise: &NoiseDistribution) -> bool {
        matches!(noise, NoiseDistribution::Empirical(_))
    }

    /// The noise of the chosen mechanism with its deviations from its median so many times as large; `None` unless it
    /// [can be](Self::can_widen).
    pub(crate) fn widened(&self, noise: &NoiseDistribution, widening: f64) -> Option<NoiseDistribution> {
        let NoiseDistribution::Empirical(empirical) = noise else { return None };
        let wide = |&noise: &f64| self.centre + widening * (noise - self.centre);
        NoiseDistribution::empirical(&empirical.values().iter().map(wide).collect::<Vec<_>>()).ok()
    }

    /// What a wide noise would be if it were not so.
    pub(crate) fn narrowed(&self, noise: f64, widening: f64) -> f64 {
        self.centre + (noise - self.centre) / widening
    }

    /// The number of parents.
    pub(in crate::model) fn parents(&self) -> usize {
        self.region.parents()
    }

    /// Whether every rival takes as many parents as the region has.
    pub(in crate::model) fn is_of_one_arity(&self) -> bool {
        self.rivals.iter().all(|rival| rival.form.takes_parents(self.parents()))
    }
}

/// What may be saved, before it is checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedPlausible {
    rivals: Vec<Rival>,
    chosen: f64,
    sigma: f64,
    centre: f64,
    region: TrainingRegion,
}

impl TryFrom<SavedPlausible> for Plausible {
    type Error = Error;

    fn try_from(SavedPlausible { rivals, chosen, sigma, centre, region }: SavedPlausible) -> Result<Self> {
        let is_weight = |weight: f64| (0.0..=1.0).contains(&weight);
        let sum = chosen + rivals.iter().map(|rival| rival.weight).sum::<f64>();
        let plausible = Self { rivals, chosen, sigma, centre, region };
        let holds = !plausible.rivals.is_empty()
            && is_weight(chosen)
            && plausible.rivals.iter().all(|rival| is_weight(rival.weight) && rival.centre.is_finite())
            && (sum - 1.0).abs() < 1e-9
            && sigma > 0.0
            && sigma.is_finite()
            && centre.is_finite()
            && plausible.is_of_one_arity();
        if holds {
            return Ok(plausible);
        }
        let (name, requirement) = ("the rival mechanisms of a saved model", "functions of the parents, with weights");
        Err(Error::InvalidParameter { name, requirement, found: format!("{} that are not", plausible.rivals.len()) })
    }
}
