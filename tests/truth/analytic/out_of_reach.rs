//! Worlds that no sample reaches: where noises end, what has not been seen is known not to be, or to be hardly ever.

use etiology::attribution::{EngineName, Estimator};
use etiology::{
    AdditiveNoiseModel, AttributionConfig, CausalGraph, FeatureMap, FittedModel, KnownFormula, NoiseDistribution,
    Observation, StructuralCausalModel,
};

const FLOOR: f64 = 1e-4;
const PLAYERS: [&str; 4] = ["a", "b", "c", "d"];

/// The sizes of the two noises with an end, which are equally likely.
fn sizes() -> Vec<f64> {
    (0..60).map(|rank| -(1.0 - (f64::from(rank) + 0.5) / 60.0).ln()).collect()
}

/// t = max(a, b) + c + d, where a and b have the sizes and c and d are normal of these standard deviations.
fn model(deviations: [f64; 2]) -> FittedModel {
    let empirical = || NoiseDistribution::empirical(&sizes()).unwrap();
    let normal = |deviation: f64| NoiseDistribution::normal(0.0, deviation).unwrap();
    let formula = KnownFormula::sum_of_maxima([vec!["a", "b"], vec!["c"], vec!["d"]]).unwrap();
    StructuralCausalModel::new(CausalGraph::from_edges(PLAYERS.map(|name| (name, "t"))).unwrap())
        .with_mechanism("a", empirical())
        .and_then(|model| model.with_mechanism("b", empirical()))
        .and_then(|model| model.with_mechanism("c", normal(deviations[0])))
        .and_then(|model| model.with_mechanism("d", normal(deviations[1])))
        .and_then(|model| {
            let exactly = NoiseDistribution::constant(0.0).unwrap();
            model.with_mechanism("t", AdditiveNoiseModel::known(formula).with_noise(exactly))
        })
        .unwrap()
        .without_fitting()
        .unwrap()
}

/// ln of the probability that t is at least as large as observed, where the players of these bits are drawn.
fn worth(drawn: usize, values: [f64; 4], deviations: [f64; 2]) -> f64 {
    let is_drawn = |player: usize| drawn >> player & 1 == 1;
    let of = |player: usize| if is_drawn(player) { sizes() } else { vec![values[player]] };
    let observed = values[0].max(values[1]) + values[2] + values[3];
    let kept: f64 = (2..4).filter(|&player| !is_drawn(player)).map(|player| values[player]).sum();
    let variance: f64 = (2..4).filter(|&player| is_drawn(player)).map(|player| deviations[player - 2].powi(2)).sum();
    let reaches = |of_largest: f64| {
        let short = observed - of_largest - kept;
        // Rounding is no reason to fall short.
        if variance == 0.0 {
            return f64::from(u8::from(short <= 1e-9));
        }
        NoiseDistribution::normal(0.0, variance.sqrt()).unwrap().survival(short)
    };
    let (first, second) = (of(0), of(1));
    let sum: f64 = first.iter().flat_map(|a| second.iter().map(move |b| a.max(*b))).map(reaches).sum();
    let probability = sum / (first.len() * second.len()) as f64;
    ((probability + FLOOR) / (1.0 + FLOOR)).ln()
}

/// By the definition: over all coalitions of the others, what keeping a player adds.
fn shapley(values: [f64; 4], deviations: [f64; 2]) -> [f64; 4] {
    let worths: Vec<f64> = (0..16).map(|drawn| worth(drawn, values, deviations)).collect();
    let weight = [1.0 / 4.0, 1.0 / 12.0, 1.0 / 12.0, 1.0 / 4.0];
    std::array::from_fn(|player| {
        let others = (0..16_usize).filter(|drawn| drawn >> player & 1 == 0);
        others.map(|drawn| weight[drawn.count_ones() as usize] * (worths[drawn] - worths[drawn | 1 << player])).sum()
    })
}

#[test]
fn what_cannot_be_reached_is_no_error_and_what_hardly_can_is_a_small_one() {
    let events = [[9.0, 0.5, 0.1, 0.0], [5.5, 0.2, 0.4, -0.1], [4.6, 4.0, 0.3, 0.2], [3.0, 1.0, 1.4, 0.3]];
    let deviations = [0.3, 0.2];
    let model = model(deviations);
    for engine in [EngineName::PartialInversion, EngineName::Sampling] {
        let (mut all, mut covered) = (0, 0);
        for values in events {
            let expected = shapley(values, deviations);
            let pairs = PLAYERS.into_iter().zip(values);
            let observed = values[0].max(values[1]) + values[2] + values[3];
            let event = Observation::from_pairs(pairs.chain([("t", observed)])).unwrap();
            for (seed, samples) in [(1, 512), (2, 1_024), (3, 4_096), (4, 16_384), (5, 16_384), (6, 65_536)] {
                let config = AttributionConfig::default()
                    .with_feature_map(FeatureMap::UpperTail)
                    .with_floor(FLOOR)
                    .with_estimator(Estimator::Only(engine))
                    .with_samples(samples)
                    .with_seed(seed);
                let found = model.attribute_outlier("t", &event, &config).unwrap();
                for (name, expected) in PLAYERS.into_iter().zip(expected) {
                    let found = found.contribution(name).unwrap();
                    let missed = (found.value - expected).abs();
                    assert!(
                        missed <= 4.0 * found.std_error + 1e-6,
                        "{engine} {values:?} {samples}: {found:?}, {expected}"
                    );
                    (all, covered) = (all + 1, covered + u32::from(missed <= 1.96 * found.std_error + 1e-9));
                    let small = if engine == EngineName::Sampling { 0.05 } else { 0.03 };
                    assert!(samples < 16_384 || found.std_error < small, "{engine} {values:?} {samples}: {found:?}");
                }
            }
        }
        assert!(10 * covered >= 9 * all, "{engine}: {covered} of {all}");
    }
}
