//! Invoices unlike each other, as due and as paid, into a file of Parquet.

use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray};
use etiology::files::UnfinishedFile;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

use super::faults::{any, rounded_price, with_fault, with_ordinary_deviations};
use super::source::{BUILT_IN, BUILT_IN_AMOUNT, COUNTRY, ID, VENDOR, due_column, paid_column};
use super::vendors::{Vendor, vendors};
use crate::invoice::{NODES, Reason, Terms, cents};

/// Invoices of one random stream: whoever makes them, they are the same.
const CHUNK: u64 = 8192;
/// Chunks that are made at once.
const AT_ONCE: u64 = 16;

/// One invoice with what became of it.
struct Invoice<'v> {
    vendor: &'v Vendor,
    due: Terms,
    paid: Terms,
    /// The fault that makes the most by itself, and how much that is.
    built_in: Option<(Reason, f64)>,
    /// The figure that the payer does not tell, by its place in [`NODES`].
    untold: Option<usize>,
}

/// Writes so many invoices.
pub(super) fn write(path: &Path, count: u64, seed: u64) -> Result<(), String> {
    let failed = |error: &dyn std::error::Error| format!("`{}` cannot be written: {error}", path.display());
    let vendors = vendors(seed);
    let mut file = Some(UnfinishedFile::create(path).map_err(|error| error.to_string())?);
    let mut writer: Option<ArrowWriter<UnfinishedFile>> = None;
    let chunks = count.div_ceil(CHUNK);
    for first in (0..chunks).step_by(AT_ONCE as usize) {
        let made: Result<Vec<RecordBatch>, _> = (first..(first + AT_ONCE).min(chunks))
            .into_par_iter()
            .map(|chunk| batch(&vendors, seed, chunk, (count - chunk * CHUNK).min(CHUNK)))
            .collect();
        for batch in made.map_err(|error| failed(&error))? {
            if let Some(file) = file.take() {
                let properties = WriterProperties::builder()
                    .set_compression(Compression::SNAPPY)
                    .set_max_row_group_row_count(Some(1 << 17))
                    .build();
                let made = ArrowWriter::try_new(file, batch.schema(), Some(properties));
                writer = Some(made.map_err(|error| failed(&error))?);
            }
            let Some(writer) = &mut writer else { continue };
            writer.write(&batch).map_err(|error| failed(&error))?;
        }
    }
    let written = writer.map(|writer| writer.into_inner().map_err(|error| failed(&error))).transpose()?;
    // Without an invoice the file is empty.
    written.or(file).map_or(Ok(()), |file| file.finish().map_err(|error| error.to_string()))
}

fn batch(vendors: &[Vendor], seed: u64, chunk: u64, count: u64) -> Result<RecordBatch, arrow_schema::ArrowError> {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    generator.set_stream(1 + chunk);
    let invoices: Vec<Invoice<'_>> = (0..count).map(|_| invoice(vendors, &mut generator)).collect();
    let text = |of: &dyn Fn(usize, &Invoice<'_>) -> Option<String>| -> ArrayRef {
        Arc::new(invoices.iter().enumerate().map(|(row, invoice)| of(row, invoice)).collect::<StringArray>())
    };
    let numbers = |of: &dyn Fn(&Invoice<'_>) -> Option<f64>| -> ArrayRef {
        Arc::new(invoices.iter().map(of).collect::<Float64Array>())
    };
    let id = |row: usize, _: &Invoice<'_>| Some(format!("{:09}", chunk * CHUNK + row as u64 + 1));
    let mut columns = vec![
        (ID.to_owned(), text(&id), false),
        (VENDOR.to_owned(), text(&|_, invoice| Some(invoice.vendor.name.clone())), false),
        (COUNTRY.to_owned(), text(&|_, invoice| Some(invoice.vendor.country.to_owned())), false),
    ];
    for (place, node) in NODES.into_iter().enumerate() {
        columns.push((due_column(node), numbers(&|invoice| Some(invoice.due.figures()[place])), false));
        let paid = |invoice: &Invoice<'_>| (invoice.untold != Some(place)).then(|| invoice.paid.figures()[place]);
        columns.push((paid_column(node), numbers(&paid), true));
    }
    let built_in = |_: usize, invoice: &Invoice<'_>| invoice.built_in.map(|(reason, _)| reason.node().to_owned());
    columns.push((BUILT_IN.to_owned(), text(&built_in), true));
    columns.push((BUILT_IN_AMOUNT.to_owned(), numbers(&|invoice| invoice.built_in.map(|(_, amount)| amount)), true));
    RecordBatch::try_from_iter_with_nullable(columns)
}

fn invoice<'v>(vendors: &'v [Vendor], generator: &mut ChaCha8Rng) -> Invoice<'v> {
    let rank: f64 = generator.random_range(0.0..1.0);
    let vendor = &vendors[(rank * rank * vendors.len() as f64) as usize];
    let mut spread = |by: f64| -> f64 {
        let normal: f64 = StandardNormal.sample(generator);
        (by * normal).exp()
    };
    let units = (vendor.usual_units * spread(0.9)).round().clamp(1.0, 1e6);
    let price = rounded_price(vendor.usual_price * spread(0.6));
    let large_order = if units > 2.0 * vendor.usual_units { 0.01 } else { 0.0 };
    let [standard, reduced] = vendor.tax_rates;
    let terms = Terms {
        units,
        price,
        discount_rate: vendor.discount_rate + large_order,
        tax_rate: if vendor.is_reduced { reduced } else { standard },
        returns: 0.0,
        bank_fee: 0.0,
        left_out: 0.0,
        kept: 0.0,
    };
    // Some of what was sent back is credited by the invoice itself.
    let credited = if generator.random_bool(0.15) { generator.random_range(0.0..0.05) } else { 0.0 };
    let due = Terms { returns: cents(terms.payment() * credited), ..terms };
    let amount = due.payment();
    let (mut paid, mut built_in) = (due, None);
    if generator.random_bool(0.9) {
        paid = with_ordinary_deviations(due, amount, generator);
    }
    let faults = [0, 1, 1, 1, 1, 1, 1, 1, 2, 2][generator.random_range(0..10)];
    for _ in 0..faults {
        let habit = vendor.habit.filter(|_| generator.random_bool(0.6));
        let reason = habit.unwrap_or_else(|| any(generator));
        // By itself as large as beside others: of the same random numbers.
        let fault = generator.random();
        let with_it = |terms| with_fault(terms, reason, vendor, amount, &mut ChaCha8Rng::seed_from_u64(fault));
        let alone = with_it(due);
        paid = with_it(paid);
        let short = cents(amount - alone.payment());
        if short > built_in.map_or(0.0, |(_, largest)| largest) {
            built_in = Some((reason, short));
        }
    }
    let untold = generator.random_bool(0.002).then(|| generator.random_range(0..NODES.len()));
    Invoice { vendor, due, paid, built_in, untold }
}
