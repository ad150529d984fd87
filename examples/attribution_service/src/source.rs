//! Where the model comes from.

use etiology::mechanism::AssignmentConfig;
use etiology::{CausalGraph, Dataset, Error, FittedModel, StructuralCausalModel};
use rayon::ThreadPoolBuilder;

use crate::arguments::Arguments;
use crate::retail_shop;

/// Rows and seed of the generated shop.
const SHOP: (usize, u64) = (1_000, 1);

/// Loads or fits the model, on as many threads as will compute later.
pub(crate) fn model(arguments: &Arguments) -> Result<FittedModel, String> {
    let pool = ThreadPoolBuilder::new().num_threads(arguments.threads()).build();
    let pool = pool.map_err(|error| format!("cannot start threads: {error}"))?;
    pool.install(|| load_or_fit(arguments)).map_err(|error| error.to_string())
}

fn load_or_fit(arguments: &Arguments) -> Result<FittedModel, Error> {
    if let Some(saved) = &arguments.model {
        return FittedModel::load(saved);
    }
    let (graph, normal) = match (&arguments.normal, &arguments.calls) {
        (Some(normal), Some(calls)) => (CausalGraph::from_call_graph_csv_path(calls)?, Dataset::from_csv_path(normal)?),
        _ => (retail_shop::causal_graph()?, retail_shop::normal_requests(SHOP.0, SHOP.1)?),
    };
    let config = if arguments.linear { AssignmentConfig::linear() } else { AssignmentConfig::default() };
    StructuralCausalModel::new(graph).assign_mechanisms_with(&normal, &config)?.fit(&normal)
}
