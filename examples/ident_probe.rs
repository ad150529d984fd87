use etiology::mechanism::AssignmentConfig;
use etiology::{
    AdditiveNoiseModel, AttributionConfig, CausalGraph, Dataset, KnownFormula, NoiseFamily, Observation,
    StructuralCausalModel,
};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, StandardNormal};

fn n(r: &mut ChaCha8Rng) -> f64 {
    StandardNormal.sample(r)
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let kind = args[1].as_str();
    let cases: u64 = args[2].parse().unwrap();
    let rows: usize = args[3].parse().unwrap();
    let r_near: f64 = args.get(4).map_or(0.0, |x| x.parse().unwrap());
    let auto = args.get(5).is_some_and(|x| x == "auto");
    let mut used_cases = 0;
    let (mut covered, mut covered_slack, mut total, mut group_ok, mut groups, mut reported, mut sum_err, mut raw_off) =
        (0, 0, 0, 0, 0, 0, 0.0, 0);
    let mut worst: Vec<(f64, String)> = Vec::new();
    for seed in 0..cases {
        let r = &mut ChaCha8Rng::seed_from_u64(seed * 7919 + 13);
        // names and generation: u -> a ; a->b tied ; d independent; child y of tied members + d; target t of y, d
        let unit: Vec<f64> =
            (0..8).map(|_| if kind.contains("unit") { 10f64.powf(r.random_range(-9.0..9.0)) } else { 1.0 }).collect();
        let sign =
            |r: &mut ChaCha8Rng| if kind.contains("signs") && r.random_range(0.0..1.0) < 0.5 { -1.0 } else { 1.0 };
        let members =
            if kind.starts_with("pair") || kind.starts_with("near") || kind.starts_with("none") { 2 } else { 3 };
        let mut edges: Vec<(String, String)> = vec![("u".into(), "a".into())];
        let names: Vec<&str> = if members == 2 { vec!["a", "b"] } else { vec!["a", "b", "c"] };
        let (k, k2) = (r.random_range(0.3..3.0), r.random_range(0.3..3.0));
        edges.push(("a".into(), "b".into()));
        if kind.starts_with("sum") {
            edges.pop();
            edges.push(("a".into(), "c".into()));
            edges.push(("b".into(), "c".into()));
        }
        if kind.starts_with("copies") {
            edges.push(("a".into(), "c".into()));
        }
        for m in &names {
            edges.push(((*m).into(), "y".into()));
        }
        edges.push(("d".into(), "y".into()));
        edges.push(("y".into(), "t".into()));
        edges.push(("d".into(), "t".into()));
        // true effects: at random on one or several members
        let mut w: Vec<f64> = (0..members)
            .map(|_| if r.random_range(0.0..1.0) < 0.4 { 0.0 } else { r.random_range(0.3..2.0) * sign(r) })
            .collect();
        if w.iter().all(|&x| x == 0.0) {
            w[r.random_range(0..members)] = 1.0;
        }
        let (wd, wt, wdt, su) =
            (r.random_range(-1.5..1.5), r.random_range(0.3..2.0), r.random_range(-1.0..1.0), r.random_range(0.2..2.0));
        let sigma = r.random_range(0.2..1.5);
        let near = (1.0 / (r_near * r_near) - 1.0f64).max(0.0).sqrt();
        let tied = if kind.starts_with("near") { near } else { 0.0 };
        let make = |r: &mut ChaCha8Rng, na: f64, tb: f64, tc: f64, nd: f64, ny: f64, nt: f64| -> Vec<f64> {
            let u = n(r);
            let a = su * u + n(r) + na;
            let sa = (su * su + 1.0f64).sqrt();
            let (b, c) = if kind.starts_with("none") {
                (n(r) * k + tb, 0.0)
            } else if kind.starts_with("sum") {
                let b = k * n(r);
                (b + tb, a + k2 * (b + tb) + tc)
            } else {
                (k * a + k * sa * tied * n(r) + tb, k2 * a + tc)
            };
            let d = n(r) + nd;
            let m = [a, b, c];
            let y = 3.0 + w.iter().zip(m).map(|(w, x)| w * x).sum::<f64>() + wd * d + sigma * (n(r)) + ny;
            let t = wt * y + wdt * d + 0.5 * n(r) + nt;
            vec![u, a, b, c, d, y, t]
        };
        let all = ["u", "a", "b", "c", "d", "y", "t"];
        let data: Vec<Vec<f64>> = (0..rows).map(|_| make(r, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)).collect();
        let off = kind.ends_with("off");
        let big = r.random_range(4.0..10.0);
        let (mut na, mut tb, mut tc, mut ny) = (0.0, 0.0, 0.0, 0.0);
        if off {
            if members == 2 || r.random_range(0.0..1.0) < 0.5 { tb = big * k } else { tc = big }
        } else if r.random_range(0.0..1.0) < 0.7 {
            na = big
        } else {
            ny = big * sigma
        }
        let event = make(r, na, tb, tc, 0.0, ny, 0.0);
        let used: Vec<usize> = (0..7).filter(|&i| !(members == 2 && i == 3)).collect();
        let column = |i: usize| data.iter().map(|row| row[i] * unit[i]).collect::<Vec<f64>>();
        let table = Dataset::from_columns(used.iter().map(|&i| (all[i], column(i)))).unwrap();
        let observation = Observation::from_pairs(used.iter().map(|&i| (all[i], event[i] * unit[i]))).unwrap();
        let graph = CausalGraph::from_edges(edges.iter().map(|(a, b)| (a.as_str(), b.as_str()))).unwrap();
        let config = AttributionConfig::default().with_model_error(true);
        let assign = if auto { AssignmentConfig::default() } else { AssignmentConfig::linear() };
        let fitted = StructuralCausalModel::new(graph.clone())
            .assign_mechanisms_with(&table, &assign)
            .unwrap()
            .fit(&table)
            .unwrap();
        let found = fitted.attribute_outlier("t", &observation, &config).unwrap();
        // the truth: y's true function, its noise fitted to what that leaves; the others as fitted
        let parents: Vec<&str> = names.iter().copied().chain(["d"]).collect();
        let coefficients: Vec<f64> = names
            .iter()
            .enumerate()
            .map(|(i, _)| w[i] * unit[5] / unit[i + 1])
            .chain([wd * unit[5] / unit[4]])
            .collect();
        let truth = StructuralCausalModel::new(graph)
            .with_mechanism(
                "y",
                AdditiveNoiseModel::known(KnownFormula::weighted_sum(parents.into_iter().zip(coefficients)).unwrap())
                    .with_noise(NoiseFamily::Empirical),
            )
            .unwrap()
            .assign_mechanisms_with(&table, &assign)
            .unwrap()
            .fit(&table)
            .unwrap();
        let truth = truth.attribute_outlier("t", &observation, &config).unwrap();
        if truth.score.value < 2.0 || found.score.value < 2.0 {
            continue;
        }
        used_cases += 1;
        let is_group = !found.groups.is_empty();
        reported += usize::from(is_group);
        for part in &found.contributions {
            if !names.contains(&part.node.as_str()) && part.node != "y" {
                continue;
            }
            let right = truth.contribution(&part.node).unwrap();
            let by = (part.value - right.value).abs();
            let allowed = part.model_error.unwrap_or(0.0) + 2.0 * part.std_error.hypot(right.std_error);
            total += 1;
            raw_off += usize::from(by > 0.1);
            covered += usize::from(by <= allowed + 0.01);
            covered_slack += usize::from(by <= allowed + 0.1);
            sum_err += part.model_error.unwrap_or(0.0);
            worst.push((
                by - allowed,
                format!(
                    "seed {seed} {} found {:.2} ± {:?} truth {:.2} score {:.2}/{:.2} w {w:?} sigma {sigma:.2}",
                    part.node, part.value, part.model_error, right.value, found.score.value, truth.score.value
                ),
            ));
        }
        for group in &found.groups {
            groups += 1;
            let right: f64 = group.members().iter().map(|m| truth.contribution(m).unwrap().value).sum();
            group_ok += usize::from((group.value - right).abs() <= group.model_error + group.std_error * 2.0 + 0.1);
        }
    }
    worst.sort_by(|a, b| b.0.total_cmp(&a.0));
    println!(
        "{args:?}: cases {used_cases}, reported {reported}; covered {covered}/{total} ({covered_slack} with 0.1 nats slack; {raw_off} off by more than 0.1), mean model error {:.2}; groups right {group_ok}/{groups}",
        sum_err / total as f64
    );
    for (by, what) in worst.iter().take(std::env::var("WORST").map_or(2, |x| x.parse().unwrap())) {
        println!("   {by:.2} {what}");
    }
}
