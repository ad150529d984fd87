//! Missing values and awkward columns: what is repaired is right, and reported.

use etiology::{
    AdditiveNoiseModel, AttributionConfig, CausalGraph, Dataset, Error, FeatureMap, FitReport, FittedModel,
    KnownFormula, LinearFunction, NoiseDistribution, NoiseFamily, Observation, ParentFunction, StructuralCausalModel,
};

const NAN: f64 = f64::NAN;

/// A deterministic column without ties, of mean about 0.
fn wave(rows: usize, frequency: f64) -> Vec<f64> {
    (0..rows).map(|row| (row as f64 * frequency).sin()).collect()
}

/// a → b → c, 60 rows.
fn chain_columns() -> [(&'static str, Vec<f64>); 3] {
    let a = wave(60, 1.0);
    let b: Vec<f64> = a.iter().zip(wave(60, 2.3)).map(|(a, noise)| 2.0 * a + noise).collect();
    let c: Vec<f64> = b.iter().zip(wave(60, 3.1)).map(|(b, noise)| 0.5 * b + noise).collect();
    [("a", a), ("b", b), ("c", c)]
}

fn chain() -> CausalGraph {
    CausalGraph::from_edges([("a", "b"), ("b", "c")]).unwrap()
}

fn fit(graph: CausalGraph, data: &Dataset) -> Result<FittedModel, Error> {
    StructuralCausalModel::new(graph).assign_mechanisms(data)?.fit(data)
}

fn report(model: &FittedModel) -> &FitReport {
    model.fit_report().unwrap()
}

fn linear<'m>(model: &'m FittedModel, node: &str) -> &'m LinearFunction {
    match model.mechanism(node).unwrap().parent_function() {
        Some(ParentFunction::Linear(linear)) => linear,
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_mechanism_is_fitted_to_its_own_complete_rows() {
    let mut columns = chain_columns();
    columns[0].1[3] = NAN;
    columns[1].1[7] = NAN;
    columns[2].1[8] = NAN;
    let model = fit(chain(), &Dataset::from_columns(columns.clone()).unwrap()).unwrap();
    let figures = |node: &str| {
        let entry = report(&model).node(node).unwrap();
        (entry.rows_used, entry.rows_incomplete)
    };
    assert_eq!([figures("a"), figures("b"), figures("c")], [(59, 1), (58, 2), (58, 2)]);

    // The mechanism of c is that of the data without rows 7 and 8, to the bit; a gap in `a` costs it nothing.
    let without = |rows: &[usize], column: &[f64]| -> Vec<f64> {
        column.iter().enumerate().filter(|(row, _)| !rows.contains(row)).map(|(_, value)| *value).collect()
    };
    let complete = [1, 2].map(|column| (columns[column].0, without(&[7, 8], &columns[column].1)));
    let expected =
        fit(CausalGraph::from_edges([("b", "c")]).unwrap(), &Dataset::from_columns(complete).unwrap()).unwrap();
    assert_eq!(linear(&model, "c"), linear(&expected, "c"));
    assert_eq!(model.mechanism("c").unwrap().noise(), expected.mechanism("c").unwrap().noise());

    // What is typical of a node is told by all its present values.
    let present = NoiseDistribution::empirical(&without(&[7], &columns[1].1)).unwrap();
    assert_eq!(model.reference("b").unwrap(), &present);
}

#[test]
fn without_gaps_nothing_is_repaired() {
    let data = Dataset::from_columns(chain_columns()).unwrap();
    let model = fit(chain(), &data).unwrap();
    assert_eq!(report(&model).repaired().count(), 0);
    assert_eq!(report(&model).to_string(), "60 rows; 3 nodes fitted, 0 known; 0 repaired\n");
    assert!(report(&model).nodes.iter().all(|entry| entry.rows_used == 60 && entry.largest_atom == Some(1.0 / 60.0)));
}

#[test]
fn the_report_names_every_repair_and_survives_json() {
    let [a, mut b, c] = chain_columns();
    b.1[0] = NAN;
    let flat = ("flat", vec![0.25; 60]);
    let mut ties = ("ties", vec![0.0; 60]);
    ties.1[4] = 1.0;
    let graph = CausalGraph::from_edges([("a", "b"), ("flat", "b"), ("b", "c"), ("a", "ties")]).unwrap();
    let data = Dataset::from_columns([a, b, c, flat, ties, ("note", vec![NAN; 60])]).unwrap();
    let model = StructuralCausalModel::new(graph)
        .with_mechanism("a", NoiseDistribution::uniform(-1.0, 1.0).unwrap())
        .unwrap()
        .assign_mechanisms(&data)
        .unwrap()
        .fit(&data)
        .unwrap();
    let text = report(&model).to_string();
    for line in [
        "60 rows; 4 nodes fitted, 1 known; 3 repaired",
        "`b`: 59 rows used, 1 incomplete ones left out; nothing can be learned of the effect of `flat`, which never varies",
        "`c`: 59 rows used, 1 incomplete ones left out",
        "`flat`: always 0.25, so any other value is impossible under the model",
        "`ties`: 98% of its values are the same",
        "columns that the graph does not name: `note`",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
    let json = serde_json::to_string(report(&model)).unwrap();
    assert_eq!(&serde_json::from_str::<FitReport>(&json).unwrap(), report(&model));
    assert!(model.fit_report().unwrap().node("nobody").is_none());
}

#[test]
fn a_model_without_data_has_no_report() {
    let graph = CausalGraph::from_nodes_and_edges(["a"], Vec::<(String, String)>::new()).unwrap();
    let noise = NoiseDistribution::normal(0.0, 1.0).unwrap();
    let model = StructuralCausalModel::new(graph).with_mechanism("a", noise).unwrap().without_fitting().unwrap();
    assert!(model.fit_report().is_none());
}

/// error → latency ← load, where `error` never moved in training.
fn constant_root() -> FittedModel {
    let load = wave(100, 1.0);
    let latency: Vec<f64> = load.iter().zip(wave(100, 2.3)).map(|(load, noise)| load + 0.2 * noise).collect();
    let data = Dataset::from_columns([("error", vec![0.0; 100]), ("load", load), ("latency", latency)]).unwrap();
    fit(CausalGraph::from_edges([("error", "latency"), ("load", "latency")]).unwrap(), &data).unwrap()
}

#[test]
fn a_constant_column_is_constant_noise_and_its_effect_unknown() {
    let model = constant_root();
    assert_eq!(model.mechanism("error").unwrap().noise(), &NoiseDistribution::constant(0.0).unwrap());
    assert_eq!(linear(&model, "latency").coefficients[0], 0.0);
    assert_eq!(report(&model).node("error").unwrap().constant, Some(0.0));
    assert_eq!(report(&model).node("latency").unwrap().constant_parents, ["error"]);
}

#[test]
fn a_constant_root_that_moves_scores_at_the_ceiling_but_nothing_is_known_of_its_effect() {
    let model = constant_root();
    let event = Observation::from_pairs([("error", 3.0), ("load", 0.1), ("latency", 4.0)]).unwrap();
    let scores = model.node_scores(&event, &FeatureMap::default()).unwrap();
    assert!(scores[0].conditional.is_saturated() && scores[0].marginal.is_saturated());
    assert_eq!(scores[0].conditional.nats(), scores[0].conditional.ceiling());
    let attribution = model.attribute_outlier("latency", &event, &AttributionConfig::default()).unwrap();
    // Its coefficient is 0, so the shift is put down to the target's own noise.
    assert_eq!(attribution.contribution("error").unwrap().value, 0.0);
    assert_eq!(attribution.contribution("error").unwrap().noise_score, scores[0].conditional.nats());
    assert_eq!(attribution.ranked()[0].node, "latency");
}

#[test]
fn a_constant_child_that_moves_takes_the_blame() {
    // b never moved in training, though its parent did; c follows b by a known formula.
    let a = wave(80, 1.0);
    let c = wave(80, 2.3);
    let data = Dataset::from_columns([("a", a), ("b", vec![5.0; 80]), ("c", c)]).unwrap();
    let model = StructuralCausalModel::new(chain())
        .with_mechanism("c", AdditiveNoiseModel::known(KnownFormula::sum(["b"])))
        .unwrap()
        .assign_mechanisms(&data)
        .unwrap()
        .fit(&data)
        .unwrap();
    assert_eq!(linear(&model, "b"), &LinearFunction { intercept: 5.0, coefficients: vec![0.0] });
    assert_eq!(model.mechanism("b").unwrap().noise(), &NoiseDistribution::constant(0.0).unwrap());
    for shift in [0.0, 7.0] {
        let event = Observation::from_pairs([("a", 0.5), ("b", 5.0 + shift), ("c", 0.3 + shift)]).unwrap();
        let attribution = model.attribute_outlier("c", &event, &AttributionConfig::default()).unwrap();
        let of_b = attribution.contribution("b").unwrap();
        let score = model.node_scores(&event, &FeatureMap::default()).unwrap()[1].conditional;
        assert_eq!(score.is_saturated(), shift > 0.0);
        if shift > 0.0 {
            assert_eq!(attribution.ranked()[0].node, "b");
            assert!(of_b.value > 4.0, "{attribution}");
        } else {
            assert_eq!(of_b.value, 0.0);
        }
    }
}

#[test]
fn a_constant_column_fits_whatever_its_family() {
    let columns = |value: f64| [("a", vec![value; 20]), ("b", wave(20, 1.0))];
    for family in [NoiseFamily::Normal, NoiseFamily::gamma(), NoiseFamily::log_normal(), NoiseFamily::Uniform] {
        let data = Dataset::from_columns(columns(-2.0)).unwrap();
        let model = StructuralCausalModel::new(CausalGraph::from_edges([("a", "b")]).unwrap());
        let model = model.with_mechanism("a", family).unwrap().assign_mechanisms(&data).unwrap().fit(&data).unwrap();
        assert_eq!(model.mechanism("a").unwrap().noise(), &NoiseDistribution::constant(-2.0).unwrap());
    }
}
