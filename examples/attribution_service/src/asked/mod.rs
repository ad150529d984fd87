//! What is asked, and in which form the answer is wanted.

mod event;
mod form;
mod query;
mod question;

pub(crate) use event::{SentEvent, Value};
pub(crate) use form::Form;
pub(crate) use query::Query;
pub(crate) use question::{Question, Refusal};
