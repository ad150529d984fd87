//! One slow request of the retail shop, which the example `online_shop` shows too.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion};
use etiology::FeatureMap;
use etiology::attribution::Estimator;

use crate::cases::{DOWHY_BUDGET, assigned_shop, default_settings, dowhy_budget, must, shop, time_event};
use crate::random_models::Case;

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("shop_event_11_nodes");
    for (settings, config) in [("default", default_settings()), (DOWHY_BUDGET, dowhy_budget())] {
        for (region, feature_map) in [("upper", FeatureMap::UpperTail), ("two_sided", FeatureMap::TwoSidedQuantile)] {
            let config = config.clone().with_feature_map(feature_map);
            time_event(&mut group, BenchmarkId::new(settings, region), &config, shop);
        }
    }
    // Some of its noises reach the target through a maximum: only those are sampled, unless all are to be.
    let sampled = default_settings().with_estimator(Estimator::MonteCarlo);
    for (settings, config) in [("assigned_default", default_settings()), ("assigned_sampled", sampled)] {
        time_event(&mut group, BenchmarkId::new(settings, "upper"), &config, assigned_shop);
    }
    let Case { model, target, event } = must(assigned_shop());
    let attributor = must(model.attributor(&target, default_settings()));
    group.bench_function(BenchmarkId::new("assigned_prepared", "upper"), |bencher| {
        bencher.iter(|| attributor.attribute(black_box(&event)));
    });
    group.finish();
}
