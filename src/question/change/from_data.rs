//! The question to two tables: what changed is tested, mechanisms are fitted, and the answer is made of them.

use super::blend::weight;
use super::config::ChangeConfig;
use super::fits::Fits;
use super::intervals::Resampled;
use super::observed::observed_change;
use super::question::{assemble, check_target};
use super::result::DistributionChange;
use super::tables::Tables;
use crate::data::Dataset;
use crate::error::Result;
use crate::model::StructuralCausalModel;
use crate::telemetry::span;

impl StructuralCausalModel {
    /// Splits the change of the target's distribution, from an old table to a new one, over the mechanisms of the target and its ancestors.
    ///
    /// Every mechanism is tested: does the node depend on the table, given its parents? Mechanisms of which nothing shows that they changed
    /// are fitted to both tables together and contribute exactly 0; the others are fitted to each table by itself, and the change is
    /// split between them as [`FittedModel::distribution_change`](crate::FittedModel::distribution_change) says. So that nothing jumps when a p-value crosses the
    /// [level](super::ChangeTest::level), the answer is the mean over levels from a tenth of the asked one up to it: a mechanism's two
    /// fits count for a [weight](super::NodeChange::weight) that falls from 1 to 0 there. The answers without a test, and by the asked level
    /// alone, are there as [`separate`](super::NodeChange::separate) and [`pooled`](super::NodeChange::pooled). See `docs/method.md`.
    ///
    /// What the model does not explain of the change of the target's rows is the [remainder](DistributionChange::remainder).
    ///
    /// Rows with missing values are left out where they matter, as in [`fit`](Self::fit). Categories have the levels of both tables.
    /// A mechanism that is wholly known is not tested and does not change. With [`resamples`](ChangeConfig::resamples), the rows of both
    /// tables are drawn again so often, and every figure has an interval that covers the fits; weights stay as they are. Costs three fits and
    /// the answer, for each resample again.
    ///
    /// # Errors
    /// When a node has no mechanism; when a needed column is not in both tables, holds text or an infinite value, or is a category
    /// in one alone; when rows are too few; and as [`FittedModel::distribution_change`](crate::FittedModel::distribution_change).
    ///
    /// ```
    /// use etiology::change::ChangeConfig;
    /// use etiology::{CausalGraph, Dataset, StructuralCausalModel};
    ///
    /// let noise = |row: usize, frequency: f64| (1e4 * (row as f64 * frequency).sin()).fract();
    /// let week = |slower: f64, first: usize| {
    ///     let db: Vec<f64> = (first..first + 200).map(|row| 5.0 + slower + noise(row, 1.0)).collect();
    ///     let api = db.iter().zip(first..).map(|(db, row)| 2.0 * db + noise(row, 2.3)).collect();
    ///     Dataset::from_columns([("db", db), ("api", api)])
    /// };
    /// let (before, after) = (week(0.0, 0)?, week(1.5, 200)?);
    /// let graph = CausalGraph::from_edges([("db", "api")])?;
    /// let model = StructuralCausalModel::new(graph).assign_mechanisms(&before)?;
    /// let change = model.distribution_change(&before, &after, "api", &ChangeConfig::default())?;
    /// println!("{change}");
    /// assert_eq!(change.ranked()[0].node, "db");
    /// assert!((change.total.value - 3.0).abs() < 0.5);
    /// assert_eq!(change.contribution("api").map(|api| api.value), Some(0.0));
    /// # Ok::<(), etiology::Error>(())
    /// ```
    #[doc(alias = "mechanism_change_test")]
    pub fn distribution_change(
        &self,
        old: &Dataset,
        new: &Dataset,
        target: &str,
        config: &ChangeConfig,
    ) -> Result<DistributionChange> {
        span!(INFO, "distribution_change", target = target, old = old.rows(), new = new.rows());
        config.check()?;
        self.graph().position(target)?;
        let learned = |node: &str| !matches!(self.mechanism(node), Ok(Some(mechanism)) if mechanism.is_known());
        let tables = Tables::of(self.graph(), learned, [old, new])?;
        let model = self.without_rivals();
        let fits = Fits::to(&model, &tables, target)?;
        check_target(&fits.separate, config)?;
        let may_change: Vec<bool> = fits.separate.nodes.iter().map(|node| learned(&node.name)).collect();
        let (p_values, weights) = match config.test {
            Some(test) => {
                let p_values = fits.p_values(&tables, &may_change);
                let of_node = |p_value: &Option<f64>| p_value.map_or(0.0, |p_value| weight(p_value, test.level));
                let weights = p_values.iter().map(of_node).collect::<Vec<f64>>();
                (p_values, weights)
            }
            None => (vec![None; may_change.len()], may_change.iter().map(|&may| f64::from(u8::from(may))).collect()),
        };
        let blended = fits.answer(&weights, config)?;
        let observed = observed(&tables, target, config);
        let mut change = assemble(&fits.separate, &blended.mean, observed, config);
        let separate = config.test.map(|_| fits.split(&may_change, config)).transpose()?;
        let resampled = match config.resamples {
            0 => None,
            _ => Some(Resampled::new(&model, &tables, target, &weights, config)?),
        };
        change.total.interval = resampled.as_ref().map(Resampled::total);
        change.level = config.test.map(|test| test.level);
        for contribution in &mut change.contributions {
            let Some(number) = fits.separate.nodes.iter().position(|node| node.name == contribution.node) else {
                continue;
            };
            contribution.changed = weights[number] > 0.0;
            // That a mechanism did not change at all is not known, but decided.
            let resampled = resampled.as_ref().filter(|_| contribution.changed);
            contribution.interval = resampled.map(|resampled| resampled.node(number));
            contribution.p_value = p_values[number];
            contribution.weight = p_values[number].map(|_| weights[number]);
            contribution.pooled = config.test.map(|_| blended.at_level.nodes[number].0);
            contribution.separate = separate.as_ref().map(|separate| separate.nodes[number].0);
        }
        Ok(change)
    }
}

/// The change that the rows of the target show, missing ones left out.
fn observed(tables: &Tables, target: &str, config: &ChangeConfig) -> Option<f64> {
    let present = |side: usize| -> Vec<f64> {
        let column = tables.column(target, side).unwrap_or_default();
        column.iter().copied().filter(|value| !value.is_nan()).collect()
    };
    let classes = tables.levels(target).map(|levels| levels.len());
    observed_change(&config.functional, &present(0), &present(1), classes)
}
