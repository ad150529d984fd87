//! Tables as programs write them: whatever the delimiter, the decimal sign and the words, the values are the same.

use std::io::Write;

use etiology::data::TimeColumn;
use etiology::tables::{CsvFormat, Encoding, LeftOut, Table};
use etiology::{CausalGraph, Dataset, Error};
use flate2::Compression;
use flate2::write::GzEncoder;

fn read(text: &str) -> Table {
    CsvFormat::default().read(text.as_bytes()).unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

fn error(text: &str) -> String {
    CsvFormat::default()
        .read(text.as_bytes())
        .map_or_else(|error| error.to_string(), |table| panic!("{text:?}: {table:?}"))
}

fn column(table: &Table, name: &str) -> Vec<f64> {
    table.data.column(name).unwrap_or_else(|error| panic!("{error}")).to_vec()
}

/// Equal, with NaN equal to NaN.
fn same(found: &[f64], expected: &[f64]) -> bool {
    found.len() == expected.len() && found.iter().zip(expected).all(|(a, b)| a == b || (a.is_nan() && b.is_nan()))
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// The same two columns of three rows: `db` 0.0107, 1234.5, missing; `web` 0.25, 2, 1.5.
const PROGRAMS: [(&str, &str); 20] = [
    ("pandas", ",db,web\n0,0.0107,0.25\n1,1234.5,2.0\n2,,1.5\n"),
    ("pandas read and written again", "Unnamed: 0,db,web\n0,0.0107,0.25\n1,1234.5,2.0\n2,,1.5\n"),
    ("pandas, NA of its own", "db,web\n0.0107,0.25\n1234.5,2.0\n<NA>,1.5\n"),
    ("R, write.csv", "\"\",\"db\",\"web\"\n\"1\",0.0107,0.25\n\"2\",1234.5,2\n\"3\",NA,1.5\n"),
    ("R, write.csv2", "\"\";\"db\";\"web\"\n\"1\";0,0107;0,25\n\"2\";1234,5;2\n\"3\";NA;1,5\n"),
    ("Excel, German", "db;web\r\n0,0107;0,25\r\n1.234,5;2\r\n#NV;1,5\r\n;\r\n;\r\n"),
    ("Excel, French", "db;web\r\n0,0107;0,25\r\n1\u{202f}234,5;2,00\r\n#N/A;1,5\r\n"),
    ("Excel, for Excel", "sep=;\r\ndb;web\r\n0,0107;0,25\r\n1234,5;2\r\n;1,5\r\n"),
    ("Excel, American", "db,web\r\n0.0107,0.25\r\n\"1,234.5\",2\r\n#DIV/0!,1.5\r\n"),
    ("Excel, tabs", "db\tweb\r\n0,0107\t0,25\r\n1234,5\t2\r\n\t1,5\r\n"),
    ("Swiss", "db;web\n0.0107;0.25\n1’234.5;2\n-;1.5\n"),
    ("LibreOffice, German, commas", "db,web\n\"0,0107\",\"0,25\"\n\"1234,5\",2\n,\"1,5\"\n"),
    ("Google Sheets, with trailing rows", "db,web\n0.0107,0.25\n\"1,234.5\",2\n,1.5\n,\n,\n"),
    ("PostgreSQL, COPY", "db\tweb\n0.0107\t0.25\n1234.5\t2\n\\N\t1.5\n"),
    ("PostgreSQL, CSV", "db|web\n0.0107|0.25\n1234.5|2\n|1.5\n"),
    (
        "Grafana",
        "\"Time\",\"db\",\"web\"\n\"2026-01-31 12:00:00\",0.0107,0.25\n\"2026-01-31 12:01:00\",1234.5,2\n\"2026-01-31 12:02:00\",undefined,1.5\n",
    ),
    (
        "Splunk",
        "\"_time\",db,\"__mv_db\",web\n\"2026-01-31T12:00:00.000+0000\",\"0.0107\",,\"0.25\"\n1,\"1234.5\",,2\n2,,,\"1.5\"\n",
    ),
    ("MySQL", "db,web\n0.0107,0.25\n1234.5,2\nNULL,1.5\n"),
    ("a program that ends lines with commas", "db,web,\n0.0107,0.25,\n1234.5,2,\n,1.5,\n"),
    ("one that does so in rows alone", "db,web\n0.0107,0.25,\n1234.5,2,,\nnan,1.5,\n"),
];

#[test]
fn the_same_table_is_read_whoever_wrote_it() {
    for (program, text) in PROGRAMS {
        let utf16 = |to_bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(to_bytes).collect()
        };
        let files = [
            text.as_bytes().to_vec(),
            format!("\u{feff}{text}").into_bytes(),
            format!("\r\n\n{}", text.replace('\n', "\n\n")).into_bytes(),
            utf16(u16::to_le_bytes),
            utf16(u16::to_be_bytes),
            packed(text.as_bytes()),
            packed(&utf16(u16::to_le_bytes)),
        ];
        // A line that names the delimiter is the first.
        let files = files.iter().enumerate().filter(|(file, _)| *file != 2 || !text.starts_with("sep"));
        for (file, bytes) in files {
            let table =
                CsvFormat::default().read(bytes.as_slice()).unwrap_or_else(|error| panic!("{program}: {error}"));
            assert!(same(&column(&table, "db"), &[0.0107, 1234.5, f64::NAN]), "{program}, {file}: {:?}", table.data);
            assert_eq!(column(&table, "web"), [0.25, 2.0, 1.5], "{program}, {file}");
            assert!(!table.data.names().iter().any(|name| name.is_empty() || name.starts_with("Unnamed")), "{program}");
        }
    }
}

#[test]
fn windows_1252_is_read_where_bytes_are_no_utf_8() {
    let table = CsvFormat::default()
        .read(&b"Verz\xf6gerung (\xb5s);Preis\r\n1\xa0234,5;12,5 \x80\r\n7;3 \x80\r\n"[..])
        .unwrap();
    assert_eq!(table.report.encoding, Encoding::Windows1252);
    assert_eq!(column(&table, "Verzögerung"), [0.0012345, 0.000007]);
    assert_eq!(column(&table, "Preis"), [12.5, 3.0]);
    assert_eq!(table.report.column("Preis").unwrap().unit.as_ref().unwrap().unit, "€");
}

#[test]
fn units_are_converted_to_one_and_noted() {
    for (cells, expected, unit) in [
        (["20.4 ms", "1.2 s", "350µs"], [0.0204, 1.2, 0.00035], "s"),
        (["20.4ms", "0", "1m30s"], [0.0204, 0.0, 90.0], "s"),
        (["1.5 KiB", "2 MB", "512 B"], [1536.0, 2e6, 512.0], "B"),
        (["1.20 K", "950", "2 Mil"], [1200.0, 950.0, 2e6], "1"),
        (["12 %", "7.5%", "N/A"], [12.0, 7.5, f64::NAN], "%"),
        (["$1,234.50", "$7", "$0.5"], [1234.5, 7.0, 0.5], "$"),
        (["3 req/s", "0 req/s", "4.5 req/s"], [3.0, 0.0, 4.5], "req/s"),
        (["2.5 MB/s", "10 kB/s", "0 B/s"], [2.5e6, 1e4, 0.0], "B/s"),
    ] {
        let text = format!("x\n{}\n", cells.map(|cell| format!("\"{cell}\"")).join("\n"));
        let table = read(&text);
        assert!(same(&column(&table, "x"), &expected), "{cells:?}: {:?}", table.data);
        assert_eq!(table.report.column("x").unwrap().unit.as_ref().map(|unit| unit.unit.as_str()), Some(unit));
        assert!(!table.report.is_clean() && table.report.to_string().contains("`x` is "), "{}", table.report);
    }
}

#[test]
fn a_header_may_hold_a_unit_unless_it_is_a_name_that_is_needed() {
    let text = "latency [ms],size (KiB),latency_ms,room (west)\n20.4,2,20.4,1\n7,1,7,2\n";
    let table = read(text);
    assert_eq!(table.data.names(), ["latency", "size", "latency_ms", "room (west)"]);
    assert_eq!((column(&table, "latency"), column(&table, "size")), (vec![0.0204, 0.007], vec![2048.0, 1024.0]));
    assert_eq!(column(&table, "latency_ms"), [20.4, 7.0]);
    let as_it_stands = CsvFormat::default().with_needed(["latency [ms]"]).read(text.as_bytes()).unwrap();
    assert_eq!(column(&as_it_stands, "latency [ms]"), [20.4, 7.0]);
    // Two columns do not become one.
    assert_eq!(read("x [ms],x [s]\n1,2\n").data.names(), ["x [ms]", "x [s]"]);
    // A unit in a cell goes before that of the header, which bare numbers have.
    assert_eq!(column(&read("x [ms]\n20\n1.5 s\n"), "x"), [0.02, 1.5]);
}

#[test]
fn what_cannot_be_brought_to_one_unit_is_an_error_that_names_the_cell() {
    for (text, fragments) in [
        ("x\n20 ms\n\n35\n", ["line 4", "`35`", "has no unit"]),
        ("x\n20 ms\n3 MB\n", ["`MB`", "`ms`", "cannot be converted"]),
        ("x\n3 €\n3 $\n", ["`$`", "`€`", "cannot be converted"]),
        ("x\nTrue\n2\n", ["line 2", "`True`", "no number"]),
        ("x;y\n1,5;1\n2.5;1\n", ["`1,5`", "decimal commas", "name the decimal sign"]),
        ("x|y\n1,234|1\n2.345|1\n", ["`1,234`", "`2.345`", "name the decimal sign"]),
        ("x,y\n1,1\n2,1\nlate,2\n", ["line 4", "`late`", "`x`"]),
    ] {
        let message = read(text).data.column("x").unwrap_err().to_string();
        assert!(fragments.iter().all(|fragment| message.contains(fragment)), "{text:?}: {message}");
    }
}

#[test]
fn an_ambiguous_number_follows_the_other_cells_then_other_columns_then_the_delimiter() {
    for (text, expected) in [
        ("x;y\n1,234;1\n0,5;1\n", 1.234),
        ("x;y\n1,234;1\n1.234,5;1\n", 1.234),
        ("x;y\n1,234;0.5\n", 1234.0),
        ("x;y\n1,234;0,5\n", 1.234),
        ("x;y\n1.234;0,5\n", 1234.0),
        ("x;y\n1.234;0.5\n", 1.234),
        ("x,y\n\"1,234\",1\n", 1234.0),
        ("x\ty\n1,234\t1\n", 1234.0),
        ("x;y\n1,234;1\n", 1.234),
        ("x;y\n1.234;1\n", 1.234),
        // Versions are numbers with points, text is not.
        ("x;y\n1,234;2026.01.31\n", 1.234),
    ] {
        let table = read(text);
        assert_eq!(column(&table, "x")[0], expected, "{text:?}");
    }
    let noted = read("x;y\n1,234;1\n2,500;1\n").report;
    assert!(noted.to_string().contains("`1,234` and 1 cell more in `x` may mean two things"), "{noted}");
    assert!(read("x,y\n1.234,2\n950,2\n").report.is_clean());
    // In a country of semicolons this may be a thousand.
    let noted = read("x;y\n1.234;1\n950;1\n").report;
    assert!(
        noted.to_string().contains("`1.234` in `x` may mean two things: the decimal sign was taken to be the point"),
        "{noted}"
    );
    // By name there is nothing to find out.
    let named = |decimal| CsvFormat::default().with_decimal(decimal).read("x;y\n1,234;1\n".as_bytes()).unwrap();
    assert_eq!((column(&named('.'), "x"), column(&named(','), "x")), (vec![1234.0], vec![1.234]));
    let refused = CsvFormat::default().with_decimal(',').read("x;y\n0.5;1\n".as_bytes()).unwrap();
    assert!(refused.data.column("x").is_err());
}

#[test]
fn an_event_is_read_like_the_normal_data() {
    let normal = read("x|y\n1,25|2\n1,5|2\n").report;
    let like = |text: &str| CsvFormat::default().like(&normal).read(text.as_bytes());
    assert_eq!(column(&like("x|y\n1,234|1.234\n").unwrap(), "x"), [1.234]);
    assert_eq!(column(&like("x|y\n1.234|7\n").unwrap(), "x"), [1234.0]);
    // What its own cells say goes before.
    assert_eq!(column(&like("x|y\n1.5|1.234\n").unwrap(), "y"), [1.234]);
    let message = like("x|y\n310 ms|2\n").unwrap_err().to_string();
    assert!(["`x`", "unit s", "no unit"].iter().all(|fragment| message.contains(fragment)), "{message}");
    let in_ms = read("x\n20 ms\n30 ms\n").report;
    let in_seconds = CsvFormat::default().like(&in_ms).read("x [s]\n1.5\n".as_bytes()).unwrap();
    assert_eq!(column(&in_seconds, "x"), [1.5]);
}

#[test]
fn truth_values_and_missing_words_are_read() {
    let table = read("up,down,x\nTrue,f,1\nFALSE,t,None\nn/a,f,#N/A\nWAHR,f,--\n1,t,(null)\n");
    assert!(same(&column(&table, "up"), &[1.0, 0.0, f64::NAN, 1.0, 1.0]));
    assert_eq!(column(&table, "down"), [0.0, 1.0, 0.0, 0.0, 1.0]);
    assert_eq!(column(&table, "x").iter().filter(|value| value.is_nan()).count(), 4);
    let words = &table.report.column("x").unwrap().missing_words;
    assert_eq!(words.keys().map(String::as_str).collect::<Vec<_>>(), ["#N/A", "(null)", "--", "None"]);
}

#[test]
fn rows_without_anything_are_none_wherever_they_stand() {
    let table = read(",,\n\"\",\"\",\"\"\n,a,b\n,,\n0,1,2\n1,,\n , \t,\n2,3,\n,,\n");
    assert_eq!((table.data.rows(), table.report.blank_rows), (2, 4));
    assert!(same(&column(&table, "b"), &[2.0, f64::NAN]));
    assert_eq!(table.data.place_of_row(1).as_deref(), Some("CSV input, line 8"));
    assert_eq!(table.report.left_out[0].reason, LeftOut::Unnamed);
    assert!(matches!(Dataset::from_csv_reader("a,b\n,\n,\n".as_bytes()), Err(Error::Empty { .. })));
}

#[test]
fn cells_may_hold_delimiters_quotes_and_line_ends() {
    let table = read("\"a\r\nb\";\"c;\"\"d\"\"\";note\r\n1,5;2;\"late,\n\nvery\"\r\n3;4;\"x;y\"\r\n");
    assert_eq!(table.data.names(), ["a\r\nb", "c;\"d\"", "note"]);
    assert_eq!(column(&table, "a\r\nb"), [1.5, 3.0]);
    assert_eq!(table.data.place_of_row(1).as_deref(), Some("CSV input, line 6"));
}

#[test]
fn uneven_rows_open_quotes_and_what_is_no_table_are_told_with_what_helps() {
    for (text, fragments) in [
        ("a,b\n1,2\n0,5,0,7\n", ["line 3", "4 cells", "decimal commas"]),
        ("a;b\n1;2\n3\n", ["line 3", "1 cell", "';'"]),
        ("a,b\n1,2,3\n", ["line 2", "3 cells", "name"]),
        ("a,b\n1,\"2\n3,4\n", ["line 2", "quote", "never closed"]),
        ("{\"resourceSpans\": []}\n", ["JSON", "not", "CSV"]),
        ("PK\u{3}\u{4}..\0..", ["workbook", "save", "CSV"]),
        ("PAR1..\0..", ["Parquet", if cfg!(feature = "parquet") { "cannot be read" } else { "not" }, "CSV"]),
        ("\n<!DOCTYPE html><p>", ["HTML", "login", "CSV"]),
        ("a\n1\0\n", ["line 2", "no text", "zero"]),
    ] {
        let message = error(text);
        assert!(fragments.iter().all(|fragment| message.contains(fragment)), "{text:?}: {message}");
    }
    // Letters alone are those of a name.
    assert_eq!(read("PAR1,BZh9\n1,2\n").data.names(), ["PAR1", "BZh9"]);
    let small = CsvFormat::default().with_most_bytes(10).read("a,b\n1,2\n3,4\n".as_bytes()).unwrap_err().to_string();
    assert!(small.contains("more than 10 bytes"), "{small}");
    let mut cut = packed(PROGRAMS[0].1.as_bytes());
    cut.truncate(cut.len() - 4);
    assert!(Dataset::from_csv_reader(cut.as_slice()).unwrap_err().to_string().contains("gzip"));
}

#[test]
fn a_format_may_be_named_and_must_be_one() {
    let named = CsvFormat::default().with_delimiter(' ').with_time(TimeColumn::Named("at".to_owned()));
    let table = named.read("at a b\nnoon 1.5 2\n".as_bytes()).unwrap();
    assert_eq!((column(&table, "a"), table.times.unwrap().values), (vec![1.5], vec!["noon".to_owned()]));
    for (delimiter, decimal) in [('é', '.'), ('"', '.'), ('5', '.'), ('\n', '.'), (';', ';')] {
        let format = CsvFormat::default().with_delimiter(delimiter).with_decimal(decimal);
        assert!(matches!(format.read("a\n1\n".as_bytes()), Err(Error::InvalidParameter { .. })), "{format:?}");
    }
}

#[test]
fn columns_of_one_name_are_told_apart_by_their_order_and_an_error_where_nobody_knows_which_is_meant() {
    let text =
        "\"Time\",\"web\",\"Value\",\"Value\"\n2026-01-31 12:00:00,1,20 ms,3 ms\n2026-01-31 12:00:15,2,30 ms,4 ms\n";
    let format = CsvFormat::default().with_time(TimeColumn::Detect);
    let needed = |name: &str| format.clone().with_needed([name]).read(text.as_bytes());
    for table in [format.read(text.as_bytes()).unwrap(), needed("Value (2)").unwrap()] {
        assert_eq!(table.data.names(), ["web", "Value (1)", "Value (2)"]);
        assert_eq!(column(&table, "Value (2)"), [0.003, 0.004]);
        assert_eq!((table.report.repeated_names.len(), &table.report.repeated_names[0].positions), (1, &vec![2, 3]));
        let said = table.report.to_string();
        assert!(said.contains("columns 3, 4 of the file are all called `Value`, told apart by their order"), "{said}");
    }
    // Where they are of no use, they are none.
    let table = needed("web").unwrap();
    assert_eq!((table.data.names().len(), table.report.left_out.len()), (1, 2));
    let error = needed("Value").unwrap_err().to_string();
    for part in ["columns 3, 4", "`Value`", "*Legend*", "calling them `Value (1)` to `Value (2)`"] {
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn none_is_a_name_among_names_and_missing_elsewhere() {
    let names = read("error,ms\nnone,1\ntimeout,2\nNone,3\nnone,4\nNA,5\n");
    let level = |table: &Table, row: usize| table.data.row(row).unwrap().text("error").map(str::to_owned);
    let levels: Vec<_> = (0..5).map(|row| level(&names, row)).collect();
    let expected = [Some("none"), Some("timeout"), None, Some("none"), None].map(|name| name.map(str::to_owned));
    assert_eq!(levels, expected);
    assert_eq!((names.report.columns[0].none_values, names.report.columns[0].missing_words.len()), (2, 2));
    assert!(names.report.to_string().contains("`none` is a name and not missing in `error`"), "{}", names.report);
    // An event, whose other cells say nothing, is as the normal data is.
    let event = "error,ms\nnone,9\n";
    let like = CsvFormat::default().like(&names.report).read(event.as_bytes()).unwrap();
    assert_eq!(level(&like, 0).as_deref(), Some("none"));
    assert!(column(&read(event), "error")[0].is_nan());
    // Numbers that are names have to be named.
    let codes = "error,ms\nnone,1\n503,2\n500,3\n";
    assert!(same(&column(&read(codes), "error"), &[f64::NAN, 503.0, 500.0]));
    let named = CsvFormat::default().with_categories(["error"]).read(codes.as_bytes()).unwrap();
    assert_eq!(named.data.with_categories(["error"]).unwrap().levels("error").unwrap().names(), ["500", "503", "none"]);
    assert!(column(&read("ms\nnone\n2\n"), "ms")[0].is_nan());
}

#[test]
fn lists_of_edges_are_written_by_the_same_programs() {
    for text in [
        "caller;callee\r\nweb;api\r\n;\r\napi;db\r\n",
        ",caller,callee\n0,web,api\n1,api,db\n",
        "sep=|\ncaller|callee|\nweb|api|\napi|db|\n",
    ] {
        let graph = CausalGraph::from_call_graph_csv_reader(text.as_bytes()).unwrap();
        assert_eq!(graph.topological_order(), ["db", "api", "web"], "{text:?}");
    }
    let utf16: Vec<u8> = "\u{feff}cause\teffect\r\nb\ta\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(CausalGraph::from_edges_csv_reader(utf16.as_slice()).unwrap().topological_order(), ["b", "a"]);
}

#[test]
fn a_report_says_in_json_what_was_converted_and_no_more() {
    let report = read("a;b [ms]\n1,5;20\n2;N/A\n").report;
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["delimiter"], ";");
    assert_eq!(json["decimal_comma"], true);
    assert_eq!(json["columns"][0], serde_json::json!({ "name": "a", "decimal_commas": 1 }));
    assert_eq!(
        json["columns"][1],
        serde_json::json!({ "name": "b", "unit": { "unit": "s", "header": "ms" }, "missing_words": { "N/A": 1 } })
    );
    assert_eq!(serde_json::to_value(read("a\n1\n").report).unwrap()["columns"], serde_json::json!([]));
    assert_eq!(read("a,b\n1,\n,2.5\n").report.to_string(), "2 rows of 2 columns");
}

#[test]
fn a_row_for_each_series_and_time_becomes_a_column_for_each_series() {
    let long = "Series;Time;Value\nweb;2026-01-31 12:00:00;20.4 ms\ndb;2026-01-31 12:00:00;10 ms\nweb;2026-01-31 12:00:15;30 ms\n\
                db;2026-01-31 12:00:30;12 ms\nweb;2026-01-31 12:00:30;\n";
    let format = CsvFormat::default().with_time(TimeColumn::Detect).with_needed(["web", "db"]);
    let table = format.read(long.as_bytes()).unwrap();
    let column = |name: &str| table.data.column(name).unwrap().to_vec();
    assert_eq!(table.data.names(), ["web", "db"]);
    assert_eq!((column("web")[..2].to_vec(), column("web")[2].is_nan()), (vec![0.0204, 0.03], true));
    assert_eq!((column("db")[0], column("db")[1].is_nan(), column("db")[2]), (0.01, true, 0.012));
    assert_eq!(table.times.unwrap().values[2], "2026-01-31 12:00:30");
    assert!(table.report.long_form && table.report.to_string().contains("a column for each series"));
    let twice = "metric,time,value\na,1,2\na,1,3\n";
    let error = format.read(twice.as_bytes()).unwrap_err().to_string();
    assert!(error.contains("line 3") && error.contains("`a`"), "{error}");
    // A node of that name is a column as it stands.
    let plain = CsvFormat::default().with_needed(["value"]).read(twice.as_bytes()).unwrap();
    assert_eq!(plain.data.column("value").unwrap().to_vec(), [2.0, 3.0]);
}
