//! The systems that are asked about.

use etiology::mechanism::AssignmentConfig;
use etiology::{
    AdditiveNoiseModel, CausalGraph, Dataset, FittedModel, KnownFormula, NoiseDistribution, NoiseFamily, Result,
    StructuralCausalModel,
};

use crate::retail_shop;

/// The rows that each of the shop's models is fitted to.
const SHOP_ROWS: usize = 5_000;

/// A model before fitting, and the rows before and after.
pub(crate) type TwoTables = (StructuralCausalModel, [Dataset; 2]);

/// The shop with linear mechanisms and empirical noises, fitted to normal requests and to slow ones: all 11 mechanisms differ.
pub(crate) fn shops() -> Result<[FittedModel; 2]> {
    fitted_shops(|model, normal| model.assign_mechanisms_with(normal, &AssignmentConfig::linear()))
}

/// The same with normal noises.
pub(crate) fn normal_shops() -> Result<[FittedModel; 2]> {
    fitted_shops(|mut model, _| {
        let graph = model.graph().clone();
        for node in graph.nodes() {
            model = if graph.parents(node)?.is_empty() {
                model.with_mechanism(node, NoiseFamily::Normal)?
            } else {
                model.with_mechanism(node, AdditiveNoiseModel::linear().with_noise(NoiseFamily::Normal))?
            };
        }
        Ok(model)
    })
}

fn fitted_shops(
    with_mechanisms: impl Fn(StructuralCausalModel, &Dataset) -> Result<StructuralCausalModel>,
) -> Result<[FittedModel; 2]> {
    let normal = retail_shop::normal_requests(SHOP_ROWS, 1)?;
    let slow = retail_shop::slow_requests(SHOP_ROWS, 2)?;
    let model = with_mechanisms(StructuralCausalModel::new(retail_shop::causal_graph()?), &normal)?;
    Ok([model.fit(&normal)?, model.fit(&slow)?])
}

/// X → Y → Z, of which X moves by one standard deviation.
pub(crate) fn chain(rows: usize) -> Result<TwoTables> {
    let graph = CausalGraph::from_edges([("X", "Y"), ("Y", "Z")])?;
    let drawn = |centre: f64, seed: u64| {
        let from = |parent| {
            let noise = NoiseDistribution::normal(0.0, 0.5)?;
            Ok::<_, etiology::Error>(AdditiveNoiseModel::known(KnownFormula::sum([parent])).with_noise(noise))
        };
        StructuralCausalModel::new(graph.clone())
            .with_mechanism("X", NoiseDistribution::normal(centre, 1.0)?)?
            .with_mechanism("Y", from("X")?)?
            .with_mechanism("Z", from("Y")?)?
            .without_fitting()?
            .draw_samples(rows, seed)
    };
    let tables = [drawn(0.0, 1)?, drawn(1.0, 2)?];
    let model =
        StructuralCausalModel::new(graph.clone()).assign_mechanisms_with(&tables[0], &AssignmentConfig::linear())?;
    Ok((model, tables))
}

/// Z = X·Y of two normal nodes.
pub(crate) fn product() -> Result<FittedModel> {
    let product = KnownFormula::new(["X", "Y"], |values| values[0] * values[1]);
    let product = AdditiveNoiseModel::known(product).with_noise(NoiseDistribution::constant(0.0)?);
    StructuralCausalModel::new(CausalGraph::from_edges([("X", "Z"), ("Y", "Z")])?)
        .with_mechanism("X", NoiseDistribution::normal(2.0, 1.0)?)?
        .with_mechanism("Y", NoiseDistribution::normal(1.0, 1.0)?)?
        .with_mechanism("Z", product)?
        .without_fitting()
}
