//! How far a sample may be from what it is a sample of.

use std::fmt;

use serde::Serialize;

use crate::error::{Error, Result};

/// What so many sampled rows guarantee: with this probability, the share of rows with a value at or below x differs in the sample by no more
/// than `distance` from the probability of that, for all x at once.
///
/// ```text
/// P{ sup |F_k(x) − F(x)| > ε } ≤ 2·exp(−2·k·ε²)
/// ```
///
/// for k independent values of the distribution F, whatever it is (A. Dvoretzky, J. Kiefer and J. Wolfowitz, *Asymptotic minimax
/// character of the sample distribution function*, Annals of Mathematical Statistics 27, 1956, with the constant of P. Massart, *The
/// tight constant in the Dvoretzky-Kiefer-Wolfowitz inequality*, Annals of Probability 18, 1990). Rows that are sampled by hashes of their
/// own keys are as independent as all rows are.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SampleDistance {
    /// How many values the sample has, k.
    pub rows: usize,
    /// The largest difference of shares, ε = √(ln(2/(1 − confidence)) / (2·k)); between 0 and 1.
    pub distance: f64,
    /// The probability that no difference is larger.
    pub confidence: f64,
}

impl SampleDistance {
    /// # Errors
    /// When there are no values, or the confidence is no probability between 0 and 1.
    pub(super) fn of(rows: usize, confidence: f64) -> Result<Self> {
        if rows == 0 {
            return Err(Error::Empty { what: "the column in the sample".to_owned(), expected: "value" });
        }
        if !(confidence > 0.0 && confidence < 1.0) {
            let (name, requirement) = ("the confidence of a distance", "above 0 and below 1");
            return Err(Error::InvalidParameter { name, requirement, found: confidence.to_string() });
        }
        let distance = ((2.0 / (1.0 - confidence)).ln() / (2.0 * rows as f64)).sqrt().min(1.0);
        Ok(Self { rows, distance, confidence })
    }
}

/// As `no share of rows is off by more than 0.53% (with 95% probability, by 65536 sampled rows)`.
impl fmt::Display for SampleDistance {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rows, distance, confidence } = self;
        let percent = |share: f64| format!("{}%", (1e4 * share).round() / 100.0);
        write!(
            formatter,
            "no share of rows is off by more than {} (with {} probability, by {rows} sampled rows)",
            percent(*distance),
            percent(*confidence)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figure_solves_the_inequality() {
        let found = SampleDistance::of(65_536, 0.95).unwrap();
        assert!((2.0 * (-2.0 * 65_536.0 * found.distance.powi(2)).exp() - 0.05).abs() < 1e-12);
        assert_eq!(
            found.to_string(),
            "no share of rows is off by more than 0.53% (with 95% probability, by 65536 sampled rows)"
        );
        assert_eq!(SampleDistance::of(1, 0.99).unwrap().distance, 1.0);
        assert!(SampleDistance::of(0, 0.9).is_err());
        for bad in [0.0, 1.0, f64::NAN, -1.0] {
            assert!(SampleDistance::of(10, bad).is_err(), "{bad}");
        }
    }
}
