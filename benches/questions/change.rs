//! Why a distribution changed.

use std::hint::black_box;

use criterion::Criterion;
use etiology::change::{ChangeConfig, Functional};

use crate::must::must;
use crate::retail_shop;
use crate::systems;

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("change");
    for (noises, models) in [("empirical", must(systems::shops())), ("normal", must(systems::normal_shops()))] {
        let [old, new] = models;
        for (name, functional) in
            [("mean", Functional::Mean), ("variance", Functional::Variance), ("quantile", Functional::Quantile(0.95))]
        {
            let config = ChangeConfig::default().with_functional(functional);
            let change = must(old.distribution_change(&new, retail_shop::TARGET, &config));
            assert!(change.permutations.is_none(), "all coalitions are meant");
            group.bench_function(format!("shop_11_nodes_{noises}_noises_prepared/{name}"), |bencher| {
                bencher.iter(|| old.distribution_change(black_box(&new), retail_shop::TARGET, &config));
            });
        }
    }
    let (model, [old, new]) = must(systems::chain(300));
    let config = ChangeConfig::default();
    must(model.distribution_change(&old, &new, "Z", &config));
    group.bench_function("chain_of_3_with_tests_and_fits/300_rows_a_side", |bencher| {
        bencher.iter(|| model.distribution_change(black_box(&old), &new, "Z", &config));
    });
    group.finish();
}
