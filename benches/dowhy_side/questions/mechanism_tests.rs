//! Pairs of tables in which a mechanism changed or did not, and what the test says of them.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::Instant;

use etiology::Dataset;
use etiology::independence::{Sample, two_sample_test};
use ndarray::{Array1, Array2, Axis, Slice};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, StandardNormal};
use serde_json::{Map, Value, json};

const ROWS: usize = 300;

/// The name of a change, and a row [x, w, y] before it or after.
type Change = (&'static str, fn(&mut ChaCha8Rng, bool) -> [f64; 3]);

/// Y = X + N and what becomes of it, in the sizes of `docs/method.md`. W is a parent of Y in the last alone, but a column in all.
const CHANGES: [Change; 7] = [
    ("none", |random, _| row(random, |x, _, noise| x + noise)),
    ("none, X moved", |random, is_new| {
        let [x, w, y] = row(random, |x, _, noise| x + noise);
        let by = if is_new { 1.0 } else { 0.0 };
        [x + by, w, y + by]
    }),
    ("shift", |random, is_new| row(random, |x, _, noise| x + noise + if is_new { 0.3 } else { 0.0 })),
    ("slope", |random, is_new| row(random, |x, _, noise| if is_new { 1.3 } else { 1.0 } * x + noise)),
    ("spread", |random, is_new| row(random, |x, _, noise| x + if is_new { 1.3 } else { 1.0 } * noise)),
    ("shape", |random, is_new| {
        let exponential = -(1.0 - random.random::<f64>()).ln() - 1.0;
        row(random, |x, _, noise| x + if is_new { exponential } else { noise })
    }),
    ("new parent", |random, is_new| row(random, |x, w, noise| x + if is_new { 0.3 } else { 0.0 } * w + noise)),
];

fn row(random: &mut ChaCha8Rng, value: impl Fn(f64, f64, f64) -> f64) -> [f64; 3] {
    let [x, w, noise]: [f64; 3] = std::array::from_fn(|_| StandardNormal.sample(random));
    [x, w, value(x, w, noise)]
}

/// The parents that are tested with.
fn parents(change: &str) -> &'static [&'static str] {
    if change == "new parent" { &["X", "W"] } else { &["X"] }
}

/// A file for each change, with so many pairs of tables one below the other: 300 rows before and 300 after.
pub(super) fn write(folder: &Path, data_sets: usize) -> Result<String, Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    let mut listed = Vec::new();
    for (number, (name, draw)) in CHANGES.into_iter().enumerate() {
        let mut random = ChaCha8Rng::seed_from_u64(1_000 + number as u64);
        let pairs = (0..data_sets).flat_map(|_| [false, true]).flat_map(|is_new| [is_new; ROWS]);
        let rows: Vec<[f64; 3]> = pairs.map(|is_new| draw(&mut random, is_new)).collect();
        let column = |place: usize| rows.iter().map(|row| row[place]).collect::<Vec<f64>>();
        let table = Dataset::from_columns([("X", column(0)), ("W", column(1)), ("Y", column(2))])?;
        let file = format!("{number}.csv");
        fs::write(folder.join(&file), table.to_csv())?;
        listed.push(json!({ "name": name, "file": file, "parents": parents(name), "rows": ROWS }));
    }
    fs::write(folder.join("changes.json"), Value::from(listed).to_string())?;
    Ok(format!("wrote a file for each of {} changes into {}", CHANGES.len(), folder.display()))
}

/// One object: `{"name of a change": {"p_values": [one for each pair], "seconds": median}, ...}`.
pub(super) fn p_values(folder: &Path) -> Result<Value, Box<dyn Error>> {
    let mut found = Map::new();
    for (number, (name, _)) in CHANGES.into_iter().enumerate() {
        let table = Dataset::from_csv_path(folder.join(format!("{number}.csv")))?;
        let given: Vec<_> = parents(name).iter().map(|&parent| table.column(parent)).collect::<Result<_, _>>()?;
        let given = Array2::from_shape_fn((table.rows(), given.len()), |(row, column)| given[column][row]);
        let values: Array1<f64> = table.column("Y")?.iter().copied().collect();
        let levels = vec![0; given.ncols() + 1];
        let (mut p_values, mut times) = (Vec::new(), Vec::new());
        for first in (0..values.len()).step_by(2 * ROWS) {
            let sample = |first: usize| {
                let rows = Slice::from(first..first + ROWS);
                Sample { values: values.slice_axis(Axis(0), rows), given: given.slice_axis(Axis(0), rows) }
            };
            let start = Instant::now();
            p_values.push(two_sample_test(sample(first), sample(first + ROWS), &levels)?.p_value);
            times.push(start.elapsed().as_secs_f64());
        }
        found.insert(name.to_owned(), json!({ "p_values": p_values, "seconds": crate::measure::median(times) }));
    }
    Ok(found.into())
}
