//! Files in object stores such as S3, with the feature `s3`.

#[cfg(not(feature = "s3"))]
mod none;
#[cfg(feature = "s3")]
mod s3;

use std::path::PathBuf;
use std::sync::Arc;

use ballista_core::RuntimeProducer;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};

#[cfg(not(feature = "s3"))]
pub(super) use none::{file, files};
#[cfg(feature = "s3")]
pub(super) use s3::{file, files};

/// Whether this names a file elsewhere.
pub(crate) fn is_address(text: &str) -> bool {
    text.contains("://")
}

/// What an engine needs of its surroundings, with the stores that are read.
pub(crate) fn runtime() -> datafusion::error::Result<Arc<RuntimeEnv>> {
    with_stores(RuntimeEnvBuilder::new()).build_arc()
}

/// The same for an executor with a folder for its work, where that differs from what it does by itself.
pub(crate) fn runtime_of_executor(work: Option<PathBuf>) -> Option<RuntimeProducer> {
    if cfg!(not(feature = "s3")) {
        return None;
    }
    Some(Arc::new(move |_| {
        let builder = with_stores(RuntimeEnvBuilder::new());
        work.iter().fold(builder, |builder, folder| builder.with_temp_file_path(folder)).build_arc()
    }))
}

#[cfg(feature = "s3")]
fn with_stores(builder: RuntimeEnvBuilder) -> RuntimeEnvBuilder {
    builder.with_object_store_registry(Arc::new(s3::Buckets::default()))
}

#[cfg(not(feature = "s3"))]
fn with_stores(builder: RuntimeEnvBuilder) -> RuntimeEnvBuilder {
    builder
}
