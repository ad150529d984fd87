//! What would have to be seen if the verdict were wrong: each is looked for, where what it needs is there.

use super::deviation::{CONTRADICTED, DEVIATES};
use super::expectation::{Expectation, Given};
use super::falsifier::{Falsifier, FalsifierKind};
use super::hops::Tested;
use super::onset::first_row;
use super::result::Hop;
use super::sensor::record_test;
use super::world::World;
use crate::data::{Dataset, Observation};
use crate::error::{Result, list_names};
use crate::model::WiredNode;
use crate::verdicts::counterfactual::Counterfactual;
use crate::wording::{chance, significant};

/// What falsifiers are looked for in.
pub(super) struct Seen<'a> {
    pub(super) world: &'a World<'a>,
    pub(super) event: &'a Observation,
    pub(super) path: &'a [Hop],
    /// The tests of the suspect, its ancestors and what it reaches, by their numbers.
    pub(super) tested: &'a [Option<Tested>],
    pub(super) counterfactual: Option<&'a Counterfactual>,
    pub(super) recent: Option<&'a Dataset>,
    pub(super) resolution: f64,
}

impl Seen<'_> {
    /// All of them, in the order of [`FalsifierKind`].
    ///
    /// # Errors
    /// When a column of the recent rows holds text or an infinite value.
    pub(super) fn falsifiers(&self) -> Result<Vec<Falsifier>> {
        Ok(vec![
            self.follows_from_its_causes(),
            self.cause_as_unusual(),
            self.other_effects_usual(),
            self.target_unusual_without(),
            self.others_before()?,
            self.only_the_record(),
        ])
    }

    fn suspect(&self) -> &str {
        &self.world.node(self.world.suspect).name
    }

    fn target(&self) -> &str {
        &self.world.node(self.world.wiring.target()).name
    }

    fn told(&self, p_value: f64) -> String {
        chance(p_value, self.resolution)
    }

    /// How unusual the suspect is given its causes.
    fn own(&self) -> f64 {
        self.tested[self.world.suspect].as_ref().map_or(1.0, |tested| tested.p_value)
    }

    fn follows_from_its_causes(&self) -> Falsifier {
        let (suspect, own) = (self.suspect(), self.own());
        let is_root = self.world.node(self.world.suspect).parents.is_empty();
        let (statement, given) = match is_root {
            true => (format!("`{suspect}` would be as usual."), "its value"),
            false => (format!("`{suspect}` would follow from what it depends on."), "given its causes its value"),
        };
        let seen = format!("{given} has p = {}", self.told(own));
        Falsifier::new(FalsifierKind::FollowsFromItsCauses, statement)
            .with("p_value", own)
            .looked_for(own > DEVIATES, seen)
    }

    fn cause_as_unusual(&self) -> Falsifier {
        let suspect = self.suspect();
        let falsifier = Falsifier::new(
            FalsifierKind::CauseAsUnusual,
            format!("Something that `{suspect}` depends on would be as unusual."),
        );
        let (world, own) = (self.world, self.own());
        if world.node(world.suspect).parents.is_empty() {
            return falsifier.not_looked_for("it depends on nothing in the graph");
        }
        let causes = world.wiring.up_to(world.suspect);
        let is_cause = |node: &WiredNode| causes.nodes().iter().any(|cause| cause.position == node.position);
        let upstream = (0..world.suspect).filter(|&number| is_cause(world.node(number)));
        let p_value = |number: usize| self.tested[number].as_ref().map(|tested| (number, tested.p_value));
        let Some((most, p)) = upstream.filter_map(p_value).min_by(|a, b| a.1.total_cmp(&b.1)) else {
            return falsifier.not_looked_for("nothing that it depends on has a value");
        };
        let name = &world.node(most).name;
        let seen = format!("the most unusual of its causes given their own, `{name}`, has p = {}", self.told(p));
        falsifier.with("p_value", p).with("p_value_of_suspect", own).looked_for(p <= DEVIATES && p <= own, seen)
    }

    fn other_effects_usual(&self) -> Falsifier {
        let suspect = self.suspect();
        let statement = format!("Other effects of `{suspect}` would be as if nothing had happened to it.");
        let mut falsifier = Falsifier::new(FalsifierKind::OtherEffectsUsual, statement);
        let (mut with_it, mut without_it) = (Vec::new(), Vec::new());
        for (name, p_value, p_without) in self.other_effects() {
            falsifier = falsifier
                .with(format!("p_value of {name}"), p_value)
                .with(format!("p_value_without of {name}"), p_without);
            if p_value <= CONTRADICTED && p_without > p_value { without_it.push(name) } else { with_it.push(name) }
        }
        if with_it.is_empty() && without_it.is_empty() {
            return falsifier.not_looked_for("it has no other effect that would show it and has a value");
        }
        let seen = match without_it.as_slice() {
            [] => format!("all that would show it follow it: {}", list_names(&with_it)),
            some => format!("these do not follow it: {}", list_names(some)),
        };
        falsifier.looked_for(!without_it.is_empty(), seen)
    }

    /// The effects of the suspect beside the path, in the whole graph, that would be unusual without it if they follow it: name, p-value as it
    /// was and with a normal suspect.
    fn other_effects(&self) -> Vec<(String, f64, f64)> {
        let (model, all) = (self.world.model, self.world.model.wiring());
        let suspect = self.world.node(self.world.suspect).position;
        let value = |node: &WiredNode| node.observed(self.event).ok().flatten();
        let of_child = |child: &WiredNode| {
            let place = child.parents.iter().position(|&parent| all.node(parent).position == suspect)?;
            if self.path.iter().any(|hop| hop.node == child.name) {
                return None;
            }
            let parents = child.parents.iter().map(|&parent| value(all.node(parent))).collect::<Option<Vec<f64>>>()?;
            let mut restored = parents.clone();
            restored[place] = self.world.restored[self.world.suspect];
            let [as_it_was, without] = [parents, restored]
                .map(|parents| Expectation { node: child, sets: vec![Given::new(model, child, parents)] });
            // Would it show?
            let expected = if child.levels.is_none() { as_it_was.mean() } else { as_it_was.normal_value(model) };
            if without.tail(expected) > CONTRADICTED {
                return None;
            }
            let observed = value(child)?;
            Some((child.name.clone(), as_it_was.tail(observed), without.tail(observed)))
        };
        all.nodes().iter().filter_map(of_child).collect()
    }

    fn target_unusual_without(&self) -> Falsifier {
        let (suspect, target) = (self.suspect(), self.target());
        let falsifier = Falsifier::new(
            FalsifierKind::TargetUnusualWithout,
            format!("`{target}` would be unusual with a normal `{suspect}`, too."),
        );
        let Some(counterfactual) = self.counterfactual else {
            return falsifier.not_looked_for(format!("means of `{target}` are too large to be numbers"));
        };
        let node = self.world.node(self.world.wiring.target());
        let expected = counterfactual.expected;
        let falsifier = falsifier.with("expected", expected);
        if let Some(level) = node.level_name(self.world.value(self.world.wiring.target())) {
            let seen = format!("it would have been {level} with probability {}", significant(expected));
            return falsifier.looked_for(expected > 0.5, seen);
        }
        let p = node.value_tail(self.world.model.reference_at(node.position), expected);
        let seen = format!("{} would be expected, which has p = {}", significant(expected), self.told(p));
        falsifier.with("p_value", p).looked_for(p <= CONTRADICTED, seen)
    }

    fn others_before(&self) -> Result<Falsifier> {
        let (suspect, world) = (self.suspect(), self.world);
        let falsifier = Falsifier::new(
            FalsifierKind::OthersBefore,
            format!("Something else would have deviated before `{suspect}` did."),
        );
        let Some(recent) = self.recent else {
            return Ok(falsifier.not_looked_for("there are no rows before the event"));
        };
        let first = |number: usize| first_row(world.model, world.node(number), world.value(number), recent);
        let Some(own) = first(world.suspect)? else {
            return Ok(falsifier.not_looked_for(format!("`{suspect}` has no such rows, or is as usual")));
        };
        let mut earliest: Option<(usize, usize)> = None;
        for number in (0..world.wiring.nodes().len()).filter(|&number| number != world.suspect) {
            if world.recovered.is_missing(number) {
                continue;
            }
            earliest = first(number)?.map(|row| (row, number)).into_iter().chain(earliest).min();
        }
        let falsifier = falsifier.with("row_of_suspect", own as f64);
        let Some((row, number)) = earliest else {
            return Ok(falsifier.looked_for(false, "nothing else deviates"));
        };
        let name = &world.node(number).name;
        let rows = match own.abs_diff(row) {
            0 => "no rows".to_owned(),
            1 => "1 row".to_owned(),
            rows => format!("{rows} rows"),
        };
        let side = if row < own { "before" } else { "after" };
        Ok(falsifier
            .with("row_of_first_other", row as f64)
            .looked_for(row < own, format!("the first other, `{name}`, did {rows} {side} it")))
    }

    fn only_the_record(&self) -> Falsifier {
        let suspect = self.suspect();
        let falsifier = Falsifier::new(
            FalsifierKind::OnlyTheRecord,
            format!("The effects of `{suspect}` would follow another value than the one recorded."),
        );
        let position = self.world.node(self.world.suspect).position;
        let Some(test) = record_test(self.world.model, position, self.event) else {
            return falsifier.not_looked_for("no effect of it tells one value from the other");
        };
        let seen = match test.is_record {
            true => format!("they follow {}: {}", significant(test.follows), list_names(&test.effects)),
            false => format!("they do not: {}", list_names(&test.effects)),
        };
        falsifier.with("nats", test.nats).with("follows", test.follows).looked_for(test.is_record, seen)
    }
}
