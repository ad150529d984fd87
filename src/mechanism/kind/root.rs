//! Nodes without parents: the value is the noise.

use super::fit::{Fit, Kind, NodeData, TakenParents};
use super::noise_model::NoiseModel;
use super::sufficient::Sufficient;
use crate::error::Result;
use crate::mechanism::fitted::Form;

// A root is all noise: there is nothing else to say of it.
impl Kind for NoiseModel {
    fn description(&self) -> &'static str {
        "a distribution"
    }

    fn parents(&self) -> TakenParents<'_> {
        TakenParents::Without
    }

    fn noise(&self) -> &NoiseModel {
        self
    }

    fn fit(&self, _: &str, _: Option<&NodeData<'_>>) -> Result<Fit> {
        Ok(Fit::form(Form::ROOT))
    }

    fn sufficient(&self) -> Sufficient {
        match self {
            Self::Fit(family) if family.is_told_by_moments() => Sufficient::Moments,
            _ => Sufficient::Sample,
        }
    }
}
