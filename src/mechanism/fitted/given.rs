//! A node's value as a function of its noise alone, its parents being given.

use crate::mechanism::function::Link;

/// x = h⁻¹( location + scale · noise ) at one row's parents. A part that is `None` costs no operation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Given {
    location: Option<f64>,
    scale: Option<f64>,
    link: Link,
}

impl Given {
    #[inline]
    pub(super) fn new(location: Option<f64>, scale: Option<f64>, link: Link) -> Self {
        Self { location, scale, link }
    }

    /// The node's value with this noise: increasing in it.
    #[inline]
    pub(super) fn value(self, noise: f64) -> f64 {
        let sized = self.scale.map_or(noise, |scale| scale * noise);
        let sum = self.location.map_or(sized, |location| location + sized);
        if self.link == Link::Identity { sum } else { self.link.invert(sum) }
    }

    /// The noise with which the node has this value; NaN outside the domain of the link.
    #[inline]
    pub(super) fn noise(self, value: f64) -> f64 {
        let linked = if self.link == Link::Identity { value } else { self.link.apply(value) };
        let sized = self.location.map_or(linked, |location| linked - location);
        self.scale.map_or(sized, |scale| sized / scale)
    }
}

/// The values of rows as functions of their noise alone, the parents being given.
#[derive(Debug)]
pub(crate) struct Predictions {
    locations: Option<Vec<f64>>,
    scales: Option<Vec<f64>>,
    link: Link,
}

impl Predictions {
    pub(super) fn new(locations: Option<Vec<f64>>, scales: Option<Vec<f64>>, link: Link) -> Self {
        Self { locations, scales, link }
    }

    /// The node's value in a row with this noise: increasing in it.
    pub(crate) fn value(&self, row: usize, noise: f64) -> f64 {
        self.given(row).value(noise)
    }

    /// The noise with which the row has this value; NaN outside the domain of a link.
    pub(crate) fn noise(&self, row: usize, value: f64) -> f64 {
        self.given(row).noise(value)
    }

    fn given(&self, row: usize) -> Given {
        let at_row = |values: &Option<Vec<f64>>| values.as_ref().map(|values| values[row]);
        Given::new(at_row(&self.locations), at_row(&self.scales), self.link)
    }
}
