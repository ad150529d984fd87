//! The Shapley module alone.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion};
use etiology::ShapleyMethod;
use etiology::shapley::{FunctionGame, ShapleyConfig, shapley_values};

use crate::cases::must;

/// A game that costs next to nothing, so that what is measured is the module: the airport game, in which a coalition
/// pays for its largest member (Littlechild and Owen 1973, with a closed form for its Shapley values).
pub(crate) fn bench(criterion: &mut Criterion) {
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
