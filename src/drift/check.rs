//! Recent rows against training, node by node.

use rand::RngExt;

use super::report::{DriftReport, DriftTest, NodeDrift};
use crate::checks::scale_warning;
use crate::data::{Dataset, Observation};
use crate::error::{Error, Result};
use crate::model::{FittedModel, Recovered};
use crate::noise::NoiseDistribution;
use crate::numeric::holm::holm;
use crate::numeric::kolmogorov_smirnov::{kolmogorov_smirnov_distance, kolmogorov_smirnov_p_value, two_sample_size};
use crate::numeric::ranks::sort_by;
use crate::random::{Purpose, stream};
use crate::telemetry::span;
use crate::threads::in_parallel;

/// Seed of where noises lie in the intervals that classes tell.
const SEED: u64 = 0;
/// The interquartile range of a normal distribution, in its standard deviations.
const NORMAL_RANGE: f64 = 1.349;
/// The range of noises below which they are rounding, as a share of the node's values.
const ROUNDING: f64 = 1e-9;

impl FittedModel {
    /// Compares recent rows, say those just before an event, with training: is a node not as it was, in itself (its noise
    /// given its parents) or at all (its values)?
    ///
    /// A positive answer is no explanation of an event: it says that the model is out of date for that node, or that the
    /// fault began before the event. Each node has two Kolmogorov-Smirnov tests, of its noise against the noise
    /// distribution and of its values against the [`reference`](Self::reference); `significance` is the probability that
    /// any test of all is positive by chance (Holm's method), if rows are independent. Successive rows of metrics often are
    /// not: then there are fewer independent ones than rows, and small p-values mean less. The noises of training are those
    /// of the fit, which with few rows are a little smaller than those of new rows. A missing value leaves out its row, for
    /// its node and its children; columns without a node are ignored, and nodes without a column are not tested. Costs
    /// O(rows · (nodes + edges) · log training rows).
    ///
    /// # Errors
    /// When the significance is not between 0 and 1; or when a row has text or an infinite value for a node, or a custom
    /// mechanism is not invertible there.
    ///
    /// ```
    /// use etiology::{CausalGraph, Dataset, StructuralCausalModel};
    ///
    /// let wave = |rows: usize, shift: f64| (0..rows).map(|row| shift + (row as f64).sin()).collect::<Vec<f64>>();
    /// let training = Dataset::from_columns([("db", wave(200, 3.0))])?;
    /// let graph = CausalGraph::from_nodes_and_edges(["db"], Vec::<(String, String)>::new())?;
    /// let model = StructuralCausalModel::new(graph).assign_mechanisms(&training)?.fit(&training)?;
    /// let report = model.drift_check(&Dataset::from_columns([("db", wave(30, 4.5))])?, 0.01)?;
    /// assert!(report.nodes[0].is_drifted());
    /// # Ok::<(), etiology::Error>(())
    /// ```
    #[doc(alias = "mechanism_change_test")]
    pub fn drift_check(&self, recent: &Dataset, significance: f64) -> Result<DriftReport> {
        span!(INFO, "drift_check", nodes = self.graph().node_count(), rows = recent.rows());
        if !(significance > 0.0 && significance < 1.0) {
            let (name, requirement) = ("the significance", "between 0 and 1");
            return Err(Error::InvalidParameter { name, requirement, found: significance.to_string() });
        }
        let rows = self.recover_rows(recent)?;
        let order = self.graph().topological_positions();
        let mut nodes: Vec<(usize, NodeDrift)> =
            in_parallel(order.len(), &|place| (order[place], self.drift(order[place], place, &rows)));
        sort_by(&mut nodes, &|one, other| one.0.cmp(&other.0));
        let mut nodes: Vec<NodeDrift> = nodes.into_iter().map(|(_, node)| node).collect();
        let tests = || nodes.iter().flat_map(|node| [node.noise, node.marginal]).flatten();
        let mut adjusted = holm(&tests().map(|test| test.p_value).collect::<Vec<_>>()).into_iter();
        for test in nodes.iter_mut().flat_map(|node| [&mut node.noise, &mut node.marginal]).flatten() {
            test.adjusted_p_value = adjusted.next().unwrap_or(1.0);
            test.is_shifted = test.adjusted_p_value <= significance;
        }
        Ok(DriftReport { rows: recent.rows(), significance, nodes })
    }

    fn recover_rows(&self, recent: &Dataset) -> Result<Vec<Recovered>> {
        let observations: Vec<Observation> = recent.observations().collect();
        let recover = |row: usize| self.wiring().abduct(&observations[row]);
        let rows: Vec<Result<Recovered>> = in_parallel(observations.len(), &recover);
        let in_row = |(row, result): (usize, Result<Recovered>)| {
            result.map_err(|cause| Error::InRow { row, cause: Box::new(cause) })
        };
        rows.into_iter().enumerate().map(in_row).collect()
    }

    /// The tests of one node, with p-values that are not adjusted yet.
    fn drift(&self, position: usize, place: usize, rows: &[Recovered]) -> NodeDrift {
        let (mut values, mut noises) = (Vec::new(), Vec::new());
        // A class tells an interval of noise, in which it is uniform if nothing has changed.
        let mut random = stream(SEED, Purpose::WithinInterval, position as u64);
        for row in rows {
            if !row.is_missing(place) {
                values.push(row.values[place]);
                let spread = |noise| row.interval(place).map_or(noise, |interval| interval.at(random.random()));
                noises.extend(row.exact_noise(place).map(spread));
            }
        }
        let is_category = self.wiring().node(place).levels.is_some();
        let reference = self.reference_at(position);
        let size = values.iter().fold(reference.median().abs(), |size, value| size.max(value.abs()));
        NodeDrift {
            node: self.graph().name(position).to_owned(),
            noise: test(self.mechanism_at(position).noise(), &mut noises, size),
            scale: if is_category { None } else { scale_warning(reference, &values) },
            // Codes have no middle that could shift.
            marginal: test(reference, &mut values, size)
                .map(|test| DriftTest { shift: test.shift.filter(|_| !is_category), ..test }),
        }
    }
}

/// The test of some values against their distribution in training, its p-value not adjusted yet; none without values.
/// `size` is that of the node's values.
fn test(training: &NoiseDistribution, values: &mut [f64], size: f64) -> Option<DriftTest> {
    values.sort_unstable_by(f64::total_cmp);
    let (smallest, largest) = (*values.first()?, *values.last()?);
    let (low, high) = training.range();
    // An exact function of the parents has a noise of nothing but rounding.
    let is_rounding = high.max(largest) - low.min(smallest) <= ROUNDING * size;
    let (statistic, p_value) = if is_rounding {
        (0.0, 1.0)
    } else {
        let statistic = kolmogorov_smirnov_distance(values, |x| (1.0 - training.survival(x), training.cdf(x)));
        (statistic, kolmogorov_smirnov_p_value(statistic, effective_size(training, values.len())))
    };
    let median = f64::midpoint(values[(values.len() - 1) / 2], values[values.len() / 2]);
    let quartile = |p: f64| training.quantile(p).ok();
    let scale = (quartile(0.75)? - quartile(0.25)?) / NORMAL_RANGE;
    let shift = (median - training.median()) / scale;
    let shift = Some(shift).filter(|shift| scale > ROUNDING * size && shift.is_finite());
    Some(DriftTest { rows: values.len(), statistic, p_value, adjusted_p_value: p_value, is_shifted: false, shift })
}

/// How many values a test of `count` recent ones rests on: fewer than those where training itself is a list of values, and
/// so the test one of two samples.
fn effective_size(training: &NoiseDistribution, count: usize) -> f64 {
    match training {
        NoiseDistribution::Empirical(training) => two_sample_size(training.values().len(), count),
        _ => count as f64,
    }
}
