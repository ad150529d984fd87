//! How much nodes, arrows and parents matter.

use std::hint::black_box;

use criterion::Criterion;
use etiology::arrow_strength::{ArrowMeasure, ArrowStrengthConfig};
use etiology::influence::InfluenceConfig;
use etiology::relevance::RelevanceConfig;

use crate::must::must;
use crate::retail_shop::TARGET;
use crate::systems;

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("influence");
    let [shop, _] = must(systems::shops());
    let product = must(systems::product());

    let config = InfluenceConfig::default();
    let found = must(product.intrinsic_influence("Z", &config));
    // Var(X)·E²Y + Var(X)·Var(Y)/2: a figure that is not right need not be timed.
    let x = found.contribution("X").map_or(f64::NAN, |node| node.value);
    assert!((x - 1.5).abs() < 0.001, "{x} in the place of 1.5");
    group.bench_function("intrinsic/product_of_two", |bencher| {
        bencher.iter(|| product.intrinsic_influence(black_box("Z"), &config));
    });
    must(shop.intrinsic_influence(TARGET, &config));
    group.bench_function("intrinsic/shop_11_nodes", |bencher| {
        bencher.iter(|| shop.intrinsic_influence(black_box(TARGET), &config));
    });

    for (name, measure) in [("variance", ArrowMeasure::Variance), ("divergence", ArrowMeasure::Divergence)] {
        let config = ArrowStrengthConfig::default().with_measure(measure);
        must(shop.arrow_strength("API", &config));
        group.bench_function(format!("arrow_strength_of_4_parents/{name}"), |bencher| {
            bencher.iter(|| shop.arrow_strength(black_box("API"), &config));
        });
    }
    let config = RelevanceConfig::default();
    must(product.parent_relevance("Z", &config));
    group.bench_function("parent_relevance/product_of_two", |bencher| {
        bencher.iter(|| product.parent_relevance(black_box("Z"), &config));
    });
    group.finish();
}
