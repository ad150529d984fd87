//! Interventions as users make them: what is refused, what is printed and saved, and the same bits for any number of threads.

use etiology::intervention::{Intervention, InterventionConfig, Replacement};
use etiology::mechanism::ClassifierModel;
use etiology::{
    AdditiveNoiseModel, CausalGraph, CustomMechanism, Dataset, Error, FittedModel, KnownFormula, Mechanism,
    NoiseDistribution, NoiseFamily, Observation, StructuralCausalModel,
};

use crate::retail_shop;
use crate::shop::linear_shop;

/// region → price → paid ← units.
fn sales() -> FittedModel {
    let rows = 120;
    let region = (0..rows).map(|row| ["EU", "US", "AP"][row % 3]);
    let status = (0..rows).map(|row| ["none", "late"][(row / 3 + row) % 2]);
    let price: Vec<f64> = (0..rows).map(|row| 10.0 + (row % 3) as f64 + (row as f64 * 1.7).sin()).collect();
    let units: Vec<f64> = (0..rows).map(|row| 5.0 + (row as f64 * 0.7).cos()).collect();
    let paid: Vec<f64> = (0..rows).map(|row| 2.0 * price[row] + units[row] + (row as f64 * 2.9).sin()).collect();
    let data = Dataset::from_columns([("price", price), ("units", units), ("paid", paid)])
        .and_then(|data| data.with_text_column("region", region)?.with_text_column("status", status))
        .unwrap();
    let edges = [("region", "price"), ("region", "status"), ("price", "paid"), ("units", "paid")];
    StructuralCausalModel::new(CausalGraph::from_edges(edges).unwrap())
        .with_mechanism("status", ClassifierModel::shares())
        .and_then(|model| model.with_mechanism("price", AdditiveNoiseModel::linear()))
        .and_then(|model| model.with_mechanism("paid", AdditiveNoiseModel::linear()))
        .and_then(|model| model.assign_mechanisms(&data)?.fit(&data))
        .unwrap()
}

fn complaint<T>(result: etiology::Result<T>) -> String {
    result.err().expect("an error").to_string()
}

#[test]
fn what_does_not_suit_a_node_is_refused_by_every_question() {
    let model = sales();
    let row = model.draw_samples(1, 0).unwrap().row(0).unwrap();
    let normal = || NoiseDistribution::normal(0.0, 1.0).unwrap();
    let sum =
        |parents: &[&str]| AdditiveNoiseModel::known(KnownFormula::sum(parents.iter().copied())).with_noise(normal());
    let new = Intervention::new;
    let cases = [
        (new().set("prize", 1.0), "did you mean `price`?"),
        (new().set("price", 1.0).shift("price", 2.0), "`price` is named more than once"),
        (new().set("price", f64::NAN), "the value to set of node `price` is NaN"),
        (new().shift("price", f64::INFINITY), "the shift of node `price` is inf"),
        (new().scale("price", f64::NAN), "the scale of node `price`"),
        (new().set("region", 1.0), "`region` cannot be made: it is a category, with the levels `AP`, `EU`, `US`"),
        (new().scale("region", 2.0), "`set_level`"),
        (new().apply("status", |code| code), "it is a category"),
        (new().set_level("region", "LATAM"), "it has no level `LATAM`; its levels are `AP`, `EU`, `US`"),
        (new().set_level("price", "high"), "it is a number and has no level `high`"),
        (new().replace("paid", sum(&["price", "region"])), "takes the parents `price`, `region`"),
        (new().replace("paid", sum(&["price", "price"])), "takes the parent `price` twice"),
        (new().replace("paid", AdditiveNoiseModel::known(KnownFormula::maximum::<&str>([]))), "must be fitted"),
        (new().replace("paid", AdditiveNoiseModel::linear()), "must be fitted"),
        (new().replace("units", NoiseFamily::Normal), "must be fitted"),
        (new().replace("region", normal()), "take a mechanism that was fitted to a category with the same levels"),
        (new().replace("price", sum(&["region"])), "of its parents, `region` are categories"),
        (
            new().replace("price", Replacement::fitted(["region"], model.mechanism("status").unwrap().clone())),
            "it is a number",
        ),
    ];
    let config = InterventionConfig::default().with_samples(64);
    for (intervention, fragment) in cases {
        let complaints = [
            complaint(model.draw_interventional(&intervention, 5, 0)),
            complaint(model.interventional_target("paid", &intervention, &config)),
            complaint(model.average_causal_effect("paid", &new(), &intervention, &config)),
            complaint(model.counterfactual(&row, &intervention)),
            complaint(model.counterfactuals(&model.draw_samples(2, 0).unwrap(), &intervention)),
        ];
        for complaint in complaints {
            assert!(complaint.contains(fragment), "{intervention}: {complaint}");
        }
    }
}

#[test]
fn configurations_and_targets_out_of_range_are_refused() {
    let (model, new) = (sales(), Intervention::new());
    let config = InterventionConfig::default;
    let asked =
        |target: &str, config: InterventionConfig| complaint(model.interventional_target(target, &new, &config));
    assert!(asked("paid", config().with_samples(31)).contains("at least 32"));
    assert!(asked("paid", config().with_row_draws(0)).contains("at least 32"));
    assert!(asked("nobody", config()).contains("`nobody`"));
    assert!(asked("region", config()).contains("which is a category, but is none of `AP`, `EU`, `US`"));
    assert!(asked("region", config().with_level("X")).contains("`X`, not one of `AP`"));
    assert!(asked("paid", config().with_level("EU")).contains("none where the target is a number"));
    assert!(complaint(model.draw_interventional(&new, 0, 0)).contains("at least 1"));
    let wild = Intervention::new().apply("price", |price| (price - 1e9).sqrt());
    assert!(complaint(model.draw_interventional(&wild, 5, 0)).contains("node `price` returned NaN"));
    assert!(complaint(model.interventional_target("paid", &wild, &config())).contains("node `price` returned NaN"));
}

/// x = parent · noise, which has no inverse where the parent is 0.
#[derive(Debug)]
struct Product;

impl Mechanism for Product {
    fn evaluate(&self, parents: &[f64], noise: f64) -> f64 {
        parents[0] * noise
    }
    fn estimate_noise(&self, parents: &[f64], value: f64) -> f64 {
        if parents[0] == 0.0 { 1.0 } else { value / parents[0] }
    }
}

#[test]
fn rows_at_fault_are_named() {
    let normal = NoiseDistribution::normal(1.0, 0.1).unwrap();
    let model = StructuralCausalModel::new(CausalGraph::from_edges([("a", "b")]).unwrap())
        .with_mechanism("a", normal.clone())
        .and_then(|model| model.with_mechanism("b", CustomMechanism::new(["a"], Product).with_noise(normal)))
        .and_then(|model| model.without_fitting())
        .unwrap();
    let mut a = vec![1.0; 5_000];
    a[4_321] = 0.0;
    let done = Intervention::new().set("a", 2.0);
    let rows = Dataset::from_columns([("a", a.clone()), ("b", vec![1.5; 5_000])]).unwrap();
    let found = complaint(model.counterfactuals(&rows, &done));
    assert!(found.contains("row 4321") && found.contains("not invertible"), "{found}");
    a[4_321] = f64::INFINITY;
    let infinite = Dataset::from_columns([("a", a), ("b", vec![1.5; 5_000])]).unwrap();
    assert!(complaint(model.counterfactuals(&infinite, &done)).contains("first in row 4321"));
    let lacking = Dataset::from_columns([("a", vec![1.0])]).unwrap();
    assert!(complaint(model.counterfactuals(&lacking, &done)).contains("column `b`"));
    let text = Observation::from_pairs([("a", 1.0)]).unwrap().with_text("b", "slow").unwrap();
    assert!(complaint(model.counterfactual(&text, &done)).contains("`slow`"));
    // Nothing recovers the noise of a node that is set, and nothing below it depends on it.
    let row = Observation::from_pairs([("a", 0.0), ("b", 1.5)]).unwrap();
    assert!(matches!(model.counterfactual(&row, &done), Err(Error::NotInvertible { .. })));
    assert_eq!(model.counterfactual(&row, &Intervention::new().set("b", 1.0)).unwrap().get("b"), Some(1.0));
}

#[test]
fn one_and_three_threads_give_the_same_bits() {
    let model = linear_shop(500, 3);
    let mut table = retail_shop::slow_requests(9_000, 4).unwrap().values().to_owned();
    let names = retail_shop::slow_requests(1, 4).unwrap().names().to_vec();
    (0..9_000).step_by(701).for_each(|row| table[[row, row % names.len()]] = f64::NAN);
    let rows = Dataset::from_array(names, table.view()).unwrap();
    let done = Intervention::new().scale("Product DB", 0.5).apply("Auth Service", |time| time.min(0.2));
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let config = InterventionConfig::default().with_samples(4_096).with_row_draws(64);
        pool.install(|| {
            let effect =
                model.average_causal_effect(retail_shop::TARGET, &done, &Intervention::new(), &config).unwrap();
            let rows = model.counterfactuals_with(&rows, &done, &config).unwrap();
            (effect, rows.values().iter().map(|value| value.to_bits()).collect::<Vec<u64>>())
        })
    };
    assert_eq!(run(1), run(3));
}

#[test]
fn interventions_and_answers_are_printed_and_saved() {
    let model = sales();
    let mechanism =
        Replacement::fitted(model.mechanism_parents("paid").unwrap(), model.mechanism("paid").unwrap().clone());
    let done = Intervention::new().shift("price", -0.5).replace("paid", mechanism).set_level("region", "EU");
    let text = serde_json::to_string(&done).unwrap();
    assert!(text.starts_with(r#"[{"node":"price","change":{"shift":-0.5}}"#), "{text}");
    let loaded: Intervention = serde_json::from_str(&text).unwrap();
    assert_eq!(loaded.to_string(), done.to_string());
    assert!(done.to_string().starts_with("price - 0.5000, paid = "), "{done}");
    let draw = |intervention| model.draw_interventional(intervention, 20, 1).unwrap();
    assert_eq!(draw(&loaded).column("paid").unwrap(), draw(&done).column("paid").unwrap());
    let refused = serde_json::to_string(&Intervention::new().apply("price", f64::abs)).unwrap_err().to_string();
    assert!(refused.contains("closure"), "{refused}");
    assert!(serde_json::from_str::<Intervention>(r#"[{"node":"a","change":{"function":1}}]"#).is_err());

    let config = InterventionConfig::default();
    let row = model.draw_samples(1, 0).unwrap().row(0).unwrap();
    let answer = model.counterfactual_row(&row, &done, &config).unwrap();
    assert!(
        answer.to_string().contains("would have been") && serde_json::to_value(&answer).unwrap()["nodes"].is_array()
    );
    let effect = model.average_causal_effect("paid", &done, &Intervention::new(), &config).unwrap();
    assert!(effect.to_string().starts_with("`paid` moves by "), "{effect}");
    assert!(serde_json::to_value(&effect).unwrap()["value"].is_f64());
    let target = model.interventional_target("region", &done, &InterventionConfig::default().with_level("EU")).unwrap();
    assert_eq!(target.to_string(), "P(`region` = `EU`): mean 1.000, standard deviation 0");
}
