//! Where what runs in parallel runs, and how it is told to stop.

use std::cell::OnceCell;
use std::fmt;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::error::{Error, Result};

thread_local! {
    static ALONE: Option<ThreadPool> = ThreadPoolBuilder::new().num_threads(1).use_current_thread().build().ok();
    /// Whether the workers that this thread is one of were told to stop; nothing on all other threads.
    static STOPPED: OnceCell<Arc<AtomicBool>> = const { OnceCell::new() };
}

const CANCELLED: Error = Error::Cancelled { what: "the computation" };

/// Threads of one's own for questions that somebody may no longer want the answer of: a notebook, a terminal.
///
/// What they compute looks now and then whether it shall [`stop`](Self::stop), some hundred times a second and more: between fits, resamples,
/// rows, coalitions. Results are those of any other threads, to the bit.
///
/// ```
/// use std::ops::ControlFlow;
/// use std::time::Duration;
/// use etiology::threads::Workers;
///
/// let workers = Workers::new(2)?;
/// let answer = workers.run(|| Ok(6 * 7), Duration::from_millis(20), || ControlFlow::Continue(()))?;
/// assert_eq!(answer, 42);
/// workers.stop();
/// assert!(workers.run(|| Ok(6 * 7), Duration::from_millis(20), || ControlFlow::Continue(())).is_err());
/// # Ok::<(), etiology::Error>(())
/// ```
pub struct Workers {
    pool: ThreadPool,
    stopped: Arc<AtomicBool>,
}

impl Workers {
    /// So many threads; 0 for as many as the machine has cores, or `RAYON_NUM_THREADS` says.
    ///
    /// # Errors
    /// When the system has no threads left.
    pub fn new(threads: usize) -> Result<Self> {
        let stopped = Arc::new(AtomicBool::new(false));
        let of_thread = Arc::clone(&stopped);
        let mark = move |_| STOPPED.with(|stopped| drop(stopped.set(Arc::clone(&of_thread))));
        let pool = ThreadPoolBuilder::new().num_threads(threads).start_handler(mark).build();
        let pool = pool.map_err(|error| Error::InvalidParameter {
            name: "the number of threads",
            requirement: "one that the system can start",
            found: error.to_string(),
        })?;
        Ok(Self { pool, stopped })
    }

    /// How many threads they are.
    pub fn threads(&self) -> usize {
        self.pool.current_num_threads()
    }

    /// Computes on these threads. Meanwhile the calling thread, which must be none of them, calls `watch` every so often; after a
    /// `Break` the workers [`stop`](Self::stop).
    ///
    /// # Errors
    /// Those of `compute`; [`Error::Cancelled`] if the workers were told to stop, whatever was found by then.
    pub fn run<R: Send>(
        &self,
        compute: impl FnOnce() -> Result<R> + Send,
        every: Duration,
        mut watch: impl FnMut() -> ControlFlow<()>,
    ) -> Result<R> {
        if self.is_stopped() {
            return Err(CANCELLED);
        }
        let (sender, receiver) = sync_channel(1);
        let found = self.pool.in_place_scope(|scope| {
            // If nobody receives, nobody wants it.
            scope.spawn(move |_| drop(sender.send(compute())));
            loop {
                match receiver.recv_timeout(every) {
                    Ok(found) => return found,
                    Err(RecvTimeoutError::Timeout) if watch().is_break() => {
                        self.stop();
                        return Err(CANCELLED);
                    }
                    Err(RecvTimeoutError::Timeout) => {}
                    // A panic, which the scope passes on.
                    Err(RecvTimeoutError::Disconnected) => return Err(CANCELLED),
                }
            }
        });
        if self.is_stopped() { Err(CANCELLED) } else { found }
    }

    /// Tells these threads to leave whatever they compute. They take on nothing more.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// Whether they were told to.
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}

impl fmt::Debug for Workers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (threads, stopped) = (self.threads(), self.is_stopped());
        formatter.debug_struct("Workers").field("threads", &threads).field("stopped", &stopped).finish()
    }
}

/// Whether the thread is one of workers that shall stop. What they find then is thrown away, so it may be anything.
pub(crate) fn is_stopped() -> bool {
    STOPPED.with(|stopped| stopped.get().is_some_and(|stopped| stopped.load(Ordering::Relaxed)))
}

/// # Errors
/// [`Error::Cancelled`] where [`is_stopped`].
pub(crate) fn proceed() -> Result<()> {
    if is_stopped() { Err(CANCELLED) } else { Ok(()) }
}

/// What is found for every number below `count`, in order, in parallel on the current rayon pool.
///
/// Rayon compiles an iterator anew for every closure, which takes longer than most closures themselves; here it sees but one.
pub(crate) fn in_parallel<T: Send>(count: usize, find: &(dyn Fn(usize) -> T + Sync)) -> Vec<T> {
    let found: Vec<Mutex<Option<T>>> = (0..count).map(|_| Mutex::new(None)).collect();
    for_each_below(count, &|number| {
        let one = find(number);
        *found[number].lock().unwrap_or_else(PoisonError::into_inner) = Some(one);
    });
    found.into_iter().filter_map(|one| one.into_inner().unwrap_or_else(PoisonError::into_inner)).collect()
}

fn for_each_below(count: usize, run: &(dyn Fn(usize) + Sync)) {
    (0..count).into_par_iter().for_each(run);
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
