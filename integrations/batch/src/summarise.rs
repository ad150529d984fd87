//! `summarise`: what caused the events of a folder of answers, as a page, a table or CSV, and a page for each event that it shows.

use std::path::PathBuf;

use clap::Args;
use datafusion::arrow::array::AsArray;
use datafusion::prelude::{Expr, col, ident, lit};
use datafusion::scalar::ScalarValue;
use etiology::files::{check_writable, write_file};
use etiology::report::SummaryReport;
use etiology::summary::{EventSummary, Summary, SummaryConfig, UnexplainedPart};
use etiology_datafusion::Question;

use crate::attribute::CAUSE;
use crate::engine::{Engine, EngineArguments};
use crate::format::Format;
use crate::input::local_path;
use crate::pages::{Pages, write_pages};
use crate::parts::{Plan, finished};
use crate::{Result, collect, input};

#[derive(Args)]
pub(crate) struct Arguments {
    /// Answers: the folder that `attribute` wrote
    #[arg(long, value_parser = local_path)]
    causes: PathBuf,
    /// Column that identifies an event to a person
    #[arg(long)]
    id: String,
    /// Columns that causes are broken down by, as vendor,region
    #[arg(long, value_delimiter = ',')]
    by: Vec<String>,
    /// Column with the money at stake of every event
    #[arg(long)]
    amount: Option<String>,
    /// Its unit, as EUR
    #[arg(long, default_value = "", requires = "amount")]
    amount_unit: String,
    /// The unit of the target, where its deviations were split
    #[arg(long, default_value = "")]
    unit: String,
    /// What the events are called, in the plural
    #[arg(long, default_value = "events")]
    called: String,
    /// How many events of each cause are shown
    #[arg(long, default_value_t = 5)]
    examples: usize,
    /// Takes the target's own noise for something that no node explains, as where the target follows from the others
    #[arg(long)]
    target_explains_nothing: bool,
    /// File for the page
    #[arg(long, value_parser = local_path)]
    page: Option<PathBuf>,
    /// Writes a page for each event that the page shows, in a folder beside it
    #[arg(long, requires = "page")]
    event_pages: bool,
    /// File for all figures as CSV
    #[arg(long, value_parser = local_path)]
    csv: Option<PathBuf>,
    /// Form of what is printed
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    engine: EngineArguments,
}

pub(crate) async fn run(arguments: &Arguments) -> Result<()> {
    [&arguments.page, &arguments.csv].into_iter().flatten().try_for_each(check_writable)?;
    let plan = finished(&arguments.causes)?;
    let engine = Engine::new(&arguments.engine).await?;
    let summary = summary(arguments, &engine, &plan).await?;
    if let Some(page) = &arguments.page {
        let pages = match arguments.event_pages {
            true => write_pages(&engine, &plan, &arguments.id, &summary, page).await?,
            false => Pages::default(),
        };
        let source =
            format!("The answers are those of `{}`, by the model `{}`.", arguments.causes.display(), plan.model);
        let chosen =
            plan.condition.iter().map(|condition| format!("Events are the rows of which this is true: `{condition}`."));
        let report =
            SummaryReport::new(&summary).with_inputs([source].into_iter().chain(chosen).chain(pages.notes.clone()));
        write_file(page, report.with_link(|id| pages.link(id)).to_html())?;
    }
    if let Some(path) = &arguments.csv {
        write_file(path, summary.to_csv())?;
    }
    arguments.format.print(&summary, |summary| summary.to_csv())
}

async fn summary(arguments: &Arguments, engine: &Engine, plan: &Plan) -> Result<Summary> {
    let question = Question::parse(&plan.question)?;
    let mut config = SummaryConfig::new(question.target)
        .with_events_called(&arguments.called)
        .with_amounts_in(&arguments.amount_unit)
        .by(&arguments.by)
        .with_examples(arguments.examples)
        .with_unexplained(if arguments.target_explains_nothing {
            UnexplainedPart::OwnNoise
        } else {
            UnexplainedPart::Remainder
        });
    config.quantity = question.config.question.quantity;
    config.unit.clone_from(&arguments.unit);
    let files = input::files(&engine.context, &arguments.causes.display().to_string()).await?;
    let answers = input::tables(&engine.context, &files).await?;
    let columns: Vec<String> = answers.schema().fields().iter().map(|field| field.name().clone()).collect();
    let wanted = [&arguments.id].into_iter().chain(&arguments.by).chain(&arguments.amount);
    if let Some(unknown) = wanted.into_iter().find(|name| !columns.contains(name)) {
        return Err(format!(
            "`{}` has no column `{unknown}`; there are {}; `attribute --keep` keeps more",
            arguments.causes.display(),
            columns.join(", ")
        )
        .into());
    }
    let amount: Expr = arguments.amount.as_ref().map_or_else(|| lit(ScalarValue::Float64(None)), ident);
    let fixed = [lit(serde_json::to_string(&config)?), ident(&arguments.id), col(CAUSE), amount];
    let state = collect::aggregate(
        engine,
        answers,
        "summarise_causes",
        fixed.into_iter().chain(arguments.by.iter().map(ident)).collect(),
    )
    .await?;
    Ok(EventSummary::from_bytes(state.as_binary::<i32>().value(0))?.summary())
}
