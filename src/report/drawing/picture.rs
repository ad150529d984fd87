//! What every drawing of a causal graph shows: the target and its ancestors, with what each contributed.

use super::colour::fill;
use crate::error::{Error, Result};
use crate::graph::CausalGraph;
use crate::question::attribution::{Attribution, Contribution, Quantity};
use crate::report::units::Units;
use crate::verdicts::Diagnosis;
use crate::wording::{error_in_nats, fixed, significant, visible_name};

/// The target and its ancestors in topological order, and the edges between them as places in that order.
pub(in crate::report) struct Picture {
    pub(super) title: String,
    pub(super) nodes: Vec<PictureNode>,
    pub(super) edges: Vec<(usize, usize)>,
    /// Those of the edges that a proof goes along.
    pub(super) path: Vec<(usize, usize)>,
}

/// What a drawing tells besides the contributions.
#[derive(Default)]
pub(in crate::report) struct Story<'a> {
    root_cause: Option<&'a str>,
    /// From the cause to the target, those without a value among them; empty where no path is shown.
    path: Vec<&'a str>,
}

impl<'a> Story<'a> {
    /// The root cause that a diagnosis names, and the path of its first proof.
    pub(in crate::report) fn of(diagnosis: &'a Diagnosis) -> Self {
        let hops = diagnosis.proofs.first().into_iter().flat_map(|proof| &proof.path);
        let path = hops.flat_map(|hop| hop.through.iter().chain([&hop.node])).map(String::as_str).collect();
        Self { root_cause: diagnosis.root_cause(), path }
    }
}

/// A node with what is said of it. Never by colour alone: the amount has its sign.
pub(super) struct PictureNode {
    pub(super) name: String,
    /// The contribution with its unit, or that the value is missing.
    pub(super) amount: String,
    /// The contribution with its error, the observed and the typical value.
    pub(super) details: String,
    /// `#rrggbb`
    pub(super) fill: String,
    pub(super) is_target: bool,
    pub(super) is_root_cause: bool,
    pub(super) is_on_path: bool,
    pub(super) standing: Standing,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Positive,
    /// Made the event less extreme.
    Negative,
    /// No figure.
    Missing,
}

impl PictureNode {
    /// What the node is besides its contribution; empty for most.
    pub(super) fn tags(&self) -> String {
        let is_between = self.is_on_path && !self.is_root_cause && !self.is_target;
        let tags = [(self.is_root_cause, "root cause"), (is_between, "on the path"), (self.is_target, "target")];
        tags.into_iter().filter(|(applies, _)| *applies).map(|(_, tag)| tag).collect::<Vec<_>>().join(" · ")
    }
}

impl Picture {
    pub(in crate::report) fn node_count(&self) -> usize {
        self.nodes.len()
    }

    /// # Errors
    /// When the graph is not that of the attribution.
    pub(in crate::report) fn new(
        attribution: &Attribution,
        graph: &CausalGraph,
        story: &Story<'_>,
        units: &Units,
    ) -> Result<Self> {
        let positions = graph.ancestors_and_self(graph.position(&attribution.target)?);
        let mut places = vec![None; graph.node_count()];
        positions.iter().enumerate().for_each(|(place, &position)| places[position] = Some(place));
        let named = attribution.contributions.iter().map(|contribution| &contribution.node);
        for node in named.chain(attribution.missing.iter().map(|missing| &missing.node)) {
            if places[graph.position(node)?].is_none() {
                return Err(Error::InvalidParameter {
                    name: "the causal graph",
                    requirement: "the one that the attribution was made with",
                    found: format!("one in which `{node}` does not act on `{}`", attribution.target),
                });
            }
        }
        let edges_to = |place: usize| {
            let parents = graph.parent_positions(positions[place]).iter();
            parents.filter_map(|&parent| places[parent]).map(move |parent| (parent, place)).collect::<Vec<_>>()
        };
        let edges = (0..positions.len()).flat_map(edges_to).collect();
        let sizes = attribution.contributions.iter().map(|part| shown_value(attribution.quantity, part.value).abs());
        let largest = sizes.fold(0.0, f64::max);
        let node = |&position: &usize| node(attribution, graph.name(position), largest, story, units);
        let title = format!("What contributed to `{}`", attribution.target);
        let place = |name: &str| graph.position(name).ok().and_then(|position| places[position]);
        let steps = story.path.windows(2).filter_map(|pair| place(pair[0]).zip(place(pair[1])));
        Ok(Self { title, nodes: positions.iter().map(node).collect(), edges, path: steps.collect() })
    }
}

fn node(attribution: &Attribution, name: &str, largest: f64, story: &Story<'_>, units: &Units) -> PictureNode {
    let contribution = attribution.contribution(name);
    let standing = match contribution {
        None => Standing::Missing,
        Some(part) if shown_value(attribution.quantity, part.value) < 0.0 => Standing::Negative,
        Some(_) => Standing::Positive,
    };
    let value = contribution.map_or(0.0, |part| shown_value(attribution.quantity, part.value));
    let relative = if largest > 0.0 { value / largest } else { 0.0 };
    let given = attribution.context.iter().find(|given| given.node == name);
    let (amount, told) = match (contribution, given) {
        (Some(part), _) => (with_unit(attribution.quantity, part), details(attribution.quantity, part, units)),
        (None, Some(given)) => ("given".to_owned(), format!("given: {}", units.given(given))),
        (None, None) => ("no value".to_owned(), "no value observed".to_owned()),
    };
    PictureNode {
        name: visible_name(name),
        amount,
        details: told,
        fill: fill(relative),
        is_target: name == attribution.target,
        is_root_cause: story.root_cause == Some(name),
        is_on_path: story.path.contains(&name),
        standing,
    }
}

/// The contribution with its sign.
pub(in crate::report) fn signed_amount(quantity: Quantity, value: f64) -> String {
    let amount = match quantity {
        Quantity::ItScore => fixed(value, 2),
        Quantity::MeanDeviation => significant(value),
    };
    if value > 0.0 && !reads_as_zero(&amount) { format!("+{amount}") } else { amount }
}

/// The contribution, or 0 where it is written as 0: rounding errors get no colour and no bar.
pub(in crate::report) fn shown_value(quantity: Quantity, value: f64) -> f64 {
    if reads_as_zero(&signed_amount(quantity, value)) { 0.0 } else { value }
}

fn reads_as_zero(amount: &str) -> bool {
    !amount.contains(|digit| ('1'..='9').contains(&digit))
}

fn with_unit(quantity: Quantity, contribution: &Contribution) -> String {
    let mark = if contribution.is_approximate() { "≈ " } else { "" };
    let unit = match quantity {
        Quantity::ItScore => " nats",
        Quantity::MeanDeviation => "",
    };
    format!("{mark}{}{unit}", signed_amount(quantity, contribution.value))
}

fn details(quantity: Quantity, contribution: &Contribution, units: &Units) -> String {
    let error = match quantity {
        Quantity::ItScore => error_in_nats(contribution.std_error),
        Quantity::MeanDeviation => significant(contribution.std_error),
    };
    let (observed, typical) = (units.observed(contribution), units.typical(contribution));
    format!("{} ± {error}; observed {observed}, typically {typical}", with_unit(quantity, contribution))
}
