//! Loops over columns that the compiler turns into vector instructions.

/// How many sums are kept side by side: one alone would wait for each addition to finish.
const LANES: usize = 8;

/// values += effect · (column − observed)
pub(super) fn add_deviation(values: &mut [f64], effect: f64, column: &[f64], observed: f64) {
    values.iter_mut().zip(column).for_each(|(value, drawn)| *value += effect * (drawn - observed));
}

/// values = start + effect · (column − observed)
pub(super) fn set_deviation(values: &mut [f64], start: f64, effect: f64, column: &[f64], observed: f64) {
    values.iter_mut().zip(column).for_each(|(value, drawn)| *value = start + effect * (drawn - observed));
}

/// values += effect · (new − old)
pub(super) fn add_change(values: &mut [f64], effect: f64, new: &[f64], old: &[f64]) {
    values.iter_mut().zip(new.iter().zip(old)).for_each(|(value, (new, old))| *value += effect * (new - old));
}

/// Whether no value is NaN or infinite.
pub(super) fn all_finite(values: &[f64]) -> bool {
    // Without an early exit, which would keep the compiler from looking at several values at once.
    values.iter().fold(true, |finite, value| finite & (value.abs() <= f64::MAX))
}

/// The largest size of a value.
pub(super) fn largest_size(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |largest, value| if value.abs() > largest { value.abs() } else { largest })
}

/// Σ (value − centre) and Σ (value − centre)²
pub(super) fn sums_of_deviations(values: &[f64], centre: f64) -> (f64, f64) {
    let (mut firsts, mut squares) = ([0.0; LANES], [0.0; LANES]);
    let mut add = |lane: usize, value: f64| {
        let deviation = value - centre;
        firsts[lane] += deviation;
        squares[lane] += deviation * deviation;
    };
    let (rows, rest) = values.as_chunks::<LANES>();
    rows.iter().for_each(|row| (0..LANES).for_each(|lane| add(lane, row[lane])));
    rest.iter().enumerate().for_each(|(lane, &value)| add(lane, value));
    (firsts.iter().sum(), squares.iter().sum())
}
