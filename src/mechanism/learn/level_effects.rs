//! What each of many levels adds, shrunken towards the average: the best linear prediction of random effects.

use ndarray::{Array2, ArrayView1, ArrayView2};

use crate::data::place;
use crate::error::Result;
use crate::numeric::linalg::least_squares;

/// Rounds of fitting slopes and effects in turn, and the change, as a share of the spread of values, below which they stop.
const MOST_ROUNDS: usize = 50;
const SETTLED: f64 = 1e-7;

/// One category with many levels.
pub(super) struct Grouping {
    /// The level of every row.
    of_rows: Vec<usize>,
    /// How many rows each level has.
    counts: Vec<f64>,
}

impl Grouping {
    pub(super) fn new(codes: impl Iterator<Item = f64>, levels: usize) -> Self {
        let of_rows: Vec<usize> = codes.map(|code| place(code).min(levels - 1)).collect();
        let mut counts = vec![0.0; levels];
        of_rows.iter().for_each(|&level| counts[level] += 1.0);
        Self { of_rows, counts }
    }

    fn means(&self, values: &[f64]) -> Vec<f64> {
        let mut sums = vec![0.0; self.counts.len()];
        self.of_rows.iter().zip(values).for_each(|(&level, value)| sums[level] += value);
        sums.iter().zip(&self.counts).map(|(sum, &count)| if count > 0.0 { sum / count } else { 0.0 }).collect()
    }

    /// The values less the mean of their level.
    fn within(&self, values: &[f64]) -> Vec<f64> {
        let means = self.means(values);
        self.of_rows.iter().zip(values).map(|(&level, value)| value - means[level]).collect()
    }

    /// n/(n + σ²/τ²) of how far the mean of each level's n values is from that of all, σ² being the variance within levels and τ² that
    /// of what they add, both by the moments of an analysis of variance (Searle, Casella and McCulloch, *Variance Components*, 1992,
    /// section 3.6). Their average over the rows is 0.
    fn shrunken(&self, values: &[f64]) -> Vec<f64> {
        let rows = values.len() as f64;
        let present = self.counts.iter().filter(|&&count| count > 0.0).count() as f64;
        if present < 2.0 || rows <= present {
            return vec![0.0; self.counts.len()];
        }
        let (means, centre) = (self.means(values), values.iter().sum::<f64>() / rows);
        let within = self.within(values).iter().map(|value| value * value).sum::<f64>() / (rows - present);
        let pairs = || self.counts.iter().zip(&means);
        let between = pairs().map(|(count, mean)| count * (mean - centre).powi(2)).sum::<f64>() / (present - 1.0);
        let size = (rows - self.counts.iter().map(|count| count * count).sum::<f64>() / rows) / (present - 1.0);
        let variance = ((between - within) / size).max(0.0);
        let shrunken = |(&count, mean): (&f64, &f64)| match count * variance {
            0.0 => 0.0,
            part => (mean - centre) * part / (part + within),
        };
        let effects: Vec<f64> = pairs().map(shrunken).collect();
        let average = self.counts.iter().zip(&effects).map(|(count, effect)| count * effect).sum::<f64>() / rows;
        effects
            .iter()
            .zip(&self.counts)
            .map(|(effect, &count)| if count > 0.0 { effect - average } else { 0.0 })
            .collect()
    }

    pub(super) fn add_to(&self, factor: f64, effects: &[f64], values: &mut [f64]) {
        self.of_rows.iter().zip(values).for_each(|(&level, value)| *value += factor * effects[level]);
    }
}

/// For each grouping what its levels add to a weighted sum of the columns: slopes and effects are fitted in turn until neither moves,
/// beginning with the slopes within the levels of the first, which know nothing of what lies between them.
pub(super) fn level_effects(
    columns: ArrayView2<'_, f64>,
    values: ArrayView1<'_, f64>,
    groupings: &[Grouping],
) -> Result<Vec<Vec<f64>>> {
    let mut effects: Vec<Vec<f64>> = groupings.iter().map(|grouping| vec![0.0; grouping.counts.len()]).collect();
    let Some(first) = groupings.first() else { return Ok(effects) };
    let spread = values.std(0.0);
    let mut within = Array2::zeros(columns.raw_dim());
    for (mut column, original) in within.columns_mut().into_iter().zip(columns.columns()) {
        column.assign(&ArrayView1::from(&first.within(&original.to_vec())));
    }
    let values_within = first.within(&values.to_vec());
    let mut slopes = least_squares(within.view(), ArrayView1::from(&values_within), 0.0)?.coefficients;
    for _ in 0..MOST_ROUNDS {
        let mut rest = values.to_vec();
        for (column, slope) in columns.columns().into_iter().zip(&slopes) {
            rest.iter_mut().zip(column).for_each(|(rest, value)| *rest -= slope * value);
        }
        let mut moved = 0.0_f64;
        for (place, grouping) in groupings.iter().enumerate() {
            let mut own = rest.clone();
            for (other, effects) in effects.iter().enumerate().filter(|&(other, _)| other != place) {
                groupings[other].add_to(-1.0, effects, &mut own);
            }
            let new = grouping.shrunken(&own);
            moved = new.iter().zip(&effects[place]).fold(moved, |moved, (new, old)| moved.max((new - old).abs()));
            effects[place] = new;
        }
        if moved <= SETTLED * spread {
            break;
        }
        let mut left = values.to_vec();
        groupings.iter().zip(&effects).for_each(|(grouping, effects)| grouping.add_to(-1.0, effects, &mut left));
        slopes = least_squares(columns, ArrayView1::from(&left), 0.0)?.coefficients;
    }
    Ok(effects)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Between −½ and ½, without a pattern over the levels.
    fn jitter(row: usize) -> f64 {
        ((row * row * 31 + row * 7919) % 1009) as f64 / 1009.0 - 0.5
    }

    /// 40 levels of 10 rows that add sin(level), and a column that goes with the level.
    fn cases() -> (Array2<f64>, Vec<f64>, Vec<f64>) {
        let codes: Vec<f64> = (0..400).map(|row| f64::from(row % 40)).collect();
        let column: Vec<f64> = (0..400).map(|row| codes[row].sin() + (row as f64 * 1.3).cos()).collect();
        let noise = |row: usize| 0.6 * jitter(row);
        let values = (0..400).map(|row| 5.0 + 2.0 * column[row] + codes[row].sin() + noise(row)).collect();
        (Array2::from_shape_vec((400, 1), column).unwrap(), values, codes)
    }

    #[test]
    fn effects_are_not_mistaken_for_those_of_a_column_that_goes_with_them() {
        let (columns, values, codes) = cases();
        let groupings = [Grouping::new(codes.into_iter(), 40)];
        let effects = level_effects(columns.view(), ArrayView1::from(&values), &groupings).unwrap();
        for (level, effect) in effects[0].iter().enumerate() {
            assert!((effect - (level as f64).sin()).abs() < 0.25, "{level}: {effect}");
        }
    }

    #[test]
    fn levels_that_add_nothing_are_shrunken_to_next_to_nothing() {
        let codes = (0..400).map(|row| f64::from(row % 40));
        let values: Vec<f64> = (0..400).map(jitter).collect();
        let grouping = Grouping::new(codes, 40);
        let largest =
            grouping.shrunken(&values).into_iter().fold(0.0, |largest: f64, effect| largest.max(effect.abs()));
        let raw = grouping.means(&values).into_iter().fold(0.0, |largest: f64, mean| largest.max(mean.abs()));
        assert!(largest < 0.5 * raw, "{largest} of {raw}");
    }

    #[test]
    fn rare_levels_are_shrunken_more() {
        // Levels of 2 and of 50 rows, all with a mean of ± 1 and a variance of 1 within.
        let mut codes = Vec::new();
        let mut values = Vec::new();
        for level in 0..20_usize {
            for row in 0..if level < 10 { 2 } else { 50 } {
                codes.push(level as f64);
                let side = if level % 2 == 0 { 1.0 } else { -1.0 };
                values.push(side + if row % 2 == 0 { 1.0 } else { -1.0 });
            }
        }
        let effects = Grouping::new(codes.into_iter(), 20).shrunken(&values);
        assert!(effects[0] < 0.8 && effects[10] > 0.95, "{} {}", effects[0], effects[10]);
    }
}
