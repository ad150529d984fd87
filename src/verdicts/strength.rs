//! How strong the evidence for the first of a ranking is.
//!
//! Thin, if there is nothing to explain: the target is hardly unusual, or no noise is. Strong, if
//!
//! 1. by its [confidence](super::confidence) it is right as often as a strong verdict has to be;
//! 2. its noise is unusual even as the most unusual one of so many nodes;
//! 3. nobody outside of the set of causes is as suspect;
//! 4. what it depends on has values, so that the cause is not above it; and
//! 5. no finding speaks against the model, the data or the question, as far as it concerns the first: an edge that is turned round does at its ends,
//!    what moved and never did before above it, and effects that the data do not tell apart unless it is the only one of them that is unusual.
//!
//! Contested otherwise. `docs/trust.md` says how often a strong verdict was wrong on incidents that nothing was chosen on, and the example `trust` repeats that.

use super::causes::{Cause, explains};
use super::confidence::STRONG_FROM;
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
/// Less of all that moved the target is a reason to doubt the causes.
const MOST_OF_THE_EVENT: f64 = 0.45;
/// A contribution to the other side cancels the first one's if it is so much of it.
const CANCELS: f64 = 0.8;

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
    pub(super) fn strength(&self, causes: &[Cause], confidence: f64) -> (Strength, Vec<String>) {
        let (by_itself, doubts) = self.by_itself(causes, confidence);
        let caps = self.findings.iter().filter(|finding| self.concerns(finding)).map(|finding| finding.kind.caps());
        (caps.fold(by_itself, Strength::min), doubts)
    }

    /// Whether what a finding says matters for the first of the ranking.
    fn concerns(&self, finding: &Finding) -> bool {
        let Some(first) = self.combined.first().map(|first| first.node.as_str()) else { return true };
        let names = |node: &str| finding.nodes.iter().any(|name| name == node);
        match finding.kind {
            // What the graph says of one edge matters for the noises of its ends.
            FindingKind::EdgeTurned => names(first),
            // What it did is in the noise of the first node below it.
            FindingKind::ConstantMoved => {
                let mut above = self.evidence.nodes.iter().zip(self.evidence.at_or_above(first));
                above.any(|(node, is_above)| is_above && names(&node.name))
            }
            // Whichever of them has the effect: who is as usual is not the cause.
            FindingKind::EffectsNotIdentified => {
                let unusual =
                    self.evidence.nodes.iter().filter(|node| names(&node.name) && self.evidence.is_beyond_chance(node));
                let unusual: Vec<&str> = unusual.map(|node| node.name.as_str()).collect();
                !matches!(unusual[..], [one] if one == first || !names(first))
            }
            _ => true,
        }
    }

    /// Before the findings.
    fn by_itself(&self, causes: &[Cause], confidence: f64) -> (Strength, Vec<String>) {
        let (is_thin, mut doubts) = self.thinness();
        let [first, others @ ..] = self.combined else { return (Strength::Thin, doubts) };
        if is_thin {
            return (Strength::Thin, doubts);
        }
        // Causes of one set are no rivals of each other.
        let set: Vec<&CombinedScore> = self.combined.iter().filter(|suspect| is_in_set(causes, suspect)).collect();
        let others: Vec<&CombinedScore> = others.iter().filter(|other| !is_in_set(causes, other)).collect();
        doubts.extend(
            others.iter().filter(|other| is_as_suspect(first, other)).map(|rival| not_told_apart(first, rival)),
        );
        doubts.extend(self.by_chance(first));
        doubts.extend(self.nothing_seen_above(first));
        // Who doubts anyway is told every reason.
        if confidence < STRONG_FROM || !doubts.is_empty() {
            let rivals =
                others.iter().filter(|other| other.score >= AS_SUSPECT * first.score && !is_as_suspect(first, other));
            doubts.extend(rivals.map(|rival| format!("`{}` is about as suspect as `{}`.", rival.node, first.node)));
            doubts.extend(self.no_majority(first));
            doubts.extend(self.small_part(first, &set));
            doubts.extend(self.as_unusual(first));
            doubts.extend(self.unexplained(causes));
        }
        doubts.extend((confidence < STRONG_FROM).then(|| how_often(confidence)));
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

    /// What the set of causes is of what moved the target, where that is little.
    fn small_part(&self, first: &CombinedScore, set: &[&CombinedScore]) -> Option<String> {
        if let Some(against) = self.pulls_back(first) {
            return Some(format!(
                "`{against}` made the event less extreme by as much as `{}` made it more: contributions that cancel are those of a \
                 mechanism far outside its data.",
                first.node
            ));
        }
        let set = if set.is_empty() { &[first][..] } else { set };
        let names: Vec<&str> = set.iter().map(|cause| cause.node.as_str()).collect();
        let (names, are) = (list_names(&names), if set.len() == 1 { "is" } else { "are together" });
        let share = set.iter().map(|cause| cause.shapley).sum::<f64>();
        let target = &self.attribution.target;
        (share < MOST_OF_THE_EVENT).then(|| match 100.0 * share {
            share @ 0.5.. => {
                format!("{names} {are} no more than {share:.0} % of what moved `{target}`: the rest is others, or the model is wrong.")
            }
            _ => format!("By the model, {names} did not move `{target}`: others did, or the model is wrong."),
        })
    }

    /// The node whose contribution to the deviation cancels that of the first, if one does.
    fn pulls_back(&self, first: &CombinedScore) -> Option<&str> {
        let deviations = self.verdicts.iter().find(|verdict| verdict.kind == VerdictKind::ShapleyMeanDeviation)?;
        let (own, least) = (deviations.score(&first.node)?, deviations.ranking.last()?);
        (own > 0.0 && -least.score >= CANCELS * own).then_some(least.node.as_str())
    }

    fn by_chance(&self, first: &CombinedScore) -> Option<String> {
        let node = self.evidence.nodes.iter().find(|node| node.name == first.node)?;
        (!self.evidence.is_beyond_chance(node)).then(|| self.how_near(first, node.noise_surprise))
    }

    /// Who is as unusual as the first of the ranking.
    fn as_unusual(&self, first: &CombinedScore) -> Option<String> {
        let (surprise, other) = self.noises(first);
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
        let is_cause = self.evidence.at_or_above(name);
        let mut is_effect = vec![false; nodes.len()];
        is_effect[first] = true;
        // In topological order, so effects are found going on.
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

/// Whether a suspect is in the set of causes, where that explains the event. A headline may still name the first of them alone.
fn is_in_set(causes: &[Cause], suspect: &CombinedScore) -> bool {
    explains(causes) && causes.iter().any(|cause| cause.node == suspect.node)
}

fn is_as_suspect(first: &CombinedScore, other: &CombinedScore) -> bool {
    other.score >= INDISTINGUISHABLE * first.score
}

fn not_told_apart(first: &CombinedScore, rival: &CombinedScore) -> String {
    format!("`{}` and `{}` cannot be told apart: the one is as suspect as the other.", rival.node, first.node)
}

fn how_often(confidence: f64) -> String {
    format!("Of verdicts on such evidence about {:.0} in 100 were right.", 100.0 * confidence)
}
