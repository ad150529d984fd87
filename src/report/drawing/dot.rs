//! The causal graph with contributions in the DOT language of Graphviz.

use super::colour::INK;
use super::picture::{Picture, PictureNode, Standing, Story};
use crate::error::Result;
use crate::graph::CausalGraph;
use crate::question::attribution::Attribution;
use crate::report::escape::dot;
use crate::report::units::Units;
use crate::verdicts::Diagnosis;

impl Attribution {
    /// The causal graph of the target and its ancestors in the DOT language of Graphviz, each node labelled with its
    /// contribution and coloured as by [`to_svg`](Self::to_svg).
    ///
    /// # Errors
    /// When the graph is not the one that the attribution was made with.
    pub fn to_dot(&self, graph: &CausalGraph) -> Result<String> {
        Ok(write(&Picture::new(self, graph, &Story::default(), &Units::default())?))
    }
}

impl Diagnosis {
    /// As [`Attribution::to_dot`], with the root cause marked.
    ///
    /// # Errors
    /// When the graph is not the one that the diagnosis was made with.
    pub fn to_dot(&self, graph: &CausalGraph) -> Result<String> {
        Ok(write(&Picture::new(&self.attribution, graph, &Story::of(self), &Units::default())?))
    }
}

fn write(picture: &Picture) -> String {
    let nodes = picture.nodes.iter().enumerate().map(|(place, node)| format!("  n{place} [{}];\n", attributes(node)));
    let edges = picture.edges.iter().map(|(cause, effect)| format!("  n{cause} -> n{effect};\n"));
    format!(
        "digraph contributions {{\n  tooltip=\"{}\";\n  node [shape=box, fontname=\"sans-serif\", fontcolor=\"{INK}\"];\n{}{}}}\n",
        dot(&picture.title),
        nodes.collect::<String>(),
        edges.collect::<String>()
    )
}

fn attributes(node: &PictureNode) -> String {
    let style = match node.standing {
        Standing::Positive => "filled,rounded",
        Standing::Negative => "filled,rounded,dashed",
        Standing::Missing => "filled,rounded,dotted",
    };
    let width = if node.is_root_cause { 3 } else { 1 };
    let tags = node.tags();
    // The line breaks are escape sequences, which `dot` would double.
    let lines = [&node.name, &node.amount, &tags].into_iter().filter(|line| !line.is_empty());
    let lines: Vec<String> = lines.map(|line| dot(line)).collect();
    format!(
        "label=\"{}\", tooltip=\"{}\", fillcolor=\"{}\", style=\"{style}\", penwidth={width}",
        lines.join("\\n"),
        dot(&node.details),
        node.fill
    )
}
