//! Buckets, by what the environment says of them.

use std::sync::Arc;

use datafusion::execution::object_store::{DefaultObjectStoreRegistry, ObjectStoreRegistry};
use datafusion::object_store::aws::AmazonS3Builder;
use datafusion::object_store::path::Path;
use datafusion::object_store::{Error, ObjectMeta, ObjectStore, ObjectStoreExt};
use datafusion::prelude::SessionContext;
use futures::TryStreamExt;
use glob::{MatchOptions, Pattern};
use url::Url;

use super::super::{Input, is_data};
use crate::Result;

/// The stores of an engine: this machine's files, and each bucket once it is asked for.
#[derive(Debug, Default)]
pub(super) struct Buckets(DefaultObjectStoreRegistry);

impl ObjectStoreRegistry for Buckets {
    fn register_store(&self, url: &Url, store: Arc<dyn ObjectStore>) -> Option<Arc<dyn ObjectStore>> {
        self.0.register_store(url, store)
    }

    fn get_store(&self, url: &Url) -> datafusion::error::Result<Arc<dyn ObjectStore>> {
        if let (Err(_), "s3", Some(bucket)) = (self.0.get_store(url), url.scheme(), url.host_str()) {
            // Key, region and endpoint, from the usual variables.
            let store = AmazonS3Builder::from_env().with_bucket_name(bucket).build()?;
            self.0.register_store(url, Arc::new(store));
        }
        self.0.get_store(url)
    }
}

/// The objects that an address, one with `/` at its end or a pattern stands for.
pub(in crate::input) async fn files(context: &SessionContext, address: &str) -> Result<Vec<Input>> {
    let place = Place::of(context, address)?;
    let wild = place.key.find(['*', '?', '[']);
    if wild.is_none() && !place.key.ends_with('/') && !place.key.is_empty() {
        match place.store.head(&Path::parse(&place.key)?).await {
            Ok(object) => return Ok(vec![place.input(object)?]),
            // A folder, then.
            Err(Error::NotFound { .. }) => {}
            Err(error) => return Err(unreadable(address, &error)),
        }
    }
    let folder = match wild {
        Some(wild) => place.key[..wild].rsplit_once('/').map_or("", |(folder, _)| folder),
        None => place.key.trim_end_matches('/'),
    };
    let pattern = match wild {
        Some(_) => place.key.clone(),
        None if folder.is_empty() => "*".to_owned(),
        None => format!("{}/*", Pattern::escape(folder)),
    };
    let pattern = Pattern::new(&pattern).map_err(|error| format!("`{address}` is no pattern of files: {error}"))?;
    let folder = (!folder.is_empty()).then(|| Path::parse(folder)).transpose()?;
    let objects: Vec<ObjectMeta> =
        place.store.list(folder.as_ref()).try_collect().await.map_err(|error| unreadable(address, &error))?;
    // As of this machine's files: `*` is within a folder, `**` goes below.
    let options = MatchOptions { require_literal_separator: true, ..MatchOptions::default() };
    let is_meant = |object: &ObjectMeta| {
        pattern.matches_with(object.location.as_ref(), options)
            && (wild.is_some() || object.location.filename().is_some_and(is_data))
    };
    objects.into_iter().filter(is_meant).map(|object| place.input(object)).collect()
}

/// The object at an address, as it is now.
pub(in crate::input) async fn file(context: &SessionContext, address: &str) -> Result<Input> {
    let place = Place::of(context, address)?;
    let object = place.store.head(&Path::parse(&place.key)?).await.map_err(|error| unreadable(address, &error))?;
    place.input(object)
}

/// A key in a bucket.
struct Place {
    store: Arc<dyn ObjectStore>,
    bucket: String,
    key: String,
}

impl Place {
    fn of(context: &SessionContext, address: &str) -> Result<Self> {
        let parts = address.strip_prefix("s3://").map(|rest| rest.split_once('/').unwrap_or((rest, "")));
        let Some((bucket, key)) = parts.filter(|(bucket, _)| !bucket.is_empty()) else {
            return Err(format!("`{address}` is of no store that is read; expected s3://bucket/slow/*.parquet").into());
        };
        let url =
            Url::parse(&format!("s3://{bucket}/")).map_err(|error| format!("`{address}` is no address: {error}"))?;
        let store = context
            .runtime_env()
            .object_store_registry
            .get_store(&url)
            .map_err(|error| format!("`{address}` cannot be read: {error}"))?;
        Ok(Self { store, bucket: bucket.to_owned(), key: key.to_owned() })
    }

    fn input(&self, object: ObjectMeta) -> Result<Input> {
        let path = format!("s3://{}/{}", self.bucket, object.location);
        // What an address has another meaning for.
        if let Some(special) = object.location.as_ref().chars().find(|&special| "%?#".contains(special)) {
            return Err(
                format!("`{path}` cannot be read, as `{special}` is in its name; give a pattern without it").into()
            );
        }
        // Lists have fractions of seconds, and heads have none.
        let changed = i128::from(object.last_modified.timestamp()) * 1_000_000_000;
        Ok(Input { path, bytes: object.size, changed, tag: object.e_tag })
    }
}

fn unreadable(address: &str, error: &Error) -> crate::Failure {
    format!(
        "`{address}` cannot be read: {error}; expected the key, the region and the endpoint in AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, \
         AWS_REGION and AWS_ENDPOINT"
    )
    .into()
}
