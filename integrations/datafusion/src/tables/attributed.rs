//! The table of `attributed()`.

use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::UnnestOptions;
use datafusion::common::tree_node::TreeNode;
use datafusion::functions::core::expr_ext::FieldAccessor;
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{
    Expr, LogicalPlan, LogicalPlanBuilder, TableProviderFilterPushDown, TableType, col, ident,
};
use datafusion::physical_plan::ExecutionPlan;
use datafusion_common::{Column, Result, plan_err};

use crate::Functions;
use crate::functions::cause_fields;
use crate::question::Question;

/// The answer of `attribute()` on the way; no name that a column has.
const ANSWER: &str = "attributed()";
const CAUSE: &str = "attributed() of a node";
const OF_THE_EVENT: [&str; 2] = ["score", "error"];

#[derive(Debug)]
pub(super) struct AttributedTable {
    functions: Functions,
    model: String,
    question: Question,
    events: LogicalPlan,
    schema: SchemaRef,
}

impl AttributedTable {
    /// # Errors
    /// When the model cannot be loaded or the question not be asked of it, or a column of the events has the name of one of the answers.
    pub(super) fn new(functions: Functions, model: String, question: Question, events: LogicalPlan) -> Result<Self> {
        functions.models().attributor(&model.as_str().into(), &question.to_literal()?)?;
        let schema = Arc::clone(events.schema().inner());
        let mut table = Self { functions, model, question, events, schema };
        let answers = table.answers();
        if let Some(field) = table.schema.fields().iter().find(|field| answers.contains(field.name())) {
            return plan_err!(
                "the events have a column `{}`, as an answer of attributed() is called; call it otherwise in a view of them, or use attribute()",
                field.name()
            );
        }
        table.schema = Arc::clone(table.plan(&[], None)?.schema().inner());
        Ok(table)
    }

    /// The names of the columns beside those of the events.
    fn answers(&self) -> Vec<String> {
        let of_a_node = cause_fields(self.question.config.question.quantity);
        let of_a_node = of_a_node.iter().map(|field| field.name().clone());
        of_a_node.chain(OF_THE_EVENT.map(str::to_owned)).collect()
    }

    /// The rows of the table for events of which all conditions are true; of so many events, at most.
    fn plan(&self, conditions: &[Expr], limit: Option<usize>) -> Result<LogicalPlan> {
        let columns: Vec<Expr> = self.events.schema().columns().into_iter().map(Expr::Column).collect();
        let mut events = self.events.clone();
        let condition = conjunction(conditions.iter().cloned());
        if limit.is_some() {
            let chosen = LogicalPlanBuilder::from(events);
            let chosen = condition.clone().map_or(Ok(chosen.clone()), |condition| chosen.filter(condition))?;
            // An event has a row at least.
            events = chosen.limit(0, limit)?.build()?;
        }
        let answers = self.functions.attributed(events, &self.model, &self.question, condition, ANSWER)?;
        let of_the_event = OF_THE_EVENT.map(|name| ident(ANSWER).field(name).alias(name));
        let causes = ident(ANSWER).field("causes").alias(CAUSE);
        let rows = LogicalPlanBuilder::from(answers)
            .project(columns.iter().cloned().chain(of_the_event).chain([causes]))?
            // Of an event without an answer there is one row.
            .unnest_column_with_options(Column::from_name(CAUSE), UnnestOptions::new().with_preserve_nulls(true))?;
        let of_a_node = self.answers().into_iter().map(|name| match OF_THE_EVENT.contains(&name.as_str()) {
            true => col(name),
            false => ident(CAUSE).field(name.as_str()).alias(name),
        });
        rows.project(columns.iter().cloned().chain(of_a_node))?.build()
    }

    /// Whether a condition speaks of the event alone, and always says the same.
    fn is_of_events(&self, condition: &Expr) -> bool {
        let answers = self.answers();
        let another_query = |part: &Expr| {
            Ok(matches!(
                part,
                Expr::ScalarSubquery(_) | Expr::InSubquery(_) | Expr::Exists(_) | Expr::OuterReferenceColumn(..)
            ))
        };
        condition.column_refs().iter().all(|column| !answers.contains(&column.name))
            && !condition.is_volatile()
            && !condition.exists(another_query).unwrap_or(true)
    }
}

#[async_trait]
impl TableProvider for AttributedTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::View
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        let supported = |filter: &&Expr| match self.is_of_events(filter) {
            true => TableProviderFilterPushDown::Exact,
            false => TableProviderFilterPushDown::Unsupported,
        };
        Ok(filters.iter().map(supported).collect())
    }

    async fn scan(
        &self,
        session: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let mut rows = self.plan(filters, limit)?;
        if let Some(places) = projection {
            let columns = rows.schema().columns();
            let kept = places.iter().map(|&place| Expr::Column(columns[place].clone()));
            rows = LogicalPlanBuilder::from(rows).project(kept.collect::<Vec<_>>())?.build()?;
        }
        session.create_physical_plan(&rows).await
    }
}
