//! What rows would have been.

use super::{close, reference_cases, reference_model};
use crate::linear_gaussian::LinearGaussian;
use etiology::intervention::{Intervention, InterventionConfig};
use etiology::mechanism::{ClassifierModel, LocationScaleModel};
use etiology::{
    AdditiveNoiseModel, CausalGraph, Dataset, FittedModel, KnownFormula, NoiseDistribution, Observation,
    StructuralCausalModel,
};

#[test]
fn reference_counterfactuals() {
    for case in reference_cases() {
        let (model, truth) = (reference_model(&case, "old"), &case["counterfactual"]);
        let row =
            truth["row"].as_object().unwrap().iter().map(|(node, value)| (node.as_str(), value.as_f64().unwrap()));
        let row = Observation::from_pairs(row).unwrap();
        let done = Intervention::new().set(truth["node"].as_str().unwrap(), truth["value"].as_f64().unwrap());
        let found = model.counterfactual(&row, &done).unwrap();
        close(found.get(case["target"].as_str().unwrap()).unwrap(), truth["target"].as_f64().unwrap());
    }
}

#[test]
fn linear_rows_follow_by_hand_and_many_rows_have_the_bits_of_each() {
    for seed in 0..20 {
        let linear = LinearGaussian::random(seed);
        let (model, at) = (linear.model(), seed as usize % linear.parents.len());
        let done = Intervention::new().shift(LinearGaussian::name(at), 2.0);
        let found = model.counterfactual(&linear.observation(), &done).unwrap();
        // The row of noises that moved by 2 at this node.
        let mut moved = linear.clone();
        moved.noises[at] += 2.0;
        for (node, value) in moved.values().into_iter().enumerate() {
            close(found.get(&LinearGaussian::name(node)).unwrap(), value);
        }
        let rows = model.draw_samples(10_000, seed).unwrap();
        let all = model.counterfactuals(&rows, &done).unwrap();
        for row in [0, 1, 5_000, 9_999] {
            let alone = model.counterfactual(&rows.row(row).unwrap(), &done).unwrap();
            assert_eq!(all.row(row).unwrap(), alone);
        }
        // Draws under an intervention are the counterfactuals of draws without.
        let drawn = model.draw_interventional(&done, 10_000, seed).unwrap();
        all.values().iter().zip(drawn.values()).for_each(|(found, drawn)| close(*found, *drawn));
    }
}

#[test]
fn what_nothing_reaches_stays_to_the_bit_and_nothing_done_changes_nothing() {
    let linear = LinearGaussian::random(3);
    let (model, row) = (linear.model(), linear.observation());
    assert_eq!(model.counterfactual(&row, &Intervention::new()).unwrap(), row);
    let last = linear.target();
    let found = model.counterfactual(&row, &Intervention::new().set(&last, 0.5)).unwrap();
    for node in row.names() {
        assert_eq!(found.get(node), if *node == last { Some(0.5) } else { row.get(node) });
    }
}

/// load → latency, of which the noise grows with the load.
fn widening() -> FittedModel {
    let rows = 400;
    let load: Vec<f64> = (0..rows).map(|row| 1.0 + f64::from(row * 37 % 100) / 50.0).collect();
    let wave = |row: usize| (row as f64 * 1.7).sin() + 0.5 * (row as f64 * 0.37).cos();
    let latency: Vec<f64> = load.iter().enumerate().map(|(row, load)| 3.0 * load + load * wave(row)).collect();
    let data = Dataset::from_columns([("load", load), ("latency", latency)]).unwrap();
    StructuralCausalModel::new(CausalGraph::from_edges([("load", "latency")]).unwrap())
        .with_mechanism("latency", LocationScaleModel::linear())
        .and_then(|model| model.assign_mechanisms(&data)?.fit(&data))
        .unwrap()
}

#[test]
fn noise_that_is_not_added_is_recovered_and_replayed() {
    let model = widening();
    let mechanism = model.mechanism("latency").unwrap();
    let row = Observation::from_pairs([("load", 2.0), ("latency", 7.5)]).unwrap();
    let noise = mechanism.estimate_noise(&[2.0], 7.5);
    let found = model.counterfactual(&row, &Intervention::new().set("load", 1.25)).unwrap();
    close(found.get("latency").unwrap(), mechanism.evaluate(&[1.25], noise));
}

#[test]
fn a_replaced_mechanism_gets_the_rows_noise_wherever_its_intercept_stands() {
    let normal = |mean: f64| NoiseDistribution::normal(mean, 1.0).unwrap();
    let api = |weight: f64, mean: f64| {
        AdditiveNoiseModel::known(KnownFormula::weighted_sum([("db", weight)]).unwrap()).with_noise(normal(mean))
    };
    let model = StructuralCausalModel::new(CausalGraph::from_edges([("db", "api")]).unwrap())
        .with_mechanism("db", normal(0.0))
        .and_then(|model| model.with_mechanism("api", api(1.0, 5.0)))
        .and_then(|model| model.without_fitting())
        .unwrap();
    // 0.25 above what is expected, before and after.
    let row = Observation::from_pairs([("db", 2.0), ("api", 7.25)]).unwrap();
    let found = model.counterfactual(&row, &Intervention::new().replace("api", api(3.0, 1.0))).unwrap();
    close(found.get("api").unwrap(), 6.0 + 1.0 + 0.25);
    // A distribution in its place is drawn afresh.
    let done = Intervention::new().replace("api", NoiseDistribution::normal(4.0, 0.5).unwrap());
    let found = model.counterfactual_row(&row, &done, &InterventionConfig::default().with_row_draws(4_096)).unwrap();
    let api = found.node("api").unwrap();
    let value = api.value.unwrap();
    assert!((value.value - 4.0).abs() <= 4.5 * value.std_error && value.std_error < 0.02, "{value:?}");
    assert!((api.std_dev - 0.5).abs() < 0.01);
}

#[test]
fn a_missing_value_is_averaged_over_and_does_not_matter_where_it_cancels() {
    // a → b → c, all sums, with noises of variance 1.
    let sum = |parent: &str| {
        AdditiveNoiseModel::known(KnownFormula::sum([parent])).with_noise(NoiseDistribution::normal(0.0, 1.0).unwrap())
    };
    let model = StructuralCausalModel::new(CausalGraph::from_edges([("a", "b"), ("b", "c")]).unwrap())
        .with_mechanism("a", NoiseDistribution::normal(0.0, 1.0).unwrap())
        .and_then(|model| model.with_mechanism("b", sum("a")))
        .and_then(|model| model.with_mechanism("c", sum("b")))
        .and_then(|model| model.without_fitting())
        .unwrap();
    let row = Observation::from_pairs([("a", 1.0), ("b", f64::NAN), ("c", 4.0)]).unwrap();
    let done = Intervention::new().set("a", 3.0);
    let config = InterventionConfig::default().with_row_draws(4_096);
    let found = model.counterfactual_row(&row, &done, &config).unwrap();
    let (b, c) = (found.node("b").unwrap(), found.node("c").unwrap());
    let value = b.value.unwrap();
    assert!((value.value - 3.0).abs() <= 4.5 * value.std_error && (b.std_dev - 1.0).abs() < 0.02, "{b:?}");
    assert!(value.std_error > 0.0 && b.observed.is_none());
    // c moves by 2 whatever b was.
    close(c.value.unwrap().value, 6.0);
    assert!(c.std_dev < 1e-12);
    let table =
        Dataset::from_columns([("a", vec![1.0, 1.0]), ("b", vec![f64::NAN, 1.5]), ("c", vec![4.0, 4.0])]).unwrap();
    let all = model.counterfactuals(&table, &done).unwrap();
    close(all.column("c").unwrap()[0], 6.0);
    assert_eq!(all.column("b").unwrap()[1], 3.5);
    assert_eq!(all.column("b").unwrap()[0], model.counterfactual(&row, &done).unwrap().get("b").unwrap());
    // What is set need not have been observed, if nothing below needs it.
    let row = Observation::from_pairs([("a", 1.0), ("b", 2.0)]).unwrap();
    let found = model.counterfactual_row(&row, &Intervention::new().set("c", 0.0), &config).unwrap();
    assert!(found.nodes.iter().all(|node| node.std_dev == 0.0));
}

/// region → status → cost.
fn orders() -> FittedModel {
    let rows = 600;
    let region: Vec<usize> = (0..rows).map(|row| row * 7 % 3).collect();
    let of_region: [&[usize]; 3] = [&[0, 0, 0, 1, 2], &[0, 1, 2], &[0, 1, 1, 2]];
    let class = |row: usize| of_region[region[row]][row / 3 % of_region[region[row]].len()];
    let status: Vec<usize> = (0..rows).map(class).collect();
    let cost: Vec<f64> = (0..rows).map(|row| 2.0 * status[row] as f64 + (row as f64 * 1.7).sin()).collect();
    let names = |codes: &[usize], names: [&'static str; 3]| codes.iter().map(|&code| names[code]).collect::<Vec<_>>();
    let data = Dataset::from_columns([("cost", cost)])
        .and_then(|data| data.with_text_column("region", names(&region, ["AP", "EU", "US"])))
        .and_then(|data| data.with_text_column("status", names(&status, ["none", "refused", "timeout"])))
        .unwrap();
    StructuralCausalModel::new(CausalGraph::from_edges([("region", "status"), ("status", "cost")]).unwrap())
        .with_mechanism("status", ClassifierModel::shares())
        .and_then(|model| model.with_mechanism("cost", AdditiveNoiseModel::linear()))
        .and_then(|model| model.assign_mechanisms(&data)?.fit(&data))
        .unwrap()
}

#[test]
fn a_class_tells_an_interval_of_noise_and_its_overlaps_are_the_probabilities() {
    let model = orders();
    let cumulated = |region: f64| {
        let shares = model.mechanism("status").unwrap().class_probabilities(&[region]).unwrap();
        [0.0, shares[0], shares[0] + shares[1], 1.0]
    };
    let (in_us, in_ap) = (cumulated(2.0), cumulated(0.0));
    // Observed: refused, in the US.
    let (low, high) = (in_us[1], in_us[2]);
    let overlap = |code: usize| (high.min(in_ap[code + 1]) - low.max(in_ap[code])).max(0.0) / (high - low);
    let row = Observation::from_pairs([("cost", 2.25)])
        .and_then(|row| row.with_text("region", "US")?.with_text("status", "refused"))
        .unwrap();
    let config = InterventionConfig::default().with_row_draws(4_096);
    let found = model.counterfactual_row(&row, &Intervention::new().set_level("region", "AP"), &config).unwrap();
    let status = found.node("status").unwrap();
    for (code, share) in status.levels.iter().enumerate() {
        let (value, error) = (share.probability.value, share.probability.std_error);
        assert!((value - overlap(code)).abs() <= 4.5 * error + 1e-3, "{share:?}, not {}", overlap(code));
    }
    assert!(status.levels.iter().any(|share| share.probability.std_error > 0.0), "{status:?}");
    let best = status.levels.iter().max_by(|a, b| a.probability.value.total_cmp(&b.probability.value)).unwrap();
    assert_eq!(status.level.as_ref(), Some(&best.level));
    // The cost keeps its noise, and is averaged over the classes.
    let mechanism = model.mechanism("cost").unwrap();
    let noise = mechanism.estimate_noise(&[1.0], 2.25);
    let expected: f64 = (0..3).map(|code| overlap(code) * mechanism.evaluate(&[code as f64], noise)).sum();
    let cost = found.node("cost").unwrap().value.unwrap();
    assert!((cost.value - expected).abs() <= 4.5 * cost.std_error + 2e-3, "{cost:?}, not {expected}");
}

#[test]
fn an_unknown_level_that_nothing_reaches_stays_as_it_was_written() {
    let model = orders();
    let table = Dataset::from_columns([("cost", vec![1.0, 2.0])])
        .and_then(|data| {
            data.with_text_column("region", ["LATAM", "EU"])?.with_text_column("status", ["none", "refused"])
        })
        .unwrap();
    let found = model.counterfactuals(&table, &Intervention::new().set_level("status", "timeout")).unwrap();
    assert_eq!(found.row(0).unwrap().text("region"), Some("LATAM"));
    assert_eq!(found.row(1).unwrap().text("status"), Some("timeout"));
    let alone =
        model.counterfactual(&table.row(0).unwrap(), &Intervention::new().set_level("status", "timeout")).unwrap();
    assert_eq!(alone.text("region"), Some("LATAM"));
}

#[test]
fn stated_errors_hold_what_a_row_leaves_open() {
    // top = max(a, b) + noise, where a is missing: with b = 2 instead of 0.5, top would have been larger by max(a, 2) − max(a, 0.5).
    let exponential = || NoiseDistribution::exponential(1.0).unwrap();
    let top = AdditiveNoiseModel::known(KnownFormula::maximum(["a", "b"]));
    let race = StructuralCausalModel::new(CausalGraph::from_edges([("a", "top"), ("b", "top")]).unwrap())
        .with_mechanism("a", exponential())
        .and_then(|model| model.with_mechanism("b", exponential()))
        .and_then(|model| model.with_mechanism("top", top.with_noise(NoiseDistribution::normal(0.0, 0.5).unwrap())))
        .and_then(|model| model.without_fitting())
        .unwrap();
    let raced = Observation::from_pairs([("b", 0.5), ("top", 1.25)]).unwrap();
    let larger = |b: f64| b + (-b).exp();
    // region → status → cost, with the shares of an interval of noise.
    let orders = orders();
    let ordered = Observation::from_pairs([("cost", 2.25)])
        .and_then(|row| row.with_text("region", "US")?.with_text("status", "refused"))
        .unwrap();
    let cumulated = |region: f64| {
        let shares = orders.mechanism("status").unwrap().class_probabilities(&[region]).unwrap();
        [0.0, shares[0], shares[0] + shares[1], 1.0]
    };
    let (in_us, in_ap) = (cumulated(2.0), cumulated(0.0));
    let (low, high) = (in_us[1], in_us[2]);
    let overlap = |code: usize| (high.min(in_ap[code + 1]) - low.max(in_ap[code])).max(0.0) / (high - low);
    let mechanism = orders.mechanism("cost").unwrap();
    let noise = mechanism.estimate_noise(&[1.0], 2.25);
    let cost: f64 = (0..3).map(|code| overlap(code) * mechanism.evaluate(&[code as f64], noise)).sum();
    let likeliest = (0..3).max_by(|&one, &other| overlap(one).total_cmp(&overlap(other))).unwrap();
    let truths = [1.25 + larger(2.0) - larger(0.5), cost, overlap(likeliest)];
    for draws in [256, 1_024] {
        let mut held = [0; 3];
        for seed in 0..200 {
            let config = InterventionConfig::default().with_row_draws(draws).with_seed(seed);
            let raced = race.counterfactual_row(&raced, &Intervention::new().set("b", 2.0), &config).unwrap();
            let ordered =
                orders.counterfactual_row(&ordered, &Intervention::new().set_level("region", "AP"), &config).unwrap();
            let found = [
                raced.node("top").unwrap().value.unwrap(),
                ordered.node("cost").unwrap().value.unwrap(),
                ordered.node("status").unwrap().levels[likeliest].probability,
            ];
            for (held, (found, truth)) in held.iter_mut().zip(found.iter().zip(truths)) {
                *held += usize::from((found.value - truth).abs() <= 1.96 * found.std_error);
            }
        }
        println!("{draws} draws: {held:?} of 200");
        // Of few steps the rule of three says what is held at least.
        assert!((180..=198).contains(&held[0]) && held[1..].iter().all(|&held| held >= 180), "{draws}: {held:?}");
    }
}
