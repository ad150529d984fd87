//! What saved functions may hold, before it is checked.
//!
//! The same layouts as the functions write, in numbers that nobody has looked at yet: a damaged or hand-edited file is an
//! error rather than a broken mechanism. Indices are checked against what they point into, lengths against each other.

use std::cell::Cell;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::fitted::{FittedMechanism, NodeFunction};
use super::function::{LinearFunction, ParentFunction};
use super::location_scale::{LocationScaleFunction, ScaleFunction};
use super::log_parents::LogParents;
use super::polynomial_function::{ParentRange, PolynomialFunction, PolynomialTerm};
use super::tree_ensemble::{RegressionTree, TreeEnsemble};
use crate::error::{Error, Result};
use crate::noise::NoiseDistribution;

/// Trees of more leaves are not trained here, and would only be damage.
const MOST_LEAVES: usize = 1 << 16;
/// Logarithms of scales beyond this are no longer finite numbers.
const LARGEST_LOG_SCALE: f64 = 700.0;

/// Functions of functions of functions beyond this depth make no sense, but could overflow the stack.
const DEEPEST: usize = 16;

thread_local! {
    /// How many functions the one that is being loaded lies within. It is 0 whenever nothing is being loaded.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// Loads a function that is part of another. Not every format bounds the depth of what it reads.
pub(super) fn nested<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Box<ParentFunction>, D::Error> {
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SavedMechanism {
    function: NodeFunction,
    noise: NoiseDistribution,
}

impl TryFrom<SavedMechanism> for FittedMechanism {
    type Error = Error;

    fn try_from(SavedMechanism { function, noise }: SavedMechanism) -> Result<Self> {
        Ok(Self::new(function, noise))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SavedLinear {
    intercept: f64,
    coefficients: Vec<f64>,
}

impl TryFrom<SavedLinear> for LinearFunction {
    type Error = Error;

    fn try_from(SavedLinear { intercept, coefficients }: SavedLinear) -> Result<Self> {
        finite("the intercept of a saved linear function", [intercept])?;
        finite("a coefficient of a saved linear function", coefficients.iter().copied())?;
        Ok(Self { intercept, coefficients })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SavedPolynomial {
    intercept: f64,
    ranges: Vec<ParentRange>,
    terms: Vec<PolynomialTerm>,
}

impl TryFrom<SavedPolynomial> for PolynomialFunction {
    type Error = Error;

    fn try_from(SavedPolynomial { intercept, ranges, terms }: SavedPolynomial) -> Result<Self> {
        finite("the intercept of a saved polynomial", [intercept])?;
        finite("a coefficient of a saved polynomial", terms.iter().map(|term| term.coefficient))?;
        for range in &ranges {
            finite("the range of a parent of a saved polynomial", [range.centre, range.low, range.high])?;
            let name = "the scale of a parent of a saved polynomial";
            check(name, "finite and above 0", range.scale > 0.0 && range.scale.is_finite(), range.scale)?;
            let name = "the upper end of a parent's range of a saved polynomial";
            check(name, "at least the lower end", range.low <= range.high, range.high)?;
        }
        for &factor in terms.iter().flat_map(|term| &term.factors) {
            check("a factor of a saved polynomial", "one of its parents", factor < ranges.len(), factor)?;
        }
        Ok(Self { intercept, ranges, terms })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SavedTree {
    parents: Vec<u32>,
    thresholds: Vec<f64>,
    leaves: Vec<f64>,
}

impl TryFrom<SavedTree> for RegressionTree {
    type Error = Error;

    fn try_from(SavedTree { parents, thresholds, leaves }: SavedTree) -> Result<Self> {
        let count = leaves.len();
        let complete = count.is_power_of_two() && count <= MOST_LEAVES;
        check("the number of leaves of a saved tree", "a power of two up to 65536", complete, count)?;
        let requirement = "one less than the number of its leaves";
        for (name, found) in [
            ("the number of parents of a saved tree", parents.len()),
            ("the number of thresholds of a saved tree", thresholds.len()),
        ] {
            check(name, requirement, found + 1 == count, found)?;
        }
        finite("a threshold of a saved tree", thresholds.iter().copied())?;
        finite("a leaf of a saved tree", leaves.iter().copied())?;
        Ok(Self { parents, thresholds, leaves })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SavedTreeEnsemble {
    linear: LinearFunction,
    trees: Vec<RegressionTree>,
}

impl TryFrom<SavedTreeEnsemble> for TreeEnsemble {
    type Error = Error;

    fn try_from(SavedTreeEnsemble { linear, trees }: SavedTreeEnsemble) -> Result<Self> {
        for &parent in trees.iter().flat_map(|tree| &tree.parents) {
            // A tree that is a single leaf splits on nothing; all others need a parent to split on.
            let exists = (parent as usize) < linear.coefficients.len();
            check("the parent that a saved tree splits on", "one of its parents", exists, parent)?;
        }
        Ok(Self { linear, trees })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SavedLogParents {
    edges: Vec<f64>,
    #[serde(deserialize_with = "nested")]
    function: Box<ParentFunction>,
}

impl TryFrom<SavedLogParents> for LogParents {
    type Error = Error;

    fn try_from(SavedLogParents { edges, function }: SavedLogParents) -> Result<Self> {
        for &edge in &edges {
            let name = "the edge of a saved function of logarithms";
            check(name, "finite and above 0", edge > 0.0 && edge.is_finite(), edge)?;
        }
        check_arity("the number of parents of a saved function of logarithms", &function, edges.len())?;
        Ok(Self { edges, function })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SavedScale {
    log_scale: LinearFunction,
    lowest: f64,
    highest: f64,
}

impl TryFrom<SavedScale> for ScaleFunction {
    type Error = Error;

    fn try_from(SavedScale { log_scale, lowest, highest }: SavedScale) -> Result<Self> {
        for bound in [lowest, highest] {
            let name = "a bound of a saved log scale";
            check(name, "within -700 and 700", bound.abs() <= LARGEST_LOG_SCALE, bound)?;
        }
        check("the upper bound of a saved log scale", "at least the lower one", lowest <= highest, highest)?;
        Ok(Self { log_scale, lowest, highest })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SavedLocationScale {
    location: ParentFunction,
    scale: ScaleFunction,
}

impl TryFrom<SavedLocationScale> for LocationScaleFunction {
    type Error = Error;

    fn try_from(SavedLocationScale { location, scale }: SavedLocationScale) -> Result<Self> {
        let name = "the number of parents of a saved location";
        check_arity(name, &location, scale.log_scale.coefficients.len())?;
        Ok(Self { location, scale })
    }
}

fn check_arity(name: &'static str, function: &ParentFunction, parents: usize) -> Result<()> {
    let found = function.arity().unwrap_or(parents);
    check(name, "the same in all of its parts", found == parents, found)
}

fn finite(name: &'static str, values: impl IntoIterator<Item = f64>) -> Result<()> {
    values.into_iter().try_for_each(|value| check(name, "finite", value.is_finite(), value))
}

fn check(name: &'static str, requirement: &'static str, holds: bool, found: impl ToString) -> Result<()> {
    if holds { Ok(()) } else { Err(Error::InvalidParameter { name, requirement, found: found.to_string() }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_is_found_on_loading() {
        let function = |json: &str| serde_json::from_str::<ParentFunction>(json).map(|_| ()).unwrap_err().to_string();
        for (json, complaint) in [
            (r#"{"Linear":{"intercept":null,"coefficients":[]}}"#, "null"),
            (r#"{"Formula":null}"#, "unknown variant `Formula`"),
            (
                r#"{"Polynomial":{"intercept":0,"ranges":[],"terms":[{"coefficient":1,"factors":[0]}]}}"#,
                "one of its parents",
            ),
            (
                r#"{"Polynomial":{"intercept":0,"ranges":[{"centre":0,"scale":0,"low":0,"high":1}],"terms":[]}}"#,
                "scale of a parent",
            ),
            (
                r#"{"Polynomial":{"intercept":0,"ranges":[{"centre":0,"scale":1,"low":2,"high":1}],"terms":[]}}"#,
                "lower end",
            ),
            (
                r#"{"Trees":{"linear":{"intercept":0,"coefficients":[1]},"trees":[{"parents":[1],"thresholds":[0],"leaves":[0,1]}]}}"#,
                "splits on",
            ),
            (
                r#"{"Trees":{"linear":{"intercept":0,"coefficients":[1]},"trees":[{"parents":[],"thresholds":[],"leaves":[0,1]}]}}"#,
                "number of parents of a saved tree",
            ),
            (
                r#"{"Trees":{"linear":{"intercept":0,"coefficients":[1]},"trees":[{"parents":[0,0],"thresholds":[0,0],"leaves":[0,1,2]}]}}"#,
                "power of two",
            ),
            (
                r#"{"Trees":{"linear":{"intercept":0,"coefficients":[]},"trees":[{"parents":[],"thresholds":[],"leaves":[]}]}}"#,
                "power of two",
            ),
            (r#"{"LogParents":{"edges":[0],"function":"Maximum"}}"#, "above 0"),
            (r#"{"SumOfMaxima":[2,0]}"#, "size of a group"),
            (r#"{"SumOfMaxima":[18446744073709551615,1]}"#, "size of a group"),
            (
                r#"{"LogParents":{"edges":[1,1],"function":{"Linear":{"intercept":0,"coefficients":[1]}}}}"#,
                "the same in all",
            ),
        ] {
            let error = function(json);
            assert!(error.contains(complaint), "{json}: {error}");
        }
        let scale = |json: &str| serde_json::from_str::<ScaleFunction>(json).map(|_| ()).unwrap_err().to_string();
        let linear = r#"{"intercept":0,"coefficients":[]}"#;
        for (low, high, complaint) in [(-701, 0, "within"), (0, 800, "within"), (1, 0, "at least the lower")] {
            let error = scale(&format!(r#"{{"log_scale":{linear},"lowest":{low},"highest":{high}}}"#));
            assert!(error.contains(complaint), "{error}");
        }
    }

    #[test]
    fn nan_from_a_binary_format_is_refused() {
        for bad in [f64::NAN, f64::INFINITY] {
            assert!(LinearFunction::try_from(SavedLinear { intercept: bad, coefficients: vec![] }).is_err());
            assert!(LinearFunction::try_from(SavedLinear { intercept: 0.0, coefficients: vec![bad] }).is_err());
            let tree =
                |threshold, leaf| SavedTree { parents: vec![0], thresholds: vec![threshold], leaves: vec![leaf, leaf] };
            assert!(
                RegressionTree::try_from(tree(bad, 0.0)).is_err() && RegressionTree::try_from(tree(0.0, bad)).is_err()
            );
            let log_scale = LinearFunction { intercept: 0.0, coefficients: vec![] };
            assert!(ScaleFunction::try_from(SavedScale { log_scale, lowest: 0.0, highest: bad }).is_err());
        }
    }
}
