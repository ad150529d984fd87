//! What an attribution promises whatever the model: sums, shares, floors, players that cannot matter.

mod columns;
mod context;
mod deadline;
mod identification;
mod resolution;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::linear_gaussian::LinearGaussian;
use etiology::attribution::Estimator;
use etiology::mechanism::AssignmentConfig;
use etiology::{
    AdditiveNoiseModel, Attribution, AttributionConfig, CausalGraph, CustomMechanism, Dataset, FeatureMap, FittedModel,
    KnownFormula, Mechanism, NoiseDistribution, Observation, Quantity, ShapleyMethod, StructuralCausalModel,
};

fn observe<const N: usize>(pairs: [(&str, f64); N]) -> Observation {
    Observation::from_pairs(pairs).unwrap()
}

/// total = a + b exactly, with standard normal a and b: its own noise is 0.
fn exact_sum() -> FittedModel {
    let total =
        AdditiveNoiseModel::known(KnownFormula::sum(["a", "b"])).with_noise(NoiseDistribution::constant(0.0).unwrap());
    StructuralCausalModel::new(CausalGraph::from_edges([("a", "total"), ("b", "total")]).unwrap())
        .with_mechanism("a", NoiseDistribution::normal(0.0, 1.0).unwrap())
        .and_then(|model| model.with_mechanism("b", NoiseDistribution::normal(0.0, 1.0).unwrap()))
        .and_then(|model| model.with_mechanism("total", total))
        .and_then(|model| model.without_fitting())
        .unwrap()
}

fn upper() -> AttributionConfig {
    AttributionConfig::default().with_feature_map(FeatureMap::UpperTail)
}

#[test]
fn contributions_sum_to_the_score_and_shares_to_one() {
    let case = LinearGaussian::random(5);
    for quantity in [Quantity::ItScore, Quantity::MeanDeviation] {
        for method in [ShapleyMethod::Exact, ShapleyMethod::Permutations(9)] {
            for estimator in [Estimator::Auto, Estimator::MonteCarlo] {
                let config = upper()
                    .with_quantity(quantity)
                    .with_shapley_method(method)
                    .with_estimator(estimator)
                    .with_samples(500);
                let attribution = case.model().attribute_outlier(&case.target(), &case.observation(), &config).unwrap();
                let sum: f64 = attribution.contributions.iter().map(|contribution| contribution.value).sum();
                assert!((sum - attribution.score.value).abs() < 1e-10);
                let shares: f64 =
                    attribution.contributions.iter().map(|contribution| contribution.share.unwrap()).sum();
                assert!((shares - 1.0).abs() < 1e-10);
            }
        }
    }
}

#[test]
fn a_noise_of_zero_variance_at_its_value_contributes_exactly_nothing() {
    let attribution =
        exact_sum().attribute_outlier("total", &observe([("a", 3.0), ("b", 0.5), ("total", 3.5)]), &upper()).unwrap();
    let total = attribution.contribution("total").unwrap();
    assert_eq!((total.value, total.std_error), (0.0, 0.0));
    assert_eq!(attribution.ranked()[0].node, "a");
}

#[test]
fn the_culprit_is_ranked_first_for_every_quantity_and_direction() {
    // total = a + b, both around 0: a moves the target and b moves a little against it.
    let model = exact_sum();
    for (a, b, region) in [(3.0, -1.0, FeatureMap::UpperTail), (-3.2, 0.9, FeatureMap::LowerTail)] {
        let event = observe([("a", a), ("b", b), ("total", a + b)]);
        for region in [region, FeatureMap::DistanceFromMedian] {
            for quantity in [Quantity::ItScore, Quantity::MeanDeviation] {
                let config = AttributionConfig::default().with_feature_map(region.clone()).with_quantity(quantity);
                let attribution = model.attribute_outlier("total", &event, &config).unwrap();
                let order: Vec<&str> = attribution.ranked().iter().map(|part| part.node.as_str()).collect();
                assert_eq!(order[0], "a", "{attribution}");
                if quantity == Quantity::MeanDeviation {
                    assert_eq!(order, ["a", "total", "b"], "what held against it comes last: {attribution}");
                }
                // The table and the file of cells have the same order.
                for text in [attribution.to_string(), attribution.to_csv(), attribution.to_bar_chart()] {
                    let words = |line: &str| line.trim().split([',', ' ']).next().map(str::to_owned);
                    let shown: Vec<String> = text.lines().filter_map(words).collect();
                    let shown: Vec<&String> = shown.iter().filter(|word| order.contains(&word.as_str())).collect();
                    assert_eq!(shown, order, "{text}");
                }
                let json = serde_json::to_value(&attribution).unwrap();
                assert_eq!(json["contributions"][0]["node"], "a");
            }
        }
    }
}

#[test]
fn a_broken_identity_is_blamed_on_the_node_that_breaks_it() {
    let attribution =
        exact_sum().attribute_outlier("total", &observe([("a", 0.1), ("b", 0.2), ("total", 9.0)]), &upper()).unwrap();
    assert_eq!(attribution.ranked()[0].node, "total");
    assert!(attribution.ranked()[0].value > 0.9 * attribution.score.value);
}

#[test]
fn rounding_does_not_decide_whether_the_observation_itself_is_extreme() {
    // 0.1 + 0.2 > 0.3 in floating point: kept noises evaluate to a value one bit beside the observed one.
    // Without room for rounding, the coalition of both parents would have probability 0 instead of 1.
    let model = exact_sum();
    for (a, b) in [(0.1_f64, 0.2), (0.7, 0.1), (1e6, 0.3), (0.1, 2.9)] {
        for total in [a + b, (a + b).next_up(), (a + b).next_down()] {
            let observation = observe([("a", a), ("b", b), ("total", total)]);
            let attribution = model.attribute_outlier("total", &observation, &upper()).unwrap();
            let own = attribution.contribution("total").unwrap().value;
            assert!(own.abs() < 1e-9, "{a} + {b} = {total}: {own}");
        }
    }
}

#[test]
fn ancestors_are_players_and_other_nodes_are_not() {
    let graph = CausalGraph::from_edges([("a", "b"), ("b", "c"), ("b", "sibling"), ("other", "sibling")]).unwrap();
    let sum = |parents: &[&str]| {
        AdditiveNoiseModel::known(KnownFormula::sum(parents.to_vec()))
            .with_noise(NoiseDistribution::normal(0.0, 1.0).unwrap())
    };
    let root = || NoiseDistribution::normal(0.0, 1.0).unwrap();
    let model = StructuralCausalModel::new(graph)
        .with_mechanism("a", root())
        .and_then(|model| model.with_mechanism("other", root()))
        .and_then(|model| model.with_mechanism("b", sum(&["a"])))
        .and_then(|model| model.with_mechanism("c", sum(&["b"])))
        .and_then(|model| model.with_mechanism("sibling", sum(&["b", "other"])))
        .and_then(|model| model.without_fitting())
        .unwrap();
    // Values of nodes that the target does not depend on are not even needed.
    let attribution = model.attribute_outlier("c", &observe([("a", 5.0), ("b", 5.0), ("c", 5.0)]), &upper()).unwrap();
    let mut nodes: Vec<&str> =
        attribution.contributions.iter().map(|contribution| contribution.node.as_str()).collect();
    nodes.sort_unstable();
    assert_eq!(nodes, ["a", "b", "c"]);
}

#[test]
fn details_of_each_node_are_those_of_the_observation() {
    let model = exact_sum();
    let attribution =
        model.attribute_outlier("total", &observe([("a", 3.0), ("b", 0.5), ("total", 3.75)]), &upper()).unwrap();
    let total = attribution.contribution("total").unwrap();
    assert_eq!((total.observed, total.noise), (3.75, 0.25));
    let a = attribution.contribution("a").unwrap();
    assert!(a.typical.abs() < 0.02, "the median of a standard normal, from draws: {}", a.typical);
    // −ln((2·P{Z ≥ 3} + ε)/(1 + ε)) with P{Z ≥ 3} = 0.001349898 (tables of the normal distribution) and ε = 1e-4.
    assert!((a.noise_score - (1.0001_f64 / 0.002_799_796).ln()).abs() < 1e-6);
    assert!(attribution.contribution("nobody").is_none());
}

#[test]
fn a_root_alone_gets_its_whole_score() {
    let data = Dataset::from_columns([("x", (0..1000).map(f64::from).collect::<Vec<_>>())]).unwrap();
    let graph = CausalGraph::from_nodes_and_edges(["x"], Vec::<(&str, &str)>::new()).unwrap();
    let model = StructuralCausalModel::new(graph)
        .assign_mechanisms_with(&data, &AssignmentConfig::linear())
        .unwrap()
        .fit(&data)
        .unwrap();
    // 10 of 1000 values are at least 990, and the floor is 1/2000: −ln((10 + ½)/(1000 + ½)), without any
    // sampling error.
    let attribution = model.attribute_outlier("x", &observe([("x", 990.0)]), &upper()).unwrap();
    assert!((attribution.score.value - (1000.5_f64 / 10.5).ln()).abs() < 1e-12);
    assert!((attribution.ranked()[0].value - attribution.score.value).abs() < 1e-12);
    assert_eq!(attribution.ranked()[0].std_error, 0.0);
    let beyond = model.attribute_outlier("x", &observe([("x", 5000.0)]), &upper()).unwrap();
    assert!(beyond.score.saturated && !attribution.score.saturated);
    assert!((beyond.score.value - 2001_f64.ln()).abs() < 1e-12);
    assert!((beyond.ceiling().unwrap() - 2001_f64.ln()).abs() < 1e-12);
}

#[test]
fn a_lower_floor_raises_what_rare_coalitions_count_for() {
    let case = LinearGaussian::random(2);
    let score = |floor| -> Attribution {
        let config = upper().with_floor(floor).with_samples(5_000);
        case.model().attribute_outlier(&case.target(), &case.observation(), &config).unwrap()
    };
    let scores: Vec<f64> = [1e-2, 1e-3, 1e-5, 1e-8].into_iter().map(|floor| score(floor).ranked()[0].value).collect();
    assert!(scores.windows(2).all(|pair| pair[0] < pair[1]), "{scores:?}");
}

#[test]
fn a_custom_feature_map_equal_to_a_region_agrees_with_it() {
    let case = LinearGaussian::random(2);
    let run = |feature_map| {
        let config = upper()
            .with_estimator(Estimator::MonteCarlo)
            .with_feature_map(feature_map)
            .with_floor(1e-2)
            .with_samples(20_000);
        case.model().attribute_outlier(&case.target(), &case.observation(), &config).unwrap()
    };
    // One counts, the other integrates a noise, so they agree within their errors only.
    let (custom, region) = (run(FeatureMap::custom(|value| value.exp())), run(FeatureMap::UpperTail));
    for counted in &custom.contributions {
        let integrated = region.contribution(&counted.node).unwrap();
        let error = counted.std_error.hypot(integrated.std_error);
        assert!((counted.value - integrated.value).abs() < 4.0 * error, "{counted:?} {integrated:?}");
        assert!(integrated.std_error <= counted.std_error, "integrating is never worse here");
    }
}

#[test]
fn counting_integrates_nothing_and_uses_no_closed_form() {
    // A custom feature map must be counted, so it says what counting gives, closed form or not, to the bit.
    let case = LinearGaussian::random(2);
    let run = |feature_map, estimator| {
        let config = AttributionConfig::default()
            .with_estimator(estimator)
            .with_feature_map(feature_map)
            .with_floor(1e-2)
            .with_samples(5_000);
        let mut found = case.model().attribute_outlier(&case.target(), &case.observation(), &config).unwrap();
        // Of a custom feature map nobody knows which side it means.
        found.findings.clear();
        found
    };
    for feature_map in [FeatureMap::UpperTail, FeatureMap::DistanceFromMedian] {
        let counted = run(feature_map, Estimator::Counting);
        assert!(counted.samples.is_some() && counted.score.std_error > 0.0);
    }
    let counted = run(FeatureMap::UpperTail, Estimator::Counting);
    // A closure can only be counted with; a second bank, which counting does without, finds rare coalitions.
    let by_closure = run(FeatureMap::custom(|value| value), Estimator::MonteCarlo);
    for part in &counted.contributions {
        let other = by_closure.contribution(&part.node).unwrap();
        let error = part.std_error.hypot(other.std_error);
        assert!((part.value - other.value).abs() < 4.0 * error, "{part:?} and {other:?}");
    }
    assert_ne!(counted, run(FeatureMap::UpperTail, Estimator::MonteCarlo));
}

/// x = parent + noise, counting how many columns it evaluates.
#[derive(Debug)]
struct Counting(Arc<AtomicUsize>);

impl Mechanism for Counting {
    fn evaluate(&self, parents: &[f64], noise: f64) -> f64 {
        parents.iter().sum::<f64>() + noise
    }
    fn estimate_noise(&self, parents: &[f64], value: f64) -> f64 {
        value - parents.iter().sum::<f64>()
    }
    fn evaluate_columns(&self, parents: &[&[f64]], noise: &[f64], values: &mut [f64]) {
        self.0.fetch_add(1, Ordering::Relaxed);
        for (row, value) in values.iter_mut().enumerate() {
            *value = parents.iter().map(|parent| parent[row]).sum::<f64>() + noise[row];
        }
    }
}

#[test]
fn a_coalition_costs_about_two_node_evaluations_and_not_the_whole_graph() {
    // A chain is the worst case: everything after a node depends on it.
    const NODES: usize = 8;
    let names: Vec<String> = (0..NODES).map(|node| format!("n{node}")).collect();
    let graph = CausalGraph::from_edges(names.windows(2).map(|pair| (&pair[0], &pair[1]))).unwrap();
    let evaluated = Arc::new(AtomicUsize::new(0));
    let noise = NoiseDistribution::normal(0.0, 1.0).unwrap();
    let mut model = StructuralCausalModel::new(graph);
    for (node, name) in names.iter().enumerate() {
        let parents = names[..node].last();
        let mechanism = CustomMechanism::new(parents, Counting(Arc::clone(&evaluated))).with_noise(noise.clone());
        model = model.with_mechanism(name, mechanism).unwrap();
    }
    let model = model.without_fitting().unwrap();
    let observation = Observation::from_pairs(names.iter().map(|name| (name, 2.0))).unwrap();
    let count = |method| {
        evaluated.store(0, Ordering::Relaxed);
        let config = upper().with_samples(100).with_shapley_method(method);
        model.attribute_outlier(&names[NODES - 1], &observation, &config).unwrap();
        evaluated.load(Ordering::Relaxed)
    };
    // Gray code: the k-th node from the end changes at one coalition in 2^k, and costs k evaluations; Σ k/2^k = 2.
    // Where a bank of samples does not resolve a coalition, a second one is asked.
    const BANKS: usize = 2;
    assert!(count(ShapleyMethod::Exact) <= BANKS * 2 * (1 << NODES));
    // A permutation lets players leave in any order: half of the chain at a time, on average.
    let permutations = 100;
    let coalitions = permutations * (NODES - 1);
    assert!(count(ShapleyMethod::Permutations(permutations)) <= BANKS * (coalitions * (NODES + 1) / 2 + NODES));
}

/// a → l → m → f → t and a → m, b → c → t: l, m and t are linear, f a formula, c a custom mechanism.
fn mixed_model(formulas: &Arc<AtomicUsize>, customs: &Arc<AtomicUsize>) -> FittedModel {
    let normal = || NoiseDistribution::normal(0.0, 1.0).unwrap();
    let sum = |parents: &[&str]| AdditiveNoiseModel::known(KnownFormula::sum(parents.to_vec())).with_noise(normal());
    let formulas = Arc::clone(formulas);
    let f = KnownFormula::new(["m"], move |parents| {
        formulas.fetch_add(1, Ordering::Relaxed);
        parents[0].max(0.0)
    });
    let c = CustomMechanism::new(["b"], Counting(Arc::clone(customs))).with_noise(normal());
    let edges = [("a", "l"), ("l", "m"), ("a", "m"), ("m", "f"), ("f", "t"), ("b", "c"), ("c", "t")];
    StructuralCausalModel::new(CausalGraph::from_edges(edges).unwrap())
        .with_mechanism("a", normal())
        .and_then(|model| model.with_mechanism("b", normal()))
        .and_then(|model| model.with_mechanism("l", sum(&["a"])))
        .and_then(|model| model.with_mechanism("m", sum(&["a", "l"])))
        .and_then(|model| model.with_mechanism("f", AdditiveNoiseModel::known(f).with_noise(normal())))
        .and_then(|model| model.with_mechanism("c", c))
        .and_then(|model| model.with_mechanism("t", sum(&["f", "c"])))
        .and_then(|model| model.without_fitting())
        .unwrap()
}

#[test]
fn only_functions_whose_arguments_change_are_evaluated() {
    const SAMPLES: usize = 100;
    let (formulas, customs) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let model = mixed_model(&formulas, &customs);
    let observation = Observation::from_pairs(["a", "b", "l", "m", "f", "c", "t"].map(|name| (name, 1.0))).unwrap();
    let count = |method, estimator| {
        formulas.store(0, Ordering::Relaxed);
        customs.store(0, Ordering::Relaxed);
        let config = upper().with_samples(SAMPLES).with_shapley_method(method).with_estimator(estimator);
        model.attribute_outlier("t", &observation, &config).unwrap();
        // Single rows are those of the observation.
        (formulas.load(Ordering::Relaxed) / SAMPLES, customs.load(Ordering::Relaxed))
    };
    for estimator in [Estimator::MonteCarlo, Estimator::Counting] {
        // The players are b, c, a, l, m, f, t, and the last changes most often. The formula's argument changes with a, l
        // and m: 4 + 8 + 16 times, and there is the first coalition; but not where all three are kept, which is once for
        // each of the 4 coalitions of b and c. The custom mechanism takes b and c: 3 coalitions without both.
        let (formula, custom) = count(ShapleyMethod::Exact, estimator);
        match estimator {
            Estimator::Counting => assert_eq!((formula, custom), (25, 3)),
            // Some coalitions are asked of a second bank.
            _ => assert!((25..=50).contains(&formula) && (3..=6).contains(&custom), "{formula} and {custom}"),
        }
        // In a walk a, l and m leave once each, b and c too; the last of all players leaves for free. And there is the
        // empty coalition.
        let (formula, custom) = count(ShapleyMethod::Permutations(100), estimator);
        let banks = if estimator == Estimator::Counting { 1 } else { 2 };
        assert!(
            formula <= banks * (300 + 1) && custom <= banks * (200 + 1),
            "{formula} and {custom} columns evaluated"
        );
    }
}

#[test]
fn with_nothing_random_there_is_nothing_to_attribute() {
    let constant = |value| NoiseDistribution::constant(value).unwrap();
    let b = AdditiveNoiseModel::known(KnownFormula::sum(["a"])).with_noise(constant(1.0));
    let model = StructuralCausalModel::new(CausalGraph::from_edges([("a", "b")]).unwrap())
        .with_mechanism("a", constant(2.0))
        .and_then(|model| model.with_mechanism("b", b))
        .and_then(|model| model.without_fitting())
        .unwrap();
    let attribution = model.attribute_outlier("b", &observe([("a", 2.0), ("b", 3.0)]), &upper()).unwrap();
    assert_eq!(attribution.score.value, 0.0);
    assert!(
        attribution.contributions.iter().all(|contribution| contribution.value == 0.0 && contribution.share.is_none())
    );
}

#[test]
fn a_row_at_fault_does_not_stop_the_others() {
    let model = exact_sum();
    let attributor = model.attributor("total", upper()).unwrap();
    let columns = [("a", vec![3.0, f64::INFINITY, 1.0]), ("b", vec![0.5, 0.5, 2.0]), ("total", vec![3.5, 3.5, 3.0])];
    let results = attributor.attribute_rows(&Dataset::from_columns(columns).unwrap());
    let blamed = |row: usize| results[row].as_ref().unwrap().ranked()[0].node.as_str();
    assert_eq!((blamed(0), blamed(2)), ("a", "b"));
    assert!(results[1].as_ref().unwrap_err().to_string().contains("`a`"));
}

#[test]
fn an_attributor_can_be_shared_between_threads() {
    fn is_shared<T: Send + Sync>(_: &T) {}
    let model = exact_sum();
    is_shared(&model.attributor("total", upper()).unwrap());
}
