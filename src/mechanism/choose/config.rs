//! How mechanisms are chosen.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Which mechanisms are considered for nodes with parents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MechanismSearch {
    /// All kinds that the crate can fit, compared by cross-validation.
    #[default]
    Automatic,
    /// Linear regression with additive noise, without a comparison.
    Linear,
}

/// How [`assign_mechanisms_with`](crate::StructuralCausalModel::assign_mechanisms_with) chooses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
#[doc(alias = "AssignmentQuality")]
pub struct AssignmentConfig {
    /// What is considered.
    pub search: MechanismSearch,
    /// How many folds; without a number, 10 for fewer than 300 rows and 5 for more.
    pub folds: Option<usize>,
    /// Most rows that are used to compare mechanisms; beyond them, so many are drawn. All rows are used to fit.
    pub most_rows: usize,
    /// By how many standard errors of the difference a simpler mechanism may be worse than the best and still be chosen.
    /// With n rows it is (1 + 50/n) times this many, since few rows make standard errors uncertain.
    pub standard_errors: f64,
    /// The share of the best mechanism's loss by which a simpler one may be worse in any case: a gain that is certain but
    /// tiny is not worth a mechanism that is harder to trust outside the training range.
    pub least_gain: f64,
    /// Seed of the order of rows.
    pub seed: u64,
}

/// Everything is considered, on up to 3 000 rows, within 1.5 standard errors or 1 % of the best.
impl Default for AssignmentConfig {
    fn default() -> Self {
        Self {
            search: MechanismSearch::Automatic,
            folds: None,
            most_rows: 3_000,
            standard_errors: 1.5,
            least_gain: 0.01,
            seed: 0,
        }
    }
}

impl AssignmentConfig {
    /// Roots empirical, all other nodes linear: no comparison, next to no cost.
    pub fn linear() -> Self {
        Self { search: MechanismSearch::Linear, ..Self::default() }
    }

    /// Sets the number of folds, at least 2.
    #[must_use]
    pub fn with_folds(self, folds: usize) -> Self {
        Self { folds: Some(folds), ..self }
    }

    /// Sets the most rows that mechanisms are compared on, at least 20.
    #[must_use]
    pub fn with_most_rows(self, rows: usize) -> Self {
        Self { most_rows: rows, ..self }
    }

    /// Sets by how many standard errors a simpler mechanism may be worse, at least 0.
    #[must_use]
    pub fn with_standard_errors(self, standard_errors: f64) -> Self {
        Self { standard_errors, ..self }
    }

    /// Sets by what share of the loss a simpler mechanism may be worse, at least 0.
    #[must_use]
    pub fn with_least_gain(self, share: f64) -> Self {
        Self { least_gain: share, ..self }
    }

    /// Sets the seed.
    #[must_use]
    pub fn with_seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    pub(super) fn folds_for(&self, rows: usize) -> usize {
        self.folds.unwrap_or(if rows < 300 { 10 } else { 5 })
    }

    pub(crate) fn check(&self) -> Result<()> {
        let at_least_0 = |value: f64| value >= 0.0 && value.is_finite();
        let requirement = "finite and at least 0";
        let checks = [
            ("the number of folds", "at least 2", self.folds.is_none_or(|folds| folds >= 2), {
                self.folds.unwrap_or(2) as f64
            }),
            ("the most rows to compare mechanisms on", "at least 20", self.most_rows >= 20, self.most_rows as f64),
            ("the number of standard errors", requirement, at_least_0(self.standard_errors), self.standard_errors),
            ("the least gain", requirement, at_least_0(self.least_gain), self.least_gain),
        ];
        match checks.into_iter().find(|&(_, _, fine, _)| !fine) {
            None => Ok(()),
            Some((name, requirement, _, found)) => {
                Err(Error::InvalidParameter { name, requirement, found: found.to_string() })
            }
        }
    }
}
