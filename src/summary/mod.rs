//! Many events as one answer: which causes came first how often, what they contributed and what was at stake, by vendor, region or any other
//! category; from a thousand events to a hundred million, in parts that are merged.
//!
//! An [`EventSummary`] takes events one by one, or the columns of [`attribute_columns`](crate::Attributor::attribute_columns) at once. Parts, on threads or
//! machines, have summaries of their own, which are [merged](EventSummary::merge), as bytes if they travel: the same bits for any split and order.
//! [`summary`](EventSummary::summary) gives the figures of all of them, a [`Summary`]: tables in a terminal, CSV, JSON by serde, and a page of HTML by
//! [`SummaryReport`](crate::report::SummaryReport), with links to pages of single events.
//!
//! ```
//! use etiology::summary::{EventCause, EventSummary, SummarisedEvent, SummaryConfig};
//!
//! let config = SummaryConfig::new("payment")
//!     .with_events_called("short invoices")
//!     .in_unit("EUR")
//!     .by(["vendor"]);
//! let short = |price: f64, quantity: f64| {
//!     let cause = |node, value| EventCause { node, value, std_error: 0.01 };
//!     [cause("price", price), cause("quantity", quantity), cause("payment", 0.0)]
//! };
//!
//! let mut here = EventSummary::new(config.clone())?;
//! here.add(&SummarisedEvent::new("4711", -30.0, &short(-28.0, -2.0)).with_levels(&[Some("Acme")]))?;
//! here.add(&SummarisedEvent::new("4712", -70.0, &short(-70.0, 0.0)).with_levels(&[Some("Acme")]))?;
//! // On another machine.
//! let mut there = EventSummary::new(config)?;
//! there.add(&SummarisedEvent::new("4713", -12.0, &short(0.0, -12.0)).with_levels(&[Some("Bolt")]))?;
//! there.add(&SummarisedEvent::failed("4714", "the observed value of `price` is NaN").with_levels(&[None]))?;
//! here.merge_bytes(&there.to_bytes()?)?;
//!
//! let summary = here.summary();
//! assert_eq!((summary.events, summary.failed), (4, 1));
//! let price = &summary.causes[0];
//! assert_eq!((price.node.as_deref(), price.first, price.value), (Some("price"), 2, -98.0));
//! assert_eq!(price.examples[0].id, "4712");
//! let acme = summary.breakdown("vendor").and_then(|vendors| vendors.level(Some("Acme"))).expect("there are two");
//! assert_eq!((acme.events, acme.value), (2, -100.0));
//! println!("{summary}");
//! # Ok::<(), etiology::Error>(())
//! ```

mod answer;
mod columns;
mod config;
mod event;
mod examples;
mod failures;
mod names;
mod saved;
mod standing;
mod state;
mod summarise;
mod tally;

pub use answer::{Breakdown, CauseSummary, FailureSummary, LevelCause, LevelSummary, StandOut, Summary};
pub(crate) use answer::{level_name, name_of, per_cent};
pub use config::{SummaryConfig, UnexplainedPart};
pub use event::{EventCause, Outcome, SummarisedEvent};
pub use examples::ExampleEvent;
pub use state::EventSummary;
