//! What a document holds besides spans: enough to say, where no spans are found, what was found instead and what helps.

use std::fmt;

/// Keys of an unknown document that a message shows.
const SHOWN_KEYS: usize = 6;

/// How much of a foreign text a message shows, in characters.
const SHOWN_TEXT: usize = 200;

/// A format that is not read, or an answer that holds no spans, as its keys tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::traces) enum Foreign {
    Datadog,
    XRay,
    ZipkinV1,
    PythonConsole,
    ElasticApm,
    SearchAnswer,
    Metrics,
    ChromeTrace,
}

impl Foreign {
    /// What a key of an object tells, if it is one that no format that is read has.
    pub(in crate::traces) fn of_key(key: &str) -> Option<Self> {
        Some(match key {
            "Segments" | "TraceSummaries" | "subsegments" | "Document" => Self::XRay,
            "binaryAnnotations" => Self::ZipkinV1,
            "rootServiceName" | "rootTraceName" | "spanSets" => Self::SearchAnswer,
            "resultType" => Self::Metrics,
            "traceEvents" => Self::ChromeTrace,
            "trace.id" | "transaction" => Self::ElasticApm,
            "meta_struct" | "span_links_dd" => Self::Datadog,
            "context" => Self::PythonConsole,
            _ => return None,
        })
    }
}

impl fmt::Display for Foreign {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Datadog => {
                "it looks like spans of Datadog: let the OpenTelemetry collector's receiver `datadog` take them, and its \
                 exporter `file` write them"
            }
            Self::XRay => {
                "it looks like segments of AWS X-Ray: let the OpenTelemetry collector's receiver `awsxray` take them, and its \
                 exporter `file` write them"
            }
            Self::ZipkinV1 => "it looks like Zipkin's version 1: ask for `/api/v2/traces`",
            Self::PythonConsole => {
                "it looks like what an exporter prints on a console: use an OTLP exporter and the OpenTelemetry collector's \
                 exporter `file`"
            }
            Self::ElasticApm => {
                "it looks like documents of Elastic APM: let the OpenTelemetry collector take the traces as well, and its \
                 exporter `file` write them"
            }
            Self::SearchAnswer => {
                "it looks like the answer to a search, which names traces without their spans: ask for each trace, as with \
                 Tempo's `/api/v2/traces/ID`"
            }
            Self::Metrics => "it looks like an answer of Prometheus, which holds metrics and no traces",
            Self::ChromeTrace => "it looks like a profile of a browser (`traceEvents`), which has no services",
        })
    }
}

/// What is known of a document when it has been read.
#[derive(Debug, Default)]
pub(in crate::traces) struct Contents {
    /// Spans, readable or not.
    pub(in crate::traces) spans: u64,
    /// It holds metrics, logs or profiles.
    pub(in crate::traces) other_signals: bool,
    pub(in crate::traces) foreign: Option<Foreign>,
    /// It has a list where its spans should be, and the list is empty.
    pub(in crate::traces) empty_list: bool,
    /// What the document says went wrong.
    complaint: Option<String>,
    keys: Vec<String>,
}

impl Contents {
    /// Takes note of a key that means nothing.
    pub(in crate::traces) fn unknown_key(&mut self, key: &str) {
        self.foreign = self.foreign.or_else(|| Foreign::of_key(key));
        self.key(key);
    }

    /// Takes note of a key to show.
    pub(in crate::traces) fn key(&mut self, key: &str) {
        if self.spans == 0 && self.keys.len() < SHOWN_KEYS && !self.keys.iter().any(|known| known == key) {
            self.keys.push(clipped(key));
        }
    }

    /// Takes note of the text of an error that the document is about.
    pub(in crate::traces) fn complain(&mut self, text: &str) {
        if !text.is_empty() {
            self.complaint.get_or_insert_with(|| clipped(text));
        }
    }
}

/// The beginning of a foreign text, without characters that a terminal would obey.
pub(super) fn clipped(text: &str) -> String {
    let visible: String = text.chars().take(SHOWN_TEXT).flat_map(char::escape_debug).collect();
    if text.chars().nth(SHOWN_TEXT).is_some() { visible + "..." } else { visible }
}

impl fmt::Display for Contents {
    /// What was found instead of spans, and what helps.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(complaint) = &self.complaint {
            write!(
                formatter,
                "it is an answer that says `{complaint}`: look whether that trace is there, and is not yet deleted"
            )
        } else if let Some(foreign) = self.foreign {
            foreign.fmt(formatter)
        } else if self.other_signals {
            formatter.write_str("it holds metrics, logs or profiles: give the file that the traces' pipeline writes")
        } else if self.empty_list {
            formatter.write_str(
                "it is an answer without any trace: ask for a longer time, a higher limit, or another service",
            )
        } else if self.keys.is_empty() {
            formatter.write_str("it holds no spans: ask for a longer time or another service")
        } else {
            write!(formatter, "it is JSON that holds no spans; its keys are `{}`", self.keys.join("`, `"))
        }
    }
}
