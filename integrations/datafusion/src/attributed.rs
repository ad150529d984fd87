//! Plans of queries that attribute the rows that count, and no others.

use datafusion_common::{Column, Result, plan_err};
use datafusion_expr::conditional_expressions::CaseBuilder;
use datafusion_expr::{Expr, LogicalPlan, LogicalPlanBuilder, ScalarUDF, lit};

use crate::Functions;
use crate::functions::{Attribute, OutlierScore};
use crate::question::Question;

impl Functions {
    /// A plan whose rows are those of another for which a condition holds (all, without one), with a column more: the answer of
    /// `attribute()`, by this name, to the columns that are called as the model's nodes.
    ///
    /// The function is asked for the rows that the condition chooses alone, wherever the engine computes it: the optimizer may well
    /// move it below the filter, into the scan of a file, where a query in SQL such as `SELECT attribute(…) FROM t WHERE …` has it
    /// attribute rows that nobody sees.
    ///
    /// `model` is a path, `path#fingerprint`, or the name of an [inserted](crate::Models::insert) model.
    ///
    /// # Errors
    /// When the model cannot be loaded, the rows have a column of the answer's name or none of the target's, or a closure is part of the
    /// question.
    pub fn attributed(
        &self,
        rows: LogicalPlan,
        model: &str,
        question: &Question,
        condition: Option<Expr>,
        name: &str,
    ) -> Result<LogicalPlan> {
        let loaded = self.models().model(&model.into())?;
        let mut columns: Vec<Expr> = Vec::new();
        let mut of_nodes: Vec<(String, Expr)> = Vec::new();
        for (qualifier, field) in rows.schema().iter() {
            let column = Expr::Column(Column::new(qualifier.cloned(), field.name()));
            if field.name() == name {
                return plan_err!("the rows have a column `{name}` already; call the answer by another name");
            }
            if loaded.graph().contains(field.name()) {
                if of_nodes.iter().any(|(node, _)| node == field.name()) {
                    return plan_err!("two columns are called `{}`; which of them is the node?", field.name());
                }
                of_nodes.push((field.name().clone(), column.clone()));
            }
            columns.push(column);
        }
        if !of_nodes.iter().any(|(node, _)| *node == question.target) {
            return plan_err!(
                "no column is called `{}` as the target; there are {}",
                question.target,
                rows.schema().fields().iter().map(|field| field.name().as_str()).collect::<Vec<_>>().join(", ")
            );
        }
        let function = ScalarUDF::from(Attribute::new(self.shared_models()));
        let literals = [lit(model), lit(question.to_literal()?)];
        let answer =
            function.call(literals.into_iter().chain(of_nodes.into_iter().map(|(_, column)| column)).collect());
        let builder = LogicalPlanBuilder::from(rows);
        let (builder, answer) = match condition {
            None => (builder, answer),
            // The engine asks a branch for the rows alone that take it.
            Some(condition) => {
                (builder.filter(condition.clone())?, CaseBuilder::new(None, vec![condition], vec![answer], None).end()?)
            }
        };
        columns.push(answer.alias(name));
        builder.project(columns)?.build()
    }

    /// The outlier score of a value as an expression, for plans made in code: in nats, null where the value is missing.
    ///
    /// # Errors
    /// When a closure is part of the question.
    pub fn outlier_score(&self, model: &str, question: &Question, value: Expr) -> Result<Expr> {
        let function = ScalarUDF::from(OutlierScore::new(self.shared_models()));
        Ok(function.call(vec![lit(model), lit(question.to_literal()?), value]))
    }
}
