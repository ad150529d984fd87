//! Events with missing values: the game in which an unknown noise is always drawn, against closed forms and brute force.

use super::fourier::{Uniforms, upper};
use super::{REGIONS, assert_contributions};
use crate::known_models;
use crate::linear_gaussian::{LinearGaussian, Region, normal_survival, shapley_by_enumeration};
use etiology::attribution::Estimator;
use etiology::score::OutlierRegion;
use etiology::{Attribution, AttributionConfig, FeatureMap, FittedModel, Observation, Quantity, ShapleyMethod};
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};

/// What the game of an event with missing values comes to.
#[derive(Debug)]
pub(crate) struct Truth {
    score: f64,
    unexplained: f64,
    contributions: Vec<(String, f64)>,
}

impl Truth {
    /// From the values of all coalitions of the named players, the first of whom has the lowest bit.
    fn of_table(players: Vec<String>, values: &[f64]) -> Self {
        let shapley = shapley_by_enumeration(values, players.len());
        let (score, unexplained) = (-values[0], -values[values.len() - 1]);
        Self { score, unexplained, contributions: players.into_iter().zip(shapley).collect() }
    }
}

/// What the nodes' noises come to where the missing values are replaced by the medians of their nodes.
fn completed_noises(case: &LinearGaussian, missing: &[bool]) -> Vec<f64> {
    let observed = case.values();
    let (mut values, mut noises): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
    for node in 0..observed.len() {
        let causes: f64 = case.parents[node].iter().map(|&(parent, weight)| weight * values[parent]).sum();
        let median = case.intercepts[node] + causes;
        let value = if missing[node] { median } else { observed[node] };
        values.push(value);
        noises.push(value - median);
    }
    noises
}

pub(crate) fn truth(case: &LinearGaussian, missing: &[bool], region: Region, floor: f64) -> Truth {
    let (effects, noises) = (case.total_effects(), completed_noises(case, missing));
    let nodes = case.ancestors_and_target();
    let players: Vec<usize> = nodes.iter().copied().filter(|&node| !missing[node]).collect();
    let (mean, observed) = (case.mean(), *case.values().last().unwrap());
    let value = |coalition: usize| {
        let kept = |node: usize| {
            players.iter().position(|&player| player == node).is_some_and(|bit| coalition >> bit & 1 == 1)
        };
        let shift: f64 = nodes.iter().filter(|&&node| kept(node)).map(|&node| effects[node] * noises[node]).sum();
        let free = nodes.iter().filter(|&&node| !kept(node));
        let std_dev = free.map(|&node| (effects[node] * case.std_devs[node]).powi(2)).sum::<f64>().sqrt();
        let distance = observed - mean;
        let probability = match (std_dev == 0.0, region) {
            (true, _) => 1.0,
            (false, Region::Upper) => normal_survival((distance - shift) / std_dev),
            (false, Region::TwoSided) => {
                normal_survival((distance.abs() - shift) / std_dev)
                    + normal_survival((distance.abs() + shift) / std_dev)
            }
        };
        (probability + floor).ln() - floor.ln_1p()
    };
    let values: Vec<f64> = (0..1 << players.len()).map(value).collect();
    Truth::of_table(players.into_iter().map(LinearGaussian::name).collect(), &values)
}

/// Random nodes, never the target.
pub(crate) fn some_missing(case: &LinearGaussian, seed: u64) -> Vec<bool> {
    let random = &mut ChaCha8Rng::seed_from_u64(1000 + seed);
    let target = case.parents.len() - 1;
    let share = random.random_range(0.1..0.7);
    (0..=target).map(|node| node != target && random.random_bool(share)).collect()
}

/// Half of the missing values are NaN, the others not even columns.
pub(crate) fn observation(case: &LinearGaussian, missing: &[bool]) -> Observation {
    let values = case.values().into_iter().enumerate();
    let cells = values.map(|(node, value)| (LinearGaussian::name(node), if missing[node] { f64::NAN } else { value }));
    Observation::from_pairs(
        cells.enumerate().filter(|(node, (_, value))| node % 2 == 0 || !value.is_nan()).map(|(_, cell)| cell),
    )
    .unwrap()
}

pub(crate) fn assert_truth(found: &Attribution, truth: &Truth, slack: f64, case: &str) {
    assert_contributions(found, &truth.contributions, slack, case);
    let close = |value: f64, std_error: f64, exact: f64| (value - exact).abs() <= slack + 4.0 * std_error;
    assert!(close(found.score.value, found.score.std_error, truth.score), "{case}: {:?} {truth:?}", found.score);
    let unexplained = found.unexplained;
    assert!(close(unexplained.value, unexplained.std_error, truth.unexplained), "{case}: {unexplained:?} {truth:?}");
    let sum: f64 = found.contributions.iter().map(|contribution| contribution.value).sum();
    assert!((sum + unexplained.value - found.score.value).abs() < 1e-9 * truth.score.max(1.0), "{case}: {found}");
}

#[test]
fn in_closed_form_to_nine_digits() {
    let (mut with_unexplained, mut approximate) = (0, 0);
    for seed in 0..200 {
        let case = LinearGaussian::random(seed);
        let missing = some_missing(&case, seed);
        for (region, feature_map) in REGIONS {
            for floor in [1e-2, 1e-4, 1e-9] {
                let truth = truth(&case, &missing, region, floor);
                let config = AttributionConfig::default().with_feature_map(feature_map.clone()).with_floor(floor);
                let event = observation(&case, &missing);
                let found = case.model().attribute_outlier(&case.target(), &event, &config).unwrap();
                assert_eq!((found.samples, found.score.std_error, found.unexplained.std_error), (None, 0.0, 0.0));
                let scale = truth.contributions.iter().fold(1.0, |largest: f64, (_, exact)| largest.max(exact.abs()));
                assert_truth(&found, &truth, 1e-9 * scale, &format!("seed {seed}, {region:?}, floor {floor}"));
                let absent: Vec<usize> =
                    case.ancestors_and_target().into_iter().filter(|&node| missing[node]).collect();
                assert_eq!(found.missing.len(), absent.len());
                assert!(absent.iter().all(|&node| found.contribution(&LinearGaussian::name(node)).is_none()));
                with_unexplained += usize::from(truth.unexplained > 0.1);
                for contribution in &found.contributions {
                    let node: usize = contribution.node[1..].parse().unwrap();
                    let parents =
                        case.parents[node].iter().map(|&(parent, _)| parent).filter(|&parent| missing[parent]);
                    let parents: Vec<String> = parents.map(LinearGaussian::name).collect();
                    assert_eq!(contribution.missing_parents, parents);
                    approximate += usize::from(contribution.is_approximate());
                }
            }
        }
    }
    assert!(with_unexplained > 300 && approximate > 500, "{with_unexplained} {approximate}");
}

#[test]
fn by_samples_integrated_and_counted() {
    const FLOOR: f64 = 1e-2;
    for seed in 0..12 {
        let case = LinearGaussian::random(seed);
        let missing = some_missing(&case, seed);
        let event = observation(&case, &missing);
        for (region, feature_map) in REGIONS {
            let truth = truth(&case, &missing, region, FLOOR);
            let config = AttributionConfig::default().with_feature_map(feature_map).with_floor(FLOOR);
            for (name, model, estimator) in [
                ("integrated", case.model(), Estimator::MonteCarlo),
                ("counted", case.model(), Estimator::Counting),
                ("opaque", case.opaque_model(), Estimator::Auto),
            ] {
                let config = config.clone().with_estimator(estimator);
                let found = model.attribute_outlier(&case.target(), &event, &config).unwrap();
                assert_truth(&found, &truth, 0.03, &format!("{name}, seed {seed}, {region:?}"));
            }
        }
    }
}

#[test]
fn by_permutations() {
    for seed in 0..6 {
        let case = LinearGaussian::random(seed);
        let missing = some_missing(&case, seed);
        let config = AttributionConfig::default().with_feature_map(FeatureMap::UpperTail).with_floor(1e-2);
        let truth = truth(&case, &missing, Region::Upper, 1e-2);
        for estimator in [Estimator::Auto, Estimator::MonteCarlo] {
            let config = config.clone().with_estimator(estimator).with_shapley_method(ShapleyMethod::Permutations(30));
            let found = case.model().attribute_outlier(&case.target(), &observation(&case, &missing), &config).unwrap();
            assert_truth(&found, &truth, 0.03, &format!("{estimator:?}, seed {seed}"));
        }
    }
}

#[test]
fn a_mean_deviation_leaves_the_deviation_from_the_mean_of_the_missing_unexplained() {
    let config = AttributionConfig::default().with_quantity(Quantity::MeanDeviation);
    for seed in 0..20 {
        let case = LinearGaussian::random(seed);
        let missing = some_missing(&case, seed);
        let (effects, noises) = (case.total_effects(), completed_noises(&case, &missing));
        for (model, slack) in [(case.model(), 1e-9), (case.opaque_model(), 1e-9)] {
            let found = model.attribute_outlier(&case.target(), &observation(&case, &missing), &config).unwrap();
            for contribution in &found.contributions {
                let node: usize = contribution.node[1..].parse().unwrap();
                let exact = effects[node] * noises[node];
                let allowed = slack + 5.0 * contribution.std_error;
                assert!((contribution.value - exact).abs() < allowed, "seed {seed}: {contribution:?} {exact}");
            }
            // The median of a normal noise is its mean: given all known noises, the target is expected where it is.
            assert!(found.unexplained.value.abs() < slack + 5.0 * found.unexplained.std_error, "{found}");
        }
    }
}

#[test]
fn by_fourier_inversion_with_a_missing_uniform_root() {
    let case = Uniforms { widths: vec![1.0, 0.7, 0.5, 0.9, 0.6], shares: vec![0.95, 0.8, 0.3, 0.9, 0.6] };
    let sum = case.sum();
    for absent in [vec![1], vec![0, 3], vec![0, 1, 2, 3, 4]] {
        for floor in [1e-2, 1e-4] {
            let players: Vec<usize> = (0..5).filter(|root| !absent.contains(root)).collect();
            // The total has no noise of its own; what the medians of the missing roots do not explain is put down to it.
            let beyond: f64 = absent.iter().map(|&root| sum.observed[root] - 0.5 * case.widths[root]).sum();
            let total: f64 = sum.observed.iter().sum();
            let value = |coalition: usize| {
                let kept = |root: usize| {
                    players.iter().position(|&player| player == root).is_some_and(|bit| coalition >> bit & 1 == 1)
                };
                let of_total = if coalition >> players.len() & 1 == 1 { beyond } else { 0.0 };
                let known: f64 = (0..5).filter(|&root| kept(root)).map(|root| sum.observed[root]).sum();
                let free: Vec<usize> = (0..5).filter(|&root| !kept(root)).collect();
                (case.survival(&free, total - known - of_total) + floor).ln() - floor.ln_1p()
            };
            let values: Vec<f64> = (0..2 << players.len()).map(value).collect();
            let names = players.iter().map(|root| format!("x{root}")).chain(["total".to_owned()]).collect();
            let truth = Truth::of_table(names, &values);
            let event = players.iter().map(|&root| (format!("x{root}"), sum.observed[root]));
            let event = Observation::from_pairs(event.chain([("total".to_owned(), total)])).unwrap();
            let exact = sum.model().attribute_outlier("total", &event, &upper(floor)).unwrap();
            let name = format!("without {absent:?}, floor {floor}");
            assert_eq!(exact.samples, None, "{name}");
            assert_truth(&exact, &truth, 1e-3, &name);
            // The walk along permutations comes to the same coalitions as the table.
            let permutations = upper(floor).with_shapley_method(ShapleyMethod::Permutations(3));
            let walked = sum.model().attribute_outlier("total", &event, &permutations).unwrap();
            assert!((walked.score.value - exact.score.value).abs() < 1e-9, "{name}");
            assert!((walked.unexplained.value - exact.unexplained.value).abs() < 1e-9, "{name}");
        }
    }
}

/// q(T) for every coalition T of the players, over draws of all noises.
fn count(
    model: &FittedModel,
    target: &str,
    players: &[String],
    noises: &Observation,
    region: OutlierRegion,
) -> Vec<f64> {
    const DRAWS: usize = 100_000;
    let order = model.graph().topological_order();
    let place = |node: &str| order.iter().position(|&other| other == node).unwrap();
    let parents: Vec<Vec<usize>> =
        order.iter().map(|node| model.mechanism_parents(node).unwrap().into_iter().map(place).collect()).collect();
    let random = &mut ChaCha8Rng::seed_from_u64(4);
    let bank: Vec<Vec<f64>> = order
        .iter()
        .map(|node| {
            let mut column = vec![0.0; DRAWS];
            model.mechanism(node).unwrap().noise().sample_into(random, &mut column);
            column
        })
        .collect();
    let mechanisms: Vec<_> = order.iter().map(|node| model.mechanism(node).unwrap()).collect();
    let target = place(target);
    let bits: Vec<Option<usize>> = order.iter().map(|node| players.iter().position(|player| player == node)).collect();
    let observed: Vec<f64> = order.iter().map(|node| noises.get(node).unwrap()).collect();
    let hits = |coalition: usize| {
        let mut values = vec![0.0; order.len()];
        let mut arguments = Vec::new();
        let is_hit = |draw: usize| {
            for node in 0..order.len() {
                let kept = bits[node].is_some_and(|bit| coalition >> bit & 1 == 1);
                let noise = if kept { observed[node] } else { bank[node][draw] };
                arguments.clear();
                arguments.extend(parents[node].iter().map(|&parent| values[parent]));
                values[node] = mechanisms[node].evaluate(&arguments, noise);
            }
            // Where nothing is drawn, rounding must not decide.
            let slack = 1e-9 * values[target].abs();
            region.contains(values[target] - slack) || region.contains(values[target] + slack)
        };
        (0..DRAWS).map(is_hit).filter(|hit| *hit).count() as f64 / DRAWS as f64
    };
    (0..1 << players.len()).map(hits).collect()
}

#[test]
fn non_linear_mechanisms_against_brute_force() {
    for case in known_models::all().unwrap() {
        let nodes: Vec<String> = case.model.graph().topological_order().into_iter().map(str::to_owned).collect();
        for absent in nodes.iter().filter(|node| *node != case.target).take(2) {
            let mechanism = case.model.mechanism(absent).unwrap();
            let parents = case.model.mechanism_parents(absent).unwrap();
            let parents: Vec<f64> = parents.iter().map(|parent| case.observation.get(parent).unwrap()).collect();
            let stand_in = mechanism.evaluate(&parents, mechanism.noise().median());
            let value = |node: &String| if node == absent { stand_in } else { case.observation.get(node).unwrap() };
            let completed = Observation::from_pairs(nodes.iter().map(|node| (node.clone(), value(node)))).unwrap();
            let noises = case.model.estimate_noise(&completed).unwrap();
            let reference = case.model.reference(case.target).unwrap();
            let observed = case.observation.get(case.target).unwrap();
            let region = case.feature_map.outlier_region(reference, observed).unwrap();
            let players: Vec<String> = nodes.iter().filter(|node| *node != absent).cloned().collect();
            let floor = 1e-2;
            let probabilities = count(&case.model, case.target, &players, &noises, region);
            let values: Vec<f64> = probabilities.iter().map(|q| ((q + floor) / (1.0 + floor)).ln()).collect();
            let truth = Truth::of_table(players, &values);
            let config = AttributionConfig::default().with_feature_map(case.feature_map.clone()).with_floor(floor);
            let present = nodes.iter().filter(|node| *node != absent).map(|node| (node.clone(), value(node)));
            let event = Observation::from_pairs(present).unwrap();
            let found = case.model.attribute_outlier(case.target, &event, &config).unwrap();
            assert_truth(&found, &truth, 0.04, &format!("{} without {absent}", case.name));
            assert_eq!(found.missing[0].stand_in, stand_in);
        }
    }
}
