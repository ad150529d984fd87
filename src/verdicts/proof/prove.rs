//! From a suspect and an event to the proof.

use super::deviation::MOST;
use super::falsifiers::Seen;
use super::hops::{Tested, hops};
use super::path::{Path, best_path};
use super::result::{Hop, HopVerdict, PathStatus, Proof};
use super::world::World;
use crate::data::Observation;
use crate::error::{Error, Result};
use crate::model::FittedModel;
use crate::verdicts::config::DiagnosisConfig;
use crate::verdicts::counterfactual::Counterfactual;

/// What is to be proved.
#[derive(Clone, Copy)]
pub(in crate::verdicts) struct Question<'a> {
    pub(in crate::verdicts) target: &'a str,
    pub(in crate::verdicts) suspect: &'a str,
    pub(in crate::verdicts) event: &'a Observation,
}

/// The proof, with what would have been had the suspect behaved normally. Costs O(ancestors · edges) evaluations of mechanisms and, where values
/// are missing, 64 times as many.
///
/// # Errors
/// When the suspect is neither the target nor a cause of it, or one of them has no value in the event; when noises cannot be recovered; or when
/// a column of the recent rows holds text or an infinite value.
pub(in crate::verdicts) fn prove(
    model: &FittedModel,
    question: Question<'_>,
    counterfactual: Option<Counterfactual>,
    config: &DiagnosisConfig,
) -> Result<Proof> {
    let Question { target, suspect, event } = question;
    let Some(world) = World::of(model, target, suspect, event, config.attribution.means.seed)? else {
        let (name, requirement) = ("the suspect of a proof", "the target or one of its causes in the graph");
        return Err(Error::InvalidParameter { name, requirement, found: format!("`{suspect}`, target `{target}`") });
    };
    let recent = config.recent.as_ref();
    let of_node = |number: usize| (!world.recovered.is_missing(number)).then(|| Tested::of(&world, number));
    let tested: Vec<Option<Tested>> = (0..world.wiring.nodes().len()).map(of_node).collect();
    let (path, status) = found(&world, &tested);
    let (path, share) = match path {
        Some(path) => (hops(&world, &path, &tested, config)?, Some(path.carried)),
        None => (Vec::new(), None),
    };
    let resolution = model.default_floor();
    let seen = Seen {
        world: &world,
        event,
        path: &path,
        tested: &tested,
        counterfactual: counterfactual.as_ref(),
        recent,
        resolution,
    };
    let falsifiers = seen.falsifiers()?;
    Ok(Proof {
        schema: Proof::SCHEMA.to_owned(),
        suspect: suspect.to_owned(),
        target: target.to_owned(),
        status,
        path,
        carried: share,
        counterfactual,
        falsifiers,
        recent_rows: recent.map(|recent| recent.rows()),
        resolution,
    })
}

/// The path that carries most of those with no step that is contradicted, unless one that is carries much more or it is only one way of several; and
/// whether it holds.
fn found(world: &World<'_>, tested: &[Option<Tested>]) -> (Option<Path>, PathStatus) {
    // A node without a value has no test, and is no step.
    let passes = |number: usize, test: fn(&Tested) -> bool| tested[number].as_ref().is_none_or(test);
    let not_contradicted = |tested: &Tested| tested.verdict != HopVerdict::NotExplained;
    let Some(most) = best_path(world, |_| true) else { return (None, no_effect(world)) };
    let enough = |path: &Path| path.carried >= MOST * most.carried;
    let path = best_path(world, |number| passes(number, not_contradicted)).filter(enough);
    let Some(path) = path else {
        let contradicted = most.nodes[1..].iter().find(|&&number| !passes(number, not_contradicted));
        let name = contradicted.map_or("", |&number| world.node(number).name.as_str());
        let reason = format!(
            "Most of what `{}` did would have gone through `{name}`, whose value does not follow from its causes.",
            world.node(world.suspect).name
        );
        return (None, PathStatus::None { reason });
    };
    if let Some(reason) = no_single_way(world, &path) {
        return (None, PathStatus::None { reason });
    }
    let status = status(world, tested, &path);
    (Some(path), status)
}

/// Why the path that carries most is not the way it went: it has to carry most of what arrived, and the other ways may neither add nor undo as much.
fn no_single_way(world: &World<'_>, path: &Path) -> Option<String> {
    let [suspect, target] = [world.suspect, world.wiring.target()].map(|number| &world.node(number).name);
    match path.carried {
        carried if carried < MOST => {
            Some(format!("What `{suspect}` did reached `{target}` by several ways, none of which carries half of it."))
        }
        carried if carried > 1.0 + MOST => Some(format!(
            "By the model what `{suspect}` did reached `{target}` by ways that undo each other, so none of them can be named."
        )),
        _ => None,
    }
}

fn no_effect(world: &World<'_>) -> PathStatus {
    let [suspect, target] = [world.suspect, world.wiring.target()].map(|number| &world.node(number).name);
    let reason = format!("By the model, what happened to `{suspect}` did not move `{target}` towards what it was.");
    PathStatus::None { reason }
}

fn status(world: &World<'_>, tested: &[Option<Tested>], path: &Path) -> PathStatus {
    let mut reasons = Vec::new();
    for &number in &path.nodes {
        let name = &world.node(number).name;
        let Some(tested) = &tested[number] else {
            reasons.push(format!("`{name}` has no value, so its step is not shown."));
            continue;
        };
        if number == world.suspect && tested.verdict == HopVerdict::Explained {
            reasons.push(match world.node(number).parents.is_empty() {
                true => format!("`{name}` is no more unusual than often."),
                false => format!("`{name}` itself follows from its causes."),
            });
        } else if number != world.suspect && tested.verdict == HopVerdict::OnlyPartly {
            reasons.push(format!("`{name}` follows from its causes only in part."));
        }
        if number != world.suspect && !tested.deviates {
            reasons.push(format!("`{name}` would be no less usual without it."));
        } else if number != world.suspect && !tested.tells {
            reasons.push(format!("`{name}` is so far outside of its data that nearly anything would follow."));
        }
    }
    match reasons.is_empty() {
        true => PathStatus::Verified,
        false => PathStatus::Partly { reason: reasons.join(" ") },
    }
}

impl Proof {
    /// The names of the nodes on the path, as `db → api → web`; the suspect alone where no path holds.
    pub fn path_in_words(&self) -> String {
        let names = self.path.iter().flat_map(|hop: &Hop| hop.through.iter().chain([&hop.node]));
        let names: Vec<String> = names.map(|name| crate::wording::visible_name(name)).collect();
        if names.is_empty() { crate::wording::visible_name(&self.suspect) } else { names.join(" → ") }
    }
}
