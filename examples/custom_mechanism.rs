//! Models that need no training data, because their formulas and noises are known: parallel and sequential
//! calls, an invoice, squares, and noise that grows with load. Each outlier's contributions are printed beside
//! those counted by brute force. Before that, the mechanisms that are code are checked as their author would in a test.
//!
//! ```text
//! cargo run --release --example custom_mechanism
//! ```

#[path = "shared/known_models.rs"]
mod known_models;
#[path = "shared/quiet_pipe.rs"]
mod quiet_pipe;

use std::error::Error;

use etiology::mechanism::{MechanismCases, check_mechanism};
use etiology::{AttributionConfig, NoiseDistribution};

/// Checks each custom mechanism where its model uses it: on a grid, or at draws of its parents and its noise.
fn check_mechanisms() -> Result<(), Box<dyn Error>> {
    let quantities = MechanismCases::grid(&[&[1.0, 50.0, 99.0, 200.0]], &[0.0, 0.02, 0.04, 0.12])?;
    check_mechanism(&known_models::ShareOf, &quantities)?;
    let loads = NoiseDistribution::gamma(4.0, 0.5)?;
    let queues = MechanismCases::draw(std::slice::from_ref(&loads), &NoiseDistribution::normal(0.0, 1.0)?, 1_000, 0)?;
    check_mechanism(&known_models::Queue, &queues)?;
    let parents = [NoiseDistribution::normal(1.0, 0.5)?, loads];
    let latencies = MechanismCases::draw(&parents, &NoiseDistribution::exponential(0.2)?, 1_000, 0)?;
    check_mechanism(&known_models::Latency, &latencies)?;
    println!("the custom mechanisms keep their contract\n");
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    quiet_pipe::end_with_the_reader();
    check_mechanisms()?;
    for case in known_models::all()? {
        let config =
            AttributionConfig::default().with_feature_map(case.feature_map.clone()).with_floor(known_models::FLOOR);
        let attribution = case.model.attribute_outlier(case.target, &case.observation, &config)?;
        println!("{}\n", case.name);
        println!("{attribution}");
        println!("score by brute force {:.2}; contributions:", case.score);
        for (node, truth) in &case.contributions {
            println!("  {node:<12} {truth:>6.2}");
        }
        println!();
    }
    Ok(())
}
