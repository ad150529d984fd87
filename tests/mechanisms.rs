//! Mechanisms: learned, known, custom and mixed; fitting, inverting and drawing from them.

use etiology::{
    AdditiveNoiseModel, AssignmentConfig, Attribution, AttributionConfig, CausalGraph, CausalMechanism,
    CustomMechanism, Dataset, Error, FeatureMap, FittedModel, KnownFormula, LinearFunction, LinearRegression,
    Mechanism, NoiseDistribution, NoiseFamily, NoiseModel, Observation, ParentFunction, Regressor,
    StructuralCausalModel,
};
use ndarray::{ArrayView1, ArrayView2};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

fn graph(edges: &[(&str, &str)]) -> CausalGraph {
    CausalGraph::from_edges(edges.iter().copied()).expect("the edges are acyclic")
}

fn draws(noise: &NoiseDistribution, count: usize, seed: u64) -> Vec<f64> {
    let mut values = vec![0.0; count];
    noise.sample_into(&mut ChaCha8Rng::seed_from_u64(seed), &mut values);
    values
}

fn normal(mean: f64, std_dev: f64) -> NoiseDistribution {
    NoiseDistribution::normal(mean, std_dev).expect("the standard deviation is positive")
}

fn uniform(low: f64, high: f64) -> NoiseDistribution {
    NoiseDistribution::uniform(low, high).expect("low is less than high")
}

/// y = 1.5 + 2a − 3b + N(0, 0.1²), with a ~ N(0, 1), b ~ U(0, 2).
fn linear_data(rows: usize, seed: u64) -> Dataset {
    let a = draws(&normal(0.0, 1.0), rows, seed);
    let b = draws(&uniform(0.0, 2.0), rows, seed + 1);
    let noise = draws(&normal(0.0, 0.1), rows, seed + 2);
    let y: Vec<f64> = (0..rows).map(|row| 1.5 + 2.0 * a[row] - 3.0 * b[row] + noise[row]).collect();
    Dataset::from_columns([("a", a), ("b", b), ("y", y)]).expect("the columns are equally long")
}

fn linear_function(model: &FittedModel, node: &str) -> LinearFunction {
    match model.mechanism(node).expect("the node exists").parent_function() {
        Some(ParentFunction::Linear(linear)) => linear.clone(),
        other => panic!("{node} has {other:?}"),
    }
}

fn assert_close(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found} is not within {tolerance} of {expected}");
}

fn values_of(attribution: &Attribution) -> Vec<(String, f64)> {
    let mut values: Vec<(String, f64)> =
        attribution.contributions.iter().map(|contribution| (contribution.node.clone(), contribution.value)).collect();
    values.sort_by(|a, b| a.0.cmp(&b.0));
    values
}

/// value = parent · noise
#[derive(Debug)]
struct Proportional;

impl Mechanism for Proportional {
    fn evaluate(&self, parents: &[f64], noise: f64) -> f64 {
        parents[0] * noise
    }
    fn estimate_noise(&self, parents: &[f64], value: f64) -> f64 {
        value / parents[0]
    }
}

/// value = slow − fast + (1 + slow²) · noise: location and scale depend on the parents, which must not be swapped.
#[derive(Debug)]
struct LocationScale;

impl Mechanism for LocationScale {
    fn evaluate(&self, parents: &[f64], noise: f64) -> f64 {
        parents[0] - parents[1] + (1.0 + parents[0] * parents[0]) * noise
    }
    fn estimate_noise(&self, parents: &[f64], value: f64) -> f64 {
        (value - parents[0] + parents[1]) / (1.0 + parents[0] * parents[0])
    }
}

/// y = c · x² by least squares.
#[derive(Debug)]
struct ThroughOriginSquared;

impl Regressor for ThroughOriginSquared {
    fn fit(&self, parents: ArrayView2<'_, f64>, values: ArrayView1<'_, f64>) -> etiology::Result<ParentFunction> {
        let squares = parents.column(0).mapv(|x| x * x);
        let factor = squares.dot(&values) / squares.dot(&squares);
        Ok(ParentFunction::formula(move |parents| factor * parents[0] * parents[0]))
    }

    fn min_rows(&self, parents: usize) -> usize {
        4 + parents
    }
}

#[test]
fn a_linear_regression_recovers_its_coefficients_in_the_order_of_the_graph() {
    // b before a, unlike the columns of the data.
    let model = StructuralCausalModel::new(graph(&[("b", "y"), ("a", "y")]));
    let data = linear_data(4000, 10);
    let model = model.assign_mechanisms_with(&data, &AssignmentConfig::linear()).unwrap().fit(&data).unwrap();
    assert_eq!(model.mechanism_parents("y").unwrap(), ["b", "a"]);
    let linear = linear_function(&model, "y");
    // Five standard errors: 0.1/√4000 over the parents' standard deviations 0.577 and 1; of the intercept, with
    // b's mean 1, about twice that.
    let unit = 5.0 * 0.1 / 4000_f64.sqrt();
    assert_close(linear.coefficients[0], -3.0, unit / 0.577);
    assert_close(linear.coefficients[1], 2.0, unit);
    assert_close(linear.intercept, 1.5, 2.0 * unit);
    assert_eq!(model.training_rows(), Some(4000));
    assert_eq!(model.default_floor(), 1.0 / 8000.0);
}

#[test]
fn residuals_have_mean_zero_and_are_the_noise() {
    let data = linear_data(500, 20);
    let model = StructuralCausalModel::new(graph(&[("a", "y"), ("b", "y")]));
    let model = model.assign_mechanisms_with(&data, &AssignmentConfig::linear()).unwrap().fit(&data).unwrap();
    let linear = linear_function(&model, "y");
    let columns = ["a", "b", "y"].map(|name| data.column(name).unwrap());
    let mut residuals: Vec<f64> = (0..500)
        .map(|row| {
            columns[2][row]
                - (linear.intercept
                    + linear.coefficients[0] * columns[0][row]
                    + linear.coefficients[1] * columns[1][row])
        })
        .collect();
    residuals.sort_by(f64::total_cmp);
    let NoiseDistribution::Empirical(noise) = model.mechanism("y").unwrap().noise() else { panic!() };
    assert!(noise.values().iter().zip(&residuals).all(|(found, expected)| (found - expected).abs() < 1e-14));
    assert_close(noise.mean(), 0.0, 1e-14);
}

#[test]
fn ridge_shrinks_towards_no_effect() {
    let data = linear_data(300, 30);
    let slope = |penalty: f64| {
        let regression = AdditiveNoiseModel::new(LinearRegression::ridge(penalty).unwrap());
        let model = StructuralCausalModel::new(graph(&[("a", "y")])).with_mechanism("y", regression).unwrap();
        linear_function(
            &model.assign_mechanisms_with(&data, &AssignmentConfig::linear()).unwrap().fit(&data).unwrap(),
            "y",
        )
        .coefficients[0]
    };
    let ordinary = slope(0.0);
    assert!(ordinary > 1.0, "{ordinary}");
    // With one parent the coefficient is divided by 1 + λ.
    for penalty in [1e-3, 0.5, 1.0, 10.0] {
        assert_close(slope(penalty) * (1.0 + penalty), ordinary, 1e-12);
    }
}

#[test]
fn formulas_that_name_their_parents_in_another_order_mean_the_same() {
    let edges = [("a", "y"), ("b", "y"), ("c", "y")];
    let (a, b, c) = (1.25, -0.5, 3.0);
    let observation = Observation::from_pairs([("y", 10.0), ("a", a), ("b", b), ("c", c)]).unwrap();
    let weighted = |terms: [(&str, f64); 3]| KnownFormula::weighted_sum(terms).unwrap();
    let cases = [
        (a + b + c, KnownFormula::sum(["a", "b", "c"]), KnownFormula::sum(["c", "a", "b"])),
        (
            2.0 * a - b + 0.5 * c,
            weighted([("a", 2.0), ("b", -1.0), ("c", 0.5)]),
            weighted([("c", 0.5), ("a", 2.0), ("b", -1.0)]),
        ),
        (c, KnownFormula::maximum(["a", "b", "c"]), KnownFormula::maximum(["b", "c", "a"])),
        (
            a - b * c,
            KnownFormula::new(["a", "b", "c"], |p| p[0] - p[1] * p[2]),
            KnownFormula::new(["c", "a", "b"], |p| p[1] - p[2] * p[0]),
        ),
    ];
    for (value, in_order, reordered) in cases {
        let fitted = |formula: KnownFormula| {
            let mut model = StructuralCausalModel::new(graph(&edges));
            for root in ["a", "b", "c"] {
                model = model.with_mechanism(root, normal(0.0, 1.0)).unwrap();
            }
            let mechanism = AdditiveNoiseModel::known(formula).with_noise(normal(0.0, 0.5));
            model.with_mechanism("y", mechanism).unwrap().without_fitting().unwrap()
        };
        let (in_order, reordered) = (fitted(in_order), fitted(reordered));
        assert_ne!(in_order.mechanism_parents("y").unwrap(), reordered.mechanism_parents("y").unwrap());
        for model in [&in_order, &reordered] {
            assert_close(model.estimate_noise(&observation).unwrap().get("y").unwrap(), 10.0 - value, 1e-14);
        }
        let samples = [&in_order, &reordered].map(|model| model.draw_samples(200, 3).unwrap());
        let difference = samples[0].values().to_owned() - samples[1].values();
        assert!(difference.iter().all(|difference| difference.abs() < 1e-13), "{value}: {difference}");
        let config = AttributionConfig::default().with_samples(500).with_feature_map(FeatureMap::UpperTail);
        let [first, second] =
            [in_order, reordered].map(|model| model.attribute_outlier("y", &observation, &config).unwrap());
        for ((node, found), (_, expected)) in values_of(&first).into_iter().zip(values_of(&second)) {
            assert!((found - expected).abs() < 1e-9, "{node}: {found} {expected}");
        }
    }
}

#[test]
fn a_custom_mechanism_gets_its_parents_in_the_order_it_names_them() {
    let model = StructuralCausalModel::new(graph(&[("fast", "y"), ("slow", "y")]))
        .with_mechanism("fast", normal(0.0, 1.0))
        .unwrap()
        .with_mechanism("slow", normal(0.0, 1.0))
        .unwrap()
        .with_mechanism("y", CustomMechanism::new(["slow", "fast"], LocationScale).with_noise(normal(0.0, 1.0)))
        .unwrap()
        .without_fitting()
        .unwrap();
    assert_eq!(model.mechanism_parents("y").unwrap(), ["slow", "fast"]);
    // slow − fast + (1 + slow²)·noise = 2 − 7 + 5·3
    let observation = Observation::from_pairs([("fast", 7.0), ("slow", 2.0), ("y", 10.0)]).unwrap();
    assert_eq!(model.estimate_noise(&observation).unwrap().get("y"), Some(3.0));
    let mechanism = model.mechanism("y").unwrap();
    assert_eq!(mechanism.evaluate(&[2.0, 7.0], 3.0), 10.0);
    assert!(mechanism.parent_function().is_none());
}

#[test]
fn a_custom_mechanism_learns_its_noise_from_what_it_recovers() {
    let quantity = draws(&uniform(10.0, 20.0), 400, 40);
    let share = draws(&uniform(0.1, 0.3), 400, 41);
    let returns: Vec<f64> = quantity.iter().zip(&share).map(|(quantity, share)| quantity * share).collect();
    let data = Dataset::from_columns([("quantity", quantity), ("returns", returns)]).unwrap();
    let model = StructuralCausalModel::new(graph(&[("quantity", "returns")]))
        .with_mechanism("returns", CustomMechanism::new(["quantity"], Proportional))
        .unwrap()
        .assign_mechanisms_with(&data, &AssignmentConfig::linear())
        .unwrap()
        .fit(&data)
        .unwrap();
    let NoiseDistribution::Empirical(noise) = model.mechanism("returns").unwrap().noise() else { panic!() };
    let mut expected = share;
    expected.sort_by(f64::total_cmp);
    assert!(noise.values().iter().zip(&expected).all(|(found, expected)| (found - expected).abs() < 1e-15));
}

#[test]
fn noise_is_fitted_to_the_residuals_unless_it_is_given() {
    let rows = 2000;
    let a = draws(&normal(5.0, 1.0), rows, 50);
    let b = draws(&normal(-2.0, 3.0), rows, 51);
    let noise = draws(&NoiseDistribution::exponential(0.4).unwrap(), rows, 52);
    let y: Vec<f64> = (0..rows).map(|row| a[row] + b[row] + noise[row]).collect();
    let mean = noise.iter().sum::<f64>() / rows as f64;
    let std_dev = (noise.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / rows as f64).sqrt();
    let data = Dataset::from_columns([("a", a), ("b", b), ("y", y)]).unwrap();
    let fit = |noise: NoiseModel| {
        let mechanism = AdditiveNoiseModel::known(KnownFormula::sum(["b", "a"])).with_noise(noise);
        let model =
            StructuralCausalModel::new(graph(&[("a", "y"), ("b", "y")])).with_mechanism("y", mechanism).unwrap();
        model
            .assign_mechanisms_with(&data, &AssignmentConfig::linear())
            .unwrap()
            .fit(&data)
            .unwrap()
            .mechanism("y")
            .unwrap()
            .noise()
            .clone()
    };
    let NoiseDistribution::Normal(fitted) = fit(NoiseFamily::Normal.into()) else { panic!() };
    assert_close(fitted.mean(), mean, 1e-12);
    assert_close(fitted.std_dev(), std_dev, 1e-12);
    let fitted = fit(NoiseFamily::Exponential { location: etiology::Location::SmallestValue }.into());
    assert_eq!(fitted.family_name(), "exponential");
    assert_close(fitted.mean(), mean, 1e-12);
    assert_eq!(fit(normal(9.0, 7.0).into()), normal(9.0, 7.0));
}

/// a root, a learned, a known and a custom node.
fn mixed_model() -> (StructuralCausalModel, Dataset) {
    let rows = 300;
    let root = draws(&normal(4.0, 1.0), rows, 60);
    let wobble = [61, 62, 63].map(|seed| draws(&normal(0.0, 0.3), rows, seed));
    let learned: Vec<f64> = (0..rows).map(|row| 2.0 - root[row] + wobble[0][row]).collect();
    let known: Vec<f64> = (0..rows).map(|row| root[row].max(learned[row]) + wobble[1][row]).collect();
    let custom: Vec<f64> =
        (0..rows).map(|row| LocationScale.evaluate(&[known[row], learned[row]], wobble[2][row])).collect();
    let data = Dataset::from_columns([("root", root), ("learned", learned), ("known", known), ("custom", custom)])
        .expect("the columns are equally long");
    let edges =
        [("root", "learned"), ("root", "known"), ("learned", "known"), ("learned", "custom"), ("known", "custom")];
    let known = AdditiveNoiseModel::known(KnownFormula::maximum(["learned", "root"]));
    let model = StructuralCausalModel::new(graph(&edges))
        .with_mechanism("known", known.with_noise(NoiseFamily::Normal))
        .and_then(|model| model.with_mechanism("custom", CustomMechanism::new(["known", "learned"], LocationScale)))
        .and_then(|model| model.assign_mechanisms_with(&data, &AssignmentConfig::linear()))
        .expect("the mechanisms fit the graph");
    (model, data)
}

#[test]
fn evaluating_the_estimated_noise_gives_back_the_observation() {
    let (model, data) = mixed_model();
    let model = model.fit(&data).unwrap();
    for observation in data.observations().take(50) {
        let noises = model.estimate_noise(&observation).unwrap();
        assert_eq!(noises.names(), ["root", "learned", "known", "custom"]);
        // Node by node downstream, each from the values computed before it.
        let mut values: Vec<(&str, f64)> = Vec::new();
        for node in model.graph().topological_order() {
            let parents: Vec<f64> = model
                .mechanism_parents(node)
                .unwrap()
                .iter()
                .map(|&parent| values.iter().find(|&&(name, _)| name == parent).unwrap().1)
                .collect();
            let mechanism = model.mechanism(node).unwrap();
            let value = mechanism.evaluate(&parents, noises.get(node).unwrap());
            assert_close(value, observation.get(node).unwrap(), 1e-12 * (1.0 + value.abs()));
            assert_close(mechanism.estimate_noise(&parents, value), noises.get(node).unwrap(), 1e-12);
            values.push((node, value));
        }
    }
}

#[test]
fn a_mixed_model_attributes_to_the_node_whose_noise_is_unusual() {
    let (model, data) = mixed_model();
    let model = model.fit(&data).unwrap();
    // The known node is 3 above the larger of its parents, ten of its standard deviations.
    let (root, learned) = (4.0, -2.0);
    let known = root + 3.0;
    let custom = LocationScale.evaluate(&[known, learned], 0.0);
    let observation =
        Observation::from_pairs([("root", root), ("learned", learned), ("known", known), ("custom", custom)]).unwrap();
    let config = AttributionConfig::default().with_samples(2000).with_feature_map(FeatureMap::UpperTail);
    let attribution = model.attribute_outlier("known", &observation, &config).unwrap();
    assert_eq!(attribution.ranked()[0].node, "known", "{attribution}");
    assert_eq!(attribution.contributions.len(), 3, "custom is no ancestor of known");
}

#[test]
fn a_known_node_needs_no_column() {
    let data = Dataset::from_columns([("a", vec![1.0, 2.0, 4.0, 3.0]), ("b", vec![2.0, 4.5, 8.0, 5.5])]).unwrap();
    let graph = CausalGraph::from_edges([("a", "b"), ("b", "y"), ("c", "y")]).unwrap();
    let y = AdditiveNoiseModel::known(KnownFormula::sum(["b", "c"])).with_noise(normal(0.0, 1.0));
    let model = StructuralCausalModel::new(graph)
        .with_mechanism("c", normal(10.0, 1.0))
        .unwrap()
        .with_mechanism("y", y)
        .unwrap()
        .assign_mechanisms_with(&data, &AssignmentConfig::linear())
        .unwrap()
        .fit(&data)
        .unwrap();
    let observation = Observation::from_pairs([("a", 2.0), ("b", 4.0), ("c", 18.0), ("y", 22.0)]).unwrap();
    let attribution = model.attribute_outlier("y", &observation, &AttributionConfig::default()).unwrap();
    assert_eq!(attribution.ranked()[0].node, "c", "{attribution}");
    // Eight standard deviations out; c's column is missing, so its typical value comes from the model.
    assert_close(attribution.contribution("c").unwrap().typical, 10.0, 0.1);
}

#[test]
fn a_wholly_known_model_needs_no_data() {
    let y = AdditiveNoiseModel::known(KnownFormula::sum(["a"])).with_noise(normal(0.0, 1.0));
    let model = StructuralCausalModel::new(graph(&[("a", "y")]))
        .with_mechanism("a", normal(0.0, 1.0))
        .unwrap()
        .with_mechanism("y", y)
        .unwrap();
    let known = model.without_fitting().unwrap();
    assert_eq!(known.training_rows(), None);
    assert_eq!(known.default_floor(), 1e-4);
    // Data changes what is typical, not the mechanisms.
    let data = Dataset::from_columns([("a", vec![3.0, 4.0]), ("y", vec![3.0, 5.0])]).unwrap();
    let fitted = model.fit(&data).unwrap();
    assert_eq!(fitted.training_rows(), Some(2));
    assert_eq!(fitted.mechanism("a").unwrap().noise(), &normal(0.0, 1.0));
    assert_eq!(fitted.draw_samples(10, 1).unwrap(), known.draw_samples(10, 1).unwrap());
}

#[test]
fn assigning_keeps_what_was_set_and_fills_the_rest() {
    let data = linear_data(100, 70);
    let unassigned =
        StructuralCausalModel::new(graph(&[("a", "y"), ("b", "y")])).with_mechanism("a", NoiseFamily::Normal).unwrap();
    assert!(unassigned.mechanism("y").unwrap().is_none() && unassigned.mechanism("b").unwrap().is_none());
    let model = unassigned.assign_mechanisms_with(&data, &AssignmentConfig::linear()).unwrap();
    assert!(matches!(model.mechanism("a").unwrap(), Some(CausalMechanism::Root(NoiseModel::Fit(NoiseFamily::Normal)))));
    assert!(matches!(
        model.mechanism("b").unwrap(),
        Some(CausalMechanism::Root(NoiseModel::Fit(NoiseFamily::Empirical)))
    ));
    assert!(matches!(model.mechanism("y").unwrap(), Some(CausalMechanism::AdditiveNoise(_))));
    let fitted = model.fit(&data).unwrap();
    let family = |node: &str| fitted.mechanism(node).unwrap().noise().family_name();
    assert_eq!(["a", "b", "y"].map(family), ["normal", "empirical", "empirical"]);
}

#[test]
fn the_last_mechanism_given_counts() {
    let model = StructuralCausalModel::new(graph(&[("a", "y")]))
        .with_mechanism("a", NoiseFamily::Normal)
        .unwrap()
        .with_mechanism("a", normal(1.0, 2.0))
        .unwrap();
    assert!(matches!(model.mechanism("a").unwrap(), Some(CausalMechanism::Root(NoiseModel::Known(_)))));
}

#[test]
fn samples_depend_on_the_seed_alone() {
    let (model, data) = mixed_model();
    let model = model.fit(&data).unwrap();
    let samples = model.draw_samples(100, 5).unwrap();
    assert_eq!(samples.names(), ["root", "learned", "known", "custom"]);
    assert_eq!(samples, model.clone().draw_samples(100, 5).unwrap());
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(samples, pool.install(|| model.draw_samples(100, 5)).unwrap());
    let other = model.draw_samples(100, 6).unwrap();
    for name in samples.names() {
        assert_ne!(samples.column(name).unwrap(), other.column(name).unwrap(), "{name}");
    }
}

#[test]
fn samples_have_the_moments_of_the_model() {
    // a ~ N(1, 2²), y = 3a + Exp(0.5): mean 3.5, variance 36 + 0.25, covariance with a 12.
    let y = AdditiveNoiseModel::known(KnownFormula::weighted_sum([("a", 3.0)]).unwrap())
        .with_noise(NoiseDistribution::exponential(0.5).unwrap());
    let model = StructuralCausalModel::new(graph(&[("a", "y")]))
        .with_mechanism("a", normal(1.0, 2.0))
        .unwrap()
        .with_mechanism("y", y)
        .unwrap()
        .without_fitting()
        .unwrap();
    let rows = 100_000;
    let samples = model.draw_samples(rows, 9).unwrap();
    let [a, y] = ["a", "y"].map(|name| samples.column(name).unwrap().to_vec());
    let mean = |values: &[f64]| values.iter().sum::<f64>() / rows as f64;
    let (mean_a, mean_y) = (mean(&a), mean(&y));
    let covariance = (0..rows).map(|row| (a[row] - mean_a) * (y[row] - mean_y)).sum::<f64>() / rows as f64;
    let variance = y.iter().map(|value| (value - mean_y).powi(2)).sum::<f64>() / rows as f64;
    // Five standard errors; those of second moments of nearly normal variables are √(2/n)·σ² and
    // √((σₐ²σᵧ² + cov²)/n).
    let n = rows as f64;
    assert_close(mean_a, 1.0, 5.0 * (4.0 / n).sqrt());
    assert_close(mean_y, 3.5, 5.0 * (36.25 / n).sqrt());
    assert_close(variance, 36.25, 5.0 * 36.25 * (2.0 / n).sqrt());
    assert_close(covariance, 12.0, 5.0 * ((4.0 * 36.25 + 144.0) / n).sqrt());
}

#[test]
fn a_regression_of_the_users_own_is_used() {
    let x = draws(&uniform(1.0, 3.0), 200, 80);
    let y: Vec<f64> = x.iter().map(|x| 2.5 * x * x).collect();
    let data = Dataset::from_columns([("x", x), ("y", y)]).unwrap();
    let model = StructuralCausalModel::new(graph(&[("x", "y")]))
        .with_mechanism("y", AdditiveNoiseModel::new(ThroughOriginSquared))
        .unwrap()
        .assign_mechanisms_with(&data, &AssignmentConfig::linear())
        .unwrap();
    let fitted = model.fit(&data).unwrap();
    assert_close(fitted.mechanism("y").unwrap().evaluate(&[2.0], 0.5), 10.5, 1e-12);
    let few = Dataset::from_columns([("x", [1.0, 2.0, 3.0, 4.0]), ("y", [1.0, 4.0, 9.0, 16.0])]).unwrap();
    let error = model.fit(&few).unwrap_err();
    assert!(matches!(&error, Error::TooFewRows { what, needed: 5, found: 4 } if what.contains("`y`")), "{error}");
}

#[test]
fn fits_of_one_model_to_two_data_sets_are_independent() {
    let model = StructuralCausalModel::new(graph(&[("a", "y"), ("b", "y")]));
    let (first, second) = (linear_data(200, 90), linear_data(300, 95));
    let model = model.assign_mechanisms_with(&first, &AssignmentConfig::linear()).unwrap();
    let before = model.fit(&first).unwrap();
    let other = model.fit(&second).unwrap();
    let after = model.fit(&first).unwrap();
    assert_eq!(linear_function(&before, "y"), linear_function(&after, "y"));
    assert_ne!(linear_function(&before, "y"), linear_function(&other, "y"));
    assert_eq!((before.training_rows(), other.training_rows()), (Some(200), Some(300)));
    let observation = first.row(0).unwrap();
    let config = AttributionConfig::default().with_samples(200);
    let attribute = |model: &FittedModel| model.attribute_outlier("y", &observation, &config).unwrap();
    assert_eq!(attribute(&before), attribute(&after));
}

#[test]
fn columns_that_the_graph_does_not_name_are_ignored() {
    let plain = "a,y\n1,2\n2,5\n3,5\n4,9\n5,9\n";
    let wide = "note,y,gap,a,same\nx,2,,1,3\ny,5,,2,3\nz,5,inf,3,3\nu,9,1,4,3\nv,9,2,5,3\n";
    let fit = |text: &str| {
        let data = Dataset::from_csv_reader(text.as_bytes()).unwrap();
        let model = StructuralCausalModel::new(graph(&[("a", "y")]))
            .assign_mechanisms_with(&data, &AssignmentConfig::linear())
            .unwrap();
        model.fit(&data).unwrap()
    };
    let (plain, wide) = (fit(plain), fit(wide));
    assert_eq!(linear_function(&plain, "y"), linear_function(&wide, "y"));
    let config = AttributionConfig::default().with_samples(100);
    let narrow = Observation::from_pairs([("a", 3.0), ("y", 9.0)]).unwrap();
    let extra = Observation::from_pairs([("gap", f64::NAN), ("y", 9.0), ("a", 3.0)]).unwrap();
    assert_eq!(
        plain.attribute_outlier("y", &narrow, &config).unwrap(),
        wide.attribute_outlier("y", &extra, &config).unwrap()
    );
}

#[test]
fn an_exact_function_of_the_parents_contributes_exactly_nothing() {
    let a = draws(&normal(0.0, 1.0), 300, 100);
    let b = draws(&normal(0.0, 1.0), 300, 101);
    let total: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a + b).collect();
    let data = Dataset::from_columns([("a", a), ("b", b), ("total", total)]).unwrap();
    let model = StructuralCausalModel::new(graph(&[("a", "total"), ("b", "total")]))
        .with_mechanism("total", AdditiveNoiseModel::known(KnownFormula::sum(["a", "b"])))
        .unwrap()
        .assign_mechanisms_with(&data, &AssignmentConfig::linear())
        .unwrap()
        .fit(&data)
        .unwrap();
    assert!(model.mechanism("total").unwrap().noise().is_degenerate());
    let observation = Observation::from_pairs([("a", 6.0), ("b", 0.25), ("total", 6.25)]).unwrap();
    let attribution = model.attribute_outlier("total", &observation, &AttributionConfig::default()).unwrap();
    let total = attribution.contribution("total").unwrap();
    assert_eq!((total.value, total.std_error, total.noise), (0.0, 0.0, 0.0), "{attribution}");
    assert_eq!(attribution.ranked()[0].node, "a", "{attribution}");
}

#[test]
fn an_exact_linear_relation_can_be_learned() {
    let a = draws(&normal(100.0, 1.0), 300, 110);
    let y: Vec<f64> = a.iter().map(|a| 0.1 + 0.3 * a).collect();
    let data = Dataset::from_columns([("a", a), ("y", y)]).unwrap();
    let model = StructuralCausalModel::new(graph(&[("a", "y")]))
        .assign_mechanisms_with(&data, &AssignmentConfig::linear())
        .unwrap();
    let model = model.fit(&data).unwrap();
    let observation = Observation::from_pairs([("a", 110.0), ("y", 0.1 + 0.3 * 110.0)]).unwrap();
    let attribution = model.attribute_outlier("y", &observation, &AttributionConfig::default()).unwrap();
    assert_eq!(attribution.ranked()[0].node, "a", "{attribution}");
    // Residuals are rounding errors, and rounding errors cause nothing.
    assert!(attribution.contribution("y").unwrap().value.abs() < 1e-9, "{attribution}");
}
