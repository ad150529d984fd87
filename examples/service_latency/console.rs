//! Messages and progress on standard error.

use std::fmt::Display;
#[cfg(feature = "traces")]
use std::io::Read;
use std::time::Duration;

use etiology::report::visible_text;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Bars are drawn on a terminal alone, and with `--quiet` nothing is.
pub(crate) struct Console {
    quiet: bool,
}

impl Console {
    pub(crate) fn new(quiet: bool) -> Self {
        Self { quiet }
    }

    /// Says something; no bar may be shown.
    pub(crate) fn note(&self, message: impl Display) {
        if !self.quiet {
            eprintln!("{}", visible_text(&message.to_string()));
        }
    }

    /// Work whose end cannot be foretold.
    pub(crate) fn spinner(&self, what: impl Display) -> Task {
        let style = ProgressStyle::with_template("{spinner} {msg} ({elapsed})");
        let task = self.task(None, what, style);
        task.0.enable_steady_tick(Duration::from_millis(100));
        task
    }

    /// So many steps.
    pub(crate) fn steps(&self, count: usize, what: impl Display) -> Task {
        let style = ProgressStyle::with_template("{msg} {bar:40} {pos}/{len} ({eta} left)");
        self.task(Some(count as u64), what, style)
    }

    /// So many steps, which the work itself will tell.
    pub(crate) fn fraction(&self, what: impl Display) -> Task {
        self.steps(0, what)
    }

    /// A stream of so many bytes, or of an unknown number where that is 0.
    #[cfg(feature = "traces")]
    pub(crate) fn bytes(&self, count: u64, what: impl Display) -> Task {
        if count == 0 {
            return self.spinner(what);
        }
        let style = ProgressStyle::with_template("{msg} {bar:40} {bytes}/{total_bytes} ({eta} left)");
        self.task(Some(count), what, style)
    }

    fn task<E: std::fmt::Debug>(
        &self,
        count: Option<u64>,
        what: impl Display,
        style: Result<ProgressStyle, E>,
    ) -> Task {
        // Which hides itself where standard error is no terminal.
        let target = if self.quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(count, target).with_message(what.to_string());
        bar.set_style(style.expect("the templates above are in order"));
        bar.tick();
        Task(bar)
    }
}

/// Work under way; its bar goes when it is dropped.
pub(crate) struct Task(ProgressBar);

impl Task {
    pub(crate) fn step(&self) {
        self.0.inc(1);
    }

    pub(crate) fn step_of(&self, total: usize) {
        self.0.set_length(total as u64);
        self.step();
    }

    #[cfg(feature = "traces")]
    pub(crate) fn reading<R: Read>(&self, stream: R) -> impl Read + use<R> {
        self.0.wrap_read(stream)
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
