//! What `Display` prints of a robust change.

use std::fmt::{self, Write};

use crate::question::robust_change::{
    RobustChange, RobustContribution, RobustExplanation, RobustQuantity, RobustWeights,
};
use crate::report::text::table;
use crate::wording::{Visible, significant, visible_name};

/// Where weighted rows count for less than this share, the tables hardly overlap.
const LITTLE_OVERLAP: f64 = 0.05;

impl fmt::Display for RobustChange {
    /// The change in a line, then the nodes in topological order, the change below.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let formatter = &mut Visible(formatter);
        let (quantity, target) = (&self.explain().quantity, visible_name(&self.target));
        let (old, new) = (significant(self.old), significant(self.new));
        writeln!(formatter, "The {quantity} of `{target}` went from {old} to {new}.")?;
        let mut table = table::plain();
        let level = format!("{} % from", significant(100.0 * self.level));
        table.set_header(["mechanism".to_owned(), "change".to_owned(), "± error".to_owned(), level, "to".to_owned()]);
        let mut add = |name: String, part: &RobustContribution| {
            let numbers = [part.value, part.std_error, part.interval[0], part.interval[1]].map(significant);
            table.add_row(std::iter::once(name).chain(numbers));
        };
        self.contributions.iter().for_each(|part| add(visible_name(&part.node), part));
        add("(together)".to_owned(), &self.change);
        table::write_figures(formatter, table, 1)?;
        for (table, incomplete) in ["old", "new"].iter().zip(self.incomplete).filter(|&(_, incomplete)| incomplete > 0)
        {
            writeln!(formatter, "{incomplete} rows of the {table} table lack a value and were left out.")?;
        }
        if self.explain().effective < LITTLE_OVERLAP {
            writeln!(formatter, "The tables hardly overlap: errors may be too small.")?;
        }
        Ok(())
    }
}

impl fmt::Display for RobustQuantity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mean => formatter.write_str("mean"),
            Self::Variance => formatter.write_str("variance"),
            Self::FrequencyAbove(limit) => write!(formatter, "frequency above {}", significant(*limit)),
            Self::FrequencyOf(level) => write!(formatter, "frequency of `{}`", visible_name(level)),
        }
    }
}

impl fmt::Display for RobustExplanation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let formatter = &mut Visible(formatter);
        let weights = match self.weights {
            RobustWeights::Quadratic => "logistic regressions with squares and products",
            RobustWeights::Linear => "logistic regressions",
            RobustWeights::Constant => "no ratios of probabilities (all are 1)",
        };
        let (fits, folds, share) = (self.fits, self.folds, significant(100.0 * self.effective));
        writeln!(formatter, "{fits} regressions in {folds} folds by {}, weighted by {weights}.", self.regressor)?;
        writeln!(formatter, "Weighted rows count for {share} % of their number at least.")
    }
}
