//! How cost grows with nodes, functions, samples and rows.

use std::hint::black_box;

use etiology::mechanism::AssignmentConfig;
use etiology::{AttributionConfig, FeatureMap, Result, ShapleyMethod, StructuralCausalModel};

use crate::cases::{Work, event};
use crate::random_models::{Kind, case, usual_edges};
use crate::{Spent, retail_shop, spent};

/// Prints lines of CSV: what grows, how much of it there is, and the milliseconds by the clock and of the processor.
pub(crate) fn print(runs: usize) -> Result<()> {
    println!("grows,amount,clock_ms,processor_ms");
    for nodes in [10, 30, 100, 300, 1_000] {
        line("nodes", nodes, runs, sampled(Kind::Mixed, nodes, 3_000)?)?;
    }
    // Of 200 nodes none, half or all but the first are functions that are not linear.
    for (functions, kind) in [(0, Kind::Linear), (100, Kind::Mixed), (200, Kind::NonLinear)] {
        line("functions", functions, runs, sampled(kind, 200, 3_000)?)?;
    }
    for samples in [300, 1_000, 3_000, 10_000, 30_000] {
        line("samples", samples, runs, sampled(Kind::Mixed, 100, samples)?)?;
    }
    for rows in [1_000, 10_000, 100_000, 1_000_000] {
        line("rows", rows, runs, fit(rows)?)?;
    }
    Ok(())
}

fn line(grows: &str, amount: usize, runs: usize, mut work: Work) -> Result<()> {
    let Spent { clock, processor } = spent(&mut work, runs)?;
    println!("{grows},{amount},{clock:.3},{processor:.3}");
    Ok(())
}

/// An event with 25 permutations.
fn sampled(kind: Kind, nodes: usize, samples: usize) -> Result<Work> {
    let config = AttributionConfig::default()
        .with_feature_map(FeatureMap::UpperTail)
        .with_samples(samples)
        .with_shapley_method(ShapleyMethod::Permutations(25));
    Ok(event(case(kind, nodes, usual_edges(nodes))?, config))
}

/// The shop with linear mechanisms, fitted to so many requests.
fn fit(rows: usize) -> Result<Work> {
    let normal = retail_shop::normal_requests(rows, 1)?;
    Ok(Box::new(move || {
        let model = StructuralCausalModel::new(retail_shop::causal_graph()?);
        black_box(model.assign_mechanisms_with(&normal, &AssignmentConfig::linear())?.fit(&normal)?);
        Ok(())
    }))
}
