//! Root causes in SQL: attributions of [`etiology`] as functions of [Apache DataFusion](https://datafusion.apache.org).
//!
//! [`Functions`] are registered in one call. The engine then reads the files, filters, joins and splits the work over threads and machines;
//! every row gets the bits that the library gives it alone, however the rows are split.
//!
//! | function | gives |
//! |---|---|
//! | `attribute(model, question, columns…)` | why the target of this row is so unusual: its score and the contribution of every node, with errors |
//! | `outlier_score(model, question, value)` | how unusual a value of the target is: cheap, to choose rows by |
//! | `node_scores(model, columns…)` | how unusual every node of this row is, by itself and given its causes |
//! | `what_if(model, target, intervention, columns…)` | what the target of this row would have been with `'db=0.1'` |
//! | `fit_model(plan, key, columns…)` | over many rows: a linear model fitted to all of them, as the bytes of a saved model |
//! | `sample_rows(rows, key, columns…)` | over many rows: so many of them, always the same for the same keys, as a list of structs |
//! | `summarise_causes(config, id, cause, amount, columns…)` | over many answers: what caused them, as the bytes of an [`EventSummary`](etiology::summary::EventSummary) |
//!
//! `model` is a literal: the path of a saved model, `path#fingerprint` where it must be this one and no other, the bytes of one, or a name
//! from [`Models::insert`]. `question` is a literal too: the target's name, or JSON such as
//! `{"target": "Website", "config": {"question": {"feature_map": "upper_tail"}}}`, with whatever
//! [`AttributionConfig`](etiology::AttributionConfig) has. `plan` is a [`FitPlan`] as JSON. `key` tells a row from all others, by a number or
//! text; which rows are sampled depends on the keys alone, so neither files nor partitions nor machines matter to a bit of the result. `columns`
//! are named as the nodes of the model, or, in functions of a row, are structs whose fields are (fields that are no nodes are ignored).
//!
//! ```sql
//! SELECT id, cause['score'], cause['causes'][1]['node']
//! FROM (SELECT id, CASE WHEN outlier_score('shop.etiology', 'Website', "Website") > 6
//!                       THEN attribute('shop.etiology', 'Website', "Website", www, "API") END AS cause
//!       FROM requests WHERE outlier_score('shop.etiology', 'Website', "Website") > 6)
//! ```
//!
//! The condition is said twice, as the engine may compute a function for rows that a filter of the same query then drops; a branch it computes
//! for the rows alone that take it. [`Functions::attributed`] builds such plans in code.
//!
//! With the feature `tables`, `Functions::register_in` also registers the table function `attributed(model, question, table)` in a
//! `SessionContext`, which has a row for each event and node and explains the events alone that a filter chooses:
//!
//! ```sql
//! SELECT id, node, nats, share FROM attributed('shop.etiology', 'Website', 'requests') WHERE region = 'eu' AND share > 0.2
//! ```

mod aggregates;
mod attributed;
mod columns;
mod functions;
mod model;
mod question;
#[cfg(feature = "tables")]
mod tables;

use std::sync::Arc;

use datafusion_common::Result;
use datafusion_expr::registry::FunctionRegistry;
use datafusion_expr::{AggregateUDF, ScalarUDF};

pub use aggregates::FitPlan;
pub use functions::{causes_field, causes_type};
pub use model::Models;
pub use question::Question;

/// The functions, with the models that they have loaded so far. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Functions {
    models: Arc<Models>,
}

impl Functions {
    /// Functions with models of their own.
    pub fn new() -> Self {
        Self::default()
    }

    /// Functions with these models, as where mechanisms in code have to be [looked up](Models::with_registry).
    pub fn with_models(models: Models) -> Self {
        Self { models: Arc::new(models) }
    }

    /// The models that these functions have loaded, and those that were inserted under a name.
    pub fn models(&self) -> &Models {
        &self.models
    }

    fn shared_models(&self) -> Arc<Models> {
        Arc::clone(&self.models)
    }

    /// The functions of one row.
    pub fn scalar(&self) -> Vec<Arc<ScalarUDF>> {
        functions::scalar(&self.models)
    }

    /// The functions of many rows.
    pub fn aggregate(&self) -> Vec<Arc<AggregateUDF>> {
        aggregates::aggregates()
    }

    /// Registers all of them: in a `SessionContext`, a `SessionState`, or whatever else an engine looks functions up in.
    ///
    /// # Errors
    /// When the registry takes no functions.
    pub fn register(&self, registry: &mut dyn FunctionRegistry) -> Result<()> {
        for function in self.scalar() {
            registry.register_udf(function)?;
        }
        for function in self.aggregate() {
            registry.register_udaf(function)?;
        }
        Ok(())
    }
}
