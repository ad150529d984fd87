//! The causal graph as SVG.

use super::colour::INK;
use super::layout::{Layout, Place, layered};
use super::picture::{Picture, PictureNode, Standing, Story};
use crate::error::Result;
use crate::graph::CausalGraph;
use crate::question::attribution::Attribution;
use crate::report::escape::markup;
use crate::report::label::two_lines;
use crate::report::units::Units;
use crate::verdicts::Diagnosis;

/// The size of a node's box, in pixels.
const BOX: (f64, f64) = (172.0, 70.0);
/// Between the boxes of a layer, and between layers.
const GAPS: (f64, f64) = (18.0, 44.0);
/// Around everything.
const MARGIN: f64 = 6.0;
/// On a narrow page the picture shrinks by so much, and no further: text must stay legible.
const LEAST_SCALE: f64 = 0.7;
/// Columns of text in a box.
const COLUMNS: usize = 18;
/// Between the lines of text in a box.
const LINE: f64 = 15.0;
/// Edges: more than 3 to 1 against white and against black.
const EDGE: &str = "#767c84";
/// Edges of the path of a proof: as far from white and from black, and thicker.
const PATH: &str = "#c4620a";
/// Borders: dark against every fill, and as edges against black.
const BORDER: &str = "#5f666e";

impl Attribution {
    /// The causal graph of the target and its ancestors as a self-contained SVG picture: causes before their effects, each
    /// node with its contribution, orange where it made the event more extreme and blue, with a dashed border, where
    /// it made it less so. Nodes without a value have a dotted border. It reads on light and dark ground.
    ///
    /// # Errors
    /// When the graph is not the one that the attribution was made with.
    pub fn to_svg(&self, graph: &CausalGraph) -> Result<String> {
        Ok(draw(&Picture::new(self, graph, &Story::default(), &Units::default())?, "graph"))
    }
}

impl Diagnosis {
    /// As [`Attribution::to_svg`], with the root cause marked.
    ///
    /// # Errors
    /// When the graph is not the one that the diagnosis was made with.
    pub fn to_svg(&self, graph: &CausalGraph) -> Result<String> {
        Ok(draw(&Picture::new(&self.attribution, graph, &Story::of(self), &Units::default())?, "graph"))
    }
}

/// Where the places of a layout are on paper: layers from top to bottom or from left to right.
struct Paper {
    downwards: bool,
    width: f64,
    height: f64,
}

impl Paper {
    /// The direction in which the drawing is less wide: there is always room further down.
    fn new(layout: &Layout) -> Self {
        let layers = layout.layers as f64;
        let wide = layout.extent * (BOX.0 + GAPS.0) - GAPS.0;
        let long = layers * (BOX.0 + GAPS.1) - GAPS.1;
        let downwards = wide <= long.max(4.0 * BOX.0);
        let (width, height) = if downwards {
            (wide, layers * (BOX.1 + GAPS.1) - GAPS.1)
        } else {
            (long, layout.extent * (BOX.1 + GAPS.0) - GAPS.0)
        };
        Self { downwards, width: width + 2.0 * MARGIN, height: height + 2.0 * MARGIN }
    }

    /// The middle of a box.
    fn point(&self, place: Place) -> (f64, f64) {
        let layer = place.layer as f64;
        let across = |size: f64| place.across * (size + GAPS.0) - GAPS.0 / 2.0 + MARGIN;
        let along = |size: f64| layer * (size + GAPS.1) + size / 2.0 + MARGIN;
        if self.downwards { (across(BOX.0), along(BOX.1)) } else { (along(BOX.0), across(BOX.1)) }
    }

    /// A point so far along the direction of the layers.
    fn along(&self, (x, y): (f64, f64), distance: f64) -> (f64, f64) {
        if self.downwards { (x, y + distance) } else { (x + distance, y) }
    }

    /// Half a box in the direction of the layers.
    fn half_box(&self) -> f64 {
        if self.downwards { BOX.1 / 2.0 } else { BOX.0 / 2.0 }
    }
}

/// `id` keeps the names of its parts apart from those of other pictures on a page.
pub(in crate::report) fn draw(picture: &Picture, id: &str) -> String {
    let layout = layered(picture.nodes.len(), &picture.edges);
    let paper = Paper::new(&layout);
    let is_on_path = |edge: &(usize, usize)| picture.path.contains(edge);
    let routes = || layout.routes.iter().zip(&picture.edges);
    let edges: String = routes()
        .filter(|(_, edge)| !is_on_path(edge))
        .map(|(route, _)| edge(&paper, route, EDGE, (8.0, 4.0)))
        .collect();
    // Above the others.
    let path: String = routes()
        .filter(|(_, edge)| is_on_path(edge))
        .map(|(route, _)| edge(&paper, route, PATH, (13.0, 7.0)))
        .collect();
    let path = match path.is_empty() {
        true => String::new(),
        false => format!("<g class=\"path\" fill=\"none\" stroke=\"{PATH}\" stroke-width=\"4\">\n{path}</g>\n"),
    };
    let nodes: String =
        picture.nodes.iter().zip(&layout.nodes).map(|(node, &at)| boxed(node, paper.point(at))).collect();
    let (width, height) = (paper.width.ceil(), paper.height.ceil());
    let title = markup(&picture.title);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-labelledby=\"{id}-title {id}-description\" \
         viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         style=\"max-width:100%;min-width:{:.0}px;height:auto\" font-family=\"system-ui, sans-serif\" font-size=\"13\">\n<title id=\"{id}-title\">{title}</title>\n\
         <desc id=\"{id}-description\">{}</desc>\n\
         <g fill=\"none\" stroke=\"{EDGE}\" stroke-width=\"1.5\">\n{edges}</g>\n{path}{nodes}</svg>\n",
        LEAST_SCALE * width,
        markup(&description(picture))
    )
}

/// For those who cannot see it: the root cause, and how much is drawn. The figures are in the tooltips and tables.
fn description(picture: &Picture) -> String {
    let (nodes, edges) = (picture.nodes.len(), picture.edges.len());
    let root_cause = picture.nodes.iter().find(|node| node.is_root_cause);
    let root_cause = root_cause.map_or_else(String::new, |node| format!(" The root cause is {}.", node.name));
    let name = |place: usize| picture.nodes[place].name.as_str();
    let path = match picture.path.first() {
        None => String::new(),
        Some(&(cause, _)) => {
            let effects = picture.path.iter().map(|&(_, effect)| format!(" to {}", name(effect)));
            format!(" Thick arrows, the path: {}{}.", name(cause), effects.collect::<String>())
        }
    };
    format!(
        "A causal graph of {nodes} nodes and {edges} edges, arrows from cause to effect.{root_cause}{path} Contributions are \
         written in the boxes: orange boxes made the event more extreme, blue ones with a dashed border less so."
    )
}

/// A curve through the places, and an arrow head of this length and half width; both ends along the direction of the layers.
fn edge(paper: &Paper, route: &[Place], colour: &str, (length, half): (f64, f64)) -> String {
    let ends = route.len().saturating_sub(1);
    let mut path = String::new();
    for (place, pair) in route.windows(2).enumerate() {
        let from = paper.along(paper.point(pair[0]), if place == 0 { paper.half_box() } else { 0.0 });
        let to =
            paper.along(paper.point(pair[1]), if place + 1 == ends { -paper.half_box() - 0.5 * length } else { 0.0 });
        let bend = if paper.downwards { (to.1 - from.1) / 2.0 } else { (to.0 - from.0) / 2.0 };
        if place == 0 {
            path.push_str(&format!("M{:.1} {:.1}", from.0, from.1));
        }
        let (first, second) = (paper.along(from, bend), paper.along(to, -bend));
        path.push_str(&format!(
            "C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}",
            first.0, first.1, second.0, second.1, to.0, to.1
        ));
    }
    let Some(&last) = route.last() else { return String::new() };
    let tip = paper.along(paper.point(last), -paper.half_box());
    let (x, y) = paper.along(tip, -length);
    let (left, right) = if paper.downwards { ((x - half, y), (x + half, y)) } else { ((x, y - half), (x, y + half)) };
    format!(
        "<path d=\"{path}\"/><path d=\"M{:.1} {:.1}L{:.1} {:.1}L{:.1} {:.1}Z\" fill=\"{colour}\" stroke=\"none\"/>\n",
        tip.0, tip.1, left.0, left.1, right.0, right.1
    )
}

fn boxed(node: &PictureNode, (x, y): (f64, f64)) -> String {
    let border = match node.standing {
        Standing::Positive => "",
        Standing::Negative => " stroke-dasharray=\"6 3\"",
        Standing::Missing => " stroke-dasharray=\"2 4\"",
    };
    let thickness = match node {
        PictureNode { is_root_cause: true, .. } => 4.0,
        PictureNode { is_on_path: true, .. } | PictureNode { is_target: true, .. } => 2.5,
        _ => 1.2,
    };
    let colour = if node.is_on_path { PATH } else { BORDER };
    // The name in bold, then the amount, then what else it is.
    let names = two_lines(&node.name, COLUMNS);
    let tags = node.tags();
    let lines: Vec<(&str, &str)> = names
        .iter()
        .map(|line| (line.as_str(), " font-weight=\"600\""))
        .chain([(node.amount.as_str(), "")])
        .chain((!tags.is_empty()).then_some((tags.as_str(), " font-style=\"italic\" font-size=\"12\"")))
        .collect();
    let first = y - LINE * (lines.len() as f64 - 1.0) / 2.0 + 4.5;
    let text = lines.iter().enumerate().map(|(number, (line, style))| {
        format!("<text x=\"{x:.1}\" y=\"{:.1}\"{style}>{}</text>", first + LINE * number as f64, markup(line))
    });
    format!(
        "<g fill=\"{INK}\" text-anchor=\"middle\"><title>{}</title><rect x=\"{:.1}\" y=\"{:.1}\" width=\"{}\" height=\"{}\" \
         rx=\"7\" fill=\"{}\" stroke=\"{colour}\" stroke-width=\"{thickness}\"{border}/>{}</g>\n",
        markup(&format!("{}: {}", node.name, node.details)),
        x - BOX.0 / 2.0,
        y - BOX.1 / 2.0,
        BOX.0,
        BOX.1,
        node.fill,
        text.collect::<String>()
    )
}
