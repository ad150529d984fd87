//! A diagnosis in five lines, for a chat.

use crate::report::escape::{chat, chat_name};
use crate::report::units::Units;
use crate::verdicts::{Diagnosis, PathStatus, Proof};

/// A path of more nodes loses its middle.
const MOST_ON_A_PATH: usize = 12;

impl Diagnosis {
    /// The diagnosis as a list of at most five lines of Markdown, for a chat: what happened, in units and multiples of what is usual; how
    /// sure the verdict is; the path from the cause to the target; what would have been; and what to do next. A line that has nothing to say is
    /// left out.
    ///
    /// Names stand in code, so that nothing in them becomes a link, a mention or formatting, in chats that read Markdown and in Slack. A
    /// sentence whose names have backticks is code as a whole.
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
    /// let lines = diagnosis.to_markdown(&Units::default().with_others(Unit::seconds()));
    /// let lines: Vec<&str> = lines.lines().collect();
    /// assert_eq!(lines[0], "- `db` took 900 ms, usually 100 ms: 9 times as much.");
    /// assert_eq!(lines[2], "- Path: `db` → `api`, every step tested.");
    /// assert_eq!(lines[3], "- With it as usual, `api` would have taken 150 ms instead of 950 ms.");
    /// assert_eq!(lines[4], "- Next: Look at `db`: what changed there around the event.");
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn to_markdown(&self, units: &Units) -> String {
        let sentences = self.in_sentences(units);
        let how_sure = [Some(sentences.verdict), sentences.reason];
        let how_sure: Vec<String> = how_sure.iter().flatten().map(|sentence| chat(sentence)).collect();
        let lines = [
            sentences.happened.as_deref().map(chat),
            Some(how_sure.join(" ")),
            self.first_proof().map(path),
            sentences.otherwise.as_deref().map(chat),
            Some(self.next(units)),
        ];
        lines.into_iter().flatten().map(|line| format!("- {line}\n")).collect()
    }

    /// The proof of the first of the ranking.
    pub(in crate::report) fn first_proof(&self) -> Option<&Proof> {
        let first = self.root_cause()?;
        self.proofs.iter().find(|proof| proof.suspect == first)
    }

    /// What to do first, and what speaks against the verdict, if anything does.
    fn next(&self, units: &Units) -> String {
        let first = self.next_steps(units).into_iter().take(1);
        let steps: Vec<String> = first.chain(self.against(units).take(1)).map(|step| chat(&step)).collect();
        format!("Next: {}", steps.join(" "))
    }
}

/// The path of a proof, and whether it holds.
fn path(proof: &Proof) -> String {
    let names: Vec<&String> = proof.path.iter().flat_map(|hop| hop.through.iter().chain([&hop.node])).collect();
    let start = if names.len() > MOST_ON_A_PATH { MOST_ON_A_PATH / 2 } else { names.len() };
    let end = if names.len() > MOST_ON_A_PATH { names.len() - MOST_ON_A_PATH / 2 } else { names.len() };
    let left_out = (end > start).then(|| "…".to_owned());
    let of = |names: &[&String]| names.iter().map(|name| chat_name(name)).collect::<Vec<_>>();
    let nodes: Vec<String> = [of(&names[..start]), left_out.into_iter().collect(), of(&names[end..])].concat();
    let nodes = nodes.join(" → ");
    match &proof.status {
        PathStatus::Verified if proof.path.len() == 1 => format!("Path: {nodes} itself is off."),
        PathStatus::Verified => format!("Path: {nodes}, every step tested."),
        PathStatus::Partly { reason } => format!("Path, shown in part: {nodes}. {}", chat(reason)),
        PathStatus::None { reason } => {
            let (suspect, target) = (chat_name(&proof.suspect), chat_name(&proof.target));
            format!("Path: none from {suspect} to {target} is shown. {}", chat(reason))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        AdditiveNoiseModel, CausalGraph, DiagnosisConfig, FittedModel, KnownFormula, NoiseDistribution, Observation,
        StructuralCausalModel,
    };

    /// A chain of these nodes, each of which takes as long as the one before and 0.05 more.
    fn chain(nodes: &[&str]) -> FittedModel {
        let edges = nodes.windows(2).map(|pair| (pair[0], pair[1]));
        let mut model = StructuralCausalModel::new(CausalGraph::from_edges(edges).unwrap());
        model = model.with_mechanism(nodes[0], NoiseDistribution::normal(0.1, 0.02).unwrap()).unwrap();
        for pair in nodes.windows(2) {
            let own_time = NoiseDistribution::normal(0.05, 0.01).unwrap();
            let sum = AdditiveNoiseModel::known(KnownFormula::sum([pair[0]])).with_noise(own_time);
            model = model.with_mechanism(pair[1], sum).unwrap();
        }
        model.without_fitting().unwrap()
    }

    fn lines(nodes: &[&str], values: &[f64]) -> Vec<String> {
        let event = Observation::from_pairs(nodes.iter().copied().zip(values.iter().copied())).unwrap();
        let target = nodes.last().unwrap();
        let diagnosis = chain(nodes).diagnose(target, &event, &DiagnosisConfig::default()).unwrap();
        diagnosis.to_markdown(&Units::default()).lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_path_is_said_and_a_long_one_loses_its_middle() {
        let names: Vec<String> = (0..20).map(|place| format!("n{place}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let values: Vec<f64> = (0..20).map(|place| 0.9 + 0.05 * f64::from(place)).collect();
        assert_eq!(lines(&names[..3], &values[..3])[2], "- Path: `n0` → `n1` → `n2`, every step tested.");
        let long = lines(&names, &values);
        let path = long.iter().find(|line| line.starts_with("- Path")).unwrap();
        assert!(
            path.contains("`n0` → `n1` → `n2` → `n3` → `n4` → `n5` → … → `n14`") && path.contains("→ `n19`"),
            "{path}"
        );
    }

    #[test]
    fn an_event_without_the_values_that_matter_asks_for_them() {
        let unmeasured = lines(&["db", "api", "web"], &[f64::NAN, f64::NAN, 0.9]);
        assert_eq!(
            unmeasured.last().unwrap(),
            "- Next: Get the values of `api` in this event: the cause may be there or above."
        );
        let usual = lines(&["db", "api", "web"], &[f64::NAN, 0.15, 0.2]);
        assert_eq!(
            usual.last().unwrap(),
            "- Next: Get the values of `db` in this event: no verdict can blame or clear them."
        );
    }

    #[test]
    fn no_name_becomes_a_link_a_mention_formatting_or_a_line() {
        let hostile = ["a` <!channel> @here `b", "x](http://evil.example)\n# [y", "**web** <@U1> http://evil.example"];
        let lines = lines(&hostile, &[0.9, 0.95, 1.0]);
        assert!((2..=5).contains(&lines.len()), "{lines:?}");
        for line in lines {
            let outside: String = line.split('`').step_by(2).collect();
            assert!(line.matches('`').count() % 2 == 0 && line.starts_with("- "), "{line}");
            assert!(!line.contains(['<', '>']) && !outside.contains(['@', '[', '*', '#', '/']), "{line}");
        }
    }
}
