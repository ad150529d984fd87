//! What every engine gives, held to the bit while the code is moved about.
//!
//! `recorded.txt` has the score, every contribution and its error, single coalitions, and estimates within a time limit, for models
//! that between them take every way there is. By default figures are compared to eleven digits, since the last bits depend on
//! the processor and on the mathematical library of the system. With `ETIOLOGY_BITS=same` they must agree to the bit, with
//! `ETIOLOGY_BITS=write` they are recorded anew:
//!
//! ```text
//! ETIOLOGY_BITS=write cargo test --test engines -- bits
//! ```

mod choice;
mod figures;
#[path = "../../examples/shared/known_models.rs"]
mod known_models;
mod models;
#[path = "../../benches/shared/random_models.rs"]
mod random_models;
#[path = "../../examples/shared/retail_shop.rs"]
mod retail_shop;

use std::fmt::Write as _;
use std::path::Path;

use etiology::AttributionConfig;
use figures::Figures;

const RELATIVE: f64 = 1e-11;

#[test]
fn every_engine_gives_the_recorded_bits() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/engines/recorded.txt");
    let found: Vec<(String, f64)> = models::all()
        .iter()
        .flat_map(|case| {
            let figures = Figures::of(case);
            figures.into_iter().map(|(name, value)| (format!("{} | {name}", case.name), value))
        })
        .collect();
    let mode = std::env::var("ETIOLOGY_BITS").unwrap_or_default();
    if mode == "write" {
        let mut text = String::new();
        for (name, value) in &found {
            writeln!(text, "{:016x} {name} = {value:.6}", value.to_bits()).unwrap();
        }
        std::fs::write(path, text).unwrap();
        return;
    }
    let recorded = std::fs::read_to_string(path).unwrap();
    let recorded: Vec<(&str, f64)> = recorded.lines().map(parsed).collect();
    let other = found.iter().zip(&recorded).find(|((found, _), (recorded, _))| found != recorded);
    assert!(other.is_none() && found.len() == recorded.len(), "other figures than were recorded, first {other:?}");
    let agrees = |found: f64, recorded: f64| {
        let allowed = RELATIVE * found.abs().max(recorded.abs()).max(1e-3);
        found.to_bits() == recorded.to_bits() || mode != "same" && (found - recorded).abs() <= allowed
    };
    let pairs = found.iter().zip(&recorded);
    let others = pairs.filter(|((_, found), (_, recorded))| !agrees(*found, *recorded));
    let others: Vec<String> =
        others.map(|((name, found), (_, recorded))| format!("{name}: {found:e}, recorded {recorded:e}")).collect();
    assert!(others.is_empty(), "{} of {} figures differ:\n{}", others.len(), found.len(), others.join("\n"));
}

/// A line `bits name = decimal`.
fn parsed(line: &str) -> (&str, f64) {
    let (bits, rest) = line.split_once(' ').unwrap();
    let (name, _) = rest.rsplit_once(" = ").unwrap();
    (name, f64::from_bits(u64::from_str_radix(bits, 16).unwrap()))
}

/// The true contributions of the known models were counted by brute force, to some 0.003 nats.
#[test]
fn known_models_agree_with_brute_force() {
    for known in known_models::all().unwrap() {
        let config = AttributionConfig::default().with_feature_map(known.feature_map).with_floor(known_models::FLOOR);
        let attribution = known.model.attribute_outlier(known.target, &known.observation, &config).unwrap();
        let score = &attribution.score;
        assert!((score.value - known.score).abs() < 0.01 + 4.0 * score.std_error, "{}: {score:?}", known.name);
        for (node, truth) in known.contributions {
            let found = attribution.contribution(node).unwrap();
            assert!((found.value - truth).abs() < 0.01 + 4.0 * found.std_error, "{}: {found:?}", known.name);
        }
    }
}

/// Whichever way a mechanism that is one parent plus noise is written, known or learned, the figures are the same.
mod one_parent {
    use super::figures::Figures;
    use super::models::Case;
    use etiology::attribution::Estimator;
    use etiology::mechanism::{LinearFunction, ParentFunction, Regressor};
    use etiology::{
        AdditiveNoiseModel, AttributionConfig, CausalGraph, FeatureMap, FittedModel, KnownFormula, NoiseDistribution,
        Observation, Quantity, Result, StructuralCausalModel,
    };
    use ndarray::{ArrayView1, ArrayView2};

    /// A regression that finds the parent itself.
    #[derive(Debug)]
    struct Identity;

    impl Regressor for Identity {
        fn fit(&self, _: ArrayView2<'_, f64>, _: ArrayView1<'_, f64>) -> Result<ParentFunction> {
            Ok(ParentFunction::Linear(LinearFunction { intercept: 0.0, coefficients: vec![1.0] }))
        }

        fn min_rows(&self, _: usize) -> usize {
            2
        }
    }

    fn known(noise: &NoiseDistribution) -> Vec<AdditiveNoiseModel> {
        let formulas = [
            KnownFormula::sum(["a"]),
            KnownFormula::maximum(["a"]),
            KnownFormula::sum_of_maxima([["a"]]).unwrap(),
            KnownFormula::weighted_sum([("a", 1.0)]).unwrap(),
        ];
        formulas.into_iter().map(|formula| AdditiveNoiseModel::known(formula).with_noise(noise.clone())).collect()
    }

    /// b = a + noise by the given mechanism; sum = b + c; largest = max(b, c).
    fn model(noise: &NoiseDistribution, b: AdditiveNoiseModel) -> StructuralCausalModel {
        let edges = [("a", "b"), ("b", "sum"), ("c", "sum"), ("b", "largest"), ("c", "largest")];
        let additive = |formula| AdditiveNoiseModel::known(formula).with_noise(noise.clone());
        StructuralCausalModel::new(CausalGraph::from_edges(edges).unwrap())
            .with_mechanism("a", noise.clone())
            .and_then(|model| model.with_mechanism("b", b))
            .and_then(|model| model.with_mechanism("c", noise.clone()))
            .and_then(|model| model.with_mechanism("sum", additive(KnownFormula::sum(["b", "c"]))))
            .and_then(|model| model.with_mechanism("largest", additive(KnownFormula::maximum(["b", "c"]))))
            .unwrap()
    }

    /// Every figure of every target, and the references' quantiles, as bits.
    fn bits(model: &FittedModel) -> Vec<(String, u64)> {
        let event = [("a", 5.0), ("b", 6.5), ("c", 0.25), ("sum", 7.5), ("largest", 7.25)];
        let event = Observation::from_pairs(event).unwrap();
        let upper = AttributionConfig::default().with_feature_map(FeatureMap::UpperTail).with_samples(1_024);
        let configs = [
            upper.clone(),
            upper.clone().with_estimator(Estimator::MonteCarlo),
            upper.with_quantity(Quantity::MeanDeviation),
            AttributionConfig::default().with_samples(1_024),
        ];
        let mut bits = Vec::new();
        for target in ["b", "sum", "largest"] {
            let reference = model.reference(target).unwrap();
            bits.push((format!("{target}, reference"), reference.quantile(0.9).unwrap().to_bits()));
            for config in &configs {
                let (model, target, config) = (model.clone(), target.to_owned(), config.clone());
                let case = Case { name: String::new(), model, target, event: event.clone(), config, rounds: 1..2 };
                let figures = Figures::of(&case).into_iter();
                bits.extend(figures.map(|(name, value)| (format!("{}, {name}", case.target), value.to_bits())));
            }
        }
        bits
    }

    #[test]
    fn is_one_function_however_it_is_written() {
        let noises = [NoiseDistribution::normal(1.0, 0.5).unwrap(), NoiseDistribution::exponential(0.7).unwrap()];
        for noise in noises {
            let given: Vec<FittedModel> =
                known(&noise).into_iter().map(|b| model(&noise, b).without_fitting().unwrap()).collect();
            let expected = bits(&given[0]);
            for model in &given {
                assert_eq!(bits(model), expected);
                assert_eq!(bits(&FittedModel::from_json(&model.to_json().unwrap()).unwrap()), expected);
            }
            // A file may hold what no formula is written as.
            let json = given[1].to_json().unwrap();
            for function in ["{\"SumOfMaxima\":[1]}", "{\"Linear\":{\"intercept\":0.0,\"coefficients\":[1.0]}}"] {
                let changed = json.replacen("{\"Additive\":\"Maximum\"}", &format!("{{\"Additive\":{function}}}"), 1);
                assert_ne!(changed, json);
                assert_eq!(bits(&FittedModel::from_json(&changed).unwrap()), expected, "{function}");
            }
            let data = given[0].draw_samples(300, 5).unwrap();
            let fit = |b| model(&noise, b).fit(&data).unwrap();
            let expected = bits(&fit(known(&noise).swap_remove(0)));
            let learned = AdditiveNoiseModel::new(Identity).with_noise(noise.clone());
            for b in known(&noise).into_iter().chain([learned]) {
                assert_eq!(bits(&fit(b)), expected);
            }
        }
    }
}
