//! Known mechanisms: what a service takes is its own time, its sequential calls, and the slowest of parallel ones.

use serde::Serialize;

use super::structure::groups;
use super::table::Traces;
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::mechanism::{AdditiveNoiseModel, KnownFormula};
use crate::model::StructuralCausalModel;

/// How well the formula of a service, derived from its calls, tells its self time from its latency.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FormulaFit {
    /// The service.
    pub service: String,
    /// The formula without the self time, such as `db + max(auth, cache)`.
    pub formula: String,
    /// Called services: parallel within a group, one group after another.
    pub groups: Vec<Vec<String>>,
    /// Requests that the service had a part in.
    pub requests: usize,
    /// The share of them in which the recovered noise is the self time to a microsecond.
    pub exact_share: f64,
    /// Mean distance of recovered noise and self time, as a share of the service's mean latency.
    pub error_share: f64,
    /// Whether the error is small enough for the formula to be taken as known.
    pub known: bool,
}

/// What counts as exact, in seconds; Jaeger's clocks resolve no more.
const EXACT: f64 = 1e-6;

impl Traces {
    /// A model of the latencies with known mechanisms where the calls explain them, and how well they do.
    ///
    /// For a service with sequential callees and groups of parallel ones
    ///
    /// latency = Σ over groups ( max over the group's callees of their latency ) + N
    ///
    /// where N should be the service's self time. It is exactly that, to the resolution of the clocks, if no service is
    /// called by two others in one request, groups are not mixed, and of parallel calls the longest covers the others.
    /// Where these fail the recovered noise and the self time differ; their mean distance, as a share of the service's mean
    /// latency, must be at most `max_error` (such as 0.05) for the formula to be used. Other services are left
    /// without a mechanism, as are those that call nobody: [`assign_mechanisms`](StructuralCausalModel::assign_mechanisms)
    /// then learns one. The noise of a known mechanism is the empirical distribution of the recovered noises once the model
    /// is fitted. Services that were not called in a request must be in the table as 0 ([`Absent::Zero`](crate::traces::Absent)),
    /// else their requests are left out here.
    ///
    /// Costs O(rows · calls).
    ///
    /// # Errors
    /// When `max_error` is negative or NaN.
    pub fn known_model(&self, max_error: f64) -> Result<(StructuralCausalModel, Vec<FormulaFit>)> {
        if max_error.is_nan() || max_error < 0.0 {
            let found = max_error.to_string();
            return Err(Error::InvalidParameter { name: "max_error", requirement: "at least 0", found });
        }
        let graph = self.causal_graph();
        let mut model = StructuralCausalModel::new(graph.clone());
        let mut fits = Vec::new();
        for service in graph.nodes() {
            let callees = graph.parents(service)?;
            if callees.is_empty() {
                continue;
            }
            let siblings: Vec<_> = self.sibling_calls().iter().filter(|pair| pair.caller == service).collect();
            let mut fit = FormulaFit::new(service, groups(&callees, &siblings));
            fit.measure(self.latencies(), self.self_times())?;
            fit.known = fit.error_share <= max_error;
            if fit.known {
                model = model
                    .with_mechanism(service, AdditiveNoiseModel::known(KnownFormula::sum_of_maxima(&fit.groups)?))?;
            }
            fits.push(fit);
        }
        Ok((model, fits))
    }
}

impl FormulaFit {
    fn new(service: &str, groups: Vec<Vec<String>>) -> Self {
        let term = |group: &Vec<String>| match group.as_slice() {
            [alone] => alone.clone(),
            several => format!("max({})", several.join(", ")),
        };
        let formula = groups.iter().map(term).collect::<Vec<_>>().join(" + ");
        let (requests, exact_share, error_share) = (0, 0.0, f64::INFINITY);
        Self { service: service.to_owned(), formula, groups, requests, exact_share, error_share, known: false }
    }

    /// Compares recovered noises with self times.
    fn measure(&mut self, latencies: &Dataset, self_times: &Dataset) -> Result<()> {
        let (latency, own) = (latencies.column(&self.service)?, self_times.column(&self.service)?);
        let columns = |group: &Vec<String>| group.iter().map(|callee| latencies.column(callee)).collect();
        let groups: Vec<Vec<_>> = self.groups.iter().map(columns).collect::<Result<_>>()?;
        let (mut exact, mut distance, mut total) = (0_usize, 0.0, 0.0);
        for row in 0..latencies.rows() {
            let slowest = |group: &Vec<ndarray::ArrayView1<'_, f64>>| {
                group.iter().map(|column| column[row]).fold(f64::NEG_INFINITY, f64::max)
            };
            let called: f64 = groups.iter().map(slowest).sum();
            let error = (latency[row] - called - own[row]).abs();
            // Requests without the service, or without a callee where that is a missing value.
            if latency[row].is_nan() || latency[row] <= 0.0 || !error.is_finite() {
                continue;
            }
            self.requests += 1;
            exact += usize::from(error <= EXACT);
            distance += error;
            total += latency[row];
        }
        if self.requests > 0 {
            self.exact_share = exact as f64 / self.requests as f64;
            self.error_share = distance / total;
        }
        Ok(())
    }
}
