//! The two tables of a change: the columns of the nodes, with one set of levels for the categories of both.

use std::sync::Arc;

use crate::data::{Dataset, Levels, LevelsByName};
use crate::error::{Error, Result};
use crate::graph::CausalGraph;

/// What messages call the tables.
pub(super) const NAMES: [&str; 2] = ["the old data", "the new data"];

/// The columns of the nodes in the old and in the new table, where they are there.
#[derive(Debug)]
pub(super) struct Tables {
    columns: Vec<(String, [Option<Vec<f64>>; 2])>,
    levels: LevelsByName,
    rows: [usize; 2],
}

impl Tables {
    /// # Errors
    /// When a column that is needed holds text that is no category, or an infinite value; when it is a category in one table alone.
    pub(super) fn of(graph: &CausalGraph, needed: impl Fn(&str) -> bool, tables: [&Dataset; 2]) -> Result<Self> {
        let levels = common_levels(graph, tables)?;
        let coded =
            tables.map(|table| table.coded(levels.keys().map(String::as_str), |name| levels.get(name).cloned()));
        let [old, new] = coded;
        let coded = [old?, new?];
        let mut columns = Vec::with_capacity(graph.node_count());
        for node in graph.nodes() {
            let of_table = |side: usize| {
                let is_there = coded[side].names().iter().any(|name| name == node);
                match coded[side].column_with_gaps(node) {
                    Ok(column) => Ok(Some(column.to_vec())),
                    Err(cause) if is_there && needed(node) => {
                        Err(Error::InTable { table: NAMES[side], cause: Box::new(cause) })
                    }
                    // What is missing is said by whoever needs it.
                    Err(_) => Ok(None),
                }
            };
            columns.push((node.to_owned(), [of_table(0)?, of_table(1)?]));
        }
        Ok(Self { columns, levels, rows: tables.map(Dataset::rows) })
    }

    /// How many rows each table has.
    pub(super) fn rows(&self) -> [usize; 2] {
        self.rows
    }

    /// The values of a node in a table, missing ones included; nothing where the table has no such column.
    pub(super) fn column(&self, node: &str, side: usize) -> Option<&[f64]> {
        let (_, columns) = self.columns.iter().find(|(name, _)| name == node)?;
        columns[side].as_deref()
    }

    /// The levels of a node, if it is a category.
    pub(super) fn levels(&self, node: &str) -> Option<&Arc<Levels>> {
        self.levels.get(node)
    }

    /// One table.
    pub(super) fn one(&self, side: usize) -> Result<Dataset> {
        let columns = self.columns.iter().filter_map(|(name, columns)| Some((name.clone(), columns[side].clone()?)));
        self.table(columns).map_err(|cause| Error::InTable { table: NAMES[side], cause: Box::new(cause) })
    }

    /// The rows of both, the old ones first.
    pub(super) fn both(&self) -> Result<Dataset> {
        self.table(
            self.columns
                .iter()
                .filter_map(|(name, [old, new])| Some((name.clone(), [old.as_deref()?, new.as_deref()?].concat()))),
        )
    }

    /// The tables with these rows alone, in any order and any number.
    pub(super) fn with_rows(&self, rows: [&[usize]; 2]) -> Self {
        let chosen = |column: &Option<Vec<f64>>, side: usize| {
            column.as_ref().map(|column| rows[side].iter().map(|&row| column[row]).collect())
        };
        let columns = self.columns.iter().map(|(name, [old, new])| (name.clone(), [chosen(old, 0), chosen(new, 1)]));
        Self { columns: columns.collect(), levels: self.levels.clone(), rows: rows.map(<[usize]>::len) }
    }

    fn table(&self, columns: impl Iterator<Item = (String, Vec<f64>)>) -> Result<Dataset> {
        let columns: Vec<(String, Vec<f64>)> = columns.collect();
        let is_there = |name: &String| columns.iter().any(|(column, _)| column == name);
        let levels = self.levels.iter().filter(|(name, _)| is_there(name));
        let levels = levels.map(|(name, levels)| (name.clone(), Arc::clone(levels))).collect();
        Ok(Dataset::from_columns(columns)?.with_coded_levels(levels))
    }
}

/// The levels of every node that is a category in either table: those of both.
fn common_levels(graph: &CausalGraph, tables: [&Dataset; 2]) -> Result<LevelsByName> {
    let [old, new] = tables.map(|table| table.coded(graph.nodes(), |_| None));
    let coded = [old?, new?];
    let mut found = LevelsByName::new();
    for node in graph.nodes() {
        if coded.iter().all(|table| table.coded_levels(node).is_none()) {
            continue;
        }
        let of_table =
            |side: usize| tables[side].levels(node).or_else(|| coded[side].coded_levels(node).map(|l| (**l).clone()));
        let names = [of_table(0), of_table(1)];
        for side in [0, 1] {
            let has_column = tables[side].names().iter().any(|name| name == node);
            if names[side].is_none() && has_column {
                return Err(Error::InTable {
                    table: NAMES[side],
                    cause: Box::new(Error::MechanismMismatch {
                        node: node.to_owned(),
                        expected: format!("is that of a category in {}", NAMES[1 - side]),
                        found: "here its column holds numbers; name it in `Dataset::with_categories` for both"
                            .to_owned(),
                    }),
                });
            }
        }
        let all = names.iter().flatten().flat_map(|levels| levels.names().iter().map(String::as_str));
        found.extend(Levels::of(all).map(|levels| (node.to_owned(), Arc::new(levels))));
    }
    Ok(found)
}
