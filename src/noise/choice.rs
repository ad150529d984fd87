//! Which parametric family to fit, by likelihood with a penalty.

use super::{NoiseDistribution, NoiseFamily};
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

/// What [`NoiseFamily::choose`] chose, and among what.
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

impl NoiseFamily {
    /// Fits every parametric family whose range holds the values, from 0 upwards or over all numbers, and chooses the one
    /// with the smallest Schwarz criterion,
    ///
    /// ```text
    /// BIC = parameters · ln n − 2 · ln(likelihood)
    /// ```
    ///
    /// (G. Schwarz, "Estimating the dimension of a model", Annals of Statistics 6, 1978). With ever more values it finds
    /// the true family if that is among them, and of nested ones the smallest (exponential rather than gamma), which
    /// Akaike's criterion does not. Families with equally many parameters are ranked by likelihood alone.
    ///
    /// Candidates are exponential, half-normal, gamma and log-normal noise from 0, and normal noise. Uniform noise is
    /// none: it makes any later value beyond the data impossible. Empirical and tailed noise have atoms, so no
    /// density and no likelihood that could be compared: fit them where no family fits well. Costs O(n).
    ///
    /// # Errors
    ///
    /// Those of [`fit`](Self::fit) for normal noise, as `what` says in messages.
    ///
    /// ```
    /// use etiology::NoiseFamily;
    ///
    /// let latencies: Vec<f64> = (1..200).map(|i| -20.0 * (f64::from(i) / 200.0).ln()).collect();
    /// let choice = NoiseFamily::choose(&latencies, "the noise of node `db`")?;
    /// assert_eq!(choice.distribution.family_name(), "exponential");
    /// assert!(choice.scores[0].criterion < choice.scores[1].criterion);
    /// # Ok::<(), etiology::Error>(())
    /// ```
    #[doc(alias = "find_suitable_continuous_distribution")]
    pub fn choose(values: &[f64], what: &str) -> Result<FamilyChoice> {
        let mut fits = Vec::new();
        for (family, parameters) in candidates() {
            let distribution = match family.fit(values, what) {
                Ok(distribution) => distribution,
                Err(Error::OutsideSupport { .. }) => continue,
                Err(error) => return Err(error),
            };
            let terms = values.iter().filter_map(|&value| distribution.law().ln_density(value));
            let log_likelihood: f64 = terms.sum();
            if log_likelihood.is_finite() {
                let criterion = parameters as f64 * (values.len() as f64).ln() - 2.0 * log_likelihood;
                fits.push((distribution, FamilyScore { family, parameters, log_likelihood, criterion }));
            }
        }
        // A stable sort: of equal ones the simpler stays first.
        fits.sort_by(|a, b| a.1.criterion.total_cmp(&b.1.criterion));
        let (distributions, scores): (Vec<NoiseDistribution>, Vec<FamilyScore>) = fits.into_iter().unzip();
        match distributions.into_iter().next() {
            Some(distribution) => Ok(FamilyChoice { distribution, scores }),
            // Only values near the ends of `f64` leave no family: the normal one is as good as any.
            None => Ok(FamilyChoice { distribution: Self::Normal.fit(values, what)?, scores }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::NoiseDistribution as Noise;
    use crate::noise::testing::draws;

    const WHAT: &str = "the noise of node `db`";

    fn chosen(values: &[f64]) -> &'static str {
        NoiseFamily::choose(values, WHAT).unwrap().distribution.family_name()
    }

    #[test]
    fn the_true_family_is_found() {
        for (seed, noise) in [
            Noise::normal(3.0, 4.0).unwrap(),
            Noise::normal(0.0, 1.0).unwrap(),
            Noise::exponential(0.2).unwrap(),
            Noise::half_normal(0.0, 3.0).unwrap(),
            Noise::gamma(3.0, 10.0).unwrap(),
            Noise::log_normal(2.0, 0.8).unwrap(),
        ]
        .into_iter()
        .enumerate()
        {
            assert_eq!(chosen(&draws(&noise, 5_000, seed as u64)), noise.family_name(), "{noise}");
        }
    }

    #[test]
    fn scores_agree_with_scipy() {
        // scipy 1.15.3: -2 * d(*d.fit(x, floc=0)).logpdf(x).sum() + k * log(8) for the distributions d of scipy.stats
        // (norm without floc), x as below.
        let values = [0.3, 1.2, 0.7, 2.9, 5.1, 0.05, 1.6, 3.3];
        let choice = NoiseFamily::choose(&values, WHAT).unwrap();
        for (family, expected) in [
            ("exponential", 28.29638538608851),
            ("half-normal", 28.33553637743681),
            ("normal", 34.6592021637328),
            ("gamma", 30.32930449293659),
            ("log-normal", 32.38409725778335),
        ] {
            let score = choice.scores.iter().find(|score| score.family.to_string() == family).unwrap();
            assert!((score.criterion - expected).abs() < 1e-6, "{score:?} instead of {expected}");
        }
        assert!(choice.scores.windows(2).all(|pair| pair[0].criterion <= pair[1].criterion));
        assert_eq!(choice.distribution, choice.scores[0].family.fit(&values, WHAT).unwrap());
        assert_eq!(choice.distribution, NoiseFamily::MostLikely.fit(&values, WHAT).unwrap());
    }

    #[test]
    fn units_change_no_choice() {
        let values = draws(&Noise::gamma(2.0, 1.0).unwrap(), 500, 7);
        let plain = NoiseFamily::choose(&values, WHAT).unwrap();
        let scaled: Vec<f64> = values.iter().map(|value| value * 1e9).collect();
        let scaled = NoiseFamily::choose(&scaled, WHAT).unwrap();
        for (a, b) in plain.scores.iter().zip(&scaled.scores) {
            assert_eq!(a.family, b.family);
            let gap = |choice: &FamilyChoice, score: &FamilyScore| score.criterion - choice.scores[0].criterion;
            assert!((gap(&plain, a) - gap(&scaled, b)).abs() < 1e-6);
        }
    }

    #[test]
    fn only_families_that_hold_all_values_are_compared() {
        let names = |values: &[f64]| {
            let scores = NoiseFamily::choose(values, WHAT).unwrap().scores;
            let mut names: Vec<String> = scores.iter().map(|score| score.family.to_string()).collect();
            names.sort();
            names
        };
        assert_eq!(names(&[-1.0, 2.0, 3.0]), ["normal"]);
        assert_eq!(names(&[0.0, 2.0, 3.0]), ["exponential", "half-normal", "normal"]);
        assert_eq!(names(&[1.0, 2.0, 3.0]).len(), 5);
        assert_eq!(names(&[1.0, 1.0 + 1e-9]).len(), 4, "too narrow for a gamma distribution");
    }

    #[test]
    fn unusable_values_are_refused() {
        assert!(matches!(NoiseFamily::choose(&[], WHAT), Err(Error::Empty { .. })));
        assert!(matches!(NoiseFamily::choose(&[1.0], WHAT), Err(Error::TooFewRows { .. })));
        assert!(matches!(NoiseFamily::choose(&[2.0, 2.0], WHAT), Err(Error::ConstantValues { .. })));
        let error = NoiseFamily::choose(&[2.0, f64::NAN], WHAT).unwrap_err();
        assert!(error.to_string().contains(WHAT), "{error}");
    }
}
