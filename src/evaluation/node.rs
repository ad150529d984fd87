//! The figures of one node in an evaluation.

use rand::RngExt;
use rand::seq::index;

use super::category::ClassScores;
use super::columns::{Columns, ROUNDING, select};
use super::config::EvaluationConfig;
use super::result::{AbsentFigure, Calibration, NodeEvaluation, NoiseDrift, NoiseIndependence};
use crate::error::Result;
use crate::independence::test_columns;
use crate::model::FittedModel;
use crate::noise::NoiseDistribution;
use crate::numeric::crps::EqualValues;
use crate::numeric::kolmogorov_smirnov::{kolmogorov_smirnov_distance, kolmogorov_smirnov_p_value, two_sample_size};
use crate::numeric::ranks::ranks;
use crate::random::{Purpose, stream};

/// How many equally probable quantiles stand in for an added noise that is not a list of values anyway.
const ADDED_QUANTILES: usize = 1024;
/// How many quantiles stand in for a noise that is not merely added: the mechanism is evaluated at each of them, for every row.
const EVALUATED_QUANTILES: usize = 256;

/// A node, and the rows that have its value, its parents and its noise.
pub(super) struct NodeRows<'a> {
    model: &'a FittedModel,
    columns: &'a Columns,
    position: usize,
    rows: Vec<usize>,
    values: Vec<f64>,
    noises: Vec<f64>,
}

impl<'a> NodeRows<'a> {
    pub(super) fn new(model: &'a FittedModel, columns: &'a Columns, position: usize) -> Self {
        let rows = columns.rows(position);
        let (values, noises) = (select(&columns.values[position], &rows), select(&columns.noises[position], &rows));
        Self { model, columns, position, rows, values, noises }
    }

    /// All figures of the node, with p-values that are not adjusted for several tests yet.
    pub(super) fn evaluate(&self, config: &EvaluationConfig, permutations: usize) -> Result<NodeEvaluation> {
        let mut absent = Vec::new();
        let mut evaluation = NodeEvaluation {
            node: self.model.graph().name(self.position).to_owned(),
            rows: self.rows.len(),
            rows_without_noise: self.columns.without_noise[self.position],
            r_squared: None,
            crps: None,
            crps_ratio: None,
            calibration: None,
            drift: None,
            independence: None,
            absent: Vec::new(),
        };
        if self.rows.len() < config.fewest_rows {
            let reason = format!("{} complete rows, {} are needed", self.rows.len(), config.fewest_rows);
            evaluation.absent.push(AbsentFigure { figure: "all figures".to_owned(), reason });
            return Ok(evaluation);
        }
        let classes = ClassScores::of(self.model, self.columns, self.position, &self.rows);
        let is_category = classes.is_some();
        if let Some(scores) = classes {
            let ratio = |other: f64| if other > 0.0 { Ok(scores.own / other) } else { Err("the node does not vary") };
            if !self.is_root() {
                evaluation.r_squared = keep(ratio(scores.of_rows).map(|ratio| 1.0 - ratio), "R²", &mut absent);
            }
            evaluation.crps = Some(scores.own);
            evaluation.crps_ratio = keep(ratio(scores.marginal), "CRPS ratio", &mut absent);
        } else if let Some(prediction) = keep(self.prediction(), "R² and CRPS", &mut absent) {
            if !self.is_root() {
                evaluation.r_squared = keep(prediction.r_squared(&self.values), "R²", &mut absent);
            }
            evaluation.crps = keep(finite(prediction.crps), "CRPS", &mut absent);
            evaluation.crps_ratio = keep(self.crps_ratio(prediction.crps), "CRPS ratio", &mut absent);
        }
        if self.is_flat_in_the_model() {
            absent.push(because("calibration and drift", "the model's noise is constant"));
        } else {
            evaluation.calibration = Some(self.calibration(config.seed));
            let drift = if is_category { Err("classes have no mean") } else { self.drift() };
            evaluation.drift = keep(drift, "drift", &mut absent);
        }
        if !self.is_root() {
            evaluation.independence = keep(self.independence(config, permutations)?, "independence", &mut absent);
        }
        evaluation.absent = absent;
        Ok(evaluation)
    }

    /// How far the noise goes from the only value that the model gives it, if it has only one and does.
    pub(super) fn departure_from_constant(&self) -> Option<f64> {
        let noise = self.noise();
        let largest = self.noises.iter().map(|value| (value - noise.mean()).abs()).fold(0.0, f64::max);
        (self.is_flat_in_the_model() && largest > self.tolerance()).then_some(largest)
    }

    fn noise(&self) -> &NoiseDistribution {
        self.model.mechanism_at(self.position).noise()
    }

    fn is_root(&self) -> bool {
        self.model.parents_at(self.position).len() == 0
    }

    /// What counts as rounding of the noise; a noise that is not added has a unit of its own.
    fn tolerance(&self) -> f64 {
        let added = self.model.mechanism_at(self.position).adds_noise();
        if added { ROUNDING * self.columns.magnitude(self.position) } else { 0.0 }
    }

    fn is_flat_in_the_model(&self) -> bool {
        // Strictly: the variance of a noise that is not added may underflow to 0.
        self.noise().is_degenerate() || self.noise().variance().sqrt() < self.tolerance()
    }

    fn prediction(&self) -> Result<Prediction, &'static str> {
        let mechanism = self.model.mechanism_at(self.position);
        let prediction = if mechanism.adds_noise() { self.added_noise() } else { self.evaluated_noise() };
        let finite = prediction.expected.iter().all(|value| value.is_finite());
        if finite { Ok(prediction) } else { Err("a predicted value is not finite") }
    }

    /// x = f + N: the distribution of N serves all rows, since f = x − n.
    fn added_noise(&self) -> Prediction {
        let noise = EqualValues::new(equal_values(self.noise(), ADDED_QUANTILES));
        let expected = self.values.iter().zip(&self.noises).map(|(value, own)| value - own + noise.mean()).collect();
        Prediction { expected, crps: mean(self.noises.iter().map(|&own| noise.crps(own)), self.rows.len()) }
    }

    fn evaluated_noise(&self) -> Prediction {
        let (wiring, number) = (self.model.wiring(), self.model.number(self.position));
        let (mechanism, columns) = (&wiring.node(number).mechanism, wiring.in_order(&self.columns.values));
        let noises = quantiles(self.noise(), EVALUATED_QUANTILES);
        let (mut expected, mut scores) = (Vec::with_capacity(self.rows.len()), Vec::with_capacity(self.rows.len()));
        wiring.visit_rows(number, &columns, self.rows.iter().copied(), |value, parents| {
            let predicted = EqualValues::new(noises.iter().map(|&noise| mechanism.evaluate(parents, noise)).collect());
            expected.push(predicted.mean());
            scores.push(predicted.crps(value));
        });
        Prediction { expected, crps: mean(scores.into_iter(), self.rows.len()) }
    }

    fn crps_ratio(&self, crps: f64) -> Result<f64, &'static str> {
        let marginal = EqualValues::new(equal_values(self.model.reference_at(self.position), ADDED_QUANTILES));
        let marginal = mean(self.values.iter().map(|&value| marginal.crps(value)), self.rows.len());
        if marginal > 0.0 { finite(crps / marginal) } else { Err("the node is always as its marginal says") }
    }

    fn calibration(&self, seed: u64) -> Calibration {
        let noise = self.noise();
        let mut generator = stream(seed, Purpose::Calibration, self.position as u64);
        let mut transformed: Vec<f64> = self
            .noises
            .iter()
            .map(|&own| {
                let (below, up_to) = (1.0 - noise.survival(own), noise.cdf(own));
                below + generator.random::<f64>() * (up_to - below)
            })
            .collect();
        transformed.sort_unstable_by(f64::total_cmp);
        let distance = kolmogorov_smirnov_distance(&transformed, |uniform| (uniform, uniform));
        let rows = self.rows.len();
        let fitted_to = match noise {
            NoiseDistribution::Empirical(noise) => Some(noise.values().len()),
            _ => self.model.training_rows(),
        };
        let size = fitted_to.map_or(rows as f64, |fitted_to| two_sample_size(rows, fitted_to));
        let p_value = kolmogorov_smirnov_p_value(distance, size);
        Calibration { distance, p_value, adjusted_p_value: p_value }
    }

    fn drift(&self) -> Result<NoiseDrift, &'static str> {
        let (noise, rows) = (self.noise(), self.rows.len());
        let deviation = noise.variance().sqrt();
        let centre = mean(self.noises.iter().copied(), rows);
        let spread = mean(self.noises.iter().map(|own| ((own - centre) / deviation).powi(2)), rows).sqrt();
        let mean_shift = finite((centre - noise.mean()) / deviation)?;
        Ok(NoiseDrift { mean_shift, spread_ratio: finite(spread)? })
    }

    fn independence(
        &self,
        config: &EvaluationConfig,
        permutations: usize,
    ) -> Result<Result<NoiseIndependence, &'static str>> {
        if self.is_flat_in_the_model() {
            return Ok(Err("the model's noise is constant"));
        }
        let varies = |values: &[f64]| values.iter().any(|&value| value != values[0]);
        // A coefficient estimated from m rows is off by 1/√m, which s rows tell from 0 where s is not well below m.
        let few_enough = self.model.training_rows().map_or(config.most_rows, |rows| rows / 4);
        let most_rows = config.most_rows.min(few_enough.max(config.fewest_rows));
        let rows = some_rows(self.rows.len(), most_rows, config.seed, self.position as u64);
        let noises = select(&self.noises, &rows);
        if !varies(&noises) {
            return Ok(Err("the noise does not vary"));
        }
        let rows: Vec<usize> = rows.into_iter().map(|row| self.rows[row]).collect();
        let parents = self.model.parents_at(self.position);
        let parents: Vec<Vec<f64>> = parents
            .map(|parent| ranks(&select(&self.columns.values[parent], &rows)))
            .filter(|column| varies(column))
            .collect();
        if parents.is_empty() {
            return Ok(Err("the parents do not vary"));
        }
        let test =
            test_columns(&parents, &position_and_spread(&noises), permutations, config.seed, self.position as u64)?;
        Ok(Ok(NoiseIndependence {
            distance_correlation: test.distance_correlation,
            p_value: test.p_value,
            adjusted_p_value: test.p_value,
            rows: test.rows,
            permutations: test.permutations,
        }))
    }
}

/// Ranks of the noise, and of its distance from its median. The latter says nothing new, but brings dependence of the spread,
/// as in latencies that vary more under load, to where distance covariance sees it best.
fn position_and_spread(noises: &[f64]) -> [Vec<f64>; 2] {
    let mut sorted = noises.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let median = sorted[sorted.len() / 2];
    [ranks(noises), ranks(&noises.iter().map(|noise| (noise - median).abs()).collect::<Vec<_>>())]
}

/// A random choice of so many numbers below `rows` as a costly test may look at, in ascending order.
pub(super) fn some_rows(rows: usize, most_rows: usize, seed: u64, test: u64) -> Vec<usize> {
    if rows <= most_rows {
        return (0..rows).collect();
    }
    let mut generator = stream(seed, Purpose::Subsample, test);
    let mut chosen = index::sample(&mut generator, rows, most_rows).into_vec();
    chosen.sort_unstable();
    chosen
}

/// What a mechanism says of each row's value.
struct Prediction {
    expected: Vec<f64>,
    /// The mean continuous ranked probability score over the rows, in the node's unit.
    crps: f64,
}

impl Prediction {
    fn r_squared(&self, values: &[f64]) -> Result<f64, &'static str> {
        let centre = mean(values.iter().copied(), values.len());
        let total: f64 = values.iter().map(|value| (value - centre).powi(2)).sum();
        let left: f64 = values.iter().zip(&self.expected).map(|(value, expected)| (value - expected).powi(2)).sum();
        if values.iter().all(|&value| value == values[0]) {
            Err("the node does not vary")
        } else {
            finite(1.0 - left / total)
        }
    }
}

/// A distribution as equally likely values: itself if it is empirical, otherwise so many quantiles.
fn equal_values(noise: &NoiseDistribution, count: usize) -> Vec<f64> {
    match noise {
        NoiseDistribution::Empirical(noise) => noise.values().to_vec(),
        _ => quantiles(noise, count),
    }
}

fn quantiles(noise: &NoiseDistribution, count: usize) -> Vec<f64> {
    let mut points: Vec<f64> = (0..count).map(|index| (index as f64 + 0.5) / count as f64).collect();
    noise.replace_by_quantiles(&mut points);
    points
}

fn mean(values: impl Iterator<Item = f64>, count: usize) -> f64 {
    values.sum::<f64>() / count as f64
}

fn finite(figure: f64) -> Result<f64, &'static str> {
    if figure.is_finite() { Ok(figure) } else { Err("it leaves the range of floating-point numbers") }
}

fn because(figure: &str, reason: &str) -> AbsentFigure {
    AbsentFigure { figure: figure.to_owned(), reason: reason.to_owned() }
}

/// The figure, or else nothing and a note among the absent ones that says why.
fn keep<T>(figure: Result<T, &'static str>, name: &str, absent: &mut Vec<AbsentFigure>) -> Option<T> {
    figure.map_err(|reason| absent.push(because(name, reason))).ok()
}
