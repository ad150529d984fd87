//! A mechanism in the place of a node's own.

use std::fmt;

use serde::{Deserialize, Serialize, ser::Error as _};

use crate::error::{Error, Result, list_names};
use crate::mechanism::{CausalMechanism, FittedMechanism};
use crate::wording::visible_text;

/// A mechanism in the place of a node's own, with the names of the parents that it takes: some or all of the node's, or none.
#[derive(Debug, Clone)]
pub struct Replacement(Mechanism);

#[derive(Debug, Clone)]
enum Mechanism {
    /// Wholly known, or an error where it is used.
    Given(Box<CausalMechanism>),
    Fitted(Box<Saved>),
}

/// What is saved.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved {
    parents: Vec<String>,
    mechanism: FittedMechanism,
}

impl<M: Into<CausalMechanism>> From<M> for Replacement {
    /// A mechanism of which nothing need be fitted.
    fn from(mechanism: M) -> Self {
        Self(Mechanism::Given(Box::new(mechanism.into())))
    }
}

impl Replacement {
    /// A mechanism that was fitted, as of another model, which takes these parents in this order.
    ///
    /// ```
    /// use etiology::intervention::{Intervention, Replacement};
    /// use etiology::{AdditiveNoiseModel, CausalGraph, Dataset, StructuralCausalModel};
    ///
    /// let model = StructuralCausalModel::new(CausalGraph::from_edges([("db", "api")])?);
    /// let rows = |slope: f64| {
    ///     let db: Vec<f64> = (0..50).map(|row| f64::from(row * 7 % 11)).collect();
    ///     let api: Vec<f64> = db.iter().enumerate().map(|(row, db)| slope * db + (row % 3) as f64).collect();
    ///     Dataset::from_columns([("db", db), ("api", api)])
    /// };
    /// let (last_week, this_week) = (rows(1.0)?, rows(2.0)?);
    /// let model = model.assign_mechanisms(&last_week)?;
    /// let (old, new) = (model.fit(&last_week)?, model.fit(&this_week)?);
    /// // This week's mechanism under last week's load.
    /// let api = Replacement::fitted(new.mechanism_parents("api")?, new.mechanism("api")?.clone());
    /// let drawn = old.draw_interventional(&Intervention::new().replace("api", api), 100, 0)?;
    /// assert_eq!(drawn.rows(), 100);
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn fitted<N: Into<String>>(parents: impl IntoIterator<Item = N>, mechanism: FittedMechanism) -> Self {
        let parents = parents.into_iter().map(Into::into).collect();
        Self(Mechanism::Fitted(Box::new(Saved { parents, mechanism })))
    }

    /// The mechanism, and for each of its parents the place among those that the node has in the graph.
    ///
    /// # Errors
    /// When it must be fitted, or takes other parents than the node has.
    pub(super) fn resolve(&self, node: &str, graph_parents: &[&str]) -> Result<(FittedMechanism, Vec<usize>)> {
        let Saved { parents, mechanism } = self.saved(node)?;
        let mismatch = |expected: String| Error::MechanismMismatch {
            node: node.to_owned(),
            expected,
            found: format!("the node's parents are {}", list_names(graph_parents)),
        };
        let place = |name: &String| graph_parents.iter().position(|parent| parent == name);
        let Some(places) = parents.iter().map(place).collect::<Option<Vec<usize>>>() else {
            return Err(mismatch(format!("takes the parents {}", list_names(&parents))));
        };
        if !mechanism.takes_parents(places.len()) {
            return Err(mismatch(format!("does not take {} parents", places.len())));
        }
        match (1..places.len()).find(|&place| places[..place].contains(&places[place])) {
            Some(place) => Err(mismatch(format!("takes the parent `{}` twice", parents[place]))),
            None => Ok((mechanism, places)),
        }
    }

    fn saved(&self, node: &str) -> Result<Saved> {
        match &self.0 {
            Mechanism::Fitted(saved) => Ok(Saved::clone(saved)),
            Mechanism::Given(mechanism) => {
                let fitted = mechanism.fit(node, &[], None)?;
                Ok(Saved { parents: mechanism.named_parents().unwrap_or(&[]).to_vec(), mechanism: fitted })
            }
        }
    }
}

impl fmt::Display for Replacement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.saved("") {
            Ok(Saved { parents, mechanism }) => formatter.write_str(&visible_text(&mechanism.describe(&parents))),
            Err(_) => formatter.write_str("a mechanism that must be fitted"),
        }
    }
}

impl Serialize for Replacement {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        self.saved("").map_err(S::Error::custom)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Replacement {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        Saved::deserialize(deserializer).map(|saved| Self(Mechanism::Fitted(Box::new(saved))))
    }
}
