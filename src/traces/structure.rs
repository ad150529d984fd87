//! Who calls whom, and what is called in parallel, over all requests.

use std::collections::HashSet;

use serde::Serialize;

use super::collector::Collector;
use crate::error::Result;
use crate::graph::CausalGraph;

/// How often one service called another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ServiceCall {
    /// The calling service.
    pub caller: String,
    /// The called service.
    pub callee: String,
    /// Calls in all requests.
    pub calls: u64,
    /// Requests with at least one such call.
    pub requests: u64,
}

/// How one service calls two others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SiblingCalls {
    /// The calling service.
    pub caller: String,
    /// One called service.
    pub first: String,
    /// The other called service.
    pub second: String,
    /// Requests in which it calls both.
    pub requests: u64,
    /// Requests in which it calls both, and the calls overlap by at least half of the shorter.
    pub parallel: u64,
}

impl SiblingCalls {
    /// Whether the calls overlap in more than half of the requests.
    pub fn is_parallel(&self) -> bool {
        self.parallel > self.requests - self.parallel.min(self.requests)
    }
}

/// Calls by the names of services, of those that are columns.
pub(super) fn service_calls(collector: &Collector, names: &[String], columns: &HashSet<&str>) -> Vec<ServiceCall> {
    let name = |number: u32| names[number as usize].clone();
    let calls = collector.calls.iter().map(|(&(caller, callee), count)| ServiceCall {
        caller: name(caller),
        callee: name(callee),
        calls: count.calls,
        requests: count.requests,
    });
    calls.filter(|call| [&call.caller, &call.callee].iter().all(|name| columns.contains(name.as_str()))).collect()
}

/// Siblings by the names of services, of those that are columns.
pub(super) fn sibling_calls(collector: &Collector, names: &[String], columns: &HashSet<&str>) -> Vec<SiblingCalls> {
    let name = |number: u32| names[number as usize].clone();
    let siblings = collector.siblings.iter().map(|(&(caller, first, second), count)| SiblingCalls {
        caller: name(caller),
        first: name(first),
        second: name(second),
        requests: count.requests,
        parallel: count.parallel,
    });
    let is_column = |name: &String| columns.contains(name.as_str());
    siblings.filter(|pair| [&pair.caller, &pair.first, &pair.second].into_iter().all(is_column)).collect()
}

/// The causal graph of the calls; services without any are nodes without edges.
pub(super) fn causal_graph(services: &[String], calls: &[ServiceCall]) -> Result<CausalGraph> {
    CausalGraph::from_counted(services, calls.iter().map(|call| (&call.caller, &call.callee, call.calls)))
}

/// The callees of a service, in groups: parallel to each other within a group, one group after another.
pub(super) fn groups(callees: &[&str], siblings: &[&SiblingCalls]) -> Vec<Vec<String>> {
    let mut groups: Vec<Vec<String>> = Vec::new();
    for &callee in callees {
        let parallel_to = |other: &String| {
            siblings.iter().any(|pair| {
                let same =
                    (pair.first == callee && pair.second == *other) || (pair.second == callee && pair.first == *other);
                same && pair.is_parallel()
            })
        };
        // A callee parallel to members of several groups joins them into one.
        let (joined, apart): (Vec<_>, Vec<_>) = groups.into_iter().partition(|group| group.iter().any(parallel_to));
        groups = apart;
        groups.push(joined.into_iter().flatten().chain([callee.to_owned()]).collect());
    }
    groups
}
