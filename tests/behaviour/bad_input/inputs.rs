//! Graphs, data, events, games and scores that cannot be.

use etiology::score::{ItScore, ItScorer, it_score};
use etiology::shapley::{FunctionGame, ShapleyConfig, shapley_values};
use etiology::{Attribution, AttributionConfig, CausalGraph, Dataset, Error, FeatureMap, Observation, ShapleyMethod};
use ndarray::array;

use super::{case, check, data_with, event, good_data, known_custom, known_pair, known_pair_with, pair};

fn attribute_event(pairs: &[(&str, f64)]) -> Result<Attribution, Error> {
    let event = Observation::from_pairs(pairs.iter().copied())?;
    known_pair()?.attribute_outlier("b", &event, &AttributionConfig::default())
}

#[test]
fn graphs() {
    check(vec![
        case("no edges", || CausalGraph::from_edges(Vec::<(String, String)>::new()), &["causal graph", "empty"]),
        case(
            "no nodes",
            || CausalGraph::from_nodes_and_edges(Vec::<String>::new(), Vec::<(String, String)>::new()),
            &["causal graph", "empty"],
        ),
        case(
            "cycle",
            || CausalGraph::from_edges([("in", "p"), ("p", "q"), ("q", "r"), ("r", "p")]),
            &["cycle", "p -> q -> r -> p"],
        ),
        case("self-loop", || CausalGraph::from_edges([("p", "p")]), &["cycle", "p -> p"]),
        case("blank cause", || CausalGraph::from_edges([("a", "b"), ("", "b")]), &["node", "blank", "position 2"]),
        case("blank node", || CausalGraph::from_nodes_and_edges([" "], [("a", "b")]), &["node", "blank"]),
        case("node listed twice", || CausalGraph::from_nodes_and_edges(["x", "x"], [("a", "b")]), &["`x`"]),
        case("only self-calls", || CausalGraph::from_call_graph([("a", "a")]), &["causal graph", "empty"]),
        case("unknown node", || pair()?.parents("nobody").map(|parents| parents.len()), &["`nobody`", "`a`, `b`"]),
        case(
            "missing header",
            || CausalGraph::from_call_graph_csv_reader("caller,calls\na,b\n".as_bytes()),
            &["`callee`", "`calls`"],
        ),
        case(
            "ragged call graph",
            || CausalGraph::from_call_graph_csv_reader("caller,callee\na\n".as_bytes()),
            &["CSV input", "line 2"],
        ),
        case("missing file", || CausalGraph::from_edges_csv_path("no/such/edges.csv"), &["no/such/edges.csv"]),
    ]);
}

#[test]
fn data() {
    check(vec![
        case("no columns", || Dataset::from_columns(Vec::<(String, Vec<f64>)>::new()), &["data", "column"]),
        case("no rows", || data_with(vec![], vec![]), &["data", "empty", "row"]),
        case("columns of two lengths", || data_with(vec![1.0, 2.0], vec![1.0]), &["`b`", "1 values", "2"]),
        case("a name too few", || Dataset::from_array(["a"], array![[1.0, 2.0]].view()), &["column names", "1", "2"]),
        case("column twice", || Dataset::from_columns([("x", [1.0]), ("x", [2.0])]), &["`x`", "more than once"]),
        case(
            "blank column",
            || Dataset::from_columns([("x", [1.0]), ("\t", [2.0])]),
            &["column", "blank", "position 1"],
        ),
        case("row beyond the end", || good_data()?.row(5), &["row 5", "5 rows"]),
        case("missing column", || good_data()?.column("c").map(|column| column.len()), &["`c`", "`a`, `b`"]),
        case("CSV row too short", || Dataset::from_csv_reader("a,b\n1\n".as_bytes()), &["CSV input", "line 2"]),
        case("CSV row too long", || Dataset::from_csv_reader("a,b\n1,2\n1,2,3\n".as_bytes()), &["CSV input", "line 3"]),
        case("CSV with zero bytes", || Dataset::from_csv_reader(&b"a\n1\0\n"[..]), &["CSV input", "line 2", "no text"]),
        case("CSV without a header", || Dataset::from_csv_reader("".as_bytes()), &["data", "empty"]),
        case("CSV without rows", || Dataset::from_csv_reader("a,b\n".as_bytes()), &["data", "row"]),
        case("missing file", || Dataset::from_csv_path("no/such/data.csv"), &["no/such/data.csv"]),
        case("nothing to fill with", || data_with(vec![1.0], vec![f64::NAN])?.fill_with_mean(["b"]), &["`b`"]),
        case("no complete row", || data_with(vec![1.0], vec![f64::NAN])?.drop_incomplete_rows(["b"]), &["empty"]),
        case("observation too short", || Observation::new(["a", "b"], [1.0]), &["observation", "1 values", "2"]),
        case("observation with a name twice", || Observation::from_pairs([("a", 1.0), ("a", 1.0)]), &["`a`"]),
        case("blank name in an observation", || Observation::from_pairs([("", 1.0)]), &["blank", "position 0"]),
    ]);
}

#[test]
fn observations() {
    let attribute_row = |text: &'static str| {
        move || {
            let rows = Dataset::from_csv_reader(text.as_bytes())?;
            known_pair()?.attribute_outliers("b", &rows, &AttributionConfig::default())
        }
    };
    check(vec![
        case("missing target", || attribute_event(&[("a", 1.0)]), &["`b`", "`a`"]),
        case("NaN in the target", || attribute_event(&[("a", 1.0), ("b", f64::NAN)]), &["`b`", "NaN"]),
        case("infinite ancestor", || attribute_event(&[("a", f64::INFINITY), ("b", 1.0)]), &["`a`", "inf"]),
        case("blank target in the third row", attribute_row("a,b\n1,2\n1,3\n4,\n"), &["row 2", "`b`"]),
        case("text in an ancestor", attribute_row("a,b\n1,2\nslow,1\n"), &["row 1", "`a`", "slow"]),
        case("text in an event", attribute_row("a,b\n1,2\n1,slow\n"), &["row 1", "`b`", "slow"]),
        case(
            "node scores of infinity",
            || known_pair()?.node_scores(&Observation::from_pairs([("a", f64::INFINITY)])?, &FeatureMap::UpperTail),
            &["`a`", "inf"],
        ),
        case("noises lack a node", || known_pair()?.estimate_noise(&Observation::from_pairs([("a", 1.0)])?), &["`b`"]),
        case(
            "custom mechanism that is not invertible at the stand-in for a missing parent",
            || {
                let event = Observation::from_pairs([("b", 1.0)])?;
                known_pair_with(known_custom(|a, n| a * n, |a, x| x / a)?)?.attribute_outlier(
                    "b",
                    &event,
                    &AttributionConfig::default(),
                )
            },
            &["`b`", "recover", "inf"],
        ),
        case("noise of NaN", || known_pair()?.estimate_noise(&Observation::from_pairs([("a", f64::NAN)])?), &["`a`"]),
        case(
            "unknown target",
            || known_pair()?.attribute_outlier("nobody", &event()?, &AttributionConfig::default()),
            &["`nobody`", "`a`, `b`"],
        ),
        case("unknown node", || known_pair()?.mechanism("nobody").map(drop), &["`nobody`"]),
    ]);
}

#[test]
fn scores_games_and_draws() {
    let game = |players: usize, method: ShapleyMethod| {
        move || shapley_values(&FunctionGame::new(players, |_| 0.0), &ShapleyConfig::default().with_method(method))
    };
    check(vec![
        case("no reference scores", || ItScorer::calibrate(&[]), &["reference scores", "empty"]),
        case("reference score of NaN", || ItScorer::calibrate(&[1.0, f64::NAN]), &["reference score", "NaN"]),
        case("score of NaN", || it_score(&[1.0, 2.0], f64::NAN), &["score", "NaN"]),
        case("scorer with floor 1", || ItScorer::calibrate(&[1.0])?.with_floor(1.0), &["floor", "1"]),
        case(
            "beyond the reference, floor 0",
            || ItScorer::calibrate(&[1.0])?.with_floor(0.0)?.score(2.0),
            &["floor", "0"],
        ),
        case("tail probability 1.1", || ItScore::from_tail_probability(1.1, 0.1), &["tail probability", "1.1"]),
        case("tail probability -0.1", || ItScore::from_tail_probability(-0.1, 0.1), &["tail probability", "-0.1"]),
        case("tail probability NaN", || ItScore::from_tail_probability(f64::NAN, 0.1), &["tail probability", "NaN"]),
        case("tail and floor 0", || ItScore::from_tail_probability(0.0, 0.0), &["floor", "positive"]),
        case("floor NaN", || ItScore::from_tail_probability(0.5, f64::NAN), &["floor", "NaN"]),
        case("no players", game(0, ShapleyMethod::Auto), &["game", "empty", "player"]),
        case("no players, permutations", game(0, ShapleyMethod::Permutations(10)), &["game", "empty", "player"]),
        case("21 players, exact", game(21, ShapleyMethod::Exact), &["21 players", "at most 20"]),
        case("2 permutations", game(3, ShapleyMethod::Permutations(2)), &["permutations", "is 2"]),
        case(
            "a game worth NaN",
            || {
                let game = FunctionGame::new(2, |coalition| if coalition.contains(0) { f64::NAN } else { 0.0 });
                shapley_values(&game, &ShapleyConfig::default())
            },
            &["NaN"],
        ),
        case("draws of no rows", || known_pair()?.draw_samples(0, 1), &["rows", "at least 1", "is 0"]),
        case("more rows than memory", || known_pair()?.draw_samples(usize::MAX, 1), &["rows"]),
    ]);
}
