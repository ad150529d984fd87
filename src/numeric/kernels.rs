//! Loops over columns that the compiler turns into vector instructions.

/// How many partial sums one loop keeps: a single one would wait for each addition to finish, and the compiler may not
/// reorder floating-point additions by itself.
pub(crate) const LANES: usize = 8;

/// The deviations factor · (column − centre) of a column from one value.
pub(crate) fn deviations(factor: f64, column: &[f64], centre: f64) -> Vec<f64> {
    column.iter().map(|value| factor * (value - centre)).collect()
}

/// The larger of two numbers, the first if the other is `NaN`: one instruction for several numbers, where `f64::max` takes four.
#[inline]
pub(crate) fn larger(one: f64, other: f64) -> f64 {
    if other > one { other } else { one }
}

/// values += factor · column
pub(crate) fn add_multiple(values: &mut [f64], factor: f64, column: &[f64]) {
    let pairs = values.iter_mut().zip(column);
    // Most factors are these: callers have multiplied their columns by all others.
    if factor == 1.0 {
        pairs.for_each(|(value, term)| *value += term);
    } else if factor == -1.0 {
        pairs.for_each(|(value, term)| *value -= term);
    } else {
        pairs.for_each(|(value, term)| *value += factor * term);
    }
}

/// values += sign · column, with 1 or −1 as the sign; returns how many values are at least `upper` then.
pub(crate) fn add_and_count(values: &mut [f64], sign: f64, column: &[f64], upper: f64) -> u64 {
    let pairs = values.iter_mut().zip(column);
    let counted = |value: &mut f64, changed: f64| {
        *value = changed;
        u64::from(changed >= upper)
    };
    if sign > 0.0 {
        pairs.map(|(value, term)| counted(value, *value + term)).sum()
    } else {
        pairs.map(|(value, term)| counted(value, *value - term)).sum()
    }
}

/// values += factor · (column − centre)
pub(crate) fn add_deviation(values: &mut [f64], factor: f64, column: &[f64], centre: f64) {
    values.iter_mut().zip(column).for_each(|(value, term)| *value += factor * (term - centre));
}

/// values += factor · (new − old)
pub(crate) fn add_change(values: &mut [f64], factor: f64, new: &[f64], old: &[f64]) {
    values.iter_mut().zip(new.iter().zip(old)).for_each(|(value, (new, old))| *value += factor * (new - old));
}

/// Whether no value is NaN or infinite.
pub(crate) fn all_finite(values: &[f64]) -> bool {
    // Without an early exit, which would keep the compiler from looking at several values at once.
    values.iter().fold(true, |finite, value| finite & (value.abs() <= f64::MAX))
}

/// The largest size of a value.
pub(crate) fn largest_size(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |largest, value| if value.abs() > largest { value.abs() } else { largest })
}

/// The smallest and the largest value.
pub(crate) fn extremes(values: &[f64]) -> (f64, f64) {
    let (mut lows, mut highs) = ([f64::INFINITY; LANES], [f64::NEG_INFINITY; LANES]);
    let (rows, rest) = values.as_chunks::<LANES>();
    for row in rows {
        for lane in 0..LANES {
            lows[lane] = if row[lane] < lows[lane] { row[lane] } else { lows[lane] };
            highs[lane] = if row[lane] > highs[lane] { row[lane] } else { highs[lane] };
        }
    }
    let (low, high) = (lows.iter().chain(rest).copied(), highs.iter().chain(rest).copied());
    (low.fold(f64::INFINITY, f64::min), high.fold(f64::NEG_INFINITY, f64::max))
}

/// Σ (value − centre) and Σ (value − centre)²
pub(crate) fn sums_of_deviations(values: &[f64], centre: f64) -> (f64, f64) {
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

/// Σᵢ aᵢ·bᵢ of columns of equal length, in an order that only the length determines.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a_blocks, a_rest) = a.as_chunks::<LANES>();
    let (b_blocks, b_rest) = b.as_chunks::<LANES>();
    let mut partial = [0.0; LANES];
    for (a, b) in a_blocks.iter().zip(b_blocks) {
        for lane in 0..LANES {
            partial[lane] += a[lane] * b[lane];
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    partial.iter().sum::<f64>() + rest
}

/// Σᵢ aᵢ, in an order that only the length determines.
pub(crate) fn sum(a: &[f64]) -> f64 {
    let (blocks, rest) = a.as_chunks::<LANES>();
    let mut partial = [0.0; LANES];
    for block in blocks {
        for lane in 0..LANES {
            partial[lane] += block[lane];
        }
    }
    partial.iter().sum::<f64>() + rest.iter().sum::<f64>()
}
