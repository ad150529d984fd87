//! What every kind of mechanism says of itself, and how one is fitted to data.

use std::sync::Arc;

use ndarray::{ArrayView1, ArrayView2, Axis};

use super::noise_model::NoiseModel;
use super::sufficient::Sufficient;
use crate::data::Levels;
use crate::error::{Error, Result};
use crate::mechanism::fitted::{FittedMechanism, Form};
use crate::mechanism::function::Columns;
use crate::mechanism::learn::{ByLevels, Regressor};

/// The training data of one node: its parents, rows × parents in the graph's order, and itself.
pub(crate) struct NodeData<'d> {
    pub(crate) parents: ArrayView2<'d, f64>,
    pub(crate) values: ArrayView1<'d, f64>,
    /// The levels of the node, if it is a category.
    pub(crate) levels: Option<&'d Levels>,
    /// The levels of each parent that is one.
    pub(crate) parent_levels: &'d [Option<Arc<Levels>>],
}

impl NodeData<'_> {
    /// The regression, for parents some of which may be categories.
    pub(super) fn regressor(&self, regressor: &Arc<dyn Regressor>) -> Arc<dyn Regressor> {
        ByLevels::around(regressor, self.parent_levels)
    }
}

/// A fitted form, with the noises of the training rows where fitting it gave them.
pub(crate) struct Fit {
    form: Form,
    noises: Option<Vec<f64>>,
}

/// Which parents a mechanism takes.
pub(crate) enum TakenParents<'k> {
    /// It is one of a node without parents.
    Without,
    /// It is learned from all that the node has in the graph, in their order, and at least one.
    AllOfNode,
    /// It is known, and takes these in this order, at least so many.
    Named { names: &'k [String], fewest: usize },
}

/// A kind of mechanism before fitting: one file each, and all that the rest of the crate needs to know of it.
pub(crate) trait Kind {
    /// A few words for messages.
    fn description(&self) -> &'static str;

    /// The parents.
    fn parents(&self) -> TakenParents<'_>;

    /// The noise.
    fn noise(&self) -> &NoiseModel;

    /// The function, learned from the data or known. A mechanism that takes all parents of its node is learned, and
    /// always gets data; others need none.
    ///
    /// # Errors
    /// When the data does not suffice, or the fit fails.
    fn fit(&self, node: &str, data: Option<&NodeData<'_>>) -> Result<Fit>;

    /// The function alone, without the fits that only its noise needs.
    ///
    /// # Errors
    /// As for [`fit`](Self::fit).
    fn fit_form(&self, node: &str, data: &NodeData<'_>) -> Result<Form> {
        Ok(self.fit(node, Some(data))?.form)
    }

    /// What it can be fitted to where there are more rows than memory; the rows themselves unless it says otherwise.
    fn sufficient(&self) -> Sufficient {
        Sufficient::Rows
    }

    /// The data, which this mechanism needs.
    ///
    /// # Errors
    /// When there is none.
    fn needed<'a, 'd>(&self, node: &str, data: Option<&'a NodeData<'d>>) -> Result<&'a NodeData<'d>> {
        data.ok_or_else(|| Error::NeedsData { node: node.to_owned(), mechanism: self.description().to_owned() })
    }
}

impl Fit {
    /// A form that is known, or whose noises are what it recovers from the rows that it was fitted to.
    pub(super) fn form(form: Form) -> Self {
        Self { form, noises: None }
    }

    /// A form whose noises fitting has found.
    pub(super) fn with_noises(form: Form, noises: Vec<f64>) -> Self {
        Self { form, noises: Some(noises) }
    }
}

/// Turns a mechanism of the node into a fitted one; `places` says for each parent of the mechanism which one of the node's
/// it is.
///
/// # Errors
/// When something must be fitted and there is no data, or the fit fails.
pub(super) fn fit(
    kind: &dyn Kind,
    node: &str,
    places: &[usize],
    data: Option<&NodeData<'_>>,
) -> Result<FittedMechanism> {
    let Fit { form, noises } = kind.fit(node, data)?;
    let noise = match kind.noise() {
        NoiseModel::Known(distribution) => distribution.clone(),
        NoiseModel::Fit(family) => {
            let noises = match noises {
                Some(noises) => noises,
                None => recover_noises(node, &form, places, kind.needed(node, data)?)?,
            };
            family.fit(&noises, &format!("the noise of node `{node}`"))?
        }
    };
    Ok(FittedMechanism::new(form, noise))
}

/// # Errors
/// When a parent is a category, of which a mechanism can make no number.
pub(super) fn check_numbers(node: &str, mechanism: &str, parents: &[Option<Arc<Levels>>]) -> Result<()> {
    let Some(levels) = parents.iter().flatten().next() else { return Ok(()) };
    Err(Error::MechanismMismatch {
        node: node.to_owned(),
        expected: format!("is {mechanism}, which takes numbers"),
        found: format!("a parent is a category, with levels such as `{}`", levels.names()[0]),
    })
}

/// The noise of every training row; `places` says for each parent of the form which column of the data
/// it is.
pub(super) fn recover_noises(node: &str, form: &Form, places: &[usize], data: &NodeData<'_>) -> Result<Vec<f64>> {
    let parents = Columns::of(data.parents.select(Axis(1), places).view());
    let noises = form.estimate_noises(&parents.slices(), &data.values.to_vec());
    match noises.iter().find(|noise| !noise.is_finite()) {
        None => Ok(noises),
        Some(&found) => {
            let operation = "recover the noise of a training row";
            Err(Error::MechanismNotFinite { node: node.to_owned(), operation, found })
        }
    }
}
