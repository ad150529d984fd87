//! What to do next, as far as a verdict tells.

use crate::error::list_names;
use crate::findings::Strength;
use crate::report::text::since;
use crate::report::units::Units;
use crate::verdicts::{Counterfactual, Diagnosis, Falsifier, FalsifierKind};

/// Most rivals that are compared, and most checks that are named.
const MOST: usize = 3;
/// An event of which at least one in so many normal ones is as extreme is hardly one.
const HARDLY_UNUSUAL: f64 = 0.05;

impl Diagnosis {
    /// What to do next, the most urgent first, a sentence each: where to look, what is not checked, what would decide, or what is missing. Never empty.
    pub(in crate::report) fn next_steps(&self, units: &Units) -> Vec<String> {
        let steps = match (self.strength, self.combined.first()) {
            (Strength::Strong, Some(first)) => self.act_on(&first.node),
            (Strength::Contested, Some(first)) => self.decide(&first.node, units),
            _ => self.learn_more(),
        };
        steps.into_iter().map(|step| self.with_visible_names(step)).collect()
    }

    fn act_on(&self, first: &str) -> Vec<String> {
        let proof = self.proofs.first();
        let hop = proof.and_then(|proof| proof.path.first());
        let what = match proof.zip(hop).and_then(|(proof, hop)| proof.rows_before(hop)) {
            None => "what changed there around the event".to_owned(),
            Some(0) => "what changed there just before the event".to_owned(),
            Some(rows) => format!("what changed there from {} on", since(rows)),
        };
        let mut steps = vec![match first == self.target {
            true => format!("Look at `{first}` itself, and at what it depends on that the graph lacks: {what}."),
            false => format!("Look at `{first}`: {what}."),
        }];
        let others: Vec<&str> =
            self.causes.iter().map(|cause| cause.node.as_str()).filter(|name| *name != first).collect();
        if !others.is_empty() {
            steps.push(format!(
                "Look at {}, too: mending `{first}` alone does not make `{}` normal.",
                list_names(&others),
                self.target
            ));
        }
        if let Some(reason) = proof.and_then(|proof| proof.status.reason()) {
            steps.push(format!("Check by hand what the path does not show. {reason}"));
        }
        steps.extend(self.unchecked());
        steps
    }

    /// What would have to be seen if the first suspect were not the cause, and was not looked for.
    fn unchecked(&self) -> impl Iterator<Item = String> + '_ {
        let falsifiers = self.proofs.first().into_iter().flat_map(|proof| &proof.falsifiers);
        let check = |falsifier: &Falsifier| match falsifier.kind {
            FalsifierKind::OthersBefore if self.proofs.iter().all(|proof| proof.recent_rows.is_none()) => {
                "Give the rows from before the event: whether something else was off first was not looked for."
                    .to_owned()
            }
            _ => format!(
                "Keep in mind what could not be looked for. If this verdict were wrong: {} Not seen here: {}.",
                falsifier.statement, falsifier.seen
            ),
        };
        falsifiers.filter(|falsifier| !falsifier.looked_for).take(MOST).map(check)
    }

    fn decide(&self, first: &str, units: &Units) -> Vec<String> {
        let votes = |node: &str| self.supporters(node).count() + self.ties(node).count();
        let mut rivals: Vec<&str> =
            self.combined.iter().skip(1).map(|score| score.node.as_str()).filter(|node| votes(node) > 0).collect();
        if rivals.is_empty() {
            rivals.extend(self.combined.get(1).map(|score| score.node.as_str()));
        }
        rivals.truncate(MOST);
        let mut steps = match rivals.is_empty() {
            true => vec![format!("Look at `{first}`; there is no other suspect.")],
            false => {
                let all = self.verdicts.len();
                let counted = rivals.iter().map(|rival| match votes(rival) {
                    0 => format!("`{rival}`"),
                    votes => format!("`{rival}`, first in {votes}"),
                });
                let counted = counted.collect::<Vec<_>>().join(", ");
                vec![format!(
                    "Compare `{first}`, first in {} of {all} verdicts, with {counted}: what changed there around the event?",
                    votes(first)
                )]
            }
        };
        steps.extend(self.what_decides(first, &rivals, units));
        let against = self.proofs.first().into_iter().flat_map(|proof| proof.against());
        steps.extend(against.take(MOST).map(|found| format!("Settle what speaks against `{first}`: {}.", found.seen)));
        if self.proofs.first().is_some_and(|proof| proof.recent_rows.is_none()) {
            steps.push("Give the rows from before the event: they would tell which of them was off first.".to_owned());
        }
        steps.extend(self.values_to_get());
        steps
    }

    /// What putting one of them right would do to the target, where the rivals differ in it.
    fn what_decides(&self, first: &str, rivals: &[&str], units: &Units) -> Option<String> {
        let of =
            |node: &str| self.counterfactuals.iter().find(|would| would.node == node && would.observed_level.is_none());
        let (this, other) = (of(first)?, rivals.iter().find_map(|rival| of(rival))?);
        let [here, there] = [this, other].map(|would: &Counterfactual| units.in_words(&self.target, would.expected));
        (here != there).then(|| {
            format!(
                "To decide, put one of them back to normal: with `{first}` normal `{target}` would be about {here}, with `{}` normal about {there}.",
                other.node,
                target = self.target
            )
        })
    }

    fn learn_more(&self) -> Vec<String> {
        let mut steps: Vec<String> = self.values_to_get().into_iter().collect();
        let is_usual = self.attribution.score.tail_probability.is_some_and(|tail| tail > HARDLY_UNUSUAL);
        if is_usual {
            steps.push(format!(
                "Ask about a node that is off: `{}` is hardly unusual here. Asking about no target ranks every node.",
                self.target
            ));
        }
        if !self.findings.is_empty() {
            steps.push(
                "Settle what speaks against the model or the data first; it stands under “How far to trust this”."
                    .to_owned(),
            );
        }
        let hints: Vec<&str> = self.combined.iter().take(MOST).map(|score| score.node.as_str()).collect();
        if !hints.is_empty() {
            steps.push(format!("Take the ranking below as a hint only; it begins with {}.", list_names(&hints)));
        }
        steps
    }

    fn values_to_get(&self) -> Option<String> {
        let missing: Vec<&str> = self.missing.iter().map(String::as_str).take(MOST).collect();
        let more = self.missing.len().saturating_sub(missing.len());
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        (!missing.is_empty()).then(|| {
            format!(
                "Get the values of {}{more} in this event: no verdict can blame or clear them.",
                list_names(&missing)
            )
        })
    }
}
