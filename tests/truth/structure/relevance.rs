//! Relevance against closed forms and brute force.

use etiology::relevance::{Relevance, RelevanceConfig, feature_relevance, feature_relevance_of_row};
use etiology::{
    AdditiveNoiseModel, CausalGraph, Dataset, Error, FittedModel, KnownFormula, NoiseDistribution, Observation,
    StructuralCausalModel,
};

use super::{coverage, normal, shapley};

fn value(found: &Relevance, feature: &str) -> f64 {
    found.contribution(feature).unwrap().value
}

fn holds(found: &Relevance, feature: &str, expected: f64) {
    let part = found.contribution(feature).unwrap();
    assert!((part.value - expected).abs() < 4.0 * part.std_error + 1e-9, "{feature}: {expected} {found}");
}

/// a → b → y ← a, with b = 2 + 0.5·a + N.
fn triangle(y: KnownFormula, noise: NoiseDistribution) -> FittedModel {
    let b = KnownFormula::weighted_sum([("a", 0.5)]).unwrap();
    StructuralCausalModel::new(CausalGraph::from_edges([("a", "b"), ("a", "y"), ("b", "y")]).unwrap())
        .with_mechanism("a", normal(1.0, 1.0))
        .unwrap()
        .with_mechanism("b", AdditiveNoiseModel::known(b).with_noise(normal(2.0, 0.8)))
        .unwrap()
        .with_mechanism("y", AdditiveNoiseModel::known(y).with_noise(noise))
        .unwrap()
        .without_fitting()
        .unwrap()
}

/// Means 1 and 2.5, variances 1 and 0.25 + 0.64, covariance 0.5.
const COVARIANCE: [[f64; 2]; 2] = [[1.0, 0.5], [0.5, 0.89]];

#[test]
fn linear_parents_are_in_closed_form() {
    let slopes = [2.0, -3.0];
    let linear = KnownFormula::weighted_sum([("a", slopes[0]), ("b", slopes[1])]).unwrap();
    let model = triangle(linear, normal(0.5, 0.6));
    let found = model.parent_relevance("y", &RelevanceConfig::default()).unwrap();
    // v(S) by brute force: less the variance of the sum over all that is not in S.
    let worth: Vec<f64> = (0..8_usize)
        .map(|set| {
            let drawn = |j: usize| if set >> j & 1 == 0 { slopes[j] } else { 0.0 };
            let pairs = (0..2).flat_map(|i| (0..2).map(move |j| (i, j)));
            let parents: f64 = pairs.map(|(i, j)| drawn(i) * drawn(j) * COVARIANCE[i][j]).sum();
            -parents - if set >> 2 & 1 == 0 { 0.36 } else { 0.0 }
        })
        .collect();
    for (feature, expected) in ["a", "b", "y"].into_iter().zip(shapley(&worth)) {
        assert!((value(&found, feature) - expected).abs() < 1e-9, "{feature}: {expected} {found}");
    }
    assert!((found.total + worth[0]).abs() < 1e-9 && found.std_error == 0.0 && found.samples.is_none());
    let row = Observation::from_pairs([("a", 3.0), ("b", 2.0), ("y", 1.0)]).unwrap();
    let found = model.parent_relevance_of_row("y", &row, &RelevanceConfig::default()).unwrap();
    // The noise is 1 − (6 − 6) = 1, of which 0.5 is usual.
    for (feature, expected) in [("a", 4.0), ("b", 1.5), ("y", 0.5)] {
        assert!((value(&found, feature) - expected).abs() < 1e-9, "{feature}: {expected} {found}");
    }
    assert!((found.total - 6.0).abs() < 1e-9, "1 less the mean 2 − 7.5 + 0.5");
    assert!(found.to_string().contains("(noise of y)") && found.explain().starts_with("In closed form"), "{found}");
}

#[test]
fn a_product_of_dependent_parents_is_within_stated_errors() {
    let model = triangle(KnownFormula::new(["a", "b"], |x| x[0] * x[1]), normal(0.0, 0.5));
    // Of x·y with means m, n, variances s, t and covariance c: Var = m²t + n²s + 2mnc + st + c²; with one given, the other's
    // variance times the mean square of what is given.
    let of_all = 0.89 + 6.25 + 2.0 * 2.5 * 0.5 + 0.89 + 0.25;
    let worth = [-of_all, -0.89 * 2.0, -(0.89 + 6.25), 0.0];
    let expected = shapley(&worth);
    for exact_players in [6, 0] {
        let config = RelevanceConfig::default().with_exact_players(exact_players);
        let found = model.parent_relevance("y", &config).unwrap();
        holds(&found, "a", expected[0]);
        holds(&found, "b", expected[1]);
        assert!((value(&found, "y") - 0.25).abs() < 1e-12 && found.std_error < 0.1);
        let cases: Vec<(f64, f64, f64)> = (0..200)
            .map(|seed| {
                let found = model.parent_relevance("y", &config.clone().with_samples(512).with_seed(seed)).unwrap();
                let part = found.contribution("a").unwrap();
                (part.value, part.std_error, expected[0])
            })
            .collect();
        assert!((0.9..=0.99).contains(&coverage(&cases)), "{exact_players}: {}", coverage(&cases));
    }
    let row = Observation::from_pairs([("a", 3.0), ("b", 4.0), ("y", 12.3)]).unwrap();
    let of_row = shapley(&[3.0, 3.0 * 2.5, 4.0, 12.0]);
    let found = model.parent_relevance_of_row("y", &row, &RelevanceConfig::default()).unwrap();
    holds(&found, "a", of_row[0]);
    holds(&found, "b", of_row[1]);
    assert!((value(&found, "y") - 0.3).abs() < 1e-9 && found.std_error < 0.01);
    let cases: Vec<(f64, f64, f64)> = (0..200)
        .map(|seed| {
            let config = RelevanceConfig::default().with_samples(512).with_seed(seed);
            let found = model.parent_relevance_of_row("y", &row, &config).unwrap();
            let part = found.contribution("b").unwrap();
            (part.value, part.std_error, of_row[1])
        })
        .collect();
    assert!((0.9..=0.99).contains(&coverage(&cases)), "{}", coverage(&cases));
}

#[test]
fn noise_that_is_not_added_is_a_feature_like_the_others() {
    let x: Vec<f64> = (0..400).map(|row| (f64::from(row) * 0.618).fract() * 4.0).collect();
    let y: Vec<f64> = x.iter().zip(0..).map(|(x, row)| (0.2 * x + 0.3 * f64::from(row * 7).sin()).exp()).collect();
    let data = Dataset::from_columns([("x", x), ("y", y)]).unwrap();
    let model = StructuralCausalModel::new(CausalGraph::from_edges([("x", "y")]).unwrap())
        .with_mechanism("x", NoiseDistribution::uniform(0.0, 4.0).unwrap())
        .unwrap()
        .with_mechanism(
            "y",
            etiology::mechanism::PostNonlinearModel::log(etiology::mechanism::LinearRegression::ordinary())
                .with_noise(normal(0.0, 0.2)),
        )
        .unwrap()
        .fit(&data)
        .unwrap();
    let mechanism = model.mechanism("y").unwrap();
    let steps = 400;
    let grid = |step: i32| (f64::from(step) + 0.5) / f64::from(steps);
    let at = |x: i32, n: i32| mechanism.evaluate(&[4.0 * grid(x)], normal(0.0, 0.2).quantile(grid(n)).unwrap());
    let table: Vec<Vec<f64>> = (0..steps).map(|x| (0..steps).map(|n| at(x, n)).collect()).collect();
    let count = f64::from(steps);
    let variance = |all: &[f64]| {
        let mean = all.iter().sum::<f64>() / all.len() as f64;
        all.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / all.len() as f64
    };
    let given_x = table.iter().map(|row| variance(row)).sum::<f64>() / count;
    let given_n =
        (0..steps as usize).map(|n| variance(&table.iter().map(|row| row[n]).collect::<Vec<f64>>())).sum::<f64>()
            / count;
    let expected = shapley(&[-variance(&table.concat()), -given_x, -given_n, 0.0]);
    let found = model.parent_relevance("y", &RelevanceConfig::default()).unwrap();
    for (feature, expected) in ["x", "y"].into_iter().zip(expected) {
        let part = found.contribution(feature).unwrap();
        // The grid has no far tails.
        assert!((part.value - expected).abs() < 4.0 * part.std_error + 1e-3, "{feature}: {expected} {found}");
    }
    let row = Observation::from_pairs([("x", 1.0), ("y", 2.0)]).unwrap();
    let found = model.parent_relevance_of_row("y", &row, &RelevanceConfig::default()).unwrap();
    let noise = mechanism.estimate_noise(&[1.0], 2.0);
    let of_x = (0..steps).map(|n| mechanism.evaluate(&[1.0], normal(0.0, 0.2).quantile(grid(n)).unwrap())).sum::<f64>()
        / count;
    let of_n = (0..steps).map(|x| mechanism.evaluate(&[4.0 * grid(x)], noise)).sum::<f64>() / count;
    let nobody = table.concat().iter().sum::<f64>() / count / count;
    for (feature, expected) in ["x", "y"].into_iter().zip(shapley(&[nobody, of_x, of_n, 2.0])) {
        let part = found.contribution(feature).unwrap();
        assert!((part.value - expected).abs() < 4.0 * part.std_error + 1e-3, "{feature}: {expected} {found}");
    }
}

/// Twelve rows of three features, the last of them the sum of the others but for one row.
fn table() -> Dataset {
    let a: Vec<f64> = (0..12).map(|row| f64::from(row * 5 % 12)).collect();
    let b: Vec<f64> = (0..12).map(|row| f64::from(row * 7 % 12) / 3.0).collect();
    let c: Vec<f64> = a.iter().zip(&b).enumerate().map(|(row, (a, b))| a + b + f64::from(u8::from(row == 4))).collect();
    Dataset::from_columns([("a", a), ("b", b), ("c", c)]).unwrap()
}

fn prediction(row: &[f64]) -> f64 {
    row[0] * row[1] + (row[2] - 3.0).max(0.0)
}

/// A row of the first features where the coalition has joined, of the second elsewhere.
fn mixed(set: usize, given: &[f64], drawn: &[f64]) -> f64 {
    let features: Vec<f64> = (0..3).map(|j| if set >> j & 1 == 1 { given[j] } else { drawn[j] }).collect();
    prediction(&features)
}

#[test]
fn functions_of_a_table_are_what_brute_force_over_its_rows_says() {
    let data = table();
    let rows: Vec<Vec<f64>> = data.observations().map(|row| row.values().to_vec()).collect();
    let given = [4.0, 1.0, 7.0];
    let row = Observation::from_pairs([("a", 4.0), ("b", 1.0), ("c", 7.0)]).unwrap();
    let worth: Vec<f64> =
        (0..8).map(|set| rows.iter().map(|drawn| mixed(set, &given, drawn)).sum::<f64>() / 12.0).collect();
    let found = feature_relevance_of_row(prediction, &data, &row, &RelevanceConfig::default()).unwrap();
    for (feature, expected) in ["a", "b", "c"].into_iter().zip(shapley(&worth)) {
        assert!((value(&found, feature) - expected).abs() < 1e-9, "{feature}: {expected} {found}");
    }
    assert!((found.total - (worth[7] - worth[0])).abs() < 1e-9 && found.std_error > 0.0);

    let worth: Vec<f64> = (0..8)
        .map(|set| {
            let left = |given: &Vec<f64>| {
                let values: Vec<f64> = rows.iter().map(|drawn| mixed(set, given, drawn)).collect();
                let mean = values.iter().sum::<f64>() / 12.0;
                values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / 12.0
            };
            -rows.iter().map(left).sum::<f64>() / 12.0
        })
        .collect();
    let expected = shapley(&worth);
    for exact_players in [6, 0] {
        let config = RelevanceConfig::default().with_exact_players(exact_players);
        let found = feature_relevance(prediction, &data, &config).unwrap();
        for (feature, expected) in ["a", "b", "c"].into_iter().zip(&expected) {
            holds(&found, feature, *expected);
        }
        assert!(found.std_error < 0.01 * found.total);
    }
    let cases: Vec<(f64, f64, f64)> = (0..200)
        .map(|seed| {
            let config = RelevanceConfig::default().with_samples(512).with_seed(seed);
            let found = feature_relevance(prediction, &data, &config).unwrap();
            let part = found.contribution("a").unwrap();
            (part.value, part.std_error, expected[0])
        })
        .collect();
    assert!((0.9..=0.99).contains(&coverage(&cases)), "{}", coverage(&cases));
}

#[test]
fn errors_against_a_background_are_those_of_its_rows() {
    // Backgrounds of 200 rows drawn from a product whose relevance is known: b's is ½(v(b) − v(∅) + v(ab) − v(a)).
    let product = |row: &[f64]| row[0] * row[1];
    let model = triangle(KnownFormula::new(["a", "b"], product), normal(0.0, 0.5));
    let row = Observation::from_pairs([("a", 3.0), ("b", 4.0)]).unwrap();
    let truth = shapley(&[3.0, 7.5, 4.0, 12.0])[1];
    let cases: Vec<(f64, f64, f64)> = (0..200)
        .map(|seed| {
            let drawn = model.draw_samples(200, seed).unwrap();
            let column = |name: &str| drawn.column(name).unwrap().to_vec();
            let background = Dataset::from_columns([("a", column("a")), ("b", column("b"))]).unwrap();
            let found = feature_relevance_of_row(product, &background, &row, &RelevanceConfig::default()).unwrap();
            let part = found.contribution("b").unwrap();
            (part.value, part.std_error, truth)
        })
        .collect();
    assert!((0.9..=0.99).contains(&coverage(&cases)), "{}", coverage(&cases));
}

#[test]
fn bad_questions_are_errors_that_say_what_is_wrong() {
    let config = RelevanceConfig::default();
    let (data, row) = (table(), Observation::from_pairs([("a", 1.0), ("b", 2.0)]).unwrap());
    let of_row = |f: fn(&[f64]) -> f64, row: &Observation| feature_relevance_of_row(f, &data, row, &config);
    assert!(of_row(prediction, &row).unwrap_err().to_string().contains("`c`"));
    let full = Observation::from_pairs([("a", 1.0), ("b", 2.0), ("c", 3.0)]).unwrap();
    let error = of_row(|_| f64::NAN, &full).unwrap_err().to_string();
    assert!(error.contains("the function at the features") && error.contains("NaN"), "{error}");
    let one = data.head(1).unwrap();
    assert!(matches!(feature_relevance_of_row(prediction, &one, &full, &config), Err(Error::TooFewRows { .. })));
    let gaps = Dataset::from_columns([("a", [1.0, f64::NAN])]).unwrap();
    assert!(matches!(feature_relevance(|row| row[0], &gaps, &config), Err(Error::NonFiniteColumn { .. })));
    assert!(matches!(
        feature_relevance(prediction, &data, &config.clone().with_samples(1)),
        Err(Error::InvalidParameter { .. })
    ));
    let model = triangle(KnownFormula::sum(["a", "b"]), normal(0.0, 0.5));
    assert!(matches!(model.parent_relevance("a", &config), Err(Error::Empty { .. })));
    let error = model.parent_relevance_of_row("y", &row, &config).unwrap_err().to_string();
    assert!(error.contains("`y`"), "{error}");
}
