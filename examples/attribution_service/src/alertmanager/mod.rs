//! What Alertmanager sends to a webhook (version 4), as questions.
//!
//! An alert says which node is off, and since when. What the nodes were then it says only where its rule writes it down: in annotations
//! named after nodes, or all in one annotation, which a template of Prometheus can fill.

mod answered;
mod asking;
mod webhook;

pub(crate) use answered::Kept;
pub(crate) use asking::Asking;
pub(crate) use webhook::Webhook;
