//! Intrinsic influence against closed forms and brute force.

use etiology::influence::{InfluenceConfig, InfluenceMethod, InfluenceQuantity, IntrinsicInfluence};
use etiology::mechanism::ClassifierModel;
use etiology::{
    AdditiveNoiseModel, CausalGraph, Dataset, Error, FittedModel, KnownFormula, NoiseDistribution,
    StructuralCausalModel,
};

use super::super::linear_gaussian::LinearGaussian;
use super::{coverage, function_of_roots, normal, shapley};

fn ask(model: &FittedModel, config: &InfluenceConfig) -> IntrinsicInfluence {
    model.intrinsic_influence("y", config).unwrap()
}

fn value(found: &IntrinsicInfluence, node: &str) -> f64 {
    found.contribution(node).unwrap().value
}

/// x0·x1 with means 1 and 2, standard deviations 1 and 0.5: v({x0}) = 4, v({x1}) = 0.25, and 0.25 more for both.
fn product() -> (FittedModel, [f64; 3]) {
    let model = function_of_roots(vec![normal(1.0, 1.0), normal(2.0, 0.5)], |x| x[0] * x[1], normal(0.0, 0.3));
    (model, [4.0 + 0.125, 0.25 + 0.125, 0.09])
}

#[test]
fn linear_models_are_in_closed_form_and_sum_to_the_variance() {
    for seed in 0..10 {
        let case = LinearGaussian::random(seed);
        let nodes = case.parents.len();
        let model = case.model();
        let found = model.intrinsic_influence(&case.target(), &InfluenceConfig::default()).unwrap();
        // v(S) by putting the noises of S through the model one by one.
        let effect = |node: usize| {
            let at = |noise: f64| {
                let mut values = vec![0.0; nodes];
                for child in 0..nodes {
                    let parents = case.parents[child].iter().map(|&(parent, b)| b * values[parent]);
                    values[child] = parents.sum::<f64>() + if child == node { noise } else { 0.0 };
                }
                values[nodes - 1]
            };
            at(1.0) - at(0.0)
        };
        let variances: Vec<f64> = (0..nodes).map(|node| (effect(node) * case.std_devs[node]).powi(2)).collect();
        let worth: Vec<f64> =
            (0..1 << nodes).map(|set| (0..nodes).filter(|j| set >> j & 1 == 1).map(|j| variances[j]).sum()).collect();
        for (node, expected) in shapley(&worth).into_iter().enumerate() {
            match found.contribution(&LinearGaussian::name(node)) {
                Some(part) => assert!((part.value - expected).abs() < 1e-9 && part.std_error == 0.0),
                None => assert!(expected.abs() < 1e-12),
            }
        }
        assert!((found.total - variances.iter().sum::<f64>()).abs() < 1e-9);
        assert!(found.samples.is_none() && found.explain().starts_with("In closed form"));
    }
}

#[test]
fn a_product_is_within_a_thousandth() {
    let (model, expected) = product();
    let found = ask(&model, &InfluenceConfig::default());
    for (node, expected) in ["x0", "x1", "y"].into_iter().zip(expected) {
        assert!((value(&found, node) - expected).abs() < 1e-3 * found.total, "{node}: {found}");
    }
    assert!((found.total - 4.59).abs() < 4e-3, "{found}");
    let parts: f64 = found.contributions.iter().map(|part| part.value).sum();
    assert!((parts - found.total).abs() < 1e-9);
    assert_eq!(found.contribution("y").unwrap().method, InfluenceMethod::ClosedForm);
    assert_eq!(found.ranked()[0].node, "x0");
    let text = found.to_string();
    assert!(text.contains("variance 4.5") && text.contains("90%"), "{text}");
}

#[test]
fn two_standard_normal_noises_share_their_product_to_a_thousandth() {
    let model = function_of_roots(vec![normal(0.0, 1.0); 2], |x| x[0] * x[1], normal(0.0, 1.0));
    let found = ask(&model, &InfluenceConfig::default());
    for node in ["x0", "x1"] {
        let part = found.contribution(node).unwrap();
        assert!((part.value - 0.5).abs() < 1e-3 && part.std_error < 1e-3, "{found}");
    }
}

#[test]
fn a_maximum_of_uniform_noises_is_what_integrals_say() {
    // X on (0, 1), Y on (0, 2): E[max | x] = (x² + 4)/4, E[max | y] = (1 + y²)/2 below 1 and y above.
    let uniform = |high| NoiseDistribution::uniform(0.0, high).unwrap();
    let model = function_of_roots(vec![uniform(1.0), uniform(2.0)], |x| x[0].max(x[1]), normal(0.0, 1.0));
    let steps = 200_000;
    let points = || (0..steps).map(|step| (f64::from(step) + 0.5) / f64::from(steps));
    let variance = |f: &dyn Fn(f64) -> f64| {
        let mean = points().map(f).sum::<f64>() / f64::from(steps);
        points().map(|u| (f(u) - mean).powi(2)).sum::<f64>() / f64::from(steps)
    };
    let of_y = |y: f64| if y < 1.0 { 0.5 * (1.0 + y * y) } else { y };
    let (x, y) = (variance(&|u| (u * u + 4.0) / 4.0), variance(&|u| of_y(2.0 * u)));
    // E max = 13/12 and E max² = ∫ P = 1/6·… over the square: x² where y < x, y² elsewhere.
    let mean_square = points().map(|u| u * u * u / 2.0 + (8.0 - u.powi(3)) / 6.0).sum::<f64>() / f64::from(steps);
    let both = mean_square - (13.0_f64 / 12.0).powi(2);
    let expected = shapley(&[0.0, x, y, both]);
    let found = ask(&model, &InfluenceConfig::default());
    for (node, expected) in ["x0", "x1"].into_iter().zip(expected) {
        let part = found.contribution(node).unwrap();
        assert!((part.value - expected).abs() < 4.0 * part.std_error + 1e-6, "{node}: {expected} {found}");
        assert!(part.std_error < 1e-3 && part.method == InfluenceMethod::Sampling);
    }
}

#[test]
fn stated_errors_hold_the_truth() {
    let (model, expected) = product();
    for (exact_players, samples) in [(4, 256), (0, 1024)] {
        let mut cases = Vec::new();
        for seed in 0..200 {
            let config = InfluenceConfig::default().with_samples(samples).with_exact_players(exact_players);
            let found = ask(&model, &config.with_seed(seed));
            let part = found.contribution("x0").unwrap();
            cases.push([
                (part.value, part.std_error, expected[0]),
                (found.total, found.std_error, 4.59),
                (value(&found, "x1"), found.contribution("x1").unwrap().std_error, expected[1]),
            ]);
        }
        for which in 0..3 {
            let share = coverage(&cases.iter().map(|case| case[which]).collect::<Vec<_>>());
            assert!((0.9..=0.99).contains(&share), "{exact_players} {which}: {share}");
        }
    }
}

#[test]
fn functions_without_a_common_noise_are_split_apart() {
    // y = x0·x1 + x2² + N through two nodes: were they one block of three, all would be sampled together.
    let edges = [("x0", "p"), ("x1", "p"), ("x2", "q"), ("p", "y"), ("q", "y")];
    let formula = |names: &[&'static str], f: fn(&[f64]) -> f64| {
        AdditiveNoiseModel::known(KnownFormula::new(names.iter().copied(), f)).with_noise(normal(0.0, 0.1))
    };
    let mut model = StructuralCausalModel::new(CausalGraph::from_edges(edges).unwrap())
        .with_mechanism("p", formula(&["x0", "x1"], |x| x[0] * x[1]))
        .unwrap()
        .with_mechanism("q", formula(&["x2"], |x| x[0] * x[0]))
        .unwrap()
        .with_mechanism("y", AdditiveNoiseModel::known(KnownFormula::sum(["p", "q"])).with_noise(normal(0.0, 1.0)))
        .unwrap();
    for root in ["x0", "x1", "x2"] {
        model = model.with_mechanism(root, normal(0.0, 1.0)).unwrap();
    }
    let model = model.without_fitting().unwrap();
    // Orders instead of coalitions beyond one player: the square has a block of its own, which is enumerated.
    for exact_players in [6, 1] {
        let found = ask(&model, &InfluenceConfig::default().with_exact_players(exact_players));
        for (node, expected) in [("x0", 0.5), ("x1", 0.5), ("x2", 2.0), ("p", 0.01), ("q", 0.01), ("y", 1.0)] {
            let part = found.contribution(node).unwrap();
            assert!((part.value - expected).abs() < 4.0 * part.std_error + 1e-12, "{node}: {found}");
            assert!(part.std_error < 0.02, "{node}: {found}");
        }
    }
}

#[test]
fn many_noises_that_interact_take_orders_of_their_own() {
    // (Σ N)² of 70 standard normal noises: all alike, so that each has 1/70 of 2·70².
    let model = function_of_roots(vec![normal(0.0, 1.0); 70], |x| x.iter().sum::<f64>().powi(2), normal(0.0, 1.0));
    let found = ask(&model, &InfluenceConfig::default().with_samples(4_096));
    for root in ["x0", "x35", "x69"] {
        let part = found.contribution(root).unwrap();
        assert!((part.value - 140.0).abs() < 4.0 * part.std_error && part.std_error < 50.0, "{root}: {part:?}");
    }
    assert!((found.total - 9_801.0).abs() < 4.0 * found.std_error && found.std_error < 1_500.0, "{}", found.total);
}

fn categories(with_number: bool) -> Dataset {
    let hash = |row: usize, salt: usize| (row * 2_654_435_761 + salt * 40_503 + row * row * 97 * salt) >> 4;
    let region: Vec<usize> = (0..120).map(|row| [0, 1, 1, 1, 2, 2][hash(row, 1) % 6]).collect();
    let load: Vec<f64> = (0..120).map(|row| (hash(row, 5) % 97) as f64 / 30.0).collect();
    let error: Vec<&str> = (0..120)
        .map(|row| match region[row] + hash(row, 2) % 3 + usize::from(with_number && load[row] > 1.6) {
            0 | 1 => "none",
            2 => "refused",
            _ => "timeout",
        })
        .collect();
    let cost = (0..120).map(|row| (row as f64).sin() + 3.0 * error[row].len() as f64).collect::<Vec<f64>>();
    let names = ["AP", "EU", "US"];
    Dataset::from_columns([("load", load), ("cost", cost)])
        .unwrap()
        .with_text_column("region", region.iter().map(|&code| names[code]))
        .unwrap()
        .with_text_column("error", error)
        .unwrap()
}

fn plogp(p: f64) -> f64 {
    if p > 0.0 { p * p.ln() } else { 0.0 }
}

#[test]
fn categories_are_counted_out_as_brute_force_does() {
    let data = categories(false);
    let graph = CausalGraph::from_edges([("region", "error"), ("error", "cost")]).unwrap();
    let model = StructuralCausalModel::new(graph)
        .with_mechanism("error", ClassifierModel::shares())
        .unwrap()
        .with_mechanism("cost", AdditiveNoiseModel::linear())
        .unwrap()
        .assign_mechanisms(&data)
        .unwrap()
        .fit(&data)
        .unwrap();
    let NoiseDistribution::Empirical(regions) = model.mechanism("region").unwrap().noise() else { panic!("counts") };
    let of_region: Vec<f64> = (0..3)
        .map(|code| regions.values().iter().filter(|&&value| value == f64::from(code)).count() as f64 / 120.0)
        .collect();
    let mechanism = model.mechanism("error").unwrap();
    let given: Vec<Vec<f64>> =
        (0..3).map(|region| mechanism.class_probabilities(&[f64::from(region)]).unwrap()).collect();
    // The uniform noise on a fine grid of its cells: exact, as cells are cut at the classes' ends.
    let mut cuts = vec![0.0, 1.0];
    given.iter().for_each(|p| cuts.extend([p[0], p[0] + p[1]]));
    cuts.sort_by(f64::total_cmp);
    let class = |region: usize, u: f64| (0..3).find(|&k| u < given[region][..=k].iter().sum::<f64>()).unwrap_or(2);
    let cells = || cuts.windows(2).map(|pair| (f64::midpoint(pair[0], pair[1]), pair[1] - pair[0]));
    let of_class = |k: usize| (0..3).map(|region| of_region[region] * given[region][k]).sum::<f64>();
    let nobody: f64 = (0..3).map(|k| plogp(of_class(k))).sum();
    let region: f64 = (0..3).map(|r| of_region[r] * (0..3).map(|k| plogp(given[r][k])).sum::<f64>()).sum();
    let noise: f64 = cells()
        .map(|(u, width)| {
            let share = |k: usize| (0..3).filter(|&r| class(r, u) == k).map(|r| of_region[r]).sum::<f64>();
            width * (0..3).map(|k| plogp(share(k))).sum::<f64>()
        })
        .sum();
    let expected = shapley(&[nobody, region, noise, 0.0]);
    let found = model.intrinsic_influence("error", &InfluenceConfig::default()).unwrap();
    assert_eq!(found.quantity, InfluenceQuantity::Entropy);
    for (node, expected) in ["region", "error"].into_iter().zip(expected) {
        let part = found.contribution(node).unwrap();
        assert!((part.value - expected).abs() < 1e-9 && part.std_error == 0.0, "{node}: {expected} {found}");
        assert_eq!(part.method, InfluenceMethod::Enumeration);
    }
    assert!((found.total + nobody).abs() < 1e-9 && found.to_string().contains("nats"));

    // A number below the category: the variance, exact as well, the noise of the cost in closed form.
    let cost = model.mechanism("cost").unwrap();
    let effect: Vec<f64> = (0..3).map(|k| cost.evaluate(&[f64::from(k)], 0.0)).collect();
    let mean: f64 = (0..3).map(|k| of_class(k as usize) * effect[k as usize]).sum();
    let variance =
        |parts: &mut dyn Iterator<Item = (f64, f64)>| parts.map(|(p, m)| p * (m - mean).powi(2)).sum::<f64>();
    let in_region = |r: usize| (0..3).map(|k| given[r][k] * effect[k]).sum::<f64>();
    let at = |u: f64| (0..3).map(|r| of_region[r] * effect[class(r, u)]).sum::<f64>();
    let worth = [
        0.0,
        variance(&mut (0..3).map(|r| (of_region[r], in_region(r)))),
        variance(&mut cells().map(|(u, width)| (width, at(u)))),
        variance(&mut (0..3).map(|k| (of_class(k), effect[k]))),
    ];
    let found = model.intrinsic_influence("cost", &InfluenceConfig::default()).unwrap();
    for (node, expected) in ["region", "error"].into_iter().zip(shapley(&worth)) {
        assert!((value(&found, node) - expected).abs() < 1e-9, "{node}: {expected} {found}");
    }
    assert!((value(&found, "cost") - cost.noise().variance()).abs() < 1e-9 && found.std_error == 0.0);
}

#[test]
fn a_category_of_a_number_is_within_its_stated_errors() {
    let data = categories(true);
    let graph = CausalGraph::from_edges([("load", "error")]).unwrap();
    let model = StructuralCausalModel::new(graph)
        .with_mechanism("load", NoiseDistribution::uniform(0.0, 3.2).unwrap())
        .unwrap()
        .with_mechanism("error", ClassifierModel::logistic())
        .unwrap()
        .fit(&data)
        .unwrap();
    let mechanism = model.mechanism("error").unwrap();
    let steps = 2_000;
    let given: Vec<Vec<f64>> = (0..steps)
        .map(|step| mechanism.class_probabilities(&[3.2 * (f64::from(step) + 0.5) / f64::from(steps)]).unwrap())
        .collect();
    let count = given.len() as f64;
    let nobody: f64 = (0..3).map(|k| plogp(given.iter().map(|p| p[k]).sum::<f64>() / count)).sum();
    let load: f64 = given.iter().map(|p| p.iter().map(|&p| plogp(p)).sum::<f64>()).sum::<f64>() / count;
    let noise: f64 = (0..steps)
        .map(|step| {
            let u = (f64::from(step) + 0.5) / f64::from(steps);
            let mut shares = [0.0; 3];
            given.iter().for_each(|p| {
                shares[if u < p[0] {
                    0
                } else if u < p[0] + p[1] {
                    1
                } else {
                    2
                }] += 1.0 / count
            });
            shares.into_iter().map(plogp).sum::<f64>()
        })
        .sum::<f64>()
        / f64::from(steps);
    let expected = shapley(&[nobody, load, noise, 0.0]);
    let found = model.intrinsic_influence("error", &InfluenceConfig::default()).unwrap();
    for (node, expected) in ["load", "error"].into_iter().zip(&expected) {
        let part = found.contribution(node).unwrap();
        assert!((part.value - expected).abs() < 3.0 * part.std_error + 1e-4, "{node}: {expected} {found}");
        assert!(part.std_error < 0.01 && part.method == InfluenceMethod::Sampling);
    }
    assert!((found.total + nobody).abs() < 3.0 * found.std_error + 1e-4);
    for exact_players in [6, 0] {
        let cases: Vec<(f64, f64, f64)> = (0..200)
            .map(|seed| {
                let config = InfluenceConfig::default().with_samples(512).with_seed(seed);
                let found = model.intrinsic_influence("error", &config.with_exact_players(exact_players)).unwrap();
                let part = found.contribution("load").unwrap();
                (part.value, part.std_error, expected[0])
            })
            .collect();
        assert!((0.9..=0.99).contains(&coverage(&cases)), "{exact_players}: {}", coverage(&cases));
    }
}

#[test]
fn bad_questions_are_errors_that_say_what_is_wrong() {
    let (model, _) = product();
    let config = InfluenceConfig::default();
    assert!(matches!(model.intrinsic_influence("z", &config), Err(Error::UnknownNode { .. })));
    for wrong in [config.clone().with_samples(100), config.clone().with_exact_players(17)] {
        assert!(matches!(model.intrinsic_influence("y", &wrong), Err(Error::InvalidParameter { .. })));
    }
    let endless = NoiseDistribution::log_normal(0.0, 20.0).unwrap();
    for function in [|x: &[f64]| x[0].min(1.0), |x: &[f64]| x[0] + 1.0] {
        let broken = function_of_roots(vec![endless.clone()], function, normal(0.0, 1.0));
        let error = broken.intrinsic_influence("y", &config).unwrap_err().to_string();
        assert!(error.contains("the variance of the noise of `x0`") && error.contains("inf"), "{error}");
    }
}

#[test]
fn answers_have_the_same_bits_for_any_number_of_threads_and_a_shape_in_json() {
    let (model, _) = product();
    let with_threads = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| ask(&model, &InfluenceConfig::default().with_samples(2_000).with_exact_players(1)))
    };
    let found = with_threads(1);
    assert_eq!(found, with_threads(3));
    assert_eq!(found.samples, Some(2_048), "32 nets of 64 points");
    let json = serde_json::to_value(&found).unwrap();
    assert_eq!((&json["quantity"], &json["contributions"][2]["node"]), (&"variance".into(), &"y".into()));
    assert_eq!(json["contributions"][2]["method"], "closed_form");
    let config: InfluenceConfig = serde_json::from_str(r#"{"samples": 1024}"#).unwrap();
    assert_eq!(config, InfluenceConfig::default().with_samples(1_024));
    assert!(serde_json::from_str::<InfluenceConfig>(r#"{"sample": 1024}"#).is_err());
}
