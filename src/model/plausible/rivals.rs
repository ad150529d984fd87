//! The mechanisms that the data leave possible, and by how much they disagree.

use serde::{Deserialize, Serialize};

use super::region::TrainingRegion;
use crate::error::{Error, Result};
use crate::mechanism::{FittedMechanism, Form};

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

    /// The mechanisms that the data leave possible beside the chosen one.
    pub(crate) fn rivals(&self) -> &[Rival] {
        &self.rivals
    }

    /// Where the parents were in training.
    pub(crate) fn region(&self) -> &TrainingRegion {
        &self.region
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
