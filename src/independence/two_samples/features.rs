//! What the columns that are given look like to regressions.

use crate::data::place;

/// Rows that each feature must have.
const ROWS_PER_FEATURE: usize = 10;
/// So many features are enough, however many the rows: regressions cost their square.
const MOST_FEATURES: usize = 40;
/// A level of fewer rows is not told apart from the others of few rows.
const ROWS_PER_LEVEL: usize = 10;
/// Where the slope of a column may change: these shares of the rows lie below.
const KNOTS: [f64; 3] = [0.25, 0.5, 0.75];

/// A column of numbers, or of codes of a category.
#[derive(Debug, Clone)]
pub(super) enum Given {
    Number(Vec<f64>),
    Category { codes: Vec<f64>, levels: usize },
}

/// The columns that are given, standardised, constant ones left out.
#[derive(Debug)]
pub(super) struct Columns {
    /// First the numbers, then a column of 0 and 1 for every level of a category but those of few rows.
    pub(super) all: Vec<Vec<f64>>,
    /// How many of them are numbers.
    pub(super) numbers: usize,
}

impl Columns {
    pub(super) fn new(given: &[Given]) -> Self {
        let number = |column: &Given| match column {
            Given::Number(values) => standardised(values),
            Given::Category { .. } => None,
        };
        let mut all: Vec<Vec<f64>> = given.iter().filter_map(number).collect();
        let numbers = all.len();
        for column in given {
            let Given::Category { codes, levels } = column else { continue };
            let indicators = (0..*levels).map(|level| indicator(codes, level));
            let repeated = indicators.filter(|indicator| indicator.iter().sum::<f64>() >= ROWS_PER_LEVEL as f64);
            all.extend(repeated.filter_map(|indicator| standardised(&indicator)));
        }
        Self { all, numbers }
    }

    /// Features beside the columns themselves, so many at most, kinds of features as a whole and in the order of what they are
    /// good for: squares and products; bends; distances of two columns, of which the larger of two consists.
    pub(super) fn curved(&self, most: usize) -> Vec<Vec<f64>> {
        let (all, numbers) = (&self.all, &self.all[..self.numbers]);
        let squares = numbers.iter().map(|column| combined(column, column, |a, b| a * b));
        let products = pairs(all).map(|(a, b)| combined(a, b, |a, b| a * b));
        let bends = numbers.iter().flat_map(|column| bends(column, &KNOTS));
        let distances = pairs(numbers).map(|(a, b)| combined(a, b, |a, b| (a - b).abs()));
        let counts = [numbers.len(), pairs(all).count(), KNOTS.len() * numbers.len(), pairs(numbers).count()];
        let kinds: [Box<dyn Iterator<Item = Vec<f64>> + '_>; 4] =
            [Box::new(squares), Box::new(products), Box::new(bends), Box::new(distances)];
        let mut features = Vec::new();
        for (count, kind) in counts.into_iter().zip(kinds) {
            if features.len() + count <= most {
                features.extend(kind);
            }
        }
        features
    }

    /// How many squares and products there are.
    pub(super) fn quadratic_terms(&self) -> usize {
        self.numbers + pairs(&self.all).count()
    }
}

fn pairs(columns: &[Vec<f64>]) -> impl Iterator<Item = (&Vec<f64>, &Vec<f64>)> {
    columns.iter().enumerate().flat_map(|(at, a)| columns[at + 1..].iter().map(move |b| (a, b)))
}

/// 1 where a code is that of a level, and 0 elsewhere.
pub(super) fn indicator(codes: &[f64], level: usize) -> Vec<f64> {
    codes.iter().map(|&code| f64::from(u8::from(place(code) == level))).collect()
}

/// How many features so many rows afford.
pub(super) fn affordable(rows: usize) -> usize {
    (rows / ROWS_PER_FEATURE).min(MOST_FEATURES)
}

/// max(0, x − knot), where these shares of the rows lie below the knots.
pub(super) fn bends(column: &[f64], shares: &[f64]) -> Vec<Vec<f64>> {
    let mut sorted = column.to_vec();
    sorted.sort_by(f64::total_cmp);
    let knot = |share: &f64| sorted[((share * sorted.len() as f64) as usize).min(sorted.len() - 1)];
    let bend = |knot: f64| column.iter().map(|value| (value - knot).max(0.0)).collect();
    shares.iter().map(|share| bend(knot(share))).collect()
}

/// The column with mean 0 and mean square 1; nothing where it is constant but for rounding.
fn standardised(values: &[f64]) -> Option<Vec<f64>> {
    let largest = values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    if largest == 0.0 {
        return None;
    }
    let rows = values.len() as f64;
    let mean = values.iter().map(|value| value / largest / rows).sum::<f64>();
    let deviations: Vec<f64> = values.iter().map(|value| value / largest - mean).collect();
    let size = (deviations.iter().map(|deviation| deviation * deviation).sum::<f64>() / rows).sqrt();
    (size > 1e-12).then(|| deviations.iter().map(|deviation| deviation / size).collect())
}

fn combined(a: &[f64], b: &[f64], of: impl Fn(f64, f64) -> f64) -> Vec<f64> {
    a.iter().zip(b).map(|(&a, &b)| of(a, b)).collect()
}
