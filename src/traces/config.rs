//! How traces become a table.

use std::collections::BTreeMap;

use crate::error::{Error, Result};

/// How traces become a table.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TraceConfig {
    /// Only requests that enter this service become rows; all of them by default.
    pub root_service: Option<String>,
    /// Only requests in which this service was called, as entry or further in, become rows. Name your target here: requests of
    /// different kinds have different causes.
    pub called_service: Option<String>,
    /// Only requests whose root span has this name become rows, such as `GET /checkout`.
    pub operation: Option<String>,
    /// What services are called instead: names, with or without the namespace and `/` before, and what stands for them. Two that get one
    /// name become one.
    pub renamed: BTreeMap<String, String>,
    /// Whether what CLIENT and PRODUCER spans call becomes a service where it has no spans of its own, as databases have none:
    /// by the span's attribute `peer.service`, else `db.system` or `messaging.system` with `server.address`, else the host. On by default.
    pub peers: bool,
    /// The value of a service that a request did not call.
    pub absent: Absent,
    /// How many traces may be unfinished at the end of a JSON document: if there are more, those that began first are
    /// finished. A collector writes the spans of a trace over several lines, as they come, and this bounds the memory.
    pub open_traces: usize,
    /// How many services there may be, those that are only called counted with the others; more are an error, since each is a
    /// column.
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
        Self {
            root_service: None,
            called_service: None,
            operation: None,
            renamed: BTreeMap::new(),
            peers: true,
            absent: Absent::Zero,
            open_traces: 10_000,
            max_services: 1000,
        }
    }
}

impl TraceConfig {
    /// Sets [`root_service`](Self::root_service).
    #[must_use]
    pub fn with_root_service(mut self, service: impl Into<String>) -> Self {
        self.root_service = Some(service.into());
        self
    }

    /// Sets [`called_service`](Self::called_service).
    #[must_use]
    pub fn with_called_service(mut self, service: impl Into<String>) -> Self {
        self.called_service = Some(service.into());
        self
    }

    /// Sets [`operation`](Self::operation).
    #[must_use]
    pub fn with_operation(mut self, operation: impl Into<String>) -> Self {
        self.operation = Some(operation.into());
        self
    }

    /// Adds to [`renamed`](Self::renamed).
    #[must_use]
    pub fn with_renamed(mut self, from: impl Into<String>, to: impl Into<String>) -> Self {
        self.renamed.insert(from.into(), to.into());
        self
    }

    /// Sets [`peers`](Self::peers).
    #[must_use]
    pub fn with_peers(mut self, peers: bool) -> Self {
        self.peers = peers;
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
        if let Some((from, to)) = self.renamed.iter().find(|(from, to)| from.trim().is_empty() || to.trim().is_empty())
        {
            let found = format!("`{from}` renamed to `{to}`");
            return Err(Error::InvalidParameter { name: "renamed", requirement: "a name and another", found });
        }
        Ok(())
    }
}
