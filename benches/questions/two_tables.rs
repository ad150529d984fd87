//! What is asked of two tables without a fitted model.

use std::hint::black_box;

use criterion::{Criterion, SamplingMode};
use etiology::independence::{Sample, two_sample_test};
use etiology::robust_change::{RobustChangeConfig, RobustErrors, robust_change};
use ndarray::Axis;

use crate::must::must;
use crate::systems;

const MANY_ROWS: usize = 100_000;

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("two_tables");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);

    for rows in [300, MANY_ROWS] {
        let (_, tables) = must(systems::chain(rows));
        let column = |table: usize, name: &str| must(tables[table].column(name)).to_owned();
        let [values, given] = ["Y", "X"].map(|name| [0, 1].map(|table| column(table, name)));
        let sample =
            |table: usize| Sample { values: values[table].view(), given: given[table].view().insert_axis(Axis(1)) };
        must(two_sample_test(sample(0), sample(1), &[0, 0]));
        group.bench_function(format!("mechanism_test_of_one_node/{rows}_rows_a_side"), |bencher| {
            bencher.iter(|| two_sample_test(black_box(sample(0)), sample(1), &[0, 0]));
        });
    }

    let (model, [old, new]) = must(systems::chain(300));
    for (name, errors) in [("jackknife", RobustErrors::default()), ("scores", RobustErrors::Scores)] {
        let config = RobustChangeConfig::default().with_errors(errors);
        must(robust_change(model.graph(), &old, &new, "Z", &config));
        group.bench_function(format!("robust_change_of_3_nodes_300_rows_a_side/{name}"), |bencher| {
            bencher.iter(|| robust_change(model.graph(), black_box(&old), &new, "Z", &config));
        });
    }
    group.finish();
}
