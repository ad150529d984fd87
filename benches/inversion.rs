//! How far Fourier inversion is off, in the errors that it states: random sums of two or three noises of all families, of scales
//! up to a million times apart, against integrals in real space.
//!
//! `cargo bench --bench inversion` prints for single coalitions and for contributions how many are off by more than 1, 1.96 and
//! 4 stated errors, and the worst of them. Events that the engine leaves to samples do not count, but are counted.

use clap::Parser;
use etiology::attribution::{EngineName, Estimator};
use etiology::{
    AdditiveNoiseModel, AttributionConfig, CausalGraph, FeatureMap, FittedModel, KnownFormula, NoiseDistribution,
    Observation, Result, ShapleyMethod, StructuralCausalModel,
};
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};

/// Measures how far Fourier inversion is off, in the errors that it states
#[derive(Parser)]
struct Arguments {
    /// How many random models
    #[arg(long, default_value_t = 200)]
    models: u64,
    /// Events of each
    #[arg(long, default_value_t = 3)]
    events: usize,
    /// Most noises
    #[arg(long, default_value_t = 3)]
    noises: usize,
    /// The smallest floor, as a power of ten
    #[arg(long, default_value_t = -4.0, allow_negative_numbers = true)]
    floor: f64,
    /// How many powers of ten scales may be apart
    #[arg(long, default_value_t = 6.0)]
    spread: f64,
    /// The first model's seed
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only noises whose family's name contains this
    #[arg(long, default_value = "")]
    family: String,
    /// Print every figure that is off by more than so many errors
    #[arg(long, default_value_t = 1e9)]
    show: f64,
    /// What cargo adds for every benchmark
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let (mut coalitions, mut contributions) = (Tally::default(), Tally::default());
    let mut left_to_samples = 0;
    for seed in arguments.seed..arguments.seed + arguments.models {
        let case = Case::random(seed, &arguments)?;
        for event in 0..arguments.events {
            if !case.check(event, &arguments, &mut coalitions, &mut contributions)? {
                left_to_samples += 1;
            }
        }
    }
    println!("events left to samples: {left_to_samples} of {}", arguments.models * arguments.events as u64);
    println!("coalitions: {coalitions}");
    println!("contributions: {contributions}");
    Ok(())
}

/// How many figures are off by how many errors.
#[derive(Default)]
struct Tally {
    all: usize,
    beyond: [usize; 3],
    worst: f64,
    largest_error: f64,
    above_tolerance: usize,
}

impl Tally {
    fn add(&mut self, missed: f64, error: f64) -> f64 {
        // What the truth is known to.
        let errors = (missed - 1e-7).max(0.0) / error.max(1e-300);
        self.all += 1;
        for (count, limit) in self.beyond.iter_mut().zip([1.0, 1.96, 4.0]) {
            *count += usize::from(errors > limit);
        }
        self.worst = self.worst.max(errors);
        self.largest_error = self.largest_error.max(error);
        self.above_tolerance += usize::from(error > 0.02);
        errors
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let share = |count: usize| 100.0 * count as f64 / self.all.max(1) as f64;
        let [one, two, four] = self.beyond.map(share);
        write!(
            formatter,
            "{} figures, beyond 1, 1.96 and 4 errors {one:.2} %, {two:.2} % and {four:.2} %; at worst {:.2e} errors; errors above \
             0.02: {:.1} %, at most {:.1e}",
            self.all,
            self.worst,
            share(self.above_tolerance),
            self.largest_error
        )
    }
}

/// total = Σ weight·noise
struct Case {
    seed: u64,
    noises: Vec<NoiseDistribution>,
    weights: Vec<f64>,
    floor: f64,
    model: FittedModel,
}

const FAMILIES: [&str; 9] = [
    "exponential",
    "uniform",
    "half-normal",
    "gamma",
    "small gamma",
    "normal",
    "log-normal",
    "empirical",
    "few values",
];

fn noise(family: &str, rng: &mut ChaCha8Rng) -> Result<NoiseDistribution> {
    let mut uniform = |low: f64, high: f64| rng.random_range(low..high);
    match family {
        "exponential" => NoiseDistribution::exponential(1.0),
        "uniform" => NoiseDistribution::uniform(-1.0, 1.0),
        "half-normal" => NoiseDistribution::half_normal(0.0, 1.0),
        "gamma" => NoiseDistribution::gamma(uniform(1.0, 6.0), 1.0),
        "small gamma" => NoiseDistribution::gamma(uniform(0.3, 1.0), 1.0),
        "normal" => NoiseDistribution::normal(0.0, 1.0),
        "log-normal" => NoiseDistribution::log_normal(0.0, uniform(0.1, 1.1)),
        _ => {
            let count = if family == "few values" { 20 } else { 200 };
            let values: Vec<f64> = (0..count).map(|_| (0..3).map(|_| uniform(-1.0, 1.0)).sum::<f64>().exp()).collect();
            NoiseDistribution::empirical(&values)
        }
    }
}

impl Case {
    fn random(seed: u64, arguments: &Arguments) -> Result<Self> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let families: Vec<&str> =
            FAMILIES.into_iter().filter(|family| family.contains(arguments.family.as_str())).collect();
        let count = rng.random_range(2..=arguments.noises);
        let mut noises = Vec::new();
        let mut weights = Vec::new();
        for _ in 0..count {
            noises.push(noise(families[rng.random_range(0..families.len())], &mut rng)?);
            let size = 10_f64.powf(-arguments.spread * rng.random_range(0.0..1.0));
            weights.push(if rng.random_bool(0.3) { -size } else { size });
        }
        let floor = 10_f64.powf(arguments.floor * rng.random_range(0.4..1.0));
        let names: Vec<String> = (0..count).map(|node| format!("x{node}")).collect();
        let graph = CausalGraph::from_edges(names.iter().map(|name| (name.clone(), "total".to_owned())))?;
        let formula = KnownFormula::weighted_sum(names.iter().cloned().zip(weights.iter().copied()))?;
        let total = AdditiveNoiseModel::known(formula).with_noise(NoiseDistribution::constant(0.0)?);
        let mut model = StructuralCausalModel::new(graph).with_mechanism("total", total)?;
        for (name, noise) in names.iter().zip(&noises) {
            model = model.with_mechanism(name, noise.clone())?;
        }
        Ok(Self { seed, noises, weights, floor, model: model.without_fitting()? })
    }

    /// Some noises lie far out, in the body, or at values that were seen.
    fn observed(&self, event: usize) -> Result<Vec<f64>> {
        let mut rng = ChaCha8Rng::seed_from_u64(1_000_000 + self.seed * 100 + event as u64);
        let mut one = |noise: &NoiseDistribution| {
            let tail = 10_f64.powf(-rng.random_range(0.1..6.0));
            let p = match rng.random_range(0..4) {
                0 => tail,
                1 => 1.0 - tail,
                _ => rng.random_range(0.01..0.99),
            };
            noise.quantile(p)
        };
        self.noises.iter().map(&mut one).collect()
    }

    /// Whether the engine under test answered.
    fn check(
        &self,
        event: usize,
        arguments: &Arguments,
        coalitions: &mut Tally,
        contributions: &mut Tally,
    ) -> Result<bool> {
        let observed = self.observed(event)?;
        let count = observed.len();
        let total: f64 = observed.iter().zip(&self.weights).map(|(value, weight)| value * weight).sum();
        let names = (0..count).map(|node| format!("x{node}")).zip(observed.iter().copied());
        let observation = Observation::from_pairs(names.chain([("total".to_owned(), total)]))?;
        let config = AttributionConfig::default()
            .with_feature_map(FeatureMap::UpperTail)
            .with_floor(self.floor)
            .with_shapley_method(ShapleyMethod::Exact)
            .with_estimator(Estimator::Only(EngineName::FourierInversion));
        let Ok(attributor) = self.model.attributor("total", config) else { return Ok(false) };
        let attribution = attributor.attribute(&observation)?;
        let mut values = vec![0.0; 1 << count];
        for (free, value) in values.iter_mut().enumerate().skip(1) {
            let nodes: Vec<usize> = (0..count).filter(|node| free >> node & 1 == 1).collect();
            let bound: f64 = nodes.iter().map(|&node| self.weights[node] * observed[node]).sum();
            let truth = self.truth(&nodes, bound);
            *value = ((truth + self.floor) / (1.0 + self.floor)).ln();
            let kept = |name: &str| (0..count).any(|node| free >> node & 1 == 0 && name == format!("x{node}"));
            let found = attributor.what_if(&observation, kept)?;
            if nodes.len() > 1 {
                let (missed, scale) = ((found.value - truth).abs(), truth + self.floor);
                let off = coalitions.add(missed / scale, found.std_error / scale);
                if off > arguments.show {
                    println!(
                        "{off:.1} errors: {} of {self}, observed {observed:?}: {:.6e} ± {:.1e}, truth {truth:.6e}",
                        format_args!("{nodes:?}"),
                        found.value,
                        found.std_error
                    );
                }
            }
        }
        for node in 0..count {
            let truth = shapley_value(&values, count, node);
            let Some(found) = attribution.contribution(&format!("x{node}")) else { continue };
            let off = contributions.add((found.value - truth).abs(), found.std_error);
            if off > arguments.show {
                println!(
                    "{off:.1} errors: x{node} of {self}: {:.6} ± {:.1e}, truth {truth:.6}",
                    found.value, found.std_error
                );
            }
        }
        Ok(true)
    }

    /// P{Σ weight·noise ≥ bound} over these nodes, one integral inside the other.
    fn truth(&self, nodes: &[usize], bound: f64) -> f64 {
        let mut nodes = nodes.to_vec();
        // Atoms outermost, then the narrowest, so that the widest is asked for its distribution function.
        let is_empirical = |node: usize| matches!(self.noises[node], NoiseDistribution::Empirical(_));
        nodes.sort_by(|&a, &b| {
            let width = |node: usize| self.weights[node].abs() * self.noises[node].variance().sqrt();
            is_empirical(b).cmp(&is_empirical(a)).then(width(a).total_cmp(&width(b)))
        });
        // An atom at the bound counts, be it that rounding has moved it.
        let relative = if nodes.iter().any(|&node| is_empirical(node)) { 1e-13 } else { 0.0 };
        let slack = relative * (bound.abs() + nodes.iter().map(|&node| self.weights[node].abs()).sum::<f64>());
        self.beyond(&nodes, bound - slack)
    }

    fn beyond(&self, nodes: &[usize], bound: f64) -> f64 {
        let (noise, weight) = (&self.noises[nodes[0]], self.weights[nodes[0]]);
        let rest = &nodes[1..];
        if rest.is_empty() {
            let x = bound / weight;
            return if weight > 0.0 { noise.survival(x) } else { noise.cdf(x) };
        }
        if let NoiseDistribution::Empirical(noise) = noise {
            let sum: f64 = noise.values().iter().map(|value| self.beyond(rest, bound - weight * value)).sum();
            return sum / noise.values().len() as f64;
        }
        // Where the rest begins or ends, the integrand has a kink.
        let ends = rest.iter().fold(vec![0.0], |sums: Vec<f64>, &node| {
            let (noise, weight) = (&self.noises[node], self.weights[node]);
            let at = |p: f64| noise.quantile(p).map(|x| weight * x).unwrap_or(f64::NAN);
            sums.iter().flat_map(|sum| [sum + at(0.0), sum + at(1.0)]).filter(|sum| sum.is_finite()).collect()
        });
        let mut kinks: Vec<f64> = ends.iter().map(|end| noise.cdf((bound - end) / weight)).collect();
        kinks.extend([0.0, 0.5, 1.0]);
        kinks.sort_by(f64::total_cmp);
        kinks.dedup_by(|a, b| *a - *b < 1e-15);
        kinks.windows(2).map(|pair| self.between(noise, weight, rest, bound, (pair[0], pair[1]))).sum()
    }

    /// The integral over a range of the outer noise's probability, in panels that shrink towards its ends.
    fn between(
        &self,
        noise: &NoiseDistribution,
        weight: f64,
        rest: &[usize],
        bound: f64,
        (from, to): (f64, f64),
    ) -> f64 {
        let value = |p: f64| noise.quantile(p).map(|x| self.beyond(rest, bound - weight * x)).unwrap_or(0.0);
        let width = to - from;
        // Coarser ones where there is an integral within.
        let (panels, shrink) = if rest.len() == 1 { (46, 0.5_f64) } else { (14, 0.2) };
        let mut sum = 0.0;
        for panel in 0..panels {
            let outer = 0.5 * shrink.powi(panel);
            let inner = if panel + 1 == panels { 0.0 } else { shrink * outer };
            for (x, w) in GAUSS {
                let share = inner + (outer - inner) * 0.5 * (1.0 + x);
                let weight = 0.5 * (outer - inner) * w * width;
                sum += weight * (value(from + share * width) + value(to - share * width));
            }
        }
        sum
    }
}

impl std::fmt::Display for Case {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "seed {}, floor {:.1e}: ", self.seed, self.floor)?;
        for (noise, weight) in self.noises.iter().zip(&self.weights) {
            write!(formatter, "{weight:.3e}·{noise} ")?;
        }
        Ok(())
    }
}

/// Points and weights of Gauss and Legendre's rule on (−1, 1).
const GAUSS: [(f64, f64); 8] = [
    (-0.960_289_856_497_536_2, 0.101_228_536_290_376_26),
    (-0.796_666_477_413_626_7, 0.222_381_034_453_374_47),
    (-0.525_532_409_916_329, 0.313_706_645_877_887_3),
    (-0.183_434_642_495_649_8, 0.362_683_783_378_362),
    (0.183_434_642_495_649_8, 0.362_683_783_378_362),
    (0.525_532_409_916_329, 0.313_706_645_877_887_3),
    (0.796_666_477_413_626_7, 0.222_381_034_453_374_47),
    (0.960_289_856_497_536_2, 0.101_228_536_290_376_26),
];

/// From the values by set of free players.
fn shapley_value(values: &[f64], players: usize, player: usize) -> f64 {
    let factorial = |n: usize| (1..=n).map(|i| i as f64).product::<f64>();
    let others = (0..values.len()).filter(|free| free >> player & 1 == 1);
    others
        .map(|free| {
            let others = free.count_ones() as usize - 1;
            let weight = factorial(others) * factorial(players - others - 1) / factorial(players);
            weight * (values[free & !(1 << player)] - values[free])
        })
        .sum()
}
