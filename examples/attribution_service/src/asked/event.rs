//! The event of a question: numbers, and texts that are read as the normal data was.

use std::fmt;

use etiology::tables::{CsvFormat, TableReport};
use etiology::{Error, Observation};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

/// Names and values in the order sent. A map would keep one of two values of the same name, silently.
pub(crate) struct SentEvent(Vec<(String, Value)>);

pub(crate) enum Value {
    Number(f64),
    Text(String),
}

impl SentEvent {
    pub(crate) fn new(pairs: Vec<(String, Value)>) -> Self {
        Self(pairs)
    }

    pub(crate) fn pairs(&self) -> impl Iterator<Item = &(String, Value)> {
        self.0.iter()
    }

    pub(crate) fn into_pairs(self) -> Vec<(String, Value)> {
        self.0
    }

    /// The event, which goes with the table of this report.
    ///
    /// # Errors
    /// When a name stands twice, or a value is in another unit than those of the table, or in none where they have one.
    pub(crate) fn observation(self, like: Option<&TableReport>) -> Result<Observation, Error> {
        let mut pairs = Vec::with_capacity(self.0.len());
        let mut texts = Vec::new();
        for (name, value) in self.0 {
            match value {
                Value::Number(number) => {
                    check_unit(&name, number, like)?;
                    pairs.push((name, number));
                }
                Value::Text(text) => {
                    pairs.push((name.clone(), f64::NAN));
                    if !text.trim().is_empty() {
                        texts.push((name, text));
                    }
                }
            }
        }
        let read = read_texts(&texts, like)?;
        // What is a number after all stands in its place.
        for (name, number) in &mut pairs {
            *number = read.iter().find_map(|row| row.get(name)).unwrap_or(*number);
        }
        let mut event = Observation::from_pairs(pairs)?;
        for (name, text) in &texts {
            let level = match &read {
                Some(row) => row.text(name),
                None => Some(text.as_str()),
            };
            if let Some(level) = level {
                event = event.with_text(name, level)?;
            }
        }
        Ok(event)
    }
}

/// A number of JSON has no unit, so it is none of a column whose values have one.
fn check_unit(name: &str, number: f64, like: Option<&TableReport>) -> Result<(), Error> {
    let unit = like.and_then(|like| like.column(name)).and_then(|column| column.unit.as_ref());
    match unit {
        Some(unit) if unit.unit != "1" && number != 0.0 && !number.is_nan() => {
            let message = format!(
                "`{name}` has no unit, but {} in the normal data: write it as text with its unit, such as \"{number} ms\" for a time",
                unit.unit
            );
            Err(Error::Csv { origin: "the event".to_owned(), message })
        }
        _ => Ok(()),
    }
}

/// The texts as a row of the table of this report; nothing without one, or without texts.
fn read_texts(texts: &[(String, String)], like: Option<&TableReport>) -> Result<Option<Observation>, Error> {
    let Some(like) = like.filter(|_| !texts.is_empty()) else { return Ok(None) };
    let quoted = |cell: &str| format!("\"{}\"", cell.replace('"', "\"\""));
    let header: Vec<String> = texts.iter().map(|(name, _)| quoted(name)).collect();
    let row: Vec<String> = texts.iter().map(|(_, text)| quoted(text)).collect();
    let csv = format!("{}\n{}\n", header.join(","), row.join(","));
    let names = texts.iter().map(|(name, _)| name.as_str());
    let format = CsvFormat::default().with_delimiter(',').with_needed(names).like(like);
    let table = format.read(csv.as_bytes()).map_err(|error| match error {
        Error::Csv { message, .. } => Error::Csv { origin: "the event".to_owned(), message },
        other => other,
    })?;
    table.data.row(0).map(Some)
}

impl<'de> Deserialize<'de> for SentEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EventVisitor)
    }
}

struct EventVisitor;

impl<'de> Visitor<'de> for EventVisitor {
    type Value = SentEvent;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object with a number, a text or null for every node")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<SentEvent, M::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = map.next_entry()? {
            pairs.push(pair);
        }
        Ok(SentEvent(pairs))
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl Visitor<'_> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a number, a text or null")
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Number(number))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number as f64))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number as f64))
    }

    /// Tables have truth values as 1 and 0.
    fn visit_bool<E>(self, truth: bool) -> Result<Value, E> {
        Ok(Value::Number(f64::from(u8::from(truth))))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Number(f64::NAN))
    }
}
