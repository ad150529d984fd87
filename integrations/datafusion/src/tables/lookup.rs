//! Tables by name, looked up where a query is planned.

use std::sync::Arc;

use datafusion::catalog::{CatalogProviderList, Session, TableProvider};
use datafusion::datasource::provider_as_source;
use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder};
use datafusion_common::{DataFusionError, Result, TableReference, plan_err};

use super::NAME;

/// The rows of a table of the session: `name`, `schema.name`, or a name with dots in it as files have.
///
/// # Errors
/// When there is none, or it cannot be opened.
pub(super) fn rows(session: &dyn Session, name: &str) -> Result<LogicalPlan> {
    let defaults = &session.config_options().catalog;
    let catalogs = session.catalog_list();
    for reference in [TableReference::parse_str(name), TableReference::bare(name)] {
        let place = reference.clone().resolve(&defaults.default_catalog, &defaults.default_schema);
        let Some(schema) = catalogs.catalog(&place.catalog).and_then(|catalog| catalog.schema(&place.schema)) else {
            continue;
        };
        let found: Option<Arc<dyn TableProvider>> = waited_for(schema.table(&place.table))??;
        if let Some(table) = found {
            return LogicalPlanBuilder::scan(reference, provider_as_source(table), None)?.build();
        }
    }
    plan_err!(
        "{NAME}() finds no table `{name}`; there are {}; register the file or view under a name, or let names be those of files by \
         SessionContext::enable_url_table",
        names(&*catalogs)
    )
}

/// What could have been meant.
fn names(catalogs: &dyn CatalogProviderList) -> String {
    let mut names: Vec<String> = Vec::new();
    for catalog in catalogs.catalog_names().iter().filter_map(|name| catalogs.catalog(name)) {
        let schemas = catalog.schema_names();
        let schemas = schemas.iter().filter(|name| *name != "information_schema");
        names.extend(schemas.filter_map(|name| catalog.schema(name)).flat_map(|schema| schema.table_names()));
    }
    names.sort();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// Catalogues answer later, and a table function has to at once: the answer is waited for on a thread of its own, as the thread that
/// plans may be the only one of its runtime.
fn waited_for<T: Send>(answer: impl Future<Output = T> + Send) -> Result<T> {
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            Ok(runtime.block_on(answer))
        });
        thread.join().unwrap_or_else(|_| Err(DataFusionError::Execution("the catalogue panicked".to_owned())))
    })
}
