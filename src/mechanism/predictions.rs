//! What a mechanism says of rows before their noise is known.

use super::fitted::NodeFunction;
use super::link::Link;

/// The values of rows as functions of their noise alone, the parents being given.
#[derive(Debug)]
pub(crate) struct Predictions {
    base: Vec<f64>,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Additive,
    Linked(Link),
    Scaled(Vec<f64>),
}

impl NodeFunction {
    /// Nothing for a root, which predicts nothing, and for a custom mechanism, whose noise may enter anyhow.
    pub(crate) fn predict(&self, parents: &[&[f64]], rows: usize) -> Option<Predictions> {
        let mut base = vec![0.0; rows];
        let kind = match self {
            Self::Noise | Self::Custom(_) => return None,
            Self::Additive(function) => {
                function.fill(parents, &mut base);
                Kind::Additive
            }
            Self::PostNonlinear(function) => {
                function.function.fill(parents, &mut base);
                Kind::Linked(function.link)
            }
            Self::LocationScale(function) => {
                function.location.fill(parents, &mut base);
                Kind::Scaled((0..rows).map(|row| function.scale.value_at(parents, row)).collect())
            }
        };
        Some(Predictions { base, kind })
    }
}

impl Predictions {
    /// The node's value in a row with this noise: increasing in it.
    pub(crate) fn value(&self, row: usize, noise: f64) -> f64 {
        match &self.kind {
            Kind::Additive => self.base[row] + noise,
            Kind::Linked(link) => link.invert(self.base[row] + noise),
            Kind::Scaled(scales) => self.base[row] + scales[row] * noise,
        }
    }

    /// The noise with which the row has this value; NaN outside the domain of a link.
    pub(crate) fn noise(&self, row: usize, value: f64) -> f64 {
        match &self.kind {
            Kind::Additive => value - self.base[row],
            Kind::Linked(link) => link.apply(value) - self.base[row],
            Kind::Scaled(scales) => (value - self.base[row]) / scales[row],
        }
    }
}
