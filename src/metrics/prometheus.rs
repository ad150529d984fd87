//! The JSON of Prometheus' query interface.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// What a file of answers is, as a message names it.
const EXPECTED: &str = "the answer of Prometheus to /api/v1/query_range";
/// Larger answers are none.
const MOST_BYTES: u64 = 1 << 31;

/// The labels of a series, and what each is.
pub(super) type Labels = BTreeMap<String, String>;

/// The series of one answer, with their labels and samples.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub(super) series: Vec<(Labels, Vec<(i64, f64)>)>,
    pub(super) histograms: u64,
    pub(super) unreadable: u64,
}

#[derive(Debug, Deserialize)]
struct Document {
    error: Option<String>,
    data: Option<Data>,
    // Of an answer whose `data` alone was kept.
    #[serde(rename = "resultType")]
    kind: Option<String>,
    result: Option<Vec<Element>>,
}

#[derive(Debug, Deserialize)]
struct Data {
    #[serde(rename = "resultType")]
    kind: Option<String>,
    result: Option<Vec<Element>>,
}

/// A series; nothing for a part of what a scalar or text comes as.
#[derive(Debug)]
struct Element(Option<OneSeries>);

impl<'de> Deserialize<'de> for Element {
    /// Not `untagged`, which would hold all samples of a series once more, at ten times their size.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ElementVisitor)
    }
}

struct ElementVisitor;

impl<'de> Visitor<'de> for ElementVisitor {
    type Value = Element;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a series with its labels and samples")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Element, A::Error> {
        OneSeries::deserialize(MapAccessDeserializer::new(map)).map(|series| Element(Some(series)))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Element, E> {
        Ok(Element(None))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Element, E> {
        Ok(Element(None))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Element, E> {
        Ok(Element(None))
    }

    fn visit_str<E>(self, _: &str) -> Result<Element, E> {
        Ok(Element(None))
    }
}

#[derive(Debug, Deserialize)]
struct OneSeries {
    #[serde(default)]
    metric: Labels,
    values: Option<Vec<Sample>>,
    value: Option<Sample>,
    histograms: Option<IgnoredAny>,
    histogram: Option<IgnoredAny>,
}

/// Time in seconds and value; nothing where either is no number.
#[derive(Debug)]
struct Sample(Option<(f64, f64)>);

impl<'de> Deserialize<'de> for Sample {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(SampleVisitor)
    }
}

struct SampleVisitor;

impl<'de> Visitor<'de> for SampleVisitor {
    type Value = Sample;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a pair of a time in seconds and a value as text")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut pair: A) -> Result<Sample, A::Error> {
        let time = pair.next_element::<Figure>()?;
        let value = pair.next_element::<Figure>()?;
        while pair.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Sample(time.zip(value).and_then(|(time, value)| Some((time.number()?, value.number()?)))))
    }
}

/// A number, or its text.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Figure {
    Number(f64),
    Text(String),
    Other(IgnoredAny),
}

impl Figure {
    fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            // `NaN`, `+Inf` and `-Inf` among them.
            Self::Text(text) => text.trim().parse().ok(),
            Self::Other(_) => None,
        }
    }
}

/// All answers of a stream, each with what is wrong with it.
pub(super) fn answers(reader: impl Read) -> impl Iterator<Item = Result<Answer, String>> {
    let mut documents = serde_json::Deserializer::from_reader(reader.take(MOST_BYTES)).into_iter::<Document>();
    let mut any = false;
    std::iter::from_fn(move || match documents.next() {
        Some(document) => {
            any = true;
            Some(document.map_err(|error| format!("{error}; {EXPECTED} was expected")).and_then(answer))
        }
        None if !any => {
            any = true;
            Some(Err(format!("it is empty; {EXPECTED} was expected")))
        }
        None => None,
    })
}

fn answer(document: Document) -> Result<Answer, String> {
    if let Some(error) = document.error {
        return Err(format!("Prometheus refused the query: {error}"));
    }
    let (kind, result) = match document.data {
        Some(data) => (data.kind, data.result),
        None => (document.kind, document.result),
    };
    let Some(result) = result else {
        return Err(format!("it is JSON without `data.result`; {EXPECTED} was expected"));
    };
    let list: Vec<OneSeries> = result.into_iter().filter_map(|Element(series)| series).collect();
    if matches!(kind.as_deref(), Some("scalar" | "string")) {
        let kind = kind.unwrap_or_default();
        return Err(format!(
            "the query gives {kind} and no series; ask for a range vector, such as `rate(requests_total[5m])`"
        ));
    };
    if list.is_empty() {
        return Err(
            "the query matches no series in this time; look at the names of its labels and at the range".to_owned()
        );
    }
    let mut answer = Answer::default();
    for series in list {
        answer.histograms += u64::from(series.histograms.is_some() || series.histogram.is_some());
        let samples = series.values.into_iter().flatten().chain(series.value);
        let mut read = Vec::new();
        for sample in samples {
            match sample.0.and_then(|(time, value)| Some((milliseconds(time)?, value))) {
                Some(sample) => read.push(sample),
                None => answer.unreadable += 1,
            }
        }
        if !read.is_empty() {
            answer.series.push((series.metric, read));
        }
    }
    if answer.series.is_empty() {
        return Err("none of its series has a sample that is a number; native histograms need a query such as `histogram_quantile`".to_owned());
    }
    Ok(answer)
}

/// Prometheus keeps times in milliseconds.
fn milliseconds(seconds: f64) -> Option<i64> {
    // A thousand years; the cast is safe below.
    const FARTHEST: f64 = 3.2e10;
    (seconds.abs() < FARTHEST).then(|| (1e3 * seconds).round() as i64)
}
