//! The levels of a category: its values by name, in a fixed order.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// The values that a category can have, by name and in the order of the names: `EU`, `US`, or `False`, `True`.
///
/// In a table of numbers a level stands as its *code*, the number of its place: 0 for the first. So a boolean is 0 for `False` and 1
/// for `True`. What is none of the levels has the code after the last one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct Levels {
    names: Vec<String>,
}

impl Levels {
    /// The different names among some, in their order; nothing where there is none.
    pub(crate) fn of<'n>(names: impl IntoIterator<Item = &'n str>) -> Option<Self> {
        let mut names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        names.sort_unstable();
        names.dedup();
        (!names.is_empty()).then_some(Self { names })
    }

    /// The names, in order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// How many levels there are; at least one.
    #[allow(clippy::len_without_is_empty, reason = "it never is")]
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// The code of a level; that of no level, [`unseen`](Self::unseen), where the name is none.
    pub fn code(&self, name: &str) -> f64 {
        self.names.binary_search_by(|level| level.as_str().cmp(name)).map_or(self.unseen(), |place| place as f64)
    }

    /// The code of what is none of the levels.
    pub fn unseen(&self) -> f64 {
        self.names.len() as f64
    }

    /// The level of a code, if it is one.
    pub fn name(&self, code: f64) -> Option<&str> {
        self.names.get(place(code)).map(String::as_str)
    }
}

/// The levels of columns that are categories, by name.
pub(crate) type LevelsByName = BTreeMap<String, Arc<Levels>>;

/// The place of a code among levels, where what is no code has one beyond all.
pub(crate) fn place(code: f64) -> usize {
    // A code may have been moved by rounding.
    if code > -0.5 { code.round() as usize } else { usize::MAX }
}

impl From<Levels> for Vec<String> {
    fn from(levels: Levels) -> Self {
        levels.names
    }
}

impl TryFrom<Vec<String>> for Levels {
    type Error = Error;

    fn try_from(names: Vec<String>) -> Result<Self> {
        let invalid = |requirement, found: String| Error::InvalidParameter {
            name: "the levels of a saved category",
            requirement,
            found,
        };
        if names.is_empty() {
            return Err(invalid("at least one", "none".to_owned()));
        }
        match names.windows(2).find(|pair| pair[0] >= pair[1]) {
            Some(pair) => {
                Err(invalid("in the order of their names, each once", format!("`{}` before `{}`", pair[0], pair[1])))
            }
            None => Ok(Self { names }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_sorted_and_have_codes() {
        let levels = Levels::of(["US", "EU", "US", "APAC"]).unwrap();
        assert_eq!(levels.names(), ["APAC", "EU", "US"]);
        assert_eq!((levels.code("EU"), levels.code("LATAM"), levels.unseen()), (1.0, 3.0, 3.0));
        assert_eq!(
            (levels.name(2.0), levels.name(3.0), levels.name(-1.0), levels.name(f64::NAN)),
            (Some("US"), None, None, None)
        );
        assert!(Levels::of([]).is_none());
        let flags = Levels::of(["True", "False"]).unwrap();
        assert_eq!((flags.code("False"), flags.code("True")), (0.0, 1.0));
    }

    #[test]
    fn saved_levels_out_of_order_are_refused() {
        let load = |names: &[&str]| Levels::try_from(names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>());
        assert!(load(&["a", "b"]).is_ok());
        for bad in [&["b", "a"][..], &["a", "a"], &[]] {
            assert!(load(bad).is_err(), "{bad:?}");
        }
    }
}
