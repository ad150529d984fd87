//! What other plausible mechanisms would make of contributions.

use super::attributor::Attributor;
use super::case::{Case, Doubt, Prepared};
use super::result::Attribution;
use crate::engine::{Ask, Effort, Precision};
use crate::error::Result;
use crate::refine::{Goal, answer};
use crate::shapley::ShapleyMethod;

/// An order of magnitude is what counts.
const SAMPLES: usize = 1_024;
const PERMUTATIONS: ShapleyMethod = ShapleyMethod::Permutations(16);

impl Attributor {
    /// The attribution with the model error of every contribution, if a mechanism was left for a place where plausible ones
    /// differ; as it is otherwise.
    pub(super) fn with_model_errors(&self, mut attribution: Attribution, case: &Case) -> Attribution {
        let (base, recovered) = (case.base(), case.as_modelled());
        let alternatives = self.outside.alternatives(&base.target, recovered);
        if alternatives.is_empty() {
            return attribution;
        }
        let alone = |alternative: Option<Doubt>| self.contributions(case, alternative);
        let all = std::iter::once(None).chain(alternatives.into_iter().map(Some));
        // A mechanism that comes to no number there says nothing.
        let all: Vec<Vec<(usize, f64)>> = all.filter_map(|alternative| alone(alternative).ok().flatten()).collect();
        for contribution in &mut attribution.contributions {
            let of_node = all.iter().flatten().filter(|&&(node, _)| base.target.node_name(node) == contribution.node);
            let (low, high) = of_node
                .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &(_, value)| (low.min(value), high.max(value)));
            // What is open of coefficients is another doubt.
            let open = contribution.model_error;
            let range = (low <= high).then_some(0.5 * (high - low));
            contribution.model_error = range.map(|range| range.hypot(open.unwrap_or(0.0))).or(open);
        }
        attribution
    }

    /// The contributions by node with a plausible mechanism in place of one of the model, or with those of the model. `None` where
    /// one is not finite.
    fn contributions(&self, case: &Case, alternative: Option<Doubt>) -> Result<Option<Vec<(usize, f64)>>> {
        let mut case = case.as_if_believed();
        if let Some(doubt) = alternative {
            let (base, players) = (case.shared_base(), case.players());
            let prepare = |target| Prepared::new(target, &self.model, &self.config);
            match self.outside.regimes(base, case.as_modelled(), &[doubt], &players, prepare)? {
                Some(regimes) => case = case.in_regimes(regimes),
                None => return Ok(None),
            }
        }
        let Goal { effort, seed } = self.goal();
        let effort = Effort {
            samples: effort.samples.min(SAMPLES),
            shapley_method_of_samples: PERMUTATIONS,
            precision: Precision::Budget,
            ..effort
        };
        case.ask(|event, engines| {
            let found = answer(event, engines, Ask::Split, Goal { effort, seed })?.found;
            Ok(Some(event.players().into_iter().zip(found.contributions.iter().map(|amount| amount.value)).collect()))
        })
    }
}
