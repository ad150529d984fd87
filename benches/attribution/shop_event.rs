//! One slow request of the retail shop, which the example `online_shop` shows too.

use criterion::{BenchmarkId, Criterion};
use etiology::FeatureMap;

use crate::cases::{DOWHY_BUDGET, default_settings, dowhy_budget, shop, time_event};

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("shop_event_11_nodes");
    for (settings, config) in [("default", default_settings()), (DOWHY_BUDGET, dowhy_budget())] {
        for (region, feature_map) in [("upper", FeatureMap::UpperTail), ("two_sided", FeatureMap::TwoSidedQuantile)] {
            let config = config.clone().with_feature_map(feature_map);
            time_event(&mut group, BenchmarkId::new(settings, region), &config, shop);
        }
    }
    group.finish();
}
