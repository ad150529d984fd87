//! Fits to data with gaps, and the report of what was repaired.

use etiology::model::FitReport;
use etiology::{CausalGraph, Dataset, NoiseDistribution, StructuralCausalModel};

use super::{NAN, chain, fit, linear, report, wave};

/// a → b → c, 60 rows.
fn chain_columns() -> [(&'static str, Vec<f64>); 3] {
    let a = wave(60, 1.0);
    let b: Vec<f64> = a.iter().zip(wave(60, 2.3)).map(|(a, noise)| 2.0 * a + noise).collect();
    let c: Vec<f64> = b.iter().zip(wave(60, 3.1)).map(|(b, noise)| 0.5 * b + noise).collect();
    [("a", a), ("b", b), ("c", c)]
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
