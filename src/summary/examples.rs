//! The largest events of a kind.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

/// An event that is kept as an example.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ExampleEvent {
    /// What identifies the event.
    pub id: String,
    /// The amount at stake, if one was given.
    pub amount: Option<f64>,
    /// What was split over its causes; nothing of an event that has no answer.
    pub total: Option<f64>,
    /// The first of its causes; nothing where no node explains it.
    pub first: Option<String>,
    /// What the first contributed, in the unit of the total.
    pub first_value: Option<f64>,
    /// The next of its causes.
    pub second: Option<String>,
    /// What the next contributed.
    pub second_value: Option<f64>,
    /// Its levels of the category columns.
    pub levels: Vec<Option<String>>,
}

impl ExampleEvent {
    /// The larger first: by amount, where one was given; then by what was split; then by identifier, and all the rest.
    fn order(&self, other: &Self) -> Ordering {
        let figures = |event: &Self| (event.first_value.map(f64::to_bits), event.second_value.map(f64::to_bits));
        self.order_of(other.amount, other.total, &other.id)
            .then_with(|| self.amount.map(f64::to_bits).cmp(&other.amount.map(f64::to_bits)))
            .then_with(|| self.total.map(f64::to_bits).cmp(&other.total.map(f64::to_bits)))
            .then_with(|| (&self.first, &self.second, &self.levels).cmp(&(&other.first, &other.second, &other.levels)))
            .then_with(|| figures(self).cmp(&figures(other)))
    }

    fn order_of(&self, amount: Option<f64>, total: Option<f64>, id: &str) -> Ordering {
        let larger = |own: Option<f64>, other: Option<f64>| {
            let size = |figure: Option<f64>| figure.map_or(-1.0, f64::abs);
            size(other).total_cmp(&size(own))
        };
        larger(self.amount, amount).then_with(|| larger(self.total, total)).then_with(|| self.id.as_str().cmp(id))
    }
}

/// So many of the largest events of a kind, the largest first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct LargestEvents(Vec<ExampleEvent>);

impl LargestEvents {
    /// Keeps an event if it is among so many of the largest; it is made only then.
    pub(super) fn offer(
        &mut self,
        most: usize,
        (amount, total, id): (Option<f64>, Option<f64>, &str),
        event: impl FnOnce() -> ExampleEvent,
    ) {
        let is_smaller = |last: &ExampleEvent| last.order_of(amount, total, id).is_lt();
        if self.0.len() < most || self.0.last().is_some_and(|last| !is_smaller(last)) {
            self.insert(most, event());
        }
    }

    pub(super) fn merge(&mut self, most: usize, other: &Self) {
        other.0.iter().for_each(|event| self.insert(most, event.clone()));
    }

    fn insert(&mut self, most: usize, event: ExampleEvent) {
        let place = self.0.partition_point(|kept| kept.order(&event).is_lt());
        self.0.insert(place, event);
        self.0.truncate(most);
    }

    pub(super) fn events(&self) -> &[ExampleEvent] {
        &self.0
    }

    /// Whether these may be so many of the largest of so many events with so many levels.
    pub(super) fn is_sound(&self, most: usize, events: u64, levels: usize) -> bool {
        let is_sound = |event: &ExampleEvent| {
            let figures = [event.amount, event.total, event.first_value, event.second_value];
            event.levels.len() == levels && figures.iter().flatten().all(|figure| figure.is_finite())
        };
        self.0.len() as u64 == events.min(most as u64)
            && self.0.iter().all(is_sound)
            && self.0.windows(2).all(|pair| pair[0].order(&pair[1]).is_le())
    }

    pub(super) fn memory_bytes(&self) -> usize {
        let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        let event = |event: &ExampleEvent| {
            let levels: usize = event.levels.iter().map(|level| size_of::<Option<String>>() + text(level)).sum();
            event.id.len() + text(&event.first) + text(&event.second) + levels
        };
        self.0.capacity() * size_of::<ExampleEvent>() + self.0.iter().map(event).sum::<usize>()
    }
}
