//! No stores: what is said without the feature `s3`.

use std::future::{Ready, ready};

use datafusion::prelude::SessionContext;

use super::super::Input;
use crate::{Failure, Result};

pub(in crate::input) fn files(_: &SessionContext, address: &str) -> Ready<Result<Vec<Input>>> {
    ready(Err(not_read(address)))
}

pub(in crate::input) fn file(_: &SessionContext, address: &str) -> Ready<Result<Input>> {
    ready(Err(not_read(address)))
}

fn not_read(address: &str) -> Failure {
    format!("`{address}` is in a store, which this program cannot read: build it with `--features s3`").into()
}
