//! Heavily tied data: mostly zeros, integer counts, availability that is nearly always 100 %.

use etiology::attribution::{Estimator, NoiseSampling};
use etiology::score::OutlierRegion;
use etiology::shapley::{Coalition, FunctionGame, ShapleyConfig, shapley_values};
use etiology::{
    AdditiveNoiseModel, Attribution, AttributionConfig, CausalGraph, Dataset, FeatureMap, FittedModel, KnownFormula,
    NoiseDistribution, Observation, ShapleyMethod, StructuralCausalModel,
};

/// total = Σ of the nodes, whose noises are these values, each equally likely.
struct Tied {
    columns: Vec<(&'static str, Vec<f64>)>,
    observed: Vec<f64>,
}

impl Tied {
    fn model(&self) -> FittedModel {
        let names = || self.columns.iter().map(|(name, _)| *name);
        let graph = CausalGraph::from_edges(names().map(|name| (name, "total"))).unwrap();
        let total = AdditiveNoiseModel::known(KnownFormula::sum(names()));
        let mut model = StructuralCausalModel::new(graph)
            .with_mechanism("total", total.with_noise(NoiseDistribution::constant(0.0).unwrap()))
            .unwrap();
        for (name, values) in &self.columns {
            model = model.with_mechanism(name, NoiseDistribution::empirical(values).unwrap()).unwrap();
        }
        model.without_fitting().unwrap()
    }

    fn event(&self) -> Observation {
        let total = self.observed.iter().sum();
        let names = self.columns.iter().map(|(name, _)| *name);
        Observation::from_pairs(names.zip(self.observed.iter().copied()).chain([("total", total)])).unwrap()
    }

    /// By all combinations of the free nodes' values.
    fn probability(&self, kept: &Coalition, region: OutlierRegion) -> f64 {
        let mut sums = vec![0.0];
        for (node, (_, values)) in self.columns.iter().enumerate() {
            let values = if kept.contains(node) { &self.observed[node..=node] } else { values.as_slice() };
            sums = sums.iter().flat_map(|sum| values.iter().map(move |value| sum + value)).collect();
        }
        let hit = |sum: &&f64| region.contains(**sum - 1e-9) || region.contains(**sum + 1e-9);
        sums.iter().filter(hit).count() as f64 / sums.len() as f64
    }

    fn truth(&self, region: OutlierRegion, floor: f64) -> Vec<f64> {
        let value = |kept: &Coalition| ((self.probability(kept, region) + floor) / (1.0 + floor)).ln();
        let exact = ShapleyConfig::default().with_method(ShapleyMethod::Exact);
        shapley_values(&FunctionGame::new(self.columns.len(), value), &exact).unwrap().values()
    }

    fn attribute(&self, config: &AttributionConfig) -> Attribution {
        self.model().attribute_outlier("total", &self.event(), config).unwrap()
    }
}

/// Of 40 values 36 are 0.
fn mostly_zero() -> Vec<f64> {
    let rare = [1.0, 1.0, 2.0, 7.0];
    rare.into_iter().chain(vec![0.0; 36]).collect()
}

fn counts(most: i32) -> Vec<f64> {
    (0..most).map(f64::from).collect()
}

fn cases() -> Vec<Tied> {
    let availability: Vec<f64> = [99.9, 97.0].into_iter().chain(vec![100.0; 38]).collect();
    vec![
        Tied {
            columns: vec![("errors", mostly_zero()), ("retries", mostly_zero()), ("calls", counts(10))],
            observed: vec![7.0, 0.0, 8.0],
        },
        Tied { columns: vec![("availability", availability), ("errors", mostly_zero())], observed: vec![97.0, 0.0] },
        Tied { columns: vec![("in", counts(100)), ("out", counts(100))], observed: vec![98.0, 99.0] },
        Tied { columns: vec![("a", counts(60)), ("b", counts(60)), ("c", counts(6))], observed: vec![57.0, 58.0, 1.0] },
    ]
}

#[test]
fn contributions_of_tied_noises_by_brute_force() {
    let maps =
        [FeatureMap::UpperTail, FeatureMap::LowerTail, FeatureMap::DistanceFromMedian, FeatureMap::TwoSidedQuantile];
    for (number, case) in cases().iter().enumerate() {
        let reference = case.model().reference("total").unwrap().clone();
        for feature_map in &maps {
            let observed = case.observed.iter().sum();
            let region = feature_map.outlier_region(&reference, observed).unwrap();
            for floor in [1e-2, 5e-4] {
                let truth = case.truth(region, floor);
                for estimator in [Estimator::Auto, Estimator::MonteCarlo] {
                    let config = AttributionConfig::default()
                        .with_feature_map(feature_map.clone())
                        .with_floor(floor)
                        .with_estimator(estimator);
                    let found = case.attribute(&config);
                    for ((name, _), exact) in case.columns.iter().zip(&truth) {
                        let part = found.contribution(name).unwrap();
                        let allowed = 0.01 + 4.0 * part.std_error;
                        assert!(
                            (part.value - exact).abs() <= allowed,
                            "case {number}, {feature_map:?}, floor {floor}, {estimator:?}: {part:?} instead of {exact}, samples {:?}",
                            found.samples
                        );
                    }
                    assert_eq!(found.contribution("total").unwrap().value, 0.0);
                }
            }
        }
    }
}

/// Integer-valued requests, errors of which nine in ten are 0, an availability of nearly always 100 %, and a latency.
fn service(rows: usize) -> Dataset {
    let wave = |row: usize, frequency: f64| (row as f64 * frequency).sin();
    let column = |value: &dyn Fn(usize) -> f64| (0..rows).map(value).collect::<Vec<f64>>();
    let requests = column(&|row| (40.0 + 12.0 * wave(row, 1.0) + 6.0 * wave(row, 2.7)).round());
    let errors = column(&|row| if row * 7919 % 101 < 10 { 1.0 + (row % 3) as f64 } else { 0.0 });
    let availability = column(&|row| 100.0 - if errors[row] == 3.0 { 1.5 } else { 0.0 });
    let queue = column(&|row| (0.5 * requests[row] + 3.0 * wave(row, 0.37)).round());
    let latency = column(&|row| 0.1 * queue[row] + 2.0 * errors[row] + wave(row, 5.3));
    let columns = [requests, errors, availability, queue, latency];
    Dataset::from_columns(["requests", "errors", "availability", "queue", "latency"].into_iter().zip(columns)).unwrap()
}

fn service_model(rows: usize) -> FittedModel {
    let edges = [
        ("requests", "queue"),
        ("errors", "availability"),
        ("queue", "latency"),
        ("errors", "latency"),
        ("availability", "latency"),
    ];
    let data = service(rows);
    let model = StructuralCausalModel::new(CausalGraph::from_edges(edges).unwrap());
    model.assign_mechanisms(&data).unwrap().fit(&data).unwrap()
}

#[test]
fn a_fitted_service_of_counts_and_rare_errors_is_the_same_by_default_and_by_samples() {
    let model = service_model(500);
    let report = model.fit_report().unwrap();
    assert!(report.node("errors").unwrap().largest_atom.unwrap() > 0.85, "{report}");
    assert!(report.to_string().contains("`availability`: "), "{report}");
    let event = |errors: f64, queue: f64| {
        let pairs = [("requests", 44.0), ("errors", errors), ("availability", 100.0), ("queue", queue)];
        let latency = 0.1 * queue + 2.0 * errors + 0.4;
        Observation::from_pairs(pairs.into_iter().chain([("latency", latency)])).unwrap()
    };
    for (event, culprit) in [(event(9.0, 22.0), "errors"), (event(0.0, 95.0), "queue")] {
        let default = AttributionConfig::default();
        let found = model.attribute_outlier("latency", &event, &default).unwrap();
        assert_eq!(found.ranked()[0].node, culprit, "{found}");
        let sampled = default
            .with_estimator(Estimator::MonteCarlo)
            .with_samples(100_000)
            .with_noise_sampling(NoiseSampling::MonteCarlo);
        let sampled = model.attribute_outlier("latency", &event, &sampled).unwrap();
        for part in &found.contributions {
            let other = sampled.contribution(&part.node).unwrap();
            let allowed = 0.01 + 4.0 * part.std_error.hypot(other.std_error);
            assert!((part.value - other.value).abs() <= allowed, "{part:?} {other:?}");
        }
    }
}

#[test]
fn an_event_within_the_ties_is_no_outlier() {
    let model = service_model(300);
    let usual = service(300).row(17).unwrap();
    let scores = model.node_scores(&usual, &FeatureMap::default()).unwrap();
    let errors = scores.iter().find(|score| score.node == "errors").unwrap();
    // 0 errors are what nine rows in ten have: as extreme as all.
    assert_eq!((errors.observed, errors.marginal.unwrap().nats()), (Some(0.0), 0.0));
    assert_eq!(errors.conditional.unwrap().nats(), 0.0);
}

#[test]
fn what_is_not_tied_is_still_inverted_without_samples() {
    // A mixture of two uniform distributions, smooth enough for few terms of the series.
    let values =
        |step: f64| (0..400).map(move |row| (f64::from(row) * step).fract() + (f64::from(row) * 0.3137).fract());
    let (one, other): (Vec<f64>, Vec<f64>) = (values(0.618_034).collect(), values(0.414_214).collect());
    let rounded = |column: &[f64]| column.iter().map(|value| (200.0 * value).round() / 200.0).collect::<Vec<f64>>();
    let config = AttributionConfig::default().with_feature_map(FeatureMap::UpperTail).with_floor(1e-3);
    let samples = |a: Vec<f64>, b: Vec<f64>| {
        let columns = vec![("a", a), ("b", b), ("c", other.clone())];
        Tied { columns, observed: vec![1.7, 1.5, 1.1] }.attribute(&config).samples
    };
    assert_eq!(samples(one.clone(), other.clone()), None);
    // One rounded noise is no matter: its sum with a smooth one has light atoms.
    assert_eq!(samples(rounded(&one), other.clone()), None);
    assert!(samples(rounded(&one), rounded(&other)).is_some());
}
