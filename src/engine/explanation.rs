//! Which engine answered, and why, in words.

use std::fmt::{self, Write};

use serde::{Deserialize, Serialize};

use crate::wording::Visible;

/// The ways in which the probabilities of coalitions are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EngineName {
    /// A formula for every coalition: the distribution function of a normal distribution, or a mean.
    ClosedForm,
    /// Counting out: sums over all values of categories and of what else has values that can be listed.
    Enumeration,
    /// Fourier inversion of the product of the noises' characteristic functions; without samples.
    FourierInversion,
    /// Fourier inversion over the noises in which the target is linear, beside samples of what all others do to it.
    PartialInversion,
    /// Monte Carlo or quasi-Monte Carlo over all noises but, where the target is linear in one, that one, which is integrated.
    Sampling,
}

impl EngineName {
    pub(crate) const ALL: [Self; 5] =
        [Self::ClosedForm, Self::Enumeration, Self::FourierInversion, Self::PartialInversion, Self::Sampling];

    /// Whether it needs the total effects of noises alone, and evaluates no mechanism.
    pub(crate) fn knows_effects(self) -> bool {
        matches!(self, Self::ClosedForm | Self::FourierInversion)
    }
}

impl fmt::Display for EngineName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::ClosedForm => "closed form",
            Self::Enumeration => "counting out",
            Self::FourierInversion => "Fourier inversion",
            Self::PartialInversion => "Fourier inversion beside samples",
            Self::Sampling => "sampling",
        })
    }
}

/// Which engine was taken, why, and why the others were not.
///
/// `Display` gives sentences:
///
/// ```
/// use etiology::{AttributionConfig, CausalGraph, NoiseDistribution, StructuralCausalModel};
///
/// let model = StructuralCausalModel::new(CausalGraph::from_nodes_and_edges(["db"], Vec::<(&str, &str)>::new())?)
///     .with_mechanism("db", NoiseDistribution::normal(0.1, 0.02)?)?
///     .without_fitting()?;
/// let explanation = model.attributor("db", AttributionConfig::default())?.explain().clone();
/// assert_eq!(
///     explanation.to_string().lines().next(),
///     Some("By closed form: `db` is linear in all noises, and they are normal or constant.")
/// );
/// # Ok::<(), etiology::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Explanation {
    /// The engine that was taken.
    pub engine: EngineName,
    /// Why it was taken: a clause without a full stop.
    pub why: String,
    /// Every other engine, in order of preference, with a clause that says why it was not taken, or when it will be.
    pub others: Vec<(EngineName, String)>,
}

impl fmt::Display for Explanation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let formatter = &mut Visible(formatter);
        write!(formatter, "By {}: {}.", self.engine, self.why)?;
        for (engine, why) in &self.others {
            write!(formatter, "\nNot by {engine}: {why}.")?;
        }
        Ok(())
    }
}
