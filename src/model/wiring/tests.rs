//! Forward evaluation and abduction undo each other, values can be given, and one rule says what is linear.

use super::*;
use crate::data::Observation;
use crate::graph::CausalGraph;
use crate::mechanism::{AdditiveNoiseModel, CustomMechanism, KnownFormula, Mechanism};
use crate::model::{FittedModel, StructuralCausalModel};
use crate::noise::NoiseDistribution;
use crate::random::Purpose;

/// x = parent · noise
#[derive(Debug)]
struct Product;

impl Mechanism for Product {
    fn evaluate(&self, parents: &[f64], noise: f64) -> f64 {
        parents[0] * noise
    }
    fn estimate_noise(&self, parents: &[f64], value: f64) -> f64 {
        value / parents[0]
    }
}

fn normal(mean: f64) -> NoiseDistribution {
    NoiseDistribution::normal(mean, 1.0).unwrap()
}

/// Nodes in another order than the topological one: d = 2·a − b, b = a · noise, e = max(b, d), and f that e does not need.
fn model() -> FittedModel {
    let edges = [("d", "e"), ("b", "e"), ("a", "d"), ("b", "d"), ("a", "b"), ("e", "f")];
    let additive = |formula| AdditiveNoiseModel::known(formula).with_noise(normal(0.5));
    StructuralCausalModel::new(CausalGraph::from_edges(edges).unwrap())
        .with_mechanism("a", normal(3.0))
        .and_then(|model| model.with_mechanism("b", CustomMechanism::new(["a"], Product).with_noise(normal(2.0))))
        .and_then(|model| {
            let weighted = KnownFormula::weighted_sum([("b", -1.0), ("a", 2.0)])?;
            model.with_mechanism("d", additive(weighted))
        })
        .and_then(|model| model.with_mechanism("e", additive(KnownFormula::maximum(["b", "d"]))))
        .and_then(|model| model.with_mechanism("f", additive(KnownFormula::sum(["e"]))))
        .unwrap()
        .without_fitting()
        .unwrap()
}

fn number(wiring: &Wiring, name: &str) -> usize {
    wiring.nodes().iter().position(|node| node.name == name).unwrap()
}

#[test]
fn of_a_target_there_are_its_ancestors_and_it_comes_last() {
    let model = model();
    let wiring = model.wiring_of_target("e").unwrap();
    let names: Vec<&str> = wiring.nodes().iter().map(|node| node.name.as_str()).collect();
    assert_eq!(names, ["a", "b", "d", "e"]);
    let parents = |name: &str| {
        let node = wiring.node(number(&wiring, name));
        node.parents.iter().map(|&parent| wiring.node(parent).name.as_str()).collect::<Vec<_>>()
    };
    assert_eq!((parents("d"), parents("e")), (vec!["b", "a"], vec!["b", "d"]), "in the order of the mechanism");
    assert!(wiring.nodes().iter().all(|node| model.graph().name(node.position) == node.name));
    assert!(model.wiring_of_target("x").is_err());
}

#[test]
fn abduction_undoes_forward_evaluation() {
    let model = model();
    let wiring = model.wiring();
    let noises: Vec<f64> = (0..5).map(|node| 1.5 + f64::from(node)).collect();
    let values = wiring.forward(&noises, |_| None);
    let event = Observation::new(wiring.nodes().iter().map(|node| node.name.as_str()), values.clone()).unwrap();
    let recovered = wiring.abduct(&event).unwrap();
    assert_eq!((recovered.values, recovered.noises), (values, noises));
}

#[test]
fn a_given_value_holds_whatever_the_noise_and_moves_what_is_downstream() {
    let model = model();
    let wiring = model.wiring_of_target("e").unwrap();
    let (b, noises) = (number(&wiring, "b"), [1.0, 7.0, 0.25, 0.5]);
    let given = |node: usize| (node == b).then_some(-4.0);
    // d = 2 − (−4) + 0.25, e = d + 0.5
    assert_eq!(wiring.forward(&noises, given), [1.0, -4.0, 6.25, 6.75]);
    let fill = |node: &WiredNode, column: &mut [f64]| column.fill(noises[number(&wiring, &node.name)]);
    let columns = wiring.forward_columns(3, fill, given).unwrap();
    assert_eq!(columns, [vec![1.0; 3], vec![-4.0; 3], vec![6.25; 3], vec![6.75; 3]]);
}

#[test]
fn columns_have_the_bits_of_rows_and_give_their_noises_back() {
    let model = model();
    let wiring = model.wiring();
    let columns = wiring.draw_columns(50, 7, Purpose::ModelDraws).unwrap();
    let slices: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
    let abduct = |number: usize| {
        let node = wiring.node(number);
        wiring.abduct_column(number, &slices, |parents, value| node.abduct(parents, value).unwrap())
    };
    let noises: Vec<Vec<f64>> = (0..slices.len()).map(abduct).collect();
    for row in 0..50 {
        let in_row = |columns: &[Vec<f64>]| columns.iter().map(|column| column[row]).collect::<Vec<f64>>();
        let pairs = wiring.nodes().iter().map(|node| node.name.as_str()).zip(in_row(&columns));
        let recovered = wiring.abduct(&Observation::from_pairs(pairs).unwrap()).unwrap();
        assert_eq!(recovered.noises, in_row(&noises));
        let again = wiring.forward(&recovered.noises, |_| None);
        for (found, drawn) in again.iter().zip(in_row(&columns)) {
            assert!((found - drawn).abs() <= 1e-12 * (1.0 + drawn.abs()), "{found}, not {drawn}");
        }
    }
}

#[test]
fn rows_with_a_gap_have_no_noise_where_the_gap_matters() {
    let model = model();
    let wiring = model.wiring();
    let mut columns = wiring.draw_columns(2, 7, Purpose::ModelDraws).unwrap();
    columns[number(wiring, "b")][1] = f64::NAN;
    let slices: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
    for (name, gap) in [("a", false), ("b", true), ("d", true), ("e", true), ("f", false)] {
        let noises = wiring.abduct_column(number(wiring, name), &slices, |_, value| value);
        assert_eq!((noises[0].is_nan(), noises[1].is_nan()), (false, gap), "{name}");
    }
}

#[test]
fn parents_that_do_not_count_are_replaced_by_their_own() {
    let model = model();
    let wiring = model.wiring_of_target("e").unwrap();
    let [a, b, d, e] = ["a", "b", "d", "e"].map(|name| number(&wiring, name));
    let found = wiring.parents_that_count(|number| number != d);
    assert_eq!((&found[d], &found[e]), (&vec![a, b], &vec![a, b]));
    let found = wiring.parents_that_count(|number| number != d && number != b);
    assert_eq!(found[e], [a]);
}

#[test]
fn effects_and_expansions_come_from_slopes() {
    let edges = [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"), ("b", "e"), ("c", "e")];
    let additive = |formula| AdditiveNoiseModel::known(formula).with_noise(normal(0.0));
    let model = StructuralCausalModel::new(CausalGraph::from_edges(edges).unwrap())
        .with_mechanism("a", normal(0.0))
        .and_then(|model| model.with_mechanism("b", additive(KnownFormula::maximum(["a"]))))
        .and_then(|model| model.with_mechanism("c", additive(KnownFormula::weighted_sum([("a", 3.0)])?)))
        .and_then(|model| model.with_mechanism("d", additive(KnownFormula::weighted_sum([("b", 2.0), ("c", -1.0)])?)))
        .and_then(|model| model.with_mechanism("e", additive(KnownFormula::maximum(["b", "c"]))))
        .unwrap()
        .without_fitting()
        .unwrap();
    let of_d = model.wiring_of_target("d").unwrap();
    let [a, b, c, d] = ["a", "b", "c", "d"].map(|name| number(&of_d, name));
    let effects = of_d.noise_effects();
    assert_eq!([a, b, c, d].map(|node| effects[node]), [Some(-1.0), Some(2.0), Some(-1.0), Some(1.0)]);
    let mut expected = vec![(a, -1.0), (b, 2.0), (c, -1.0), (d, 1.0)];
    expected.sort_unstable_by_key(|&(node, _)| node);
    assert_eq!(of_d.expansions()[d], Some(Expansion { constant: 0.0, weights: expected }));
    let of_e = model.wiring_of_target("e").unwrap();
    let [a, b, c, e] = ["a", "b", "c", "e"].map(|name| number(&of_e, name));
    let effects = of_e.noise_effects();
    assert_eq!([a, b, c, e].map(|node| effects[node]), [None, None, None, Some(1.0)]);
    assert_eq!(of_e.expansions()[e], None);
}
