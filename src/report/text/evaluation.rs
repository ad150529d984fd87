//! The sentences and the table of a model's evaluation.

use std::fmt::{self, Write};

use super::table;
use crate::evaluation::{ModelEvaluation, ModelFinding, NodeEvaluation};
use crate::numeric::ranks::sort_by;
use crate::wording::{Visible, fixed, p_value, significant, visible_name};

/// Most lines of a list: who gets more has a wrong graph, not a list to go through.
const MOST_LINES: usize = 30;

impl fmt::Display for ModelEvaluation {
    /// A verdict in a few sentences, the nodes in a table, and what was found to be wrong.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let formatter = &mut Visible(formatter);
        self.write_verdict(formatter)?;
        self.write_fit(formatter)?;
        self.write_noise(formatter)?;
        self.write_graph(formatter)?;
        writeln!(formatter)?;
        let mut table = table::plain();
        table.set_header([
            "node",
            "rows",
            "R²",
            "CRPS",
            "ratio",
            "calibration p",
            "shift",
            "spread",
            "dependence",
            "p",
        ]);
        self.nodes.iter().for_each(|node| {
            table.add_row(row(node));
        });
        table::write_figures(formatter, table, 1)?;
        if !self.findings.is_empty() {
            writeln!(formatter, "\nWarnings:")?;
        }
        self.findings.iter().take(MOST_LINES).try_for_each(|finding| writeln!(formatter, "- {finding}"))?;
        write_rest(formatter, self.findings.len())?;
        self.write_absent(formatter)
    }
}

impl ModelEvaluation {
    fn write_verdict(&self, formatter: &mut Visible<'_, '_>) -> fmt::Result {
        let nodes = self.nodes.len();
        write!(formatter, "{nodes} nodes evaluated on {} rows: ", self.rows)?;
        match self.findings.len() {
            0 => writeln!(formatter, "nothing was found to be wrong with the model."),
            1 => writeln!(formatter, "there is one warning, at the end."),
            warnings => writeln!(formatter, "there are {warnings} warnings, at the end."),
        }
    }

    fn write_fit(&self, formatter: &mut Visible<'_, '_>) -> fmt::Result {
        let mut fits: Vec<(f64, &str)> =
            self.nodes.iter().filter_map(|node| Some((node.r_squared?, node.node.as_str()))).collect();
        sort_by(&mut fits, &|a, b| a.0.total_cmp(&b.0));
        match fits.as_slice() {
            [] => Ok(()),
            [(only, node)] => {
                writeln!(formatter, "Fit: the parents of `{node}` explain a share of R² = {only:.2} of its variance.")
            }
            [(worst, worst_node), .., (best, best_node)] => writeln!(
                formatter,
                "Fit: parents explain between R² = {worst:.2} (`{worst_node}`) and {best:.2} (`{best_node}`) of the variance of \
                 {} nodes.",
                fits.len()
            ),
        }
    }

    fn write_noise(&self, formatter: &mut Visible<'_, '_>) -> fmt::Result {
        let count =
            |of_kind: fn(&ModelFinding) -> bool| self.findings.iter().filter(|finding| of_kind(finding)).count();
        writeln!(
            formatter,
            "Noise: {} of {} tested are not distributed as the model says; {} of {} tested depend on the parents.",
            count(|finding| matches!(finding, ModelFinding::NoiseMiscalibrated { .. })),
            self.nodes.iter().filter(|node| node.calibration.is_some()).count(),
            count(|finding| matches!(finding, ModelFinding::NoiseDependsOnParents { .. })),
            self.nodes.iter().filter(|node| node.independence.is_some()).count()
        )
    }

    fn write_graph(&self, formatter: &mut Visible<'_, '_>) -> fmt::Result {
        let graph = &self.graph;
        let tests = graph.implied_independencies.len();
        write!(formatter, "Graph: {} of {tests} independencies tested are violated", graph.violations().count())?;
        if graph.untested > 0 {
            write!(formatter, "; {} could not be tested", graph.untested)?;
        }
        let Some(comparison) = &graph.comparison else {
            return writeln!(formatter, ".");
        };
        writeln!(
            formatter,
            ". Test by test, without correction, it violates {} of {}, a graph with permuted nodes {} on average (p = {}).",
            comparison.violations,
            comparison.tests,
            fixed(comparison.mean_permuted_violations, 1),
            p_value(comparison.p_value)
        )?;
        if comparison.equivalent_share > self.config.alpha {
            writeln!(
                formatter,
                "{:.0} % of the permuted graphs imply the same as the graph, so that comparison says little.",
                100.0 * comparison.equivalent_share
            )?;
        }
        Ok(())
    }

    fn write_absent(&self, formatter: &mut Visible<'_, '_>) -> fmt::Result {
        let of_nodes = self.nodes.iter().flat_map(|node| node.absent.iter().map(|absent| (node.node.as_str(), absent)));
        let all = of_nodes.chain(self.graph.absent.iter().map(|absent| ("graph", absent)));
        let count = all.clone().count();
        if count > 0 {
            writeln!(formatter, "\nNot computed:")?;
        }
        for (of, absent) in all.take(MOST_LINES) {
            writeln!(formatter, "- {of}: {} ({})", absent.figure, absent.reason)?;
        }
        write_rest(formatter, count)
    }
}

fn write_rest(formatter: &mut Visible<'_, '_>, lines: usize) -> fmt::Result {
    if lines > MOST_LINES { writeln!(formatter, "- and {} more", lines - MOST_LINES) } else { Ok(()) }
}

fn row(node: &NodeEvaluation) -> [String; 10] {
    let show = |figure: Option<f64>, format: &dyn Fn(f64) -> String| figure.map_or_else(|| "-".to_owned(), format);
    let hundredths = |figure: f64| fixed(figure, 2);
    [
        visible_name(&node.node),
        node.rows.to_string(),
        show(node.r_squared, &hundredths),
        show(node.crps, &significant),
        show(node.crps_ratio, &hundredths),
        show(node.calibration.map(|test| test.p_value), &p_value),
        show(node.drift.map(|drift| drift.mean_shift), &hundredths),
        show(node.drift.map(|drift| drift.spread_ratio), &hundredths),
        show(node.independence.map(|test| test.distance_correlation), &hundredths),
        show(node.independence.map(|test| test.p_value), &p_value),
    ]
}
