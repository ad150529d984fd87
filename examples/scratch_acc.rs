#[path = "shared/retail_shop.rs"]
#[allow(dead_code)]
mod retail_shop;
use etiology::*;
fn main() {
    let normal = Dataset::from_csv_path("/tmp/shop/normal.csv").unwrap();
    let events = Dataset::from_csv_path("/tmp/shop/slow_requests.csv").unwrap();
    let graph = retail_shop::causal_graph().unwrap();
    let model = StructuralCausalModel::new(graph).assign_mechanisms(&normal).unwrap().fit(&normal).unwrap();
    let out: Vec<Vec<(f64, f64)>> = model
        .attribute_outliers("Website", &events, &AttributionConfig::default())
        .unwrap()
        .iter()
        .map(|a| {
            let mut v: Vec<_> = a.contributions.iter().map(|c| (c.node.clone(), c.value, c.std_error)).collect();
            v.sort_by(|a, b| a.0.cmp(&b.0));
            v.push(("score".into(), a.score.value, a.score.std_error));
            v.into_iter().map(|x| (x.1, x.2)).collect()
        })
        .collect();
    if std::env::args().nth(1).as_deref() == Some("save") {
        std::fs::write("/tmp/acc.json", serde_json::to_string(&out).unwrap()).unwrap();
        return;
    }
    let truth: Vec<Vec<(f64, f64)>> = serde_json::from_str(&std::fs::read_to_string("/tmp/acc.json").unwrap()).unwrap();
    let (mut worst, mut sq, mut n, mut cov, mut stated) = (0.0f64, 0.0, 0.0, 0.0, 0.0f64);
    for (o, t) in out.iter().zip(&truth) {
        for (a, b) in o.iter().zip(t) {
            let e = (a.0 - b.0).abs();
            worst = worst.max(e);
            sq += e * e;
            n += 1.0;
            if e <= 1.96 * a.1 + 1e-9 {
                cov += 1.0;
            }
            stated = stated.max(a.1);
        }
    }
    println!("worst {worst:.2e} rms {:.2e} covered {:.3} largest stated {stated:.2e}", (sq / n as f64).sqrt(), cov / n);
}
