//! Arrow strength against closed forms and brute force.

use etiology::arrow_strength::{ArrowMeasure, ArrowMethod, ArrowStrength, ArrowStrengthConfig};
use etiology::mechanism::ClassifierModel;
use etiology::{
    AdditiveNoiseModel, CausalGraph, Dataset, Error, FittedModel, KnownFormula, NoiseDistribution,
    StructuralCausalModel,
};

use super::{coverage, function_of_roots, normal};

fn config(measure: ArrowMeasure) -> ArrowStrengthConfig {
    ArrowStrengthConfig::default().with_measure(measure)
}

fn arrow(model: &FittedModel, parent: &str, config: &ArrowStrengthConfig) -> ArrowStrength {
    model.arrow_strength("y", config).unwrap().arrow(parent).unwrap().clone()
}

fn holds(arrow: &ArrowStrength, expected: f64, most_error: f64) {
    let off = (arrow.value - expected).abs();
    assert!(off < 4.0 * arrow.std_error + 1e-12 && arrow.std_error < most_error, "{arrow:?} instead of {expected}");
}

/// a → b → y ← a with y = f(a, b) + N.
fn triangle(f: impl Fn(&[f64]) -> f64 + Send + Sync + 'static, noise: NoiseDistribution) -> FittedModel {
    let b = KnownFormula::weighted_sum([("a", 0.5)]).unwrap();
    StructuralCausalModel::new(CausalGraph::from_edges([("a", "b"), ("a", "y"), ("b", "y")]).unwrap())
        .with_mechanism("a", normal(0.0, 1.0))
        .unwrap()
        .with_mechanism("b", AdditiveNoiseModel::known(b).with_noise(normal(1.0, 0.8)))
        .unwrap()
        .with_mechanism("y", AdditiveNoiseModel::known(KnownFormula::new(["a", "b"], f)).with_noise(noise))
        .unwrap()
        .without_fitting()
        .unwrap()
}

#[test]
fn a_product_of_dependent_parents_has_the_moments_that_it_should() {
    // E Var over a' of a'·b = Var(a)·E b², with E b² = 0.25 + 0.64 + 1; and Var(b)·E a² for the other.
    let model = triangle(|x| x[0] * x[1], normal(0.0, 0.7));
    let config = config(ArrowMeasure::Variance);
    for (parent, expected) in [("a", 1.89), ("b", 0.89)] {
        let found = arrow(&model, parent, &config);
        assert_eq!(found.method, ArrowMethod::Sampling);
        holds(&found, expected, 0.01);
        let alone = model.arrow_strength_of_edge(parent, "y", &config).unwrap();
        assert_eq!(alone.arrows, vec![found]);
    }
    let cases: Vec<(f64, f64, f64)> = (0..200)
        .map(|seed| {
            let found = arrow(&model, "a", &config.clone().with_samples(512).with_seed(seed));
            (found.value, found.std_error, 1.89)
        })
        .collect();
    assert!((0.9..=0.99).contains(&coverage(&cases)), "{}", coverage(&cases));
}

#[test]
fn the_divergence_of_a_hidden_linear_function_is_that_of_its_closed_form() {
    // Code that happens to be linear: only samples know. The parents depend on each other, which plays no part.
    let model = triangle(|x| 0.6 * x[0] - x[1], normal(2.0, 0.9));
    let of_slope = |slope: f64, variance: f64| 0.5 * (slope * slope * variance / 0.81).ln_1p();
    for (parent, expected) in [("a", of_slope(0.6, 1.0)), ("b", of_slope(1.0, 0.89))] {
        let found = arrow(&model, parent, &config(ArrowMeasure::Divergence));
        assert_eq!(found.method, ArrowMethod::Sampling);
        holds(&found, expected, 0.005);
    }
    let cases: Vec<(f64, f64, f64)> = (0..200)
        .map(|seed| {
            let config = config(ArrowMeasure::Divergence).with_samples(1024).with_seed(seed);
            let found = arrow(&model, "a", &config);
            (found.value, found.std_error, of_slope(0.6, 1.0))
        })
        .collect();
    assert!((0.9..=0.99).contains(&coverage(&cases)), "{}", coverage(&cases));
}

#[test]
fn other_noises_are_what_one_dimensional_integrals_say() {
    // y = x + N, x exponential with mean 1, N exponential with mean 2: W = y has density e^(−w/2) − e^(−w), and the strength is
    // h(W) − h(N), as E ln p_N(N) = −h(N).
    let exponential = |mean| NoiseDistribution::exponential(mean).unwrap();
    let graph = CausalGraph::from_edges([("x", "y")]).unwrap();
    let sum = AdditiveNoiseModel::known(KnownFormula::sum(["x"])).with_noise(exponential(2.0));
    let model = StructuralCausalModel::new(graph)
        .with_mechanism("x", exponential(1.0))
        .unwrap()
        .with_mechanism("y", sum)
        .unwrap()
        .without_fitting()
        .unwrap();
    let step = 1e-4;
    let entropy: f64 = (0..600_000)
        .map(|place| {
            let w = (f64::from(place) + 0.5) * step;
            let density = (-0.5 * w).exp() - (-w).exp();
            -density * density.ln() * step
        })
        .sum();
    let expected = entropy - (1.0 + 2.0_f64.ln());
    let found = model.arrow_strength("y", &config(ArrowMeasure::Divergence)).unwrap();
    holds(&found.arrows[0], expected, 0.02);
    assert!(found.density.as_ref().unwrap().contains("its own density"), "{found}");
    assert!((arrow(&model, "x", &config(ArrowMeasure::Variance)).value - 1.0).abs() < 1e-12);
}

#[test]
fn empirical_noise_has_a_kernel_density_that_is_told() {
    let quantile = |row: usize, std_dev: f64| normal(0.0, std_dev).quantile((row as f64 + 0.5) / 2_000.0).unwrap();
    let noise: Vec<f64> = (0..2_000).map(|row| quantile(row, 1.0)).collect();
    let graph = CausalGraph::from_edges([("x", "y")]).unwrap();
    let sum = AdditiveNoiseModel::known(KnownFormula::weighted_sum([("x", 1.5)]).unwrap());
    let model = StructuralCausalModel::new(graph)
        .with_mechanism("x", normal(0.0, 1.0))
        .unwrap()
        .with_mechanism("y", sum.with_noise(NoiseDistribution::empirical(&noise).unwrap()))
        .unwrap()
        .without_fitting()
        .unwrap();
    let found = model.arrow_strength("y", &config(ArrowMeasure::Divergence)).unwrap();
    // Kernels add the square of their bandwidth, here 0.195, to the noise's variance.
    let expected = 0.5 * (2.25_f64 / (1.0 + 0.195 * 0.195)).ln_1p();
    assert!((found.arrows[0].value - expected).abs() < 0.01, "{found}");
    assert!(found.to_string().contains("a kernel density") && found.explain().contains("bandwidth 0.19"), "{found}");
}

#[test]
fn noise_that_grows_with_a_parent_has_its_own_variance() {
    // What a location-scale model learns is held against draws of itself.
    let x: Vec<f64> = (0..400).map(|row| (f64::from(row) * 0.618).fract() * 4.0).collect();
    let y: Vec<f64> =
        x.iter().enumerate().map(|(row, x)| x + (0.3 * x).exp() * (row as f64 * 2.7).sin() * 1.3).collect();
    let data = Dataset::from_columns([("x", x), ("y", y)]).unwrap();
    let model = StructuralCausalModel::new(CausalGraph::from_edges([("x", "y")]).unwrap())
        .with_mechanism("x", NoiseDistribution::uniform(0.0, 4.0).unwrap())
        .unwrap()
        .with_mechanism("y", etiology::mechanism::LocationScaleModel::linear().with_noise(normal(0.0, 1.0)))
        .unwrap()
        .fit(&data)
        .unwrap();
    let mechanism = model.mechanism("y").unwrap();
    let steps = 4_000;
    let at = |step: i32| 4.0 * (f64::from(step) + 0.5) / f64::from(steps);
    let location = |step: i32| mechanism.evaluate(&[at(step)], 0.0);
    let scale = |step: i32| mechanism.evaluate(&[at(step)], 1.0) - location(step);
    let mean = |f: &dyn Fn(i32) -> f64| (0..steps).map(f).sum::<f64>() / f64::from(steps);
    // The only parent: Var_cut is the variance of all, so that what is lost is that of the location.
    let expected = mean(&|step| location(step).powi(2)) - mean(&location).powi(2);
    holds(&arrow(&model, "x", &config(ArrowMeasure::Variance)), expected, 0.02);
    // E ln p − E ln of the mixture, by sums over x and y.
    let density = |step: i32, y: f64| {
        (-0.5 * ((y - location(step)) / scale(step)).powi(2)).exp() / scale(step) / (2.0 * std::f64::consts::PI).sqrt()
    };
    let coarse = |f: &dyn Fn(i32) -> f64| (0..100).map(|part| f(40 * part + 20)).sum::<f64>() / 100.0;
    let entropy_of_y: f64 = (-1_000..2_000)
        .map(|place| {
            let mixed = coarse(&|step| density(step, 0.02 * f64::from(place)));
            if mixed > 0.0 { -mixed * mixed.ln() * 0.02 } else { 0.0 }
        })
        .sum();
    let unit = 0.5 * (2.0 * std::f64::consts::PI * std::f64::consts::E).ln();
    let expected = entropy_of_y - unit - mean(&|step| scale(step).ln());
    holds(&arrow(&model, "x", &config(ArrowMeasure::Divergence)), expected, 0.01);
}

/// region → error ← vendor ← region.
fn orders() -> (Dataset, Vec<[usize; 3]>) {
    let hash = |row: usize, salt: usize| (row * 2_654_435_761 + salt * 40_503 + row * row * 97 * salt) >> 4;
    let codes: Vec<[usize; 3]> = (0..150)
        .map(|row| {
            let region = [0, 1, 1, 1, 2, 2][hash(row, 1) % 6];
            let vendor = [region, 1, 2, 0, region][hash(row, 2) % 5];
            [region, vendor, [0, 0, vendor, (vendor * region) % 3, 0, 1][hash(row, 3) % 6]]
        })
        .collect();
    let column = |place: usize| codes.iter().map(|codes| ["A", "B", "C"][codes[place]]).collect::<Vec<&str>>();
    let data = Dataset::from_columns([("row", vec![0.0; 150])]).unwrap();
    let data = data.with_text_column("region", column(0)).unwrap();
    let data = data.with_text_column("vendor", column(1)).unwrap();
    (data.with_text_column("y", column(2)).unwrap(), codes)
}

#[test]
fn categories_are_counted_out_as_brute_force_does() {
    let (data, codes) = orders();
    let graph = CausalGraph::from_edges([("region", "vendor"), ("region", "y"), ("vendor", "y")]).unwrap();
    let model = StructuralCausalModel::new(graph)
        .with_mechanism("vendor", ClassifierModel::shares())
        .unwrap()
        .with_mechanism("y", ClassifierModel::shares())
        .unwrap()
        .assign_mechanisms(&data)
        .unwrap()
        .fit(&data)
        .unwrap();
    let region = |r: usize| codes.iter().filter(|codes| codes[0] == r).count() as f64 / 150.0;
    let of_vendor: Vec<Vec<f64>> =
        (0..3).map(|r| model.mechanism("vendor").unwrap().class_probabilities(&[f64::from(r)]).unwrap()).collect();
    let joint = |r: usize, v: usize| region(r) * of_vendor[r][v];
    let vendor = |v: usize| (0..3).map(|r| joint(r, v)).sum::<f64>();
    let regions_first = model.mechanism_parents("y").unwrap()[0] == "region";
    let given = |r: usize, v: usize| {
        let (r, v) = (r as f64, v as f64);
        let parents = if regions_first { [r, v] } else { [v, r] };
        model.mechanism("y").unwrap().class_probabilities(&parents).unwrap()
    };
    let strength = |cut: &dyn Fn(usize, usize, usize) -> f64| {
        let mut sum = 0.0;
        for r in 0..3 {
            for v in 0..3 {
                let own = given(r, v);
                sum += joint(r, v) * (0..3).map(|k| own[k] * (own[k] / cut(r, v, k)).ln()).sum::<f64>();
            }
        }
        sum
    };
    let without_region = |_: usize, v: usize, k: usize| (0..3).map(|r| region(r) * given(r, v)[k]).sum();
    let without_vendor = |r: usize, _: usize, k: usize| (0..3).map(|v| vendor(v) * given(r, v)[k]).sum();
    let found = model.arrow_strength("y", &ArrowStrengthConfig::default()).unwrap();
    assert_eq!(found.measure, ArrowMeasure::Divergence);
    let expected = [("region", strength(&without_region)), ("vendor", strength(&without_vendor))];
    for (parent, expected) in expected {
        let arrow = found.arrow(parent).unwrap();
        assert!((arrow.value - expected).abs() < 1e-9 && arrow.std_error == 0.0, "{parent}: {expected} {found}");
        assert_eq!(arrow.method, ArrowMethod::Enumeration);
    }
    assert!(found.ranked()[0].value >= found.ranked()[1].value && found.explain().contains("counted out"));
}

#[test]
fn a_category_of_a_number_is_within_its_stated_errors() {
    let x: Vec<f64> = (0..300).map(|row| (f64::from(row) * 0.618).fract() * 3.0).collect();
    let y: Vec<&str> =
        (0..300).map(|row| if x[row] + (row as f64 * 1.9).sin() > 1.5 { "late" } else { "on time" }).collect();
    let data = Dataset::from_columns([("x", x)]).unwrap().with_text_column("y", y).unwrap();
    let model = StructuralCausalModel::new(CausalGraph::from_edges([("x", "y")]).unwrap())
        .with_mechanism("x", NoiseDistribution::uniform(0.0, 3.0).unwrap())
        .unwrap()
        .with_mechanism("y", ClassifierModel::logistic())
        .unwrap()
        .fit(&data)
        .unwrap();
    let late: Vec<f64> = (0..20_000)
        .map(|step| {
            model.mechanism("y").unwrap().class_probabilities(&[3.0 * (f64::from(step) + 0.5) / 20_000.0]).unwrap()[0]
        })
        .collect();
    let mean = late.iter().sum::<f64>() / 20_000.0;
    let of = |p: f64| p * (p / mean).ln() + (1.0 - p) * ((1.0 - p) / (1.0 - mean)).ln();
    let expected = late.iter().map(|&p| of(p)).sum::<f64>() / 20_000.0;
    holds(&arrow(&model, "x", &ArrowStrengthConfig::default()), expected, 0.002);
}

#[test]
fn bad_questions_are_errors_that_say_what_helps() {
    let model = triangle(|x| x[0] * x[1], NoiseDistribution::constant(0.0).unwrap());
    let ask = |target: &str, measure| model.arrow_strength(target, &config(measure)).unwrap_err();
    let error = ask("y", ArrowMeasure::Divergence).to_string();
    assert!(error.contains("the variance") && error.contains("`y`"), "{error}");
    assert!(matches!(ask("a", ArrowMeasure::Auto), Error::Empty { .. }));
    assert!(matches!(ask("z", ArrowMeasure::Auto), Error::UnknownNode { .. }));
    let edge = |from: &str| model.arrow_strength_of_edge(from, "b", &config(ArrowMeasure::Auto)).unwrap_err();
    assert!(matches!(edge("z"), Error::UnknownNode { .. }));
    assert!(edge("y").to_string().contains("the parents of `b` are"), "{}", edge("y"));
    let few = config(ArrowMeasure::Auto).with_samples(10);
    assert!(matches!(model.arrow_strength("y", &few), Err(Error::InvalidParameter { .. })));
    let (data, _) = orders();
    let graph = CausalGraph::from_edges([("region", "y")]).unwrap();
    let model = StructuralCausalModel::new(graph).assign_mechanisms(&data).unwrap().fit(&data).unwrap();
    let error = model.arrow_strength("y", &config(ArrowMeasure::Variance)).unwrap_err().to_string();
    assert!(error.contains("the divergence where the target is a category"), "{error}");
    let root = function_of_roots(vec![normal(0.0, 1.0)], |x| 3.0 + 0.0 * x[0], normal(0.0, 1.0));
    assert!(arrow(&root, "x0", &config(ArrowMeasure::Variance)).value.abs() < 1e-12);
}
