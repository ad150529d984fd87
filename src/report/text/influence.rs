//! What `Display` prints of the influence on a target, of the arrows into one, and of the relevance of features.

use std::fmt::{self, Write};

use super::table::{self, nothing, percent};
use crate::question::arrow_strength::{ArrowMeasure, ArrowStrength, ArrowStrengths};
use crate::question::influence::{InfluenceContribution, InfluenceQuantity, IntrinsicInfluence};
use crate::question::relevance::{FeatureContribution, Relevance, RelevanceQuantity};
use crate::wording::{Visible, significant, visible_name};

impl fmt::Display for IntrinsicInfluence {
    /// What is split in a line, then the nodes, the largest first as [`ranked`](IntrinsicInfluence::ranked).
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let formatter = &mut Visible(formatter);
        let (what, unit) = match self.quantity {
            InfluenceQuantity::Variance => ("variance", ""),
            InfluenceQuantity::Entropy => ("entropy", " nats"),
        };
        let (target, total, error) = (visible_name(&self.target), significant(self.total), significant(self.std_error));
        writeln!(formatter, "`{target}`: {what} {total} ± {error}{unit}, by whose noise it comes from")?;
        let mut table = table::plain();
        table.add_row(["node", what, "± error", "share"]);
        for contribution in self.ranked() {
            table.add_row(row(contribution));
        }
        table::write_figures(formatter, table, 1)
    }
}

fn row(contribution: &InfluenceContribution) -> [String; 4] {
    let (value, error) = (significant(contribution.value), significant(contribution.std_error));
    [visible_name(&contribution.node), value, error, contribution.share.map_or_else(nothing, percent)]
}

impl fmt::Display for ArrowStrengths {
    /// What was measured in a line, then the arrows, the strongest first as [`ranked`](ArrowStrengths::ranked).
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let formatter = &mut Visible(formatter);
        let (what, column) = match self.measure {
            ArrowMeasure::Divergence => ("the divergence that cutting it brings", "nats"),
            _ => ("the variance that cutting it adds", "variance"),
        };
        writeln!(formatter, "Arrows into `{}`, each by {what}", visible_name(&self.target))?;
        let mut table = table::plain();
        table.add_row(["parent", column, "± error"]);
        for ArrowStrength { parent, value, std_error, .. } in self.ranked() {
            table.add_row([visible_name(parent), significant(*value), significant(*std_error)]);
        }
        table::write_figures(formatter, table, 1)?;
        self.density.iter().try_for_each(|density| writeln!(formatter, "The noise has {density}."))
    }
}

impl fmt::Display for Relevance {
    /// What is split in a line, then the features, the most relevant first as [`ranked`](Relevance::ranked).
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let formatter = &mut Visible(formatter);
        let what = match self.quantity {
            RelevanceQuantity::Variance => "variance",
            RelevanceQuantity::Deviation => "deviation from the mean",
        };
        let of =
            self.target.as_ref().map_or_else(|| "the function".to_owned(), |name| format!("`{}`", visible_name(name)));
        let (total, error) = (significant(self.total), significant(self.std_error));
        writeln!(formatter, "{of}: {what} {total} ± {error}, by the features it comes from")?;
        let mut table = table::plain();
        table.add_row(["feature", "relevance", "± error", "share"]);
        for FeatureContribution { feature, is_noise, value, std_error, share } in self.ranked() {
            let name = if *is_noise { format!("(noise of {})", visible_name(feature)) } else { visible_name(feature) };
            table.add_row([name, significant(*value), significant(*std_error), share.map_or_else(nothing, percent)]);
        }
        table::write_figures(formatter, table, 1)
    }
}
