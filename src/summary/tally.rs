//! Counts and sums over events: of all, or of those of one level.

use serde::{Deserialize, Serialize};

use super::standing::{Part, Standing};
use crate::numeric::exact_sum::RunningSum;
use crate::numeric::ranks::sort_by;

/// Counts and exact sums over events.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tally {
    /// Events with an answer.
    pub(super) events: u64,
    /// Events without one.
    pub(super) failed: u64,
    /// Events with an answer of which the first cause is not clear.
    pub(super) contested: u64,
    /// Events with an amount, with an answer and without.
    pub(super) with_amount: u64,
    /// What was split.
    pub(super) total: RunningSum,
    /// Amounts at stake of events with an answer.
    pub(super) amount: RunningSum,
    /// Amounts at stake of events without one.
    pub(super) failed_amount: RunningSum,
    /// In the order of the numbers of causes; of those that are not among them there is nothing.
    cells: Vec<Cell>,
}

/// Counts and exact sums of one cause over events.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cell {
    /// Its number.
    pub(super) cause: u32,
    /// Events of which it is the first cause.
    pub(super) first: u64,
    /// What it contributed to all events.
    pub(super) value: RunningSum,
    /// Amounts at stake of the events of which it is the first.
    pub(super) amount: RunningSum,
}

impl Tally {
    /// Adds an event with an answer. `side` turns what is towards the side on which it is extreme into what it is.
    pub(super) fn add(&mut self, parts: &[Part], side: f64, standing: &Standing, total: f64, amount: Option<f64>) {
        // Lists that double would take twice the memory of many small levels.
        self.cells.reserve_exact(parts.len().saturating_sub(self.cells.len()));
        self.events += 1;
        self.contested += u64::from(standing.is_contested);
        self.total.add(total);
        for part in parts.iter().filter(|part| part.towards != 0.0) {
            self.cell(part.cause).value.add(side * part.towards);
        }
        let first = self.cell(standing.first.cause);
        first.first += 1;
        if let Some(amount) = amount {
            first.amount.add(amount);
            self.with_amount += 1;
            self.amount.add(amount);
        }
    }

    /// Adds an event without an answer.
    pub(super) fn add_failure(&mut self, amount: Option<f64>) {
        self.failed += 1;
        if let Some(amount) = amount {
            self.with_amount += 1;
            self.failed_amount.add(amount);
        }
    }

    /// Adds what another has of other events, whose causes have these numbers here.
    pub(super) fn merge(&mut self, other: &Self, numbers: &[u32]) {
        let counts = [
            (&mut self.events, other.events),
            (&mut self.failed, other.failed),
            (&mut self.contested, other.contested),
            (&mut self.with_amount, other.with_amount),
        ];
        counts.into_iter().for_each(|(own, others)| *own = own.saturating_add(others));
        self.total.merge(&other.total);
        self.amount.merge(&other.amount);
        self.failed_amount.merge(&other.failed_amount);
        self.cells.reserve_exact(other.cells.len().saturating_sub(self.cells.len()));
        for cell in other.cells() {
            let own = self.cell(numbers[cell.cause as usize]);
            own.first = own.first.saturating_add(cell.first);
            own.value.merge(&cell.value);
            own.amount.merge(&cell.amount);
        }
    }

    /// The same, with the causes of these numbers numbered so, and without empty cells.
    pub(super) fn renumbered(&self, numbers: &[u32]) -> Self {
        let renumbered = |cell: &Cell| Cell { cause: numbers[cell.cause as usize], ..cell.clone() };
        let mut cells: Vec<Cell> = self.cells().map(renumbered).collect();
        sort_by(&mut cells, &|one, other| one.cause.cmp(&other.cause));
        let Self { total, amount, failed_amount, .. } = self.clone();
        Self { cells, total, amount, failed_amount, ..*self }
    }

    /// The cells that are not empty, in the order of the numbers of their causes.
    pub(super) fn cells(&self) -> impl Iterator<Item = &Cell> {
        self.cells.iter().filter(|cell| !cell.is_empty())
    }

    /// How many events a cause is the first of.
    pub(super) fn firsts(&self, cause: usize) -> u64 {
        let place = self.cells.partition_point(|cell| (cell.cause as usize) < cause);
        self.cells.get(place).filter(|cell| cell.cause as usize == cause).map_or(0, |cell| cell.first)
    }

    /// Whether it may be that of events with so many causes.
    pub(super) fn is_sound(&self, causes: usize) -> bool {
        let firsts = self.cells.iter().try_fold(0_u64, |sum, cell| sum.checked_add(cell.first));
        firsts == Some(self.events)
            && self.contested <= self.events
            && self.events.checked_add(self.failed).is_some_and(|all| self.with_amount <= all)
            && self.cells.windows(2).all(|pair| pair[0].cause < pair[1].cause)
            && self.cells.iter().all(|cell| !cell.is_empty() && (cell.cause as usize) < causes)
    }

    /// The cell of a cause, which there is from here on.
    fn cell(&mut self, cause: u32) -> &mut Cell {
        // Where every cause has a cell, its place is its number.
        let guess = cause as usize;
        let place = match self.cells.get(guess) {
            Some(cell) if cell.cause == cause => guess,
            _ => {
                let place = self.cells.partition_point(|cell| cell.cause < cause);
                if self.cells.get(place).is_none_or(|cell| cell.cause != cause) {
                    self.cells.insert(place, Cell { cause, ..Cell::default() });
                }
                place
            }
        };
        &mut self.cells[place]
    }

    pub(super) fn memory_bytes(&self) -> usize {
        let sums = [&self.total, &self.amount, &self.failed_amount];
        let of_cells = self.cells.iter().flat_map(|cell| [&cell.value, &cell.amount]);
        let heap: usize = sums.into_iter().chain(of_cells).map(RunningSum::heap_bytes).sum();
        heap + size_of::<Self>() + self.cells.capacity() * size_of::<Cell>()
    }
}

impl Cell {
    fn is_empty(&self) -> bool {
        self.first == 0 && self.value.is_zero() && self.amount.is_zero()
    }
}
