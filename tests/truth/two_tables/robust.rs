//! The multiply robust change of a linear model with normal noises, whose truth is a closed form.

use std::sync::Arc;

use etiology::mechanism::{LinearFunction, LinearRegression, ParentFunction, PolynomialRegression, Regressor};
use etiology::robust_change::{RobustChangeConfig, RobustErrors, RobustQuantity, RobustWeights, robust_change};
use etiology::{CausalGraph, Dataset, Result};
use ndarray::{ArrayView1, ArrayView2};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use statrs::distribution::{ContinuousCDF, Normal};

use super::{effort, is_within};

const ROWS: usize = 500;
const LIMIT: f64 = 2.0;

/// x is a root; y = slope·x + noise; z = y's and x's effect and noise.
#[derive(Debug, Clone, Copy)]
struct Model {
    mean: f64,
    spread: f64,
    y: [f64; 2],
    z: [f64; 3],
}

const OLD: Model = Model { mean: 0.0, spread: 1.0, y: [1.0, 1.0], z: [1.0, 0.5, 1.0] };
const NEW: Model = Model { mean: 0.5, spread: 1.2, y: [1.3, 0.8], z: [0.8, 0.7, 1.1] };

impl Model {
    /// The mechanisms of a coalition are new, the others old.
    fn of(coalition: usize) -> Self {
        let pick = |bit: usize| if coalition >> bit & 1 == 1 { NEW } else { OLD };
        Self { mean: pick(0).mean, spread: pick(0).spread, y: pick(1).y, z: pick(2).z }
    }

    fn statistic(&self, quantity: &RobustQuantity) -> f64 {
        let effect = self.z[0] * self.y[0] + self.z[1];
        let mean = effect * self.mean;
        let variance = (effect * self.spread).powi(2) + (self.z[0] * self.y[1]).powi(2) + self.z[2].powi(2);
        match quantity {
            RobustQuantity::Mean => mean,
            RobustQuantity::Variance => variance,
            _ => Normal::new(mean, variance.sqrt()).unwrap().sf(LIMIT),
        }
    }

    fn rows(&self, generator: &mut ChaCha8Rng) -> Dataset {
        let mut normal = || -> f64 { StandardNormal.sample(generator) };
        let mut columns = [const { Vec::new() }; 3];
        for _ in 0..ROWS {
            let x = self.mean + self.spread * normal();
            let y = self.y[0] * x + self.y[1] * normal();
            let z = self.z[0] * y + self.z[1] * x + self.z[2] * normal();
            columns.iter_mut().zip([x, y, z]).for_each(|(column, value)| column.push(value));
        }
        Dataset::from_columns(["x", "y", "z"].into_iter().zip(columns)).unwrap()
    }
}

/// A regression that is wrong: half of the mean, whatever the parents.
#[derive(Debug)]
struct HalfTheMean;

impl Regressor for HalfTheMean {
    fn fit(&self, parents: ArrayView2<'_, f64>, values: ArrayView1<'_, f64>) -> Result<ParentFunction> {
        let intercept = 0.5 * values.sum() / values.len() as f64;
        Ok(ParentFunction::Linear(LinearFunction { intercept, coefficients: vec![0.0; parents.ncols()] }))
    }

    fn min_rows(&self, _: usize) -> usize {
        1
    }
}

fn graph() -> CausalGraph {
    CausalGraph::from_edges([("x", "y"), ("y", "z"), ("x", "z")]).unwrap()
}

fn quantities() -> [RobustQuantity; 3] {
    [RobustQuantity::Mean, RobustQuantity::Variance, RobustQuantity::FrequencyAbove(LIMIT)]
}

/// Shapley values of three players by the mean over all orders, and the change of all.
fn truth(quantity: &RobustQuantity) -> [f64; 4] {
    let value = |coalition: usize| Model::of(coalition).statistic(quantity);
    let mut values = [0.0; 4];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let mut coalition = 0;
        for player in order {
            values[player] += (value(coalition | 1 << player) - value(coalition)) / 6.0;
            coalition |= 1 << player;
        }
    }
    values[3] = value(7) - value(0);
    values
}

/// How often the intervals of x, y, z and of the change hold the truth.
fn coverage(config: &RobustChangeConfig, data_sets: usize, seed: u64) -> [f64; 4] {
    let (truth, graph) = (truth(&config.quantity), graph());
    let mut held = [0.0; 4];
    for data_set in 0..data_sets {
        let mut generator = ChaCha8Rng::seed_from_u64(seed + data_set as u64);
        let (old, new) = (OLD.rows(&mut generator), NEW.rows(&mut generator));
        let answer = robust_change(&graph, &old, &new, "z", config).unwrap();
        for ((contribution, truth), held) in
            answer.contributions.iter().chain([&answer.change]).zip(truth).zip(&mut held)
        {
            let holds = contribution.interval[0] <= truth && truth <= contribution.interval[1];
            *held += f64::from(u8::from(holds)) / data_sets as f64;
        }
    }
    held
}

#[test]
fn intervals_cover_where_either_the_regressions_or_the_weights_are_wrong() {
    let (data_sets, seed) = effort(2);
    // As the configuration has them by default; for a quick look fewer, whose intervals are up to a hundredth wider.
    let (folds, groups) = if data_sets >= 1_000 { (5, 20) } else { (2, 12) };
    let quadratic: Arc<dyn Regressor> = Arc::new(PolynomialRegression::new(2).unwrap());
    let setups: [(&str, Arc<dyn Regressor>, RobustWeights); 3] = [
        ("both right", Arc::clone(&quadratic), RobustWeights::Quadratic),
        ("regressions wrong", Arc::new(HalfTheMean), RobustWeights::Quadratic),
        ("weights wrong", quadratic, RobustWeights::Constant),
    ];
    let mut outside = Vec::new();
    for (name, regressor, weights) in setups {
        for quantity in quantities() {
            // A frequency is no polynomial of the parents: there the regressions are wrong anyway.
            if weights == RobustWeights::Constant && matches!(quantity, RobustQuantity::FrequencyAbove(_)) {
                continue;
            }
            let config = RobustChangeConfig::default()
                .with_quantity(quantity.clone())
                .with_regressor(Arc::clone(&regressor))
                .with_weights(weights)
                .with_folds(folds)
                .with_errors(RobustErrors::Jackknife(groups));
            let held = coverage(&config, data_sets, seed);
            println!("{name}, {quantity:?}: {held:.3?}");
            if !held.iter().all(|&share| is_within(share, [0.92, 0.98], data_sets)) {
                outside.push(format!("{name} {quantity:?} {held:.3?}"));
            }
        }
    }
    assert!(outside.is_empty(), "{outside:#?}");
}

#[test]
fn contributions_sum_to_the_change_that_was_observed() {
    let mut generator = ChaCha8Rng::seed_from_u64(3);
    let (old, new) = (OLD.rows(&mut generator), NEW.rows(&mut generator));
    for quantity in quantities() {
        let statistic = |data: &Dataset| {
            let z = data.column("z").unwrap();
            let mean = z.mean().unwrap();
            match quantity {
                RobustQuantity::Mean => mean,
                RobustQuantity::Variance => z.mapv(|value| (value - mean).powi(2)).mean().unwrap(),
                _ => z.mapv(|value| f64::from(u8::from(value > LIMIT))).mean().unwrap(),
            }
        };
        let config = RobustChangeConfig::default()
            .with_quantity(quantity.clone())
            .with_regressor(Arc::new(LinearRegression::ordinary()))
            .with_errors(RobustErrors::Scores);
        let answer = robust_change(&graph(), &old, &new, "z", &config).unwrap();
        let sum: f64 = answer.contributions.iter().map(|contribution| contribution.value).sum();
        assert!((answer.old - statistic(&old)).abs() < 1e-10 && (answer.new - statistic(&new)).abs() < 1e-10);
        assert!(
            (sum - answer.change.value).abs() < 1e-10
                && (answer.change.value - (answer.new - answer.old)).abs() < 1e-10
        );
        if quantity == RobustQuantity::Mean {
            // Of a difference of two means the textbook error.
            let variance = |data: &Dataset| data.column("z").unwrap().var(1.0) / ROWS as f64;
            let expected = (variance(&old) + variance(&new)).sqrt();
            assert!((answer.change.std_error / expected - 1.0).abs() < 1e-9, "{answer:?}");
        }
    }
}

#[test]
fn categories_and_gaps_are_dealt_with() {
    // The share of the dear region doubles, and prices within regions stay: all is due to the region.
    let table = |dear: usize, first: usize| {
        let wave = |row: usize| ((first + row) as f64 * 2.3).sin();
        let region: Vec<&str> = (0..400).map(|row| if row % 10 < dear { "dear" } else { "cheap" }).collect();
        let mut price: Vec<f64> = region
            .iter()
            .enumerate()
            .map(|(row, &region)| if region == "dear" { 9.0 } else { 4.0 } + wave(row))
            .collect();
        price[7] = f64::NAN;
        let size: Vec<&str> = price.iter().map(|&price| if price > 6.5 { "large" } else { "small" }).collect();
        let data = Dataset::from_columns([("price", price)]).unwrap();
        data.with_text_column("region", region).unwrap().with_text_column("size", size).unwrap()
    };
    let graph = CausalGraph::from_edges([("region", "price"), ("price", "size")]).unwrap();
    let (old, new) = (table(2, 0), table(4, 1_000));
    let config = RobustChangeConfig::default().with_errors(RobustErrors::Scores);
    let answer = robust_change(&graph, &old, &new, "price", &config).unwrap();
    assert_eq!((answer.rows, answer.incomplete), ([399, 399], [1, 1]));
    let region = answer.contribution("region").unwrap();
    assert!((region.value - 1.0).abs() < 0.05 && region.interval[0] > 0.6, "{answer}");
    assert!(answer.contribution("price").unwrap().value.abs() < 0.05, "{answer}");
    // The target itself may be a category.
    let config = config.with_quantity(RobustQuantity::FrequencyOf("large".to_owned()));
    let answer = robust_change(&graph, &old, &new, "size", &config).unwrap();
    assert!((answer.change.value - 0.2).abs() < 0.01, "{answer}");
    let shown = answer.to_string();
    assert!(
        shown.starts_with("The frequency of `large` of `size` went from 0.2") && shown.contains("(together)"),
        "{shown}"
    );
    assert!(answer.explain().to_string().contains("5 folds"), "{}", answer.explain());
    assert!(answer.contribution("none").unwrap_err().to_string().contains("none"));
}

#[test]
fn answers_are_the_same_for_any_number_of_threads() {
    let mut generator = ChaCha8Rng::seed_from_u64(4);
    let (old, new) = (OLD.rows(&mut generator), NEW.rows(&mut generator));
    let config = RobustChangeConfig::default()
        .with_regressor(Arc::new(LinearRegression::ordinary()))
        .with_errors(RobustErrors::Jackknife(4));
    let answer = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| robust_change(&graph(), &old, &new, "z", &config).unwrap())
    };
    assert_eq!(answer(1), answer(3));
}

#[test]
fn what_cannot_be_answered_is_an_error_that_says_why() {
    let mut generator = ChaCha8Rng::seed_from_u64(5);
    let (old, new) = (OLD.rows(&mut generator), NEW.rows(&mut generator));
    let ask = |old: &Dataset, target: &str, config: RobustChangeConfig| {
        robust_change(&graph(), old, &new, target, &config).unwrap_err().to_string()
    };
    let config = RobustChangeConfig::default;
    let few = old.head(30).unwrap();
    let cases = [
        (ask(&old, "w", config()), "`w`"),
        (ask(&old, "z", config().with_folds(1)), "from 2 to 100"),
        (ask(&old, "z", config().with_level(1.0)), "below 1"),
        (ask(&old, "z", config().with_errors(RobustErrors::Jackknife(1))), "from 2 to 1000"),
        (ask(&old, "z", config().with_quantity(RobustQuantity::FrequencyAbove(f64::NAN))), "finite"),
        (ask(&old, "z", config().with_quantity(RobustQuantity::FrequencyOf("a".to_owned()))), "no category"),
        (ask(&few, "z", config()), "old table"),
        (ask(&Dataset::from_columns([("x", [1.0; 50])]).unwrap(), "z", config()), "`z`"),
    ];
    for (message, expected) in cases {
        assert!(message.contains(expected), "{message}");
    }
    let nodes: Vec<String> = (0..13).map(|node| format!("n{node}")).collect();
    let wide = CausalGraph::from_edges(nodes[..12].iter().map(|node| (node.clone(), nodes[12].clone()))).unwrap();
    let data = Dataset::from_columns(nodes.iter().map(|node| (node.clone(), vec![0.0; 50]))).unwrap();
    let message = robust_change(&wide, &data, &data, "n12", &config()).unwrap_err().to_string();
    assert!(message.contains("at most 12") && message.contains("13"), "{message}");
}
