//! Every invoice explained: what is short, split over what moved between what was due and what was paid.

use std::path::Path;

use etiology::summary::{EventCause, EventSummary, SummarisedEvent, SummaryConfig};
use etiology::unit_change::{UnitChangeConfig, UnitChanger};
use etiology::{NoiseDistribution, Result};

use super::answers::Answers;
use super::judge::Judge;
use super::result_file::ResultFile;
use super::source::{Batch, COUNTRY, Source, VENDOR, cell};
use crate::invoice::{MONEY, NODES, PAYMENT, TERMS, formulas};

/// Less than this is no difference: half a cent.
const HALF_A_CENT: f64 = 0.005;

/// What came of all invoices.
pub(super) struct Done {
    pub(super) summary: EventSummary,
    pub(super) judge: Judge,
    pub(super) invoices: u64,
    pub(super) in_full: u64,
}

/// Explains the invoices of a file into another, a batch at a time.
pub(super) fn explain(invoices: &Path, out: &Path) -> std::result::Result<Done, String> {
    let sentence = |error: etiology::Error| error.to_string();
    let (changer, config) = (changer().map_err(sentence)?, SummaryConfig::new(PAYMENT));
    let config = config.with_events_called("short payments").in_unit("EUR").by([VENDOR, COUNTRY]);
    let summary = EventSummary::new(config).map_err(sentence)?;
    let mut done = Done { summary, judge: Judge::default(), invoices: 0, in_full: 0 };
    let source = Source::open(invoices)?;
    let mut results = ResultFile::create(out)?;
    for batch in source {
        let batch = batch?;
        let changes = batch.with_sides(|[due, paid]| changer.change_columns(due, paid));
        let changes = changes.and_then(|changes| changes).map_err(sentence)?;
        let answers = Answers::new(&changes);
        done.judge.count(&batch, &answers);
        done.add(&batch, &answers).map_err(sentence)?;
        results.write(&batch, &answers)?;
    }
    results.close()?;
    Ok(done)
}

/// Nothing is drawn, so that no distribution has a say. Amounts are known to a cent.
fn changer() -> Result<UnitChanger> {
    let mut model = formulas()?.without_resolution();
    for term in TERMS {
        model = model.with_mechanism(term, NoiseDistribution::constant(0.0)?)?;
    }
    for amount in MONEY {
        model = model.with_resolution(amount, 0.01)?;
    }
    let model = model.without_fitting()?;
    model.unit_changer(&model, PAYMENT, UnitChangeConfig::default().with_rounding_apart(true))
}

impl Done {
    fn add(&mut self, batch: &Batch, answers: &Answers<'_>) -> Result<()> {
        let mut causes = Vec::with_capacity(NODES.len());
        for row in 0..batch.rows() {
            self.invoices += 1;
            let (id, short) = (cell(&batch.ids, row).unwrap_or("without a number"), answers.short[row]);
            if short.abs() < HALF_A_CENT {
                self.in_full += 1;
                continue;
            }
            causes.clear();
            let of_node = |(&node, amounts): (&&'static str, &Vec<f64>)| {
                (amounts[row].abs() > 0.0).then_some(EventCause { node, value: amounts[row], std_error: 0.0 })
            };
            causes.extend(NODES.iter().zip(&answers.amounts).filter_map(of_node));
            let event = match &answers.errors[row] {
                Some(error) => SummarisedEvent::failed(id, error),
                None => SummarisedEvent::new(id, short, &causes),
            };
            self.summary.add(&event.with_levels(&[cell(&batch.vendors, row), cell(&batch.countries, row)]))?;
        }
        Ok(())
    }
}
