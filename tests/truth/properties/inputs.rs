//! Random bytes, tables and calls: read or refused.

use std::collections::HashSet;

use etiology::{CausalGraph, Dataset, Error};
use proptest::prelude::*;

use super::{CASES, config};

proptest! {
    #![proptest_config(config(CASES))]

    #[test]
    fn random_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let data = Dataset::from_csv_reader(bytes.as_slice());
        prop_assert!(data.is_err() || data.is_ok_and(|data| data.rows() > 0 && data.columns() > 0));
        let graph = CausalGraph::from_call_graph_csv_reader(bytes.as_slice());
        prop_assert!(graph.is_err() || graph.is_ok_and(|graph| graph.edge_count() > 0));
    }

    // Mostly well formed, so that more than the first line is reached.
    #[test]
    fn random_csv_is_read_or_refused(
        text in "[ab,\" 1e.\r\n\u{feff}-]{0,80}",
        header in "(a,b|caller,callee|\"a\n\",b)\n",
    ) {
        let text = header + &text;
        if let Ok(data) = Dataset::from_csv_reader(text.as_bytes()) {
            prop_assert!(data.rows() > 0);
            prop_assert_eq!(data.names().iter().collect::<HashSet<_>>().len(), data.columns());
            prop_assert_eq!(data.observations().len(), data.rows());
        }
        if let Ok(graph) = CausalGraph::from_call_graph_csv_reader(text.as_bytes()) {
            prop_assert!(graph.nodes().all(|node| !node.trim().is_empty()));
        }
    }

    #[test]
    fn random_calls_are_acyclic_or_name_a_real_cycle(calls in prop::collection::vec((0..7_u8, 0..7_u8), 1..12)) {
        let edges: HashSet<(String, String)> = calls
            .iter()
            .filter(|(caller, callee)| caller != callee)
            .map(|(caller, callee)| (callee.to_string(), caller.to_string()))
            .collect();
        let names = calls.iter().map(|(caller, callee)| (caller.to_string(), callee.to_string()));
        match CausalGraph::from_call_graph(names) {
            Ok(graph) => {
                let order = graph.topological_order();
                let place = |node: &str| order.iter().position(|&other| other == node);
                prop_assert!(edges.iter().all(|(cause, effect)| place(cause) < place(effect)));
                prop_assert_eq!(graph.edge_count(), edges.len());
                let self_calls = calls.iter().filter(|(caller, callee)| caller == callee).count();
                prop_assert_eq!(graph.dropped_calls().len(), self_calls);
            }
            Err(Error::Cycle { nodes }) => {
                prop_assert!(nodes.len() >= 3, "{:?}", nodes);
                prop_assert_eq!(nodes.first(), nodes.last());
                // Told along the calls, so against the causal edges.
                let steps = nodes.windows(2).map(|pair| (pair[1].clone(), pair[0].clone()));
                prop_assert!(steps.into_iter().all(|step| edges.contains(&step)), "{:?}", nodes);
            }
            Err(error) => prop_assert!(edges.is_empty() && matches!(error, Error::Empty { .. }), "{}", error),
        }
    }
}
