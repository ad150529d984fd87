//! A system, what happened to it, and the truth about it, before anything is recorded.

use rand::{RngExt, rngs::ChaCha8Rng};

use super::calls::random_system;
use super::draws::one_of;
use super::faults::{Fault, sized};
use super::kind::Kind;
use super::load::{Spans, circumstances};
use super::path::Both;
use super::service::Own;
use super::system::{LONGEST_LAG, Row, System};

/// What truly happened.
pub(super) struct Scene {
    pub(super) system: System,
    pub(super) spans: Spans,
    /// All rows, with the faults.
    pub(super) rows: Vec<Row>,
    /// The variable that somebody is called for.
    pub(super) target: usize,
    /// What the target exceeds in the incident.
    pub(super) threshold: f64,
    /// The row of the incident in which the target is furthest off.
    pub(super) alert: usize,
    /// The variables that the faults acted on; none if only a record is wrong.
    pub(super) causes: Vec<usize>,
    /// From each cause to the target.
    pub(super) paths: Vec<Vec<usize>>,
}

/// A fault moves its variable by so many standard deviations of the variable's own noise at least, and by more than this share
/// of those noises is: otherwise nobody could tell.
const LEAST_EFFECT: f64 = 4.0;
const RARE: f64 = 0.995;
/// Without one of several faults the target would be less far off by this share at least.
const LEAST_PART: f64 = 0.2;
/// A culprit that is further off by itself, in standard deviations, would be no riddle.
const FURTHEST: f64 = 5.0;
/// So many faults are tried in a system before it is given up.
const TRIES: usize = 20;
/// How often something odd is seen of a service that does not matter.
const ODDITIES: f64 = 0.65;
/// What does not matter moves the target by no more than this, in standard deviations.
const HARMLESS: f64 = 0.3;

impl Scene {
    /// One with faults whose paths to the target have so many variables at least, just the target if that is one; nothing if
    /// what was drawn is no such incident.
    pub(super) fn with_faults(kind: Kind, shortest: usize, generator: &mut ChaCha8Rng) -> Option<Self> {
        let (quiet, own) = Self::quiet(kind, generator);
        (0..TRIES).find_map(|_| Self::happened(&quiet, &own, kind, shortest, generator))
    }

    /// What random faults make of quiet rows.
    fn happened(
        quiet: &Self,
        own: &[Vec<Own>],
        kind: Kind,
        shortest: usize,
        generator: &mut ChaCha8Rng,
    ) -> Option<Self> {
        let Self { system, spans, rows: without, target, threshold, .. } = quiet;
        let (spans, target, threshold) = (*spans, *target, *threshold);
        let begins = spans.incident_begins();
        let suspects = reached_by_calls(system, target, true);
        let count = if kind == Kind::SeveralCauses { generator.random_range(2..=3) } else { 1 };
        if suspects.len() < count {
            return None;
        }
        let mut culprits = Vec::new();
        while culprits.len() < count {
            let culprit = if shortest == 1 { target } else { one_of(&suspects, generator) };
            if !culprits.contains(&culprit) {
                culprits.push(culprit);
            }
        }
        let faults: Vec<Fault> =
            culprits.iter().map(|&culprit| Fault::random(system, culprit, kind, spans, generator)).collect();
        let incident = (&without[begins - LONGEST_LAG..begins], &own[begins..]);
        let (with_faults, incident_rows) = sized(system, incident, &faults, (target, threshold))?;
        let alert = furthest(&incident_rows, target);
        let mut rows = without[..begins].to_vec();
        rows.extend(incident_rows);
        let row = begins + alert;
        let both = Both { system, with: &rows, without, own: &with_faults[alert], row };
        let causes: Vec<usize> = faults.iter().map(|fault| fault.variable(system)).collect();
        let mut paths = Vec::new();
        for &cause in &causes {
            let service = system.service_of(cause);
            let is_felt = both.own_effect(cause, &own[row][service]) >= least_effect(system, without, spans, cause);
            if !is_felt || off_by(&rows, spans, cause, row) > FURTHEST {
                return None;
            }
            let mut others = with_faults.clone();
            others.iter_mut().zip(&own[begins..]).for_each(|(faulty, usual)| faulty[service] = usual[service]);
            let counterfactual = system.continued(&without[begins - LONGEST_LAG..begins], &others);
            let (observed, normal) = (rows[row][target], without[row][target]);
            if observed - counterfactual[alert][target] < LEAST_PART * (observed - normal) {
                return None;
            }
            let path = both.strongest_path(cause, target)?;
            if path.len() < shortest {
                return None;
            }
            paths.push(path);
        }
        Some(Self { system: system.clone(), spans, rows, target, threshold, alert, causes, paths })
    }

    /// One in which nothing is the matter.
    pub(super) fn without_faults(kind: Kind, generator: &mut ChaCha8Rng) -> Self {
        Self::quiet(kind, generator).0
    }

    fn quiet(kind: Kind, generator: &mut ChaCha8Rng) -> (Self, Vec<Vec<Own>>) {
        let system = random_system(kind, generator);
        let spans = Spans::random(kind, generator);
        let mut own = circumstances(&system, kind, spans, generator);
        let mut rows = Vec::with_capacity(spans.all());
        system.run(&own, &mut rows);
        let target = random_target(&system, generator);
        if generator.random_bool(ODDITIES) {
            for _ in 0..generator.random_range(1..=2) {
                be_odd(&system, spans, target, (&mut own, &mut rows), generator);
            }
        }
        let mut usual: Vec<f64> = rows[spans.before..spans.training_ends()].iter().map(|row| row[target]).collect();
        usual.sort_by(f64::total_cmp);
        let rare = usual[(RARE * usual.len() as f64) as usize];
        let threshold = rows[spans.training_ends()..].iter().map(|row| row[target]).fold(rare, f64::max);
        let threshold = threshold * generator.random_range(1.02..1.3);
        let alert = furthest(&rows[spans.incident_begins()..], target);
        (Self { system, spans, rows, target, threshold, alert, causes: Vec::new(), paths: Vec::new() }, own)
    }
}

/// Makes a service that the target depends on much slower during the incident, if there is one that hardly matters to it.
fn be_odd(
    system: &System,
    spans: Spans,
    target: usize,
    (own, rows): (&mut Vec<Vec<Own>>, &mut Vec<Row>),
    generator: &mut ChaCha8Rng,
) {
    let begins = spans.incident_begins();
    let suspects = reached_by_calls(system, target, true);
    let (_, target_spread) = moments(rows, spans, target);
    for _ in 0..TRIES {
        let odd = one_of(&suspects, generator);
        let times = 1.0 + generator.random_range(6.0..25.0) * system.services[odd].jitter.spread();
        let mut odd_own = own[begins..].to_vec();
        odd_own.iter_mut().for_each(|row| row[odd].slow *= times);
        let odd_rows = system.continued(&rows[begins - LONGEST_LAG..begins], &odd_own);
        let moves = odd_rows.iter().zip(&rows[begins..]).map(|(odd, row)| (odd[target] - row[target]).abs());
        let moved = moves.fold(0.0, f64::max);
        if moved <= HARMLESS * target_spread {
            own.truncate(begins);
            own.extend(odd_own);
            rows.truncate(begins);
            rows.extend(odd_rows);
            return;
        }
    }
}

/// Mean and standard deviation of the normal rows.
fn moments(rows: &[Row], spans: Spans, variable: usize) -> (f64, f64) {
    let normal = &rows[spans.before..spans.training_ends()];
    let count = normal.len() as f64;
    let mean = normal.iter().map(|row| row[variable]).sum::<f64>() / count;
    let variance = normal.iter().map(|row| (row[variable] - mean) * (row[variable] - mean)).sum::<f64>() / count;
    (mean, variance.sqrt())
}

/// By how many standard deviations a variable is off in a row.
fn off_by(rows: &[Row], spans: Spans, variable: usize, row: usize) -> f64 {
    let (mean, spread) = moments(rows, spans, variable);
    (rows[row][variable] - mean).abs() / spread
}

/// Mostly where requests come in, sometimes a service further down that calls others.
fn random_target(system: &System, generator: &mut ChaCha8Rng) -> usize {
    let others: Vec<usize> =
        (1..system.len()).filter(|&service| reached_by_calls(system, service, true).len() >= 3).collect();
    if others.is_empty() || generator.random_bool(0.75) { 0 } else { one_of(&others, generator) }
}

/// The services that a target's latency depends on.
fn reached_by_calls(system: &System, target: usize, without_itself: bool) -> Vec<usize> {
    let mut reached = vec![false; system.len()];
    reached[target] = true;
    for caller in target..system.len() {
        if reached[caller] {
            system.services[caller].calls.iter().for_each(|call| reached[call.to] = true);
        }
    }
    (0..system.len()).filter(|&service| reached[service] && !(without_itself && service == target)).collect()
}

fn furthest(rows: &[Row], target: usize) -> usize {
    (0..rows.len()).fold(0, |furthest, row| if rows[row][target] > rows[furthest][target] { row } else { furthest })
}

/// By how much a fault must move its variable.
fn least_effect(system: &System, rows: &[Row], spans: Spans, variable: usize) -> f64 {
    let noise = |row: usize| {
        let usual = system.value(variable, &Own::USUAL, |other, lag| rows[row - lag][other]);
        (rows[row][variable] - usual).abs()
    };
    let mut noises: Vec<f64> = (spans.before..spans.training_ends()).map(noise).collect();
    noises.sort_by(f64::total_cmp);
    let count = noises.len() as f64;
    let spread = (noises.iter().map(|noise| noise * noise).sum::<f64>() / count).sqrt();
    (LEAST_EFFECT * spread).max(noises[(RARE * count) as usize])
}
