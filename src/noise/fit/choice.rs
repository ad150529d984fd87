//! Which parametric family to fit, by likelihood with a penalty.

use super::family::NoiseFamily;
use crate::noise::distribution::NoiseDistribution;
use crate::numeric::ranks::sort_by;
use crate::{Error, Result};
use serde::{Deserialize, Serialize};

/// The families among which is chosen, the simpler first, with how many parameters they fit.
fn candidates() -> [(NoiseFamily, usize); 5] {
    [
        (NoiseFamily::exponential(), 1),
        (NoiseFamily::half_normal(), 1),
        (NoiseFamily::Normal, 2),
        (NoiseFamily::gamma(), 2),
        (NoiseFamily::log_normal(), 2),
    ]
}

/// The family that [`NoiseFamily::choose`] chose, and the families it chose among.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FamilyChoice {
    /// The fitted distribution of the best family.
    pub distribution: NoiseDistribution,
    /// Every family whose range holds all values, the best first.
    pub scores: Vec<FamilyScore>,
}

/// How well one family fits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FamilyScore {
    /// The family.
    pub family: NoiseFamily,
    /// How many parameters were fitted.
    pub parameters: usize,
    /// The logarithm of the likelihood of all values, in nats; it depends on their unit, differences do not.
    pub log_likelihood: f64,
    /// Schwarz's criterion, parameters · ln(values) − 2 · log likelihood: the smaller the better.
    #[doc(alias = "bic")]
    pub criterion: f64,
}

/// The candidate with the smallest criterion, as `fit` fits it to these values; the normal one where none has a finite
/// likelihood.
///
/// A candidate is passed over if its range does not hold the values or its estimate comes to no number; any other error
/// is about the values themselves, and so the answer.
pub(super) fn most_likely(
    values: &[f64],
    fit: impl Fn(NoiseFamily) -> Result<NoiseDistribution>,
) -> Result<FamilyChoice> {
    let mut fits = Vec::new();
    for (family, parameters) in candidates() {
        let distribution = match fit(family) {
            Ok(distribution) => distribution,
            Err(Error::OutsideSupport { .. } | Error::InvalidParameter { .. }) => continue,
            Err(error) => return Err(error),
        };
        let terms = values.iter().filter_map(|&value| distribution.ln_density(value));
        let log_likelihood: f64 = terms.sum();
        if log_likelihood.is_finite() {
            let criterion = parameters as f64 * (values.len() as f64).ln() - 2.0 * log_likelihood;
            fits.push((distribution, FamilyScore { family, parameters, log_likelihood, criterion }));
        }
    }
    // A stable sort: of equal ones the simpler stays first.
    sort_by(&mut fits, &|a, b| a.1.criterion.total_cmp(&b.1.criterion));
    let (distributions, scores): (Vec<NoiseDistribution>, Vec<FamilyScore>) = fits.into_iter().unzip();
    match distributions.into_iter().next() {
        Some(distribution) => Ok(FamilyChoice { distribution, scores }),
        // Only values near the ends of `f64` leave no family: the normal one is as good as any.
        None => Ok(FamilyChoice { distribution: fit(NoiseFamily::Normal)?, scores }),
    }
}
