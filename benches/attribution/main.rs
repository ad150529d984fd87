//! How long a fit, one attribution, a batch of them and the Shapley module alone take.
//!
//! ```text
//! cargo bench --bench attribution
//! RAYON_NUM_THREADS=1 cargo bench --bench attribution -- one_event
//! cargo bench --bench attribution -- one_event/25_permutations_3000_samples/linear
//! ```
//!
//! All but the group `threads` run on the current rayon pool, so on every core unless `RAYON_NUM_THREADS` says
//! otherwise. A case whose one run takes longer than [`cases::LONGEST_RUN`] is left out and says so: it comes back by
//! itself once it is fast enough.

mod batch;
mod cases;
mod fit;
mod honesty;
#[path = "../shared/must.rs"]
mod must;
mod one_event;
#[path = "../shared/random_models.rs"]
mod random_models;
#[path = "../../examples/shared/retail_shop.rs"]
mod retail_shop;
mod shapley;
mod shop_event;
#[path = "../shared/short.rs"]
mod short;
mod threads;

use criterion::{criterion_group, criterion_main};

criterion_group! {
    name = benches;
    config = short::short();
    targets = fit::bench, honesty::bench, shop_event::bench, one_event::bench, batch::bench, threads::bench, shapley::bench
}
criterion_main!(benches);
