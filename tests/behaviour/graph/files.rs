//! Call graphs, CSV and DOT.

use etiology::graph::DropReason;
use etiology::{CausalGraph, Error};

use super::edges;

#[test]
fn calls_are_turned_round() {
    let graph = CausalGraph::from_call_graph([("web", "api"), ("web", "auth"), ("api", "db")]).unwrap();
    assert_eq!(edges(&graph), [("api", "web"), ("auth", "web"), ("db", "api")]);
    assert_eq!(graph.parents("web").unwrap(), ["api", "auth"]);
}

#[test]
fn dropped_calls_are_reported_with_their_reason() {
    let calls = [("web", "api"), ("api", "api"), ("", "api"), ("web", " \t"), ("web", "api"), ("", "")];
    let graph = CausalGraph::from_call_graph(calls).unwrap();
    assert_eq!(edges(&graph), [("api", "web")]);
    let dropped = graph.dropped_calls().iter().map(|call| (call.caller.as_str(), call.callee.as_str(), call.reason));
    assert_eq!(
        dropped.collect::<Vec<_>>(),
        [
            ("api", "api", DropReason::SelfCall),
            ("", "api", DropReason::BlankName),
            ("web", " \t", DropReason::BlankName),
            ("", "", DropReason::BlankName),
        ]
    );
}

#[test]
fn a_call_graph_of_self_calls_alone_is_empty() {
    let error = CausalGraph::from_call_graph([("a", "a"), ("b", "b")]).unwrap_err();
    assert!(matches!(error, Error::Empty { .. }), "{error}");
}

/// The text within the quotes of a DOT label, with escapes undone.
fn unquoted(line: &str) -> String {
    let (_, label) = line.split_once("label = \"").expect("every node has a label");
    let mut text = String::new();
    let mut characters = label.chars();
    loop {
        match characters.next().expect("the label ends on its line") {
            '"' => return text,
            '\\' => match characters.next().expect("something is escaped") {
                'n' | 'l' => text.push('\n'),
                other => text.push(other),
            },
            other => text.push(other),
        }
    }
}

#[test]
fn dot_quotes_awkward_names() {
    let awkward = ["say \"hi\"", "back\\slash", "two\nlines", "semi;colon -> {x}", "ends in \\"];
    let edges = awkward.windows(2).map(|pair| (pair[0], pair[1]));
    let dot = CausalGraph::from_edges(edges).unwrap().to_dot();
    let (arrows, labels): (Vec<&str>, Vec<&str>) =
        dot.lines().skip(1).filter(|line| line.contains('[')).partition(|line| !line.contains("label"));
    assert_eq!(labels.iter().map(|line| unquoted(line)).collect::<Vec<_>>(), awkward, "{dot}");
    assert_eq!(arrows.len(), 4, "{dot}");
    assert!(arrows[0].contains("0 -> 1"), "{dot}");
    assert!(dot.starts_with("digraph {") && dot.trim_end().ends_with('}'), "{dot}");
}

#[test]
fn csv_columns_may_be_quoted_reordered_and_among_others() {
    let text =
        "count,callee, caller ,note\n7,\"db, primary\",api,\n1,\"say \"\"hi\"\"\",\"web\",\"x,y\"\n3,web,web,self\n";
    let graph = CausalGraph::from_call_graph_csv_reader(text.as_bytes()).unwrap();
    assert_eq!(edges(&graph), [("db, primary", "api"), ("say \"hi\"", "web")]);
    assert_eq!(graph.dropped_calls().len(), 1);
    assert_eq!(graph.dropped_calls()[0].reason, DropReason::SelfCall);
}

#[test]
fn csv_edges_point_from_cause_to_effect() {
    let graph = CausalGraph::from_edges_csv_reader("effect,cause\nb,a\nc,b\n".as_bytes()).unwrap();
    assert_eq!(edges(&graph), [("a", "b"), ("b", "c")]);
}

#[test]
fn csv_with_a_byte_order_mark_is_read() {
    let graph = CausalGraph::from_edges_csv_reader("\u{feff}cause,effect\r\na,b\r\n".as_bytes()).unwrap();
    assert_eq!(edges(&graph), [("a", "b")]);
}

#[test]
fn csv_files_are_read_like_readers() {
    let path = std::env::temp_dir().join(format!("etiology-graph-{}.csv", std::process::id()));
    std::fs::write(&path, "caller,callee,cause,effect\nweb,api,x,y\n").unwrap();
    let calls = CausalGraph::from_call_graph_csv_path(&path);
    let causes = CausalGraph::from_edges_csv_path(&path);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(edges(&calls.unwrap()), [("api", "web")]);
    assert_eq!(edges(&causes.unwrap()), [("x", "y")]);
}

#[test]
fn a_missing_csv_header_is_named() {
    for (text, missing) in [("caller,called\na,b\n", "callee"), ("from,callee\na,b\n", "caller"), ("", "caller")] {
        let error = CausalGraph::from_call_graph_csv_reader(text.as_bytes()).unwrap_err();
        assert!(matches!(&error, Error::MissingColumn { column, .. } if column == missing), "{text:?}: {error}");
    }
    let error = CausalGraph::from_edges_csv_reader("caller,callee\na,b\n".as_bytes()).unwrap_err();
    assert!(error.to_string().contains("`cause`") && error.to_string().contains("`callee`"), "{error}");
}

#[test]
fn a_csv_without_rows_is_an_empty_graph() {
    let error = CausalGraph::from_edges_csv_reader("cause,effect\n".as_bytes()).unwrap_err();
    assert!(matches!(error, Error::Empty { .. }), "{error}");
}
