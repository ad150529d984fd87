//! Where the model comes from.

use etiology::data::TimeColumn;
use etiology::mechanism::AssignmentConfig;
use etiology::report::visible_name;
use etiology::tables::{CsvFormat, Table, TableReport};
use etiology::{CausalGraph, Dataset, Error, FittedModel, StructuralCausalModel};
use rayon::ThreadPoolBuilder;

use crate::arguments::Arguments;
use crate::retail_shop;

/// Rows and seed of the generated shop.
const SHOP: (usize, u64) = (1_000, 1);

/// A model, and how the table that it was fitted to was read, if it was one.
pub(crate) type Fitted = (FittedModel, Option<TableReport>);

/// Loads or fits the model, on as many threads as will compute later.
pub(crate) fn model(arguments: &Arguments) -> Result<Fitted, String> {
    let pool = ThreadPoolBuilder::new().num_threads(arguments.threads()).build();
    let pool = pool.map_err(|error| format!("cannot start threads: {error}"))?;
    pool.install(|| load_or_fit(arguments)).map_err(|error| error.to_string())
}

fn load_or_fit(arguments: &Arguments) -> Result<Fitted, Error> {
    if let Some(saved) = &arguments.model {
        return Ok((FittedModel::load(saved)?, None));
    }
    let (graph, normal, report) = match (&arguments.normal, &arguments.calls) {
        (Some(normal), Some(calls)) => {
            let graph = CausalGraph::from_call_graph_csv_path(calls)?;
            let format = CsvFormat::default().with_needed(graph.nodes()).with_time(TimeColumn::Detect);
            let Table { data, report, .. } = format.read_path(normal)?;
            if !report.is_clean() {
                eprintln!("{}: {report}", normal.display());
            }
            (restricted(&graph, &data)?, data, Some(report))
        }
        _ => (retail_shop::causal_graph()?, retail_shop::normal_requests(SHOP.0, SHOP.1)?, None),
    };
    let config = if arguments.linear { AssignmentConfig::linear() } else { AssignmentConfig::default() };
    let model = StructuralCausalModel::new(graph).assign_mechanisms_with(&normal, &config)?.fit(&normal)?;
    Ok((model, report))
}

/// The graph without the nodes that no question can be answered about, as the data tells nothing of them.
fn restricted(graph: &CausalGraph, normal: &Dataset) -> Result<CausalGraph, Error> {
    let (rest, repair) = graph.restricted_to(normal)?;
    for removed in &repair.removed {
        let (node, reason) = (visible_name(&removed.node), &removed.reason);
        eprintln!("`{node}` is passed over, as {reason}: its effects are taken for those of its causes");
    }
    for (first, second) in &repair.unmeasured_causes {
        let (first, second) = (visible_name(first), visible_name(second));
        eprintln!("`{first}` and `{second}` now have a cause in common that nobody measures");
    }
    Ok(rest)
}

#[cfg(test)]
pub(crate) mod tests {
    use etiology::{AdditiveNoiseModel, KnownFormula, NoiseDistribution};

    use super::*;

    /// A model without data: `api` takes as long as `db`, and some more.
    pub(crate) fn chain() -> FittedModel {
        let own_time = NoiseDistribution::normal(0.05, 0.01).unwrap();
        let sum = AdditiveNoiseModel::known(KnownFormula::sum(["db"])).with_noise(own_time);
        let graph = CausalGraph::from_edges([("db", "api")]).unwrap();
        let of_db = NoiseDistribution::normal(0.1, 0.02).unwrap();
        let model = StructuralCausalModel::new(graph).with_mechanism("db", of_db).unwrap();
        model.with_mechanism("api", sum).unwrap().without_fitting().unwrap()
    }
}
