//! `summarise_causes()`: the library's summary, in any number of partitions.

use arrow::array::AsArray;
use etiology::attribution::AttributedColumns;
use etiology::summary::{EventCause, EventSummary, SummarisedEvent, SummaryConfig};
use etiology::{AttributionConfig, data::EventColumn, data::EventColumns};
use etiology_datafusion::Functions;

use crate::retail_shop::TARGET;
use crate::{assert_refused, context, listed, requests, rows_of, shop};

/// What the library makes of the same answers; those of rows without one have the words of the engine, which knows no numbers of rows.
fn expected(answers: &AttributedColumns, errors: &[Option<String>], config: SummaryConfig) -> EventSummary {
    let mut summary = EventSummary::new(config).unwrap();
    for (row, error) in errors.iter().enumerate() {
        let id = row.to_string();
        let level = (row % 3).to_string();
        let levels = [Some(level.as_str())];
        let causes: Vec<EventCause<'_>> = answers.ranked(row).into_iter().map(EventCause::from).collect();
        let event = match error {
            Some(error) => SummarisedEvent::failed(&id, error),
            None => SummarisedEvent::new(&id, answers.scores()[row], &causes),
        };
        summary.add(&event.with_amount(2.5 * row as f64).with_levels(&levels)).unwrap();
    }
    summary
}

#[tokio::test]
async fn a_summary_has_the_bytes_of_the_library_for_any_number_of_partitions() {
    let (batch, data) = requests(60);
    let columns: Vec<Vec<f64>> = data.values().columns().into_iter().map(|column| column.to_vec()).collect();
    let events = data.names().iter().zip(&columns).map(|(name, column)| (name.as_str(), EventColumn::Numbers(column)));
    let attributor = shop().attributor(TARGET, AttributionConfig::default()).unwrap();
    let answers = attributor.attribute_columns(&EventColumns::new(events).unwrap()).unwrap();
    let config = SummaryConfig::new(TARGET).by(["third"]).with_amounts_in("EUR");
    let text = serde_json::to_string(&config).unwrap();
    let attributed = format!("SELECT id, attribute('shop', '{TARGET}'{}) AS cause FROM requests", listed(&data));
    for partitions in [1, 3] {
        let functions = Functions::new();
        functions.models().insert("shop", shop());
        let context = context(partitions, &functions);
        context.register_batch("requests", batch.clone()).unwrap();
        let errors =
            rows_of(&context, &format!("SELECT cause['error'] FROM ({attributed}) ORDER BY id")).await.unwrap();
        let errors: Vec<Option<String>> =
            errors.column(0).as_string::<i32>().iter().map(|error| error.map(str::to_owned)).collect();
        assert!(errors.iter().any(Option::is_some), "no row lacks the target");
        let query = format!("SELECT summarise_causes('{text}', id, cause, 2.5 * id, id % 3) FROM ({attributed})");
        let found = rows_of(&context, &query).await.unwrap();
        let bytes = found.column(0).as_binary::<i32>().value(0);
        assert!(bytes == expected(&answers, &errors, config.clone()).to_bytes().unwrap(), "{partitions} partitions");
        // Whatever a condition leaves out has no answer and is no event.
        let query = format!(
            "SELECT summarise_causes('{text}', id, CASE WHEN id < 10 THEN cause END, NULL, id % 3) FROM ({attributed})"
        );
        let found = rows_of(&context, &query).await.unwrap();
        assert_eq!(EventSummary::from_bytes(found.column(0).as_binary::<i32>().value(0)).unwrap().events(), 10);
    }
}

#[tokio::test]
async fn a_summary_says_what_it_cannot_read() {
    let functions = Functions::new();
    functions.models().insert("shop", shop());
    let (batch, data) = requests(20);
    let context = context(1, &functions);
    context.register_batch("requests", batch).unwrap();
    let cause = format!("attribute('shop', '{TARGET}'{})", listed(&data));
    for (call, expected) in [
        ("summarise_causes('{}', id, id, NULL)".to_owned(), "what attribute() gave"),
        (format!("summarise_causes('{{\"goal\": 1}}', id, {cause}, NULL)"), "SummaryConfig"),
        (format!("summarise_causes('{{\"target\": \"{TARGET}\"}}', id, {cause}, NULL, id)"), "list of levels"),
        (
            format!("summarise_causes('{{\"target\": \"{TARGET}\"}}', id, {cause}, 'much')"),
            "an amount of money or NULL",
        ),
    ] {
        assert_refused(&context, &call, expected).await;
    }
}
