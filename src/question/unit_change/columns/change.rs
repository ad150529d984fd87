//! Explains pairs of rows that lie in columns.

use super::result::UnitChangeColumns;
use crate::data::EventColumns;
use crate::error::{Error, Result};
use crate::question::each_row::answer_rows;
use crate::question::unit_change::changer::UnitChanger;
use crate::question::unit_change::pair::Pair;
use crate::question::unit_change::result::ChangeSource;
use crate::telemetry::span;

impl UnitChanger {
    /// Explains every pair of rows of two tables, in parallel on the current rayon pool: the first row of `before` with the first of `after`, and so
    /// on. Both may be columns of one table under the names of the nodes.
    ///
    /// Each pair gets the bits that [`change`](Self::change) gives it alone. Nothing is kept of the rows but what
    /// [`UnitChangeColumns`] has, 16 bytes per pair and node, so that a caller bounds the memory by the rows that it passes at once; a few thousand are
    /// enough for all threads. Columns that the target does not depend on are not read. To compute on the calling thread alone, call it
    /// within [`on_this_thread`](crate::threads::on_this_thread).
    ///
    /// # Errors
    /// When the tables differ in length, or one lacks a column for the target or one of its causes. What is wrong with a row costs no other row its
    /// answer: it is among the [`failures`](UnitChangeColumns::failures).
    ///
    /// ```
    /// use etiology::data::{EventColumn, EventColumns};
    /// use etiology::unit_change::{ChangeSource, UnitChangeConfig};
    /// use etiology::{AdditiveNoiseModel, CausalGraph, KnownFormula, NoiseDistribution, StructuralCausalModel};
    ///
    /// let fee = AdditiveNoiseModel::known(KnownFormula::sum(["goods"])).with_noise(NoiseDistribution::constant(0.0)?);
    /// let model = StructuralCausalModel::new(CausalGraph::from_edges([("goods", "payment")])?)
    ///     .with_mechanism("goods", NoiseDistribution::constant(0.0)?)?
    ///     .with_mechanism("payment", fee)?
    ///     .without_fitting()?;
    /// let columns = |goods, payment| EventColumns::new([("goods", EventColumn::Numbers(goods)), ("payment", EventColumn::Numbers(payment))]);
    /// let due = columns(&[100.0, 80.0, 50.0], &[100.0, 80.0, 50.0])?;
    /// let paid = columns(&[90.0, 80.0, 50.0], &[88.0, 75.0, f64::NAN])?;
    /// let changes = model.unit_changer(&model, "payment", UnitChangeConfig::default())?.change_columns(&due, &paid)?;
    /// assert_eq!(changes.parts("goods", ChangeSource::Noise).map(|parts| parts[..2].to_vec()), Some(vec![-10.0, 0.0]));
    /// assert_eq!((changes.ranked(1)[0].node, changes.ranked(1)[0].value), ("payment", -5.0));
    /// assert_eq!(changes.failures()[0].0, 2);
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn change_columns(&self, before: &EventColumns<'_>, after: &EventColumns<'_>) -> Result<UnitChangeColumns> {
        span!(INFO, "change_columns", target = self.target(), rows = before.rows());
        if before.rows() != after.rows() {
            let what = "the table of second rows".to_owned();
            return Err(Error::LengthMismatch { what, expected: before.rows(), found: after.rows() });
        }
        let prepared = &self.prepared;
        let names: Vec<&str> = (0..prepared.nodes.len()).map(|number| prepared.name(number)).collect();
        let needed = |table: &EventColumns<'_>| names.iter().try_for_each(|name| table.check_has(name));
        needed(before)?;
        needed(after)?;
        let is_needed = |name: &str| names.contains(&name);
        let (before, after) = (before.only(is_needed)?, after.only(is_needed)?);
        let answers = answer_rows([&before, &after], |rows| {
            let pair = Pair::new(prepared, rows)?;
            let split = pair.split()?;
            Ok((pair.players().to_vec(), split))
        });
        let of_node = |number: usize| {
            let mechanism = (!prepared.nodes[number].is_unchanged).then_some((number, ChangeSource::Mechanism));
            [(number, ChangeSource::Noise)].into_iter().chain(mechanism)
        };
        let sources: Vec<(usize, ChangeSource)> = (0..names.len()).flat_map(of_node).collect();
        let named = sources.iter().map(|&(number, source)| (names[number].to_owned(), source)).collect();
        let mut changes = UnitChangeColumns::new(self.target(), named, before.rows(), prepared.config.rounding_apart);
        for (row, answer) in answers.into_iter().enumerate() {
            match answer {
                Ok((players, split)) => {
                    let places = players.iter().filter_map(|player| sources.iter().position(|source| source == player));
                    changes.put(row, places, split);
                }
                Err(error) => changes.fail(row, error),
            }
        }
        Ok(changes)
    }
}
