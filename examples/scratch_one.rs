#[path = "shared/retail_shop.rs"]
mod retail_shop;
use etiology::*;
fn main() {
    let normal = Dataset::from_csv_path("/tmp/shop/normal.csv").unwrap();
    let events = Dataset::from_csv_path("/tmp/shop/slow_requests.csv").unwrap();
    let graph = retail_shop::causal_graph().unwrap();
    let model = StructuralCausalModel::new(graph).assign_mechanisms(&normal).unwrap().fit(&normal).unwrap();
    let event = events.observations().nth(5).unwrap();
    let n: usize = std::env::args().nth(1).unwrap().parse().unwrap();
    for _ in 0..n {
        model.attribute_outlier("Website", &event, &AttributionConfig::default()).unwrap();
    }
}
