//! Where what runs in parallel runs.

use rayon::{ThreadPool, ThreadPoolBuilder};

thread_local! {
    static ALONE: Option<ThreadPool> = ThreadPoolBuilder::new().num_threads(1).use_current_thread().build().ok();
}

/// Runs something on the calling thread alone: what the library would run in parallel runs on it, one after another, and neither the global
/// rayon pool nor any other thread takes part. For programs that have threads of their own for as many questions as there are cores, such as
/// a query engine. Results are the same to the bit.
///
/// On a thread of a rayon pool it runs in that pool, since a thread cannot leave its own.
///
/// ```
/// use rayon::prelude::*;
///
/// let here = std::thread::current().id();
/// let elsewhere = etiology::threads::on_this_thread(|| {
///     (0..1_000).into_par_iter().filter(|_| std::thread::current().id() != here).count()
/// });
/// assert_eq!(elsewhere, 0);
/// ```
pub fn on_this_thread<R>(compute: impl FnOnce() -> R) -> R {
    if rayon::current_thread_index().is_some() {
        return compute();
    }
    // A thread that has no pool of its own yet becomes one, of one thread, and stays it until it ends.
    ALONE.with(|_| compute())
}
