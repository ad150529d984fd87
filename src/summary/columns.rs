//! Answers of this library, added as they are.

use super::event::{EventCause, SummarisedEvent};
use super::state::EventSummary;
use crate::error::{Error, Result};
use crate::question::attribution::{AttributedColumns, Attribution, Quantity};
use crate::question::unit_change::{ChangeSource, UnitChange};

impl EventSummary {
    /// Adds all events of [`attribute_columns`](crate::Attributor::attribute_columns), those without an answer with their errors: an identifier for each;
    /// amounts at stake, of which `NaN` is none; and for each category column a level for each event.
    ///
    /// # Errors
    /// When they are of another target or quantity, when there is not an identifier, an amount and a level for each of them, and as for [`add`](Self::add).
    /// Then none of them is added.
    pub fn add_columns<S: AsRef<str>>(
        &mut self,
        events: &AttributedColumns,
        ids: &[S],
        amounts: Option<&[f64]>,
        levels: &[&[Option<&str>]],
    ) -> Result<()> {
        self.check_same(events.target(), events.quantity())?;
        let check = |what: String, found: usize, expected: usize| match found == expected {
            true => Ok(()),
            false => Err(Error::LengthMismatch { what, expected, found }),
        };
        let rows = events.rows();
        check("the list of identifiers of events".to_owned(), ids.len(), rows)?;
        amounts.map_or(Ok(()), |amounts| check("the list of amounts at stake".to_owned(), amounts.len(), rows))?;
        check("the list of category columns".to_owned(), levels.len(), self.columns.len())?;
        for (name, column) in self.config().by.iter().zip(levels) {
            check(format!("category column `{name}`"), column.len(), rows)?;
        }
        let none: &[f64] = &[];
        let figures: Vec<(&str, &[f64], &[f64])> = events
            .nodes()
            .iter()
            .map(|node| {
                (node.as_str(), events.contributions(node).unwrap_or(none), events.std_errors(node).unwrap_or(none))
            })
            .collect();
        let mut failures = events.failures().iter().peekable();
        // Apart, so that an event at fault leaves nothing behind.
        let mut part = Self::new(self.config().clone())?;
        let (mut causes, mut of_row) = (Vec::with_capacity(figures.len()), Vec::with_capacity(levels.len()));
        for (row, id) in ids.iter().enumerate() {
            of_row.clear();
            of_row.extend(levels.iter().map(|column| column[row]));
            let amount = amounts.map(|amounts| amounts[row]).filter(|amount| !amount.is_nan());
            let failure = failures.next_if(|(failed, _)| *failed == row).map(|(_, error)| error.to_string());
            causes.clear();
            let cause = |&(node, values, std_errors): &(_, &[f64], &[f64])| EventCause {
                node,
                value: values[row],
                std_error: std_errors[row],
            };
            causes.extend(figures.iter().map(cause));
            let event = match &failure {
                Some(error) => SummarisedEvent::failed(id.as_ref(), error),
                None => SummarisedEvent::new(id.as_ref(), events.scores()[row], &causes),
            };
            part.add(&SummarisedEvent { amount, ..event.with_levels(&of_row) })
                .map_err(|cause| Error::InRow { row, cause: Box::new(cause) })?;
        }
        self.merge(&part)
    }

    /// Adds one attribution.
    ///
    /// # Errors
    /// When it is of another target or quantity, and as for [`add`](Self::add).
    pub fn add_attribution(
        &mut self,
        id: &str,
        attribution: &Attribution,
        amount: Option<f64>,
        levels: &[Option<&str>],
    ) -> Result<()> {
        self.check_same(&attribution.target, attribution.quantity)?;
        let causes: Vec<EventCause<'_>> = attribution.contributions.iter().map(EventCause::from).collect();
        self.add(&SummarisedEvent {
            amount,
            ..SummarisedEvent::new(id, attribution.score.value, &causes).with_levels(levels)
        })
    }

    /// Adds a difference between two rows, in the target's unit. A cause is a node, by its value as an input or by its noise; a mechanism is a cause of its
    /// own, `mechanism of` its node.
    ///
    /// # Errors
    /// When it is of another target, or the summary is of scores, and as for [`add`](Self::add).
    pub fn add_unit_change(
        &mut self,
        id: &str,
        change: &UnitChange,
        amount: Option<f64>,
        levels: &[Option<&str>],
    ) -> Result<()> {
        self.check_same(&change.target, Quantity::MeanDeviation)?;
        let names: Vec<String> = change
            .parts
            .iter()
            .map(|part| match part.source {
                ChangeSource::Input | ChangeSource::Noise => part.node.clone(),
                ChangeSource::Mechanism => format!("mechanism of {}", part.node),
            })
            .collect();
        let cause = |(part, node): (&crate::question::unit_change::ChangePart, _)| EventCause {
            node,
            value: part.value,
            std_error: part.std_error,
        };
        let causes: Vec<EventCause<'_>> =
            change.parts.iter().zip(names.iter().map(String::as_str)).map(cause).collect();
        self.add(&SummarisedEvent { amount, ..SummarisedEvent::new(id, change.total(), &causes).with_levels(levels) })
    }

    /// # Errors
    /// When answers are about another target or quantity.
    fn check_same(&self, target: &str, quantity: Quantity) -> Result<()> {
        let config = self.config();
        if (target, quantity) == (config.target.as_str(), config.quantity) {
            return Ok(());
        }
        let (name, requirement) = ("an answer that is summarised", "of the summary's target and quantity");
        let found = format!("of `{target}`, {quantity:?}, instead of `{}`, {:?}", config.target, config.quantity);
        Err(Error::InvalidParameter { name, requirement, found })
    }
}
