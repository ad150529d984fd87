//! Arrows the wrong way round.

use super::{EDGES, event, fit, kinds, shop, truth, upper};
use etiology::findings::{FindingKind, Strength};
use etiology::{CausalGraph, DiagnosisConfig};

fn turned_round() -> CausalGraph {
    CausalGraph::from_edges(EDGES.map(|(cause, effect)| (effect, cause))).unwrap()
}

#[test]
fn a_graph_turned_round_is_found_by_its_independencies_whatever_the_target() {
    for (rows, seed) in [(200, 1), (1000, 2)] {
        let rows = truth().draw_samples(rows, seed).unwrap();
        let model = fit(turned_round(), &rows);
        let direction = model.direction().unwrap();
        assert!(direction.favours_reversed() && !direction.favours_graph(), "{direction}");
        for target in ["edge", "web", "api"] {
            let diagnosis = model.diagnose(target, &event(&[("db", 1.5)]), &DiagnosisConfig::default()).unwrap();
            assert_eq!(diagnosis.findings[0].kind, FindingKind::EdgesReversed, "{diagnosis}");
            assert_eq!((diagnosis.root_cause(), diagnosis.strength), (None, Strength::Thin));
        }
    }
}

#[test]
fn an_edge_that_is_turned_round_is_named_and_limits_verdicts_on_its_ends() {
    // The true edge is cache → api; db tells, which is independent of cache but not given api.
    let turned = EDGES.map(|(cause, effect)| if cause == "cache" { (effect, cause) } else { (cause, effect) });
    let model = fit(CausalGraph::from_edges(turned).unwrap(), &truth().draw_samples(500, 1).unwrap());
    let [edge] = model.turned_edges() else { panic!("{:?}", model.turned_edges()) };
    assert_eq!((edge.cause.as_str(), edge.effect.as_str(), edge.turned.violated), ("api", "cache", 0));
    let of = |changed: &str| {
        let diagnosis = model.diagnose("edge", &event(&[(changed, 2.0)]), &DiagnosisConfig::default()).unwrap();
        assert!(diagnosis.findings.iter().any(|found| found.kind == FindingKind::EdgeTurned), "{diagnosis}");
        (diagnosis.combined[0].node.clone(), diagnosis.strength)
    };
    assert_eq!(of("cache"), ("api".to_owned(), Strength::Contested), "cache itself is no cause any more");
    assert_eq!(of("auth"), ("auth".to_owned(), Strength::Strong), "its noise does not rest on that edge");
    let saved = etiology::FittedModel::from_json(&model.to_json().unwrap()).unwrap();
    assert_eq!(saved.turned_edges(), model.turned_edges());
}

#[test]
fn the_right_graph_is_not_accused_even_if_a_root_is_asked_about() {
    let model = shop(500);
    let direction = model.direction().unwrap();
    assert!(direction.favours_graph() && direction.given.violated == 0, "{direction}");
    assert_eq!(model.findings(), []);
    assert_eq!(kinds(&model, "db", &event(&[("db", 1.5)]), &upper()), []);
}

#[test]
fn where_the_data_cannot_tell_a_target_without_causes_is_found() {
    let rows = truth().draw_samples(500, 1).unwrap();
    // A chain implies the same either way round.
    let model = fit(CausalGraph::from_edges([("edge", "web"), ("web", "api")]).unwrap(), &rows);
    let direction = model.direction().unwrap();
    assert!(!direction.favours_graph() && !direction.favours_reversed(), "{direction}");
    let found = model.attribute_outlier("edge", &event(&[("db", 1.5)]), &upper()).unwrap().findings;
    assert_eq!(found.iter().map(|one| one.kind).collect::<Vec<_>>(), [FindingKind::EdgesReversed]);
    assert!(found[0].remedy.contains("--calls"), "{}", found[0]);
    assert_eq!(kinds(&model, "api", &event(&[("db", 1.5)]), &upper()), [], "asked about its effect");
}

#[test]
fn a_file_of_calls_is_not_read_as_edges_nor_the_reverse() {
    let edges = CausalGraph::from_edges_csv_reader("Caller,callee\nweb,api\n".as_bytes()).unwrap_err().to_string();
    assert!(edges.contains("--calls") && edges.contains("from_call_graph_csv_path"), "{edges}");
    let calls = CausalGraph::from_call_graph_csv_reader("effect,cause\nweb,api\n".as_bytes()).unwrap_err().to_string();
    assert!(calls.contains("--edges") && calls.contains("from_edges_csv_path"), "{calls}");
    let both = "caller,callee,cause,effect\nweb,api,api,web\n";
    assert!(CausalGraph::from_edges_csv_reader(both.as_bytes()).is_ok());
}
