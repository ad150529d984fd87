//! What is saved of a model, whatever the format. Nodes go by their names.

use serde::{Deserialize, Serialize};

use super::version::{FIRST_VERSION, FORMAT_VERSION};
use crate::data::Levels;
use crate::error::{Error, Result};
use crate::findings::{Direction, RepeatedRows, TurnedEdge};
use crate::graph::DroppedCall;
use crate::mechanism::{AssignmentReport, FittedMechanism};
use crate::model::fit_report::FitReport;
use crate::model::fitted::FittedModel;
use crate::model::leverage::ParentSpread;
use crate::model::plausible::Plausible;
use crate::model::resolution::Resolution;
use crate::noise::NoiseDistribution;

/// A model as files have it.
pub(super) struct SavedModel {
    pub(super) first: FirstPart,
    pub(super) later: LaterPart,
}

/// What files of every version have.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FirstPart {
    pub(super) graph: SavedGraph,
    /// In the order of the graph.
    pub(super) nodes: Vec<SavedNode>,
    pub(super) training_rows: Option<usize>,
    pub(super) fit_report: Option<FitReport>,
    pub(super) assignment_report: Option<AssignmentReport>,
}

/// What was added with version 2.
#[derive(Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct LaterPart {
    /// The nodes whose mechanism was chosen from data, by name, and what else it may be.
    pub(super) plausible: Vec<(String, Plausible)>,
    /// The nodes of which it is known in which steps their values are measured, by name.
    pub(super) resolutions: Vec<(String, Resolution)>,
    /// The graph against the one with its arrows turned round, where that was tested.
    #[serde(default)]
    pub(super) direction: Option<Direction>,
    /// Single edges that seem to be turned round.
    #[serde(default)]
    pub(super) turned_edges: Vec<TurnedEdge>,
    /// Whether rows are copies of one another.
    #[serde(default)]
    pub(super) repeated: Option<RepeatedRows>,
    /// The nodes that are categories, by name, and their levels.
    #[serde(default)]
    pub(super) categories: Vec<(String, Levels)>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SavedGraph {
    pub(super) nodes: Vec<String>,
    /// Pairs of cause and effect.
    pub(super) edges: Vec<(String, String)>,
    pub(super) dropped_calls: Vec<DroppedCall>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SavedNode {
    pub(super) mechanism: SavedMechanism,
    /// In the order in which the mechanism takes them.
    pub(super) parents: Vec<String>,
    pub(super) reference: SavedReference,
    pub(super) leverage: Option<ParentSpread>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) enum SavedMechanism {
    Data(FittedMechanism),
    Custom { name: String, noise: NoiseDistribution },
}

#[derive(Serialize, Deserialize)]
pub(super) enum SavedReference {
    /// That of the node's noise, as of most roots.
    Noise,
    Distribution(NoiseDistribution),
}

impl SavedModel {
    /// # Errors
    /// When a part of the model is code without a name.
    pub(super) fn of(model: &FittedModel) -> Result<Self> {
        let graph = model.graph();
        let owned = |(cause, effect): (&str, &str)| (cause.to_owned(), effect.to_owned());
        let saved_graph = SavedGraph {
            nodes: graph.nodes().map(str::to_owned).collect(),
            edges: graph.edges().map(owned).collect(),
            dropped_calls: graph.dropped_calls().to_vec(),
        };
        let nodes = (0..graph.node_count()).map(|position| SavedNode::of(model, position));
        let plausible = (0..graph.node_count()).filter_map(|position| {
            let plausible = model.plausible_at(position)?;
            Some((graph.name(position).to_owned(), plausible.as_ref().clone()))
        });
        let known = model.wiring().nodes().iter().filter(|node| !node.resolution.is_unknown());
        let resolutions = known.map(|node| (node.name.clone(), node.resolution));
        let levels = model.all_levels().into_iter();
        let later = LaterPart {
            plausible: plausible.collect(),
            resolutions: resolutions.collect(),
            direction: model.direction().copied(),
            turned_edges: model.turned_edges().to_vec(),
            repeated: model.repeated_rows().copied(),
            categories: levels.map(|(name, levels)| (name, Levels::clone(&levels))).collect(),
        };
        let first = FirstPart {
            graph: saved_graph,
            nodes: nodes.collect::<Result<_>>()?,
            training_rows: model.training_rows(),
            fit_report: model.fit_report().cloned(),
            assignment_report: model.assignment_report().cloned(),
        };
        Ok(Self { first, later })
    }

    /// The first version that has all of it.
    pub(super) fn version(&self) -> u32 {
        let LaterPart { plausible, resolutions, direction, turned_edges, repeated, categories } = &self.later;
        let is_empty = plausible.is_empty()
            && resolutions.is_empty()
            && direction.is_none()
            && turned_edges.is_empty()
            && repeated.is_none()
            && categories.is_empty();
        if is_empty { FIRST_VERSION } else { FORMAT_VERSION }
    }
}

impl SavedNode {
    fn of(model: &FittedModel, position: usize) -> Result<Self> {
        let (mechanism, reference) = (model.mechanism_at(position), model.reference_at(position));
        let name = |position: usize| model.graph().name(position);
        let is_noise = mechanism.is_root() && mechanism.noise() == reference;
        Ok(Self {
            mechanism: SavedMechanism::of(mechanism, name(position))?,
            parents: model.parents_at(position).map(|parent| name(parent).to_owned()).collect(),
            reference: if is_noise { SavedReference::Noise } else { SavedReference::Distribution(reference.clone()) },
            leverage: model.parent_spread_at(position).cloned(),
        })
    }
}

impl SavedMechanism {
    fn of(mechanism: &FittedMechanism, node: &str) -> Result<Self> {
        let refuse = |reason: String| Err(Error::CannotSave { node: node.to_owned(), reason });
        if mechanism.holds_formula() {
            return refuse(
                "a formula given as a closure is code; write it as a `Mechanism`, and give the `CustomMechanism` a name"
                    .to_owned(),
            );
        }
        let Some(custom) = mechanism.custom() else { return Ok(Self::Data(mechanism.clone())) };
        match &custom.name {
            Some(name) if !name.trim().is_empty() => {
                Ok(Self::Custom { name: name.clone(), noise: mechanism.noise().clone() })
            }
            _ => refuse(format!(
                "its custom mechanism {:?} is code; give it a name with `CustomMechanism::with_name`, and register it under that name where the model is loaded",
                custom.mechanism
            )),
        }
    }
}
