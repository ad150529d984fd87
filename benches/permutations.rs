//! How large the errors of permutations are, and how honest: orders as the library draws them against independent ones.
//!
//! `cargo bench --bench permutations` prints one line per game and number of permutations: the root mean square error over
//! all players and several seeds of independent pairs of an order and its reverse; how many times smaller the library's
//! is; how many times as many permutations independent pairs need for the library's error; and how often the truth lies
//! within 1.96 of the stated errors, which are widened as Student's distribution is, and of those of independent pairs.

use std::io::Write;

use clap::Parser;
use etiology::shapley::{Coalition, FunctionGame, ShapleyConfig, shapley_values};
use etiology::{AttributionConfig, Attributor, Observation, Result, ShapleyMethod};
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng, seq::SliceRandom};
use statrs::distribution::{ContinuousCDF, StudentsT};

#[path = "shared/random_models.rs"]
mod random_models;

use random_models::{Case, Kind, usual_edges};

/// Most players for which the value of every coalition is kept, and the truth exact.
const TABULATED: usize = 14;
/// Added to every probability of an event.
const FLOOR: f64 = 1e-7;

/// Measures the errors of permutations
#[derive(Parser)]
struct Arguments {
    /// Only games whose name contains this
    #[arg(long, default_value = "")]
    game: String,
    /// Numbers of permutations
    #[arg(long, value_delimiter = ',', default_values_t = [4, 8, 26, 100, 128])]
    permutations: Vec<usize>,
    /// Repetitions of each
    #[arg(long, default_value_t = 100)]
    seeds: u64,
    /// Permutations for the truth of more players than are enumerated
    #[arg(long, default_value_t = 20_000)]
    truth: usize,
    /// What cargo adds for every benchmark
    #[arg(long, hide = true)]
    bench: bool,
}

/// The value of a coalition.
type Value = Box<dyn Fn(&Coalition) -> f64 + Sync>;

struct Game {
    name: String,
    players: usize,
    value: Value,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let mut out = std::io::stdout().lock();
    let mut print = |line: String| writeln!(out, "{line}").expect("standard output takes a line");
    print("game                         permutations  rmse apart  smaller  saved | covered: here  apart".to_owned());
    for (name, make) in games().into_iter().filter(|(name, _)| name.contains(&arguments.game)) {
        let game = make(name)?.tabulated();
        let truth = game.truth(arguments.truth)?;
        for &permutations in &arguments.permutations {
            let (mut here, mut apart) = (Measured::default(), Measured::default());
            for seed in 0..arguments.seeds {
                here.add(&game.as_the_library_does(permutations, seed)?, &truth);
                apart.add(&game.by_independent_pairs(permutations, seed), &truth);
            }
            let smaller = apart.error() / here.error();
            print(format!(
                "{:28} {permutations:12} {:11.5} {smaller:8.2} {:6.2} | {:12.1}% {:5.1}%",
                game.name,
                apart.error(),
                smaller * smaller,
                here.covered(),
                apart.covered()
            ));
        }
    }
    Ok(())
}

/// What one way to draw orders gave over all seeds and players.
#[derive(Default)]
struct Measured {
    squares: f64,
    within: f64,
    count: f64,
}

impl Measured {
    /// Adds values with what is stated as 1.96 of their errors.
    fn add(&mut self, found: &[(f64, f64)], truth: &[f64]) {
        for ((value, within), truth) in found.iter().zip(truth) {
            self.squares += (value - truth).powi(2);
            self.within += f64::from(u8::from((value - truth).abs() <= within + 1e-9));
            self.count += 1.0;
        }
    }

    fn error(&self) -> f64 {
        (self.squares / self.count).sqrt()
    }

    fn covered(&self) -> f64 {
        100.0 * self.within / self.count
    }
}

fn student(degrees_of_freedom: f64) -> f64 {
    StudentsT::new(0.0, 1.0, degrees_of_freedom).map_or(f64::NAN, |student| student.inverse_cdf(0.975))
}

impl Game {
    /// With the values of all coalitions found beforehand, if there are few.
    fn tabulated(self) -> Self {
        if self.players > TABULATED {
            return self;
        }
        let coalition = |set: usize| {
            let mut coalition = Coalition::empty(self.players);
            (0..self.players).filter(|player| set >> player & 1 == 1).for_each(|player| coalition.insert(player));
            coalition
        };
        let table: Vec<f64> = (0..1 << self.players).map(|set| (self.value)(&coalition(set))).collect();
        let value = move |coalition: &Coalition| table[coalition.iter().map(|player| 1 << player).sum::<usize>()];
        Self { value: Box::new(value), ..self }
    }

    fn truth(&self, permutations: usize) -> Result<Vec<f64>> {
        let method = match self.players {
            ..=TABULATED => ShapleyMethod::Exact,
            _ => ShapleyMethod::Permutations(permutations),
        };
        let config = ShapleyConfig::default().with_method(method).with_seed(u64::MAX);
        Ok(shapley_values(&FunctionGame::new(self.players, &self.value), &config)?.values())
    }

    /// Values with what is stated as 1.96 of their errors.
    fn as_the_library_does(&self, permutations: usize, seed: u64) -> Result<Vec<(f64, f64)>> {
        let config = ShapleyConfig::default().with_method(ShapleyMethod::Permutations(permutations)).with_seed(seed);
        let found = shapley_values(&FunctionGame::new(self.players, &self.value), &config)?;
        let student = student(found.degrees_of_freedom());
        Ok(found.values().into_iter().zip(found.std_errors()).map(|(value, error)| (value, student * error)).collect())
    }

    /// From independent pairs of an order and its reverse, as many permutations in all; the errors from their spread.
    fn by_independent_pairs(&self, permutations: usize, seed: u64) -> Vec<(f64, f64)> {
        let generator = &mut ChaCha8Rng::seed_from_u64(seed);
        let mut order: Vec<usize> = (0..self.players).collect();
        let pairs = permutations.div_ceil(2);
        let mut sums = vec![(0.0, 0.0); self.players];
        for _ in 0..pairs {
            order.shuffle(generator);
            let mut amounts = vec![0.0; self.players];
            self.walk(&order, &mut amounts);
            order.reverse();
            self.walk(&order, &mut amounts);
            for ((sum, squares), amount) in sums.iter_mut().zip(&amounts) {
                *sum += amount / 2.0;
                *squares += amount * amount / 4.0;
            }
        }
        let (pairs, student) = (pairs as f64, student(pairs as f64 - 1.0));
        let with_error = |(sum, squares): (f64, f64)| {
            let mean = sum / pairs;
            let variance = (squares / pairs - mean * mean).max(0.0) / (pairs - 1.0);
            (mean, student * variance.sqrt())
        };
        sums.into_iter().map(with_error).collect()
    }

    fn walk(&self, order: &[usize], amounts: &mut [f64]) {
        let mut coalition = Coalition::empty(self.players);
        let mut before = (self.value)(&coalition);
        for &player in order {
            coalition.insert(player);
            let after = (self.value)(&coalition);
            amounts[player] += after - before;
            before = after;
        }
    }
}

/// Makes a game of a name.
type Make = Box<dyn Fn(String) -> Result<Game>>;

fn games() -> Vec<(String, Make)> {
    let mut games: Vec<(String, Make)> = Vec::new();
    let attributions = [
        (Kind::Normal, 14),
        (Kind::Linear, 14),
        (Kind::Mixed, 14),
        (Kind::NonLinear, 14),
        (Kind::Normal, 24),
        (Kind::Normal, 60),
    ];
    for (kind, nodes) in attributions {
        let kind_name = match kind {
            Kind::Linear => "linear",
            Kind::Normal => "normal",
            Kind::Mixed => "mixed",
            Kind::NonLinear => "non-linear",
        };
        let make = move |name| attribution(name, kind, nodes);
        games.push((format!("event, {kind_name}, {nodes} players"), Box::new(make)));
    }
    for players in [14, 24, 60] {
        let mut push = |kind: &str, value: fn(usize) -> Value| {
            let make = move |name| Ok(Game { name, players, value: value(players) });
            games.push((format!("{kind}, {players} players"), Box::new(make)));
        };
        push("airport", airport);
        push("voting", voting);
        push("saturating", saturating);
        push("interactions", interactions);
    }
    games
}

/// ln((q + ε)/(1 + ε)) of an outlier of a random model, whose noises play.
fn attribution(name: String, kind: Kind, nodes: usize) -> Result<Game> {
    let Case { model, target, event } = random_models::case(kind, nodes, usual_edges(nodes))?;
    let config = AttributionConfig::default().with_samples(512).with_floor(FLOOR);
    let attributor = model.attributor(&target, config)?;
    let value = move |coalition: &Coalition| value_of_event(&attributor, &event, coalition);
    Ok(Game { name, players: nodes, value: Box::new(value) })
}

fn value_of_event(attributor: &Attributor, event: &Observation, coalition: &Coalition) -> f64 {
    let kept = |node: &str| node[1..].parse().is_ok_and(|player| coalition.contains(player));
    let found = attributor.what_if(event, kept).unwrap_or_else(|error| panic!("a coalition without a value: {error}"));
    ((found.value + FLOOR) / (1.0 + FLOOR)).ln()
}

fn random(players: usize) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(players as u64)
}

/// A coalition pays for its dearest member, and player i costs i + 1.
fn airport(_players: usize) -> Value {
    Box::new(|coalition| coalition.iter().last().map_or(0.0, |player| (player + 1) as f64))
}

/// From a tenth of a vote to ten each; the majority wins.
fn voting(players: usize) -> Value {
    let generator = &mut random(players);
    let votes: Vec<f64> = (0..players).map(|_| 1.0 / generator.random_range(0.1..1.0_f64)).collect();
    let majority = votes.iter().sum::<f64>() / 2.0;
    Box::new(move |coalition| f64::from(u8::from(coalition.iter().map(|player| votes[player]).sum::<f64>() > majority)))
}

/// The root of a sum of weights.
fn saturating(players: usize) -> Value {
    let generator = &mut random(players);
    let weights: Vec<f64> = (0..players).map(|_| generator.random_range(0.1..1.0)).collect();
    Box::new(move |coalition| coalition.iter().map(|player| weights[player]).sum::<f64>().sqrt())
}

/// What three pairs and three triples per player, of random amounts, are worth together.
fn interactions(players: usize) -> Value {
    let generator = &mut random(players);
    let mut terms: Vec<(Vec<usize>, f64)> = Vec::new();
    for term in 0..6 * players {
        let members = (0..2 + term % 2).map(|_| generator.random_range(0..players)).collect();
        terms.push((members, generator.random_range(-1.0..1.0)));
    }
    Box::new(move |coalition| {
        let together = |members: &[usize]| members.iter().all(|&player| coalition.contains(player));
        terms.iter().filter(|(members, _)| together(members)).map(|(_, amount)| amount).sum()
    })
}
