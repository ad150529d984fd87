//! The dispute desk: invoices from a file, their amounts into another, and what they come to.

mod answers;
mod faults;
mod invoices;
mod judge;
mod result_file;
mod source;
mod vendors;
mod work;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use etiology::files::{check_writable, is_same_file, write_file};
use etiology::report::SummaryReport;

use crate::Desk;
use crate::cost::{peak_mebibytes, processor_seconds};

/// Where files are written that nobody named.
const FOLDER: &str = "target/disputes";

pub(crate) fn open(desk: &Desk) -> Result<(), String> {
    let invoices = match (&desk.explain, desk.invoices) {
        (Some(file), _) => file.clone(),
        (None, None) => {
            return Err(
                "which invoices? `--explain FILE.parquet` reads some, `--invoices COUNT` makes some up".to_owned()
            );
        }
        (None, Some(count)) => {
            let file = named_or(&desk.write, "invoices.parquet")?;
            let begun = Instant::now();
            invoices::write(&file, count, desk.seed.unwrap_or(1))?;
            println!("Invoices made up and written to {} in {:.1} s.", file.display(), begun.elapsed().as_secs_f64());
            file
        }
    };
    if desk.write.is_some() && desk.out.is_none() && desk.page.is_none() {
        return Ok(());
    }
    explain(desk, &invoices)
}

fn explain(desk: &Desk, invoices: &Path) -> Result<(), String> {
    let out = named_or(&desk.out, "causes.parquet")?;
    let written = [Some(&out), desk.page.as_ref()];
    if let Some(file) = written.into_iter().flatten().find(|file| is_same_file(file, invoices)) {
        return Err(format!("`{}` is to be written, and holds the invoices", file.display()));
    }
    if desk.page.as_ref().is_some_and(|page| is_same_file(page, &out)) {
        return Err(format!("`{}` is to be written twice", out.display()));
    }
    // Before the long work, which would have been in vain.
    desk.page.as_ref().map_or(Ok(()), check_writable).map_err(|error| error.to_string())?;
    let (begun, processor) = (Instant::now(), processor_seconds());
    let done = work::explain(invoices, &out)?;
    let summary = done.summary.summary();
    if let Some(page) = &desk.page {
        let html = SummaryReport::new(&summary).to_html();
        write_file(page, html).map_err(|error| error.to_string())?;
    }
    println!("{summary}");
    println!(
        "Paid in full: {} of {} invoices. The amounts of every invoice: {}.",
        done.in_full,
        done.invoices,
        out.display()
    );
    if let Some(page) = &desk.page {
        println!("The page: {}.", page.display());
    }
    println!(
        "From the file to here: {:.1} s, {:.1} CPU-seconds, at most {:.0} MiB.",
        begun.elapsed().as_secs_f64(),
        processor_seconds() - processor,
        peak_mebibytes()
    );
    done.judge.verdict().map_or(Ok(()), |verdict| verdict.map(|line| println!("{line}")))
}

fn named_or(file: &Option<PathBuf>, usual: &str) -> Result<PathBuf, String> {
    match file {
        Some(file) => Ok(file.clone()),
        None => {
            fs::create_dir_all(FOLDER).map_err(|error| format!("folder `{FOLDER}` cannot be made: {error}"))?;
            Ok(Path::new(FOLDER).join(usual))
        }
    }
}
