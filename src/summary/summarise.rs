//! From counts and sums to figures.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::answer::{Breakdown, CauseSummary, FailureSummary, LevelCause, LevelSummary, Summary, stand_outs};
use super::standing::UNEXPLAINED;
use super::state::{CategoryTallies, EventSummary};
use super::tally::{Cell, Tally};
use crate::numeric::ranks::sort_by;
use crate::numeric::shares::wilson;
use crate::question::attribution::Quantity;

impl EventSummary {
    /// What all events so far come to, and leaves them as they are: more may follow. Costs some microseconds for each level and cause.
    pub fn summary(&self) -> Summary {
        let (config, all) = (&self.config, &self.all);
        let has_amounts = all.with_amount > 0;
        let amount = |sum: f64| has_amounts.then_some(sum);
        let (value, total_amount) = (all.total.value(), amount(all.amount.value()));
        let nothing = Cell::default();
        let mut cells: Vec<&Cell> = vec![&nothing; self.causes.len()];
        all.cells().for_each(|cell| cells[cell.cause as usize] = cell);
        let cause = |number: usize| self.cause(number, cells[number], value, total_amount);
        let mut causes: Vec<CauseSummary> = (1..self.causes.len()).map(cause).collect();
        sort_by(&mut causes, &|a, b| order((a.first, a.value, &a.node), (b.first, b.value, &b.node)));
        let breakdown = |(name, column): (&String, &CategoryTallies)| self.breakdown(name, column, has_amounts);
        let breakdowns: Vec<Breakdown> = config.by.iter().zip(&self.columns).map(breakdown).collect();
        let firsts: HashMap<Option<&str>, u64> =
            cells.iter().enumerate().map(|(number, cell)| (self.causes.name(number), cell.first)).collect();
        let with_firsts = firsts.values().filter(|&&first| first > 0).count();
        let first_of_all = |node: Option<&str>| firsts.get(&node).copied().unwrap_or(0);
        let kinds = self.failures.kinds.iter();
        let mut failures: Vec<FailureSummary> = kinds
            .map(|(kind, failed)| FailureSummary {
                kind: kind.clone(),
                events: failed.events,
                examples: failed.examples.events().to_vec(),
            })
            .collect();
        // A stable sort: equal ones stay in the order of their texts.
        sort_by(&mut failures, &|one, other| other.events.cmp(&one.events));
        Summary {
            target: config.target.clone(),
            events_called: config.events.clone(),
            quantity: config.quantity,
            unit: if config.quantity == Quantity::ItScore { "nats".to_owned() } else { config.unit.clone() },
            amount_unit: config.amount_unit.clone(),
            events: self.events(),
            failed: all.failed,
            contested: all.contested,
            with_amount: all.with_amount,
            value,
            amount: total_amount,
            failed_amount: amount(all.failed_amount.value()),
            unexplained: cause(UNEXPLAINED as usize),
            causes,
            contested_examples: self.contested.events().to_vec(),
            stand_outs: stand_outs(&breakdowns, all.events, first_of_all, with_firsts),
            breakdowns,
            failures,
            other_failures: self.failures.others,
        }
    }

    fn cause(&self, number: usize, cell: &Cell, value: f64, amount: Option<f64>) -> CauseSummary {
        let (detail, answered, first) = (&self.details[number], self.all.events, cell.first);
        let share_of = |part: f64, whole: f64| (whole != 0.0).then(|| part / whole).filter(|share| share.is_finite());
        let own_amount = amount.map(|_| cell.amount.value());
        CauseSummary {
            node: self.causes.name(number).map(str::to_owned),
            first,
            share: if answered > 0 { first as f64 / answered as f64 } else { 0.0 },
            share_interval: wilson(first, answered),
            contested_first: detail.contested_first,
            contested_second: detail.contested_second,
            value: cell.value.value(),
            std_error: detail.std_error.value(),
            value_share: share_of(cell.value.value(), value),
            value_first: detail.value_first.value(),
            amount: own_amount,
            amount_share: own_amount.zip(amount).and_then(|(part, whole)| share_of(part, whole)),
            examples: detail.examples.events().to_vec(),
        }
    }

    fn breakdown(&self, name: &str, column: &CategoryTallies, has_amounts: bool) -> Breakdown {
        let level = |(number, tally): (usize, &Tally)| {
            let cause = |cell: &Cell| LevelCause {
                node: self.causes.name(cell.cause as usize).map(str::to_owned),
                first: cell.first,
                value: cell.value.value(),
                amount: has_amounts.then(|| cell.amount.value()),
            };
            let mut causes: Vec<LevelCause> = tally.cells().map(cause).collect();
            sort_by(&mut causes, &|a, b| order((a.first, a.value, &a.node), (b.first, b.value, &b.node)));
            LevelSummary {
                level: column.levels.name(number).map(str::to_owned),
                events: tally.events.saturating_add(tally.failed),
                failed: tally.failed,
                contested: tally.contested,
                value: tally.total.value(),
                amount: has_amounts.then(|| tally.amount.value()),
                causes,
            }
        };
        let mut levels: Vec<LevelSummary> = column.tallies.iter().enumerate().map(level).collect();
        let size = |level: &LevelSummary| match self.config.quantity {
            Quantity::MeanDeviation => level.amount.unwrap_or(level.value).abs(),
            Quantity::ItScore => level.amount.map_or(0.0, f64::abs),
        };
        sort_by(&mut levels, &|a, b| {
            let by_size = size(b).total_cmp(&size(a));
            by_size.then_with(|| b.events.cmp(&a.events)).then_with(|| a.level.cmp(&b.level))
        });
        Breakdown { column: name.to_owned(), levels }
    }
}

/// By firsts, then by the size of what was contributed, then by name; what no node explains after nodes.
fn order(a: (u64, f64, &Option<String>), b: (u64, f64, &Option<String>)) -> Ordering {
    let by_name = || (a.2.is_none(), a.2).cmp(&(b.2.is_none(), b.2));
    b.0.cmp(&a.0).then_with(|| b.1.abs().total_cmp(&a.1.abs())).then_with(by_name)
}
