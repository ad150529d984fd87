//! What to fit: the mechanism of one node before any data, and how data turns it into a fitted one.

use ndarray::{Array2, ArrayView1, ArrayView2};

use super::additive::{AdditiveNoiseModel, FunctionModel};
use super::custom::CustomMechanism;
use super::discrete::DiscreteAdditiveNoiseModel;
use super::fitted::{FittedMechanism, NodeFunction};
use super::function::{LinearFunction, ParentFunction};
use super::learning::{learn, residuals};
use super::location_scale::LocationScaleModel;
use super::post_nonlinear::PostNonlinearModel;
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
#[doc(alias = "ConditionalStochasticModel")]
#[doc(alias = "FunctionalCausalModel")]
pub enum CausalMechanism {
    /// A node without parents: its value is its noise.
    Root(NoiseModel),
    /// A function of the parents plus noise.
    AdditiveNoise(AdditiveNoiseModel),
    /// A function of the parents plus noise, on the scale of a link.
    PostNonlinear(PostNonlinearModel),
    /// A function of the parents plus noise whose size depends on the parents.
    LocationScale(LocationScaleModel),
    /// A rounded function of the parents plus integer noise.
    DiscreteAdditiveNoise(DiscreteAdditiveNoiseModel),
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

impl From<PostNonlinearModel> for CausalMechanism {
    fn from(model: PostNonlinearModel) -> Self {
        Self::PostNonlinear(model)
    }
}

impl From<LocationScaleModel> for CausalMechanism {
    fn from(model: LocationScaleModel) -> Self {
        Self::LocationScale(model)
    }
}

impl From<DiscreteAdditiveNoiseModel> for CausalMechanism {
    fn from(model: DiscreteAdditiveNoiseModel) -> Self {
        Self::DiscreteAdditiveNoise(model)
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

/// A fitted function, with the noises of the training rows where fitting it gave them.
pub(super) struct Fit {
    pub(super) function: NodeFunction,
    pub(super) noises: Option<Vec<f64>>,
}

impl CausalMechanism {
    /// Whether nothing needs to be fitted.
    pub(crate) fn is_known(&self) -> bool {
        match self {
            Self::Root(noise) => noise.is_known(),
            Self::AdditiveNoise(model) => matches!(model.function, FunctionModel::Known(_)) && model.noise.is_known(),
            Self::PostNonlinear(_) | Self::LocationScale(_) | Self::DiscreteAdditiveNoise(_) => false,
            Self::Custom(custom) => custom.noise.is_known(),
        }
    }

    /// Whether the function of the parents is learned.
    pub(crate) fn is_regression(&self) -> bool {
        matches!(
            self,
            Self::AdditiveNoise(AdditiveNoiseModel { function: FunctionModel::Learned(_), .. })
                | Self::PostNonlinear(_)
                | Self::LocationScale(_)
                | Self::DiscreteAdditiveNoise(_)
        )
    }

    /// A few words for messages.
    pub(crate) fn description(&self) -> &'static str {
        match self {
            Self::Root(_) => "a distribution",
            Self::AdditiveNoise(AdditiveNoiseModel { function: FunctionModel::Learned(_), .. }) => {
                "a regression with additive noise"
            }
            Self::AdditiveNoise(_) => "a known formula with additive noise",
            Self::PostNonlinear(_) => "a regression on the scale of a link",
            Self::LocationScale(_) => "a regression with noise of varying size",
            Self::DiscreteAdditiveNoise(_) => "a rounded regression with integer noise",
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
            Self::AdditiveNoise(AdditiveNoiseModel { function: FunctionModel::Learned(_), .. })
            | Self::PostNonlinear(_)
            | Self::LocationScale(_)
            | Self::DiscreteAdditiveNoise(_) => {
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
        let Fit { function, noises } = self.fit_function(node, data)?;
        let noise = match self.noise() {
            NoiseModel::Known(distribution) => distribution.clone(),
            NoiseModel::Fit(family) => {
                let noises = match noises {
                    Some(noises) => noises,
                    None => recover_noises(node, &function, places, self.data(node, data)?)?,
                };
                family.fit(&noises, &format!("the noise of node `{node}`"))?
            }
        };
        Ok(FittedMechanism::new(function, noise))
    }

    /// The mechanism of a node that has the same value in every training row, where there is a function or a distribution
    /// to learn: a learned function is this constant and ignores the parents, learned noise has zero variance. Nothing for
    /// known formulas and custom mechanisms, whose noise may vary all the same.
    pub(crate) fn fit_constant(&self, value: f64, parents: usize) -> Result<Option<FittedMechanism>> {
        let (function, constant) = match self {
            Self::Root(_) => (NodeFunction::Noise, value),
            _ if self.is_regression() => {
                let flat = LinearFunction { intercept: value, coefficients: vec![0.0; parents] };
                (NodeFunction::Additive(ParentFunction::Linear(flat)), 0.0)
            }
            _ => return Ok(None),
        };
        let noise = match self.noise() {
            NoiseModel::Known(distribution) => distribution.clone(),
            NoiseModel::Fit(_) => NoiseDistribution::constant(constant)?,
        };
        Ok(Some(FittedMechanism::new(function, noise)))
    }

    /// The function alone, for a mechanism whose parents are in the order of the graph.
    pub(crate) fn fit_without_noise(&self, node: &str, data: &NodeData<'_>) -> Result<NodeFunction> {
        if let Self::AdditiveNoise(AdditiveNoiseModel { function: FunctionModel::Learned(regressor), .. }) = self {
            // Without the fits that only its noise needs.
            return Ok(NodeFunction::Additive(learn(&**regressor, node, data.parents, data.values)?));
        }
        Ok(self.fit_function(node, Some(data))?.function)
    }

    fn fit_function(&self, node: &str, data: Option<&NodeData<'_>>) -> Result<Fit> {
        let known = |function| Ok(Fit { function, noises: None });
        match self {
            Self::Root(_) => known(NodeFunction::Noise),
            Self::Custom(custom) => known(NodeFunction::Custom(custom.mechanism.clone())),
            Self::AdditiveNoise(AdditiveNoiseModel { function: FunctionModel::Known(formula), .. }) => {
                known(NodeFunction::Additive(formula.function.clone()))
            }
            Self::AdditiveNoise(AdditiveNoiseModel { function: FunctionModel::Learned(regressor), noise }) => {
                let data = self.data(node, data)?;
                let function = learn(&**regressor, node, data.parents, data.values)?;
                // Nobody asks for the noises of the training rows where the noise is known.
                let held_out = regressor.is_flexible() && !noise.is_known();
                let residuals = || residuals(&**regressor, &function, node, data.parents, data.values);
                let noises = held_out.then(residuals).transpose()?;
                Ok(Fit { function: NodeFunction::Additive(function), noises })
            }
            Self::PostNonlinear(model) => model.fit(node, self.data(node, data)?),
            Self::LocationScale(model) => model.fit(node, self.data(node, data)?),
            Self::DiscreteAdditiveNoise(model) => model.fit(node, self.data(node, data)?),
        }
    }

    fn noise(&self) -> &NoiseModel {
        match self {
            Self::Root(noise) => noise,
            Self::AdditiveNoise(model) => &model.noise,
            Self::PostNonlinear(model) => &model.noise,
            Self::LocationScale(model) => &model.noise,
            Self::DiscreteAdditiveNoise(model) => &model.noise,
            Self::Custom(custom) => &custom.noise,
        }
    }

    fn data<'a, 'd>(&self, node: &str, data: Option<&'a NodeData<'d>>) -> Result<&'a NodeData<'d>> {
        data.ok_or_else(|| Error::NeedsData { node: node.to_owned(), mechanism: self.description().to_owned() })
    }

    /// Whether the mechanism makes no sense for a root.
    fn needs_a_parent(&self) -> bool {
        let Self::AdditiveNoise(AdditiveNoiseModel { function: FunctionModel::Known(formula), .. }) = self else {
            return false;
        };
        matches!(formula.function, ParentFunction::Maximum)
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
