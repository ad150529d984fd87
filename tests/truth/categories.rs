//! Categories against brute force: sums over all cells of the uniform noises, cut wherever any parents change the class.

use std::collections::BTreeMap;

use etiology::attribution::{EngineName, Estimator};
use etiology::mechanism::ClassifierModel;
use etiology::{
    AdditiveNoiseModel, AttributionConfig, CausalGraph, Dataset, FeatureMap, FittedModel, NoiseDistribution,
    Observation, Quantity, StructuralCausalModel,
};

const ROWS: usize = 90;
const REGIONS: [&str; 3] = ["AP", "EU", "US"];
const VENDORS: [&str; 3] = ["A", "B", "C"];
const ERRORS: [&str; 3] = ["none", "refused", "timeout"];

/// region → vendor → error ← region, and error → cost.
struct Orders {
    region: Vec<usize>,
    vendor: Vec<usize>,
    error: Vec<usize>,
    data: Dataset,
}

fn orders() -> Orders {
    let hash = |row: usize, salt: usize| (row * 2_654_435_761 + salt * 40_503 + row * row * 97 * salt) >> 4;
    let region: Vec<usize> = (0..ROWS).map(|row| [0, 1, 1, 1, 2, 2][hash(row, 1) % 6]).collect();
    let vendor: Vec<usize> = (0..ROWS).map(|row| [region[row], 1, 2, 0, region[row]][hash(row, 2) % 5]).collect();
    let error: Vec<usize> =
        (0..ROWS).map(|row| [0, 0, 0, vendor[row], (vendor[row] * region[row]) % 3, 0][hash(row, 3) % 6]).collect();
    let cost: Vec<f64> = (0..ROWS).map(|row| 10.0 + 15.0 * (error[row] as f64) + (row as f64 * 1.7).sin()).collect();
    let text = |codes: &[usize], names: [&'static str; 3]| codes.iter().map(|&code| names[code]).collect::<Vec<_>>();
    let data = Dataset::from_columns([("cost", cost)]).unwrap();
    let data = data.with_text_column("region", text(&region, REGIONS)).unwrap();
    let data = data.with_text_column("vendor", text(&vendor, VENDORS)).unwrap();
    let data = data.with_text_column("error", text(&error, ERRORS)).unwrap();
    Orders { region, vendor, error, data }
}

fn model(data: &Dataset) -> FittedModel {
    let graph =
        CausalGraph::from_edges([("region", "vendor"), ("region", "error"), ("vendor", "error"), ("error", "cost")]);
    StructuralCausalModel::new(graph.unwrap())
        .with_mechanism("vendor", ClassifierModel::shares())
        .unwrap()
        .with_mechanism("error", ClassifierModel::shares())
        .unwrap()
        .with_mechanism("cost", AdditiveNoiseModel::linear())
        .unwrap()
        .assign_mechanisms(data)
        .unwrap()
        .fit(data)
        .unwrap()
}

/// (n_k + p_k)/(n + 1), p_k = (n_k of all rows + 1/3)/(rows + 1), of the rows with these values of the others.
fn shares(rows: impl Fn(usize) -> bool, classes: &[usize]) -> [f64; 3] {
    let of_all: [f64; 3] = std::array::from_fn(|k| {
        (classes.iter().filter(|&&class| class == k).count() as f64 + 1.0 / 3.0) / (ROWS as f64 + 1.0)
    });
    let count = |k: usize| (0..ROWS).filter(|&row| rows(row) && classes[row] == k).count() as f64;
    let all: f64 = (0..3).map(count).sum();
    std::array::from_fn(|k| (count(k) + of_all[k]) / (all + 1.0))
}

fn cumulated(shares: [f64; 3]) -> [f64; 3] {
    [shares[0], shares[0] + shares[1], 1.0]
}

fn class(cumulated: [f64; 3], noise: f64) -> usize {
    cumulated.iter().position(|&end| noise < end).unwrap()
}

/// The cells of a uniform noise with their widths, and where it is kept those of an interval, whose widths sum to 1.
fn cells(all: &[[f64; 3]], kept: Option<(f64, f64)>) -> Vec<(f64, f64)> {
    let mut cuts: Vec<f64> = all
        .iter()
        .flatten()
        .copied()
        .chain([0.0])
        .chain(kept.into_iter().flat_map(|(low, high)| [low, high]))
        .collect();
    cuts.sort_by(f64::total_cmp);
    let (low, high) = kept.unwrap_or((0.0, 1.0));
    let cell = |pair: &[f64]| {
        let (from, to) = (pair[0].max(low), pair[1].min(high));
        (to > from).then(|| (f64::midpoint(from, to), (to - from) / (high - low)))
    };
    cuts.windows(2).filter_map(cell).collect()
}

/// What is asked about: the class of the error, or the cost.
#[derive(Clone, Copy, PartialEq)]
enum Target {
    Error,
    Cost,
}

/// The probability of the event for every set of kept nodes (region, vendor, error and cost have the bits 1, 2, 4 and 8), by sums over
/// cells.
fn probabilities(orders: &Orders, model: &FittedModel, event: [usize; 3], cost: f64, target: Target) -> Vec<f64> {
    let Orders { region, vendor, error, .. } = orders;
    let of_vendor: [[f64; 3]; 3] = std::array::from_fn(|r| cumulated(shares(|row| region[row] == r, vendor)));
    let of_error: Vec<[f64; 3]> =
        (0..9).map(|pair| cumulated(shares(|row| region[row] == pair / 3 && vendor[row] == pair % 3, error))).collect();
    let interval =
        |cumulated: [f64; 3], class: usize| (if class == 0 { 0.0 } else { cumulated[class - 1] }, cumulated[class]);
    let kept_vendor = interval(of_vendor[event[0]], event[1]);
    let kept_error = interval(of_error[3 * event[0] + event[1]], event[2]);
    let mechanism = model.mechanism("cost").unwrap();
    let NoiseDistribution::Empirical(noises) = mechanism.noise() else { panic!("empirical noise") };
    let kept_cost = mechanism.estimate_noise(&[event[2] as f64], cost);
    let of_set = |set: usize| {
        let is_kept = |bit: usize| set & bit != 0;
        let regions: Vec<(usize, f64)> = match is_kept(1) {
            true => vec![(event[0], 1.0)],
            false => {
                (0..3).map(|r| (r, region.iter().filter(|&&other| other == r).count() as f64 / ROWS as f64)).collect()
            }
        };
        let vendors = cells(&of_vendor, is_kept(2).then_some(kept_vendor));
        let errors = cells(&of_error, is_kept(4).then_some(kept_error));
        let costs: Vec<f64> = if is_kept(8) { vec![kept_cost] } else { noises.values().to_vec() };
        let mut sum = 0.0;
        for &(r, of_region) in &regions {
            for &(u, of_u) in &vendors {
                let v = class(of_vendor[r], u);
                for &(w, of_w) in &errors {
                    let e = class(of_error[3 * r + v], w);
                    let hits = match target {
                        Target::Error => f64::from(u8::from(e == event[2])),
                        Target::Cost => {
                            let extreme = |&noise: &f64| mechanism.evaluate(&[e as f64], noise) >= cost - 1e-9;
                            costs.iter().filter(|noise| extreme(noise)).count() as f64 / costs.len() as f64
                        }
                    };
                    sum += of_region * of_u * of_w * hits;
                }
            }
        }
        sum
    };
    (0..if target == Target::Error { 8 } else { 16 }).map(of_set).collect()
}

fn shapley(worth: &[f64]) -> Vec<f64> {
    let players = worth.len().trailing_zeros() as usize;
    let factorial = |n: usize| (1..=n).map(|k| k as f64).product::<f64>();
    let of_player = |player: usize| {
        let without = (0..worth.len()).filter(|set| set >> player & 1 == 0);
        without
            .map(|set| {
                let size = (set as u32).count_ones() as usize;
                let weight = factorial(size) * factorial(players - size - 1) / factorial(players);
                weight * (worth[set | 1 << player] - worth[set])
            })
            .sum()
    };
    (0..players).map(of_player).collect()
}

fn event(codes: [usize; 3], cost: f64) -> Observation {
    let event = Observation::from_pairs([("cost", cost)]).unwrap();
    let texts = [("region", REGIONS[codes[0]]), ("vendor", VENDORS[codes[1]]), ("error", ERRORS[codes[2]])];
    texts.into_iter().fold(event, |event, (name, text)| event.with_text(name, text).unwrap())
}

#[test]
fn finite_models_are_counted_out_as_brute_force_does() {
    let orders = orders();
    let model = model(&orders.data);
    let names = ["region", "vendor", "error", "cost"];
    let cost = 41.234_567_890_123;
    for codes in [[0, 2, 2], [1, 0, 1], [2, 1, 2], [1, 1, 0], [0, 0, 2]] {
        for (target, name) in [(Target::Error, "error"), (Target::Cost, "cost")] {
            let q = probabilities(&orders, &model, codes, cost, target);
            assert!((q[q.len() - 1] - 1.0).abs() < 1e-12);
            let floor = 1.0 / (2.0 * ROWS as f64);
            let nats: Vec<f64> = q.iter().map(|q| ((q + floor) / (1.0 + floor)).ln()).collect();
            let config = AttributionConfig::default().with_feature_map(FeatureMap::UpperTail);
            let found = model.attribute_outlier(name, &event(codes, cost), &config).unwrap();
            assert_eq!(found.explain().engine, EngineName::Enumeration);
            assert!((found.score.value + nats[0]).abs() < 1e-9, "{codes:?} {name}");
            for (node, expected) in names.iter().zip(shapley(&nats)) {
                let contribution = found.contribution(node).unwrap().value;
                assert!((contribution - expected).abs() < 1e-9, "{codes:?} {name} {node}: {contribution} {expected}");
            }
            let attributor = model.attributor(name, config.clone()).unwrap();
            for (set, expected) in q.iter().enumerate() {
                let kept =
                    |node: &str| names.iter().position(|name| *name == node).is_some_and(|bit| set >> bit & 1 == 1);
                let single = attributor.what_if(&event(codes, cost), kept).unwrap();
                assert!((single.value - expected).abs() < 1e-9, "{codes:?} {name} {set}: {} {expected}", single.value);
            }
            if target == Target::Error {
                let of_mean = model
                    .attribute_outlier(name, &event(codes, cost), &config.with_quantity(Quantity::MeanDeviation))
                    .unwrap();
                let less_one: Vec<f64> = q.iter().map(|q| q - 1.0).collect();
                for (node, expected) in names.iter().zip(shapley(&less_one)) {
                    assert!((of_mean.contribution(node).unwrap().value - expected).abs() < 1e-9, "{codes:?} {node}");
                }
            }
        }
    }
}

#[test]
fn shares_are_those_that_are_documented() {
    let orders = orders();
    let model = model(&orders.data);
    let Orders { region, vendor, error, .. } = &orders;
    for pair in 0..9 {
        let (r, v) = (pair / 3, pair % 3);
        let expected = shares(|row| region[row] == r && vendor[row] == v, error);
        let mechanism = model.mechanism("error").unwrap();
        let of_code = BTreeMap::from([("region", r as f64), ("vendor", v as f64)]);
        let parents: Vec<f64> = model.mechanism_parents("error").unwrap().iter().map(|name| of_code[name]).collect();
        let found = mechanism.class_probabilities(&parents).unwrap();
        assert!(
            found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-12),
            "{found:?} {expected:?}"
        );
    }
}

/// A class with a number for a cause: q({x}) is the probability given x, q({y}) the share of the class's interval that is the class's,
/// on average over x.
#[test]
fn a_class_of_a_number_is_sampled_as_an_integral_over_the_number_says() {
    let x: Vec<f64> = (0..400).map(|row| 3.0 * (row as f64 * 0.618_034).fract() + (row as f64 * 2.3).sin()).collect();
    let y: Vec<&str> = (0..400)
        .map(|row| match x[row] + 1.5 * (row as f64 * 5.1).sin() {
            z if z < 0.5 => "low",
            z if z < 2.0 => "middle",
            _ => "top",
        })
        .collect();
    let data = Dataset::from_columns([("x", x.clone())]).unwrap().with_text_column("y", y).unwrap();
    let model = StructuralCausalModel::new(CausalGraph::from_edges([("x", "y")]).unwrap());
    let model = model.assign_mechanisms(&data).unwrap();
    assert_eq!(model.assignment_report().unwrap().node("y").unwrap().mechanism, "logistic regression");
    let model = model.fit(&data).unwrap();
    let mechanism = model.mechanism("y").unwrap();
    let cumulated = |x: f64| {
        let p = mechanism.class_probabilities(&[x]).unwrap();
        cumulated([p[0], p[1], p[2]])
    };
    let interval = |ends: [f64; 3]| (ends[0], ends[1]);
    let observed = 3.4;
    let (low, high) = interval(cumulated(observed));
    let mean = |f: &dyn Fn(f64) -> f64| x.iter().map(|&x| f(x)).sum::<f64>() / x.len() as f64;
    let of_nobody = mean(&|x| interval(cumulated(x)).1 - interval(cumulated(x)).0);
    let of_y = mean(&|x| {
        let (from, to) = interval(cumulated(x));
        (to.min(high) - from.max(low)).max(0.0) / (high - low)
    });
    let floor = 1.0 / 800.0;
    let worth = |q: f64| ((q + floor) / (1.0 + floor)).ln();
    let expected = shapley(&[of_nobody, high - low, of_y, 1.0].map(worth));
    let event = Observation::from_pairs([("x", observed)]).unwrap().with_text("y", "middle").unwrap();
    let config = AttributionConfig::default();
    let found = model.attribute_outlier("y", &event, &config).unwrap();
    assert_eq!(found.explain().engine, EngineName::Sampling, "{}", found.explain());
    for (node, expected) in ["x", "y"].into_iter().zip(expected) {
        let part = found.contribution(node).unwrap();
        assert!(
            (part.value - expected).abs() < 4.0 * part.std_error + 1e-6,
            "{node}: {} ± {} {expected}",
            part.value,
            part.std_error
        );
        assert!(part.std_error < 0.02);
    }
    let counted = model.attribute_outlier("y", &event, &config.with_estimator(Estimator::Counting)).unwrap();
    assert!((counted.score.value - found.score.value).abs() < 4.0 * counted.score.std_error);
}
