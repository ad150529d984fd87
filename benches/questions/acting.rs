//! What becomes of a system in which somebody acts, and what would have been.

use std::hint::black_box;

use criterion::{Criterion, SamplingMode};
use etiology::intervention::{Intervention, InterventionConfig};
use etiology::unit_change::UnitChangeConfig;

use crate::must::must;
use crate::retail_shop::{self, CULPRIT, TARGET};
use crate::systems;

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("acting");
    let [model, slower] = must(systems::shops());
    let (faster, usual) = (Intervention::new().shift(CULPRIT.0, -CULPRIT.1), Intervention::new());

    let config = InterventionConfig::default();
    must(model.average_causal_effect(TARGET, &faster, &usual, &config));
    group.bench_function("shop_average_causal_effect", |bencher| {
        bencher.iter(|| model.average_causal_effect(TARGET, black_box(&faster), &usual, &config));
    });
    let product = must(systems::product());
    let (high, low) = (Intervention::new().set("X", 3.0), Intervention::new().set("X", 2.0));
    must(product.average_causal_effect("Z", &high, &low, &config));
    group.bench_function("product_average_causal_effect", |bencher| {
        bencher.iter(|| product.average_causal_effect("Z", black_box(&high), &low, &config));
    });

    let rows = must(retail_shop::slow_requests(100, 3));
    let (before, after) = (must(rows.row(0)), must(rows.row(1)));
    let config = UnitChangeConfig::default();
    must(model.unit_change(&slower, TARGET, &before, &after, &config));
    group.bench_function("shop_unit_change_of_two_models", |bencher| {
        bencher.iter(|| model.unit_change(&slower, TARGET, black_box(&before), &after, &config));
    });

    let rows = must(retail_shop::slow_requests(1_000_000, 4));
    must(model.counterfactuals(&rows, &faster));
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.bench_function("shop_counterfactuals/1000000_rows", |bencher| {
        bencher.iter(|| model.counterfactuals(black_box(&rows), &faster));
    });
    group.finish();
}
