//! Simulated incidents in call graphs of services that are hard to explain, with the truth.
//!
//! Loads go down the calls, latencies come up; queues and pools saturate, callers wait for one after the other or for all at
//! once, noise has heavy tails, requests time out. A fault is no larger than it must be for the target to be noticed, so that
//! what is furthest off by itself is mostly not the culprit. A [`Kind`] says what else makes it hard. The module of one idea each:
//! who calls whom (`calls`), what a service does (`service`), all of them row by row (`system`), what happens without
//! a fault (`load`), what goes wrong (`faults`), the truth about it (`scene`, `path`), and what is recorded (`sensing`).
//!
//! An incident follows from its seed alone, with the same bits on every machine. Incidents of even seeds are for development;
//! nothing may be tuned on those of odd seeds.

mod calls;
mod draws;
mod faults;
mod kind;
mod load;
mod path;
mod scene;
mod sensing;
mod service;
mod system;

use etiology::{CausalGraph, Dataset, Result};
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};

pub(crate) use kind::Kind;
use scene::Scene;
use sensing::Record;

/// An incident with the truth about it. Nodes are `service|latency` in seconds and `service|load` in requests a second.
#[derive(Debug, Clone)]
pub(crate) struct Incident {
    pub(crate) kind: Kind,
    /// As a user has it: what is measured, without what closes loops.
    pub(crate) graph: CausalGraph,
    /// Rows of normal operation, in order of time.
    pub(crate) normal: Dataset,
    /// The rows just before the incident.
    pub(crate) recent: Dataset,
    /// The rows of the incident.
    pub(crate) rows: Dataset,
    /// The row of the incident in which the target is furthest off.
    pub(crate) alert: usize,
    pub(crate) target: String,
    /// What the faults acted on; where that is not measured, the nearest nodes downstream that are. The target, if only its
    /// record is wrong.
    pub(crate) root_causes: Vec<String>,
    /// The way that each fault took to the target, along edges of the graph: where most of it arrived.
    pub(crate) paths: Vec<Vec<String>>,
    /// Services that are not measured.
    pub(crate) hidden: Vec<String>,
    /// Edges of the true system that close loops, and are not in the graph.
    pub(crate) loop_edges: Vec<(String, String)>,
    /// Nodes whose record is wrong in the incident, while what they measure is not.
    pub(crate) wrong_records: Vec<String>,
}

/// The incident of a seed. Two seeds that follow each other have the same kind.
///
/// # Errors
/// None, if the generator is right: names are unique and graphs have no loops.
pub(crate) fn incident(seed: u64) -> Result<Incident> {
    let kind = Kind::ALL[(seed / 2 % Kind::ALL.len() as u64) as usize];
    let generator = &mut ChaCha8Rng::seed_from_u64(seed);
    if kind == Kind::SensorFault && generator.random_bool(0.33) {
        return recorded(&Scene::without_faults(kind, generator), kind, true, generator);
    }
    // Otherwise systems in which it is easy to find an incident of that kind would be too frequent.
    let shortest = match generator.random_range(0..100) {
        0..6 if !matches!(kind, Kind::SeveralCauses | Kind::HiddenCulprit) => 1,
        0..30 => 2,
        _ => 3,
    };
    loop {
        if let Some(scene) = Scene::with_faults(kind, shortest, generator) {
            return recorded(&scene, kind, false, generator);
        }
    }
}

fn recorded(scene: &Scene, kind: Kind, target_is_wrong: bool, generator: &mut ChaCha8Rng) -> Result<Incident> {
    let system = &scene.system;
    let record = Record::of(scene, kind, target_is_wrong, generator);
    let is_measured = |variable: usize| record.is_measured[variable];
    let variables = || 0..2 * system.len();
    let name = |variable: usize| {
        let metric = if variable < system.len() { "latency" } else { "load" };
        format!("s{:02}|{metric}", system.service_of(variable))
    };
    let edges =
        variables().flat_map(|child| system.parents(child).into_iter().map(move |parent| (name(parent), name(child))));
    let full = CausalGraph::from_nodes_and_edges(variables().map(name), edges)?;
    let unmeasured: Vec<String> = variables().filter(|&variable| !is_measured(variable)).map(name).collect();
    let graph = if unmeasured.is_empty() { full.clone() } else { full.marginalize(&unmeasured)?.0 };
    let mut root_causes = Vec::new();
    for &cause in &scene.causes {
        if is_measured(cause) {
            root_causes.push(name(cause));
        } else {
            // With the cause alone left in, its children are the nearest that are measured.
            let others = unmeasured.iter().filter(|&other| *other != name(cause));
            root_causes.extend(full.marginalize(others)?.0.children(&name(cause))?.into_iter().map(str::to_owned));
        }
    }
    let mut paths: Vec<Vec<String>> = scene
        .paths
        .iter()
        .map(|path| path.iter().copied().filter(|&variable| is_measured(variable)).map(name).collect())
        .collect();
    if target_is_wrong {
        root_causes.push(name(scene.target));
        paths.push(vec![name(scene.target)]);
    }
    let spans = scene.spans;
    let cut = |begin: usize, end: usize| {
        let columns = variables().filter(|&variable| is_measured(variable));
        Dataset::from_columns(columns.map(|variable| (name(variable), record.columns[variable][begin..end].to_vec())))
    };
    let loops = variables().flat_map(|child| system.loop_parents(child).into_iter().map(move |parent| (parent, child)));
    Ok(Incident {
        kind,
        graph,
        normal: cut(0, spans.normal)?,
        recent: cut(spans.normal, spans.normal + spans.recent)?,
        rows: cut(spans.normal + spans.recent, spans.normal + spans.recent + spans.incident)?,
        alert: scene.alert,
        target: name(scene.target),
        root_causes,
        paths,
        hidden: (0..system.len()).filter(|&service| !is_measured(service)).map(name).collect(),
        loop_edges: loops.filter(|&(a, b)| is_measured(a) && is_measured(b)).map(|(a, b)| (name(a), name(b))).collect(),
        wrong_records: record.wrong.iter().copied().map(name).collect(),
    })
}
