//! What to do next, as far as a verdict tells.

use crate::error::list_names;
use crate::findings::{FindingKind, Strength};
use crate::report::units::Units;
use crate::verdicts::{Counterfactual, Diagnosis, Falsifier, FalsifierKind};

/// Most rivals that are compared, and most checks that are named.
const MOST: usize = 3;

impl Diagnosis {
    /// What to do next, the most urgent first, a sentence each: where to look, what is not checked, what would decide, or what is missing. Never empty.
    pub(in crate::report) fn next_steps(&self, units: &Units) -> Vec<String> {
        let record = self.findings.iter().find(|finding| finding.kind == FindingKind::OnlyTheRecord);
        let mut steps: Vec<String> = record.map(|finding| finding.remedy.clone()).into_iter().collect();
        steps.extend(match (self.strength, self.combined.first()) {
            (Strength::Strong, Some(first)) => self.act_on(&first.node, units),
            (Strength::Contested, Some(first)) => self.decide(&first.node, units),
            _ => self.learn_more(),
        });
        steps.into_iter().map(|step| self.with_visible_names(step)).collect()
    }

    fn act_on(&self, first: &str, units: &Units) -> Vec<String> {
        let proof = self.proofs.first();
        let hop = proof.and_then(|proof| proof.path.first());
        let what = match proof.zip(hop).and_then(|(proof, hop)| Some((proof.rows_before(hop)?, proof.since(hop)?))) {
            None => "what changed there around the event".to_owned(),
            Some((0, _)) => "what changed there just before the event".to_owned(),
            Some((_, since)) => format!("what changed there from {since} on"),
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
        steps.extend(self.against(units));
        if let Some(reason) = proof.and_then(|proof| proof.status.reason()) {
            steps.push(format!("Check by hand what the path does not show. {reason}"));
        }
        steps.extend(self.unchecked());
        steps
    }

    /// What was found that speaks against the first suspect, in steps to settle it.
    pub(in crate::report) fn against(&self, units: &Units) -> impl Iterator<Item = String> {
        let falsifiers = self.proofs.first().map(|proof| (&proof.suspect, proof.falsifiers_in(units)));
        let found = falsifiers.into_iter().flat_map(|(suspect, all)| all.into_iter().map(move |one| (suspect, one)));
        let found = found.filter(|(_, one)| one.found == Some(true)).take(MOST);
        found.map(|(suspect, one)| format!("Settle what speaks against `{suspect}`: {}.", one.seen))
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
        let missing_above = self.causes_without_values(first);
        let values_to_get = if missing_above.is_none() { self.values_to_get() } else { None };
        let mut steps: Vec<String> = missing_above.into_iter().collect();
        steps.push(match rivals.is_empty() {
            true => format!("Look at `{first}`; there is no other suspect."),
            false => {
                let all = self.verdicts.len();
                let counted = rivals.iter().map(|rival| match votes(rival) {
                    0 => format!("`{rival}`"),
                    votes => format!("`{rival}`, first in {votes}"),
                });
                let counted = counted.collect::<Vec<_>>().join(", ");
                format!(
                    "Compare `{first}`, first in {} of {all} verdicts, with {counted}: what changed there around the event?",
                    votes(first)
                )
            }
        });
        steps.extend(self.what_decides(first, &rivals, units));
        steps.extend(self.against(units));
        if self.proofs.first().is_some_and(|proof| proof.recent_rows.is_none()) {
            steps.push("Give the rows from before the event: they would tell which of them was off first.".to_owned());
        }
        steps.extend(values_to_get);
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
        if self.has_a_usual_target() {
            steps.push(format!(
                "Ask about a node that is off: `{}` is hardly unusual here. Asking about no target ranks every node.",
                self.target
            ));
        }
        let in_the_way = self.findings.iter().find(|finding| finding.kind.caps() == Strength::Thin);
        steps.extend(in_the_way.map(|finding| finding.remedy.clone()));
        let hints: Vec<&str> = self.combined.iter().take(MOST).map(|score| score.node.as_str()).collect();
        if !hints.is_empty() {
            steps.push(format!("Take the ranking as a hint only; it begins with {}.", list_names(&hints)));
        }
        if steps.is_empty() {
            steps.push("Look at other events of the same kind, as this one by itself names nobody.".to_owned());
        }
        steps
    }

    /// The causes of the first suspect that have no value: it may be one of them as well.
    fn causes_without_values(&self, first: &str) -> Option<String> {
        let missing = &self.attribution.contribution(first)?.missing_parents;
        (!missing.is_empty()).then(|| {
            format!("Get the values of {} in this event: the cause may be there or above.", some_names(missing))
        })
    }

    fn values_to_get(&self) -> Option<String> {
        let missing = &self.missing;
        (!missing.is_empty()).then(|| {
            format!("Get the values of {} in this event: no verdict can blame or clear them.", some_names(missing))
        })
    }
}

/// The first names, and how many more there are.
fn some_names(names: &[String]) -> String {
    let shown: Vec<&str> = names.iter().map(String::as_str).take(MOST).collect();
    let more = names.len().saturating_sub(MOST);
    list_names(&shown) + &if more > 0 { format!(" and {more} more") } else { String::new() }
}
