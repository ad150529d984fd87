//! Column names with their positions, shared by a data set and all its rows.

use std::collections::HashMap;

use crate::error::{Error, Result};

/// Unique, non-blank names in a fixed order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ColumnNames {
    names: Vec<String>,
    positions: HashMap<String, usize>,
}

impl ColumnNames {
    pub(super) fn new(names: Vec<String>) -> Result<Self> {
        if names.is_empty() {
            return Err(Error::Empty { what: "the data".to_owned(), expected: "column" });
        }
        let mut positions = HashMap::with_capacity(names.len());
        for (position, name) in names.iter().enumerate() {
            if name.trim().is_empty() {
                return Err(Error::BlankName { what: "a column".to_owned(), position });
            }
            if let Some(first) = positions.insert(name.clone(), position) {
                return Err(Error::DuplicateColumn { column: name.clone(), first, second: position });
            }
        }
        Ok(Self { names, positions })
    }

    pub(super) fn as_slice(&self) -> &[String] {
        &self.names
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.positions.get(name).copied()
    }
}
