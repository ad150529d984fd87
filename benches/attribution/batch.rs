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
    let first = once(|| model.attribute_outliers(TARGET, &must(slow_requests(1, 3)), config));
    // What a call prepares for all events is no part of this, once a larger batch has told them apart.
    let mut per_event = first;
    for count in EVENTS {
        if !affordable(&format!("shop_batch/{settings}/{count}_events"), first + per_event * (count - 1) as u32) {
            return;
        }
        let events = must(slow_requests(count, 3));
        if count > 1 {
            let taken = once(|| model.attribute_outliers(TARGET, &events, config));
            per_event = taken.saturating_sub(first) / (count - 1) as u32;
        }
        group.throughput(Throughput::Elements(count as u64));
        group.bench_function(BenchmarkId::new(settings, format!("{count}_events")), |bencher| {
            bencher.iter(|| model.attribute_outliers(TARGET, black_box(&events), config));
        });
    }
}
