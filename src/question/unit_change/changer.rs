//! The change of a target in the whole system: noises and mechanisms of all its causes share it.

use super::config::UnitChangeConfig;
use super::pair::Pair;
use super::prepared::Prepared;
use super::result::{ChangePart, ChangeSource, UnitChange};
use crate::data::Observation;
use crate::error::Result;
use crate::model::FittedModel;

/// Says of one pair of rows after another why a target's value differs: all that does not depend on the rows is done once.
///
/// What [`FittedModel::unit_change`] does at every call before it looks at the rows is done here: the target's causes in both models, which of
/// their mechanisms differ, and what is in closed form. Results are the same to the bit. It keeps clones of the models, which cost next to
/// nothing, so that it can be stored and shared between threads.
///
/// ```
/// use etiology::unit_change::{ChangeSource, UnitChangeConfig};
/// use etiology::{AdditiveNoiseModel, CausalGraph, KnownFormula, NoiseDistribution, Observation, StructuralCausalModel};
///
/// let goods = AdditiveNoiseModel::known(KnownFormula::new(["units", "price"], |values| values[0] * values[1]));
/// let model = StructuralCausalModel::new(CausalGraph::from_edges([("units", "goods"), ("price", "goods")])?)
///     .with_mechanism("units", NoiseDistribution::constant(0.0)?)?
///     .with_mechanism("price", NoiseDistribution::constant(0.0)?)?
///     .with_mechanism("goods", goods.with_noise(NoiseDistribution::constant(0.0)?))?
///     .without_fitting()?;
/// let changer = model.unit_changer(&model, "goods", UnitChangeConfig::default())?;
/// let row = |units, price| Observation::from_pairs([("units", units), ("price", price), ("goods", units * price)]);
/// for (units, price, cause) in [(90.0, 5.0, "units"), (100.0, 4.0, "price")] {
///     let change = changer.change(&row(100.0, 5.0)?, &row(units, price)?)?;
///     assert_eq!((change.ranked()[0].node.as_str(), change.part(cause, ChangeSource::Noise)), (cause, change.total()));
/// }
/// # Ok::<(), etiology::Error>(())
/// ```
#[derive(Debug)]
pub struct UnitChanger {
    pub(super) prepared: Prepared,
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
        self.unit_changer(new, target, *config)?.change(before, after)
    }

    /// Prepares [`unit_change`](Self::unit_change) for many pairs of rows.
    ///
    /// # Errors
    /// When the target or one of its causes is not in both models, a cause has other levels in one than in the other, or the models'
    /// arrows together form a cycle; when the target is a category; or when the configuration is invalid.
    pub fn unit_changer(&self, new: &Self, target: &str, config: UnitChangeConfig) -> Result<UnitChanger> {
        Ok(UnitChanger { prepared: Prepared::new([self, new], target, config)? })
    }
}

impl UnitChanger {
    /// The node whose differences are explained.
    pub fn target(&self) -> &str {
        &self.prepared.target
    }

    /// What [`FittedModel::unit_change`] gives.
    ///
    /// # Errors
    /// When a value is missing, or outside of the domain of a mechanism; or when a mechanism returns NaN or an infinity.
    pub fn change(&self, before: &Observation, after: &Observation) -> Result<UnitChange> {
        let pair = Pair::new(&self.prepared, [before, after])?;
        let split = pair.split()?;
        let part = |(&(number, source), &(value, std_error)): (&(usize, ChangeSource), &(f64, f64))| ChangePart {
            node: self.prepared.name(number).to_owned(),
            source,
            value,
            std_error,
        };
        let parts = pair.players().iter().zip(&split.parts).map(part).collect();
        let (target, [before, after]) = (self.target().to_owned(), split.values);
        Ok(UnitChange { target, before, after, observed: true, parts, rounding: split.rounding })
    }
}
