mod common;
use common::linear_gaussian::{LinearGaussian, Region};
use etiology::*;
#[test]
fn scratch() {
    for region in [Region::Upper, Region::TwoSided] {
        for m in [3_000, 10_000] {
            let mut worst: f64 = -1.0;
            let mut rms = 0.0;
            let mut n = 0.0;
            let mut zs = vec![];
            let t = std::time::Instant::now();
            for seed in 0..300 {
                let case = LinearGaussian::random(seed);
                let truth = case.truth(region, 1e-4);
                let fm = if region == Region::Upper { FeatureMap::UpperTail } else { FeatureMap::DistanceFromMedian };
                let config = AttributionConfig::default()
                    .with_feature_map(fm.clone())
                    .with_floor(1e-4)
                    .with_samples(m)
                    .with_seed(seed);
                let a = case.model().attribute_outlier(&case.target(), &case.observation(), &config).unwrap();
                for (name, t) in &truth.contributions {
                    let c = a.contribution(name).unwrap();
                    let e = (c.value - t).abs();
                    worst = worst.max(e - 4.0 * c.std_error);
                    rms += e * e;
                    n += 1.0;
                    if c.std_error > 0.0 {
                        zs.push((
                            e / c.std_error,
                            e,
                            c.std_error,
                            seed,
                            truth.contributions.len(),
                            a.score.value,
                            name.clone(),
                        ))
                    };
                }
            }
            zs.sort_by(|a, b| a.0.total_cmp(&b.0));
            println!(
                "{region:?} {m}: worst e-4se {worst:.4} rms {:.4} cover {:.3} z99 {:.2} zmax {:?} {:?}",
                f64::sqrt(rms / n),
                zs.iter().filter(|z| z.0 < 1.96).count() as f64 / zs.len() as f64,
                zs[zs.len() * 99 / 100].0,
                &zs[zs.len() - 25..],
                t.elapsed()
            );
        }
    }
}
