//! Simple rules to compare with. They rank whom the verdicts rank: the target and its ancestors that are there in the event.

use etiology::Dataset;

use crate::case::Case;
use crate::least_squares::Regression;
use crate::ranking::Ranking;

/// The rankings of all of them.
pub(crate) fn rankings(case: &Case) -> etiology::Result<Vec<Ranking>> {
    let mut suspects = case.graph.ancestors(&case.target)?;
    suspects.push(&case.target);
    let event = case.event()?;
    let is_there = |node: &&str| event.get(node).is_some_and(f64::is_finite);
    suspects.retain(is_there);
    let mut rankings = Vec::new();
    let rules: [(&str, Rule); 3] =
        [("three sigma", three_sigma), ("robust, all rows", robust), ("leveraged residual", leveraged_residual)];
    for (method, rule) in rules {
        let mut scores = Vec::new();
        for &node in &suspects {
            scores.push((node.to_owned(), rule(case, node)?));
        }
        rankings.push(Ranking::new(method, scores));
    }
    Ok(rankings)
}

/// How suspect a node is.
type Rule = fn(&Case, &str) -> etiology::Result<f64>;

/// |x − mean|/sd of the node by itself.
fn three_sigma(case: &Case, node: &str) -> etiology::Result<f64> {
    let normal = present(&case.normal, node)?;
    let (mean, std_dev) = moments(&normal);
    let value = case.event()?.get(node).unwrap_or(f64::NAN);
    Ok(by_spread(value - mean, std_dev))
}

/// The largest |x − median|/IQR over all rows of the incident; by the standard deviation where half of the values are equal.
fn robust(case: &Case, node: &str) -> etiology::Result<f64> {
    let mut normal = present(&case.normal, node)?;
    normal.sort_by(f64::total_cmp);
    let range = quantile(&normal, 0.75) - quantile(&normal, 0.25);
    let spread = if range > 0.0 { range } else { moments(&normal).1 };
    let median = quantile(&normal, 0.5);
    let rows = present(&case.rows, node)?;
    Ok(rows.into_iter().map(|value| by_spread(value - median, spread)).fold(0.0, f64::max))
}

/// |residual|/(sd √(1 + h)) of the node's linear regression on its parents; 0 if a parent moved that never did in training.
fn leveraged_residual(case: &Case, node: &str) -> etiology::Result<f64> {
    let event = case.event()?;
    let mut parents = Vec::new();
    for parent in case.graph.parents(node)? {
        let Some(value) = event.get(parent).filter(|value| value.is_finite()) else { continue };
        let normal = present(&case.normal, parent)?;
        match normal.first() {
            Some(&first) if normal.iter().any(|&other| other != first) => parents.push(parent),
            Some(&first) if value != first => return Ok(0.0),
            _ => {}
        }
    }
    let mut columns = vec![case.normal.column(node)?];
    for &parent in &parents {
        columns.push(case.normal.column(parent)?);
    }
    let rows = (0..case.normal.rows()).map(|row| columns.iter().map(|column| column[row]).collect::<Vec<f64>>());
    let complete: Vec<Vec<f64>> = rows.filter(|row| row.iter().all(|value| value.is_finite())).collect();
    let regression = Regression::fit(&complete);
    let inputs: Vec<f64> = parents.iter().filter_map(|parent| event.get(parent)).collect();
    let (residual, leverage) = regression.residual(event.get(node).unwrap_or(f64::NAN), &inputs);
    Ok(by_spread(residual, regression.std_dev * (1.0 + leverage).sqrt()))
}

/// What moved although it never does is infinitely far out.
fn by_spread(deviation: f64, spread: f64) -> f64 {
    if deviation == 0.0 { 0.0 } else { (deviation / spread).abs() }
}

fn present(table: &Dataset, node: &str) -> etiology::Result<Vec<f64>> {
    Ok(table.column(node)?.iter().copied().filter(|value| value.is_finite()).collect())
}

fn moments(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    // A constant is no spread of rounding errors.
    let varies = values.iter().any(|&value| value != values[0]);
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0);
    if varies { (mean, variance.sqrt()) } else { (values.first().copied().unwrap_or(f64::NAN), 0.0) }
}

/// Of sorted values, between neighbours in proportion.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() as f64 - 1.0);
    let (below, rest) = (place.floor() as usize, place.fract());
    let Some(&low) = sorted.get(below) else { return f64::NAN };
    low + rest * (sorted.get(below + 1).copied().unwrap_or(low) - low)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::Truth;
    use etiology::CausalGraph;

    /// A switch that never moved in training, and a node below it that follows another one.
    fn case(switch: f64) -> Case {
        let x: Vec<f64> = (0..50).map(|row| f64::from(row % 10)).collect();
        let y = x.iter().enumerate().map(|(row, x)| 2.0 * x + if row % 2 == 0 { 0.5 } else { -0.5 }).collect();
        let one = |value: f64| vec![value];
        Case {
            name: "switch".to_owned(),
            kind: String::new(),
            graph: CausalGraph::from_edges([("x", "y"), ("switch", "y")]).unwrap(),
            normal: Dataset::from_columns([("x", x), ("switch", vec![1.0; 50]), ("y", y)]).unwrap(),
            rows: Dataset::from_columns([("x", one(4.5)), ("switch", one(switch)), ("y", one(29.0))]).unwrap(),
            alert: 0,
            recent: None,
            target: "y".to_owned(),
            root_causes: vec!["y".to_owned()],
            truth: Truth::default(),
        }
    }

    fn first(switch: f64, method: &str) -> String {
        let rankings = rankings(&case(switch)).unwrap();
        let ranking = rankings.iter().find(|ranking| ranking.method == method).unwrap();
        ranking.named().unwrap().to_owned()
    }

    #[test]
    fn a_node_is_excused_where_a_parent_moved_that_never_did() {
        assert_eq!(first(1.0, "leveraged residual"), "y");
        assert_eq!(first(2.0, "leveraged residual"), "switch");
    }

    #[test]
    fn what_moved_although_it_never_does_is_furthest_out() {
        for method in ["three sigma", "robust, all rows"] {
            assert_eq!(first(1.0, method), "y");
            assert_eq!(first(2.0, method), "switch");
        }
    }
}
