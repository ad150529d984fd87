//! Who misbehaves, whichever node was asked about: every node of a model, ranked by its own anomaly.

use serde::{Deserialize, Serialize};

use super::config::DiagnosisConfig;
use super::evidence::Evidence;
use super::methods::{largest, noise_score, propagation, relative_to};
use super::thresholds::{AS_SUSPECT, NOT_UNUSUAL};
use crate::checks::units_of_recent_rows;
use crate::data::Observation;
use crate::error::Result;
use crate::findings::{Finding, Strength};
use crate::model::FittedModel;
use crate::numeric::ranks::sort_by;
use crate::telemetry::span;

/// By chance at most so many nodes may be expected whose noise is as unusual as that of the first.
const BY_CHANCE: f64 = 0.05;

/// All nodes of a model, ranked by their own anomaly in one event. `Display` prints it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SystemDiagnosis {
    /// The nodes, the most suspect first. Nodes whose value is missing are left out.
    pub ranking: Vec<Suspect>,
    /// How strong the evidence for the first of them is.
    pub strength: Strength,
    /// Why it is not strong, in sentences; empty where it is.
    pub doubts: Vec<String>,
    /// What speaks against the model or the rows before the event.
    pub findings: Vec<Finding>,
    /// Nodes whose value is missing in the event: nothing is said of them.
    pub missing: Vec<String>,
}

/// A node and its own anomaly.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Suspect {
    /// The node's name.
    pub node: String,
    /// The mean of the next two figures, each relative to its largest; from 0 to 1.
    pub score: f64,
    /// How unusual its noise is given its parents, in nats.
    pub noise: f64,
    /// How much of what is anomalous in it and downstream of it its own anomaly accounts for, in nats.
    pub propagation: f64,
    /// How unusual its value is, whatever its parents, in nats.
    pub surprise: f64,
}

impl SystemDiagnosis {
    /// The node that the evidence points to; nothing where it is too thin.
    pub fn root_cause(&self) -> Option<&str> {
        match self.strength {
            Strength::Thin => None,
            Strength::Strong | Strength::Contested => self.ranking.first().map(|first| first.node.as_str()),
        }
    }
}

impl FittedModel {
    /// Ranks all nodes by their own anomaly in an event, where no target was asked for, or the one that was hardly moved: an error that
    /// is caught, a slow call that nobody waits for. The evidence is that of [`diagnose`](Self::diagnose) without the effect on a target: how unusual each
    /// noise is given the parents, and what of the anomalies downstream it accounts for.
    ///
    /// Costs O(nodes · edges), and no attribution.
    ///
    /// # Errors
    /// When the event's noises cannot be recovered, a column of the recent rows holds text or an infinite value, or the configuration is
    /// invalid.
    ///
    /// ```
    /// use etiology::{AdditiveNoiseModel, CausalGraph, DiagnosisConfig, KnownFormula, NoiseDistribution, Observation};
    ///
    /// let own_time = NoiseDistribution::normal(0.05, 0.01)?;
    /// let model = etiology::StructuralCausalModel::new(CausalGraph::from_edges([("db", "api")])?)
    ///     .with_mechanism("db", NoiseDistribution::normal(0.1, 0.02)?)?
    ///     .with_mechanism("api", AdditiveNoiseModel::known(KnownFormula::sum(["db"])).with_noise(own_time))?
    ///     .without_fitting()?;
    /// let event = Observation::from_pairs([("db", 0.3), ("api", 0.35)])?;
    /// assert_eq!(model.diagnose_all(&event, &DiagnosisConfig::default())?.root_cause(), Some("db"));
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn diagnose_all(&self, event: &Observation, config: &DiagnosisConfig) -> Result<SystemDiagnosis> {
        config.check()?;
        span!(INFO, "diagnose_all", nodes = self.graph().node_count());
        let evidence = Evidence::collect(self, self.wiring(), event, config)?;
        let ranking = ranking(&evidence);
        let (by_itself, doubts) = strength(&ranking);
        let mut findings = self.findings();
        if let Some(recent) = &config.recent {
            findings.extend(units_of_recent_rows(self, self.wiring().nodes(), recent));
        }
        let strength = findings.iter().map(|finding| finding.kind.caps()).fold(by_itself, Strength::min);
        Ok(SystemDiagnosis { ranking, strength, doubts, findings, missing: evidence.missing })
    }
}

fn ranking(evidence: &Evidence) -> Vec<Suspect> {
    let (propagated, unusual) = (propagation(evidence), noise_score(evidence));
    let relative =
        relative_to(&unusual, largest(&unusual)).into_iter().zip(relative_to(&propagated, largest(&propagated)));
    let suspects =
        evidence.nodes.iter().zip(propagated).zip(relative).map(|((node, propagation), (noise, accounted))| Suspect {
            node: node.name.clone(),
            score: (noise + accounted) / 2.0,
            noise: node.noise_surprise,
            propagation,
            surprise: node.surprise,
        });
    let mut ranking: Vec<Suspect> = suspects.collect();
    sort_by(&mut ranking, &|a, b| b.score.total_cmp(&a.score));
    ranking
}

/// How strong the evidence for the first of the ranking is, and why not stronger.
fn strength(ranking: &[Suspect]) -> (Strength, Vec<String>) {
    let [first, others @ ..] = ranking else { return (Strength::Thin, Vec::new()) };
    if first.noise < NOT_UNUSUAL {
        return (Strength::Thin, vec!["No node is unusual given its parents.".to_owned()]);
    }
    let mut doubts = Vec::new();
    let rivals = others.iter().take_while(|other| other.score >= AS_SUSPECT * first.score);
    doubts.extend(rivals.map(|rival| format!("`{}` is about as suspect as `{}`.", rival.node, first.node)));
    if ranking.len() as f64 * (-first.noise).exp() > BY_CHANCE {
        let nodes = ranking.len();
        doubts.push(format!("Of {nodes} nodes one might be as unusual as `{}` by chance.", first.node));
    }
    if others.iter().any(|other| other.noise > first.noise) {
        doubts.push(format!("Given its parents, another node is more unusual than `{}`.", first.node));
    }
    (if doubts.is_empty() { Strength::Strong } else { Strength::Contested }, doubts)
}
