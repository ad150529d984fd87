//! A diagnosis in a sentence or two: what happened, how sure it is, and what would have been.

use crate::error::list_names;
use crate::findings::Strength;
use crate::question::attribution::Contribution;
use crate::report::unit::short;
use crate::report::units::Units;
use crate::verdicts::{Counterfactual, Diagnosis};
use crate::wording::{chance, fixed, grouped, visible_name};

/// So many times as much is said in times, less in per cent.
const IN_TIMES: f64 = 1.95;
/// So many times as much is said without decimals.
const WITHOUT_DECIMALS: f64 = 9.95;
/// Smaller differences are none worth saying, as a share.
const WORTH_SAYING: f64 = 0.005;

/// What a headline consists of, each a sentence or two.
pub(in crate::report) struct Headline {
    /// What the most suspect node was beside what is usual of it.
    pub(in crate::report) happened: Option<String>,
    /// Who is the root cause, and how sure that is.
    pub(in crate::report) verdict: String,
    /// What the target would have been with the suspect as usual.
    pub(in crate::report) otherwise: Option<String>,
    /// Why it is no surer.
    pub(in crate::report) reason: Option<String>,
}

impl Diagnosis {
    /// The verdict in two or three sentences without units, see [`headline_in`](Self::headline_in).
    pub fn headline(&self) -> String {
        self.headline_in(&Units::default())
    }

    /// The verdict in two or three sentences: what the most suspect node was, in units and multiples of what is typical of it, how sure
    /// it is that it is the root cause, and what the target would have been with it as usual.
    ///
    /// Where the evidence is contested or too thin to name a cause the headline ends with the first reason.
    ///
    /// ```
    /// use etiology::report::{Unit, Units};
    /// # use etiology::{AdditiveNoiseModel, CausalGraph, DiagnosisConfig, KnownFormula, NoiseDistribution, Observation};
    /// # let own_time = NoiseDistribution::normal(0.05, 0.01)?;
    /// # let model = etiology::StructuralCausalModel::new(CausalGraph::from_edges([("db", "api")])?)
    /// #     .with_mechanism("db", NoiseDistribution::normal(0.1, 0.02)?)?
    /// #     .with_mechanism("api", AdditiveNoiseModel::known(KnownFormula::sum(["db"])).with_noise(own_time))?
    /// #     .without_fitting()?;
    /// let slow = Observation::from_pairs([("db", 0.9), ("api", 0.95)])?;
    /// let diagnosis = model.diagnose("api", &slow, &DiagnosisConfig::default())?;
    /// let headline = diagnosis.headline_in(&Units::default().with_others(Unit::seconds()));
    /// assert!(headline.starts_with("`db` took 900 ms, usually 100 ms: 9 times as much. Strong evidence"), "{headline}");
    /// assert!(headline.ends_with("With it as usual, `api` would have taken 150 ms instead of 950 ms."), "{headline}");
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn headline_in(&self, units: &Units) -> String {
        let Headline { happened, verdict, otherwise, reason } = self.in_sentences(units);
        let sentences: Vec<String> = [happened, Some(verdict), otherwise, reason].into_iter().flatten().collect();
        self.with_visible_names(sentences.join(" "))
    }

    /// A sentence about this diagnosis with names of nodes as people can read them, where they are very long or hold what cannot be seen.
    pub(super) fn with_visible_names(&self, sentence: String) -> String {
        let names = self.combined.iter().map(|suspect| &suspect.node).chain(&self.missing);
        let changed = names.map(|name| (name, visible_name(name))).filter(|(name, visible)| *name != visible);
        changed.fold(sentence, |sentence, (name, visible)| sentence.replace(name.as_str(), &visible))
    }

    /// The sentences of the headline, with names as they are.
    pub(in crate::report) fn in_sentences(&self, units: &Units) -> Headline {
        let target = &self.target;
        let Some(first) = self.combined.first().filter(|_| self.strength != Strength::Thin) else {
            let observed = self.what_it_was(target, "which", units).map_or_else(String::new, |was| format!(", {was}"));
            let verdict = format!("The evidence is too thin to name a cause of `{target}`{observed}.");
            let reason = self.first_reason().map(str::to_owned);
            return Headline { happened: None, verdict, otherwise: None, reason };
        };
        let name = &first.node;
        let happened = self.what_it_was(name, &format!("`{name}`"), units).map(|was| format!("{was}."));
        // Of the target's own noise nobody knows what is behind it.
        let cause = match name == target {
            true => format!("`{name}` itself, or a cause of it that the graph lacks"),
            false => format!("`{name}`"),
        };
        let agreement = self.agreement();
        let together: Vec<&str> = self.together().iter().map(|cause| cause.node.as_str()).collect();
        let (causes, cause) = match together[..] {
            [] => ("root cause", format!("is {cause}")),
            _ => ("root causes", format!("are {} together", list_names(&together))),
        };
        let verdict = match self.strength {
            Strength::Strong => format!("Strong evidence: the {causes} of `{target}` {cause}, {agreement}."),
            _ => {
                let cause = cause.replacen(' ', " probably ", 1);
                format!("Contested: the {causes} of `{target}` {cause}, {agreement}.")
            }
        };
        let of_first = || match self.counterfactuals.iter().find(|would| would.node == *name) {
            Some(would) => Some(self.would_have_been(would, units)),
            None => self.target_besides(name, units),
        };
        let otherwise = self.would_have_been_without_all(units).or_else(of_first);
        let reason = match self.strength {
            Strength::Strong => None,
            _ => self.first_reason().map(|reason| format!("But: {reason}")),
        };
        Headline { happened, verdict, otherwise, reason }
    }

    /// The doubts that the headline does not say.
    pub(in crate::report) fn further_doubts(&self) -> &[String] {
        match self.strength {
            Strength::Strong => &self.doubts,
            _ => self.doubts.get(1..).unwrap_or_default(),
        }
    }

    /// Why the evidence is no stronger: the first doubt, else the first finding that allows no more.
    fn first_reason(&self) -> Option<&str> {
        let capping = || self.findings.iter().find(|finding| finding.kind.caps() <= self.strength);
        self.doubts.first().map(String::as_str).or_else(|| capping().map(|finding| finding.evidence.as_str()))
    }

    /// How many of the verdicts that name anyone name the first of the ranking, and in how many others it shares the first place; of several causes,
    /// how many name none but them.
    fn agreement(&self) -> String {
        let together = self.together();
        if !together.is_empty() {
            let is_one = |leader: &str| together.iter().any(|cause| cause.node == leader);
            let named = self.verdicts.iter().filter(|verdict| verdict.leaders().next().is_some());
            let all = named.clone().count();
            let agree = named.filter(|verdict| verdict.leaders().all(is_one)).count();
            return format!("one of which is first in {agree} of {all} verdicts");
        }
        let first = self.combined.first().map_or("", |first| first.node.as_str());
        let named = self.verdicts.iter().filter(|verdict| verdict.leaders().next().is_some()).count();
        let (agree, ties) = (self.supporters(first).count(), self.ties(first).count());
        let tied = if ties > 0 { format!(", and first with others in {ties} more") } else { String::new() };
        format!("according to {agree} of {named} verdicts{tied}")
    }

    /// "`db` took 387 ms, usually 7.6 ms: 51 times as much", of a node whose value was observed.
    fn what_it_was(&self, node: &str, called: &str, units: &Units) -> Option<String> {
        let part = self.attribution.contribution(node)?;
        if let (Some(observed), Some(typical)) = (&part.observed_level, &part.typical_level) {
            return Some(format!("{called} was `{observed}`, usually `{typical}`"));
        }
        let [observed, typical] = [part.observed, part.typical].map(|value| units.in_words(node, value));
        let multiple = self.multiple(part, units).map_or_else(String::new, |multiple| format!(": {multiple}"));
        Some(format!("{called} {} {observed}, usually {typical}{multiple}", verb(node, units, "took", "was")))
    }

    /// The target where no counterfactual says what it was.
    fn target_besides(&self, suspect: &str, units: &Units) -> Option<String> {
        let target = &self.target;
        if suspect == target {
            return None;
        }
        self.what_it_was(target, &format!("`{target}`"), units).map(|was| format!("{was}."))
    }

    /// How much more or less than usual, if that can be said.
    fn multiple(&self, part: &Contribution, units: &Units) -> Option<String> {
        let is_said = self.counts_from_nothing(&part.node, units) && part.observed > 0.0 && part.typical > 0.0;
        is_said.then(|| times(part.observed / part.typical)).flatten()
    }

    /// Whether 0 is nothing for a node. Where its unit is not known, that is so where no value of the event is below it.
    fn counts_from_nothing(&self, node: &str, units: &Units) -> bool {
        let is_below = |part: &Contribution| part.observed < 0.0 || part.typical < 0.0;
        match units.of(node) {
            Some(unit) => unit.counts_from_nothing(),
            None => !self.attribution.contributions.iter().any(is_below),
        }
    }

    /// "With all of them as usual, `web` would have taken 42 ms instead of 420 ms.", of several causes, where the model can say it.
    fn would_have_been_without_all(&self, units: &Units) -> Option<String> {
        let (target, expected) = (&self.target, self.together().last()?.expected);
        let observed = self.attribution.contribution(target)?.observed;
        if expected < 0.0 && self.counts_from_nothing(target, units) {
            return None;
        }
        Some(instead("all of them", target, &format!("`{target}`"), [expected, observed], units))
    }

    /// "With it as usual, `web` would have taken 42 ms instead of 420 ms."
    fn would_have_been(&self, would: &Counterfactual, units: &Units) -> String {
        let Counterfactual { node, target, expected, observed, resolution, .. } = would;
        let (it, whom) = match node == target {
            true => ("its own part", "it".to_owned()),
            false => ("it", format!("`{target}`")),
        };
        if let Some(level) = &would.observed_level {
            let probability = chance(would.probability, *resolution);
            return format!("With {it} as usual, {whom} would have been `{level}` with probability {probability}.");
        }
        // Far outside of its data a mechanism may say anything.
        if *expected < 0.0 && self.counts_from_nothing(target, units) {
            let have = verb(target, units, "taken", "been");
            let besides = self.target_besides(node, units).map_or_else(String::new, |besides| format!("{besides} "));
            return format!(
                "{besides}What {whom} would have {have} with {it} as usual the model cannot say: less than nothing, by its figures."
            );
        }
        instead(it, target, &whom, [*expected, *observed], units)
    }
}

/// "With it as usual, `web` would have taken 42 ms instead of 420 ms."
fn instead(restored: &str, target: &str, called: &str, values: [f64; 2], units: &Units) -> String {
    let have = verb(target, units, "taken", "been");
    let [expected, observed] = values.map(|value| units.in_words(target, value));
    format!("With {restored} as usual, {called} would have {have} {expected} instead of {observed}.")
}

fn times(ratio: f64) -> Option<String> {
    match ratio {
        _ if !ratio.is_finite() => None,
        _ if ratio >= WITHOUT_DECIMALS => Some(format!("{} times as much", grouped(ratio))),
        _ if ratio >= IN_TIMES => Some(format!("{} times as much", short((10.0 * ratio).round() / 10.0))),
        _ if ratio >= 1.0 + WORTH_SAYING => Some(format!("{} % more", fixed(100.0 * (ratio - 1.0), 0))),
        _ if ratio > 1.0 - WORTH_SAYING => None,
        _ if ratio > 0.01 => Some(format!("{} % less", fixed(100.0 * (1.0 - ratio), 0))),
        _ => Some("less than a hundredth".to_owned()),
    }
}

fn verb<'v>(node: &str, units: &Units, of_time: &'v str, of_others: &'v str) -> &'v str {
    if units.of(node).is_some_and(|unit| unit.is_time()) { of_time } else { of_others }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn multiples_are_said_as_people_do() {
        let said = [50.92, 9.0, 2.04, 1.38, 1.004, 0.996, 0.38, 0.001, f64::INFINITY].map(times);
        let expected = [
            Some("51 times as much"),
            Some("9 times as much"),
            Some("2 times as much"),
            Some("38 % more"),
            None,
            None,
            Some("62 % less"),
            Some("less than a hundredth"),
            None,
        ];
        assert_eq!(said, expected.map(|text| text.map(str::to_owned)));
    }
}
