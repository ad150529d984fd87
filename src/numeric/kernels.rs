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

/// factor · (column − centre), as a term of a sum.
#[derive(Clone, Copy)]
pub(crate) struct Deviation<'c> {
    pub(crate) factor: f64,
    pub(crate) column: &'c [f64],
    pub(crate) centre: f64,
}

/// Writes start + Σ terms, in the order of the terms: the same bits as one addition after another, with fewer ways through memory.
pub(crate) fn fill_with_sum(values: &mut [f64], start: f64, terms: &[Deviation<'_>]) {
    let (first, others) = terms.split_at(terms.len().min(2));
    match *first {
        [a, b] => {
            let rows = values.iter_mut().zip(a.column).zip(b.column);
            rows.for_each(|((value, &of_a), &of_b)| *value = start + a.at(of_a) + b.at(of_b));
        }
        [a] => values.iter_mut().zip(a.column).for_each(|(value, &of_a)| *value = start + a.at(of_a)),
        _ => values.fill(start),
    }
    for pair in others.chunks(2) {
        match *pair {
            [a, b] => {
                let rows = values.iter_mut().zip(a.column).zip(b.column);
                rows.for_each(|((value, &of_a), &of_b)| *value = *value + a.at(of_a) + b.at(of_b));
            }
            _ => pair.iter().for_each(|term| add_deviation(values, term.factor, term.column, term.centre)),
        }
    }
}

impl Deviation<'_> {
    #[inline]
    fn at(&self, value: f64) -> f64 {
        self.factor * (value - self.centre)
    }
}

/// Writes the largest of columns, row by row: the same bits as one comparison after another, with fewer ways through memory.
pub(crate) fn fill_largest(columns: &[&[f64]], largest: &mut [f64]) {
    let (first, others) = columns.split_at(columns.len().min(4));
    let of_two = |one: f64, other: f64| larger(larger(f64::NEG_INFINITY, one), other);
    match *first {
        [a, b, c, d] => {
            let rows = largest.iter_mut().zip(a).zip(b).zip(c).zip(d);
            rows.for_each(|((((most, &a), &b), &c), &d)| *most = larger(larger(of_two(a, b), c), d));
        }
        [a, b, c] => {
            let rows = largest.iter_mut().zip(a).zip(b).zip(c);
            rows.for_each(|(((most, &a), &b), &c)| *most = larger(of_two(a, b), c));
        }
        [a, b] => largest.iter_mut().zip(a).zip(b).for_each(|((most, &a), &b)| *most = of_two(a, b)),
        [a] => largest.iter_mut().zip(a).for_each(|(most, &a)| *most = larger(f64::NEG_INFINITY, a)),
        _ => largest.fill(f64::NEG_INFINITY),
    }
    for pair in others.chunks(2) {
        match *pair {
            [a, b] => {
                let rows = largest.iter_mut().zip(a).zip(b);
                rows.for_each(|((most, &a), &b)| *most = larger(larger(*most, a), b));
            }
            _ => pair.iter().for_each(|column| {
                largest.iter_mut().zip(*column).for_each(|(most, &value)| *most = larger(*most, value));
            }),
        }
    }
}

/// Whether no value is NaN or infinite.
pub(crate) fn all_finite(values: &[f64]) -> bool {
    all_within(values, f64::MAX)
}

/// Whether no value is NaN or larger than this in size.
pub(crate) fn all_within(values: &[f64], most: f64) -> bool {
    // Without an early exit, which would keep the compiler from looking at several values at once.
    values.iter().fold(true, |all, value| all & (value.abs() <= most))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_columns_at_once_have_the_bits_of_one_after_another() {
        let column = |number: usize| (0..37).map(move |row| ((number * 31 + row * 17) as f64).sin() * 1e3);
        let columns: Vec<Vec<f64>> = (0..9).map(|number| column(number).collect()).collect();
        for count in 0..columns.len() {
            let columns: Vec<&[f64]> = columns[..count].iter().map(Vec::as_slice).collect();
            let (mut expected, mut found) = (vec![f64::NEG_INFINITY; 37], vec![f64::NAN; 37]);
            for column in &columns {
                expected.iter_mut().zip(*column).for_each(|(most, &value)| *most = larger(*most, value));
            }
            fill_largest(&columns, &mut found);
            assert_eq!(found, expected, "{count} columns");
            let (mut expected, mut terms) = (vec![0.3; 37], Vec::new());
            for (number, &column) in columns.iter().enumerate() {
                // Every other term is a multiple.
                let (factor, centre) = (0.7 - number as f64, if number.is_multiple_of(2) { 0.0 } else { 0.1 });
                match number % 2 {
                    0 => add_multiple(&mut expected, factor, column),
                    _ => add_deviation(&mut expected, factor, column, centre),
                }
                terms.push(Deviation { factor, column, centre });
            }
            fill_with_sum(&mut found, 0.3, &terms);
            assert_eq!(found, expected, "{count} terms");
        }
    }
}
