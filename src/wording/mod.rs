//! How numbers and names are said to people, wherever a sentence or a table has one.

mod chance;
mod number;
mod visible;

pub(crate) use chance::{chance, one_in, share_of_rows};
pub(crate) use number::{error_in_nats, fixed, grouped, p_value, significant, sum, sum_in_words};
pub(crate) use visible::{Visible, fitting, is_invisible, one_line, push_visible, shortened, total_width};
pub use visible::{visible_json, visible_name, visible_text};
