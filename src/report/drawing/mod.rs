//! Drawings of the causal graph with what each node contributed: SVG, and the languages of Graphviz and Mermaid.

mod colour;
mod dot;
mod layout;
mod mermaid;
mod picture;
mod svg;

pub(super) use picture::{Picture, Story, shown_value, signed_amount};
pub(super) use svg::draw;
