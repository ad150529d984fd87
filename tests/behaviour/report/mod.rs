//! What people and programs read of an attribution and of a diagnosis.

mod browser;
mod formats;
mod text;
