//! Who calls whom, and what each service is like.

use rand::{RngExt, rngs::ChaCha8Rng};

use super::draws::{one_of, skewed_between};
use super::kind::Kind;
use super::service::{Call, HeldUp, Jitter, Own, Service, Wait};
use super::system::{LONGEST_LAG, System};

/// The nearest of those before it are a service's callers.
const NEAR: usize = 6;

/// A random system of 8 to 40 services, small ones more often; the first one is where requests come in.
pub(super) fn random_system(kind: Kind, generator: &mut ChaCha8Rng) -> System {
    let count = skewed_between(8.0, 41.0, generator) as usize;
    let mut services: Vec<Service> = (0..count).map(|_| random_service(generator)).collect();
    for callee in 1..count {
        let mut callers = vec![generator.random_range(callee.saturating_sub(NEAR)..callee)];
        for chance in [0.35, 0.1] {
            let another = generator.random_range(0..callee);
            if generator.random_bool(chance) && !callers.contains(&another) {
                callers.push(another);
            }
        }
        for caller in callers {
            let lag = if kind == Kind::Lag && generator.random_bool(0.5) {
                generator.random_range(1..=LONGEST_LAG)
            } else {
                0
            };
            let times = generator.random_range(0.4..1.3);
            let call = Call { to: callee, times, lag, patience: f64::INFINITY, retries_after: f64::INFINITY };
            services[caller].calls.push(call);
        }
    }
    let mut system = System::new(services);
    calibrate(&mut system, kind, generator);
    system
}

fn random_service(generator: &mut ChaCha8Rng) -> Service {
    let jitter = match generator.random_range(0..10) {
        0..6 => Jitter::Bell {
            spread: skewed_between(0.04, 0.25, generator),
            memory: one_of(&[0.0, 0.0, 0.5, 0.8], generator),
        },
        6..9 => Jitter::Heavy { roots: 4 },
        _ => Jitter::Heavy { roots: 2 },
    };
    Service {
        calls: Vec::new(),
        wait: if generator.random_bool(0.4) { Wait::Together } else { Wait::InTurn },
        own: skewed_between(0.001, 0.05, generator),
        jitter,
        time_outs: if generator.random_bool(0.3) { generator.random_range(0.001..0.01) } else { 0.0 },
        capacity: f64::INFINITY,
        pool: f64::INFINITY,
        outside: 0.0,
        held_up: None,
    }
}

/// Chooses loads, capacities and pools so that the system is busy and holds: what is usual is known only when all before
/// it in the order is.
fn calibrate(system: &mut System, kind: Kind, generator: &mut ChaCha8Rng) {
    let mut usual = vec![0.0; 2 * system.len()];
    for variable in system.order().collect::<Vec<_>>() {
        let number = system.service_of(variable);
        let value = |system: &System| system.value(variable, &Own::USUAL, |other, _| usual[other]);
        if variable >= system.len() {
            let from_callers = value(system);
            let outside = if generator.random_bool(0.3) { generator.random_range(0.1..0.5) } else { 0.0 };
            let service = &mut system.services[number];
            service.outside = if number == 0 { generator.random_range(20.0..200.0) } else { outside * from_callers };
            service.capacity = (from_callers + service.outside) / generator.random_range(0.2..0.6);
        } else if generator.random_bool(0.6) {
            let load = usual[system.load_of(number)];
            system.services[number].pool = value(system) * load / generator.random_range(0.4..0.7);
        }
        usual[variable] = value(system);
    }
    for service in &mut system.services {
        for call in &mut service.calls {
            let latency = usual[call.to];
            if generator.random_bool(0.2) {
                call.patience = latency * generator.random_range(3.0..8.0);
            }
            if kind == Kind::Retries && generator.random_bool(0.6) {
                call.retries_after = latency * generator.random_range(1.1..1.5);
            }
        }
    }
    if kind == Kind::Loop {
        close_loops(system, &usual, generator);
    }
}

/// About a third of the services are held up by one of their callers.
fn close_loops(system: &mut System, usual: &[f64], generator: &mut ChaCha8Rng) {
    for number in 1..system.len() {
        let callers: Vec<usize> = system.callers(number).map(|(caller, _)| caller).collect();
        let by = one_of(&callers, generator);
        if number == 1 || generator.random_bool(0.35) {
            let gain = generator.random_range(0.3..0.8);
            system.services[number].held_up = Some(HeldUp { by, gain, usual: usual[by] });
        }
    }
}
