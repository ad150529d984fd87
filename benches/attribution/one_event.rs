//! One event of models of every size and kind.

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, SamplingMode};
use etiology::attribution::Estimator;
use etiology::{AttributionConfig, ShapleyMethod};

use crate::cases::{DOWHY_BUDGET, default_settings, dowhy_budget, time_event};
use crate::random_models::{self, Kind};

/// Beyond these, 2ⁿ coalitions are too many.
const EXACT_NODES: [usize; 2] = [5, 11];
const NODES: [usize; 5] = [5, 11, 20, 100, 1_000];
/// The cost grows with the square of the number of nodes that have to be evaluated one by one.
const NON_LINEAR_NODES: [usize; 5] = [5, 11, 20, 100, 200];

pub(crate) fn bench(criterion: &mut Criterion) {
    let exact = default_settings().with_shapley_method(ShapleyMethod::Exact);
    let permutations = dowhy_budget();
    let sampled = |config: &AttributionConfig| config.clone().with_estimator(Estimator::MonteCarlo);
    let mut group = criterion.benchmark_group("one_event");
    group.sampling_mode(SamplingMode::Flat);
    for kind in [Kind::Linear, Kind::Mixed, Kind::NonLinear] {
        EXACT_NODES.iter().for_each(|&nodes| time(&mut group, "exact", &exact, kind, nodes));
        let sizes = if kind == Kind::Linear { NODES } else { NON_LINEAR_NODES };
        sizes.iter().for_each(|&nodes| time(&mut group, DOWHY_BUDGET, &permutations, kind, nodes));
    }
    // Nothing is sampled of linear models unless that is asked for.
    EXACT_NODES.iter().for_each(|&nodes| time(&mut group, "exact_sampled", &sampled(&exact), Kind::Linear, nodes));
    let (name, permutations_sampled) = (format!("{DOWHY_BUDGET}_sampled"), sampled(&permutations));
    NODES.iter().for_each(|&nodes| time(&mut group, &name, &permutations_sampled, Kind::Linear, nodes));
    [5, 11, 16].iter().for_each(|&nodes| time(&mut group, "exact_closed_form", &exact, Kind::Normal, nodes));
    time(&mut group, "exact", &exact, Kind::Linear, 16);
    NODES.iter().for_each(|&nodes| time(&mut group, "25_permutations_closed_form", &permutations, Kind::Normal, nodes));
    group.finish();
}

fn time(
    group: &mut BenchmarkGroup<'_, WallTime>,
    settings: &str,
    config: &AttributionConfig,
    kind: Kind,
    nodes: usize,
) {
    let edges = random_models::usual_edges(nodes);
    let id = BenchmarkId::new(format!("{settings}/{}", name(kind)), format!("{nodes}_nodes_{edges}_edges"));
    // A hundred runs of a large model would take minutes.
    group.sample_size(if nodes < 100 { 20 } else { 10 });
    time_event(group, id, config, || random_models::case(kind, nodes, edges));
}

fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Linear => "linear",
        Kind::Normal => "normal",
        Kind::Mixed => "mixed",
        Kind::NonLinear => "non_linear",
    }
}
