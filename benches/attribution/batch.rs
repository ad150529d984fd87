//! Many events of one model in one call.

use std::hint::black_box;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, SamplingMode, Throughput};
use etiology::{AttributionConfig, FittedModel};

use crate::cases::{DOWHY_BUDGET, affordable, default_settings, dowhy_budget, must, once, shop_model};
use crate::retail_shop::{TARGET, slow_requests};

/// Ascending: the time of each size tells whether the next one is affordable.
const EVENTS: [usize; 3] = [1, 100, 10_000];

pub(crate) fn bench(criterion: &mut Criterion) {
    let model = must(shop_model());
    let mut group = criterion.benchmark_group("shop_batch");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    time_sizes(&mut group, "default", &default_settings(), &model);
    time_sizes(&mut group, DOWHY_BUDGET, &dowhy_budget(), &model);
    group.finish();
}

fn time_sizes(
    group: &mut BenchmarkGroup<'_, WallTime>,
    settings: &str,
    config: &AttributionConfig,
    model: &FittedModel,
) {
    let one = must(slow_requests(1, 3).and_then(|events| events.row(0)));
    let mut per_event = once(|| model.attribute_outlier(TARGET, &one, config));
    for count in EVENTS {
        let expected = per_event * count as u32;
        if !affordable(&format!("shop_batch/{settings}/{count}_events"), expected) {
            return;
        }
        let events = must(slow_requests(count, 3));
        per_event = once(|| model.attribute_outliers(TARGET, &events, config)) / count as u32;
        group.throughput(Throughput::Elements(count as u64));
        group.bench_function(BenchmarkId::new(settings, format!("{count}_events")), |bencher| {
            bencher.iter(|| model.attribute_outliers(TARGET, black_box(&events), config));
        });
    }
}
