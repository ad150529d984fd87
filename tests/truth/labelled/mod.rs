//! Faults whose cause is known.

mod accuracy;
mod hard_incidents;
mod lags;
