//! Fits to more rows than memory: against the library's own fits, in any split, through any format, and what is refused.

mod fits;
mod refused;
mod states;

use etiology::Dataset;
use etiology::mergeable::{FitAccumulator, FitAccumulatorConfig, RowKeys};
use etiology::{Result, StructuralCausalModel};

/// Room for far fewer rows than the tables here have.
fn small() -> FitAccumulatorConfig {
    FitAccumulatorConfig::default().with_sample_rows(500)
}

/// An accumulator of the rows of a table that these are the places of, in batches of this many; the key of a row is its place.
fn accumulated(
    model: &StructuralCausalModel,
    config: &FitAccumulatorConfig,
    data: &Dataset,
    rows: &[usize],
    batch: usize,
) -> Result<FitAccumulator> {
    let mut accumulator = FitAccumulator::new(model, config.clone())?;
    for rows in rows.chunks(batch) {
        let keys: Vec<u64> = rows.iter().map(|&row| row as u64).collect();
        let names: Vec<&str> = data.names().iter().map(String::as_str).collect();
        let values = data.values();
        let columns: Vec<Vec<f64>> =
            (0..names.len()).map(|column| rows.iter().map(|&row| values[[row, column]]).collect()).collect();
        let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        accumulator.add_columns(RowKeys::Numbers(&keys), &names, &columns)?;
    }
    Ok(accumulator)
}

/// An accumulator of a whole table, in batches.
fn of_table(model: &StructuralCausalModel, config: &FitAccumulatorConfig, data: &Dataset) -> Result<FitAccumulator> {
    accumulated(model, config, data, &(0..data.rows()).collect::<Vec<_>>(), 777)
}
