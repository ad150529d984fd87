//! All services together, row by row.
//!
//! Each service has two variables: its latency, whose number is the service's, and its load, whose number comes after those
//! of all latencies. Loads follow from the callers' loads, latencies from the own load and the callees' latencies. What
//! closes a loop, a latency that raises a load or slows a callee down, is settled by going round until nothing changes.

use super::service::{Call, Own, Service};

/// The values of all variables in a row.
pub(super) type Row = Vec<f64>;

/// So many rows late a caller sees what it calls, at most.
pub(super) const LONGEST_LAG: usize = 2;

/// A loop is settled when no value changes by more than this share; if it never is, after so many rounds.
const SETTLED: f64 = 1e-10;
const MOST_ROUNDS: usize = 60;

#[derive(Debug, Clone)]
pub(super) struct System {
    /// Callers come before whom they call.
    pub(super) services: Vec<Service>,
    /// By service, its callers and which of their calls it is.
    callers: Vec<Vec<(usize, usize)>>,
}

impl System {
    pub(super) fn new(services: Vec<Service>) -> Self {
        let mut callers = vec![Vec::new(); services.len()];
        for (caller, service) in services.iter().enumerate() {
            service.calls.iter().enumerate().for_each(|(place, call)| callers[call.to].push((caller, place)));
        }
        Self { services, callers }
    }

    pub(super) fn len(&self) -> usize {
        self.services.len()
    }

    /// The variable that is a service's load.
    pub(super) fn load_of(&self, service: usize) -> usize {
        self.len() + service
    }

    /// The service that a variable belongs to.
    pub(super) fn service_of(&self, variable: usize) -> usize {
        variable % self.len()
    }

    /// All variables, causes first but for what closes a loop: loads downwards, then latencies upwards.
    pub(super) fn order(&self) -> impl Iterator<Item = usize> {
        (self.len()..2 * self.len()).chain((0..self.len()).rev())
    }

    /// The causes of a variable without what closes a loop.
    pub(super) fn parents(&self, variable: usize) -> Vec<usize> {
        let service = self.service_of(variable);
        if variable >= self.len() {
            return self.callers(service).map(|(caller, _)| self.load_of(caller)).collect();
        }
        let callees = self.services[service].calls.iter().map(|call| call.to);
        std::iter::once(self.load_of(service)).chain(callees).collect()
    }

    /// The causes of a variable that close a loop.
    pub(super) fn loop_parents(&self, variable: usize) -> Vec<usize> {
        let service = self.service_of(variable);
        if variable < self.len() {
            return self.services[service].held_up.iter().map(|held_up| held_up.by).collect();
        }
        let retries = self.callers(service).any(|(_, call)| call.retries_after.is_finite());
        if retries { vec![service] } else { Vec::new() }
    }

    /// How many rows late a variable sees one of its causes.
    pub(super) fn lag(&self, cause: usize, variable: usize) -> usize {
        let calls = &self.services[self.service_of(variable)].calls;
        calls.iter().find(|call| call.to == cause && variable < self.len()).map_or(0, |call| call.lag)
    }

    /// Who calls a service, with the call.
    pub(super) fn callers(&self, service: usize) -> impl Iterator<Item = (usize, &Call)> {
        self.callers[service].iter().map(|&(caller, place)| (caller, &self.services[caller].calls[place]))
    }

    /// What a variable becomes, given the others so many rows ago.
    pub(super) fn value(&self, variable: usize, own: &Own, read: impl Fn(usize, usize) -> f64) -> f64 {
        let number = self.service_of(variable);
        let service = &self.services[number];
        if variable < self.len() {
            return service.latency(own, read(self.load_of(number), 0), read);
        }
        let from_callers = self
            .callers(number)
            .map(|(caller, call)| Service::calls_a_second(call, read(self.load_of(caller), 0), read(number, 0)));
        service.outside * own.traffic + from_callers.sum::<f64>()
    }

    /// The rows that follow those before, of which the last [`LONGEST_LAG`] matter.
    pub(super) fn continued(&self, before: &[Row], circumstances: &[Vec<Own>]) -> Vec<Row> {
        let mut history = before.to_vec();
        self.run(circumstances, &mut history);
        history.split_off(before.len())
    }

    /// Adds a row for each of these to what was before.
    pub(super) fn run(&self, circumstances: &[Vec<Own>], history: &mut Vec<Row>) {
        let has_loops = (0..2 * self.len()).any(|variable| !self.loop_parents(variable).is_empty());
        let rounds = if has_loops { MOST_ROUNDS } else { 1 };
        for own in circumstances {
            let mut row = history.last().cloned().unwrap_or_else(|| vec![0.0; 2 * self.len()]);
            for _ in 0..rounds {
                let mut settled = true;
                for variable in self.order() {
                    let read = |other: usize, lag: usize| match lag {
                        0 => row[other],
                        _ => history.len().checked_sub(lag).map_or(row[other], |before| history[before][other]),
                    };
                    let value = self.value(variable, &own[self.service_of(variable)], read);
                    settled &= (value - row[variable]).abs() <= SETTLED * value.abs();
                    row[variable] = value;
                }
                if settled {
                    break;
                }
            }
            history.push(row);
        }
    }
}
