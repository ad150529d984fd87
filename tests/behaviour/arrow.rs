//! Batches of Arrow and files of Parquet as tables.

use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BooleanArray, Decimal128Array, DictionaryArray, Float32Array, Float64Array, Int64Array, ListArray,
    RecordBatch, StringArray, TimestampMillisecondArray,
};
use etiology::Dataset;
use etiology::data::TimeColumn;
use etiology::tables::CsvFormat;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, GzipLevel, ZstdLevel};
use parquet::file::properties::WriterProperties;

/// Every type that people have in columns, and a list, which is no column of a table.
fn orders() -> RecordBatch {
    let times = [Some(1_769_860_800_000), Some(1_769_860_860_000), None];
    let region: DictionaryArray<Int32Type> = [Some("EU"), None, Some("US")].into_iter().collect();
    let lists = vec![Some(vec![Some(1)]), None, Some(vec![Some(2), None])];
    let columns: [(&str, ArrayRef); 9] = [
        ("time", Arc::new(TimestampMillisecondArray::from(times.to_vec()))),
        ("quantity", Arc::new(Int64Array::from(vec![Some(120), None, Some(-3)]))),
        (
            "price",
            Arc::new(
                Decimal128Array::from(vec![Some(4_990), Some(5_001), None]).with_precision_and_scale(10, 2).unwrap(),
            ),
        ),
        ("rate", Arc::new(Float32Array::from(vec![0.25, 0.5, f32::INFINITY]))),
        ("paid", Arc::new(Float64Array::from(vec![Some(0.1 + 0.2), Some(-0.0), None]))),
        ("late", Arc::new(BooleanArray::from(vec![Some(true), None, Some(false)]))),
        ("region", Arc::new(region)),
        ("code", Arc::new(StringArray::from(vec!["007", "12", "007"]))),
        ("parts", Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>(lists))),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true))).unwrap()
}

fn written(batch: &RecordBatch, compression: Compression) -> Vec<u8> {
    let mut bytes = Vec::new();
    let properties = WriterProperties::builder().set_compression(compression).build();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
    bytes
}

fn assert_orders(data: &Dataset) {
    let column = |name: &str| data.column(name).unwrap().to_vec();
    let same = |found: Vec<f64>, expected: [f64; 3]| {
        let bits =
            |values: &[f64]| values.iter().map(|value| value.to_bits() | u64::from(value.is_nan())).collect::<Vec<_>>();
        assert_eq!(bits(&found), bits(&expected));
    };
    same(column("quantity"), [120.0, f64::NAN, -3.0]);
    same(column("price"), [49.9, 50.01, f64::NAN]);
    same(column("rate"), [0.25, 0.5, f64::INFINITY]);
    same(column("paid"), [0.1 + 0.2, -0.0, f64::NAN]);
    same(column("late"), [1.0, f64::NAN, 0.0]);
    assert_eq!(data.levels("region").unwrap().names(), ["EU", "US"]);
    // Text is no number, though it looks like one.
    assert_eq!(data.levels("code").unwrap().names(), ["007", "12"]);
    assert!(data.column("parts").unwrap_err().to_string().contains("List"));
}

#[test]
fn batches_are_tables() {
    let batch = orders();
    assert_orders(&Dataset::from_record_batches(std::slice::from_ref(&batch)).unwrap());
    let twice = Dataset::from_record_batches(&[batch.slice(0, 2), batch.slice(2, 1)]).unwrap();
    assert_orders(&twice);
    let other = batch.project(&[1]).unwrap();
    let message = Dataset::from_record_batches(&[batch.clone(), other]).unwrap_err().to_string();
    assert!(message.contains("different columns"), "{message}");
    assert!(Dataset::from_record_batches(&[]).unwrap_err().to_string().contains("at least one batch"));
    assert!(Dataset::from_record_batches(&[batch.slice(0, 0)]).unwrap_err().to_string().contains("row"));
}

#[test]
fn tables_are_batches() {
    let text = "a,region,b [ms]\n0.1,EU,\n,,5e-324\n-0,7,1e300\n";
    let data = Dataset::from_csv_reader(text.as_bytes()).unwrap().with_categories(["region"]).unwrap();
    let batch = data.to_record_batch().unwrap();
    assert_eq!((batch.num_rows(), batch.column(0).null_count(), batch.column(1).null_count()), (3, 1, 1));
    assert_eq!(Dataset::from_record_batches(&[batch]).unwrap().to_csv(), data.to_csv());
}

#[test]
fn files_of_parquet_are_tables_however_they_are_packed() {
    let batch = orders();
    for compression in [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::GZIP(GzipLevel::default()),
        Compression::LZ4_RAW,
        Compression::ZSTD(ZstdLevel::default()),
    ] {
        let table = CsvFormat::default().with_time(TimeColumn::Detect).read(&written(&batch, compression)[..]).unwrap();
        assert_orders(&table.data);
        assert_eq!(table.report.rows, 3);
        let times = table.times.unwrap();
        assert!(times.values[0].starts_with("2026-01-31T12:00:00"), "{times:?}");
    }
    let path = std::env::temp_dir().join(format!("etiology-orders-{}.parquet", std::process::id()));
    std::fs::write(&path, written(&batch, Compression::SNAPPY)).unwrap();
    assert_orders(&Dataset::from_csv_path(&path).unwrap());
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn a_damaged_file_of_parquet_says_so() {
    let whole = written(&orders(), Compression::SNAPPY);
    let refused = |bytes: &[u8]| CsvFormat::default().read(bytes).unwrap_err().to_string();
    for bytes in [&whole[..60], &whole[..whole.len() / 2], &whole[..whole.len() - 1]] {
        let message = refused(bytes);
        assert!(message.contains("Parquet file cannot be read"), "{message}");
    }
    let message = CsvFormat::default().with_most_bytes(100).read(&whole[..]).unwrap_err().to_string();
    assert!(message.contains("more than 100 bytes"), "{message}");
}
