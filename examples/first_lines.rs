//! The first lines of your own, as the README has them: who made request 5 slow? On the files that `online_shop` writes.
//!
//! ```text
//! cargo run --release --example online_shop
//! cargo run --release --example first_lines
//! ```

use etiology::{AttributionConfig, CausalGraph, Dataset, StructuralCausalModel};

fn main() -> etiology::Result<()> {
    let normal = Dataset::from_csv_path("target/shop/normal.csv")?; // a column per service, a row per request
    let graph = CausalGraph::from_call_graph_csv_path("target/shop/calls.csv")?; // caller, callee
    let model = StructuralCausalModel::new(graph).assign_mechanisms(&normal)?.fit(&normal)?;

    let slow = Dataset::from_csv_path("target/shop/slow_requests.csv")?.row(5)?;
    let attribution = model.attribute_outlier("Website", &slow, &AttributionConfig::default())?;
    println!("{attribution}"); // a ranked table: node, nats, ± error, share, observed, typical, noise score
    println!("Root cause: {}", attribution.ranked()[0].node);
    Ok(())
}
