//! How long a fit, one attribution and the Shapley module alone take.
//!
//! ```text
//! cargo bench --bench attribution
//! RAYON_NUM_THREADS=1 cargo bench --bench attribution -- attribute
//! ```
//!
//! All run on the current rayon pool, so on every core unless `RAYON_NUM_THREADS` says otherwise.

#[path = "../examples/shared/retail_shop.rs"]
mod retail_shop;

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use etiology::{
    AttributionConfig, FeatureMap, FunctionGame, Result, ShapleyConfig, ShapleyMethod, StructuralCausalModel,
    shapley_values,
};

const NORMAL_ROWS: usize = 5_000;
/// The request of the example `online_shop`: row and seed of the slow requests.
const SLOW_REQUEST: (usize, u64) = (5, 2);
/// Samples and permutations that DoWhy's `gcm.attribute_anomalies` takes unless told otherwise.
const DOWHY_BUDGET: (usize, usize) = (3_000, 25);

fn fit(criterion: &mut Criterion) {
    let normal = must(retail_shop::normal_requests(NORMAL_ROWS, 1));
    let graph = must(retail_shop::causal_graph());
    let model = must(StructuralCausalModel::new(graph).assign_mechanisms(&normal));
    let nodes = model.graph().node_count();
    let mut group = criterion.benchmark_group("fit");
    group.bench_function(BenchmarkId::new("shop_linear", format!("{NORMAL_ROWS}_rows_{nodes}_nodes")), |bencher| {
        bencher.iter(|| model.fit(black_box(&normal)));
    });
    group.finish();
}

fn attribute(criterion: &mut Criterion) {
    let normal = must(retail_shop::normal_requests(NORMAL_ROWS, 1));
    let graph = must(retail_shop::causal_graph());
    let model = must(StructuralCausalModel::new(graph).assign_mechanisms(&normal).and_then(|model| model.fit(&normal)));
    let (row, seed) = SLOW_REQUEST;
    let request = must(retail_shop::slow_requests(100, seed).and_then(|slow| slow.row(row)));
    let nodes = model.graph().node_count();

    let default = AttributionConfig::default();
    let (samples, permutations) = DOWHY_BUDGET;
    let efforts = [
        (format!("exact_{}_samples_{nodes}_nodes", default.samples), default.clone()),
        (
            format!("{permutations}_permutations_{samples}_samples_{nodes}_nodes"),
            default.with_samples(samples).with_shapley_method(ShapleyMethod::Permutations(permutations)),
        ),
    ];
    let regions = [("upper", FeatureMap::UpperTail), ("two_sided", FeatureMap::TwoSidedQuantile)];
    let mut group = criterion.benchmark_group("attribute");
    for (effort, config) in &efforts {
        for (region, feature_map) in &regions {
            let config = config.clone().with_feature_map(feature_map.clone());
            // An error would be fast, and look like a good figure.
            must(model.attribute_outlier(retail_shop::TARGET, &request, &config));
            group.bench_function(BenchmarkId::new(effort, region), |bencher| {
                bencher.iter(|| model.attribute_outlier(retail_shop::TARGET, black_box(&request), &config));
            });
        }
    }
    group.finish();
}

/// A game that costs next to nothing, so that what is measured is the module: the airport game, in which a coalition
/// pays for its largest member (Littlechild and Owen 1973, with a closed form for its Shapley values).
fn shapley(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("shapley");
    for (method, players) in [(ShapleyMethod::Exact, 11), (ShapleyMethod::Permutations(100), 20)] {
        let game = FunctionGame::new(players, |coalition| {
            (0..players).rev().find(|&player| coalition.contains(player)).map_or(0.0, |player| (player + 1) as f64)
        });
        let config = ShapleyConfig::default().with_method(method);
        must(shapley_values(&game, &config));
        let effort = match method {
            ShapleyMethod::Permutations(permutations) => format!("{permutations}_permutations"),
            _ => "exact".to_owned(),
        };
        group.bench_function(BenchmarkId::new(effort, format!("{players}_players")), |bencher| {
            bencher.iter(|| shapley_values(black_box(&game), &config));
        });
    }
    group.finish();
}

fn must<T>(result: Result<T>) -> T {
    result.unwrap_or_else(|error| panic!("the benchmark's own input is wrong: {error}"))
}

/// Seven benchmarks in less than a minute: enough to see a change of some per cent.
fn short() -> Criterion {
    Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3))
        .without_plots()
}

criterion_group! {
    name = benches;
    config = short();
    targets = fit, attribute, shapley
}
criterion_main!(benches);
