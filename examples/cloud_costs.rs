//! A month in the cloud cost more than the month before. Was it a price, the quantity used, or where it was used?
//!
//! Every line of the bill names a service and a region, a quantity in hours and a price per hour, whose product is its cost in dollars. From
//! one month to the next two things happen: the database becomes a fifth dearer everywhere, and half of the load that ran in Ohio moves to
//! Zurich, which costs 60 % more. The bills are made up here by tables of shares and prices, from which the right split follows; it
//! stands beside what is found, and the example fails if another mechanism comes first. Then two lines of the bill are compared.
//!
//! ```text
//! cargo run --release --example cloud_costs
//! ```

#[path = "shared/quiet_pipe.rs"]
mod quiet_pipe;

use etiology::change::ChangeConfig;
use etiology::mechanism::{ClassifierModel, LinearRegression, PostNonlinearModel};
use etiology::unit_change::UnitChangeConfig;
use etiology::{
    AdditiveNoiseModel, CausalGraph, Dataset, KnownFormula, NoiseDistribution, Observation, Result,
    StructuralCausalModel,
};
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
use rand_distr::{Distribution, StandardNormal};

/// Each with the share of the lines that it has, the median hours of a line, and the dollars per hour in Ohio before.
const SERVICES: [(&str, f64, f64, f64); 3] =
    [("compute", 0.5, 60.0, 0.4), ("database", 0.3, 30.0, 1.2), ("storage", 0.2, 200.0, 0.05)];
/// Each with the share of the load before and after, and its price as a multiple of that in Ohio.
const REGIONS: [(&str, [f64; 2], f64); 3] =
    [("Ohio", [0.6, 0.3], 1.0), ("Dublin", [0.3, 0.3], 1.1), ("Zurich", [0.1, 0.4], 1.6)];
/// How much dearer the database becomes.
const RISE: f64 = 1.2;
/// How far hours and prices stray, as a share.
const SPREADS: [f64; 2] = [0.5, 0.03];

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    quiet_pipe::end_with_the_reader();
    let (before, after) = (bill(0, 3_000, 1)?, bill(1, 3_000, 2)?);
    let model = model()?.assign_mechanisms(&before)?;
    let change = model.distribution_change(&before, &after, "cost", &ChangeConfig::default().with_resamples(100))?;

    println!("Mean cost of a line of the bill, in dollars, from the one month to the next:\n");
    println!("{:<10}{:>8}  {:<17}{:>7}  p-value", "mechanism", "change", "95 % interval", "truth");
    for part in change.ranked() {
        let interval = part.interval.map_or_else(String::new, |(low, high)| format!("{low:.2} to {high:.2}"));
        let p_value = match part.p_value {
            None => "known".to_owned(),
            Some(p_value) if p_value < 0.001 => "< 0.001".to_owned(),
            Some(p_value) => format!("{p_value:.3}"),
        };
        println!("{:<10}{:>8.2}  {interval:<17}{:>7.2}  {p_value}", part.node, part.value, truth(&part.node));
    }
    println!("{:<10}{:>8.2}  {:<17}{:>7.2}", "in all", change.total.value, "", mean_cost(1, 1) - mean_cost(0, 0));
    let (observed, remainder) = (change.observed.unwrap_or(f64::NAN), change.remainder.unwrap_or(f64::NAN));
    println!("Observed: {observed:.2}, of which the mechanisms leave {remainder:.2}.\n");

    let line = |region: &str, hours: f64, price: f64| {
        let numbers = [("quantity", hours), ("price", price), ("cost", hours * price)];
        Observation::from_pairs(numbers)?.with_text("service", "database")?.with_text("region", region)
    };
    let (last, this) = (line("Ohio", 30.0, 1.2)?, line("Zurich", 33.0, 1.2 * RISE * 1.6)?);
    let (old, new) = (model.fit(&before)?, model.fit(&after)?);
    let (inputs, causes) = (UnitChangeConfig::default(), UnitChangeConfig::default().with_draws(1_024));
    println!("One database, 30 hours in Ohio last month, 33 hours in Zurich this month, by what was multiplied:\n");
    println!("{}", old.node_change(&new, "cost", &last, &this, &inputs)?);
    println!("and by what is behind it, the choice of the region and the price of either month:\n");
    println!("{}", old.unit_change(&new, "cost", &last, &this, &causes)?);

    let first: Vec<&str> = change.ranked().iter().take(2).map(|part| part.node.as_str()).collect();
    println!("What raised the cost: {}, then {}.", first[0], first[1]);
    if first == ["region", "price"] { Ok(()) } else { Err("the region did it, then the price".into()) }
}

/// The region is chosen by service, hours by service, the price by both; cost is known.
fn model() -> Result<StructuralCausalModel> {
    let graph = CausalGraph::from_edges([
        ("service", "region"),
        ("service", "quantity"),
        ("service", "price"),
        ("region", "price"),
        ("quantity", "cost"),
        ("price", "cost"),
    ])?;
    let product = KnownFormula::new(["quantity", "price"], |values| values[0] * values[1]);
    let in_shares = || PostNonlinearModel::log(LinearRegression::ordinary());
    StructuralCausalModel::new(graph)
        .with_mechanism("region", ClassifierModel::shares())?
        .with_mechanism("quantity", in_shares())?
        .with_mechanism("price", in_shares())?
        .with_mechanism("cost", AdditiveNoiseModel::known(product).with_noise(NoiseDistribution::constant(0.0)?))
}

/// The bill of the month before (0) or after (1).
fn bill(month: usize, lines: usize, seed: u64) -> Result<Dataset> {
    let generator = &mut ChaCha8Rng::seed_from_u64(seed);
    let (mut services, mut regions, mut numbers) = (Vec::new(), Vec::new(), [(); 3].map(|()| Vec::new()));
    for _ in 0..lines {
        let mut one_of = |shares: [f64; 3]| {
            let point = generator.random::<f64>();
            usize::from(point > shares[0]) + usize::from(point > shares[0] + shares[1])
        };
        let (service, region) = (one_of(SERVICES.map(|entry| entry.1)), one_of(REGIONS.map(|entry| entry.1[month])));
        let mut straying = |spread: f64| -> f64 {
            let normal: f64 = StandardNormal.sample(generator);
            (spread * normal).exp()
        };
        let quantity = SERVICES[service].2 * straying(SPREADS[0]);
        let price = list_price(service, region, month) * straying(SPREADS[1]);
        services.push(SERVICES[service].0);
        regions.push(REGIONS[region].0);
        numbers.iter_mut().zip([quantity, price, quantity * price]).for_each(|(column, value)| column.push(value));
    }
    let numbers = Dataset::from_columns(["quantity", "price", "cost"].into_iter().zip(numbers))?;
    numbers.with_text_column("service", services)?.with_text_column("region", regions)
}

fn list_price(service: usize, region: usize, month: usize) -> f64 {
    let rise = if month == 1 && SERVICES[service].0 == "database" { RISE } else { 1.0 };
    SERVICES[service].3 * rise * REGIONS[region].2
}

/// The mean of all lines, with the prices of one month and the regions of one month.
fn mean_cost(prices: usize, regions: usize) -> f64 {
    let straying: f64 = SPREADS.iter().map(|spread| (0.5 * spread * spread).exp()).product();
    let of_pair = |(service, region): (usize, usize)| {
        let (share, hours) = (SERVICES[service].1 * REGIONS[region].1[regions], SERVICES[service].2);
        share * hours * list_price(service, region, prices) * straying
    };
    (0..3).flat_map(|service| (0..3).map(move |region| (service, region))).map(of_pair).sum()
}

/// What either change did, as the mean of what it does first and what it does second.
fn truth(node: &str) -> f64 {
    let all = mean_cost(1, 1) - mean_cost(0, 0);
    let apart = mean_cost(1, 0) - mean_cost(0, 1);
    match node {
        "price" => 0.5 * (all + apart),
        "region" => 0.5 * (all - apart),
        _ => 0.0,
    }
}
