//! What goes wrong, and how much.
//!
//! A fault is as large as it must be for the target to be noticed, and no larger: somebody is called when an objective is
//! broken, not when a culprit looks odd.

use rand::{RngExt, rngs::ChaCha8Rng};

use super::draws::one_of;
use super::kind::Kind;
use super::load::Spans;
use super::service::Own;
use super::system::{Row, System};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// Its own work takes longer, as with a contended processor.
    Slow,
    /// Something is added to it, as by the network.
    Delay,
    /// Some of its capacity is gone, as with replicas that are down.
    Capacity,
    /// It waits longer for all it calls, as when packets are lost.
    RoundTrips,
    /// More requests come from outside.
    Traffic,
}

/// A fault at a service.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    pub(super) service: usize,
    pub(super) effect: Effect,
    /// How large it is beside others.
    share: f64,
    /// By row of the incident: how much of it is there.
    course: Vec<f64>,
}

impl Fault {
    pub(super) fn random(
        system: &System,
        service: usize,
        kind: Kind,
        spans: Spans,
        generator: &mut ChaCha8Rng,
    ) -> Self {
        let mut effects = vec![Effect::Slow, Effect::Delay, Effect::Delay, Effect::Capacity];
        if !system.services[service].calls.is_empty() {
            effects.push(Effect::RoundTrips);
        }
        // Load that nobody measures would show in all below.
        if system.services[service].outside > 0.0 && kind != Kind::HiddenCulprit {
            effects.push(Effect::Traffic);
        }
        let pauses = generator.random_bool(0.25);
        let course = (0..spans.incident).map(|row| {
            let is_there = row == 0 || !pauses || generator.random_bool(0.6);
            if is_there { generator.random_range(0.8..1.2) } else { 0.0 }
        });
        let course = course.collect();
        Self { service, effect: one_of(&effects, generator), share: generator.random_range(0.7..1.4), course }
    }

    /// What becomes of a service in a row of the incident, by a fault of this size.
    fn applied(&self, own: Own, row: usize, size: f64) -> Own {
        let more = size * self.share * self.course[row];
        match self.effect {
            Effect::Slow => Own { slow: own.slow * (1.0 + more), ..own },
            Effect::Delay => Own { delay: own.delay + more, ..own },
            Effect::Capacity => Own { capacity: own.capacity / (1.0 + more), ..own },
            Effect::RoundTrips => Own { round_trips: own.round_trips * (1.0 + more), ..own },
            Effect::Traffic => Own { traffic: own.traffic * (1.0 + more), ..own },
        }
    }

    /// The variable that the fault acts on.
    pub(super) fn variable(&self, system: &System) -> usize {
        if self.effect == Effect::Traffic { system.load_of(self.service) } else { self.service }
    }
}

/// What each service is in the rows of the incident, by faults of this size.
pub(super) fn with_faults(incident: &[Vec<Own>], faults: &[Fault], size: f64) -> Vec<Vec<Own>> {
    let mut rows = incident.to_vec();
    for (number, row) in rows.iter_mut().enumerate() {
        for fault in faults {
            row[fault.service] = fault.applied(row[fault.service], number, size);
        }
    }
    rows
}

/// Sizes that are tried: each so many times the one before.
const FIRST_SIZE: f64 = 0.05;
const STEP: f64 = 1.2;
const SIZES: usize = 36;

/// The smallest faults by which the target exceeds the threshold in some row; none if none does.
pub(super) fn sized(
    system: &System,
    (before, incident): (&[Row], &[Vec<Own>]),
    faults: &[Fault],
    (target, threshold): (usize, f64),
) -> Option<(Vec<Vec<Own>>, Vec<Row>)> {
    let mut size = FIRST_SIZE;
    for _ in 0..SIZES {
        let own = with_faults(incident, faults, size);
        let rows = system.continued(before, &own);
        if rows.iter().any(|row| row[target] >= threshold) {
            return Some((own, rows));
        }
        size *= STEP;
    }
    None
}
