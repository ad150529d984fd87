//! Categories that have causes: the probability of every class given the parents.

mod function;
mod shares;
mod softmax;

pub(crate) use function::{ClassFunction, Interval, Probabilities};
pub(crate) use shares::Shares;
pub(crate) use softmax::{Softmax, softmax};
