//! Data sets and observations: construction, CSV, cleaning, rows.

use etiology::data::TimeColumn;
use etiology::{Dataset, Error, Observation};
use ndarray::array;

fn csv(text: &str) -> Dataset {
    Dataset::from_csv_reader(text.as_bytes()).unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

fn csv_error(text: &str) -> Error {
    Dataset::from_csv_reader(text.as_bytes()).map_or_else(|error| error, |data| panic!("{text:?} gave {data:?}"))
}

fn column(data: &Dataset, name: &str) -> Vec<f64> {
    data.column(name).unwrap_or_else(|error| panic!("{error}")).to_vec()
}

/// Equal, with NaN equal to NaN.
fn assert_same(found: &[f64], expected: &[f64]) {
    let same = |(a, b): (&f64, &f64)| a == b || (a.is_nan() && b.is_nan());
    assert!(found.len() == expected.len() && found.iter().zip(expected).all(same), "{found:?} != {expected:?}");
}

#[test]
fn an_array_keeps_rows_and_columns_whatever_its_memory_order() {
    let values = array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
    let data = Dataset::from_array(["a", "b", "c"], values.view()).unwrap();
    assert_eq!((data.rows(), data.columns()), (2, 3));
    assert_eq!(data.names(), ["a", "b", "c"]);
    assert_eq!(column(&data, "b"), [2.0, 5.0]);
    assert_eq!(data.values(), values);
    let transposed = Dataset::from_array(["x", "y"], values.t()).unwrap();
    assert_eq!(column(&transposed, "y"), [4.0, 5.0, 6.0]);
}

#[test]
fn columns_may_be_arrays_or_vectors() {
    let from_arrays = Dataset::from_columns([("a", [1.0, 2.0]), ("b", [3.0, 4.0])]).unwrap();
    let from_vectors =
        Dataset::from_columns(vec![("a".to_owned(), vec![1.0, 2.0]), ("b".to_owned(), vec![3.0, 4.0])]).unwrap();
    assert_eq!(from_arrays, from_vectors);
    assert_eq!(column(&from_arrays, "b"), [3.0, 4.0]);
}

#[test]
fn shapes_and_names_are_checked_on_construction() {
    let error = Dataset::from_columns([("a", vec![1.0, 2.0]), ("b", vec![3.0])]).unwrap_err();
    assert!(matches!(&error, Error::LengthMismatch { what, expected: 2, found: 1 } if what.contains("`b`")), "{error}");
    let error = Dataset::from_array(["a"], array![[1.0, 2.0]].view()).unwrap_err();
    assert!(matches!(error, Error::LengthMismatch { expected: 2, found: 1, .. }), "{error}");
    let error = Dataset::from_columns([("a", [1.0]), ("b", [1.0]), ("a", [1.0])]).unwrap_err();
    assert!(matches!(&error, Error::DuplicateColumn { column, first: 0, second: 2 } if column == "a"), "{error}");
    let error = Dataset::from_columns([("a", [1.0]), (" ", [1.0])]).unwrap_err();
    assert!(matches!(error, Error::BlankName { position: 1, .. }), "{error}");
    let error = Dataset::from_columns([("a", [0.0; 0])]).unwrap_err();
    assert!(matches!(error, Error::Empty { expected: "row", .. }), "{error}");
    let error = Dataset::from_columns(Vec::<(String, Vec<f64>)>::new()).unwrap_err();
    assert!(matches!(error, Error::Empty { expected: "column", .. }), "{error}");
}

#[test]
fn csv_names_may_be_quoted_and_hold_commas_and_quotes() {
    let data = csv("\"latency, ms\",\"say \"\"hi\"\"\", plain \n1,2,3\n");
    assert_eq!(data.names(), ["latency, ms", "say \"hi\"", "plain"]);
    assert_eq!(column(&data, "latency, ms"), [1.0]);
}

#[test]
fn csv_cells_may_be_blank_or_say_that_they_are_missing() {
    let data = csv("a,b\n,1\n NA ,2\nNaN,3\nnan,4\nnull,5\nNULL,6\n7,7\n");
    assert_same(&column(&data, "a"), &[f64::NAN, f64::NAN, f64::NAN, f64::NAN, f64::NAN, f64::NAN, 7.0]);
    assert_eq!(column(&data, "b"), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]);
}

#[test]
fn csv_numbers_may_have_signs_exponents_quotes_and_spaces() {
    let data = csv("a\n1e3\n-2.5E-3\n +4\n\"5.5\"\n.5\n1.\n-0\n1e-320\n");
    assert_eq!(column(&data, "a"), [1e3, -2.5e-3, 4.0, 5.5, 0.5, 1.0, 0.0, 1e-320]);
}

#[test]
fn csv_numbers_are_read_to_the_last_bit() {
    let values = [0.1, 1.0 / 3.0, 2.0_f64.sqrt(), 6.02214076e23, f64::MIN_POSITIVE, f64::MAX];
    let text: String = std::iter::once("x\n".to_owned()).chain(values.map(|value| format!("{value:e}\n"))).collect();
    assert_eq!(column(&csv(&text), "x"), values);
}

#[test]
fn csv_may_have_carriage_returns_a_byte_order_mark_and_no_last_line_end() {
    let plain = csv("a,b\n1,2\n3,4\n");
    assert_eq!(csv("a,b\r\n1,2\r\n3,4\r\n"), plain);
    assert_eq!(csv("\u{feff}a,b\n1,2\n3,4\n"), plain);
    assert_eq!(csv("\u{feff}\"a\",b\r\n1,2\r\n3,4"), plain);
    assert_eq!(csv("\n\na,b\n1,2\n\n3,4\n\n"), plain);
}

#[test]
fn text_in_a_column_that_nobody_needs_is_no_error() {
    let data = csv("x,note\n1,fine\n2,late\n");
    assert_eq!(column(&data, "x"), [1.0, 2.0]);
    assert_eq!(data.row(0).unwrap().get("x"), Some(1.0));
}

#[test]
fn text_in_a_needed_column_is_named_with_its_row_and_line() {
    let data = csv("x,y\n1,2\n\n2,NA\n3,late\n4,5\n");
    for error in [data.column("y").unwrap_err(), data.finite_column("y").unwrap_err()] {
        assert!(
            matches!(&error, Error::TextColumn { column, row: 2, text, .. } if column == "y" && text == "late"),
            "{error}"
        );
        assert!(error.to_string().contains("row 2 holds `late` (CSV input, line 5)"), "{error}");
    }
    assert!(matches!(data.drop_incomplete_rows(["y"]), Err(Error::TextColumn { .. })));
    assert!(matches!(data.fill_with_mean(["y"]), Err(Error::TextColumn { .. })));
}

#[test]
fn text_is_named_with_its_row_after_rows_were_dropped() {
    let data = csv("x,y\n,1\n1,2\n2,oops\n").drop_incomplete_rows(["x"]).unwrap();
    assert_eq!(data.rows(), 2);
    let error = data.column("y").unwrap_err();
    assert!(matches!(error, Error::TextColumn { row: 1, .. }), "{error}");
}

#[test]
fn ragged_csv_rows_are_refused_with_their_line() {
    for text in ["a,b\n1,2\n3\n", "a,b\n1,2\n3,4,5\n"] {
        let error = csv_error(text);
        assert!(matches!(error, Error::Csv { .. }), "{error}");
        assert!(error.to_string().contains("line 3") && error.to_string().contains("CSV input"), "{error}");
    }
}

#[test]
fn csv_without_rows_or_without_anything_is_empty() {
    assert!(matches!(csv_error("a,b\n"), Error::Empty { expected: "row", .. }));
    assert!(matches!(csv_error(""), Error::Empty { expected: "column", .. }));
    assert!(matches!(csv_error("\n\n"), Error::Empty { expected: "column", .. }));
}

#[test]
fn csv_columns_without_a_name_are_left_out_and_repeated_names_are_told_apart() {
    assert_eq!(csv("a,,c,Unnamed: 0\n1,2,3,4\n"), csv("a,c\n1,3\n"));
    assert_eq!(csv("a,b, a\n1,2,3\n"), csv("a (1),b,a (2)\n1,2,3\n"));
    assert!(matches!(csv_error("a,b,a,a (2)\n1,2,3,4\n"), Error::DuplicateColumn { first: 0, second: 2, .. }));
}

#[test]
fn csv_files_are_read_like_readers_and_missing_ones_named() {
    let path = std::env::temp_dir().join(format!("etiology-data-{}.csv", std::process::id()));
    std::fs::write(&path, "a,b\n1,2\n3\n").unwrap();
    let ragged = Dataset::from_csv_path(&path).unwrap_err();
    std::fs::write(&path, "a,b\n1,2\n").unwrap();
    let read = Dataset::from_csv_path(&path);
    std::fs::remove_file(&path).unwrap();
    let missing = Dataset::from_csv_path(&path).unwrap_err();
    assert_eq!(read.unwrap(), csv("a,b\n1,2\n"));
    let path = path.display().to_string();
    assert!(ragged.to_string().contains(&path), "{ragged}");
    assert!(matches!(&missing, Error::Csv { origin, .. } if *origin == path), "{missing}");
}

#[test]
fn a_finite_column_counts_what_is_not() {
    let infinity = f64::INFINITY;
    let data =
        Dataset::from_columns([("a", [1.0, f64::NAN, infinity, 2.0, f64::NAN, -infinity, f64::NAN]), ("b", [0.0; 7])])
            .unwrap();
    assert_eq!(data.finite_column("b").unwrap().to_vec(), [0.0; 7]);
    let error = data.finite_column("a").unwrap_err();
    assert!(matches!(error, Error::NonFiniteColumn { missing: 3, infinite: 2, rows: 7, first_row: 1, .. }), "{error}");
    assert!(error.to_string().contains("`a`"), "{error}");
}

#[test]
fn a_missing_column_is_named_with_those_there_are() {
    let data = csv("a,b\n1,2\n");
    for error in [data.column("c").unwrap_err(), data.drop_incomplete_rows(["a", "c"]).unwrap_err()] {
        assert!(matches!(&error, Error::MissingColumn { column, .. } if column == "c"), "{error}");
        assert!(error.to_string().contains("`a`, `b`"), "{error}");
    }
}

#[test]
fn incomplete_rows_are_dropped_for_the_named_columns_only() {
    let data = csv("a,b,c\n1,,5\n2,3,\n,4,6\n4,inf,7\n5,6,8\n");
    let complete = data.drop_incomplete_rows(["a", "b"]).unwrap();
    assert_eq!(column(&complete, "a"), [2.0, 5.0]);
    assert_eq!(column(&complete, "b"), [3.0, 6.0]);
    assert_same(&column(&complete, "c"), &[f64::NAN, 8.0]);
    assert_eq!(data.rows(), 5);
    assert_eq!(data.drop_incomplete_rows(Vec::<&str>::new()).unwrap().rows(), 5);
}

#[test]
fn dropping_every_row_is_an_error() {
    let error = csv("a,b\n1,\n,2\n").drop_incomplete_rows(["a", "b"]).unwrap_err();
    assert!(matches!(error, Error::Empty { expected: "row", .. }), "{error}");
}

#[test]
fn missing_values_are_filled_with_the_mean_of_the_finite_ones() {
    let data = csv("a,b,c\n1,,\n,2,1\n4,inf,\n,6,2\n");
    let filled = data.fill_with_mean(["a", "b"]).unwrap();
    assert_eq!(column(&filled, "a"), [1.0, 2.5, 4.0, 2.5]);
    assert_eq!(column(&filled, "b"), [4.0, 2.0, f64::INFINITY, 6.0]);
    assert_same(&column(&filled, "c"), &[f64::NAN, 1.0, f64::NAN, 2.0]);
}

#[test]
fn the_mean_of_huge_values_does_not_overflow() {
    let data = Dataset::from_columns([("a", [1.6e308, f64::NAN, 1.6e308])]).unwrap();
    let filled = column(&data.fill_with_mean(["a"]).unwrap(), "a")[1];
    assert!((filled / 1.6e308 - 1.0).abs() < 1e-12, "{filled}");
}

#[test]
fn a_column_without_any_finite_value_cannot_be_filled() {
    let error = csv("a,b\n,1\ninf,2\n").fill_with_mean(["b", "a"]).unwrap_err();
    assert!(matches!(&error, Error::Empty { what, .. } if what.contains("`a`")), "{error}");
}

#[test]
fn rows_are_observations() {
    let data = csv("a,b\n1,\n3,4\n");
    let row = data.row(1).unwrap();
    assert_eq!(row.names(), ["a", "b"]);
    assert_eq!(row.values(), [3.0, 4.0]);
    assert_eq!((row.get("b"), row.get("c")), (Some(4.0), None));
    assert!(data.row(0).unwrap().get("b").unwrap().is_nan());
    let error = data.row(2).unwrap_err();
    assert!(matches!(error, Error::RowOutOfRange { row: 2, rows: 2 }), "{error}");
    let rows: Vec<Observation> = data.observations().collect();
    assert_eq!(data.observations().len(), 2);
    assert_eq!(rows[1], row);
    assert_same(rows[0].values(), &[1.0, f64::NAN]);
}

#[test]
fn observations_are_made_of_names_and_values_or_of_pairs() {
    let observation = Observation::new(["a", "b"], [1.0, 2.0]).unwrap();
    assert_eq!(observation, Observation::from_pairs([("a", 1.0), ("b", 2.0)]).unwrap());
    assert_eq!(observation.get("b"), Some(2.0));
}

#[test]
fn observations_check_their_names_and_lengths() {
    let error = Observation::new(["a", "b"], [1.0]).unwrap_err();
    assert!(matches!(error, Error::LengthMismatch { expected: 2, found: 1, .. }), "{error}");
    let error = Observation::from_pairs([("a", 1.0), ("a", 2.0)]).unwrap_err();
    assert!(matches!(&error, Error::DuplicateColumn { column, .. } if column == "a"), "{error}");
    let error = Observation::from_pairs([("", 1.0)]).unwrap_err();
    assert!(matches!(error, Error::BlankName { position: 0, .. }), "{error}");
    let error = Observation::new(Vec::<String>::new(), Vec::new()).unwrap_err();
    assert!(matches!(error, Error::Empty { .. }), "{error}");
}

fn timed(text: &str, time: &TimeColumn) -> etiology::Result<(Dataset, Option<etiology::data::RowTimes>)> {
    Dataset::from_csv_reader_with_time(text.as_bytes(), time)
}

#[test]
fn a_column_of_times_is_found_by_its_name_or_its_dates_and_taken_out() {
    for (text, name, first) in [
        ("web,Timestamp,db\n1,1706700000,2\n3,,4\n", "Timestamp", "1706700000"),
        ("web,at,db\n1,2026-01-31T12:00:00.123+02:00,2\n3,,4\n", "at", "2026-01-31T12:00:00.123+02:00"),
        ("web,at,db\n1,2026/01/31 12:00,2\n3,2026/02/01 12:00,4\n", "at", "2026/01/31 12:00"),
    ] {
        let (data, times) = timed(text, &TimeColumn::Detect).unwrap();
        assert_eq!(data.names(), ["web", "db"]);
        assert_eq!((column(&data, "web"), column(&data, "db")), (vec![1.0, 3.0], vec![2.0, 4.0]));
        let times = times.unwrap();
        assert_eq!((times.name.as_str(), times.values[0].as_str(), times.values.len()), (name, first, 2));
    }
}

#[test]
fn a_named_column_of_times_goes_before_a_detected_one_and_must_be_there() {
    let text = "time,noted,web\n1,yesterday,2\n";
    let (data, times) = timed(text, &TimeColumn::Named("noted".to_owned())).unwrap();
    assert_eq!(
        (data.names(), times.unwrap().values),
        (["time".to_owned(), "web".to_owned()].as_slice(), vec!["yesterday".to_owned()])
    );
    let missing = timed(text, &TimeColumn::Named("when".to_owned()));
    assert!(matches!(missing, Err(Error::MissingColumn { column, .. }) if column == "when"));
}

#[test]
fn without_times_the_table_is_whole_and_with_times_alone_there_is_none() {
    let (data, times) = timed("web,db\n1,abc\n,2026-01-31\n", &TimeColumn::Detect).unwrap();
    assert_eq!((data.names().len(), times), (2, None));
    assert!(matches!(data.column("db"), Err(Error::TextColumn { row: 0, .. })));
    // Text cells behind the column of times keep their place.
    let (data, _) = timed("time,web,note\n1,2,abc\n", &TimeColumn::Detect).unwrap();
    assert!(matches!(data.column("note"), Err(Error::TextColumn { text, .. }) if text == "abc"));
    assert_eq!(column(&data, "web"), [2.0]);
    assert!(matches!(timed("time\n1\n", &TimeColumn::Detect), Err(Error::Empty { .. })));
    assert!(matches!(timed("time,web\n", &TimeColumn::Detect), Err(Error::Empty { .. })));
    assert!(matches!(timed("", &TimeColumn::Detect), Err(Error::Empty { .. })));
}

#[test]
fn columns_of_text_are_categories_with_levels_and_events_have_them_by_name() {
    let text = "region,paid,amount\nEU,cash,10\nUS,card,20\n,cash,30\nEU,cash,x\n";
    let data = Dataset::from_csv_reader(text.as_bytes()).unwrap();
    assert_eq!(data.levels("region").unwrap().names(), ["EU", "US"]);
    assert_eq!(data.levels("paid").unwrap().names(), ["card", "cash"]);
    // One word among numbers makes no category, unless that is asked for.
    assert!(data.levels("amount").is_none());
    assert_eq!(data.with_categories(["amount"]).unwrap().levels("amount").unwrap().names(), ["10", "20", "30", "x"]);
    // What was read is what is written, and an event has its level by name.
    assert_eq!(data.to_csv(), text);
    let event = data.row(1).unwrap();
    assert_eq!((event.text("region"), event.text("amount"), event.get("amount")), (Some("US"), None, Some(20.0)));
    assert_eq!(event.with_text("region", "AP").unwrap().text("region"), Some("AP"));
    assert!(event.with_text(" ", "AP").is_err());
    let added = Dataset::from_columns([("x", [1.0, 2.0])]).unwrap().with_text_column("vendor", ["A", " "]).unwrap();
    assert_eq!(added.to_csv(), "x,vendor\n1,A\n2,\n");
    assert!(added.with_text_column("vendor", ["A", "B"]).is_err() && added.with_text_column("y", ["A"]).is_err());
}
