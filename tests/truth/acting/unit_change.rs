//! Changes between two rows: closed forms against brute force over all coalitions, and reference data.

use super::{close, numbers, reference_cases, reference_model};
use crate::linear_gaussian::{LinearGaussian, shapley_by_enumeration};
use etiology::mechanism::ClassifierModel;
use etiology::unit_change::{ChangeSource, UnitChange, UnitChangeConfig};
use etiology::{
    AdditiveNoiseModel, CausalGraph, Dataset, Error, FittedModel, KnownFormula, NoiseDistribution, Observation,
    ShapleyMethod, StructuralCausalModel,
};

fn sums_up(change: &UnitChange) {
    close(change.parts.iter().map(|part| part.value).sum(), change.total());
}

#[test]
fn reference_changes_of_a_node() {
    for case in reference_cases() {
        let (old, new) = (reference_model(&case, "old"), reference_model(&case, "new"));
        let (target, truth) = (case["target"].as_str().unwrap(), &case["unit_change"]);
        let parents: Vec<String> =
            serde_json::from_value(case["parents"].as_array().unwrap().last().unwrap().clone()).unwrap();
        let row = |which: &str| Observation::new(parents.clone(), numbers(&truth[which])).unwrap();
        let (first, second) = (row("first"), row("second"));
        let found = old.node_change(&new, target, &first, &second, &UnitChangeConfig::default()).unwrap();
        let contributions = &truth["contributions"];
        for parent in &parents {
            close(found.part(parent, ChangeSource::Input), contributions[parent.as_str()].as_f64().unwrap());
        }
        close(found.part(target, ChangeSource::Mechanism), contributions["function"].as_f64().unwrap());
        assert!(!found.observed && found.parts.len() == parents.len() + 1);
        sums_up(&found);
    }
}

/// total = intercept + Σ weights · (a, b) + noise with this mean.
fn linear(weights: [f64; 2], noise_mean: f64) -> FittedModel {
    let normal = |mean: f64| NoiseDistribution::normal(mean, 1.0).unwrap();
    let sum = KnownFormula::weighted_sum([("a", weights[0]), ("b", weights[1])]).unwrap();
    StructuralCausalModel::new(CausalGraph::from_edges([("a", "total"), ("b", "total")]).unwrap())
        .with_mechanism("a", normal(0.0))
        .and_then(|model| model.with_mechanism("b", normal(0.0)))
        .and_then(|model| model.with_mechanism("total", AdditiveNoiseModel::known(sum).with_noise(normal(noise_mean))))
        .and_then(|model| model.without_fitting())
        .unwrap()
}

#[test]
fn an_intercept_is_the_mechanisms() {
    let (old, new) = (linear([1.0, 2.0], 0.0), linear([1.0, 2.0], 5.0));
    let row = |total: f64| Observation::from_pairs([("a", 1.0), ("b", 1.0), ("total", total)]).unwrap();
    let config = UnitChangeConfig::default();
    for change in [
        old.node_change(&new, "total", &row(3.25), &row(8.5), &config).unwrap(),
        old.unit_change(&new, "total", &row(3.25), &row(8.5), &config).unwrap(),
    ] {
        close(change.part("total", ChangeSource::Mechanism), 5.0);
        close(change.part("total", ChangeSource::Noise), 0.25);
        sums_up(&change);
        assert_eq!(change.ranked()[0].source, ChangeSource::Mechanism);
        assert!(change.to_string().starts_with("`total` went from 3.250 to 8.500, by 5.250:"), "{change}");
        assert_eq!(serde_json::to_value(&change).unwrap()["parts"].as_array().unwrap().len(), change.parts.len());
    }
}

#[test]
fn the_closed_form_of_a_node_is_the_shapley_value() {
    let (old, new) = (linear([1.5, -0.5], 0.75), linear([0.25, 2.0], -1.0));
    let rows = [[2.0, -1.0, 4.0], [0.5, 3.0, 5.5]];
    let row = |values: [f64; 3]| Observation::new(["a", "b", "total"], values.to_vec()).unwrap();
    let found = old.node_change(&new, "total", &row(rows[0]), &row(rows[1]), &UnitChangeConfig::default()).unwrap();
    let coefficients = [[1.5, -0.5, 0.75], [0.25, 2.0, -1.0]];
    let predict =
        |model: usize, a: f64, b: f64| coefficients[model][0] * a + coefficients[model][1] * b + coefficients[model][2];
    let noise = |row: usize| rows[row][2] - predict(row, rows[row][0], rows[row][1]);
    // Players: a, b, mechanism, noise.
    let value = |coalition: usize| {
        let from = |player: usize| coalition >> player & 1;
        predict(from(2), rows[from(0)][0], rows[from(1)][1]) + noise(from(3))
    };
    let truth = shapley_by_enumeration(&(0..16).map(value).collect::<Vec<f64>>(), 4);
    let sources = [ChangeSource::Input, ChangeSource::Input, ChangeSource::Mechanism, ChangeSource::Noise];
    for ((node, source), truth) in ["a", "b", "total", "total"].into_iter().zip(sources).zip(truth) {
        close(found.part(node, source), truth);
    }
    assert!(found.parts.iter().all(|part| part.std_error == 0.0));
    sums_up(&found);
}

#[test]
fn in_one_linear_system_noises_count_by_their_effects() {
    for seed in 0..20 {
        let linear = LinearGaussian::random(seed);
        let mut later = linear.clone();
        later.noises.iter_mut().enumerate().for_each(|(node, noise)| *noise += 0.5 + node as f64);
        let model = linear.model();
        let (before, after) = (linear.observation(), later.observation());
        let found = model.unit_change(&model, &linear.target(), &before, &after, &UnitChangeConfig::default()).unwrap();
        let effects = linear.total_effects();
        assert_eq!(found.parts.len(), linear.ancestors_and_target().len());
        for node in linear.ancestors_and_target() {
            let expected = effects[node] * (0.5 + node as f64);
            close(found.part(&LinearGaussian::name(node), ChangeSource::Noise), expected);
        }
        sums_up(&found);
        let none = model.unit_change(&model, &linear.target(), &before, &before, &UnitChangeConfig::default()).unwrap();
        assert!(none.parts.is_empty() && none.total() == 0.0);
    }
}

/// goods = units · price + n, tax = rate · goods.
fn invoice(rate: f64, fee: f64) -> FittedModel {
    let normal = |mean: f64| NoiseDistribution::normal(mean, 1.0).unwrap();
    let goods = AdditiveNoiseModel::known(KnownFormula::new(["units", "price"], |values| values[0] * values[1]));
    let tax = AdditiveNoiseModel::known(KnownFormula::weighted_sum([("goods", rate)]).unwrap());
    StructuralCausalModel::new(
        CausalGraph::from_edges([("units", "goods"), ("price", "goods"), ("goods", "tax")]).unwrap(),
    )
    .with_mechanism("units", normal(10.0))
    .and_then(|model| model.with_mechanism("price", normal(5.0)))
    .and_then(|model| model.with_mechanism("goods", goods.with_noise(normal(0.0))))
    .and_then(|model| model.with_mechanism("tax", tax.with_noise(normal(fee))))
    .and_then(|model| model.without_fitting())
    .unwrap()
}

#[test]
fn a_system_that_is_not_linear_meets_brute_force_and_permutations_their_errors() {
    let (old, new) = (invoice(0.19, 1.0), invoice(0.07, 2.0));
    let names = ["units", "price", "goods", "tax"];
    let row = |values: [f64; 4]| Observation::new(names, values.to_vec()).unwrap();
    let rows = [[10.0, 5.0, 51.0, 10.5], [7.0, 8.0, 55.0, 6.0]];
    let found = old.unit_change(&new, "tax", &row(rows[0]), &row(rows[1]), &UnitChangeConfig::default()).unwrap();
    let (rates, fees) = ([0.19, 0.07], [1.0, 2.0]);
    let goods_noise = |row: usize| rows[row][2] - rows[row][0] * rows[row][1];
    let tax_noise = |row: usize| rows[row][3] - rates[row] * rows[row][2] - fees[row];
    // Players: the noises of units, price, goods and tax, and the mechanism of tax.
    let value = |coalition: usize| {
        let from = |player: usize| coalition >> player & 1;
        let goods = rows[from(0)][0] * rows[from(1)][1] + goods_noise(from(2));
        rates[from(4)] * goods + fees[from(4)] + tax_noise(from(3))
    };
    let truth = shapley_by_enumeration(&(0..32).map(value).collect::<Vec<f64>>(), 5);
    // The mechanism of goods is a closure in each model, which may be another.
    close(found.part("goods", ChangeSource::Mechanism), 0.0);
    close(found.part("tax", ChangeSource::Mechanism), truth[4]);
    for (node, truth) in names.into_iter().zip(&truth) {
        close(found.part(node, ChangeSource::Noise), *truth);
    }
    sums_up(&found);
    let config = UnitChangeConfig::default().with_method(ShapleyMethod::Permutations(20));
    let sampled = old.unit_change(&new, "tax", &row(rows[0]), &row(rows[1]), &config).unwrap();
    sums_up(&sampled);
    for part in &sampled.parts {
        let exact = found.part(&part.node, part.source);
        assert!((part.value - exact).abs() <= 5.0 * part.std_error + 1e-9, "{part:?}, not {exact}");
    }
}

#[test]
fn a_category_between_is_averaged_over_what_its_class_tells() {
    // kind → route → time; a class tells an interval of noise.
    let rows = 240;
    let kind: Vec<usize> = (0..rows).map(|row| row % 2).collect();
    let of_kind: [&[usize]; 2] = [&[0, 0, 0, 1, 2], &[0, 1, 1, 2]];
    let route: Vec<usize> = (0..rows).map(|row| of_kind[kind[row]][row / 2 % of_kind[kind[row]].len()]).collect();
    let time: Vec<f64> = (0..rows).map(|row| 3.0 * route[row] as f64 + (row as f64 * 1.7).sin()).collect();
    let data = Dataset::from_columns([("time", time)])
        .and_then(|data| data.with_text_column("kind", kind.iter().map(|&kind| ["bulk", "rush"][kind])))
        .and_then(|data| data.with_text_column("route", route.iter().map(|&route| ["air", "rail", "sea"][route])))
        .unwrap();
    let model = StructuralCausalModel::new(CausalGraph::from_edges([("kind", "route"), ("route", "time")]).unwrap())
        .with_mechanism("route", ClassifierModel::shares())
        .and_then(|model| model.with_mechanism("time", AdditiveNoiseModel::linear()))
        .and_then(|model| model.assign_mechanisms(&data)?.fit(&data))
        .unwrap();
    let row = |kind: &str, route: &str, time: f64| {
        Observation::from_pairs([("time", time)])
            .and_then(|row| row.with_text("kind", kind)?.with_text("route", route))
            .unwrap()
    };
    let (before, after) = (row("bulk", "air", 0.5), row("rush", "sea", 6.25));
    let config = UnitChangeConfig::default().with_draws(8_192);
    let found = model.unit_change(&model, "time", &before, &after, &config).unwrap();
    sums_up(&found);
    // By hand: the class of the noise of one row at the kind of the other.
    let cumulated = |kind: usize| {
        let shares = model.mechanism("route").unwrap().class_probabilities(&[kind as f64]).unwrap();
        [0.0, shares[0], shares[0] + shares[1], 1.0]
    };
    let function = |code: usize| model.mechanism("time").unwrap().evaluate(&[code as f64], 0.0);
    let time_noise = |row: usize| [0.5 - function(0), 6.25 - function(2)][row];
    let expected_time = |kind: usize, row: usize| {
        let (class, own) = ([0, 2][row], cumulated(row));
        let (low, high, ends) = (own[class], own[class + 1], cumulated(kind));
        (0..3)
            .map(|code| (high.min(ends[code + 1]) - low.max(ends[code])).max(0.0) / (high - low) * function(code))
            .sum::<f64>()
    };
    // Players: kind, the noise of route, the noise of time.
    let value = |coalition: usize| {
        let from = |player: usize| coalition >> player & 1;
        expected_time(from(0), from(1)) + time_noise(from(2))
    };
    let truth = shapley_by_enumeration(&(0..8).map(value).collect::<Vec<f64>>(), 3);
    for (node, truth) in ["kind", "route", "time"].into_iter().zip(truth) {
        let part = found.parts.iter().find(|part| part.node == node).unwrap();
        assert!((part.value - truth).abs() <= 4.5 * part.std_error + 2e-3, "{part:?}, not {truth}");
    }
    assert!(found.parts.iter().any(|part| part.std_error > 0.0));
}

#[test]
fn what_cannot_be_split_is_refused() {
    let (old, new) = (linear([1.0, 1.0], 0.0), linear([2.0, 1.0], 0.0));
    let config = UnitChangeConfig::default();
    let full = Observation::from_pairs([("a", 1.0), ("b", 1.0), ("total", 2.0)]).unwrap();
    let without = |node: &str| {
        Observation::from_pairs(
            [("a", 1.0), ("b", 1.0), ("total", 2.0)].into_iter().filter(|(name, _)| *name != node).collect::<Vec<_>>(),
        )
        .unwrap()
    };
    let system = |after: &Observation| old.unit_change(&new, "total", &full, after, &config);
    let node = |after: &Observation| old.node_change(&new, "total", &full, after, &config);
    for (result, fragment) in [
        (system(&without("a")), "`a`"),
        (system(&without("total")), "`total`"),
        (node(&without("b")), "`b`"),
        (node(&without("total")), "`total`"),
        (old.node_change(&new, "nobody", &full, &full, &config), "`nobody`"),
        (old.unit_change(&new, "nobody", &full, &full, &config), "`nobody`"),
        (old.unit_change(&new, "total", &full, &full, &config.with_draws(3)), "at least 32"),
        (old.node_change(&invoice(0.1, 0.0), "total", &full, &full, &config), "`total`"),
    ] {
        let message = result.expect_err("an error").to_string();
        assert!(message.contains(fragment), "{message}");
    }
    let nan = Observation::from_pairs([("a", f64::NAN), ("b", 1.0), ("total", 2.0)]).unwrap();
    assert!(system(&nan).is_err() && node(&nan).is_err());
    // The arrows of both together form a cycle.
    let normal = || NoiseDistribution::normal(0.0, 1.0).unwrap();
    let turned = |cause: &str, effect: &str| {
        let sum = AdditiveNoiseModel::known(KnownFormula::sum([cause])).with_noise(normal());
        let last = AdditiveNoiseModel::known(KnownFormula::sum([effect])).with_noise(normal());
        StructuralCausalModel::new(CausalGraph::from_edges([(cause, effect), (effect, "z")]).unwrap())
            .with_mechanism(cause, normal())
            .and_then(|model| model.with_mechanism(effect, sum)?.with_mechanism("z", last)?.without_fitting())
            .unwrap()
    };
    let row = Observation::from_pairs([("x", 1.0), ("y", 1.0), ("z", 2.0)]).unwrap();
    let cycle = turned("x", "y").unit_change(&turned("y", "x"), "z", &row, &row, &config);
    assert!(matches!(cycle, Err(Error::Cycle { .. })));
}
