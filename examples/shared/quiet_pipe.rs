//! A reader that has seen enough, as `head` has, is no failure of the program that writes to it.

use std::panic;

/// From now on the program ends quietly, with exit code 0, when standard output is a pipe that nobody reads any more. Printing would panic.
pub(crate) fn end_with_the_reader() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        let message = panic.payload().downcast_ref::<String>().map_or("", String::as_str);
        if message.starts_with("failed printing to stdout") && message.contains("Broken pipe") {
            std::process::exit(0);
        }
        usual(panic);
    }));
}
