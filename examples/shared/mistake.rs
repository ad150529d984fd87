//! A mistake of whoever calls a program: one line on standard error, and exit code 2.

use std::process::ExitCode;

use etiology::report::visible_text;

/// What clap finds wrong with the arguments, without the usage that it puts after it, on one line.
pub(crate) fn mistaken_arguments(error: &clap::Error) -> ExitCode {
    let message = error.to_string();
    let lines = message.lines().take_while(|line| !line.trim().is_empty()).map(str::trim);
    mistake(lines.collect::<Vec<_>>().join(" ").trim_start_matches("error: "))
}

pub(crate) fn mistake(message: &str) -> ExitCode {
    // Names and cells from a user's files may hold line breaks.
    eprintln!("error: {}", visible_text(&message.replace(['\n', '\r'], " ")));
    ExitCode::from(2)
}
