//! How strong the evidence for the first of a ranking is.
//!
//! Thin, if there is nothing to explain: the target is hardly unusual, or no noise is. Strong, if
//!
//! 1. nobody else has nearly the first one's combined score;
//! 2. most verdicts name it, a first place that is shared counting half;
//! 3. its contribution is most of what moved the target, so that the event is no sum of many small causes, and no difference of large
//!    contributions that a wrong model makes up, and no other one cancels it; still more of it where another noise is as unusual;
//! 4. its noise is unusual even as the most unusual one of so many nodes, no other one is more so, and none is as much so that is
//!    neither its cause nor its effect;
//! 5. what it depends on has values, so that the cause is not above it;
//! 6. the set of causes that it leads leaves a target that is not unusual; and
//! 7. no finding speaks against the model, the data or the question; that an edge is turned round does where it is one of its own.
//!
//! Contested otherwise. The thresholds were chosen on simulated faults with right models and with wrong ones; `docs/trust.md` says
//! how often a strong verdict was wrong on others, and the example `trust` repeats that.

use super::causes::{Cause, explains};
use super::evidence::{Evidence, NodeEvidence};
use super::methods::CombinedScore;
use super::thresholds::{AS_SUSPECT, NOT_UNUSUAL};
use super::verdict::{Verdict, VerdictKind};
use crate::error::list_names;
use crate::findings::{Finding, FindingKind, Strength};
use crate::question::attribution::Attribution;
use crate::wording::share_of_rows;

/// A runner-up with so much of it cannot be told apart.
const INDISTINGUISHABLE: f64 = 0.98;
/// So much of all that moved the target must be the first one's contribution.
const MOST_OF_THE_EVENT: f64 = 0.45;
/// So much, where another noise is as unusual: a second fault, or a mechanism that is wrong.
const OF_TWO_UNUSUAL: f64 = 0.55;
/// A contribution to the other side cancels the first one's if it is so much of it.
const CANCELS: f64 = 0.8;
/// By chance at most so many nodes may be expected whose noise is as unusual.
const BY_CHANCE: f64 = 0.5;

/// What there is to judge by.
pub(super) struct Judged<'a> {
    pub(super) evidence: &'a Evidence,
    pub(super) attribution: &'a Attribution,
    pub(super) combined: &'a [CombinedScore],
    pub(super) verdicts: &'a [Verdict],
    pub(super) findings: &'a [Finding],
}

impl Judged<'_> {
    /// How far the first of the ranking can be trusted, and why not further, in sentences.
    pub(super) fn strength(&self, causes: &[Cause]) -> (Strength, Vec<String>) {
        let (by_itself, doubts) = self.by_itself(causes);
        let first = self.combined.first().map(|first| first.node.as_str());
        // What the graph says of one edge matters for the noises of its ends.
        let concerns = |finding: &&Finding| {
            finding.kind != FindingKind::EdgeTurned || finding.nodes.iter().any(|node| first == Some(node.as_str()))
        };
        let caps = self.findings.iter().filter(concerns).map(|finding| finding.kind.caps());
        (caps.fold(by_itself, Strength::min), doubts)
    }

    /// Before the findings.
    fn by_itself(&self, causes: &[Cause]) -> (Strength, Vec<String>) {
        let (is_thin, mut doubts) = self.thinness();
        let [first, others @ ..] = self.combined else { return (Strength::Thin, doubts) };
        if is_thin {
            return (Strength::Thin, doubts);
        }
        let rivals = others.iter().take_while(|other| other.score >= AS_SUSPECT * first.score);
        doubts.extend(rivals.map(|rival| rivalry(first, rival)));
        doubts.extend(self.no_majority(first));
        doubts.extend(self.small_part(first));
        doubts.extend(self.unusual_by_chance(first));
        doubts.extend(self.unexplained(causes));
        doubts.extend(self.nothing_seen_above(first));
        if doubts.is_empty() {
            return (Strength::Strong, doubts);
        }
        let dissenters = self.verdicts.iter().filter_map(|verdict| verdict.first().map(|other| (verdict.kind, other)));
        let dissenters = dissenters.filter(|(_, other)| *other != first.node);
        doubts.extend(dissenters.map(|(kind, other)| format!("By {kind} it is `{other}`.")));
        (Strength::Contested, doubts)
    }

    /// Whether there is too little to explain, and what of that no finding says.
    fn thinness(&self) -> (bool, Vec<String>) {
        let mut doubts = Vec::new();
        let found = |kind| self.findings.iter().any(|finding| finding.kind == kind);
        // Not −0.00, which rounding may leave of a certain event.
        let score = self.attribution.score.value.max(0.0);
        // To its other side the target is unusual all the same, which a finding says.
        let usual = score < NOT_UNUSUAL && !found(FindingKind::OtherSide);
        let nobody = !self.evidence.nodes.iter().any(|node| node.noise_surprise.max(node.noise_rarity) >= NOT_UNUSUAL);
        // Of few rows nothing is unusual, however far out: a finding says that, too.
        if usual && !(self.attribution.score.saturated && found(FindingKind::FewRows)) {
            let probability = self.attribution.score.tail_probability.unwrap_or_else(|| (-score).exp());
            doubts.push(format!(
                "`{}` is hardly unusual: its outlier score is {score:.2} nats, that of {}.",
                self.attribution.target,
                share_of_rows(probability, self.attribution.score.floor.unwrap_or(0.0))
            ));
        }
        if nobody && !found(FindingKind::FewRows) {
            doubts.push("No node is unusual given its parents.".to_owned());
        }
        (usual || nobody, doubts)
    }

    fn no_majority(&self, first: &CombinedScore) -> Option<String> {
        let (mut all, mut alone, mut shared) = (0, 0, 0);
        for verdict in self.verdicts {
            let leaders: Vec<&str> = verdict.leaders().collect();
            let is_leader = leaders.contains(&first.node.as_str());
            all += usize::from(!leaders.is_empty());
            alone += usize::from(is_leader && leaders.len() == 1);
            shared += usize::from(is_leader && leaders.len() > 1);
        }
        (2 * alone + shared <= all).then(|| {
            let ties = if shared > 0 { format!(", and {shared} it and others alike") } else { String::new() };
            format!("Of {all} verdicts only {alone} name `{}`{ties}.", first.node)
        })
    }

    /// What the first of the ranking depends on and has no value: it may be the cause as well.
    fn nothing_seen_above(&self, first: &CombinedScore) -> Option<String> {
        let missing = &self.attribution.contribution(&first.node)?.missing_parents;
        let (node, have) = (&first.node, if missing.len() == 1 { "has" } else { "have" });
        (!missing.is_empty()).then(|| {
            let names = list_names(missing);
            format!("`{node}` depends on {names}, which {have} no value in the event: the cause may be there or above.")
        })
    }

    /// What even the set of causes leaves.
    fn unexplained(&self, causes: &[Cause]) -> Option<String> {
        let last = causes.last().filter(|_| !explains(causes))?;
        let names: Vec<&str> = causes.iter().map(|cause| cause.node.as_str()).collect();
        let (target, rows) = (&self.attribution.target, share_of_rows(last.probability, self.evidence.floor));
        Some(format!(
            "Even with {} back to normal `{target}` would be unusual, like {rows}: there are more causes, or the model is wrong there.",
            list_names(&names)
        ))
    }

    fn small_part(&self, first: &CombinedScore) -> Option<String> {
        if let Some(against) = self.pulls_back(first) {
            return Some(format!(
                "`{against}` made the event less extreme by as much as `{}` made it more: contributions that cancel are those of a \
                 mechanism far outside its data.",
                first.node
            ));
        }
        let (surprise, other) = self.noises(first);
        let enough = if other >= surprise { OF_TWO_UNUSUAL } else { MOST_OF_THE_EVENT };
        let (node, target, share) = (&first.node, &self.attribution.target, 100.0 * first.shapley);
        (first.shapley < enough).then(|| match share {
            0.5.. => format!("`{node}` is no more than {share:.0} % of what moved `{target}`: the rest is others, or the model is wrong."),
            _ => format!("By the model, `{node}` did not move `{target}`: others did, or the model is wrong."),
        })
    }

    /// The node whose contribution to the deviation cancels that of the first, if one does.
    fn pulls_back(&self, first: &CombinedScore) -> Option<&str> {
        let deviations = self.verdicts.iter().find(|verdict| verdict.kind == VerdictKind::ShapleyMeanDeviation)?;
        let (own, least) = (deviations.score(&first.node)?, deviations.ranking.last()?);
        (own > 0.0 && -least.score >= CANCELS * own).then_some(least.node.as_str())
    }

    /// n noises with a tail of p are expected to hold n·p that are as unusual.
    fn unusual_by_chance(&self, first: &CombinedScore) -> Option<String> {
        let (surprise, other) = self.noises(first);
        let nodes = self.evidence.nodes.len();
        if surprise < NOT_UNUSUAL || nodes as f64 * (-surprise).exp() > BY_CHANCE {
            return Some(self.how_near(first, surprise));
        }
        if other > surprise {
            return Some(format!("Given its parents, another node is more unusual than `{}`.", first.node));
        }
        let apart = self.most_unusual_apart(&first.node).filter(|node| node.noise_surprise >= surprise)?;
        Some(format!(
            "Given its parents, `{}` is as unusual as `{}`, and neither depends on the other.",
            apart.name, first.node
        ))
    }

    /// Why the noise of the first of the ranking is no evidence by itself.
    fn how_near(&self, first: &CombinedScore, surprise: f64) -> String {
        let (evidence, node) = (self.evidence, &first.node);
        let rarity = evidence.nodes.iter().find(|one| one.name == *node).map_or(0.0, |one| one.noise_rarity);
        let rows = share_of_rows(evidence.tail_probability(surprise), evidence.floor);
        if rarity > surprise {
            return format!(
                "Given its parents, `{node}` is at the edge of what was seen, but near the rest: a normal distribution is as far out in {rows}."
            );
        }
        format!("Given its parents, `{node}` is as far off in {rows}, and {} nodes might be.", evidence.nodes.len())
    }

    /// The node whose noise is most unusual among those that are neither causes nor effects of this one.
    fn most_unusual_apart(&self, name: &str) -> Option<&NodeEvidence> {
        let nodes = &self.evidence.nodes;
        let first = nodes.iter().position(|node| node.name == name)?;
        let (mut is_cause, mut is_effect) = (vec![false; nodes.len()], vec![false; nodes.len()]);
        // In topological order, so causes are found going back and effects going on.
        is_cause[first] = true;
        for number in (0..=first).rev() {
            if is_cause[number] {
                nodes[number].parents.iter().for_each(|&parent| is_cause[parent] = true);
            }
        }
        is_effect[first] = true;
        for number in first + 1..nodes.len() {
            is_effect[number] = nodes[number].parents.iter().any(|&parent| is_effect[parent]);
        }
        let apart = (0..nodes.len()).filter(|&number| !is_cause[number] && !is_effect[number]);
        apart.map(|number| &nodes[number]).max_by(|a, b| a.noise_surprise.total_cmp(&b.noise_surprise))
    }

    /// How unusual the noise of this node is, and the most unusual one of all others, in nats.
    fn noises(&self, first: &CombinedScore) -> (f64, f64) {
        let nodes = &self.evidence.nodes;
        let most = |is_first: bool| {
            let noises =
                nodes.iter().filter(|node| (node.name == first.node) == is_first).map(|node| node.noise_surprise);
            noises.fold(0.0, f64::max)
        };
        (most(true), most(false))
    }
}

/// What it means that another node is nearly as suspect.
fn rivalry(first: &CombinedScore, rival: &CombinedScore) -> String {
    let (first_node, rival_node) = (&first.node, &rival.node);
    if rival.score >= INDISTINGUISHABLE * first.score {
        return format!("`{rival_node}` and `{first_node}` cannot be told apart: the one is as suspect as the other.");
    }
    format!("`{rival_node}` is about as suspect as `{first_node}`.")
}
