//! Computing without the interpreter: the lock is released, several threads compute, and Ctrl-C stops them.
//!
//! To hand a question over to other threads, and its answer back, takes some 30 µs, and several times as much where they find no processor free. What takes
//! a moment is computed on the thread that asks.

use std::cell::Cell;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use etiology::Result;
use etiology::threads::{Workers, on_this_thread};
use pyo3::prelude::*;

use crate::errors::OrRaise;

/// How often the interpreter is asked for signals.
const EVERY: Duration = Duration::from_millis(40);
/// What takes no longer is over before anybody misses a look at signals.
const MOMENT: Duration = Duration::from_millis(5);

/// The threads that compute. Only the main thread of Python gets signals, so it has workers that nobody else uses, which may be stopped.
struct Pools {
    threads: usize,
    of_main_thread: Option<Arc<Workers>>,
    of_others: Option<Arc<Workers>>,
}

static POOLS: Mutex<Pools> = Mutex::new(Pools { threads: 0, of_main_thread: None, of_others: None });

thread_local! {
    /// Whether this is the main thread of Python; unknown at first.
    static IS_MAIN: Cell<Option<bool>> = const { Cell::new(None) };
    /// Whether this thread has computed something by itself, and is a pool of its own since then: no worker, though rayon calls it one.
    static IS_ALONE: Cell<bool> = const { Cell::new(false) };
}

fn pools() -> MutexGuard<'static, Pools> {
    POOLS.lock().unwrap_or_else(PoisonError::into_inner)
}

fn is_main(py: Python<'_>) -> PyResult<bool> {
    if let Some(known) = IS_MAIN.get() {
        return Ok(known);
    }
    let threading = py.import("threading")?;
    let is_main = threading.call_method0("current_thread")?.is(&threading.call_method0("main_thread")?);
    IS_MAIN.set(Some(is_main));
    Ok(is_main)
}

/// Whether this is a thread that computes for another.
fn is_worker() -> bool {
    rayon::current_thread_index().is_some() && !IS_ALONE.get()
}

fn workers(py: Python<'_>, is_main: bool) -> PyResult<Arc<Workers>> {
    let mut pools = pools();
    let threads = pools.threads;
    let slot = if is_main { &mut pools.of_main_thread } else { &mut pools.of_others };
    match slot {
        Some(workers) if !workers.is_stopped() => Ok(Arc::clone(workers)),
        _ => {
            let workers = Arc::new(Workers::new(threads).or_raise(py)?);
            *slot = Some(Arc::clone(&workers));
            Ok(workers)
        }
    }
}

/// Computes with the interpreter's lock released.
///
/// # Errors
/// Those of `compute`; what a handler of a signal raises, as `KeyboardInterrupt`.
pub(crate) fn run<R: Send>(py: Python<'_>, compute: impl FnOnce() -> Result<R> + Send) -> PyResult<R> {
    run_watched(py, compute, |_| Ok(()))
}

/// [`run`] in which something is done now and then meanwhile; what it raises stops the computation.
pub(crate) fn run_watched<R: Send>(
    py: Python<'_>,
    compute: impl FnOnce() -> Result<R> + Send,
    mut meanwhile: impl FnMut(Python<'_>) -> PyResult<()> + Send,
) -> PyResult<R> {
    // A function written in Python that is called by a computation asks a question itself.
    if is_worker() {
        return py.detach(compute).or_raise(py);
    }
    let is_main = is_main(py)?;
    let workers = workers(py, is_main)?;
    let mut raised: Option<PyErr> = None;
    let found = py.detach(|| {
        let watch = || {
            let asked = Python::attach(|py| py.check_signals().and_then(|()| meanwhile(py)));
            match asked {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    raised = Some(error);
                    ControlFlow::Break(())
                }
            }
        };
        workers.run(compute, EVERY, watch)
    });
    match raised {
        Some(error) => {
            // Stopped workers are done for. Those of the main thread are replaced at the next question; others' now.
            drop(workers);
            Err(error)
        }
        None => found.or_raise(py),
    }
}

/// How long questions of one kind take, as the last ones did.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    /// Nanoseconds for one row; 0 until there was one.
    of_row: AtomicU64,
}

impl Pace {
    /// [`run`] for a question about so many rows; on this thread, without a look at signals, if it will take a moment.
    pub(crate) fn run<R: Send>(
        &self,
        py: Python<'_>,
        rows: usize,
        compute: impl FnOnce() -> Result<R> + Send,
    ) -> PyResult<R> {
        let (before, rows) = (self.of_row.load(Ordering::Relaxed), rows.max(1) as u64);
        let takes_a_moment = before > 0 && u128::from(before.saturating_mul(rows)) < MOMENT.as_nanos();
        let start = Instant::now();
        let found = if takes_a_moment && !is_worker() {
            IS_ALONE.set(true);
            py.detach(|| on_this_thread(compute)).or_raise(py)
        } else {
            run(py, compute)
        };
        // Other threads may have shared the work, and a busy machine may have made one question slow: no single one counts in full.
        let now = start.elapsed().as_nanos() as u64 / rows;
        let known = if before == 0 || now < before { now.max(before / 2) } else { before + (now - before) / 4 };
        self.of_row.store(known.max(1), Ordering::Relaxed);
        found
    }
}

/// How many threads compute; 0, at first, for as many as there are cores. Answers have the same bits for any number.
#[pyfunction]
pub(crate) fn set_threads(threads: usize) {
    let mut pools = pools();
    *pools = Pools { threads, of_main_thread: None, of_others: None };
}

/// A process that was forked has none of the threads of its parent: it starts its own.
#[pyfunction]
pub(crate) fn after_fork() {
    let mut pools = pools();
    // Their ends would wait for threads that are not there.
    std::mem::forget(pools.of_main_thread.take());
    std::mem::forget(pools.of_others.take());
    IS_MAIN.set(None);
}
