//! The side of Rust in `overhead.py`, which measures what a question costs more in Python.
//!
//! Its arguments are a saved model, a table of events and a target. It says the number of its process, then answers lines `ROWS REPEATS` by the median of the seconds that `REPEATS`
//! attributions of the first `ROWS` events took, and by the bits of what they found, so that both sides are seen to answer the same question.

use std::error::Error;
use std::hint::black_box;
use std::io::{BufRead, Write};
use std::time::Instant;

use etiology::data::{EventColumn, EventColumns};
use etiology::{AttributionConfig, Dataset, FeatureMap, FittedModel};

/// The configuration of `gcm.attribute_anomalies` as it is called without options.
fn config() -> AttributionConfig {
    AttributionConfig::default().with_feature_map(FeatureMap::TwoSidedQuantile).with_samples(3000).with_seed(0)
}

fn median(mut seconds: Vec<f64>) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds[seconds.len() / 2]
}

fn main() -> Result<(), Box<dyn Error>> {
    // Cargo adds `--bench`.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [model, events, target] = arguments.as_slice() else {
        return Err("give a model, a table of events and a target; `overhead.py` does".into());
    };
    let (model, events) = (FittedModel::load(model)?, Dataset::from_csv_path(events)?);
    let attributor = model.attributor(target, config())?;
    println!("{}", std::process::id());
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (rows, repeats) = line.split_once(' ').ok_or("expected ROWS and REPEATS")?;
        let (rows, repeats): (usize, usize) = (rows.parse()?, repeats.parse()?);
        let mut columns = Vec::new();
        for name in events.names() {
            let column = events.column(name)?.to_slice().ok_or("a column is not contiguous")?;
            columns.push((name.as_str(), EventColumn::Numbers(&column[..rows])));
        }
        let columns = EventColumns::new(columns)?;
        let mut seconds = Vec::with_capacity(repeats);
        for _ in 0..repeats {
            let start = Instant::now();
            black_box(attributor.attribute_columns(black_box(&columns))?);
            seconds.push(start.elapsed().as_secs_f64());
        }
        let found = attributor.attribute_columns(&columns)?;
        let bits = found.nodes().iter().filter_map(|node| found.contributions(node)).flatten();
        let bits = bits.fold(0_u64, |bits, value| bits.rotate_left(1) ^ value.to_bits());
        println!("{} {bits:016x}", median(seconds));
        std::io::stdout().flush()?;
    }
    Ok(())
}
