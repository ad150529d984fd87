//! What to fit: the mechanism of one node before any data, and how data turns it into a fitted one.

use ndarray::{Array2, ArrayView1, ArrayView2};

use super::additive::{AdditiveNoiseModel, FunctionModel};
use super::custom::CustomMechanism;
use super::fitted::{FittedMechanism, NodeFunction};
use super::function::{LinearFunction, ParentFunction};
use crate::error::{Error, Result, list_names};
use crate::noise::{NoiseDistribution, NoiseFamily};

/// A noise distribution, known or to be fitted.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum NoiseModel {
    /// Nothing to fit.
    Known(NoiseDistribution),
    /// A family to fit by maximum likelihood.
    Fit(NoiseFamily),
}

impl From<NoiseDistribution> for NoiseModel {
    fn from(distribution: NoiseDistribution) -> Self {
        Self::Known(distribution)
    }
}

impl From<NoiseFamily> for NoiseModel {
    fn from(family: NoiseFamily) -> Self {
        Self::Fit(family)
    }
}

/// What a node's mechanism is, before it is fitted.
///
/// Made from what it holds, so that any of these can be given to
/// [`with_mechanism`](crate::StructuralCausalModel::with_mechanism) directly.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum CausalMechanism {
    /// A node without parents: its value is its noise.
    Root(NoiseModel),
    /// A function of the parents plus noise.
    AdditiveNoise(AdditiveNoiseModel),
    /// Written by the user.
    Custom(CustomMechanism),
}

impl<N: Into<NoiseModel>> From<N> for CausalMechanism {
    fn from(noise: N) -> Self {
        Self::Root(noise.into())
    }
}

impl From<AdditiveNoiseModel> for CausalMechanism {
    fn from(model: AdditiveNoiseModel) -> Self {
        Self::AdditiveNoise(model)
    }
}

impl From<CustomMechanism> for CausalMechanism {
    fn from(mechanism: CustomMechanism) -> Self {
        Self::Custom(mechanism)
    }
}

/// The training data of one node: its parents, rows × parents in the graph's order, and itself.
pub(crate) struct NodeData<'d> {
    pub(crate) parents: ArrayView2<'d, f64>,
    pub(crate) values: ArrayView1<'d, f64>,
}

impl CausalMechanism {
    /// Whether nothing needs to be fitted.
    pub(crate) fn is_known(&self) -> bool {
        match self {
            Self::Root(noise) => noise.is_known(),
            Self::AdditiveNoise(model) => matches!(model.function, FunctionModel::Known(_)) && model.noise.is_known(),
            Self::Custom(custom) => custom.noise.is_known(),
        }
    }

    /// Whether the function of the parents is learned.
    pub(crate) fn is_regression(&self) -> bool {
        matches!(self, Self::AdditiveNoise(AdditiveNoiseModel { function: FunctionModel::Learned(_), .. }))
    }

    /// A few words for messages.
    pub(crate) fn description(&self) -> &'static str {
        match self {
            Self::Root(_) => "a distribution",
            Self::AdditiveNoise(AdditiveNoiseModel { function: FunctionModel::Learned(_), .. }) => {
                "a regression with additive noise"
            }
            Self::AdditiveNoise(_) => "a known formula with additive noise",
            Self::Custom(_) => "a custom mechanism",
        }
    }

    /// For each of the mechanism's parents its place among the node's parents in the graph.
    ///
    /// # Errors
    /// When the mechanism's parents are not exactly the node's.
    pub(crate) fn match_parents(&self, node: &str, graph_parents: &[&str]) -> Result<Vec<usize>> {
        let mismatch = |expected: String| Error::MechanismMismatch {
            node: node.to_owned(),
            expected,
            found: format!("the node's parents are {}", list_names(graph_parents)),
        };
        let named = match self {
            Self::Root(_) if graph_parents.is_empty() => return Ok(Vec::new()),
            Self::Root(_) => return Err(mismatch("is a distribution of a node without parents".to_owned())),
            Self::AdditiveNoise(AdditiveNoiseModel { function: FunctionModel::Learned(_), .. }) => {
                if graph_parents.is_empty() {
                    return Err(mismatch("is a regression on at least one parent".to_owned()));
                }
                return Ok((0..graph_parents.len()).collect());
            }
            Self::AdditiveNoise(AdditiveNoiseModel { function: FunctionModel::Known(formula), .. }) => &formula.parents,
            Self::Custom(custom) => &custom.parents,
        };
        let place = |name: &String| graph_parents.iter().position(|parent| parent == name);
        let places: Option<Vec<usize>> = named.iter().map(place).collect();
        match places {
            Some(places) if places.is_empty() && self.needs_a_parent() => {
                Err(mismatch("is the maximum of at least one parent".to_owned()))
            }
            Some(places) if covers_each_once(&places, graph_parents.len()) => Ok(places),
            _ => Err(mismatch(format!("takes the parents {}", list_names(named)))),
        }
    }

    /// Turns the mechanism of a node into a fitted one; `places` is what [`match_parents`](Self::match_parents) gave.
    /// Without data, every part must be known.
    pub(crate) fn fit(&self, node: &str, places: &[usize], data: Option<&NodeData<'_>>) -> Result<FittedMechanism> {
        let (function, noise) = match self {
            Self::Root(noise) => (NodeFunction::Noise, noise),
            Self::AdditiveNoise(model) => {
                let function = match &model.function {
                    FunctionModel::Known(formula) => formula.function.clone(),
                    FunctionModel::Learned(regressor) => {
                        let data = data.ok_or_else(|| self.needs_data(node))?;
                        let needed = regressor.min_rows(places.len());
                        check_rows(&format!("the regression of node `{node}`"), needed, data.values.len())?;
                        let in_node = |cause| Error::InNode { node: node.to_owned(), cause: Box::new(cause) };
                        let function = regressor.fit(data.parents, data.values).map_err(in_node)?;
                        check_coefficients(node, &function, places.len())?;
                        function
                    }
                };
                (NodeFunction::Additive(function), &model.noise)
            }
            Self::Custom(custom) => (NodeFunction::Custom(custom.mechanism.clone()), &custom.noise),
        };
        let noise = match noise {
            NoiseModel::Known(distribution) => distribution.clone(),
            NoiseModel::Fit(family) => {
                let data = data.ok_or_else(|| self.needs_data(node))?;
                let noises = recover_noises(node, &function, places, data)?;
                family.fit(&noises, &format!("the noise of node `{node}`"))?
            }
        };
        Ok(FittedMechanism::new(function, noise))
    }

    /// The mechanism of a node that has the same value in every training row, where there is a function or a distribution
    /// to learn: a learned function is this constant and ignores the parents, learned noise has zero variance. Nothing for
    /// known formulas and custom mechanisms, whose noise may vary all the same.
    pub(crate) fn fit_constant(&self, value: f64, parents: usize) -> Result<Option<FittedMechanism>> {
        let (function, noise, constant) = match self {
            Self::Root(noise) => (NodeFunction::Noise, noise, value),
            Self::AdditiveNoise(AdditiveNoiseModel { function: FunctionModel::Learned(_), noise }) => {
                let flat = LinearFunction { intercept: value, coefficients: vec![0.0; parents] };
                (NodeFunction::Additive(ParentFunction::Linear(flat)), noise, 0.0)
            }
            Self::AdditiveNoise(_) | Self::Custom(_) => return Ok(None),
        };
        let noise = match noise {
            NoiseModel::Known(distribution) => distribution.clone(),
            NoiseModel::Fit(_) => NoiseDistribution::constant(constant)?,
        };
        Ok(Some(FittedMechanism::new(function, noise)))
    }

    /// Whether the mechanism makes no sense for a root.
    fn needs_a_parent(&self) -> bool {
        let Self::AdditiveNoise(AdditiveNoiseModel { function: FunctionModel::Known(formula), .. }) = self else {
            return false;
        };
        matches!(formula.function, ParentFunction::Maximum)
    }

    fn needs_data(&self, node: &str) -> Error {
        Error::NeedsData { node: node.to_owned(), mechanism: self.description().to_owned() }
    }
}

impl NoiseModel {
    fn is_known(&self) -> bool {
        matches!(self, Self::Known(_))
    }
}

fn covers_each_once(places: &[usize], parents: usize) -> bool {
    places.len() == parents && (0..parents).all(|parent| places.contains(&parent))
}

/// A user's regressor may return a linear function of any length.
fn check_coefficients(node: &str, function: &ParentFunction, parents: usize) -> Result<()> {
    match function {
        ParentFunction::Linear(LinearFunction { coefficients, .. }) if coefficients.len() != parents => {
            Err(Error::LengthMismatch {
                what: format!("the list of coefficients that the regressor of node `{node}` returned"),
                expected: parents,
                found: coefficients.len(),
            })
        }
        _ => Ok(()),
    }
}

fn check_rows(what: &str, needed: usize, found: usize) -> Result<()> {
    if found < needed { Err(Error::TooFewRows { what: what.to_owned(), needed, found }) } else { Ok(()) }
}

/// The noise of every training row.
fn recover_noises(node: &str, function: &NodeFunction, places: &[usize], data: &NodeData<'_>) -> Result<Vec<f64>> {
    let parents: Array2<f64> = data.parents.select(ndarray::Axis(1), places);
    let mut row_parents = vec![0.0; places.len()];
    let rows = parents.rows().into_iter().zip(data.values);
    rows.map(|(row, &value)| {
        row_parents.iter_mut().zip(row).for_each(|(slot, &parent)| *slot = parent);
        let noise = function.estimate_noise(&row_parents, value);
        if noise.is_finite() {
            return Ok(noise);
        }
        let operation = "recover the noise of a training row";
        Err(Error::MechanismNotFinite { node: node.to_owned(), operation, found: noise })
    })
    .collect()
}
