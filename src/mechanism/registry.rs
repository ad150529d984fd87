//! Mechanisms written by the user, by name.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::code::Mechanism;
use crate::error::{Error, Result};

/// The mechanisms written in code that saved models may use, by the names that
/// [`CustomMechanism::with_name`](crate::CustomMechanism::with_name) gave them.
///
/// A saved model holds the name of such a mechanism, never its code. It is up to whoever registers it that the code is that
/// of the model: a mechanism that has changed since gives other results without notice, so a changed one deserves a new name.
#[derive(Debug, Clone, Default)]
pub struct MechanismRegistry {
    mechanisms: BTreeMap<String, Arc<dyn Mechanism>>,
}

impl MechanismRegistry {
    /// An empty registry.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a mechanism.
    ///
    /// # Errors
    /// When the name is blank, or another mechanism has it.
    pub fn register(mut self, name: impl Into<String>, mechanism: Arc<dyn Mechanism>) -> Result<Self> {
        let (name, found) = (name.into(), |name: &str| format!("`{name}`"));
        if name.trim().is_empty() {
            let (name, requirement, found) = ("the name of a mechanism", "not blank", found(&name));
            return Err(Error::InvalidParameter { name, requirement, found });
        }
        if self.mechanisms.contains_key(&name) {
            let (name, requirement, found) = ("the name of a mechanism", "registered once only", found(&name));
            return Err(Error::InvalidParameter { name, requirement, found });
        }
        self.mechanisms.insert(name, mechanism);
        Ok(self)
    }

    /// The names, in alphabetical order.
    pub fn names(&self) -> Vec<&str> {
        self.mechanisms.keys().map(String::as_str).collect()
    }

    /// The mechanism of a name.
    pub fn get(&self, name: &str) -> Option<&Arc<dyn Mechanism>> {
        self.mechanisms.get(name)
    }

    /// The registry of mechanisms of one model, which may use one name at several nodes.
    pub(crate) fn collect(mechanisms: impl IntoIterator<Item = (String, Arc<dyn Mechanism>)>) -> Self {
        Self { mechanisms: mechanisms.into_iter().collect() }
    }
}
