//! How long the questions other than attribution take.
//!
//! ```text
//! cargo bench --bench questions
//! cargo bench --bench questions -- change/
//! RAYON_NUM_THREADS=1 cargo bench --bench questions -- acting/
//! ```
//!
//! On the current rayon pool, so on every core unless `RAYON_NUM_THREADS` says otherwise.

mod acting;
mod change;
mod influence;
#[path = "../shared/must.rs"]
mod must;
#[path = "../../examples/shared/retail_shop.rs"]
#[allow(dead_code, reason = "the culprit is that of the slow requests")]
mod retail_shop;
#[path = "../shared/short.rs"]
mod short;
mod systems;
mod two_tables;

use criterion::{criterion_group, criterion_main};

criterion_group! {
    name = benches;
    config = short::short();
    targets = change::bench, acting::bench, influence::bench, two_tables::bench
}
criterion_main!(benches);
