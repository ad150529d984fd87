//! Ctrl-C: at once where nothing can be left half done, else as soon as the work under way can be stopped.

use std::ops::ControlFlow;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

/// What shells give a program that an interrupt has ended.
const INTERRUPTED: u8 = 130;

/// Whether the work under way looks at [`ASKED_TO_STOP`], or takes but a moment.
static DEFERRED: AtomicBool = AtomicBool::new(false);
static ASKED_TO_STOP: AtomicBool = AtomicBool::new(false);

/// From now on an interrupt ends the program with a word and exit code 130.
pub(crate) fn watch() -> Result<(), String> {
    let handler = || {
        // Whoever asks twice does not want to wait.
        let again = ASKED_TO_STOP.swap(true, Ordering::SeqCst);
        if again || !DEFERRED.load(Ordering::SeqCst) {
            say();
            std::process::exit(INTERRUPTED.into());
        }
    };
    ctrlc::set_handler(handler).map_err(|error| format!("cannot watch for Ctrl-C: {error}"))
}

/// Lets an interrupt wait until this is dropped.
pub(crate) fn defer() -> Deferred {
    DEFERRED.store(true, Ordering::SeqCst);
    Deferred
}

pub(crate) struct Deferred;

impl Deferred {
    /// Whether to go on.
    pub(crate) fn proceed(&self) -> ControlFlow<()> {
        if ASKED_TO_STOP.load(Ordering::SeqCst) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

impl Drop for Deferred {
    fn drop(&mut self) {
        DEFERRED.store(false, Ordering::SeqCst);
    }
}

/// The end of a program that stopped because it was asked to.
pub(crate) fn exit_code() -> ExitCode {
    say();
    ExitCode::from(INTERRUPTED)
}

fn say() {
    // On a line of its own, behind whatever bar is there and the ^C of the terminal.
    eprintln!("\ninterrupted");
}
