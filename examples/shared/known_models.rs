//! Four small models whose mechanisms are known formulas, with one outlier each and its true contributions.
//!
//! The true contributions were counted by brute force: every coalition's probability over 2·10⁷ draws, then
//! Shapley values over all coalitions, with the floor ε = 10⁻³. They are good to about 0.003 nats.

use etiology::{
    AdditiveNoiseModel, CausalGraph, CustomMechanism, FeatureMap, FittedModel, KnownFormula, Mechanism,
    NoiseDistribution, Observation, Result, StructuralCausalModel,
};

/// The floor for which the true contributions hold.
pub(crate) const FLOOR: f64 = 1e-3;

/// A model with one outlier.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) model: FittedModel,
    pub(crate) target: &'static str,
    pub(crate) feature_map: FeatureMap,
    pub(crate) observation: Observation,
    /// The true score, in nats.
    pub(crate) score: f64,
    /// The true contributions, in nats.
    pub(crate) contributions: Vec<(&'static str, f64)>,
}

pub(crate) fn all() -> Result<Vec<Case>> {
    Ok(vec![fan_out_latency()?, short_payment()?, squares()?, load_dependent_noise()?])
}

/// Sequential calls add up, parallel calls wait for the slowest. Latencies in seconds.
pub(crate) fn fan_out_latency() -> Result<Case> {
    let graph = CausalGraph::from_edges([
        ("db", "search"),
        ("cache", "product"),
        ("search", "product"),
        ("product", "web"),
        ("db", "web"),
    ])?;
    let search = AdditiveNoiseModel::known(KnownFormula::sum(["db"]));
    let product = AdditiveNoiseModel::known(KnownFormula::maximum(["cache", "search"]));
    let web = AdditiveNoiseModel::known(KnownFormula::sum(["product", "db"]));
    let model = StructuralCausalModel::new(graph)
        .with_mechanism("db", NoiseDistribution::exponential(0.1)?)?
        .with_mechanism("cache", NoiseDistribution::half_normal(0.02, 0.05)?)?
        .with_mechanism("search", search.with_noise(NoiseDistribution::exponential(0.05)?))?
        .with_mechanism("product", product.with_noise(NoiseDistribution::half_normal(0.1, 0.05)?))?
        .with_mechanism("web", web.with_noise(NoiseDistribution::gamma(2.0, 0.05)?))?
        .without_fitting()?;
    let observation = [("db", 0.12), ("cache", 0.9), ("search", 0.16), ("product", 1.03), ("web", 1.23)];
    Ok(Case {
        name: "fan-out latency: web = max(cache, db + search) + product + db + own time",
        model,
        target: "web",
        feature_map: FeatureMap::UpperTail,
        observation: Observation::from_pairs(observation)?,
        score: 4.4858,
        contributions: vec![
            ("db", -0.7813),
            ("cache", 5.1394),
            ("search", -0.0266),
            ("product", 0.1014),
            ("web", 0.0529),
        ],
    })
}

/// An invoice paid short: a known formula, with returns that are a random share of the quantity.
pub(crate) fn short_payment() -> Result<Case> {
    let graph = CausalGraph::from_edges([
        ("quantity", "returns"),
        ("quantity", "paid"),
        ("unit_price", "paid"),
        ("tax_rate", "paid"),
        ("returns", "paid"),
    ])?;
    let returns = CustomMechanism::new(["quantity"], ShareOf).with_noise(NoiseDistribution::uniform(0.0, 0.04)?);
    let formula = KnownFormula::new(["quantity", "returns", "unit_price", "tax_rate"], |parents| {
        let [quantity, returns, unit_price, tax_rate] = parents else { return f64::NAN };
        (quantity - returns) * unit_price * (1.0 + tax_rate)
    });
    let model = StructuralCausalModel::new(graph)
        .with_mechanism("quantity", NoiseDistribution::gamma(50.0, 2.0)?)?
        .with_mechanism("unit_price", NoiseDistribution::normal(12.0, 0.5)?)?
        .with_mechanism("tax_rate", NoiseDistribution::uniform(0.05, 0.1)?)?
        .with_mechanism("returns", returns)?
        .with_mechanism("paid", AdditiveNoiseModel::known(formula).with_noise(NoiseDistribution::normal(0.0, 5.0)?))?
        .without_fitting()?;
    let observation =
        [("quantity", 99.0), ("unit_price", 9.6), ("tax_rate", 0.07), ("returns", 11.88), ("paid", 890.89664)];
    Ok(Case {
        name: "short payment: paid = (quantity - returns) * unit_price * (1 + tax_rate)",
        model,
        target: "paid",
        feature_map: FeatureMap::LowerTail,
        observation: Observation::from_pairs(observation)?,
        score: 4.1818,
        contributions: vec![
            ("quantity", -2.4359),
            ("unit_price", 3.3315),
            ("tax_rate", 0.1860),
            ("returns", 2.7519),
            ("paid", 0.3483),
        ],
    })
}

/// Squares, which no linear model can follow.
pub(crate) fn squares() -> Result<Case> {
    let graph = CausalGraph::from_edges([("x0", "x1"), ("x1", "x3"), ("x2", "x3")])?;
    let standard_normal = NoiseDistribution::normal(0.0, 1.0)?;
    let x1 = KnownFormula::new(["x0"], |parents| parents[0].powi(2));
    let x3 = KnownFormula::new(["x1", "x2"], |parents| (parents[0] + parents[1]).powi(2));
    let model = StructuralCausalModel::new(graph)
        .with_mechanism("x0", standard_normal.clone())?
        .with_mechanism("x1", AdditiveNoiseModel::known(x1).with_noise(standard_normal.clone()))?
        .with_mechanism("x2", NoiseDistribution::uniform(-5.0, 5.0)?)?
        .with_mechanism("x3", AdditiveNoiseModel::known(x3).with_noise(standard_normal))?
        .without_fitting()?;
    Ok(Case {
        name: "squares: x3 = (x0^2 + n1 + x2)^2 + n3",
        model,
        target: "x3",
        feature_map: FeatureMap::UpperTail,
        observation: Observation::from_pairs([("x0", 3.5), ("x1", 12.65), ("x2", 4.0), ("x3", 277.4225)])?,
        score: 6.7738,
        contributions: vec![("x0", 5.1632), ("x1", 0.3324), ("x2", 1.0601), ("x3", 0.2181)],
    })
}

/// Noise whose scale grows with load.
pub(crate) fn load_dependent_noise() -> Result<Case> {
    let graph = CausalGraph::from_edges([("load", "queue"), ("queue", "latency"), ("load", "latency")])?;
    let queue = CustomMechanism::new(["load"], Queue).with_noise(NoiseDistribution::normal(0.0, 1.0)?);
    let latency = CustomMechanism::new(["queue", "load"], Latency).with_noise(NoiseDistribution::exponential(0.2)?);
    let model = StructuralCausalModel::new(graph)
        .with_mechanism("load", NoiseDistribution::gamma(4.0, 0.5)?)?
        .with_mechanism("queue", queue)?
        .with_mechanism("latency", latency)?
        .without_fitting()?;
    Ok(Case {
        name: "load-dependent noise: both queue and latency vary more under load",
        model,
        target: "latency",
        feature_map: FeatureMap::UpperTail,
        observation: Observation::from_pairs([("load", 2.2), ("queue", 3.53), ("latency", 5.67)])?,
        score: 3.7433,
        contributions: vec![("load", -1.2047), ("queue", 4.4494), ("latency", 0.4986)],
    })
}

/// x = parent * noise
#[derive(Debug)]
pub(crate) struct ShareOf;

impl Mechanism for ShareOf {
    fn evaluate(&self, parents: &[f64], noise: f64) -> f64 {
        parents[0] * noise
    }
    fn estimate_noise(&self, parents: &[f64], value: f64) -> f64 {
        value / parents[0]
    }
}

/// queue = 0.5 load + (0.1 + 0.2 load) noise
#[derive(Debug)]
pub(crate) struct Queue;

impl Mechanism for Queue {
    fn evaluate(&self, parents: &[f64], noise: f64) -> f64 {
        0.5 * parents[0] + (0.1 + 0.2 * parents[0]) * noise
    }
    fn estimate_noise(&self, parents: &[f64], value: f64) -> f64 {
        (value - 0.5 * parents[0]) / (0.1 + 0.2 * parents[0])
    }
}

/// latency = 1 + queue + 0.3 load + (0.5 + 0.5 load) noise
#[derive(Debug)]
pub(crate) struct Latency;

impl Mechanism for Latency {
    fn evaluate(&self, parents: &[f64], noise: f64) -> f64 {
        let [queue, load] = parents else { return f64::NAN };
        1.0 + queue + 0.3 * load + (0.5 + 0.5 * load) * noise
    }
    fn estimate_noise(&self, parents: &[f64], value: f64) -> f64 {
        let [queue, load] = parents else { return f64::NAN };
        (value - 1.0 - queue - 0.3 * load) / (0.5 + 0.5 * load)
    }
}
