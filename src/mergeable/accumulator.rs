//! A fit that takes rows in batches and parts in any order.

use super::bytes;
use super::config::FitAccumulatorConfig;
use super::family::{Family, Scratch};
use super::keys::RowKeys;
use super::sample::{KeyedSample, check_column};
use super::state::FitState;
use crate::error::{Error, Result, list_names};
use crate::mechanism::Sufficient;
use crate::model::{FittedModel, StructuralCausalModel};

/// Rows that are taken apart at once: their numbers stay in the processor's nearest memory.
const BLOCK: usize = 1024;

/// A fit of a model to rows that come in batches, of which there may be more than memory.
///
/// It holds exact sums for every node and a [`KeyedSample`] of the rows; neither depends on the order of rows, nor on how they were
/// split into batches and accumulators that were [merged](Self::merge), so neither does a bit of the fitted model. Up to as many rows as the sample
/// may have, [`fit`](Self::fit) is that of the table; beyond, coefficients and normal noises are of all rows, and empirical
/// noises, references and what speaks against the model of the sample.
///
/// Memory: 544 bytes for each sum, of which a node of p parents has (p + 1)(p + 4)/2, and twice the sample. Nothing here starts a thread but `fit`.
#[derive(Debug)]
pub struct FitAccumulator {
    model: StructuralCausalModel,
    /// One per node, by its position in the graph.
    plans: Vec<Plan>,
    state: FitState,
    scratch: Scratch,
}

/// What is done with the rows of one node.
#[derive(Debug, Clone)]
struct Plan {
    family: Option<Family>,
    /// Whether batches must have its column.
    is_needed: bool,
}

impl FitAccumulator {
    /// An accumulator without rows yet, for a model that has a mechanism for every node.
    ///
    /// # Errors
    /// When a node has no mechanism, or one that is fitted to nothing less than all rows while the configuration does not say that the
    /// sample will do; when the sample is to have fewer than 2 rows or more than 67 million.
    pub fn new(model: &StructuralCausalModel, config: FitAccumulatorConfig) -> Result<Self> {
        let graph = model.graph();
        let nodes = graph.node_count();
        let mut plans = vec![Plan { family: None, is_needed: false }; nodes];
        let mut collected = Vec::with_capacity(nodes);
        for position in 0..nodes {
            let (node, sufficient) = (graph.name(position), model.sufficient(position)?);
            if sufficient == Some(Sufficient::Rows) && !config.fit_rest_on_sample {
                return Err(needs_rows(node, model.mechanism_in_words(position)?));
            }
            let family = sufficient.and_then(|sufficient| Family::of(graph, position, sufficient));
            if sufficient.is_some() {
                graph
                    .parent_positions(position)
                    .iter()
                    .chain([&position])
                    .for_each(|&member| plans[member].is_needed = true);
            }
            let in_words = match (&family, sufficient) {
                (Some(family), _) => family.describe(),
                (None, Some(_)) => "the sample".to_owned(),
                (None, None) => "nothing".to_owned(),
            };
            collected.push(format!("node `{node}` with the parents {}: {in_words}", list_names(&graph.parents(node)?)));
            plans[position].family = family;
        }
        let families = plans.iter().map(|plan| plan.family.as_ref().map(Family::empty)).collect();
        let sample = KeyedSample::new(graph.nodes(), config.sample_rows, config.seed)?;
        let state = FitState::new(collected, families, sample);
        Ok(Self { model: model.clone(), plans, state, scratch: Scratch::default() })
    }

    /// Adds a batch of rows: a key for each, and named columns, equally long and in any order. Missing values are `NaN`: a node counts the
    /// rows in which it and its parents are there. Columns that the graph does not name are ignored; of nodes that are known, columns may be missing.
    ///
    /// # Errors
    /// When a column is missing, stands twice, or has another length; when a value is infinite, or lies outside the domain of its
    /// node's link; when there is not a key for each row. Then no row of the batch is added.
    pub fn add_columns(&mut self, keys: RowKeys<'_>, names: &[&str], columns: &[&[f64]]) -> Result<()> {
        if names.len() != columns.len() {
            let what = "the list of columns".to_owned();
            return Err(Error::LengthMismatch { what, expected: names.len(), found: columns.len() });
        }
        let rows = columns.first().map_or(0, |column| column.len());
        keys.check(rows)?;
        let graph = self.model.graph();
        let mut of_nodes: Vec<Option<&[f64]>> = vec![None; graph.node_count()];
        let mut ignored = Vec::new();
        for (second, (&name, &column)) in names.iter().zip(columns).enumerate() {
            if let Some(first) = names[..second].iter().position(|&other| other == name) {
                return Err(Error::DuplicateColumn { column: name.to_owned(), first, second });
            }
            match graph.position(name) {
                Ok(position) => {
                    check_column(name, column, rows)?;
                    of_nodes[position] = Some(column);
                }
                Err(_) => ignored.push(name.to_owned()),
            }
        }
        let absent = (0..self.plans.len()).find(|&node| self.plans[node].is_needed && of_nodes[node].is_none());
        if let Some(node) = absent {
            let (column, available) = (graph.name(node).to_owned(), list_names(names));
            return Err(Error::MissingColumn { column, available });
        }
        let gaps = if of_nodes.iter().any(Option::is_none) { vec![f64::NAN; rows] } else { Vec::new() };
        let of_nodes: Vec<&[f64]> = of_nodes.into_iter().map(|column| column.unwrap_or(&gaps)).collect();
        self.plans.iter().filter_map(|plan| plan.family.as_ref()).try_for_each(|family| family.check(&of_nodes))?;
        // From here on nothing fails.
        let families = self.plans.iter().map(|plan| &plan.family).zip(&mut self.state.families);
        for (family, sums) in families.filter_map(|(family, sums)| Some((family.as_ref()?, sums.as_mut()?))) {
            for start in (0..rows).step_by(BLOCK) {
                sums.add(family, &of_nodes, start..rows.min(start + BLOCK), &mut self.scratch);
            }
        }
        self.state.ignored.extend(ignored);
        self.state.sample.add_checked(keys, rows, |column, row| of_nodes[column][row]);
        Ok(())
    }

    /// Adds what another accumulator has collected, of other rows.
    ///
    /// # Errors
    /// When it is of another model or another configuration; then nothing is changed.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        self.merge_state(&other.state)
    }

    /// Adds a state that another accumulator had.
    ///
    /// # Errors
    /// When it is of another model, another configuration or another version of this crate, or damaged; then nothing is changed.
    pub fn merge_state(&mut self, other: &FitState) -> Result<()> {
        self.state.check_same(other)?;
        let rows = other.rows();
        let is_of = |(plan, sums): (&Plan, &Option<_>)| match (&plan.family, sums) {
            (Some(family), Some(sums)) => super::family::FamilySums::is_of(sums, family, rows),
            (family, sums) => family.is_none() && sums.is_none(),
        };
        if other.families.len() != self.plans.len() || !self.plans.iter().zip(&other.families).all(is_of) {
            let (name, requirement) = ("a state that is merged", "as one was saved");
            return Err(Error::InvalidParameter {
                name,
                requirement,
                found: "damaged: its sums are not of its rows".to_owned(),
            });
        }
        self.state.merge_checked(other)
    }

    /// Adds the state that [`to_bytes`](Self::to_bytes) wrote.
    ///
    /// # Errors
    /// As for [`merge_state`](Self::merge_state), and when the bytes are none.
    pub fn merge_bytes(&mut self, bytes: &[u8]) -> Result<()> {
        self.merge_state(&bytes::read(bytes, "a saved state")?)
    }

    /// The state as bytes, in the `postcard` format: the same for the same rows.
    ///
    /// # Errors
    /// None that is known of.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        bytes::write(&self.state)
    }

    /// How much memory it takes, in bytes.
    pub fn memory_bytes(&self) -> usize {
        let sums: usize = self.state.families.iter().flatten().map(super::family::FamilySums::memory_bytes).sum();
        sums + self.sample().memory_bytes()
    }

    /// What has been collected.
    pub fn state(&self) -> &FitState {
        &self.state
    }

    /// The sampled rows.
    pub fn sample(&self) -> &KeyedSample {
        self.state.sample()
    }

    /// How many rows were added.
    pub fn rows(&self) -> u64 {
        self.state.rows()
    }

    /// Fits the model to all rows that were added, and leaves them as they are: more may follow.
    ///
    /// While the sample holds all rows, this is [`fit`](StructuralCausalModel::fit) of the table of them. Beyond that:
    ///
    /// - a linear regression, with a penalty, a link or logarithms or without, has the coefficients of least squares over all rows;
    /// - normal noise has the standard deviation of its residuals, as large as in new rows on average: σ²(n + p)/(n − p) for p
    ///   parameters; a root that is normal, uniform, exponential or half-normal is that of all values;
    /// - other noise is fitted to what the mechanism leaves of the sampled rows;
    /// - the leverage of parents is that of all rows; references, resolutions and what speaks against the model are of the sample, and the
    ///   [floor](FittedModel::default_floor) is what the sample supports.
    ///
    /// # Errors
    /// When there is no row, or too few, or too few complete ones, for a node; or when a fit fails.
    pub fn fit(&self) -> Result<FittedModel> {
        let sample = self.sample().to_dataset()?;
        if self.sample().is_whole() {
            return self.model.fit(&sample);
        }
        let families = self.plans.iter().map(|plan| &plan.family).zip(&self.state.families);
        let sums: Vec<_> = families.map(|(family, sums)| Some(sums.as_ref()?.to_node_sums(family.as_ref()?))).collect();
        let ignored = self.state.ignored.iter().cloned().collect();
        self.model.fit_to_sums(self.rows(), &sums, &sample, ignored)
    }
}

fn needs_rows(node: &str, mechanism: &str) -> Error {
    let cause = Error::InvalidParameter {
        name: "a mechanism that is fitted to sums over rows",
        requirement: "known, a distribution, or a linear regression with noise of one size; fit others to the sample, by \
                      `fit_rest_on_sample` or by `fit` with `KeyedSample::to_dataset`",
        found: mechanism.to_owned(),
    };
    Error::InNode { node: node.to_owned(), cause: Box::new(cause) }
}
