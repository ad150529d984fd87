//! What errors that bound, noises that are widened outside of the data, and findings cost: a usual and a slow request of the shop, with
//! linear mechanisms and with ones that were chosen automatically.
//!
//! docs/benchmarks.md, "What honesty costs", has these figures beside those of before.

use std::cell::OnceCell;
use std::hint::black_box;

use criterion::{BenchmarkId, Criterion};
use etiology::{DiagnosisConfig, Observation};

use crate::cases::{assigned_shop, default_settings, must, shop};
use crate::random_models::Case;
use crate::retail_shop;

/// How many normal requests of another day the usual request is the slowest of, and their seed.
const USUAL_REQUESTS: (usize, u64) = (100, 3);

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("honesty");
    for mechanisms in ["linear", "chosen"] {
        let case: OnceCell<Case> = OnceCell::new();
        let make = || if mechanisms == "linear" { shop() } else { assigned_shop() };
        let case = || case.get_or_init(|| must(make()));
        for (place, is_slow) in [("inside", false), ("outside", true)] {
            let event = || if is_slow { case().event.clone() } else { must(usual_request()) };
            let id = |what: &str| BenchmarkId::new(format!("{mechanisms}_{place}"), what);
            group.bench_function(id("prepared"), |bencher| {
                let (Case { model, target, .. }, event) = (case(), event());
                let attributor = must(model.attributor(target, default_settings()));
                must(attributor.attribute(&event));
                bencher.iter(|| attributor.attribute(black_box(&event)));
            });
            group.bench_function(id("cold"), |bencher| {
                let (Case { model, target, .. }, event) = (case(), event());
                must(model.attribute_outlier(target, &event, &default_settings()));
                bencher.iter(|| model.attribute_outlier(target, black_box(&event), &default_settings()));
            });
            group.bench_function(id("diagnose"), |bencher| {
                let (Case { model, target, .. }, event) = (case(), event());
                let config = DiagnosisConfig::default();
                must(model.diagnose(target, &event, &config));
                bencher.iter(|| model.diagnose(target, black_box(&event), &config));
            });
        }
    }
    group.finish();
}

/// The slowest of some normal requests that the models were not fitted to.
fn usual_request() -> etiology::Result<Observation> {
    let (count, seed) = USUAL_REQUESTS;
    let requests = retail_shop::normal_requests(count, seed)?;
    let latencies = requests.column(retail_shop::TARGET)?;
    let slowest = (0..count).max_by(|&a, &b| latencies[a].total_cmp(&latencies[b])).unwrap_or_default();
    requests.row(slowest)
}
