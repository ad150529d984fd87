//! The drift check: silent where nothing has changed, and right about where something has.

use std::sync::LazyLock;

use etiology::drift::DriftReport;
use etiology::{
    AdditiveNoiseModel, CausalGraph, Dataset, Error, FittedModel, KnownFormula, NoiseDistribution,
    StructuralCausalModel,
};

/// db → api → web, and the exact sum `total` = api + web; latencies in seconds.
fn model_with(own_time_of_api: f64) -> FittedModel {
    let gamma = |mean: f64| NoiseDistribution::gamma(4.0, mean / 4.0).unwrap();
    let sum =
        |parents: &[&str], noise| AdditiveNoiseModel::known(KnownFormula::sum(parents.to_vec())).with_noise(noise);
    let edges = [("db", "api"), ("api", "web"), ("api", "total"), ("web", "total")];
    StructuralCausalModel::new(CausalGraph::from_edges(edges).unwrap())
        .with_mechanism("db", gamma(0.1))
        .and_then(|model| model.with_mechanism("api", sum(&["db"], gamma(own_time_of_api))))
        .and_then(|model| model.with_mechanism("web", sum(&["api"], gamma(0.2))))
        .and_then(|model| {
            model.with_mechanism("total", sum(&["api", "web"], NoiseDistribution::constant(0.0).unwrap()))
        })
        .and_then(|model| model.without_fitting())
        .unwrap()
}

fn rows(count: usize, seed: u64) -> Dataset {
    static NORMAL: LazyLock<FittedModel> = LazyLock::new(|| model_with(0.05));
    NORMAL.draw_samples(count, seed).unwrap()
}

/// Linear regressions, with the residuals as noise.
fn fitted() -> FittedModel {
    let training = rows(1000, 1);
    let graph = model_with(0.05).graph().clone();
    StructuralCausalModel::new(graph).assign_mechanisms(&training).unwrap().fit(&training).unwrap()
}

/// The data with a column replaced, value by value.
fn with_column(data: &Dataset, node: &str, change: impl Fn(usize, f64) -> f64) -> Dataset {
    let column = |name: &String| {
        let column = data.column(name).unwrap().to_vec();
        let changed = column.iter().enumerate().map(|(row, &value)| change(row, value)).collect();
        (name.clone(), if name == node { changed } else { column })
    };
    Dataset::from_columns(data.names().iter().map(column)).unwrap()
}

fn names(report: &DriftReport) -> Vec<&str> {
    report.drifted().map(|node| node.node.as_str()).collect()
}

#[test]
fn false_alarms_are_as_rare_as_asked() {
    for model in [fitted(), model_with(0.05)] {
        let alarms =
            (0..200).filter(|&seed| model.drift_check(&rows(40, 100 + seed), 0.1).unwrap().drifted().count() > 0);
        // 20 of 200 at most by chance, and 13 more is three standard deviations; it is a bound for all tests together.
        assert!(alarms.count() <= 33);
    }
}

#[test]
fn a_slower_node_is_told_from_those_that_it_slows_down() {
    for model in [fitted(), model_with(0.05)] {
        let report = model.drift_check(&model_with(0.15).draw_samples(60, 9).unwrap(), 0.01).unwrap();
        let shifted = |node: &str| {
            let entry = report.node(node).unwrap();
            (entry.noise.unwrap().is_shifted, entry.marginal.unwrap().is_shifted)
        };
        assert_eq!(shifted("db"), (false, false), "{report}");
        assert_eq!(shifted("api"), (true, true), "{report}");
        assert!(!shifted("web").0 && !shifted("total").0, "{report}");
        assert!(shifted("total").1, "{report}");
        // The noise is 0.1 s slower, and its standard deviation was 0.025 s.
        let shift = report.node("api").unwrap().noise.unwrap().shift.unwrap();
        assert!((3.0..6.0).contains(&shift), "{shift}");
        let text = report.to_string();
        assert!(
            text.contains("`api`: its own noise has changed by ") && text.contains("as its causes explain"),
            "{text}"
        );
        let json = serde_json::to_string(&report).unwrap();
        assert_eq!(serde_json::from_str::<DriftReport>(&json).unwrap(), report);
    }
}

#[test]
fn another_unit_is_named_with_its_factor() {
    let model = fitted();
    for (factor, ratio) in [(1000.0, 1000.0), (1000.0, 1e-3), (60.0, 60.0), (1e6, 1e6), (1000.0, 1024.0)] {
        let recent = with_column(&rows(50, 3), "db", |_, value| value * ratio);
        let report = model.drift_check(&recent, 0.01).unwrap();
        let found = report.node("db").unwrap().scale.unwrap_or_else(|| panic!("{report}"));
        assert_eq!(found.factor, factor);
        assert!((found.ratio / ratio).ln().abs() < 0.2, "{found:?}");
        assert!(report.node("web").unwrap().scale.is_none());
        assert!(report.to_string().contains("another unit"));
    }
    // Ten times slower is slow, not another unit.
    let slow = with_column(&rows(50, 3), "db", |_, value| value * 10.0);
    assert!(model.drift_check(&slow, 0.01).unwrap().node("db").unwrap().scale.is_none());
}

#[test]
fn gaps_leave_out_their_rows_and_nodes_without_a_column_are_not_tested() {
    let model = fitted();
    let recent = with_column(&rows(50, 4), "api", |row, value| if row % 2 == 0 { f64::NAN } else { value });
    let report = model.drift_check(&recent, 0.01).unwrap();
    let rows_of = |node: &str| {
        let entry = report.node(node).unwrap();
        (entry.noise.map(|test| test.rows), entry.marginal.map(|test| test.rows))
    };
    assert_eq!(rows_of("db"), (Some(50), Some(50)));
    assert_eq!([rows_of("api"), rows_of("web")], [(Some(25), Some(25)), (Some(25), Some(50))]);

    let only = Dataset::from_columns([("web", rows(50, 4).column("web").unwrap().to_vec())]).unwrap();
    let report = model.drift_check(&only, 0.01).unwrap();
    let tested: Vec<(bool, bool)> =
        report.nodes.iter().map(|node| (node.noise.is_some(), node.marginal.is_some())).collect();
    assert_eq!(tested, [(false, false), (false, false), (false, true), (false, false)]);
    assert!(names(&report).is_empty(), "{report}");
}

#[test]
fn a_constant_that_moves_has_drifted_and_rounding_has_not() {
    let training = Dataset::from_columns([("errors", vec![0.0; 100])]).unwrap();
    let graph = CausalGraph::from_nodes_and_edges(["errors"], Vec::<(String, String)>::new()).unwrap();
    let model = StructuralCausalModel::new(graph).assign_mechanisms(&training).unwrap().fit(&training).unwrap();
    let check =
        |values: [f64; 8]| model.drift_check(&Dataset::from_columns([("errors", values)]).unwrap(), 0.01).unwrap();
    assert!(names(&check([0.0; 8])).is_empty());
    let moved = check([3.0, 1.0, 2.0, 3.0, 4.0, 1.0, 2.0, 2.0]);
    assert_eq!(names(&moved), ["errors"]);
    assert_eq!(moved.nodes[0].marginal.unwrap().shift, None);
    // `total` is an exact sum: whatever noise is recovered is rounding.
    for model in [fitted(), model_with(0.05)] {
        assert_eq!(model.drift_check(&rows(60, 5), 0.01).unwrap().node("total").unwrap().noise.unwrap().p_value, 1.0);
    }
}

#[test]
fn bad_input_is_an_error() {
    let model = fitted();
    for significance in [0.0, 1.0, -0.1, f64::NAN] {
        let error = model.drift_check(&rows(5, 1), significance).unwrap_err();
        assert!(matches!(error, Error::InvalidParameter { .. }), "{error}");
    }
    let infinite = with_column(&rows(5, 1), "api", |row, value| if row == 3 { f64::INFINITY } else { value });
    let message = model.drift_check(&infinite, 0.01).unwrap_err().to_string();
    assert!(message.contains("row 3") && message.contains("`api`"), "{message}");
    let text = Dataset::from_csv_reader("db,api\n1,2\n2,slow\n".as_bytes()).unwrap();
    let message = model.drift_check(&text, 0.01).unwrap_err().to_string();
    assert!(message.contains("row 1") && message.contains("slow"), "{message}");
    // One row is allowed, but can hardly prove anything.
    assert!(names(&model.drift_check(&rows(1, 8), 0.01).unwrap()).is_empty());
}
