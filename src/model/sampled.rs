//! Fitting to more rows than memory: to sums over all rows, and to a sample of them for what sums do not say.

use std::iter::zip;

use super::fit_report::{NodeFit, largest_atom};
use super::fitted::FittedModel;
use super::leverage::ParentSpread;
use super::structural::{Assigned, FEWEST_ROWS, FittedNode, StructuralCausalModel, node_data, plausible};
use crate::data::{CompleteCases, Dataset};
use crate::error::{Error, Result};
use crate::findings::Objections;
use crate::mechanism::{NodeSums, Sufficient};
use crate::telemetry::span;
use crate::threads::in_parallel;

impl StructuralCausalModel {
    /// What the mechanism of a node can be fitted to without all rows; nothing where it is known.
    ///
    /// # Errors
    /// When the node has no mechanism.
    pub(crate) fn sufficient(&self, position: usize) -> Result<Option<Sufficient>> {
        let mechanism = &self.assigned(position)?.mechanism;
        Ok((!mechanism.is_known()).then(|| mechanism.sufficient()))
    }

    /// A few words for the mechanism of a node, for messages.
    ///
    /// # Errors
    /// When the node has no mechanism.
    pub(crate) fn mechanism_in_words(&self, position: usize) -> Result<&'static str> {
        Ok(self.assigned(position)?.mechanism.description())
    }

    /// Fits every mechanism to the sums of its node over all rows, of which there are so many, or to the sample where it has no sums; the
    /// columns that are ignored go into the report.
    /// References, resolutions, and what speaks against the model are found in the sample.
    ///
    /// # Errors
    /// When there are too few rows, or too few complete ones, for a node; or when a fit fails.
    pub(crate) fn fit_to_sums(
        &self,
        rows: u64,
        sums: &[Option<NodeSums>],
        sample: &Dataset,
        ignored_columns: Vec<String>,
    ) -> Result<FittedModel> {
        span!(INFO, "fit_to_sums", nodes = self.graph().node_count(), rows = rows);
        let fit = |position: usize| match &sums[position] {
            Some(sums) => self.fit_node_to_sums(position, sums, sample),
            None => self.fit_node(position, Some(sample)),
        };
        let fitted = in_parallel(sums.len(), &fit);
        let rows = usize::try_from(rows).unwrap_or(usize::MAX);
        self.assemble(sample, (rows, ignored_columns), fitted, Objections::of(self.graph(), sample))
    }

    fn fit_node_to_sums(&self, position: usize, sums: &NodeSums, sample: &Dataset) -> Result<FittedNode> {
        let graph = self.graph();
        let node = graph.name(position);
        let Assigned { mechanism, places, rivals } = self.assigned(position)?;
        let parents = || graph.parent_positions(position).iter().map(|&parent| graph.name(parent));
        let cases = CompleteCases::select(sample, node, parents())?;
        if sums.rows < FEWEST_ROWS as u64 {
            let gaps = format!("without {} rows in which it or a parent is missing", sums.incomplete);
            let what = format!("the mechanism of node `{node}`, {gaps},");
            return Err(Error::TooFewRows { what, needed: FEWEST_ROWS, found: sums.rows as usize });
        }
        let constant_of = |&(low, high): &(f64, f64)| (low == high).then_some(low);
        let (own_range, parent_ranges) =
            sums.ranges.split_last().unwrap_or_else(|| unreachable!("the node itself has a range"));
        let constant = constant_of(own_range);
        let flat = constant.map(|value| mechanism.fit_constant(value, places.len())).transpose()?.flatten();
        let fitted = match flat {
            Some(flat) => flat,
            None => mechanism.fit_to_sums(node, places, sums, &node_data(&cases))?,
        };
        let constant_parents = zip(parents(), parent_ranges).filter(|(_, range)| constant_of(range).is_some());
        let report = NodeFit {
            node: node.to_owned(),
            fitted: true,
            rows_used: usize::try_from(sums.rows).unwrap_or(usize::MAX),
            rows_incomplete: usize::try_from(sums.incomplete).unwrap_or(usize::MAX),
            constant,
            constant_parents: constant_parents.map(|(parent, _)| parent.to_owned()).collect(),
            largest_atom: largest_atom(cases.values.view()),
        };
        let parent_spread = match (mechanism.sufficient(), &sums.table) {
            // Those of logarithms say nothing of the parents themselves.
            (Sufficient::Linear(scales), Some(table)) if !scales.log_parents => ParentSpread::of_table(table),
            _ if mechanism.is_regression() => {
                ParentSpread::of(&cases.parent_columns().map(|column| column.to_owned()).collect::<Vec<_>>())
            }
            _ => None,
        };
        let plausible = plausible(rivals, node, &fitted, &cases);
        Ok(FittedNode { mechanism: fitted, report, parent_spread, plausible })
    }
}
