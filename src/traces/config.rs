//! How traces become a table.

use crate::error::{Error, Result};

/// How traces become a table.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TraceConfig {
    /// Only traces whose first root span is of this service become rows; all of them by default. Requests of different
    /// kinds have different causes, so name the service that your target is the entry of.
    pub root_service: Option<String>,
    /// The value of a service that a request did not call.
    pub absent: Absent,
    /// How many traces may be unfinished at the end of a JSON document: if there are more, those that began first are
    /// finished. A collector writes the spans of a trace over several lines, as they come, and this bounds the memory.
    pub open_traces: usize,
    /// How many services there may be; more are an error, since each is a column.
    pub max_services: usize,
}

/// The value of a service that a request did not call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Absent {
    /// 0: a call that was not made takes no time, so sums and maxima of calls stay true.
    Zero,
    /// Missing (`NaN`): the rows are left out where mechanisms are fitted.
    Missing,
}

impl Default for TraceConfig {
    fn default() -> Self {
        Self { root_service: None, absent: Absent::Zero, open_traces: 10_000, max_services: 1000 }
    }
}

impl TraceConfig {
    /// Sets [`root_service`](Self::root_service).
    #[must_use]
    pub fn with_root_service(mut self, service: impl Into<String>) -> Self {
        self.root_service = Some(service.into());
        self
    }

    /// Sets [`absent`](Self::absent).
    #[must_use]
    pub fn with_absent(mut self, absent: Absent) -> Self {
        self.absent = absent;
        self
    }

    /// Sets [`open_traces`](Self::open_traces).
    #[must_use]
    pub fn with_open_traces(mut self, traces: usize) -> Self {
        self.open_traces = traces;
        self
    }

    /// Sets [`max_services`](Self::max_services).
    #[must_use]
    pub fn with_max_services(mut self, services: usize) -> Self {
        self.max_services = services;
        self
    }

    pub(super) fn check(&self) -> Result<()> {
        if self.max_services == 0 {
            let requirement = "at least 1";
            return Err(Error::InvalidParameter { name: "max_services", requirement, found: "0".to_owned() });
        }
        Ok(())
    }
}
