//! The hypothetical retail website: latencies, in seconds, of eleven services answering one order request.
//!
//! The call graph and the latency distributions are those published with the microservice example of the
//! reference implementation ("Finding the Root Cause of Elevated Latencies in a Microservice Architecture",
//! DoWhy documentation). Product Service calls three services in parallel and waits for the slowest; Caching
//! Service misses half the time and then waits for Product DB; every other caller waits for its callees one
//! after another.

use etiology::{CausalGraph, Dataset, Result};
use rand::{Rng, RngExt, SeedableRng, rngs::ChaCha8Rng};
use rand_distr::{Distribution, StandardNormal};

/// Who calls whom, as pairs of caller and callee.
pub(crate) const CALLS: [(&str, &str); 13] = [
    ("Website", "www"),
    ("www", "Auth Service"),
    ("www", "API"),
    ("Auth Service", "Customer DB"),
    ("API", "Customer DB"),
    ("API", "Product Service"),
    ("API", "Auth Service"),
    ("API", "Order Service"),
    ("Product Service", "Shipping Cost Service"),
    ("Product Service", "Caching Service"),
    ("Caching Service", "Product DB"),
    ("Product Service", "Customer DB"),
    ("Order Service", "Order DB"),
];

/// The service whose latency the customer sees.
pub(crate) const TARGET: &str = "Website";

/// The service that is slow in the slow requests, and by how many seconds.
pub(crate) const CULPRIT: (&str, f64) = ("Caching Service", 2.0);

/// The causal graph: the call graph with its arrows turned round.
pub(crate) fn causal_graph() -> Result<CausalGraph> {
    CausalGraph::from_call_graph(CALLS)
}

/// Requests of an ordinary day.
pub(crate) fn normal_requests(count: usize, seed: u64) -> Result<Dataset> {
    requests(count, 0.0, seed)
}

/// Requests during the incident, in which the culprit takes longer.
pub(crate) fn slow_requests(count: usize, seed: u64) -> Result<Dataset> {
    requests(count, CULPRIT.1, seed)
}

fn requests(count: usize, caching_delay: f64, seed: u64) -> Result<Dataset> {
    let names = [
        "Product DB",
        "Customer DB",
        "Order DB",
        "Shipping Cost Service",
        "Caching Service",
        "Product Service",
        "Auth Service",
        "Order Service",
        "API",
        "www",
        "Website",
    ];
    let mut columns = vec![Vec::with_capacity(count); names.len()];
    let generator = &mut ChaCha8Rng::seed_from_u64(seed);
    for _ in 0..count {
        let latencies = one_request(caching_delay, generator);
        columns.iter_mut().zip(latencies).for_each(|(column, latency)| column.push(latency));
    }
    Dataset::from_columns(names.into_iter().zip(columns))
}

fn one_request(caching_delay: f64, generator: &mut impl Rng) -> [f64; 11] {
    let product_db = truncated_exponential(10.0, generator);
    let customer_db = truncated_exponential(6.0, generator);
    let order_db = truncated_exponential(5.0, generator);
    let shipping_cost = half_normal(0.1, 0.2, generator);
    let cache_miss = if generator.random_bool(0.5) { product_db } else { 0.0 };
    let caching = cache_miss + caching_delay + half_normal(0.1, 0.1, generator);
    let product = shipping_cost.max(caching).max(customer_db) + half_normal(0.1, 0.2, generator);
    let auth = customer_db + half_normal(0.1, 0.2, generator);
    let order = order_db + half_normal(0.5, 0.2, generator);
    let api = product + customer_db + auth + order + half_normal(0.5, 0.2, generator);
    let www = api + auth + truncated_exponential(2.0, generator);
    let website = www + truncated_exponential(3.0, generator);
    [product_db, customer_db, order_db, shipping_cost, caching, product, auth, order, api, www, website]
}

/// An exponential of mean 0.2 s cut off at `limit` times that, by inversion.
fn truncated_exponential(limit: f64, generator: &mut impl Rng) -> f64 {
    let mass = -(-limit).exp_m1();
    -0.2 * (-mass * generator.random::<f64>()).ln_1p()
}

fn half_normal(location: f64, scale: f64, generator: &mut impl Rng) -> f64 {
    let standard: f64 = StandardNormal.sample(generator);
    location + scale * standard.abs()
}
