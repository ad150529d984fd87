//! `attributed(model, question, table)`: a table with a row for each event and node.

mod attributed;
mod lookup;

use std::sync::Arc;

use datafusion::catalog::{TableFunctionArgs, TableFunctionImpl, TableProvider};
use datafusion::logical_expr::Expr;
use datafusion::prelude::SessionContext;
use datafusion_common::{Result, plan_err};

use crate::Functions;
use crate::question::Question;
use attributed::AttributedTable;

const NAME: &str = "attributed";
const ARGUMENTS: [&str; 3] = ["the model", "the question", "the table"];

impl Functions {
    /// Registers everything in a session: what [`register`](Self::register) does, and the table function
    /// `attributed(model, question, table)`.
    ///
    /// Its table has the columns of the events, then for each event a row for every node with `node`, `nats` (or `value` for a mean
    /// deviation), `std_error`, `model_error`, `share`, and in each of them the event's `score` and `error`. An event at fault has one row,
    /// with its `error` and nulls beside it. A filter by columns of the events chooses which of them are explained, and so does a limit;
    /// what is filtered otherwise is explained before. Rows come in batches, and nothing is kept of those before.
    ///
    /// `model` is text as in the other functions. `table` is the name of a table or view of the session, or whatever its catalogue finds by
    /// name: after `SessionContext::enable_url_table`, a file, a folder or a pattern such as `'events/*.parquet'`.
    ///
    /// # Errors
    /// When the session takes no functions.
    pub fn register_in(&self, session: &SessionContext) -> Result<()> {
        // A handle of the same session.
        self.register(&mut session.clone())?;
        session.register_udtf(NAME, Arc::new(Attributed(self.clone())));
        Ok(())
    }
}

#[derive(Debug)]
struct Attributed(Functions);

impl TableFunctionImpl for Attributed {
    fn call_with_args(&self, args: TableFunctionArgs<'_, '_>) -> Result<Arc<dyn TableProvider>> {
        let given = args.exprs();
        if given.len() != ARGUMENTS.len() {
            return plan_err!(
                "{NAME}() takes {}, found {} arguments; expected {NAME}('shop.etiology', 'Website', 'requests'), for instance",
                ARGUMENTS.join(", "),
                given.len()
            );
        }
        let [model, question, table] = [0, 1, 2].map(|at| text(&given[at], ARGUMENTS[at]));
        let events = lookup::rows(args.session(), table?)?;
        Ok(Arc::new(AttributedTable::new(self.0.clone(), model?.to_owned(), Question::parse(question?)?, events)?))
    }
}

fn text<'a>(argument: &'a Expr, what: &str) -> Result<&'a str> {
    match argument {
        Expr::Literal(value, _) if let Some(Some(text)) = value.try_as_str() => Ok(text),
        other => plan_err!("{what} of {NAME}() must be text in single quotes, found {other}"),
    }
}
