//! The causal graph with contributions as a Mermaid flowchart.

use super::colour::INK;
use super::picture::{Picture, PictureNode, Standing, Story};
use crate::error::Result;
use crate::graph::CausalGraph;
use crate::question::attribution::Attribution;
use crate::report::escape::mermaid;
use crate::report::units::Units;
use crate::verdicts::Diagnosis;

impl Attribution {
    /// The causal graph of the target and its ancestors as a flowchart of Mermaid, which wikis and code hosts draw in
    /// Markdown, each node labelled with its contribution and coloured as by [`to_svg`](Self::to_svg).
    ///
    /// # Errors
    /// When the graph is not the one that the attribution was made with.
    pub fn to_mermaid(&self, graph: &CausalGraph) -> Result<String> {
        Ok(write(&Picture::new(self, graph, &Story::default(), &Units::default())?))
    }
}

impl Diagnosis {
    /// As [`Attribution::to_mermaid`], with the root cause marked.
    ///
    /// # Errors
    /// When the graph is not the one that the diagnosis was made with.
    pub fn to_mermaid(&self, graph: &CausalGraph) -> Result<String> {
        Ok(write(&Picture::new(&self.attribution, graph, &Story::of(self), &Units::default())?))
    }
}

fn write(picture: &Picture) -> String {
    let nodes = picture.nodes.iter().enumerate().map(|(place, node)| format!("  n{place}[\"{}\"]\n", label(node)));
    let edges = picture.edges.iter().map(|(cause, effect)| format!("  n{cause} --> n{effect}\n"));
    let styles = picture.nodes.iter().enumerate().map(|(place, node)| format!("  style n{place} {}\n", style(node)));
    format!("flowchart TD\n{}{}{}", nodes.collect::<String>(), edges.collect::<String>(), styles.collect::<String>())
}

fn label(node: &PictureNode) -> String {
    let tags = node.tags();
    let lines = [&node.name, &node.amount, &tags].into_iter().filter(|line| !line.is_empty());
    lines.map(|line| mermaid(line)).collect::<Vec<_>>().join("<br/>")
}

fn style(node: &PictureNode) -> String {
    let dashes = match node.standing {
        Standing::Positive => "",
        Standing::Negative => ",stroke-dasharray: 6 3",
        Standing::Missing => ",stroke-dasharray: 2 4",
    };
    let width = if node.is_root_cause { 4 } else { 1 };
    format!("fill:{},color:{INK},stroke:{INK},stroke-width:{width}px{dashes}", node.fill)
}
