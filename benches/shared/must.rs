//! A benchmark's own input has no errors.

/// What there is, or the end: an error would be fast, and look like a good figure.
pub(crate) fn must<T>(result: etiology::Result<T>) -> T {
    result.unwrap_or_else(|error| panic!("the benchmark's own input is wrong: {error}"))
}
