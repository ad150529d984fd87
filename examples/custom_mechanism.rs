//! Models that need no training data, because their formulas and noises are known: parallel and sequential
//! calls, an invoice, squares, and noise that grows with load. Each outlier's contributions are printed beside
//! those counted by brute force.
//!
//! ```text
//! cargo run --release --example custom_mechanism
//! ```

#[path = "shared/known_models.rs"]
mod known_models;

use etiology::{AttributionConfig, Result};

fn main() -> Result<()> {
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
