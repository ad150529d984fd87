//! Rows that leave something open: each is drawn many times, given what was observed.

use super::replay::{Kind, Replay};
use crate::error::{Error, Result};
use crate::numeric::points::fill_evenly;
use crate::question::intervention::config::InterventionConfig;
use crate::random::{Purpose, stream};

/// Uniform numbers for what a row leaves open, the same for all rows: in blocks, each a scrambled net.
#[derive(Debug)]
pub(super) struct Draws {
    /// For the noise that a node had, by its number.
    had: Vec<Vec<f64>>,
    /// For a noise that is drawn afresh.
    fresh: Vec<Vec<f64>>,
    count: usize,
}

impl Draws {
    pub(super) fn new(replay: &Replay, config: &InterventionConfig) -> Self {
        let (nodes, count) = (replay.observed.nodes(), config.row_draws);
        let column = |purpose: Purpose, dimension: usize, position: usize| {
            let (mut generator, mut column) = (stream(config.seed, purpose, position as u64), vec![0.0; count]);
            fill_evenly(&mut generator, dimension, &mut column);
            column
        };
        let all = |purpose: Purpose, first: usize| {
            let of_node = nodes.iter().enumerate();
            of_node.map(|(number, node)| column(purpose, first + number, node.position)).collect()
        };
        Self { had: all(Purpose::Counterfactuals, 0), fresh: all(Purpose::FreshNoise, nodes.len()), count }
    }
}

impl Replay {
    /// The values that all nodes may have in one row, one column of draws per node by its number, given the values that were
    /// observed, NaN where missing.
    ///
    /// A missing value is drawn from its distribution given its causes; the noise of a category from the interval that its class
    /// tells. What effects would say of a missing cause is not used.
    ///
    /// # Errors
    /// When a noise cannot be recovered, or a mechanism returns NaN or an infinity.
    pub(super) fn open(&self, values: &[f64], draws: &Draws) -> Result<Vec<Vec<f64>>> {
        let count = draws.count;
        let mut before: Vec<Vec<f64>> = Vec::with_capacity(values.len());
        let mut noises: Vec<Vec<f64>> = Vec::with_capacity(values.len());
        for (number, node) in self.observed.nodes().iter().enumerate() {
            let value = values[number];
            let mut noise = Vec::new();
            if value.is_nan() {
                noise.clone_from(&draws.had[number]);
                node.mechanism.noise().replace_by_quantiles(&mut noise);
                let parents: Vec<&[f64]> = node.parents.iter().map(|&parent| before[parent].as_slice()).collect();
                let mut drawn = vec![0.0; count];
                node.mechanism.fill(&node.name, &parents, &noise, &mut drawn)?;
                noise.iter_mut().for_each(|noise| *noise += self.shifts[number]);
                before.push(drawn);
            } else {
                before.push(vec![value; count]);
                if self.kinds[number] == Kind::Replayed {
                    noise = self.noises_given(number, &before, &draws.had[number])?;
                }
            }
            noises.push(noise);
        }
        let start = |number: usize| self.start(number, &before[number]);
        let fill = |number: usize, _: &_, noise: &mut [f64]| match self.kinds[number] {
            Kind::Fresh => {
                noise.copy_from_slice(&draws.fresh[number]);
                self.plan.wiring.node(number).mechanism.noise().replace_by_quantiles(noise);
            }
            _ => noise.copy_from_slice(&noises[number]),
        };
        let after = self.plan.wiring.altered_columns(count, &self.plan.alterations, start, fill)?;
        Ok(after.into_iter().map(std::borrow::Cow::into_owned).collect())
    }

    /// The noises of a node that was observed, given the draws of all before it.
    fn noises_given(&self, number: usize, before: &[Vec<f64>], points: &[f64]) -> Result<Vec<f64>> {
        let columns: Vec<&[f64]> = before.iter().map(Vec::as_slice).collect();
        let Some(classes) = self.observed.node(number).mechanism.classes() else {
            // Every draw has the same row.
            return self.noises(number, &columns).map_err(without_row);
        };
        let mut noises = Vec::with_capacity(points.len());
        self.observed.visit_rows(number, &columns, 0..points.len(), |class, parents| {
            noises.push(classes.interval(parents, class).at(points[noises.len()]));
        });
        Ok(noises)
    }
}

/// The place of an error among draws says nothing.
pub(super) fn without_row(error: Error) -> Error {
    match error {
        Error::InRow { cause, .. } => *cause,
        other => other,
    }
}
