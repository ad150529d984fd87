//! How the joint noise samples are spread: what both ways promise, and what quasi-Monte Carlo is for.

use crate::known_models;
use etiology::attribution::NoiseSampling;
use etiology::{
    AdditiveNoiseModel, AttributionConfig, CausalGraph, FeatureMap, FittedModel, KnownFormula, NoiseDistribution,
    Observation, ShapleyMethod, StructuralCausalModel,
};

const BOTH: [NoiseSampling; 2] = [NoiseSampling::MonteCarlo, NoiseSampling::QuasiMonteCarlo];

/// A target that is the sum of exponential roots and hides it from the crate.
fn hidden_sum(roots: usize) -> (FittedModel, Observation) {
    let name = |root: usize| format!("x{root}");
    let graph = CausalGraph::from_edges((0..roots).map(|root| (name(root), "total".to_owned()))).unwrap();
    let total = KnownFormula::new((0..roots).map(name), |parents| parents.iter().sum());
    let noise = NoiseDistribution::exponential(1.0).unwrap();
    let total = AdditiveNoiseModel::known(total).with_noise(noise.clone());
    let mut model = StructuralCausalModel::new(graph).with_mechanism("total", total).unwrap();
    for root in 0..roots {
        model = model.with_mechanism(&name(root), noise.clone()).unwrap();
    }
    let values = (0..roots).map(|root| if root == 0 { 1.0 + 2.0 * (roots as f64).sqrt() } else { 1.0 });
    let values: Vec<f64> = values.collect();
    let event = values.iter().sum::<f64>() + 1.0;
    let pairs = values.iter().enumerate().map(|(root, &value)| (name(root), value));
    let observation = Observation::from_pairs(pairs.chain([("total".to_owned(), event)])).unwrap();
    (model.without_fitting().unwrap(), observation)
}

#[test]
fn contributions_sum_to_the_score_for_any_number_of_samples() {
    let (model, observation) = hidden_sum(3);
    for sampling in BOTH {
        for samples in [32, 33, 47, 1_000, 8_192] {
            let config = AttributionConfig::default().with_samples(samples).with_noise_sampling(sampling);
            let attribution = model.attribute_outlier("total", &observation, &config).unwrap();
            let sum: f64 = attribution.contributions.iter().map(|contribution| contribution.value).sum();
            assert!((sum - attribution.score.value).abs() < 1e-9, "{sampling:?}, {samples}: {attribution:?}");
            assert!(attribution.contributions.iter().all(|contribution| contribution.std_error > 0.0));
            assert_eq!(attribution.samples, Some(samples));
        }
    }
}

#[test]
fn more_noises_than_the_net_has_dimensions_are_no_error() {
    let (model, observation) = hidden_sum(260);
    let run = |sampling| {
        let config = AttributionConfig::default()
            .with_feature_map(FeatureMap::UpperTail)
            .with_shapley_method(ShapleyMethod::Permutations(4))
            .with_samples(256)
            .with_noise_sampling(sampling);
        model.attribute_outlier("total", &observation, &config).unwrap()
    };
    let (plain, quasi) = (run(NoiseSampling::MonteCarlo), run(NoiseSampling::QuasiMonteCarlo));
    let error = plain.score.std_error.hypot(quasi.score.std_error);
    assert!((plain.score.value - quasi.score.value).abs() < 4.0 * error, "{:?} {:?}", plain.score, quasi.score);
    assert_eq!(run(NoiseSampling::Auto), plain, "too many noises for nets to help");
}

#[test]
fn few_noises_are_spread_evenly_by_default() {
    let (model, observation) = hidden_sum(3);
    let run = |sampling| {
        let config = AttributionConfig::default().with_samples(500).with_noise_sampling(sampling);
        model.attribute_outlier("total", &observation, &config).unwrap()
    };
    assert_eq!(run(NoiseSampling::Auto), run(NoiseSampling::QuasiMonteCarlo));
    assert_ne!(run(NoiseSampling::Auto), run(NoiseSampling::MonteCarlo));
}

#[test]
fn nets_have_a_fraction_of_the_error_of_draws() {
    let case = known_models::fan_out_latency().unwrap();
    let mean_square_error = |sampling| {
        let errors = (0..20).flat_map(|seed| {
            let config = AttributionConfig::default()
                .with_feature_map(FeatureMap::UpperTail)
                .with_floor(known_models::FLOOR)
                .with_noise_sampling(sampling)
                .with_seed(seed);
            let attribution = case.model.attribute_outlier(case.target, &case.observation, &config).unwrap();
            let error = |(node, truth): &(&str, f64)| attribution.contribution(node).unwrap().value - truth;
            case.contributions.iter().map(error).collect::<Vec<f64>>()
        });
        errors.map(|error| error * error).sum::<f64>()
    };
    let (draws, nets) =
        (mean_square_error(NoiseSampling::MonteCarlo), mean_square_error(NoiseSampling::QuasiMonteCarlo));
    assert!(nets < draws / 4.0, "{nets} against {draws}");
}

/// One coordinate alone is stratified: in each of 16 blocks of 512, at most one point is on the wrong side of a quantile.
#[test]
fn every_family_is_drawn_through_its_quantiles() {
    let values: Vec<f64> = (0..1_000).map(|i| f64::from(i).sin()).collect();
    for noise in [
        NoiseDistribution::empirical(&values),
        NoiseDistribution::normal(1.0, 2.0),
        NoiseDistribution::half_normal(1.0, 2.0),
        NoiseDistribution::exponential(3.0),
        NoiseDistribution::gamma(0.3, 2.0),
        NoiseDistribution::gamma(40.0, 2.0),
        NoiseDistribution::log_normal(0.0, 1.5),
        NoiseDistribution::uniform(-1.0, 4.0),
    ] {
        let noise = noise.unwrap();
        let model =
            StructuralCausalModel::new(CausalGraph::from_nodes_and_edges(["x"], [] as [(&str, &str); 0]).unwrap())
                .with_mechanism("x", noise.clone())
                .and_then(|model| model.without_fitting())
                .unwrap();
        for probability in [0.02, 0.3, 0.98] {
            let x = noise.quantile(1.0 - probability).unwrap();
            let config = AttributionConfig::default().with_feature_map(FeatureMap::custom(|x| x)).with_samples(8_192);
            let score =
                model.attribute_outlier("x", &Observation::from_pairs([("x", x)]).unwrap(), &config).unwrap().score;
            let found = score.tail_probability.unwrap();
            assert!((found - noise.survival(x)).abs() <= 1.0 / 512.0, "{noise}: {found} for {probability}");
        }
    }
}

#[test]
fn the_option_is_saved_by_name() {
    let names = [
        (NoiseSampling::Auto, "\"auto\""),
        (NoiseSampling::MonteCarlo, "\"monte_carlo\""),
        (NoiseSampling::QuasiMonteCarlo, "\"quasi_monte_carlo\""),
    ];
    for (sampling, name) in names {
        assert_eq!(serde_json::to_string(&sampling).unwrap(), name);
        assert_eq!(serde_json::from_str::<NoiseSampling>(name).unwrap(), sampling);
    }
    assert!(serde_json::from_str::<NoiseSampling>("\"sobol\"").is_err());
}
