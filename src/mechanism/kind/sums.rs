//! How a mechanism is fitted to sums over more rows than memory.

use super::fit::{Kind, NodeData, recover_noises};
use super::noise_model::NoiseModel;
use super::sufficient::{LinearScales, Sufficient};
use crate::error::{Error, Result};
use crate::mechanism::fitted::{FittedMechanism, Form};
use crate::mechanism::function::{LogParents, Logarithms, ParentFunction};
use crate::mechanism::learn::Regressor;
use crate::noise::{NoiseDistribution, NoiseFamily, ValueMoments};
use crate::numeric::linalg::CondensedTable;

/// What all complete rows of a node and its parents come to.
#[derive(Debug)]
pub(crate) struct NodeSums {
    /// How many there are: in which neither the node nor a parent is missing.
    pub(crate) rows: u64,
    pub(crate) incomplete: u64,
    /// The smallest and the largest value of every parent, in the order of the graph, and of the node.
    pub(crate) ranges: Vec<(f64, f64)>,
    /// Parents and node on their scales, where sums are what is needed.
    pub(crate) table: Option<CondensedTable>,
}

/// The regression of a node on its parents, and what it leaves.
fn regress(
    scales: &LinearScales,
    node: &str,
    sums: &NodeSums,
    table: &CondensedTable,
) -> Result<(Form, NormalResiduals)> {
    let parents = sums.ranges.len() - 1;
    let (needed, found) = (scales.regression.min_rows(parents), table.rows());
    if found < needed {
        return Err(Error::TooFewRows { what: format!("the regression of node `{node}`"), needed, found });
    }
    let in_node = |cause| Error::InNode { node: node.to_owned(), cause: Box::new(cause) };
    let (function, parameters) = scales.regression.fit_condensed(table).map_err(in_node)?;
    let coefficients = match &function {
        ParentFunction::Centred(centred) => centred.coefficients(),
        ParentFunction::Linear(linear) => &linear.coefficients,
        _ => &[],
    };
    let residuals = NormalResiduals { std_dev: table.residual_std_dev(coefficients), rows: found as f64, parameters };
    let smallest = sums.ranges[..parents].iter().map(|&(low, _)| low);
    let function = match scales.log_parents {
        true => ParentFunction::LogParents(LogParents::new(Logarithms::above(smallest), function)),
        false => function,
    };
    Ok((Form::of(Some(function), None, scales.link), residuals))
}

/// What a regression leaves of the rows that it was fitted to.
struct NormalResiduals {
    std_dev: f64,
    rows: f64,
    parameters: f64,
}

impl NormalResiduals {
    /// Normal noise as large as in new rows: a residual of standard deviation σ·√(1 − h) misses a new value by σ·√(1 + h), where the
    /// leverages h have the mean parameters/rows.
    fn noise(&self) -> Result<NoiseDistribution> {
        let ratio = (self.rows + self.parameters) / (self.rows - self.parameters);
        NoiseDistribution::normal(0.0, self.std_dev * ratio.sqrt())
    }
}

/// The mechanism fitted to sums of all rows, and to a sample of them for what sums do not say; `places` says for each parent of the mechanism
/// which one of the node's it is.
///
/// # Errors
/// When there are too few rows, or a fit fails.
pub(super) fn fit(
    kind: &dyn Kind,
    node: &str,
    places: &[usize],
    sums: &NodeSums,
    sample: &NodeData<'_>,
) -> Result<FittedMechanism> {
    let what = format!("the noise of node `{node}`");
    match (kind.sufficient(), &sums.table, kind.noise()) {
        (Sufficient::Moments, Some(table), NoiseModel::Fit(family)) => {
            let moments = ValueMoments { mean: table.mean(0), std_dev: table.std_dev(0), range: sums.ranges[0] };
            match family.fit_to_moments(&moments, &what) {
                Some(noise) => Ok(FittedMechanism::new(Form::ROOT, noise?)),
                None => fit_to_sample(kind, node, places, sample),
            }
        }
        (Sufficient::Linear(scales), Some(table), noise) => {
            let (form, residuals) = regress(&scales, node, sums, table)?;
            let noise = match noise {
                NoiseModel::Known(noise) => noise.clone(),
                NoiseModel::Fit(NoiseFamily::Normal) => residuals.noise()?,
                NoiseModel::Fit(family) => {
                    check_sample(node, sample)?;
                    family.fit(&recover_noises(node, &form, places, sample)?, &what)?
                }
            };
            Ok(FittedMechanism::new(form, noise))
        }
        _ => fit_to_sample(kind, node, places, sample),
    }
}

fn fit_to_sample(kind: &dyn Kind, node: &str, places: &[usize], sample: &NodeData<'_>) -> Result<FittedMechanism> {
    check_sample(node, sample)?;
    super::fit::fit(kind, node, places, Some(sample))
}

/// # Errors
/// When the node or a parent is missing in nearly all rows of the sample, though not in all rows.
fn check_sample(node: &str, sample: &NodeData<'_>) -> Result<()> {
    match sample.values.len() {
        2.. => Ok(()),
        found => {
            let what = format!("the noise of node `{node}`, of which a larger sample would have more complete rows,");
            Err(Error::TooFewRows { what, needed: 2, found })
        }
    }
}
