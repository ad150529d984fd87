#[path = "shared/retail_shop.rs"]
mod retail_shop;
use etiology::*;
use std::time::Instant;
fn main() {
    let normal = Dataset::from_csv_path("/tmp/shop/normal.csv").unwrap();
    let events = Dataset::from_csv_path("/tmp/shop/slow_requests.csv").unwrap();
    let graph = retail_shop::causal_graph().unwrap();
    let model = StructuralCausalModel::new(graph).assign_mechanisms(&normal).unwrap().fit(&normal).unwrap();
    let event = events.observations().nth(5).unwrap();
    for (name, config) in [
        ("auto two-sided", AttributionConfig::default()),
        ("auto upper", AttributionConfig::default().with_feature_map(FeatureMap::UpperTail)),
        (
            "auto upper 25 perm",
            AttributionConfig::default()
                .with_feature_map(FeatureMap::UpperTail)
                .with_shapley_method(ShapleyMethod::Permutations(25)),
        ),
        (
            "MC upper",
            AttributionConfig::default()
                .with_feature_map(FeatureMap::UpperTail)
                .with_estimator(Estimator::MonteCarlo)
                .with_samples(100_000),
        ),
    ] {
        let mut times = vec![];
        let mut last = None;
        for _ in 0..if name.starts_with("MC") { 1 } else { 50 } {
            let t = Instant::now();
            last = Some(model.attribute_outlier("Website", &event, &config).unwrap());
            times.push(t.elapsed().as_secs_f64());
        }
        times.sort_by(f64::total_cmp);
        println!("{name}: {:.3} ms", times[times.len() / 2] * 1e3);
        for c in &last.as_ref().unwrap().contributions {
            print!("{} {:.4}±{:.5}  ", c.node, c.value, c.std_error);
        }
        println!();
    }
    let t = Instant::now();
    let n = events.rows();
    model.attribute_outliers("Website", &events, &AttributionConfig::default()).unwrap();
    println!("batch {} events: {:.3} ms each", n, t.elapsed().as_secs_f64() * 1e3 / n as f64);
}
