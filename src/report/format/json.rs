//! The shape of an attribution in JSON and other formats of serde.
//!
//! Amounts are called `nats` where they are nats, and `value` where they have the target's unit, so that nobody
//! mistakes one for the other.

use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::engine::Explanation;
use crate::findings::Finding;
use crate::question::attribution::{
    Attribution, ContextNode, Contribution, MissingNode, Quantity, ScoreEstimate, Unexplained, UnidentifiedGroup,
    Unseen,
};

#[derive(Serialize, Deserialize)]
struct AttributionShape {
    target: String,
    quantity: Quantity,
    score: ScoreShape,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unexplained: Option<UnexplainedShape>,
    contributions: Vec<ContributionShape>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    missing: Vec<MissingShape>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    context: Vec<ContextNode>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    groups: Vec<GroupShape>,
    #[serde(default)]
    findings: Vec<Finding>,
    samples: Option<usize>,
    permutations: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    precision_reached: Option<bool>,
    seed: u64,
    explanation: Explanation,
}

#[derive(Serialize, Deserialize)]
struct ScoreShape {
    #[serde(flatten)]
    amount: Amount,
    std_error: f64,
    tail_probability: Option<f64>,
    floor: Option<f64>,
    saturated: bool,
}

/// There if a node is missing.
#[derive(Serialize, Deserialize)]
struct UnexplainedShape {
    #[serde(flatten)]
    amount: Amount,
    std_error: f64,
}

#[derive(Serialize, Deserialize)]
struct MissingShape {
    node: String,
    stand_in: f64,
    typical: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    typical_level: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct ContributionShape {
    node: String,
    #[serde(flatten)]
    amount: Amount,
    std_error: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    model_error: Option<f64>,
    share: Option<f64>,
    observed: f64,
    typical: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    observed_level: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    typical_level: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    missing_parents: Vec<String>,
    noise: f64,
    noise_score: f64,
    #[serde(default, skip_serializing_if = "is_false")]
    extrapolated: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde calls")]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// One of the two names of an amount.
#[derive(Serialize, Deserialize)]
struct Amount {
    #[serde(skip_serializing_if = "Option::is_none")]
    nats: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<f64>,
}

impl Amount {
    fn new(quantity: Quantity, amount: f64) -> Self {
        match quantity {
            Quantity::ItScore => Self { nats: Some(amount), value: None },
            Quantity::MeanDeviation => Self { nats: None, value: Some(amount) },
        }
    }

    fn get<E: serde::de::Error>(&self, quantity: Quantity) -> Result<f64, E> {
        match quantity {
            Quantity::ItScore => self.nats.ok_or_else(|| E::missing_field("nats")),
            Quantity::MeanDeviation => self.value.ok_or_else(|| E::missing_field("value")),
        }
    }
}

impl ContributionShape {
    fn new(quantity: Quantity, contribution: Contribution) -> Self {
        let Contribution {
            node,
            quantity: _,
            value,
            std_error,
            model_error,
            share,
            observed,
            typical,
            observed_level,
            typical_level,
            missing_parents,
            noise,
            noise_score,
            extrapolated,
        } = contribution;
        let amount = Amount::new(quantity, value);
        Self {
            node,
            amount,
            std_error,
            model_error,
            share,
            observed,
            typical,
            observed_level,
            typical_level,
            missing_parents,
            noise,
            noise_score,
            extrapolated,
        }
    }

    fn contribution<E: serde::de::Error>(self, quantity: Quantity) -> Result<Contribution, E> {
        let Self {
            node,
            amount,
            std_error,
            model_error,
            share,
            observed,
            typical,
            observed_level,
            typical_level,
            missing_parents,
            noise,
            noise_score,
            extrapolated,
        } = self;
        let value = amount.get(quantity)?;
        Ok(Contribution {
            node,
            quantity,
            value,
            std_error,
            model_error,
            share,
            observed,
            typical,
            observed_level,
            typical_level,
            missing_parents,
            noise,
            noise_score,
            extrapolated,
        })
    }
}

#[derive(Serialize, Deserialize)]
struct GroupShape {
    child: String,
    nodes: Vec<String>,
    unseen: Unseen,
    /// `null` if infinite, as formats of text have no infinity; not there on the plane.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "null_is_there")]
    deviations_off_plane: Option<Option<f64>>,
    #[serde(flatten)]
    amount: Amount,
    std_error: f64,
    model_error: f64,
}

fn null_is_there<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<f64>>, D::Error> {
    Option::<f64>::deserialize(deserializer).map(Some)
}

impl GroupShape {
    fn new(quantity: Quantity, group: UnidentifiedGroup) -> Self {
        let UnidentifiedGroup { child, nodes, unseen, deviations_off_plane, value, std_error, model_error } = group;
        let deviations_off_plane = deviations_off_plane.map(|apart| Some(apart).filter(|apart| apart.is_finite()));
        let amount = Amount::new(quantity, value);
        Self { child, nodes, unseen, deviations_off_plane, amount, std_error, model_error }
    }

    fn group<E: serde::de::Error>(self, quantity: Quantity) -> Result<UnidentifiedGroup, E> {
        let Self { child, nodes, unseen, deviations_off_plane, amount, std_error, model_error } = self;
        let deviations_off_plane = deviations_off_plane.map(|apart| apart.unwrap_or(f64::INFINITY));
        let value = amount.get(quantity)?;
        Ok(UnidentifiedGroup { child, nodes, unseen, deviations_off_plane, value, std_error, model_error })
    }
}

impl Serialize for Attribution {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { target, quantity, score, unexplained, contributions, missing, context, groups, findings, .. } =
            self.clone();
        let Self { samples, permutations, precision_reached, seed, .. } = *self;
        let ScoreEstimate { value, std_error, tail_probability, floor, saturated } = score;
        let amount = Amount::new(quantity, value);
        let score = ScoreShape { amount, std_error, tail_probability, floor, saturated };
        let Unexplained { value, std_error } = unexplained;
        let unexplained = UnexplainedShape { amount: Amount::new(quantity, value), std_error };
        AttributionShape {
            target,
            quantity,
            score,
            unexplained: (!missing.is_empty()).then_some(unexplained),
            contributions: contributions.into_iter().map(|part| ContributionShape::new(quantity, part)).collect(),
            missing: missing
                .into_iter()
                .map(|MissingNode { node, stand_in, typical, typical_level }| MissingShape {
                    node,
                    stand_in,
                    typical,
                    typical_level,
                })
                .collect(),
            context,
            groups: groups.into_iter().map(|group| GroupShape::new(quantity, group)).collect(),
            findings,
            samples,
            permutations,
            precision_reached,
            seed,
            explanation: self.explain().clone(),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Attribution {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let shape = AttributionShape::deserialize(deserializer)?;
        let AttributionShape { target, quantity, samples, permutations, precision_reached, seed, .. } = shape;
        let contributions = shape.contributions.into_iter();
        let contributions =
            contributions.map(|part| part.contribution(quantity)).collect::<Result<Vec<Contribution>, D::Error>>()?;
        if !contributions.iter().any(|contribution| contribution.node == target) {
            return Err(D::Error::custom(format!("the target `{target}` is not among the contributions")));
        }
        let ScoreShape { amount, std_error, tail_probability, floor, saturated } = shape.score;
        let value = amount.get::<D::Error>(quantity)?;
        let score = ScoreEstimate { value, std_error, tail_probability, floor, saturated };
        let unexplained = match shape.unexplained {
            Some(UnexplainedShape { amount, std_error }) => Unexplained { value: amount.get(quantity)?, std_error },
            None => Unexplained::default(),
        };
        let groups = shape.groups.into_iter().map(|group| group.group(quantity)).collect::<Result<_, D::Error>>()?;
        let missing = shape.missing.into_iter();
        let missing = missing
            .map(|MissingShape { node, stand_in, typical, typical_level }| MissingNode {
                node,
                stand_in,
                typical,
                typical_level,
            })
            .collect();
        Ok(Self {
            target,
            quantity,
            score,
            unexplained,
            contributions,
            missing,
            context: shape.context,
            groups,
            findings: shape.findings,
            samples,
            permutations,
            precision_reached,
            seed,
            explanation: Arc::new(shape.explanation),
        })
    }
}
