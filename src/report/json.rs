//! The shape of an attribution in JSON and other formats of serde.
//!
//! Amounts are called `nats` where they are nats, and `value` where they have the target's unit, so that nobody
//! mistakes one for the other.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::attribution::{Attribution, Contribution, Quantity, ScoreEstimate};

#[derive(Serialize, Deserialize)]
struct AttributionShape {
    target: String,
    quantity: Quantity,
    score: ScoreShape,
    contributions: Vec<ContributionShape>,
    samples: Option<usize>,
    permutations: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    precision_reached: Option<bool>,
    seed: u64,
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

#[derive(Serialize, Deserialize)]
struct ContributionShape {
    node: String,
    #[serde(flatten)]
    amount: Amount,
    std_error: f64,
    share: Option<f64>,
    observed: f64,
    typical: f64,
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

impl Serialize for Attribution {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { target, quantity, score, contributions, samples, permutations, precision_reached, seed } =
            self.clone();
        let contribution = |contribution: Contribution| {
            let Contribution { node, value, std_error, share, observed, typical, noise, noise_score, extrapolated } =
                contribution;
            let amount = Amount::new(quantity, value);
            ContributionShape { node, amount, std_error, share, observed, typical, noise, noise_score, extrapolated }
        };
        let ScoreEstimate { value, std_error, tail_probability, floor, saturated } = score;
        let amount = Amount::new(quantity, value);
        let score = ScoreShape { amount, std_error, tail_probability, floor, saturated };
        let contributions = contributions.into_iter().map(contribution).collect();
        AttributionShape { target, quantity, score, contributions, samples, permutations, precision_reached, seed }
            .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Attribution {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let AttributionShape { target, quantity, score, contributions, samples, permutations, precision_reached, seed } =
            AttributionShape::deserialize(deserializer)?;
        let contribution = |contribution: ContributionShape| {
            let ContributionShape {
                node,
                amount,
                std_error,
                share,
                observed,
                typical,
                noise,
                noise_score,
                extrapolated,
            } = contribution;
            let value = amount.get::<D::Error>(quantity)?;
            Ok(Contribution { node, value, std_error, share, observed, typical, noise, noise_score, extrapolated })
        };
        let contributions: Vec<Contribution> =
            contributions.into_iter().map(contribution).collect::<Result<_, D::Error>>()?;
        if !contributions.iter().any(|contribution| contribution.node == target) {
            return Err(D::Error::custom(format!("the target `{target}` is not among the contributions")));
        }
        let ScoreShape { amount, std_error, tail_probability, floor, saturated } = score;
        let value = amount.get::<D::Error>(quantity)?;
        let score = ScoreEstimate { value, std_error, tail_probability, floor, saturated };
        Ok(Self { target, quantity, score, contributions, samples, permutations, precision_reached, seed })
    }
}
