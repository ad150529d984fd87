//! Fourier inversion against the distributions of sums that have a formula, and against brute force.

use super::assert_contributions;
use etiology::attribution::Estimator;
use etiology::shapley::{Coalition, FunctionGame, ShapleyConfig, shapley_values};
use etiology::{
    AdditiveNoiseModel, Attribution, AttributionConfig, CausalGraph, FeatureMap, FittedModel, KnownFormula,
    NoiseDistribution, Observation, Precision, ShapleyMethod, StructuralCausalModel,
};

/// total = Σ xᵢ, the sum of independent root nodes: what any linear model with these weighted noises comes down to.
pub(crate) struct Sum {
    pub(crate) noises: Vec<NoiseDistribution>,
    pub(crate) observed: Vec<f64>,
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|node| format!("x{node}")).collect()
}

impl Sum {
    pub(crate) fn model(&self) -> FittedModel {
        let roots = names(self.noises.len());
        let graph = CausalGraph::from_edges(roots.iter().map(|root| (root.clone(), "total".to_owned()))).unwrap();
        let total = AdditiveNoiseModel::known(KnownFormula::sum(roots.clone()))
            .with_noise(NoiseDistribution::constant(0.0).unwrap());
        let model = StructuralCausalModel::new(graph).with_mechanism("total", total).unwrap();
        let with_root = |model: StructuralCausalModel, (root, noise): (&String, &NoiseDistribution)| {
            model.with_mechanism(root, noise.clone()).unwrap()
        };
        roots.iter().zip(&self.noises).fold(model, with_root).without_fitting().unwrap()
    }

    fn observation(&self) -> Observation {
        let total = self.observed.iter().sum();
        let roots = names(self.observed.len()).into_iter().zip(self.observed.iter().copied());
        Observation::from_pairs(roots.chain([("total".to_owned(), total)])).unwrap()
    }

    pub(crate) fn attribute(&self, config: &AttributionConfig) -> Attribution {
        self.model().attribute_outlier("total", &self.observation(), config).unwrap()
    }

    /// The contributions, given P{Σ free noises ≥ x} as a function of the free nodes and x.
    pub(crate) fn truth(&self, floor: f64, survival: impl Fn(&[usize], f64) -> f64 + Sync) -> Vec<(String, f64)> {
        let players = self.observed.len();
        let value = |kept: &Coalition| {
            let free: Vec<usize> = (0..players).filter(|&node| !kept.contains(node)).collect();
            let x: f64 = free.iter().map(|&node| self.observed[node]).sum();
            let q = if free.is_empty() { 1.0 } else { survival(&free, x) };
            ((q + floor) / (1.0 + floor)).ln()
        };
        let game = FunctionGame::new(players, value);
        let exact = ShapleyConfig::default().with_method(ShapleyMethod::Exact);
        let values = shapley_values(&game, &exact).unwrap().values();
        names(players).into_iter().zip(values).chain([("total".to_owned(), 0.0)]).collect()
    }
}

pub(crate) fn upper(floor: f64) -> AttributionConfig {
    AttributionConfig::default().with_feature_map(FeatureMap::UpperTail).with_floor(floor)
}

/// Uniform noises on [0, wᵢ], observed at the given shares of their widths.
pub(crate) struct Uniforms {
    pub(crate) widths: Vec<f64>,
    pub(crate) shares: Vec<f64>,
}

impl Uniforms {
    pub(crate) fn sum(&self) -> Sum {
        Sum {
            noises: self.widths.iter().map(|&width| NoiseDistribution::uniform(0.0, width).unwrap()).collect(),
            observed: self.widths.iter().zip(&self.shares).map(|(width, share)| width * share).collect(),
        }
    }

    /// P{Σ ≥ x} = 1/(n! Π wᵢ) · Σ_S (−1)^|S| (w_all − x − w_S)₊ⁿ, the volume that half-spaces cut off a box (Barrow
    /// and Smith, *American Mathematical Monthly* 86, 1979), from the upper corner.
    pub(crate) fn survival(&self, free: &[usize], x: f64) -> f64 {
        let widths: Vec<f64> = free.iter().map(|&node| self.widths[node]).collect();
        let rest = widths.iter().sum::<f64>() - x;
        let count = i32::try_from(widths.len()).unwrap();
        let corner = |set: u32| {
            let cut: f64 = (0..widths.len()).filter(|bit| set >> bit & 1 == 1).map(|bit| widths[bit]).sum();
            (-1.0_f64).powi(set.count_ones().cast_signed()) * (rest - cut).max(0.0).powi(count)
        };
        let volume: f64 = (0..1 << widths.len()).map(corner).sum();
        (volume / (1..=count).map(f64::from).chain(widths).product::<f64>()).clamp(0.0, 1.0)
    }
}

#[test]
fn sums_of_uniform_noises() {
    let cases = [
        Uniforms { widths: vec![1.0, 0.7, 0.5, 0.9, 0.6], shares: vec![0.99, 0.8, 0.3, 0.9, 0.6] },
        Uniforms { widths: vec![1.0; 6], shares: vec![0.999, 0.9, 0.2, 0.5, 0.7, 0.95] },
        // Lattices of several scales.
        Uniforms { widths: vec![1.0, 0.8, 0.02, 0.015, 3e-4], shares: vec![0.97, 0.9, 0.8, 0.99, 0.6] },
    ];
    for (number, case) in cases.iter().enumerate() {
        for floor in [1e-2, 1e-4] {
            let truth = case.sum().truth(floor, |free, x| case.survival(free, x));
            let attribution = case.sum().attribute(&upper(floor));
            assert_eq!((attribution.samples, attribution.permutations), (None, None));
            assert_contributions(&attribution, &truth, 1e-3, &format!("case {number}, floor {floor}"));
        }
    }
}

/// Exponential noises with these different means; P{Σ ≥ x} = Σᵢ exp(−x/mᵢ) Π_{j ≠ i} mᵢ/(mᵢ − mⱼ).
fn exponential_survival(means: &[f64], free: &[usize], x: f64) -> f64 {
    let term = |&i: &usize| {
        let others = free.iter().filter(|&&j| j != i).map(|&j| means[i] / (means[i] - means[j]));
        others.product::<f64>() * (-x / means[i]).exp()
    };
    free.iter().map(term).sum()
}

#[test]
fn stated_errors_cover_sums_of_exponential_noises() {
    let means = [0.1, 0.25, 0.17, 0.02, 0.06];
    let (mut covered, mut all, mut largest) = (0, 0, 0.0_f64);
    for event in 0..40 {
        let place = |node: usize| (0.0503 + (event * 7 + node * 3) as f64 * 0.618).fract();
        let observed: Vec<f64> = means.iter().enumerate().map(|(node, mean)| -mean * place(node).ln()).collect();
        let noises = means.iter().map(|&mean| NoiseDistribution::exponential(mean).unwrap()).collect();
        let sum = Sum { noises, observed };
        let truth = sum.truth(1e-4, |free, x| exponential_survival(&means, free, x));
        let attribution = sum.attribute(&upper(1e-4));
        for (node, exact) in &truth {
            let found = attribution.contribution(node).unwrap();
            let error = (found.value - exact).abs();
            covered += u64::from(error <= 1.96 * found.std_error + 1e-12);
            all += 1;
            largest = largest.max(error);
        }
    }
    assert!(covered as f64 >= 0.9 * f64::from(all), "{covered} of {all}");
    assert!(largest < 0.02, "{largest}");
}

#[test]
fn sums_of_empirical_noises_by_brute_force() {
    let values = |count: usize, frequency: f64| -> Vec<f64> {
        (0..count).map(|i| ((i as f64 + 0.3) * frequency).sin() + 0.3 * (i as f64 * 0.77).cos()).collect()
    };
    let columns = [values(60, 1.0), values(45, 2.3), values(50, 0.37)];
    let observed = vec![1.31, 0.9, -0.4];
    let noises = columns.iter().map(|column| NoiseDistribution::empirical(column).unwrap()).collect();
    let survival = |free: &[usize], x: f64| {
        let mut sums = vec![0.0];
        for &node in free {
            sums = sums.iter().flat_map(|sum| columns[node].iter().map(move |value| sum + value)).collect();
        }
        sums.iter().filter(|&&sum| sum >= x - 1e-12).count() as f64 / sums.len() as f64
    };
    let sum = Sum { noises, observed };
    let truth = sum.truth(1e-2, survival);
    let attribution = sum.attribute(&upper(1e-2));
    assert_eq!(attribution.samples, None);
    assert_contributions(&attribution, &truth, 0.005, "three columns");
    // Sums of so few values are counted out where a smaller error is asked for.
    let closer = sum.attribute(&upper(1e-2).with_precision(Precision::StdError(1e-6)));
    assert_eq!(closer.samples, None);
    assert!(closer.contributions.iter().all(|contribution| contribution.std_error <= 1e-6));
    assert_contributions(&closer, &truth, 1e-6, "three columns, counted out");
}

/// One noise of every family, both ways round.
fn all_families() -> Sum {
    let noises = vec![
        NoiseDistribution::normal(1.0, 0.3).unwrap(),
        NoiseDistribution::half_normal(0.0, 0.4).unwrap(),
        NoiseDistribution::exponential(0.2).unwrap(),
        NoiseDistribution::gamma(2.0, 0.15).unwrap(),
        NoiseDistribution::log_normal(-1.5, 0.5).unwrap(),
        NoiseDistribution::uniform(-0.5, 0.5).unwrap(),
        NoiseDistribution::empirical(&(0..400).map(|i| (f64::from(i) * 0.71).sin() * 0.3).collect::<Vec<_>>()).unwrap(),
        NoiseDistribution::constant(2.0).unwrap(),
    ];
    Sum { noises, observed: vec![1.2, 0.7, 0.1, 0.9, 0.2, 0.4, -0.1, 2.3] }
}

#[test]
fn every_family_and_region_agrees_with_samples() {
    let sum = all_families();
    let maps =
        [FeatureMap::UpperTail, FeatureMap::LowerTail, FeatureMap::DistanceFromMedian, FeatureMap::TwoSidedQuantile];
    for feature_map in maps {
        let config = upper(1e-3).with_feature_map(feature_map.clone());
        let inverted = sum.attribute(&config);
        assert_eq!(inverted.samples, None);
        let sampled = sum.attribute(&config.with_estimator(Estimator::MonteCarlo).with_samples(50_000));
        for (found, other) in inverted.contributions.iter().map(|found| (found, sampled.contribution(&found.node))) {
            let other = other.unwrap();
            let allowed = 1e-3 + 4.0 * found.std_error.hypot(other.std_error);
            assert!((found.value - other.value).abs() < allowed, "{feature_map:?}: {found:?} {other:?}");
        }
        let total: f64 = inverted.contributions.iter().map(|contribution| contribution.value).sum();
        assert!((total - inverted.score.value).abs() < 1e-10);
    }
}

#[test]
fn permutations_walk_to_the_same_coalitions() {
    let sum = all_families();
    let exact = sum.attribute(&upper(1e-3));
    let walked = sum.attribute(&upper(1e-3).with_shapley_method(ShapleyMethod::Permutations(20)));
    assert!((exact.score.value - walked.score.value).abs() < 1e-10);
    assert_eq!((walked.samples, walked.permutations), (None, Some(20)));
    let truth: Vec<(String, f64)> = exact.contributions.iter().map(|exact| (exact.node.clone(), exact.value)).collect();
    assert_contributions(&walked, &truth, 1e-6, "permutations");
}

#[test]
fn an_event_beyond_all_reach_is_at_the_ceiling_and_blamed_on_its_node() {
    for distance in [10.0, 1e3, 1e9, -1e9] {
        let mut sum = all_families();
        sum.observed[5] = distance;
        let config = upper(1e-3).with_feature_map(FeatureMap::DistanceFromMedian);
        let attribution = sum.attribute(&config);
        assert!(attribution.score.saturated, "{attribution}");
        assert_eq!(attribution.ranked()[0].node, "x5");
        let missing = (attribution.score.value - attribution.ceiling().unwrap()).abs();
        assert!(missing <= attribution.score.std_error, "{missing} at {distance}: {:?}", attribution.score);
    }
}

#[test]
fn heavy_atoms_and_floors_beyond_the_series_are_left_to_samples() {
    let few = |values: &[f64]| NoiseDistribution::empirical(values).unwrap();
    let dice = Sum { noises: vec![few(&[1.0, 2.0, 3.0]), few(&[0.0, 1.0])], observed: vec![3.0, 1.0] };
    assert!(dice.attribute(&upper(1e-3)).samples.is_some());
    let sum = all_families();
    assert!(sum.attribute(&upper(1e-7)).samples.is_some());
}

#[test]
fn an_event_at_the_median_is_no_outlier_at_all() {
    let mut sum = all_families();
    let median = sum.model().reference("total").unwrap().median();
    sum.observed[0] += median - sum.observed.iter().sum::<f64>();
    for method in [ShapleyMethod::Exact, ShapleyMethod::Permutations(4)] {
        let config = upper(1e-3).with_feature_map(FeatureMap::DistanceFromMedian).with_shapley_method(method);
        let attribution = sum.attribute(&config);
        assert!(attribution.contributions.iter().all(|contribution| contribution.value.abs() < 1e-9), "{attribution}");
    }
}

#[test]
fn fourteen_nodes_are_exact_by_default_and_in_the_same_way() {
    let noises = (0..14).map(|node| NoiseDistribution::exponential(0.1 + 0.02 * f64::from(node)).unwrap()).collect();
    let sum = Sum { noises, observed: (0..14).map(|node| 0.1 + 0.05 * f64::from(node)).collect() };
    let default = sum.attribute(&upper(1e-3));
    assert_eq!((default.samples, default.permutations), (None, None));
    assert_eq!(default, sum.attribute(&upper(1e-3).with_shapley_method(ShapleyMethod::Exact)));
}
