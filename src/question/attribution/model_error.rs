//! What other plausible mechanisms would make of contributions.

use super::attributor::Attributor;
use super::case::{Case, Doubt, Outside, Prepared, Sorted};
use super::result::Attribution;
use crate::engine::Ask;
use crate::error::Result;
use crate::model::Cause;
use crate::numeric::ranks::sort_by;
use crate::refine::{Goal, answer};

/// How many other mechanisms are asked about, those that have most at stake: each costs a rough attribution.
const MOST_ALTERNATIVES: usize = 4;
/// An error, in nats, for which no other engine is asked: what contributions differ by is told, and the error of each is much the same.
const ENOUGH: f64 = 0.25;

/// Another mechanism that a node may have had in the event.
struct Alternative {
    doubt: Doubt,
    kind: Kind,
    /// By how much it moves the target, in its unit.
    reach: f64,
    /// Whether a parent's effect has the other sign. However small it is, it then decides on which side of the observed value the
    /// target lies where all other noises are as observed.
    turns: bool,
}

/// How contributions with other mechanisms make an error.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// It is as plausible as the chosen one: the error is half the range of all such.
    Rival,
    /// It is as far off as coefficients may be: so is the error. Coefficients of several nodes are off independently.
    Coefficients,
}

/// Contributions by the number of the node.
type Contributions = Vec<(usize, f64)>;

impl Attributor {
    /// The attribution with the model error of every contribution, if a mechanism was left for a place where plausible ones
    /// differ, or where the error of all coefficients together counts; as it is otherwise.
    pub(super) fn with_model_errors(&self, mut attribution: Attribution, case: &Case) -> Attribution {
        let alternatives = self.alternatives(case);
        if alternatives.is_empty() {
            return attribution;
        }
        let Some(own) = self.contributions(case, None).ok().flatten() else { return attribution };
        let mut errors = Errors::new(&own);
        for (number, alternative) in alternatives.iter().enumerate() {
            // A mechanism that comes to no number there says nothing.
            let asked = || self.contributions(case, Some(&alternative.doubt)).ok().flatten();
            if number >= MOST_ALTERNATIVES {
                let players: Vec<usize> = own.iter().map(|&(node, _)| node).collect();
                let (target, doubt) = (&case.base().target, &alternative.doubt);
                let mut touched = Outside::deciding(target, case.as_modelled(), doubt, &players);
                touched.push(doubt.node());
                errors.bound(alternative, &touched);
            } else if let Some(other) = asked() {
                errors.add(alternative, &other);
            }
        }
        // That rivals come to the same is told, that coefficients are no matter is not.
        let has_rivals = alternatives.iter().any(|alternative| alternative.kind == Kind::Rival);
        let target = &case.base().target;
        for (place, (node, error)) in errors.all().into_iter().enumerate() {
            debug_assert_eq!(own[place].0, node);
            let name = target.node_name(node);
            let contribution = attribution.contributions.iter_mut().find(|contribution| contribution.node == name);
            if let Some(contribution) = contribution.filter(|_| error > 0.0 || has_rivals) {
                // What is open of ties is another doubt.
                contribution.model_error = Some(error.hypot(contribution.model_error.unwrap_or(0.0)));
            }
        }
        attribution
    }

    /// The event's alternatives, those that have most at stake first; of two alike the first in topological order.
    fn alternatives(&self, case: &Case) -> Vec<Alternative> {
        let (target, recovered) = (&case.base().target, case.as_modelled());
        let rivals = self.outside.alternatives(target, recovered).into_iter().map(|doubt| (Kind::Rival, doubt));
        let far_out = (0..target.nodes().len()).flat_map(|number| {
            let doubts = self.doubts(target, recovered, number).into_iter();
            let forms = doubts.filter(|doubt| doubt.cause == Cause::FarOut).flat_map(|doubt| doubt.forms);
            let other = forms.filter_map(move |form| Outside::other_form(target, recovered, number, form));
            other.map(|doubt| (Kind::Coefficients, doubt))
        });
        let with_reach = |(kind, doubt): (Kind, Doubt)| {
            let (reach, turns) = (doubt.reach(target, recovered), doubt.turns(target));
            Alternative { doubt, kind, reach, turns }
        };
        let mut all: Vec<Alternative> = rivals.chain(far_out).map(with_reach).collect();
        sort_by(&mut all, &|a, b| b.turns.cmp(&a.turns).then(b.reach.total_cmp(&a.reach)));
        all
    }

    /// The contributions by node with a plausible mechanism in place of one of the model, or with those of the model. `None` where
    /// one is not finite.
    fn contributions(&self, case: &Case, alternative: Option<&Doubt>) -> Result<Option<Contributions>> {
        let mut case = case.as_if_believed();
        if let Some(doubt) = alternative {
            let (doubts, players) = (std::slice::from_ref(doubt), case.players());
            let Some(sorted) = Sorted::new(case.base(), case.as_modelled(), doubts, &players) else { return Ok(None) };
            let prepare = |target| Prepared::new(target, &self.model, &self.config);
            let regimes = self.outside.regimes(case.shared_base(), &sorted, None, prepare)?;
            case = case.in_regimes(regimes);
        }
        let goal = Goal { effort: self.config.effort.rough(), enough: Some(ENOUGH), ..self.goal() };
        case.ask(|event, engines| {
            let found = answer(event, engines, Ask::Split, goal)?.found;
            Ok(Some(event.players().into_iter().zip(found.contributions.iter().map(|amount| amount.value)).collect()))
        })
    }
}

/// How far contributions may be off, by player.
struct Errors<'o> {
    own: &'o [(usize, f64)],
    /// The lowest and highest with any rival.
    lowest: Vec<f64>,
    highest: Vec<f64>,
    /// For every node with coefficients in doubt, how far they move each contribution.
    of_coefficients: Vec<(usize, Vec<f64>)>,
    /// The most that an alternative moved a contribution by for each unit that it has at stake.
    rate: f64,
}

impl<'o> Errors<'o> {
    fn new(own: &'o [(usize, f64)]) -> Self {
        let values: Vec<f64> = own.iter().map(|&(_, value)| value).collect();
        Self { own, lowest: values.clone(), highest: values, of_coefficients: Vec::new(), rate: 0.0 }
    }

    /// What an alternative came to.
    fn add(&mut self, alternative: &Alternative, other: &[(usize, f64)]) {
        let value = |(place, &(node, own)): (usize, &(usize, f64))| {
            // Players are the same, in the same order.
            other.get(place).filter(|(of, _)| *of == node).map_or(own, |&(_, value)| value)
        };
        let values: Vec<f64> = self.own.iter().enumerate().map(value).collect();
        let moved: Vec<f64> = values.iter().zip(self.own).map(|(value, (_, own))| (value - own).abs()).collect();
        let most = moved.iter().copied().fold(0.0, f64::max);
        if alternative.reach > 0.0 {
            self.rate = self.rate.max(most / alternative.reach);
        }
        match alternative.kind {
            Kind::Rival => {
                self.lowest.iter_mut().zip(&values).for_each(|(low, value)| *low = low.min(*value));
                self.highest.iter_mut().zip(&values).for_each(|(high, value)| *high = high.max(*value));
            }
            Kind::Coefficients => self.add_coefficients(alternative.doubt.node(), &moved),
        }
    }

    /// What an alternative comes to that has less at stake than all that were asked about: to first order it moves contributions by
    /// no more than they did, for what it has at stake.
    fn bound(&mut self, alternative: &Alternative, touched: &[usize]) {
        let most = self.rate * alternative.reach;
        // Rivals with little at stake are added as what they are, independent.
        let most = if alternative.kind == Kind::Rival { 0.5 * most } else { most };
        let moved: Vec<f64> =
            self.own.iter().map(|(node, _)| if touched.contains(node) { most } else { 0.0 }).collect();
        self.add_coefficients(alternative.doubt.node(), &moved);
    }

    fn add_coefficients(&mut self, node: usize, moved: &[f64]) {
        match self.of_coefficients.iter_mut().find(|(of, _)| *of == node) {
            // Those of one node are one vector: it is off in one way or another.
            Some((_, most)) => most.iter_mut().zip(moved).for_each(|(most, moved)| *most = most.max(*moved)),
            None => self.of_coefficients.push((node, moved.to_vec())),
        }
    }

    /// By node.
    fn all(&self) -> Vec<(usize, f64)> {
        let error = |(place, &(node, _)): (usize, &(usize, f64))| {
            let rivals = 0.5 * (self.highest[place] - self.lowest[place]);
            let squares = self.of_coefficients.iter().map(|(_, moved)| moved[place] * moved[place]);
            (node, (rivals * rivals + squares.sum::<f64>()).sqrt())
        };
        self.own.iter().enumerate().map(error).collect()
    }
}
