//! Ways to spoil a case.

use std::collections::HashMap;

use etiology::{CausalGraph, Dataset, FeatureMap, FittedModel, Observation, Result};

use crate::Spoil;
use crate::simulated_faults::Case;

/// What is asked of a model that is to be fitted.
pub(crate) struct Question {
    pub(crate) graph: CausalGraph,
    pub(crate) normal: Dataset,
    pub(crate) event: Observation,
    pub(crate) target: String,
    pub(crate) culprit: String,
    pub(crate) feature_map: FeatureMap,
}

type Spoiled = Result<Option<Question>>;

/// Values of a case that are far from 0, so that a unit can be told.
const OFFSET: f64 = 20.0;

pub(crate) const SPOILERS: [(&str, Spoil); 22] = [
    ("right", right),
    ("right, the side it is on", right_side),
    ("right, an ordinary row", ordinary),
    ("right, far from 0", far_from_zero),
    ("right, asked in mid-graph", mid_graph),
    ("right, 50 rows", |case, number| right(&with_rows(case, 50)?, number)),
    ("arrows turned round", turned_round),
    ("arrows turned, asked in mid-graph", turned_mid_graph),
    ("all 1000 times as large", |case, _| in_unit(case, 1000.0, None)),
    ("all 1000 times smaller", |case, _| in_unit(case, 1e-3, None)),
    ("a cause 1000 times as large", |case, _| in_unit(case, 1000.0, Some(Which::Cause))),
    ("a cause 60 times as large", |case, _| in_unit(case, 60.0, Some(Which::Cause))),
    ("a cause 1e6 times smaller", |case, _| in_unit(case, 1e-6, Some(Which::Cause))),
    ("the target 1000 times as large", |case, _| in_unit(case, 1000.0, Some(Which::Target))),
    ("the other side", other_side),
    ("a cause hidden, in the event", |case, _| without_culprit(case, true)),
    ("a cause hidden", |case, _| without_culprit(case, false)),
    ("faulty rows in training, 1 %", |case, _| contaminated(case, 0.01)),
    ("faulty rows in training, 3 %", |case, _| contaminated(case, 0.03)),
    ("a constant moved", constant_moved),
    ("7 rows", |case, number| right(&with_rows(case, 7)?, number)),
    ("normal noise for skewed", normal_for_skewed),
];

#[derive(Clone, Copy)]
enum Which {
    Cause,
    Target,
}

fn question(case: &Case) -> Question {
    Question {
        graph: case.graph.clone(),
        normal: case.normal.clone(),
        event: case.anomaly.clone(),
        target: case.target.clone(),
        culprit: case.culprit.clone(),
        feature_map: FeatureMap::DistanceFromMedian,
    }
}

fn right(case: &Case, _: usize) -> Spoiled {
    Ok(Some(question(case)))
}

fn is_high(case: &Case) -> Result<bool> {
    let column = case.normal.column(&case.target)?;
    let value = case.anomaly.get(&case.target).unwrap_or(f64::NAN);
    Ok(2 * column.iter().filter(|&&other| other < value).count() > column.len())
}

fn right_side(case: &Case, _: usize) -> Spoiled {
    let feature_map = if is_high(case)? { FeatureMap::UpperTail } else { FeatureMap::LowerTail };
    Ok(Some(Question { feature_map, ..question(case) }))
}

fn other_side(case: &Case, _: usize) -> Spoiled {
    let feature_map = if is_high(case)? { FeatureMap::LowerTail } else { FeatureMap::UpperTail };
    Ok(Some(Question { feature_map, ..question(case) }))
}

fn ordinary(case: &Case, number: usize) -> Spoiled {
    let event = case.truth.without_fitting()?.draw_samples(1, number as u64 + 77)?.row(0)?;
    Ok(Some(Question { event, ..question(case) }))
}

fn mid_graph(case: &Case, _: usize) -> Spoiled {
    let effects = case.graph.children(&case.culprit)?;
    let Some(target) = effects.first().map(|effect| (*effect).to_owned()) else { return Ok(None) };
    Ok((target != case.target).then(|| Question { target, ..question(case) }))
}

fn reversed(graph: &CausalGraph) -> Result<CausalGraph> {
    CausalGraph::from_nodes_and_edges(graph.nodes(), graph.edges().map(|(cause, effect)| (effect, cause)))
}

fn turned_round(case: &Case, _: usize) -> Spoiled {
    Ok(Some(Question { graph: reversed(&case.graph)?, ..question(case) }))
}

fn turned_mid_graph(case: &Case, number: usize) -> Spoiled {
    let Some(question) = mid_graph(case, number)? else { return Ok(None) };
    Ok(Some(Question { graph: reversed(&case.graph)?, ..question }))
}

/// All values as far from 0 as they are to be for a unit to show; none where they are positive anyway.
fn shift(case: &Case) -> Result<f64> {
    let mut least = f64::INFINITY;
    for node in case.graph.nodes() {
        least = case.normal.column(node)?.iter().fold(least, |least, &value| least.min(value));
    }
    Ok(if least > 0.0 { 0.0 } else { OFFSET - least })
}

fn mapped(case: &Case, of_rows: impl Fn(&str, f64) -> f64, of_event: impl Fn(&str, f64) -> f64) -> Spoiled {
    let column = |node: &str| -> Result<(String, Vec<f64>)> {
        Ok((node.to_owned(), case.normal.column(node)?.iter().map(|&value| of_rows(node, value)).collect()))
    };
    let normal = Dataset::from_columns(case.graph.nodes().map(column).collect::<Result<Vec<_>>>()?)?;
    let value = |node: &str| (node.to_owned(), of_event(node, case.anomaly.get(node).unwrap_or(f64::NAN)));
    let event = Observation::from_pairs(case.graph.nodes().map(value))?;
    Ok(Some(Question { normal, event, ..question(case) }))
}

fn far_from_zero(case: &Case, _: usize) -> Spoiled {
    let shift = shift(case)?;
    mapped(case, |_, value| value + shift, |_, value| value + shift)
}

/// The event, or one of its values, so many times as large: of the fault, or of the culprit's first cause.
fn in_unit(case: &Case, ratio: f64, which: Option<Which>) -> Spoiled {
    let shift = shift(case)?;
    let node = match which {
        None => None,
        Some(Which::Target) => Some(case.target.clone()),
        Some(Which::Cause) => {
            let causes = case.graph.parents(&case.target)?;
            let Some(cause) = causes.iter().find(|cause| **cause != case.culprit) else { return Ok(None) };
            Some((*cause).to_owned())
        }
    };
    let is_off = |name: &str| node.as_ref().is_none_or(|node| node == name);
    mapped(
        case,
        |_, value| value + shift,
        |name, value| if is_off(name) { ratio * (value + shift) } else { value + shift },
    )
}

/// Without the culprit in the graph, which has its children as effects of nothing; its column stays, or goes.
fn without_culprit(case: &Case, is_measured: bool) -> Spoiled {
    if case.culprit == case.target || !case.graph.children(&case.culprit)?.contains(&case.target.as_str()) {
        return Ok(None);
    }
    let nodes = case.graph.nodes().filter(|&node| is_measured || node != case.culprit);
    let kept = |&(cause, effect): &(&str, &str)| {
        if is_measured { cause != case.culprit } else { cause != case.culprit && effect != case.culprit }
    };
    let graph = CausalGraph::from_nodes_and_edges(nodes, case.graph.edges().filter(kept))?;
    Ok(Some(Question { graph, culprit: "nobody in the graph".to_owned(), ..question(case) }))
}

/// A share of the training rows has the culprit's noise of the event.
fn contaminated(case: &Case, share: f64) -> Spoiled {
    let truth = case.truth.without_fitting()?;
    let fault = truth.estimate_noise(&case.anomaly)?.get(&case.culprit).unwrap_or(f64::NAN);
    let faulty = (share * case.normal.rows() as f64).round() as usize;
    let mut rows: Vec<Observation> = case.normal.observations().collect();
    for row in rows.iter_mut().take(faulty) {
        let noises = truth.estimate_noise(row)?;
        // Not quite the same each time.
        let size = 1.0 + 0.1 * (noises.values().iter().sum::<f64>()).sin();
        let value = |node: &str| if node == case.culprit { size * fault } else { noises.get(node).unwrap_or(f64::NAN) };
        *row = generated(&truth, value)?;
    }
    let column =
        |node: &str| (node.to_owned(), rows.iter().map(|row| row.get(node).unwrap_or(f64::NAN)).collect::<Vec<f64>>());
    let normal = Dataset::from_columns(case.graph.nodes().map(column))?;
    Ok(Some(Question { normal, ..question(case) }))
}

/// The row that these noises make.
fn generated(truth: &FittedModel, noise: impl Fn(&str) -> f64) -> Result<Observation> {
    let mut values: HashMap<String, f64> = HashMap::new();
    for node in truth.graph().topological_order() {
        let parents: Vec<f64> = truth.mechanism_parents(node)?.iter().map(|parent| values[*parent]).collect();
        values.insert(node.to_owned(), truth.mechanism(node)?.evaluate(&parents, noise(node)));
    }
    Observation::from_pairs(truth.graph().nodes().map(|node| (node.to_owned(), values[node])))
}

/// Another cause of the culprit that never varied, and does so in the event.
fn constant_moved(case: &Case, number: usize) -> Spoiled {
    let (name, value) = ("constant", [0.0, 1.0, 5e8, -3.0][number % 4]);
    let edges = case.graph.edges().chain([(name, case.culprit.as_str())]);
    let graph = CausalGraph::from_nodes_and_edges(case.graph.nodes(), edges)?;
    let mut columns = Vec::new();
    for node in case.graph.nodes() {
        columns.push((node.to_owned(), case.normal.column(node)?.to_vec()));
    }
    columns.push((name.to_owned(), vec![value; case.normal.rows()]));
    let moved = [17.0, 1.5, 1.9e9, -2.5][number % 4];
    let values = case.graph.nodes().map(|node| (node.to_owned(), case.anomaly.get(node).unwrap_or(f64::NAN)));
    let event = Observation::from_pairs(values.chain([(name.to_owned(), moved)]))?;
    Ok(Some(Question {
        graph,
        normal: Dataset::from_columns(columns)?,
        event,
        culprit: name.to_owned(),
        ..question(case)
    }))
}

fn with_rows(case: &Case, rows: usize) -> Result<Case> {
    let column = |node: &str| -> Result<(String, Vec<f64>)> {
        Ok((node.to_owned(), case.normal.column(node)?.iter().take(rows).copied().collect()))
    };
    let normal = Dataset::from_columns(case.graph.nodes().map(column).collect::<Result<Vec<_>>>()?)?;
    Ok(Case { normal, ..case.clone() })
}

/// The event is where the target's own column, squared, has a long tail that a line of its causes does not give.
fn normal_for_skewed(case: &Case, _: usize) -> Spoiled {
    let bend =
        |name: &str, value: f64| if name == case.target { (0.7 * value.clamp(-30.0, 30.0)).exp() } else { value };
    mapped(case, bend, bend)
}
