//! Many events as one answer: against brute force over the events, in any split and order, through bytes, and what is refused.

mod figures;
mod page;
mod refused;
mod states;

use etiology::Result;
use etiology::summary::{EventCause, EventSummary, SummarisedEvent, SummaryConfig};
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};

const NODES: [&str; 4] = ["price", "quantity", "tax", "payment"];
const VENDORS: [&str; 5] = ["Acme", "Bolt", "Core", "Dell & Söhne", "=Evil,\"<b>"];

/// An event of which everything is owned.
#[derive(Debug, Clone)]
struct Event {
    id: String,
    total: f64,
    /// By [`NODES`]: value and standard error.
    causes: Vec<(f64, f64)>,
    amount: Option<f64>,
    vendor: Option<&'static str>,
    hour: Option<&'static str>,
    error: Option<String>,
}

fn config() -> SummaryConfig {
    SummaryConfig::new("payment")
        .with_events_called("short invoices")
        .in_unit("EUR")
        .with_amounts_in("EUR")
        .by(["vendor", "hour"])
        .with_examples(3)
}

/// Made-up events: most come short by the price at the first vendor and by any other node elsewhere.
fn events(count: usize, seed: u64) -> Vec<Event> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let event = |number: usize| {
        let vendor = random.random_range(0..=VENDORS.len());
        let main = if vendor == 0 && random.random_bool(0.8) { 0 } else { random.random_range(0..NODES.len()) };
        let mut causes: Vec<(f64, f64)> =
            (0..NODES.len()).map(|_| (random.random_range(-3.0..1.0), random.random_range(0.0..0.4))).collect();
        causes[main].0 -= random.random_range(1.0..40.0);
        if random.random_bool(0.05) {
            causes[1] = (f64::NAN, f64::NAN);
        }
        let known = causes.iter().map(|cause| cause.0).filter(|value| !value.is_nan());
        let total = known.sum::<f64>() + if random.random_bool(0.05) { -2.0 } else { 0.0 };
        let failed = random.random_bool(0.1);
        Event {
            id: format!("invoice {number}"),
            total,
            causes,
            amount: random.random_bool(0.9).then(|| (total * 100.0).round() / -100.0),
            vendor: VENDORS.get(vendor).copied(),
            hour: [Some("9"), Some("10"), None][random.random_range(0..3)],
            error: failed.then(|| format!("row {number}: the observed value of `{}` is NaN", NODES[main])),
        }
    };
    (0..count).map(event).collect()
}

fn add(summary: &mut EventSummary, event: &Event) -> Result<()> {
    let cause = |(node, &(value, std_error)): (&&'static str, &(f64, f64))| EventCause { node, value, std_error };
    let causes: Vec<EventCause<'_>> = NODES.iter().zip(&event.causes).map(cause).collect();
    let levels = [event.vendor, event.hour];
    let plain = match &event.error {
        Some(error) => SummarisedEvent::failed(&event.id, error),
        None => SummarisedEvent::new(&event.id, event.total, &causes),
    };
    summary.add(&SummarisedEvent { amount: event.amount, ..plain.with_levels(&levels) })
}

fn summary_of<'e>(config: &SummaryConfig, events: impl IntoIterator<Item = &'e Event>) -> EventSummary {
    let mut summary = EventSummary::new(config.clone()).unwrap();
    events.into_iter().for_each(|event| add(&mut summary, event).unwrap());
    summary
}
