//! The same work on one thread and on two.

use std::cell::OnceCell;
use std::hint::black_box;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, SamplingMode};
use etiology::AttributionConfig;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::cases::{default_settings, dowhy_budget, must, shop};
use crate::random_models::{self, Case, Kind};
use crate::retail_shop;

const THREADS: [usize; 2] = [1, 2];
/// Enough for both threads to have something to do.
const BATCH: usize = 1_000;

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("threads");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    for threads in THREADS {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().expect("two threads can be started");
        time_event(&mut group, "shop_event", &pool, shop);
        time_event(&mut group, "non_linear_100_nodes_event", &pool, || {
            random_models::case(Kind::NonLinear, 100, random_models::usual_edges(100))
        });
        time_batch(&mut group, &pool);
    }
    group.finish();
}

fn time_event(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    pool: &ThreadPool,
    make: impl Fn() -> etiology::Result<Case>,
) {
    let (case, config): (OnceCell<Case>, AttributionConfig) = (OnceCell::new(), dowhy_budget());
    group.bench_function(id(name, pool), |bencher| {
        let Case { model, target, event } = case.get_or_init(|| must(make()));
        bencher.iter(|| pool.install(|| must(model.attribute_outlier(target, black_box(event), &config))));
    });
}

fn time_batch(group: &mut BenchmarkGroup<'_, WallTime>, pool: &ThreadPool) {
    let (case, config) = (OnceCell::new(), default_settings());
    group.bench_function(id(&format!("shop_batch_{BATCH}_events"), pool), |bencher| {
        let (model, events) = case.get_or_init(|| (must(shop()).model, must(retail_shop::slow_requests(BATCH, 3))));
        bencher
            .iter(|| pool.install(|| must(model.attribute_outliers(retail_shop::TARGET, black_box(events), &config))));
    });
}

fn id(name: &str, pool: &ThreadPool) -> BenchmarkId {
    BenchmarkId::new(name, format!("{}_threads", pool.current_num_threads()))
}
