//! What people and programs read of an attribution and of a diagnosis.

mod browser;
mod csv;
mod first_screen;
mod formats;
mod schema;
mod text;
