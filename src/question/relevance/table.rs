//! Relevance for any function of the columns of a table.

use super::config::RelevanceConfig;
use super::result::{Relevance, RelevanceQuantity};
use crate::data::{Dataset, Observation};
use crate::error::{Error, Result};
use crate::question::integrals::{
    Estimate, Joined, Net, PointGame, REPLICATES, over_groups, over_replicates, points_of,
};

/// How much each column of a table matters for a function of its rows, on average: v(S) = −E_x Var_x'(f(x_S, x'_−S) − f(x)), where x and
/// x' are rows of the table that are drawn independently of each other.
///
/// The function gets the values of a row in the order of the columns, and may be any model's prediction. The values that it is asked for
/// are mixtures of rows, such as the table may not have: what it says there counts. Contributions sum to the variance of the function over
/// the table (1/n). Errors are those of drawing rows, not of the table itself as a sample. Source: Janzing, Minorics and Blöbaum, *Feature
/// relevance quantification in explainable AI: a causal problem*, AISTATS 2020, [arXiv:1910.13413](https://arxiv.org/abs/1910.13413).
///
/// # Errors
/// When a column has text, or values that are missing or infinite; when the configuration is invalid; or when the function returns NaN
/// or an infinity.
///
/// ```
/// use etiology::Dataset;
/// use etiology::relevance::{RelevanceConfig, feature_relevance};
///
/// let rows = Dataset::from_columns([("load", [1.0, 2.0, 3.0, 4.0]), ("noise", [0.0, 1.0, 1.0, 0.0])])?;
/// let found = feature_relevance(|row| 2.0 * row[0], &rows, &RelevanceConfig::default())?;
/// assert!((found.contribution("load").unwrap().value - 5.0).abs() < 0.1);
/// assert_eq!(found.contribution("noise").unwrap().value, 0.0);
/// # Ok::<(), etiology::Error>(())
/// ```
#[doc(alias = "feature_relevance_distribution")]
pub fn feature_relevance(
    function: impl Fn(&[f64]) -> f64 + Send + Sync,
    rows: &Dataset,
    config: &RelevanceConfig,
) -> Result<Relevance> {
    config.check()?;
    let columns = finite_columns(rows)?;
    let points = points_of(config.samples);
    let game = PointGame { players: columns.len(), exact_players: config.exact_players };
    let mut figures = over_replicates(|replicate| {
        let net = Net { seed: config.seed, replicate, points };
        let sets: Vec<Vec<Vec<f64>>> = (0..3)
            .map(|set| {
                let drawn = net.rows(set, rows.rows());
                columns.iter().map(|column| drawn.iter().map(|&row| column[row]).collect()).collect()
            })
            .collect();
        let mut inputs = sets[0].clone();
        let mut outputs = [vec![0.0; points], vec![0.0; points]];
        let mut values = game.values(net, |joined, out| {
            for (output, drawn) in outputs.iter_mut().zip(&sets[1..]) {
                select(joined, &sets[0], drawn, &mut inputs);
                evaluate(&function, &inputs, output)?;
            }
            let pairs = outputs[0].iter().zip(&outputs[1]);
            out.iter_mut().zip(pairs).for_each(|(out, (one, other))| *out = -0.5 * (one - other).powi(2));
            Ok(())
        })?;
        values.push(values.iter().sum());
        Ok(values)
    })?;
    let total = figures.pop().unwrap_or_default();
    Ok(relevance(rows, RelevanceQuantity::Variance, figures, total, config).over(REPLICATES * points))
}

/// How much each feature does for a function's value in one row: v(S) = E f(x_S, X'_−S), the mean over the rows of `background` of the
/// function where the features of S are those of the row. Contributions sum to the function of the row less its mean over the background.
///
/// The function gets the values of a row in the order of the columns of `background`, of which `row` must have all. With up to
/// [`exact_players`](RelevanceConfig::exact_players) columns the means are over all rows and coalitions, exact; the errors say how far the
/// background is itself a sample of what is usual. Costs rows · 2ⁿ calls of the function, and some 4n·rows where there are more columns.
/// Source: as of [`feature_relevance`].
///
/// # Errors
/// When a column has text, or values that are missing or infinite, or the row lacks one; when the background has fewer than 2 rows; when the
/// configuration is invalid; or when the function returns NaN or an infinity.
///
/// ```
/// use etiology::relevance::{RelevanceConfig, feature_relevance_of_row};
/// use etiology::{Dataset, Observation};
///
/// let background = Dataset::from_columns([("price", [1.0, 2.0, 3.0]), ("quantity", [4.0, 5.0, 9.0])])?;
/// let row = Observation::from_pairs([("price", 4.0), ("quantity", 6.0)])?;
/// let config = RelevanceConfig::default();
/// let found = feature_relevance_of_row(|row| row[0] * row[1], &background, &row, &config)?;
/// // 4·6 less the mean of 1·4, 2·5 and 3·9.
/// assert!((found.total - (24.0 - 41.0 / 3.0)).abs() < 1e-12);
/// # Ok::<(), etiology::Error>(())
/// ```
#[doc(alias = "feature_relevance_sample")]
pub fn feature_relevance_of_row(
    function: impl Fn(&[f64]) -> f64 + Send + Sync,
    background: &Dataset,
    row: &Observation,
    config: &RelevanceConfig,
) -> Result<Relevance> {
    config.check()?;
    let columns = finite_columns(background)?;
    let given = background.names().iter().map(|name| row.finite(name)).collect::<Result<Vec<f64>>>()?;
    let rows = background.rows();
    if rows < 2 {
        return Err(Error::TooFewRows { what: "the background of a relevance".to_owned(), needed: 2, found: rows });
    }
    let groups = REPLICATES.min(rows);
    let sizes: Vec<usize> = (0..groups).map(|group| (rows - group).div_ceil(groups)).collect();
    let game = PointGame { players: columns.len(), exact_players: config.exact_players };
    let mut figures = over_groups(&sizes, |group| {
        let net = Net { seed: config.seed, replicate: group, points: sizes[group] };
        let of_group = |column: &Vec<f64>| column.iter().copied().skip(group).step_by(groups).collect::<Vec<f64>>();
        let drawn: Vec<Vec<f64>> = columns.iter().map(of_group).collect();
        let as_given: Vec<Vec<f64>> = given.iter().map(|&value| vec![value; net.points]).collect();
        let mut inputs = drawn.clone();
        let mut values = game.values(net, |joined, out| {
            select(joined, &as_given, &drawn, &mut inputs);
            evaluate(&function, &inputs, out)
        })?;
        values.push(values.iter().sum());
        Ok(values)
    })?;
    let total = figures.pop().unwrap_or_default();
    Ok(relevance(background, RelevanceQuantity::Deviation, figures, total, config).over(rows))
}

/// # Errors
/// When there are no columns, or not all their values are finite numbers.
fn finite_columns(rows: &Dataset) -> Result<Vec<Vec<f64>>> {
    if rows.names().is_empty() || rows.rows() == 0 {
        return Err(Error::Empty { what: "the table of features".to_owned(), expected: "row with a column" });
    }
    rows.names().iter().map(|name| Ok(rows.finite_column(name)?.to_vec())).collect()
}

fn select(joined: &Joined<'_>, given: &[Vec<f64>], drawn: &[Vec<f64>], inputs: &mut [Vec<f64>]) {
    for (player, input) in inputs.iter_mut().enumerate() {
        joined.select(player, &given[player], &drawn[player], input);
    }
}

fn evaluate(function: &impl Fn(&[f64]) -> f64, inputs: &[Vec<f64>], out: &mut [f64]) -> Result<()> {
    let mut features = vec![0.0; inputs.len()];
    for (point, out) in out.iter_mut().enumerate() {
        features.iter_mut().zip(inputs).for_each(|(feature, input)| *feature = input[point]);
        *out = function(&features);
        if !out.is_finite() {
            let what = format!("the function at the features {features:?}");
            return Err(Error::NonFiniteValue { what, found: *out });
        }
    }
    Ok(())
}

fn relevance(
    rows: &Dataset,
    quantity: RelevanceQuantity,
    figures: Vec<Estimate>,
    total: Estimate,
    config: &RelevanceConfig,
) -> Relevance {
    Relevance::new(None, quantity, rows.names().iter().cloned().zip(figures).collect(), total, config.seed)
}
