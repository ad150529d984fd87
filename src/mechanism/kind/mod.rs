//! What to fit: the mechanism of one node before any data, one kind a file, and how data turns it into a fitted one.

mod additive;
mod classifier;
mod custom;
mod discrete;
mod fit;
mod known_formula;
mod location_scale;
mod noise_model;
mod post_nonlinear;
mod root;
mod sufficient;
mod sums;

use super::fitted::{FittedMechanism, Form};
use super::function::{LinearFunction, ParentFunction};
use crate::data::Levels;
use crate::error::{Error, Result, list_names};
use crate::noise::{NoiseDistribution, NoiseFamily};
use fit::{Kind, TakenParents};

pub use additive::AdditiveNoiseModel;
pub use classifier::ClassifierModel;

pub(in crate::mechanism) use classifier::MOST_ENTRIES;
pub use custom::CustomMechanism;
pub use discrete::DiscreteAdditiveNoiseModel;
pub use known_formula::KnownFormula;
pub use location_scale::LocationScaleModel;
pub use noise_model::NoiseModel;
pub use post_nonlinear::PostNonlinearModel;

pub(crate) use fit::NodeData;
pub(crate) use sufficient::Sufficient;
pub(crate) use sums::NodeSums;

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
    /// A category by the probabilities of its classes.
    Classifier(ClassifierModel),
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

impl From<ClassifierModel> for CausalMechanism {
    fn from(model: ClassifierModel) -> Self {
        Self::Classifier(model)
    }
}

impl From<CustomMechanism> for CausalMechanism {
    fn from(mechanism: CustomMechanism) -> Self {
        Self::Custom(mechanism)
    }
}

impl CausalMechanism {
    /// The only place that tells kinds apart.
    fn kind(&self) -> &dyn Kind {
        match self {
            Self::Root(noise) => noise,
            Self::AdditiveNoise(model) => model,
            Self::PostNonlinear(model) => model,
            Self::LocationScale(model) => model,
            Self::DiscreteAdditiveNoise(model) => model,
            Self::Classifier(model) => model,
            Self::Custom(custom) => custom,
        }
    }

    /// Whether no part of it needs to be fitted.
    pub(crate) fn is_known(&self) -> bool {
        !self.is_regression() && self.kind().noise().is_known()
    }

    /// Whether the function of the parents is learned.
    pub(crate) fn is_regression(&self) -> bool {
        matches!(self.kind().parents(), TakenParents::AllOfNode)
    }

    /// The parents that it takes, in its order; nothing where it is learned from all that its node has.
    pub(crate) fn named_parents(&self) -> Option<&[String]> {
        match self.kind().parents() {
            TakenParents::Without => Some(&[]),
            TakenParents::AllOfNode => None,
            TakenParents::Named { names, .. } => Some(names),
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
        let count = graph_parents.len();
        match self.kind().parents() {
            TakenParents::Without if count == 0 => Ok(Vec::new()),
            TakenParents::Without => Err(mismatch("is a distribution of a node without parents".to_owned())),
            TakenParents::AllOfNode if count == 0 => Err(mismatch("is a regression on at least one parent".to_owned())),
            TakenParents::AllOfNode => Ok((0..count).collect()),
            TakenParents::Named { names, fewest } => {
                let place = |name: &String| graph_parents.iter().position(|parent| parent == name);
                match names.iter().map(place).collect::<Option<Vec<usize>>>() {
                    Some(places) if places.len() < fewest => {
                        Err(mismatch("is the maximum of at least one parent".to_owned()))
                    }
                    Some(places) if covers_each_once(&places, count) => Ok(places),
                    _ => Err(mismatch(format!("takes the parents {}", list_names(names)))),
                }
            }
        }
    }

    /// Turns the mechanism of a node into a fitted one; `places` is what [`match_parents`](Self::match_parents) gave.
    /// Without data, every part must be known.
    pub(crate) fn fit(&self, node: &str, places: &[usize], data: Option<&NodeData<'_>>) -> Result<FittedMechanism> {
        if let Some(levels) = data.and_then(|data| data.levels) {
            self.check_gives_classes(node, levels)?;
        }
        fit::fit(self.kind(), node, places, data)
    }

    /// What it can be fitted to where there are more rows than memory.
    pub(crate) fn sufficient(&self) -> Sufficient {
        self.kind().sufficient()
    }

    /// A few words for messages.
    pub(crate) fn description(&self) -> &'static str {
        self.kind().description()
    }

    /// [`fit`](Self::fit) to sums over all rows and, where these do not say what is asked, to a sample of them.
    pub(crate) fn fit_to_sums(
        &self,
        node: &str,
        places: &[usize],
        sums: &NodeSums,
        sample: &NodeData<'_>,
    ) -> Result<FittedMechanism> {
        sums::fit(self.kind(), node, places, sums, sample)
    }

    /// The mechanism of a node that has the same value in every training row, where there is a function or a distribution
    /// to learn: a learned function is this constant and ignores the parents, learned noise has zero variance. `None` for
    /// known formulas and custom mechanisms, whose noise may vary all the same.
    pub(crate) fn fit_constant(&self, value: f64, parents: usize) -> Result<Option<FittedMechanism>> {
        // One class is a class like any other.
        if matches!(self, Self::Classifier(_)) {
            return Ok(None);
        }
        let (form, constant) = match self.kind().parents() {
            TakenParents::Without => (Form::ROOT, value),
            TakenParents::AllOfNode => {
                let flat = LinearFunction { intercept: value, coefficients: vec![0.0; parents] };
                (Form::additive(ParentFunction::Linear(flat)), 0.0)
            }
            TakenParents::Named { .. } => return Ok(None),
        };
        let noise = match self.kind().noise() {
            NoiseModel::Known(distribution) => distribution.clone(),
            NoiseModel::Fit(_) => NoiseDistribution::constant(constant)?,
        };
        Ok(Some(FittedMechanism::new(form, noise)))
    }

    /// A category has classes by their probabilities, is all noise, or code.
    fn check_gives_classes(&self, node: &str, levels: &Levels) -> Result<()> {
        let is_right =
            matches!(self, Self::Classifier(_) | Self::Custom(_) | Self::Root(NoiseModel::Fit(NoiseFamily::Empirical)));
        if is_right {
            return Ok(());
        }
        Err(Error::MechanismMismatch {
            node: node.to_owned(),
            expected: format!("is {}, which gives numbers", self.kind().description()),
            found: format!(
                "the node is a category, with levels such as `{}`: give it a `ClassifierModel`, or the empirical distribution if it is a \
                 root",
                levels.names()[0]
            ),
        })
    }

    /// The function alone, for a mechanism whose parents are in the order of the graph.
    pub(crate) fn fit_without_noise(&self, node: &str, data: &NodeData<'_>) -> Result<Form> {
        self.kind().fit_form(node, data)
    }
}

fn covers_each_once(places: &[usize], parents: usize) -> bool {
    places.len() == parents && (0..parents).all(|parent| places.contains(&parent))
}
