//! Mechanisms and distributions that cannot be, or not there.

use etiology::mechanism::{CausalMechanism, LinearRegression};
use etiology::{
    AdditiveNoiseModel, CausalGraph, Error, FittedModel, KnownFormula, NoiseDistribution, NoiseFamily,
    StructuralCausalModel,
};

use super::{case, check, custom};

#[test]
fn mechanisms_and_their_places() {
    let place = |node: &'static str, mechanism: fn() -> Result<CausalMechanism, Error>| {
        move || {
            let graph = CausalGraph::from_edges([("a", "y"), ("b", "y")])?;
            StructuralCausalModel::new(graph).with_mechanism(node, mechanism()?)
        }
    };
    check(vec![
        case("unknown node", place("z", || Ok(NoiseFamily::Normal.into())), &["`z`", "`a`, `y`, `b`"]),
        case("distribution of a non-root", place("y", || Ok(NoiseFamily::Normal.into())), &["`y`", "`a`, `b`"]),
        case(
            "known distribution of a non-root",
            place("y", || Ok(NoiseDistribution::normal(0.0, 1.0)?.into())),
            &["`y`", "`a`, `b`"],
        ),
        case("regression of a root", place("a", || Ok(AdditiveNoiseModel::linear().into())), &["`a`", "parent"]),
        case(
            "formula of a wrong parent",
            place("y", || Ok(AdditiveNoiseModel::known(KnownFormula::sum(["a", "c"])).into())),
            &["`y`", "`a`, `c`", "`a`, `b`"],
        ),
        case(
            "formula of a parent twice",
            place("y", || Ok(AdditiveNoiseModel::known(KnownFormula::sum(["a", "a"])).into())),
            &["`y`", "`a`, `a`"],
        ),
        case(
            "formula of a parent twice beside all",
            place("y", || Ok(AdditiveNoiseModel::known(KnownFormula::sum(["a", "b", "a"])).into())),
            &["`y`", "`a`, `b`, `a`"],
        ),
        case(
            "formula that lacks a parent",
            place("y", || Ok(AdditiveNoiseModel::known(KnownFormula::maximum(["b"])).into())),
            &["`y`", "the parents `b`", "`a`, `b`"],
        ),
        case(
            "formula of parents for a root",
            place("a", || Ok(AdditiveNoiseModel::known(KnownFormula::sum(["b"])).into())),
            &["`a`", "`b`", "none"],
        ),
        case(
            "custom mechanism of a wrong parent",
            place("y", || Ok(custom(|a, n| a + n, |a, x| x - a).into())),
            &["`y`", "the parents `a`", "`a`, `b`"],
        ),
        case("maximum of nothing", maximum_of_nothing, &["`a`"]),
        case("weight of NaN", || KnownFormula::weighted_sum([("a", 1.0), ("b", f64::NAN)]), &["weight", "`b`", "NaN"]),
        case("infinite weight", || KnownFormula::weighted_sum([("a", f64::INFINITY)]), &["weight", "`a`", "inf"]),
        case("negative ridge", || LinearRegression::ridge(-1.0), &["ridge", "-1"]),
        case("ridge of NaN", || LinearRegression::ridge(f64::NAN), &["ridge", "NaN"]),
        case("infinite ridge", || LinearRegression::ridge(f64::INFINITY), &["ridge", "inf"]),
    ]);
}

/// The largest of no parents is minus infinity.
fn maximum_of_nothing() -> Result<FittedModel, Error> {
    let nothing = AdditiveNoiseModel::known(KnownFormula::maximum(Vec::<String>::new()));
    StructuralCausalModel::new(CausalGraph::from_nodes_and_edges(["a"], Vec::<(String, String)>::new())?)
        .with_mechanism("a", nothing.with_noise(NoiseDistribution::normal(0.0, 1.0)?))?
        .without_fitting()
}

#[test]
fn distributions() {
    const NAN: f64 = f64::NAN;
    const INF: f64 = f64::INFINITY;
    check(vec![
        case("constant of NaN", || NoiseDistribution::constant(NAN), &["constant", "NaN"]),
        case("empirical of nothing", || NoiseDistribution::empirical(&[]), &["empirical", "empty"]),
        case("empirical with NaN", || NoiseDistribution::empirical(&[1.0, NAN]), &["empirical", "position 1", "NaN"]),
        case("empirical with infinity", || NoiseDistribution::empirical(&[INF]), &["empirical", "position 0", "inf"]),
        case(
            "normal, negative std_dev",
            || NoiseDistribution::normal(0.0, -1.0),
            &["standard deviation", "normal", "-1"],
        ),
        case("normal, std_dev 0", || NoiseDistribution::normal(0.0, 0.0), &["standard deviation", "normal", "0"]),
        case("normal, std_dev NaN", || NoiseDistribution::normal(0.0, NAN), &["standard deviation", "normal", "NaN"]),
        case("normal, infinite mean", || NoiseDistribution::normal(INF, 1.0), &["mean", "normal", "inf"]),
        case("half-normal, scale 0", || NoiseDistribution::half_normal(0.0, 0.0), &["scale", "half-normal", "0"]),
        case("half-normal, location NaN", || NoiseDistribution::half_normal(NAN, 1.0), &["location", "half-normal"]),
        case("exponential, negative mean", || NoiseDistribution::exponential(-2.0), &["mean", "exponential", "-2"]),
        case("exponential, infinite mean", || NoiseDistribution::exponential(INF), &["mean", "exponential", "inf"]),
        case("gamma, shape 0", || NoiseDistribution::gamma(0.0, 1.0), &["shape", "gamma", "0"]),
        case("gamma, shape NaN", || NoiseDistribution::gamma(NAN, 1.0), &["shape", "gamma", "NaN"]),
        case("gamma, shape beyond 1e10", || NoiseDistribution::gamma(1e11, 1.0), &["shape", "gamma", "100000000000"]),
        case("gamma, negative scale", || NoiseDistribution::gamma(1.0, -1.0), &["scale", "gamma", "-1"]),
        case("log-normal, sigma 0", || NoiseDistribution::log_normal(0.0, 0.0), &["sigma", "log-normal", "0"]),
        case("log-normal, mu NaN", || NoiseDistribution::log_normal(NAN, 1.0), &["mu", "log-normal", "NaN"]),
        case("uniform, empty", || NoiseDistribution::uniform(2.0, 2.0), &["uniform", "0"]),
        case("uniform, reversed", || NoiseDistribution::uniform(2.0, 1.0), &["uniform", "-1"]),
        case("uniform, NaN", || NoiseDistribution::uniform(0.0, NAN), &["upper end", "uniform", "NaN"]),
        case("shift by NaN", || NoiseDistribution::normal(0.0, 1.0)?.shifted_by(NAN), &["mean", "NaN"]),
        case("quantile of 1.5", || NoiseDistribution::normal(0.0, 1.0)?.quantile(1.5), &["probability", "1.5"]),
        case("fit to nothing", || NoiseFamily::Normal.fit(&[], "the noise of `q`"), &["the noise of `q`", "empty"]),
        case("fit to one value", || NoiseFamily::Normal.fit(&[1.0], "the noise of `q`"), &["the noise of `q`", "1"]),
        case("fit to NaN", || NoiseFamily::Normal.fit(&[1.0, NAN], "the noise of `q`"), &["position 1", "`q`", "NaN"]),
        case(
            "fit to a constant",
            || NoiseFamily::Uniform.fit(&[3.0; 4], "the noise of `q`"),
            &["`q`", "3", "4 values"],
        ),
    ]);
}
