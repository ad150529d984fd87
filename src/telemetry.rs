//! Spans of the crate `tracing` around what takes long, with the feature `tracing`; nothing at all without it.
//!
//! Spans are those of the thread that asks; only events of a batch, which rayon's threads attribute, are handed the span of
//! the batch as their parent. Names of nodes and numbers of rows are all that they tell of the data.

/// Opens a span until the end of the block: a level, a name, and fields as `tracing::span!` takes them. Without the feature
/// no field is evaluated.
macro_rules! span {
    ($level:ident, $name:literal, $($fields:tt)*) => {
        #[cfg(feature = "tracing")]
        let _span = tracing::span!(target: "etiology", tracing::Level::$level, $name, $($fields)*).entered();
    };
}

/// Tells of something that happened, with fields.
macro_rules! tell {
    ($level:ident, $message:literal, $($field:ident = $value:expr),* $(,)?) => {
        #[cfg(feature = "tracing")]
        tracing::event!(target: "etiology", tracing::Level::$level, $($field = $value,)* $message);
    };
}

pub(crate) use {span, tell};

/// The span that work for other threads is part of.
#[derive(Debug, Clone)]
pub(crate) struct Parent {
    #[cfg(feature = "tracing")]
    span: tracing::Span,
}

impl Parent {
    /// The one that is open on this thread.
    pub(crate) fn current() -> Self {
        Self {
            #[cfg(feature = "tracing")]
            span: tracing::Span::current(),
        }
    }

    /// Does work within it, on whatever thread.
    pub(crate) fn in_scope<T>(&self, work: impl FnOnce() -> T) -> T {
        #[cfg(feature = "tracing")]
        let _entered = self.span.enter();
        work()
    }
}
