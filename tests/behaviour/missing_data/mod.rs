//! Missing values and awkward columns: what is repaired is right, and reported.

mod constants;
mod events;
mod fits;
mod patterns;

use etiology::mechanism::{LinearFunction, ParentFunction};
use etiology::model::FitReport;
use etiology::{CausalGraph, Dataset, Error, FittedModel, StructuralCausalModel};

const NAN: f64 = f64::NAN;

/// A deterministic column without ties, of mean about 0.
fn wave(rows: usize, frequency: f64) -> Vec<f64> {
    (0..rows).map(|row| (row as f64 * frequency).sin()).collect()
}

fn chain() -> CausalGraph {
    CausalGraph::from_edges([("a", "b"), ("b", "c")]).unwrap()
}

fn fit(graph: CausalGraph, data: &Dataset) -> Result<FittedModel, Error> {
    StructuralCausalModel::new(graph).assign_mechanisms(data)?.fit(data)
}

fn report(model: &FittedModel) -> &FitReport {
    model.fit_report().unwrap()
}

fn linear<'m>(model: &'m FittedModel, node: &str) -> &'m LinearFunction {
    match model.mechanism(node).unwrap().parent_function() {
        Some(ParentFunction::Linear(linear)) => linear,
        other => panic!("{other:?}"),
    }
}
