//! Events without an answer, by the kind of what was wrong.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::examples::{ExampleEvent, LargestEvents};

/// So many kinds are told apart.
const MOST_KINDS: usize = 200;
/// Longer messages are cut for their kind, in characters.
const LONGEST: usize = 300;

/// How many events failed with messages of one kind, and the largest of them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FailureKind {
    pub(super) events: u64,
    pub(super) examples: LargestEvents,
}

/// Events without an answer by the kinds of their messages: those kinds that come first in the order of their texts.
///
/// A kind among the first of all was among the first of any part, so no event of it was ever counted elsewhere, and what is kept does not
/// depend on the order. Messages are few kinds as long as they are those of this library.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Failures {
    pub(super) kinds: BTreeMap<String, FailureKind>,
    /// Events of kinds that are not among them.
    pub(super) others: u64,
}

impl Failures {
    pub(super) fn add(
        &mut self,
        message: &str,
        most: usize,
        (amount, id): (Option<f64>, &str),
        event: impl FnOnce() -> ExampleEvent,
    ) {
        let kind = kind_of(message);
        let last = self.kinds.last_key_value().map(|(last, _)| last);
        if self.kinds.len() >= MOST_KINDS && last.is_some_and(|last| kind > *last) {
            self.others += 1;
            return;
        }
        let of_kind = self.kinds.entry(kind).or_default();
        of_kind.events += 1;
        of_kind.examples.offer(most, (amount, None, id), event);
        self.cut();
    }

    pub(super) fn merge(&mut self, other: &Self, most: usize) {
        self.others = self.others.saturating_add(other.others);
        for (kind, others) in &other.kinds {
            let own = self.kinds.entry(kind.clone()).or_default();
            own.events = own.events.saturating_add(others.events);
            own.examples.merge(most, &others.examples);
        }
        self.cut();
    }

    fn cut(&mut self) {
        while self.kinds.len() > MOST_KINDS
            && let Some((_, last)) = self.kinds.pop_last()
        {
            self.others = self.others.saturating_add(last.events);
        }
    }

    /// Whether they may be those of so many failures.
    pub(super) fn is_sound(&self, most: usize, failed: u64, levels: usize) -> bool {
        let all = self.kinds.values().try_fold(self.others, |sum, kind| sum.checked_add(kind.events));
        all == Some(failed)
            && self.kinds.len() <= MOST_KINDS
            && (self.others == 0 || self.kinds.len() == MOST_KINDS)
            && self.kinds.values().all(|kind| kind.events > 0 && kind.examples.is_sound(most, kind.events, levels))
    }

    pub(super) fn memory_bytes(&self) -> usize {
        let kind = |(text, kind): (&String, &FailureKind)| {
            size_of::<(String, FailureKind)>() + text.len() + kind.examples.memory_bytes()
        };
        self.kinds.iter().map(kind).sum()
    }
}

/// A message with every number in it as `#`, so that messages that differ by a row or a value are of one kind. Digits within names stay.
fn kind_of(message: &str) -> String {
    let mut kind = String::with_capacity(message.len().min(LONGEST));
    let mut before = ' ';
    let mut rest = message.chars().take(LONGEST).peekable();
    while let Some(character) = rest.next() {
        let starts_number = character.is_ascii_digit() && !is_of_name(before);
        if !starts_number {
            kind.push(character);
            before = character;
            continue;
        }
        while rest.next_if(|&next| next.is_ascii_alphanumeric() || matches!(next, '.' | ',')).is_some() {}
        // Its sign, and what a sign of an exponent left of a number before.
        while kind.ends_with(['#', '-', '+']) {
            kind.pop();
        }
        kind.push('#');
        before = '#';
    }
    kind
}

fn is_of_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_that_differ_by_numbers_are_of_one_kind() {
        assert_eq!(
            kind_of("row 17: the observed value of `db2` is -1.5e-7"),
            "row #: the observed value of `db2` is #"
        );
        assert_eq!(
            kind_of("row 4: the observed value of `db2` is 3"),
            kind_of("row 17: the observed value of `db2` is -1.5e-7")
        );
        assert_ne!(kind_of("`db_1` is missing"), kind_of("`db_2` is missing"));
        assert_eq!(kind_of(&"ä".repeat(1_000)).chars().count(), LONGEST);
    }

    #[test]
    fn kinds_beyond_the_limit_are_counted_whatever_the_order() {
        let names: Vec<String> = (0..3 * MOST_KINDS).map(|number| format!("`n{number}` is missing")).collect();
        let event = |id: &str| ExampleEvent {
            id: id.to_owned(),
            amount: None,
            total: None,
            first: None,
            first_value: None,
            second: None,
            second_value: None,
            levels: Vec::new(),
        };
        let of = |names: &mut dyn Iterator<Item = &String>| {
            let mut failures = Failures::default();
            names.for_each(|name| failures.add(name, 2, (None, name), || event(name)));
            failures
        };
        let whole = of(&mut names.iter());
        assert_eq!((whole.kinds.len(), whole.others), (MOST_KINDS, 2 * MOST_KINDS as u64));
        assert!(whole.is_sound(2, names.len() as u64, 0));
        assert_eq!(of(&mut names.iter().rev()), whole);
        let mut parts = of(&mut names[250..].iter());
        parts.merge(&of(&mut names[..250].iter()), 2);
        assert_eq!(parts, whole);
    }
}
