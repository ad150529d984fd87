//! Learning a model from normal rows.

use std::cell::OnceCell;
use std::hint::black_box;

use criterion::{BenchmarkId, Criterion};
use etiology::mechanism::AssignmentConfig;
use etiology::{CausalGraph, Dataset, StructuralCausalModel};

use crate::cases::{NORMAL_ROWS, must};
use crate::random_models::{self, Kind};
use crate::retail_shop;

pub(crate) fn bench(criterion: &mut Criterion) {
    let shop = || Ok((retail_shop::causal_graph()?, retail_shop::normal_requests(NORMAL_ROWS, 1)?));
    time_fit(criterion, "shop", 11, shop);
    time_fit(criterion, "linear", 100, || random_rows(100));
}

/// All mechanisms linear, all noises empirical.
fn time_fit(
    criterion: &mut Criterion,
    name: &str,
    nodes: usize,
    make: impl Fn() -> etiology::Result<(CausalGraph, Dataset)>,
) {
    let id = BenchmarkId::new(name, format!("{nodes}_nodes_{NORMAL_ROWS}_rows"));
    let mut group = criterion.benchmark_group("fit");
    let cell = OnceCell::new();
    group.bench_function(id, |bencher| {
        let (model, normal) = cell.get_or_init(|| {
            let (graph, normal) = must(make());
            let model =
                must(StructuralCausalModel::new(graph).assign_mechanisms_with(&normal, &AssignmentConfig::linear()));
            must(model.fit(&normal));
            (model, normal)
        });
        bencher.iter(|| model.fit(black_box(normal)));
    });
    group.finish();
}

fn random_rows(nodes: usize) -> etiology::Result<(CausalGraph, Dataset)> {
    let case = random_models::case(Kind::Linear, nodes, random_models::usual_edges(nodes))?;
    Ok((case.model.graph().clone(), case.model.draw_samples(NORMAL_ROWS, 1)?))
}
