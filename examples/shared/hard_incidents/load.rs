//! What happens to the services from row to row without any fault.

use rand::{RngExt, rngs::ChaCha8Rng};

use super::draws::{bell, factor, heavy_factor, skewed_between};
use super::kind::Kind;
use super::service::{Jitter, Own};
use super::system::System;

/// The rows of a case, in order of time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spans {
    /// Rows in which the system finds its pace, of which nothing is recorded.
    pub(super) before: usize,
    pub(super) normal: usize,
    pub(super) recent: usize,
    pub(super) incident: usize,
}

impl Spans {
    pub(super) fn random(kind: Kind, generator: &mut ChaCha8Rng) -> Self {
        let shortest = if kind == Kind::Lag { 5 } else { 1 };
        Self {
            before: 10,
            normal: generator.random_range(200..=1000),
            recent: generator.random_range(10..=30),
            incident: generator.random_range(shortest..=10),
        }
    }

    /// The first row after training.
    pub(super) fn training_ends(self) -> usize {
        self.before + self.normal
    }

    /// The first row of the incident.
    pub(super) fn incident_begins(self) -> usize {
        self.training_ends() + self.recent
    }

    pub(super) fn all(self) -> usize {
        self.incident_begins() + self.incident
    }
}

/// What each service is in each row.
pub(super) fn circumstances(system: &System, kind: Kind, spans: Spans, generator: &mut ChaCha8Rng) -> Vec<Vec<Own>> {
    let traffic = traffic(kind, spans, generator);
    let chance_of_drift = if kind == Kind::Drift { 0.3 } else { generator.random_range(0.0..0.1) };
    let drifts: Vec<f64> =
        system.services.iter().map(|service| drift(chance_of_drift, service.jitter, generator)).collect();
    let mut memories = vec![0.0; system.len()];
    let mut rows = Vec::with_capacity(spans.all());
    for (row, &traffic) in traffic.iter().enumerate() {
        let services = system.services.iter().zip(&drifts).zip(&mut memories).enumerate();
        let own = services.map(|(number, ((service, &drift), memory))| {
            let jitter = match service.jitter {
                Jitter::Bell { spread, memory: share } => {
                    *memory = share * *memory + (1.0 - share * share).sqrt() * bell(generator);
                    factor(*memory, spread)
                }
                Jitter::Heavy { roots } => heavy_factor(roots, generator),
            };
            let timed_out = generator.random_bool(service.time_outs);
            let from_outside = factor(bell(generator), 0.1);
            Own {
                slow: jitter * if row >= spans.training_ends() { drift } else { 1.0 },
                delay: if timed_out { generator.random_range(2.0..12.0) } else { 0.0 },
                traffic: if number == 0 { traffic } else { traffic * from_outside },
                ..Own::USUAL
            }
        });
        rows.push(own.collect());
    }
    rows
}

/// By how much a service is slower after training than during it.
fn drift(chance: f64, jitter: Jitter, generator: &mut ChaCha8Rng) -> f64 {
    if generator.random_bool(chance) { 1.0 + generator.random_range(2.0..8.0) * jitter.spread() } else { 1.0 }
}

/// Requests from outside, as a multiple of what is usual: the time of day, a slow wandering, and bursts.
fn traffic(kind: Kind, spans: Spans, generator: &mut ChaCha8Rng) -> Vec<f64> {
    let varies = kind == Kind::DynamicLoad;
    let day = generator.random_range(120.0..300.0);
    let amplitude = if varies { generator.random_range(0.2..0.35) } else { generator.random_range(0.05..0.2) };
    let wanders = if varies { 0.15 } else { generator.random_range(0.03..0.1) };
    let burst_chance = if varies { 0.02 } else { 0.004 };
    let start = generator.random::<f64>();
    // A peak during the incident that would have done no harm.
    let peaks = varies || generator.random_bool(0.3);
    let (mut wandering, mut burst) = (0.0, 0.0);
    let mut rows = Vec::with_capacity(spans.all());
    for row in 0..spans.all() {
        wandering = 0.9 * wandering + 0.19_f64.sqrt() * bell(generator);
        burst *= 0.7;
        if generator.random_bool(burst_chance) || peaks && row == spans.incident_begins() {
            burst = skewed_between(0.2, 0.7, generator);
        }
        let time_of_day = wave((row as f64 / day + start).fract());
        rows.push((1.0 + amplitude * time_of_day + burst) * factor(wandering, wanders));
    }
    rows
}

/// Nearly a sine of a share of the circle: two parabolas.
fn wave(share: f64) -> f64 {
    let side = 4.0 * share - 2.0;
    if side < 0.0 { side * (2.0 + side) } else { side * (2.0 - side) }
}
