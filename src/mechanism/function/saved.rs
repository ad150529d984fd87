//! What the file forms of all functions share: the checks of what was loaded, and a bound on how deep functions may lie
//! within each other.

use std::cell::Cell;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::error::{Error, Result};

/// Functions of functions of functions beyond this depth make no sense, but could overflow the stack.
const DEEPEST: usize = 16;

thread_local! {
    /// How many functions the one that is being loaded lies within. It is 0 whenever none is being loaded.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// Loads a function that is part of another. Not every format bounds the depth of what it reads.
pub(super) fn nested<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Box<T>, D::Error> {
    struct Level;

    impl Drop for Level {
        fn drop(&mut self) {
            DEPTH.set(DEPTH.get() - 1);
        }
    }

    if DEPTH.get() == DEEPEST {
        return Err(D::Error::custom(format!("functions of functions are nested more than {DEEPEST} deep")));
    }
    DEPTH.set(DEPTH.get() + 1);
    let _level = Level;
    Box::deserialize(deserializer)
}

/// # Errors
/// When what was loaded does not hold what it must.
pub(crate) fn check(name: &'static str, requirement: &'static str, holds: bool, found: impl ToString) -> Result<()> {
    if holds { Ok(()) } else { Err(Error::InvalidParameter { name, requirement, found: found.to_string() }) }
}

/// # Errors
/// When a number is NaN or infinite.
pub(super) fn finite(name: &'static str, values: impl IntoIterator<Item = f64>) -> Result<()> {
    values.into_iter().try_for_each(|value| check(name, "finite", value.is_finite(), value))
}

/// Checks how many parents a part takes, `None` where any number will do, against how many the other parts take.
///
/// # Errors
/// When the numbers differ.
pub(crate) fn check_arity(name: &'static str, found: Option<usize>, parents: usize) -> Result<()> {
    let found = found.unwrap_or(parents);
    check(name, "the same in all of its parts", found == parents, found)
}
