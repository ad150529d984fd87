//! What is recorded of what happened.

use rand::{RngExt, rngs::ChaCha8Rng};

use super::draws::one_of;
use super::kind::Kind;
use super::scene::Scene;

/// The record of all variables, those included that nobody measures.
pub(super) struct Record {
    /// By variable, all rows.
    pub(super) columns: Vec<Vec<f64>>,
    /// Which variables are measured.
    pub(super) is_measured: Vec<bool>,
    /// The variables whose record is wrong in the incident.
    pub(super) wrong: Vec<usize>,
}

impl Record {
    /// `target_is_wrong`: nothing happened, but the target's record says so.
    pub(super) fn of(scene: &Scene, kind: Kind, target_is_wrong: bool, generator: &mut ChaCha8Rng) -> Self {
        let begins = scene.spans.before;
        let column = |variable: usize| scene.rows[begins..].iter().map(|row| row[variable]).collect();
        let columns: Vec<Vec<f64>> = (0..2 * scene.system.len()).map(column).collect();
        let mut record = Self { columns, is_measured: measured(scene, kind, generator), wrong: Vec::new() };
        if kind == Kind::Lag {
            record.delay(scene, generator);
        }
        if target_is_wrong {
            record.go_wrong_at(scene, scene.target, scene.threshold * generator.random_range(1.0..1.5));
        } else if kind == Kind::SensorFault {
            record.go_wrong(scene, generator);
        }
        if kind == Kind::MissingValues {
            record.lose(scene, generator);
        }
        record
    }

    /// The latencies that are measured, of all but the target and the causes.
    fn bystanders(&self, scene: &Scene) -> Vec<usize> {
        let all = 0..scene.system.len();
        all.filter(|&variable| {
            self.is_measured[variable] && variable != scene.target && !scene.causes.contains(&variable)
        })
        .collect()
    }

    /// Some records are a row late.
    fn delay(&mut self, scene: &Scene, generator: &mut ChaCha8Rng) {
        for variable in 0..scene.system.len() {
            if variable != scene.target && generator.random_bool(0.2) {
                let before = scene.rows[scene.spans.before - 1][variable];
                let column = &mut self.columns[variable];
                column.rotate_right(1);
                column[0] = before;
            }
        }
    }

    /// The record of a service that is not at fault is off by several standard deviations.
    fn go_wrong(&mut self, scene: &Scene, generator: &mut ChaCha8Rng) {
        let variable = one_of(&self.bystanders(scene), generator);
        let normal = &self.columns[variable][..scene.spans.normal];
        let count = normal.len() as f64;
        let mean = normal.iter().sum::<f64>() / count;
        let spread = (normal.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / count).sqrt();
        let off = generator.random_range(5.0..15.0) * spread;
        // A latency below 0 is a fault that anybody sees.
        let downwards = mean > 1.1 * off && generator.random_bool(0.3);
        let level = if downwards { mean - off } else { mean + off };
        self.go_wrong_at(scene, variable, level);
    }

    /// In the incident a record varies about another level.
    fn go_wrong_at(&mut self, scene: &Scene, variable: usize, level: f64) {
        let begins = scene.spans.incident_begins() - scene.spans.before;
        let column = &mut self.columns[variable];
        let mean = column[..scene.spans.normal].iter().sum::<f64>() / scene.spans.normal as f64;
        column[begins..].iter_mut().for_each(|value| *value *= level / mean);
        self.wrong.push(variable);
    }

    /// Cells are lost one by one, and some records are silent for a while; the target is there when somebody is called.
    fn lose(&mut self, scene: &Scene, generator: &mut ChaCha8Rng) {
        let alert = scene.spans.incident_begins() - scene.spans.before + scene.alert;
        for (variable, column) in self.columns.iter_mut().enumerate() {
            let share = if generator.random_bool(0.5) { generator.random_range(0.005..0.1) } else { 0.0 };
            let silent = if generator.random_bool(0.15) {
                let first = generator.random_range(0..scene.spans.normal);
                first..first + scene.spans.normal / 5
            } else {
                0..0
            };
            for (row, cell) in column.iter_mut().enumerate() {
                let is_lost = generator.random_bool(share) || silent.contains(&row);
                if is_lost && !(variable == scene.target && row == alert) {
                    *cell = f64::NAN;
                }
            }
        }
    }
}

/// Latencies are measured but for a few services; loads of some only.
fn measured(scene: &Scene, kind: Kind, generator: &mut ChaCha8Rng) -> Vec<bool> {
    let system = &scene.system;
    let chance_of_load = match kind {
        Kind::DynamicLoad => 0.1,
        Kind::Retries => 0.6,
        _ => 0.3,
    };
    let mut is_measured = vec![false; 2 * system.len()];
    for service in 0..system.len() {
        let load = system.load_of(service);
        let is_cause = scene.causes.contains(&service) || scene.causes.contains(&load);
        if is_cause && kind == Kind::HiddenCulprit {
            continue;
        }
        let is_dark = service != scene.target && !is_cause && generator.random_bool(0.05);
        is_measured[service] = !is_dark;
        let chance_of_load = if service == 0 { chance_of_load + 0.4 } else { chance_of_load };
        let has_load = generator.random_bool(chance_of_load) && !is_dark;
        is_measured[load] = has_load || scene.causes.contains(&load);
    }
    is_measured
}
