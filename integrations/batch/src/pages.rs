//! The pages of the events that a summary shows.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use datafusion::arrow::array::{AsArray, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;
use datafusion::prelude::{ident, lit};
use etiology::files::write_file;
use etiology::report::page_without_answer;
use etiology::summary::Summary;
use etiology::{Dataset, DiagnosisConfig, FittedModel, HtmlReport, Observation};
use etiology_datafusion::Question;

use crate::engine::Engine;
use crate::parts::Plan;
use crate::{Result, input};

/// The pages that were written, by event.
#[derive(Default)]
pub(crate) struct Pages {
    links: BTreeMap<String, String>,
    /// What the page of the summary has to say about them.
    pub(crate) notes: Vec<String>,
}

impl Pages {
    pub(crate) fn link(&self, id: &str) -> Option<String> {
        self.links.get(id).cloned()
    }
}

/// Reads the events that a summary shows once more, and writes a page for each into a folder beside the summary's.
///
/// # Errors
/// When the files of events or the model are not there any more, or are others.
pub(crate) async fn write_pages(
    engine: &Engine,
    plan: &Plan,
    id: &str,
    summary: &Summary,
    beside: &Path,
) -> Result<Pages> {
    let model = engine.functions.models().model(&plan.model.as_str().into())?;
    let question = Question::parse(&plan.question)?;
    let config = DiagnosisConfig::default().with_attribution(question.config.clone());
    let stem = beside.file_stem().map_or_else(|| "summary".to_owned(), |stem| stem.to_string_lossy().into_owned());
    let name = format!("{stem}-events");
    let folder = beside.with_file_name(&name);
    fs::create_dir_all(&folder)
        .map_err(|error| format!("the folder `{}` cannot be made: {error}", folder.display()))?;
    let wanted = shown(summary);
    let mut pages = Pages::default();
    for (event_id, event) in events(engine, plan, id, &wanted, &model).await? {
        if pages.links.contains_key(&event_id) {
            pages.notes.push(format!("More than one event is called `{event_id}`; its page is of the first."));
            continue;
        }
        let title = format!("Why was {} unusual in {event_id}?", question.target);
        let page = match model.diagnose(&question.target, &event, &config) {
            Ok(diagnosis) => HtmlReport::new(&model, &diagnosis).with_title(title).to_html()?,
            Err(error) => page_without_answer(&title, &error.to_string()),
        };
        // Identifiers may hold whatever no file's name can.
        let file = format!("{:05}.html", pages.links.len());
        write_file(folder.join(&file), page)?;
        pages.links.insert(event_id, format!("{}/{file}", percent_encoded(&name)));
    }
    Ok(pages)
}

/// The identifiers of all events that the summary shows.
fn shown(summary: &Summary) -> Vec<String> {
    let causes = summary.causes.iter().chain([&summary.unexplained]).flat_map(|cause| &cause.examples);
    let failures = summary.failures.iter().flat_map(|failure| &failure.examples);
    let mut ids: Vec<String> =
        causes.chain(&summary.contested_examples).chain(failures).map(|event| event.id.clone()).collect();
    ids.sort();
    ids.dedup();
    ids
}

async fn events(
    engine: &Engine,
    plan: &Plan,
    id: &str,
    wanted: &[String],
    model: &FittedModel,
) -> Result<Vec<(String, Observation)>> {
    let mut found = Vec::new();
    for of in &plan.inputs {
        of.check_unchanged(&engine.context).await?;
        let table = input::table(&engine.context, of).await?;
        let has = |name: &str| table.schema().fields().iter().any(|field| field.name() == name);
        let nodes: Vec<&str> = model.graph().nodes().filter(|node| has(node)).collect();
        let as_text = datafusion::logical_expr::cast(ident(id), DataType::Utf8);
        let is_wanted = as_text.clone().in_list(wanted.iter().map(|id| lit(id.as_str())).collect(), false);
        let columns = [as_text.alias("event id")].into_iter().chain(nodes.into_iter().map(ident));
        let rows = table.filter(is_wanted)?.select(columns.collect::<Vec<_>>())?;
        for batch in engine.collect(rows).await? {
            found.extend(observations(&batch)?);
        }
    }
    Ok(found)
}

fn observations(batch: &RecordBatch) -> Result<Vec<(String, Observation)>> {
    if batch.num_rows() == 0 {
        return Ok(Vec::new());
    }
    let ids = cast(batch.column(0), &DataType::Utf8)?;
    let data = Dataset::from_record_batches(&[batch.project(&(1..batch.num_columns()).collect::<Vec<usize>>())?])?;
    let ids = ids.as_string::<i32>();
    (0..batch.num_rows()).map(|row| Ok((ids.value(row).to_owned(), data.row(row)?))).collect()
}

/// A file's name as a part of an address.
fn percent_encoded(name: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    name.bytes().map(|byte| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
