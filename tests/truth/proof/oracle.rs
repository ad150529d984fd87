//! The true path of a fault, by brute force over all paths of the true mechanisms.

use etiology::{FittedModel, Observation};

/// The path that carries most of what the culprit did to the target, by path-specific effects (Avin, Shpitser and Pearl, IJCAI 2005): the mean of what the
/// target moves if the fault goes along this path alone, and of what it moves back if the fault goes everywhere else. A normal culprit has the
/// mean noise.
pub(super) fn true_path<'m>(truth: &'m FittedModel, culprit: &str, target: &str, event: &Observation) -> Vec<&'m str> {
    let system = System::of(truth, culprit, event);
    let names: Vec<&str> = truth.graph().nodes().collect();
    let place = |name: &str| names.iter().position(|&other| other == name).unwrap();
    let (culprit, target) = (place(culprit), place(target));
    let mut paths = Vec::new();
    extend(&system, vec![culprit], target, &mut paths);
    let towards = (system.faulty[target] - system.normal[target]).signum();
    let effect = |path: &Vec<usize>| {
        let along = system.target_along(path, true) - system.normal[target];
        let elsewhere = system.faulty[target] - system.target_along(path, false);
        towards * (along + elsewhere)
    };
    let best = paths.into_iter().max_by(|a, b| effect(a).total_cmp(&effect(b))).unwrap();
    best.into_iter().map(|node| names[node]).collect()
}

fn extend(system: &System<'_>, path: Vec<usize>, target: usize, found: &mut Vec<Vec<usize>>) {
    let last = path[path.len() - 1];
    if last == target {
        found.push(path);
        return;
    }
    for child in (0..system.parents.len()).filter(|&child| system.parents[child].contains(&last)) {
        extend(system, path.iter().copied().chain([child]).collect(), target, found);
    }
}

struct System<'m> {
    truth: &'m FittedModel,
    names: Vec<&'m str>,
    parents: Vec<Vec<usize>>,
    noises: Vec<f64>,
    faulty: Vec<f64>,
    normal: Vec<f64>,
}

impl<'m> System<'m> {
    fn of(truth: &'m FittedModel, culprit: &str, event: &Observation) -> Self {
        let names: Vec<&str> = truth.graph().nodes().collect();
        let place = |name: &str| names.iter().position(|&other| other == name).unwrap();
        let parents =
            names.iter().map(|name| truth.mechanism_parents(name).unwrap().into_iter().map(place).collect()).collect();
        let noises = truth.estimate_noise(event).unwrap().values().to_vec();
        let faulty = names.iter().map(|name| event.get(name).unwrap()).collect();
        let mut system = Self { truth, names, parents, noises, faulty, normal: Vec::new() };
        let culprit = system.names.iter().position(|&name| name == culprit).unwrap();
        let usual = truth.mechanism(system.names[culprit]).unwrap().noise().mean();
        // Nodes are named in topological order.
        for node in 0..system.names.len() {
            let parents: Vec<f64> = system.parents[node].iter().map(|&parent| system.normal[parent]).collect();
            let noise = if node == culprit { usual } else { system.noises[node] };
            system.normal.push(system.value(node, &parents, noise));
        }
        system
    }

    fn value(&self, node: usize, parents: &[f64], noise: f64) -> f64 {
        self.truth.mechanism(self.names[node]).unwrap().evaluate(parents, noise)
    }

    /// The last node of a path if the fault goes along the path alone, or everywhere but along the path.
    fn target_along(&self, path: &[usize], along: bool) -> f64 {
        let elsewhere = if along { &self.normal } else { &self.faulty };
        let mut carried = if along { self.faulty[path[0]] } else { self.normal[path[0]] };
        for step in path.windows(2) {
            let value = |&parent: &usize| if parent == step[0] { carried } else { elsewhere[parent] };
            let parents: Vec<f64> = self.parents[step[1]].iter().map(value).collect();
            carried = self.value(step[1], &parents, self.noises[step[1]]);
        }
        carried
    }
}
