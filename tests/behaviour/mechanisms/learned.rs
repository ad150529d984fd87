//! Mechanisms that are learned from data.

use etiology::mechanism::{AssignmentConfig, LinearFunction, LinearRegression, NoiseModel, ParentFunction, Regressor};
use etiology::{
    AdditiveNoiseModel, AttributionConfig, Dataset, Error, FittedModel, KnownFormula, NoiseDistribution, NoiseFamily,
    Observation, StructuralCausalModel,
};
use ndarray::{ArrayView1, ArrayView2};

use super::{assert_close, draws, graph, linear_data, normal, uniform};

fn linear_function(model: &FittedModel, node: &str) -> LinearFunction {
    match model.mechanism(node).expect("the node exists").parent_function() {
        Some(ParentFunction::Linear(linear)) => linear.clone(),
        other => panic!("{node} has {other:?}"),
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
fn the_noise_is_what_a_fit_without_the_row_leaves_of_each() {
    let data = linear_data(60, 20);
    let fit = |rows: &[usize]| {
        let column = |name| rows.iter().map(|&row| data.column(name).unwrap()[row]).collect::<Vec<f64>>();
        let data = Dataset::from_columns(["a", "b", "y"].map(|name| (name, column(name)))).unwrap();
        let model = StructuralCausalModel::new(graph(&[("a", "y"), ("b", "y")]));
        model.assign_mechanisms_with(&data, &AssignmentConfig::linear()).unwrap().fit(&data).unwrap()
    };
    let residual = |row: usize| {
        let linear = linear_function(&fit(&(0..60).filter(|&other| other != row).collect::<Vec<usize>>()), "y");
        let [a, b, y] = ["a", "b", "y"].map(|name| data.column(name).unwrap()[row]);
        y - (linear.intercept + linear.coefficients[0] * a + linear.coefficients[1] * b)
    };
    let mut residuals: Vec<f64> = (0..60).map(residual).collect();
    residuals.sort_by(f64::total_cmp);
    let model = fit(&(0..60).collect::<Vec<usize>>());
    let NoiseDistribution::Empirical(noise) = model.mechanism("y").unwrap().noise() else { panic!() };
    assert!(noise.values().iter().zip(&residuals).all(|(found, expected)| (found - expected).abs() < 1e-12));
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
    let fitted = fit(NoiseFamily::Exponential { location: etiology::noise::Location::SmallestValue }.into());
    assert_eq!(fitted.family_name(), "exponential");
    assert_close(fitted.mean(), mean, 1e-12);
    assert_eq!(fit(normal(9.0, 7.0).into()), normal(9.0, 7.0));
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
