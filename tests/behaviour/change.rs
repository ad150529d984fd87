//! Why a distribution changed: who did it, by how much, and that nothing else is blamed.

use etiology::change::{ChangeConfig, ChangeTest, DistributionChange, Functional};
use etiology::mechanism::{ClassifierModel, LinearRegression, PostNonlinearModel};
use etiology::shapley::ShapleyConfig;
use etiology::{
    AdditiveNoiseModel, CausalGraph, Dataset, FittedModel, KnownFormula, NoiseDistribution, NoiseFamily, ShapleyMethod,
    StructuralCausalModel,
};

const EVERY: [Functional; 7] = [
    Functional::Mean,
    Functional::Variance,
    Functional::Quantile(0.9),
    Functional::AboveThreshold(1.0),
    Functional::KullbackLeibler,
    Functional::JensenShannon,
    Functional::Wasserstein,
];

fn graph(edges: &[(&str, &str)]) -> CausalGraph {
    CausalGraph::from_edges(edges.iter().copied()).unwrap()
}

fn normal(mean: f64, std_dev: f64) -> NoiseDistribution {
    NoiseDistribution::normal(mean, std_dev).unwrap()
}

fn sum<const N: usize>(terms: [(&str, f64); N], noise: NoiseDistribution) -> AdditiveNoiseModel {
    AdditiveNoiseModel::known(KnownFormula::weighted_sum(terms).unwrap()).with_noise(noise)
}

/// x → y → z with these mean of x, slope of y and standard deviation of z.
fn chain(mean: f64, slope: f64, std_dev: f64) -> FittedModel {
    StructuralCausalModel::new(graph(&[("x", "y"), ("y", "z")]))
        .with_mechanism("x", normal(mean, 1.0))
        .and_then(|model| model.with_mechanism("y", sum([("x", slope)], normal(0.0, 0.5))))
        .and_then(|model| model.with_mechanism("z", sum([("y", 1.0)], normal(0.0, std_dev))))
        .and_then(|model| model.without_fitting())
        .unwrap()
}

fn learned_chain() -> StructuralCausalModel {
    StructuralCausalModel::new(graph(&[("x", "y"), ("y", "z")]))
        .with_mechanism("x", NoiseFamily::Empirical)
        .and_then(|model| model.with_mechanism("y", AdditiveNoiseModel::linear()))
        .and_then(|model| model.with_mechanism("z", AdditiveNoiseModel::linear()))
        .unwrap()
}

fn sum_of(change: &DistributionChange) -> f64 {
    change.contributions.iter().map(|node| node.value).sum()
}

fn of<'c>(change: &'c DistributionChange, node: &str) -> &'c etiology::change::NodeChange {
    change.contribution(node).unwrap()
}

#[test]
fn who_did_not_change_contributes_exactly_nothing_and_all_sum_to_the_change() {
    let (old, new) = (chain(0.0, 1.0, 0.5), chain(0.0, 1.5, 1.0));
    for functional in EVERY {
        let config = ChangeConfig::default().with_functional(functional);
        let change = old.distribution_change(&new, "z", &config).unwrap();
        assert!((sum_of(&change) - change.total.value).abs() < 1e-12, "{change}");
        assert!(of(&change, "x").value == 0.0 && !of(&change, "x").changed, "{change}");
        assert!(of(&change, "y").changed && of(&change, "z").changed, "{change}");
        let back = old.distribution_change(&old.clone(), "z", &config).unwrap();
        assert!(back.total.value == 0.0 && sum_of(&back) == 0.0, "{back}");
        let again = serde_json::from_str(&serde_json::to_string(&change).unwrap()).unwrap();
        assert_eq!(change, again);
    }
}

#[test]
fn samples_agree_with_the_closed_form_within_their_errors() {
    let (old, new) = (chain(0.0, 1.0, 0.5), chain(0.7, 1.4, 0.8));
    // The functional as a closure, which is asked of samples.
    let pairs: [(Functional, Functional); 2] = [
        (Functional::Mean, Functional::custom(|samples| samples.iter().sum::<f64>() / samples.len() as f64)),
        (
            Functional::AboveThreshold(1.0),
            Functional::custom(|samples| samples.iter().filter(|&&y| y > 1.0).count() as f64 / samples.len() as f64),
        ),
    ];
    for (exact, sampled) in pairs {
        let ask = |functional| {
            let config = ChangeConfig::default().with_functional(functional);
            old.distribution_change(&new, "z", &config).unwrap()
        };
        let (exact, sampled) = (ask(exact), ask(sampled));
        assert!(exact.samples.is_none() && sampled.samples == Some(16_384));
        for node in &exact.contributions {
            let found = of(&sampled, &node.node);
            assert!(node.std_error == 0.0 && found.std_error < 0.005);
            assert!((found.value - node.value).abs() < 4.0 * found.std_error + 1e-12, "{exact}\n{sampled}");
        }
    }
}

#[test]
fn a_shift_in_the_data_is_put_where_it_was_made() {
    let (old, new) = (chain(0.0, 1.0, 1.0), chain(1.0, 1.0, 1.0));
    let mut total = 0.0;
    for seed in 0..10 {
        let (before, after) = (old.draw_samples(300, seed).unwrap(), new.draw_samples(300, 100 + seed).unwrap());
        let change = learned_chain().distribution_change(&before, &after, "z", &ChangeConfig::default()).unwrap();
        let x = of(&change, "x");
        assert!(x.changed && x.p_value.unwrap() < 1e-6 && x.weight == Some(1.0), "{change}");
        assert!((x.value - 1.0).abs() < 0.35, "{change}");
        assert_eq!((x.std_error, change.ranked()[0].node.as_str()), (0.0, "x"));
        let mean = |data: &Dataset| data.column("z").unwrap().mean().unwrap();
        let observed = mean(&after) - mean(&before);
        assert!((change.observed.unwrap() - observed).abs() < 1e-12);
        assert!((change.remainder.unwrap() - (observed - change.total.value)).abs() < 1e-12);
        // Separate regressions reproduce both means, but for what leaving rows out does to the noise.
        let separate: f64 = change.contributions.iter().map(|node| node.separate.unwrap()).sum();
        assert!((separate - observed).abs() < 0.01, "{change}");
        for node in change.contributions.iter().filter(|node| !node.changed) {
            assert_eq!((node.value, node.pooled, node.weight), (0.0, Some(0.0), Some(0.0)));
        }
        total += x.value / 10.0;
    }
    assert!((total - 1.0).abs() < 0.12, "{total}");
}

#[test]
fn nothing_jumps_when_rows_are_added_one_by_one() {
    // The slope changes a little, so that its p-value crosses all levels as rows come in.
    let (old, new) = (chain(0.0, 1.0, 1.0), chain(1.0, 1.25, 1.0));
    let (before, after) = (old.draw_samples(400, 3).unwrap(), new.draw_samples(400, 4).unwrap());
    let (mut last, mut weights, mut largest) = (None, Vec::new(), 0.0_f64);
    for rows in 60..400 {
        let (before, after) = (before.head(rows).unwrap(), after.head(rows).unwrap());
        let change = learned_chain().distribution_change(&before, &after, "z", &ChangeConfig::default()).unwrap();
        let y = of(&change, "y");
        weights.push(y.weight.unwrap());
        if let Some(last) = last {
            largest = largest.max(f64::abs(y.value - last));
        }
        last = Some(y.value);
    }
    assert!(weights[0] < 0.5 && weights.iter().any(|&weight| weight > 0.2 && weight < 0.8) && weights[339] == 1.0);
    // At one level, the answer would have jumped by about 0.25 when the p-value crossed it.
    assert!(largest < 0.08, "{largest}");
}

#[test]
fn parents_may_change_and_are_named() {
    let model = |edges: &[(&str, &str)], z: AdditiveNoiseModel| {
        StructuralCausalModel::new(graph(edges))
            .with_mechanism("x", normal(1.0, 1.0))
            .and_then(|model| model.with_mechanism("y", sum([("x", 2.0)], normal(0.0, 1.0))))
            .and_then(|model| model.with_mechanism("z", z))
            .and_then(|model| model.without_fitting())
            .unwrap()
    };
    let old = model(&[("x", "y"), ("y", "z")], sum([("y", 1.0)], normal(0.0, 1.0)));
    let new = model(&[("x", "y"), ("y", "z"), ("x", "z")], sum([("x", 3.0), ("y", 1.0)], normal(0.0, 1.0)));
    let change = old.distribution_change(&new, "z", &ChangeConfig::default()).unwrap();
    assert_eq!(of(&change, "z").added_parents, ["x"]);
    assert!((of(&change, "z").value - 3.0).abs() < 1e-12 && sum_of(&change) == of(&change, "z").value, "{change}");
    assert!(change.to_string().contains("`z` depends on `x` in the new model alone."), "{change}");
    // The other way round: a mixture would be a cycle.
    let turned = StructuralCausalModel::new(graph(&[("y", "x"), ("y", "z")]))
        .with_mechanism("y", normal(1.0, 1.0))
        .and_then(|model| model.with_mechanism("x", sum([("y", 2.0)], normal(0.0, 1.0))))
        .and_then(|model| model.with_mechanism("z", sum([("y", 1.0)], normal(0.0, 1.0))))
        .and_then(|model| model.without_fitting())
        .unwrap();
    let message = new.distribution_change(&turned, "z", &ChangeConfig::default()).unwrap_err().to_string();
    assert!(message.contains("cycle"), "{message}");
    let less =
        StructuralCausalModel::new(CausalGraph::from_nodes_and_edges(["z"], Vec::<(&str, &str)>::new()).unwrap())
            .with_mechanism("z", normal(0.0, 1.0))
            .and_then(|model| model.without_fitting())
            .unwrap();
    let message = old.distribution_change(&less, "z", &ChangeConfig::default()).unwrap_err().to_string();
    assert!(message.contains("`y`") && message.contains("new model"), "{message}");
}

#[test]
fn categories_missing_values_and_constants_are_dealt_with() {
    // Slow rows are `b`, of which there are more in the new table; some latencies are missing, and `fee` never varies.
    let table = |many: usize, fee: f64| {
        let kind: Vec<&str> = (0..200).map(|row| if row % 10 < many { "b" } else { "a" }).collect();
        let wave = |row: usize| (row as f64 * 0.7).sin();
        let ms: Vec<f64> = (0..200)
            .map(|row| match kind[row] {
                _ if row % 17 == 5 => f64::NAN,
                "b" => 20.0 + wave(row),
                _ => 10.0 + wave(row),
            })
            .collect();
        let total: Vec<f64> = ms.iter().enumerate().map(|(row, ms)| ms + fee + 0.1 * wave(3 * row)).collect();
        Dataset::from_columns([("ms", ms), ("fee", vec![fee; 200]), ("total", total)])
            .unwrap()
            .with_text_column("kind", kind)
            .unwrap()
    };
    let edges = [("kind", "ms"), ("ms", "total"), ("fee", "total")];
    let model = StructuralCausalModel::new(graph(&edges))
        .with_mechanism("kind", NoiseFamily::Empirical)
        .and_then(|model| model.with_mechanism("ms", AdditiveNoiseModel::linear()))
        .and_then(|model| model.with_mechanism("fee", NoiseFamily::Empirical))
        .and_then(|model| model.with_mechanism("total", AdditiveNoiseModel::linear()))
        .unwrap();
    let change = model.distribution_change(&table(2, 1.0), &table(6, 1.0), "total", &ChangeConfig::default()).unwrap();
    assert_eq!(change.ranked()[0].node, "kind");
    assert!((of(&change, "kind").value - 4.0).abs() < 0.1, "{change}");
    assert!(["ms", "fee", "total"].iter().all(|node| of(&change, node).value == 0.0), "{change}");
    // A constant that moved has changed; but its effect was never seen in either table, so that it is the node below that changed, too.
    let change = model.distribution_change(&table(2, 1.0), &table(2, 4.0), "total", &ChangeConfig::default()).unwrap();
    assert!(of(&change, "fee").changed, "{change}");
    assert!((change.total.value - 3.0).abs() < 0.1 && change.remainder.unwrap().abs() < 0.1, "{change}");
    // A category as target has no mean, and shares that diverge.
    let of_kind = |functional| {
        let config = ChangeConfig::default().with_functional(functional);
        model.distribution_change(&table(2, 1.0), &table(6, 1.0), "kind", &config)
    };
    let message = of_kind(Functional::Mean).unwrap_err().to_string();
    assert!(message.contains("category") && message.contains("mean"), "{message}");
    let divergence = 0.8 * (0.8_f64 / 0.4).ln() + 0.2 * (0.2_f64 / 0.6).ln();
    assert!((of_kind(Functional::KullbackLeibler).unwrap().total.value - divergence).abs() < 0.002);
}

#[test]
fn classes_with_causes_and_other_scales_are_sampled() {
    let table = |load: f64, seed: u64| {
        let wave = |row: usize, frequency: f64| ((row as u64 + seed) as f64 * frequency).sin();
        let load: Vec<f64> = (0..300).map(|row| load + wave(row, 1.0)).collect();
        let kind: Vec<&str> = load
            .iter()
            .enumerate()
            .map(|(row, load)| if load + wave(row, 2.7) > 3.0 { "slow" } else { "fast" })
            .collect();
        let ms: Vec<f64> = (0..300)
            .map(|row| (0.1 * load[row] + if kind[row] == "slow" { 1.0 } else { 0.0 } + 0.1 * wave(row, 5.1)).exp())
            .collect();
        Dataset::from_columns([("load", load), ("ms", ms)]).unwrap().with_text_column("kind", kind).unwrap()
    };
    let model = StructuralCausalModel::new(graph(&[("load", "kind"), ("load", "ms"), ("kind", "ms")]))
        .with_mechanism("load", NoiseFamily::Empirical)
        .and_then(|model| model.with_mechanism("kind", ClassifierModel::logistic()))
        .and_then(|model| model.with_mechanism("ms", PostNonlinearModel::log(LinearRegression::ordinary())))
        .unwrap();
    let change = model.distribution_change(&table(2.5, 0), &table(3.5, 77), "ms", &ChangeConfig::default()).unwrap();
    assert_eq!(change.ranked()[0].node, "load", "{change}");
    assert!(change.samples.is_some() && of(&change, "load").std_error < 0.02, "{change}");
    assert!((sum_of(&change) - change.total.value).abs() < 1e-9);
    assert!(change.remainder.unwrap().abs() < 0.15 * change.observed.unwrap().abs(), "{change}");
}

#[test]
fn known_mechanisms_do_not_change_and_without_a_test_all_others_do() {
    let model = StructuralCausalModel::new(graph(&[("x", "y")]))
        .with_mechanism("x", NoiseFamily::Empirical)
        .and_then(|model| model.with_mechanism("y", sum([("x", 1.0)], normal(0.0, 1.0))))
        .unwrap();
    let table = |shift: f64| {
        let x: Vec<f64> = (0..100).map(|row| shift + f64::from(row * 37 % 100) / 50.0).collect();
        Dataset::from_columns([("x", x.clone()), ("y", x.iter().map(|x| x + 5.0 * shift).collect())]).unwrap()
    };
    let config = ChangeConfig::default();
    let change = model.distribution_change(&table(0.0), &table(1.0), "y", &config).unwrap();
    assert!((of(&change, "x").value - 1.0).abs() < 1e-9 && of(&change, "y").value == 0.0, "{change}");
    assert!((change.remainder.unwrap() - 5.0).abs() < 1e-9 && of(&change, "y").p_value.is_none(), "{change}");
    let untested = model.distribution_change(&table(0.0), &table(0.01), "y", &config.clone().with_test(None)).unwrap();
    assert!(of(&untested, "x").changed && (of(&untested, "x").value - 0.01).abs() < 1e-9, "{untested}");
    let tested = model.distribution_change(&table(0.0), &table(0.01), "y", &config).unwrap();
    assert!(!of(&tested, "x").changed && tested.total.value == 0.0, "{tested}");
}

#[test]
fn bad_input_is_an_error() {
    let (old, new) = (chain(0.0, 1.0, 1.0), chain(1.0, 1.0, 1.0));
    let message = |config: ChangeConfig| old.distribution_change(&new, "z", &config).unwrap_err().to_string();
    let config = ChangeConfig::default();
    assert!(message(config.clone().with_functional(Functional::Quantile(1.0))).contains("quantile"));
    assert!(message(config.clone().with_functional(Functional::AboveThreshold(f64::NAN))).contains("threshold"));
    assert!(message(config.clone().with_samples(3)).contains("samples"));
    assert!(message(config.clone().with_test(Some(ChangeTest::at_level(0.0)))).contains("level"));
    assert!(message(config.clone().with_functional(Functional::custom(|_| f64::NAN))).contains("NaN"));
    let few = ShapleyConfig::default().with_method(ShapleyMethod::Permutations(1));
    assert!(message(config.clone().with_shapley(few)).contains("permutations"));
    assert!(old.distribution_change(&new, "nobody", &config).unwrap_err().to_string().contains("nobody"));

    let (before, after) = (old.draw_samples(30, 1).unwrap(), new.draw_samples(30, 2).unwrap());
    let with = |column: &str, value: f64| {
        let columns = after.names().iter().map(|name| {
            let mut values = after.column(name).unwrap().to_vec();
            if name == column {
                values[7] = value;
            }
            (name.clone(), values)
        });
        Dataset::from_columns(columns).unwrap()
    };
    let ask =
        |after: &Dataset| learned_chain().distribution_change(&before, after, "z", &config).unwrap_err().to_string();
    let infinite = ask(&with("y", f64::INFINITY));
    assert!(infinite.contains("the new data") && infinite.contains("`y`") && infinite.contains("row 7"), "{infinite}");
    let without = Dataset::from_columns([("x", after.column("x").unwrap().to_vec())]).unwrap();
    let missing = ask(&without);
    assert!(missing.contains("the new data") && missing.contains("`y`"), "{missing}");
    let text = without.with_text_column("y", (0..30).map(|row| if row % 2 == 0 { "a" } else { "b" })).unwrap();
    let category = ask(&text);
    assert!(category.contains("category") && category.contains("`y`"), "{category}");
    // What never varies is infinitely far from what does.
    let constant = chain(0.0, 0.0, 1.0);
    let still = StructuralCausalModel::new(graph(&[("x", "y"), ("y", "z")]))
        .with_mechanism("x", NoiseDistribution::constant(1.0).unwrap())
        .and_then(|model| model.with_mechanism("y", sum([("x", 1.0)], NoiseDistribution::constant(0.0).unwrap())))
        .and_then(|model| model.with_mechanism("z", sum([("y", 1.0)], NoiseDistribution::constant(0.0).unwrap())))
        .and_then(|model| model.without_fitting())
        .unwrap();
    let divergence = config.clone().with_functional(Functional::KullbackLeibler);
    let message = constant.distribution_change(&still, "z", &divergence).unwrap_err().to_string();
    assert!(message.contains("infinite") && message.contains("Wasserstein"), "{message}");
}
