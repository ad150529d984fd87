//! Lags between rows: what is found, how tables are put together, and what is wrong with the input.

use etiology::lags::Lags;
use etiology::{CausalGraph, Dataset, DiagnosisConfig, Error, StructuralCausalModel};

/// Not periodic, and without correlation from row to row.
fn own(row: usize, seed: usize) -> f64 {
    let scrambled = (row * row * 7_919 + row * 104_729 + seed * 1_299_709) % 10_007;
    scrambled as f64 / 10_007.0
}

fn graph() -> CausalGraph {
    CausalGraph::from_edges([("db", "api"), ("api", "web"), ("auth", "web")]).unwrap()
}

/// db acts on api one row later, api on web at once, and the record of auth is two rows late.
fn table(rows: usize) -> Dataset {
    let (db, auth) = (|row: usize| own(row + 5, 1), |row: usize| own(row + 5, 2));
    let api = |row: usize| db(row - 1) + 0.2 * own(row + 5, 3);
    let web = |row: usize| api(row) + auth(row) + 0.2 * own(row + 5, 4);
    let column = |value: &dyn Fn(usize) -> f64| (3..rows + 3).map(value).collect::<Vec<f64>>();
    Dataset::from_columns([
        ("db", column(&db)),
        ("auth", column(&|row| auth(row - 2))),
        ("api", column(&api)),
        ("web", column(&web)),
    ])
    .unwrap()
}

fn times(rows: impl Iterator<Item = usize>) -> Vec<String> {
    rows.map(|row| row.to_string()).collect()
}

fn found(lags: &Lags) -> Vec<(&str, &str, i64)> {
    lags.effects().iter().map(|one| (one.cause.as_str(), one.effect.as_str(), one.rows)).collect()
}

#[test]
fn later_effects_and_late_records_are_found_and_said() {
    let lags = Lags::chosen(&graph(), &table(300)).unwrap();
    assert_eq!(found(&lags), [("db", "api", 1), ("auth", "web", -2)]);
    assert_eq!(
        lags.to_string(),
        "`db` acts on `api` 1 row later\n`auth` is recorded 2 rows after `web`, on which it acts"
    );
    let aligned = lags.aligned(&table(300), "web", 0..300).unwrap();
    assert!(aligned.column("db").unwrap()[0].is_nan() && aligned.column("auth").unwrap()[299].is_nan());
    assert_eq!(aligned.column("db").unwrap()[10], table(300).column("db").unwrap()[9]);
    assert_eq!(aligned.column("auth").unwrap()[10], table(300).column("auth").unwrap()[12]);
    // Of another target it is the other columns that move.
    let of_db = lags.aligned(&table(300), "db", 10..11).unwrap();
    assert_eq!(of_db.column("web").unwrap()[0], table(300).column("web").unwrap()[11]);
    assert_eq!(of_db.column("db").unwrap()[0], table(300).column("db").unwrap()[10]);
}

#[test]
fn gaps_constants_texts_and_columns_that_are_not_there_do_no_harm() {
    let mut columns: Vec<(String, Vec<f64>)> =
        table(300).names().iter().map(|name| (name.clone(), table(300).column(name).unwrap().to_vec())).collect();
    columns[0].1[40] = f64::NAN;
    columns[2].1[41..60].fill(f64::NAN);
    columns[3].1[100] = f64::INFINITY;
    columns.push(("flat".to_owned(), vec![1.0; 300]));
    columns.push(("empty".to_owned(), vec![f64::NAN; 300]));
    let data = Dataset::from_columns(columns).unwrap();
    let data = data.with_text_column("region", (0..300).map(|row| if row % 3 == 0 { "EU" } else { "US" })).unwrap();
    let edges = [
        ("db", "api"),
        ("api", "web"),
        ("auth", "web"),
        ("flat", "web"),
        ("empty", "web"),
        ("region", "web"),
        ("nowhere", "web"),
    ];
    let lags = Lags::chosen(&CausalGraph::from_edges(edges).unwrap(), &data).unwrap();
    assert_eq!(found(&lags), [("db", "api", 1), ("auth", "web", -2)]);
    let aligned = lags.aligned(&data, "web", 0..300).unwrap();
    assert_eq!(aligned.row(3).unwrap().text("region"), Some("EU"));
    assert_eq!(aligned.row(4).unwrap().text("region"), Some("US"));
    assert!(Lags::chosen(&CausalGraph::from_edges([("flat", "empty")]).unwrap(), &data).unwrap().is_empty());
}

#[test]
fn too_few_rows_and_rows_that_are_not_there_are_errors() {
    assert!(matches!(Lags::chosen(&graph(), &table(19)), Err(Error::TooFewRows { needed: 20, found: 19, .. })));
    assert!(Lags::chosen(&graph(), &table(20)).is_ok());
    let lags = Lags::chosen(&graph(), &table(300)).unwrap();
    assert!(matches!(lags.event(&table(30), "web", 30), Err(Error::RowOutOfRange { row: 30, rows: 30 })));
    assert!(matches!(lags.aligned(&table(30), "web", 3..31), Err(Error::RowOutOfRange { row: 30, rows: 30 })));
    assert!(matches!(lags.aligned(&table(30), "web", 3..3), Err(Error::Empty { .. })));
    let short = times(0..299);
    assert!(matches!(
        Lags::chosen_in_time(&graph(), &table(300), &short),
        Err(Error::LengthMismatch { expected: 300, .. })
    ));
    assert!(lags.aligned_in_time("web", (&table(300), &short), &[]).is_err());
}

#[test]
fn by_times_rows_may_be_in_any_order_and_missed_and_requests_have_no_lags() {
    // Backwards, and every tenth row was missed.
    let rows: Vec<usize> = (0..300).filter(|row| row % 10 != 7).collect();
    let data = table(300).rows_at(&rows).unwrap();
    let backwards: Vec<(String, Vec<f64>)> = data
        .names()
        .iter()
        .map(|name| (name.clone(), data.column(name).unwrap().iter().rev().copied().collect()))
        .collect();
    let (data, at) = (Dataset::from_columns(backwards).unwrap(), times(rows.iter().rev().copied()));
    let lags = Lags::chosen_in_time(&graph(), &data, &at).unwrap();
    assert_eq!(found(&lags), [("db", "api", 1), ("auth", "web", -2)]);
    let aligned = lags.aligned_in_time("web", (&data, &at), &[]).unwrap();
    for (place, &row) in rows.iter().rev().enumerate() {
        let before = aligned.column("db").unwrap()[place];
        let is_there = row > 0 && rows.contains(&(row - 1));
        assert_eq!(before.is_nan(), !is_there, "row {row}");
        assert!(!is_there || before == table(300).column("db").unwrap()[row - 1], "row {row}");
    }
    let whenever: Vec<String> = (0..300).map(|row| (row as f64 + 3.0 * own(row, 9)).to_string()).collect();
    assert!(Lags::chosen_in_time(&graph(), &table(300), &whenever).unwrap().is_empty());
    let at_once = times((0..300).map(|row| row / 2));
    assert!(Lags::chosen_in_time(&graph(), &table(300), &at_once).unwrap().is_empty());
}

#[test]
fn an_event_without_the_rows_before_says_what_is_not_known() {
    let normal = table(300);
    let lags = Lags::chosen(&graph(), &normal).unwrap();
    let aligned = lags.aligned(&normal, "web", 0..300).unwrap();
    let model = StructuralCausalModel::new(graph()).assign_mechanisms(&aligned).unwrap().fit(&aligned).unwrap();
    let slow = [("db", [9.0, 0.5]), ("auth", [0.5, 0.5]), ("api", [0.6, 9.1]), ("web", [1.2, 9.7])];
    let incident = Dataset::from_columns(slow).unwrap();
    let config = DiagnosisConfig::default().with_lags(&lags);
    let known = model.diagnose("web", &lags.event(&incident, "web", 1).unwrap(), &config).unwrap();
    assert_eq!(known.combined[0].node, "db", "{known}");
    assert_eq!(known.lags, lags.effects());
    assert!(known.to_string().contains("put together by their lags: `db` acts on `api` 1 row later; "), "{known}");
    let alone =
        model.diagnose("web", &lags.event(&incident.rows_at(&[1]).unwrap(), "web", 0).unwrap(), &config).unwrap();
    assert!(alone.missing.contains(&"db".to_owned()) && alone.missing.contains(&"auth".to_owned()));
    assert!(alone.to_string().contains("There may be no row for the event with what "), "{alone}");
    // A question about a part of the graph says the lags of that part alone.
    let of_api = model.diagnose("api", &lags.event(&incident, "api", 1).unwrap(), &config).unwrap();
    assert_eq!(of_api.lags.len(), 1);
    let json = serde_json::to_string(&known).unwrap();
    assert_eq!(serde_json::from_str::<etiology::Diagnosis>(&json).unwrap(), known);
}
