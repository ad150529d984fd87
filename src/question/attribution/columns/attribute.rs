//! Attributes events that lie in columns.

use std::collections::HashMap;

use super::result::{AttributedColumns, RowAnswer};
use crate::data::EventColumns;
use crate::error::Result;
use crate::question::attribution::attributor::Attributor;
use crate::question::each_row::answer_rows;
use crate::telemetry::span;

impl Attributor {
    /// Attributes every row of some columns, in parallel on the current rayon pool: for a query engine or a data frame, which have columns
    /// and want columns.
    ///
    /// Each row gets the bits that [`attribute`](Self::attribute) gives it alone, whatever other rows are beside it. Nothing is kept
    /// of the rows but what [`AttributedColumns`] has, some 40 bytes per row and node, so that a caller bounds the memory by the rows that it
    /// passes at once; a few thousand are enough for all threads. Columns that the target does not depend on are not read. To compute on the calling thread
    /// alone, call it within [`on_this_thread`](crate::threads::on_this_thread).
    ///
    /// # Errors
    /// When the target, or a node that is [given](crate::attribution::AttributionQuestion::context), has no column. What is wrong with a row costs no other
    /// row its answer: it is among the [`failures`](AttributedColumns::failures).
    ///
    /// ```
    /// use etiology::data::{EventColumn, EventColumns};
    /// use etiology::{AdditiveNoiseModel, AttributionConfig, CausalGraph, KnownFormula, NoiseDistribution};
    ///
    /// let own_time = NoiseDistribution::exponential(0.05)?;
    /// let model = etiology::StructuralCausalModel::new(CausalGraph::from_edges([("db", "api")])?)
    ///     .with_mechanism("db", NoiseDistribution::exponential(0.1)?)?
    ///     .with_mechanism("api", AdditiveNoiseModel::known(KnownFormula::sum(["db"])).with_noise(own_time))?
    ///     .without_fitting()?;
    /// let (db, api) = ([0.9, 0.1, 0.2], [0.95, 0.8, f64::NAN]);
    /// let events = EventColumns::new([("db", EventColumn::Numbers(&db)), ("api", EventColumn::Numbers(&api))])?;
    /// let causes = model.attributor("api", AttributionConfig::default())?.attribute_columns(&events)?;
    /// assert_eq!((causes.ranked(0)[0].node, causes.ranked(1)[0].node), ("db", "api"));
    /// assert_eq!(causes.failures()[0].0, 2);
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn attribute_columns(&self, events: &EventColumns<'_>) -> Result<AttributedColumns> {
        span!(INFO, "attribute_columns", target = self.target(), rows = events.rows());
        let target = &self.base.target;
        let needed = self.context.iter().copied().chain([target.number()]);
        needed.map(|number| target.node_name(number)).try_for_each(|node| events.check_has(node))?;
        let events = events.only(|name| target.nodes().iter().any(|node| node.name == name))?;
        let nodes: Vec<&str> = target.nodes().iter().map(|node| node.name.as_str()).collect();
        let numbers: HashMap<&str, usize> = nodes.iter().enumerate().map(|(number, &node)| (node, number)).collect();
        let answers = answer_rows([&events], |[event]| Ok(RowAnswer::new(self.attribute(event)?, &numbers)));
        let is_player = |number: &usize| !self.context.contains(number);
        let players: Vec<usize> = (0..nodes.len()).filter(is_player).collect();
        let names = players.iter().map(|&number| nodes[number].to_owned()).collect();
        Ok(AttributedColumns::new(self.target(), self.config.question.quantity, names, &players, answers))
    }
}
