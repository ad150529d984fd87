//! Dependencies as Jaeger and Zipkin answer them.

use etiology::CausalGraph;
use etiology::graph::DropReason;
use proptest::prelude::*;

#[test]
fn dependencies_of_both_tools_become_graphs_without_circles() {
    let list = r#"[{"parent": "web", "child": "api", "callCount": 900}, {"parent": "api", "child": "db", "callCount": 70},
        {"parent": "api", "child": "api", "callCount": 5}, {"parent": "", "child": "db", "callCount": 1},
        {"parent": "db", "child": "web", "callCount": 2, "errorCount": 1}, {"child": "db"}]"#;
    for json in [list.to_owned(), format!("{{\"data\": {list}, \"total\": 0, \"errors\": null}}")] {
        let graph = CausalGraph::from_dependencies_reader(json.as_bytes()).unwrap();
        assert_eq!(graph.topological_order(), ["db", "api", "web"]);
        let reasons: Vec<DropReason> = graph.dropped_calls().iter().map(|call| call.reason).collect();
        use DropReason::{BlankName, RarestOfCycle, SelfCall};
        assert_eq!(reasons, [SelfCall, BlankName, BlankName, RarestOfCycle]);
        let rarest = graph.dropped_calls().last().unwrap();
        assert_eq!((rarest.caller.as_str(), rarest.callee.as_str()), ("db", "web"));
    }
    for json in ["", "5", "[]", "{\"data\": null}", "[5]", "[{\"parent\": \"\"}]"] {
        assert!(CausalGraph::from_dependencies_reader(json.as_bytes()).is_err(), "{json}");
    }
}

proptest! {
    #[test]
    fn circles_are_broken_at_edges_that_no_kept_way_back_undercuts(
        calls in proptest::collection::vec((0..8_u8, 0..8_u8, 0..20_u64), 1..40),
    ) {
        let name = |node: u8| format!("s{node}");
        let graph = CausalGraph::from_call_counts(calls.iter().map(|&(a, b, count)| (name(a), name(b), count))).unwrap();
        let total = |caller: &str, callee: &str| -> u64 {
            calls.iter().filter(|(a, b, _)| name(*a) == caller && name(*b) == callee).map(|call| call.2).sum()
        };
        for call in graph.dropped_calls().iter().filter(|call| call.reason == DropReason::RarestOfCycle) {
            // From the callee back to the caller along kept calls that are at least as frequent.
            let own = total(&call.caller, &call.callee);
            let mut reached = vec![call.callee.clone()];
            let mut next = 0;
            while next < reached.len() {
                let caller = reached[next].clone();
                for callee in graph.parents(&caller).unwrap() {
                    if total(&caller, callee) >= own && !reached.iter().any(|seen| seen == callee) {
                        reached.push(callee.to_owned());
                    }
                }
                next += 1;
            }
            prop_assert!(reached.contains(&call.caller), "{call:?} closes no circle");
        }
    }
}
