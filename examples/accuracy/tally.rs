//! How cases went: counted, and one by one as lines of JSON.

use std::fmt;
use std::time::Duration;

use etiology::Diagnosis;
use etiology::verdicts::{PathStatus, Verdict};
use serde::Serialize;

use crate::case::Case;
use crate::ranking::{Chances, Ranking, service};
use crate::{median, word};

/// How one case went.
pub(crate) struct Outcome {
    pub(crate) name: String,
    pub(crate) kind: String,
    root_causes: Vec<String>,
    /// Whom the combined ranking names first, or the first rule where that was not asked.
    named: String,
    strength: &'static str,
    /// Whether a printed path holds as a whole, and where it leads; nothing where none is printed or the true one is not known.
    path: Option<(PathKind, Way)>,
    /// By method, the combined ranking first, then the verdicts, then the rules that are compared with.
    chances: Vec<(String, Chances)>,
    fitting: Duration,
    diagnosing: Duration,
}

impl Outcome {
    /// Without a diagnosis there are the rules alone.
    pub(crate) fn new(
        case: &Case,
        diagnosis: Option<&Diagnosis>,
        rivals: Vec<Ranking>,
        (fitting, diagnosing): (Duration, Duration),
    ) -> Self {
        let combined = diagnosis.map(Diagnosis::combined_verdict);
        let verdicts = combined.iter().chain(diagnosis.iter().flat_map(|diagnosis| &diagnosis.verdicts));
        let rankings: Vec<Ranking> = verdicts.map(by_service).chain(rivals).collect();
        let chances = rankings.iter().map(|ranking| (ranking.method.clone(), ranking.chances(&case.root_causes)));
        Self {
            name: case.name.clone(),
            kind: case.kind.clone(),
            root_causes: case.root_causes.clone(),
            named: rankings.first().and_then(Ranking::named).unwrap_or_default().to_owned(),
            strength: diagnosis.map_or(NOT_ASKED, word),
            path: diagnosis.and_then(|diagnosis| printed_path(case, diagnosis)),
            chances: chances.collect(),
            fitting,
            diagnosing,
        }
    }

    pub(crate) fn line(&self) -> String {
        let Self { name, root_causes, named, strength, diagnosing, .. } = self;
        let sign = if root_causes.iter().any(|cause| service(cause) == named) { "+" } else { "-" };
        format!("{sign} {name}: {}; named ({strength}): {named}; in {diagnosing:.1?}", root_causes.join(", "))
    }
}

fn by_service(verdict: &Verdict) -> Ranking {
    let scores = verdict.ranking.iter().map(|candidate| (candidate.node.clone(), candidate.score));
    Ranking::new(verdict.kind.to_string(), scores)
}

/// How much of a printed path its own tests show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PathKind {
    Verified,
    Partly,
}

/// Where a printed path goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// From a root cause along the way by which most of what it did arrived.
    True,
    /// From a root cause along another way.
    Other,
    /// From a node that is no root cause.
    NoCause,
}

fn printed_path(case: &Case, diagnosis: &Diagnosis) -> Option<(PathKind, Way)> {
    let proof = diagnosis.proofs.first().filter(|_| !case.truth.paths.is_empty())?;
    let kind = match proof.status {
        PathStatus::Verified => PathKind::Verified,
        PathStatus::Partly { .. } => PathKind::Partly,
        _ => return None,
    };
    let printed = proof.path.iter().flat_map(|hop| hop.through.iter().chain([&hop.node]));
    let way = match case.truth.paths.iter().find(|path| path.first() == Some(&proof.suspect)) {
        Some(path) if printed.eq(path) => Way::True,
        Some(_) => Way::Other,
        None => Way::NoCause,
    };
    Some((kind, way))
}

/// In place of a strength where there is no diagnosis.
const NOT_ASKED: &str = "not asked";

/// How sure a diagnosis can be.
pub(crate) const STRENGTHS: [&str; 3] = ["strong", "contested", "thin"];

/// The printed paths that are counted, with what they are called.
pub(crate) const PATHS: [(PathKind, &str); 2] =
    [(PathKind::Verified, "paths tested as a whole"), (PathKind::Partly, "paths shown in part")];

/// Recall over many cases.
pub(crate) struct Tally<'o> {
    outcomes: &'o [&'o Outcome],
}

impl<'o> Tally<'o> {
    pub(crate) fn of(outcomes: &'o [&'o Outcome]) -> Self {
        Self { outcomes }
    }

    /// The methods' names, in their order.
    pub(crate) fn methods(&self) -> impl Iterator<Item = &str> {
        self.outcomes.iter().take(1).flat_map(|outcome| outcome.chances.iter().map(|(method, _)| method.as_str()))
    }

    pub(crate) fn always_has_several_causes(&self) -> bool {
        self.outcomes.iter().all(|outcome| outcome.root_causes.len() > 1)
    }

    /// Whether anybody but the rules was asked.
    pub(crate) fn has_diagnoses(&self) -> bool {
        self.outcomes.iter().any(|outcome| outcome.strength != NOT_ASKED)
    }

    /// How many of so strong diagnoses named a root cause, and how many did not.
    pub(crate) fn right_and_wrong(&self, strength: &str) -> (f64, f64) {
        let such = self.outcomes.iter().filter(|outcome| outcome.strength == strength);
        such.fold((0.0, 0.0), |(right, wrong), outcome| {
            let chance = outcome.chances[0].1.first;
            (right + chance, wrong + 1.0 - chance)
        })
    }

    /// How many printed paths of a kind lead along each way; nothing where none is printed or no true one is known.
    pub(crate) fn paths(&self, kind: PathKind) -> Option<String> {
        let of = |way: Way| self.outcomes.iter().filter(|outcome| outcome.path == Some((kind, way))).count();
        let counts = [Way::True, Way::Other, Way::NoCause].map(of);
        (counts.iter().sum::<usize>() > 0).then(|| counts.map(|count| count.to_string()).join("/"))
    }

    /// The mean over the cases of what is counted of a method.
    pub(crate) fn recall(&self, place: usize, count: fn(&Chances) -> f64) -> f64 {
        let sum: f64 = self.outcomes.iter().map(|outcome| count(&outcome.chances[place].1)).sum();
        sum / self.outcomes.len() as f64
    }
}

impl fmt::Display for Tally<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let several = self.outcomes.iter().any(|outcome| outcome.root_causes.len() > 1);
        let more = if several { "  recall@causes  recall@3" } else { "" };
        writeln!(formatter, "  {:<26} top-1  top-3{more}", "verdict")?;
        for (place, name) in self.methods().enumerate() {
            let recall = |count| self.recall(place, count);
            write!(formatter, "  {name:<26} {:.3}  {:.3}", recall(|one| one.first), recall(|one| one.any_of_three))?;
            if several {
                write!(formatter, "  {:<13.3}  {:.3}", recall(|one| one.of_as_many), recall(|one| one.of_three))?;
            }
            writeln!(formatter)?;
        }
        for strength in STRENGTHS {
            let (right, wrong) = self.right_and_wrong(strength);
            if right + wrong > 0.0 {
                writeln!(formatter, "  {strength}: {:.0} cases, {right:.1} right, {wrong:.1} wrong", right + wrong)?;
            }
        }
        for (kind, title) in PATHS {
            if let Some(counts) = self.paths(kind) {
                writeln!(formatter, "  {title}, true/another way/from no root cause: {counts}")?;
            }
        }
        let time = |time: fn(&Outcome) -> Duration| median(self.outcomes.iter().map(|outcome| time(outcome)).collect());
        writeln!(
            formatter,
            "  median time: fit {:.1?}, diagnosis {:.1?}",
            time(|outcome| outcome.fitting),
            time(|outcome| outcome.diagnosing)
        )
    }
}

#[derive(Serialize)]
struct Record<'a> {
    name: &'a str,
    kind: &'a str,
    right: &'a [String],
    paths: &'a [Vec<String>],
    hidden: &'a [String],
    diagnosis: &'a Diagnosis,
}

/// A diagnosis with what would have been right, for those who look for rules.
pub(crate) fn diagnosed(case: &Case, diagnosis: &Diagnosis) -> serde_json::Result<String> {
    let record = Record {
        name: &case.name,
        kind: &case.kind,
        right: &case.root_causes,
        paths: &case.truth.paths,
        hidden: &case.truth.hidden,
        diagnosis,
    };
    serde_json::to_string(&record)
}
