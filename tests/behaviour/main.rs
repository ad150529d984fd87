//! What the library does with what it is given: each part of the public interface, right and wrong use, and what is written.

mod acting;
mod api;
#[cfg(feature = "parquet")]
mod arrow;
mod assignment;
mod attribution;
mod bad_input;
mod bootstrap;
mod categories;
mod change;
mod data;
mod dowhy_names;
mod drift;
mod evaluation;
mod findings;
mod graph;
mod lags;
mod mechanisms;
mod mergeable;
mod missing_data;
mod report;
mod reproducibility;
mod saved_models;
mod shop;
mod summary;
mod tables;
#[cfg(feature = "traces")]
mod traces;
#[cfg(feature = "tracing")]
mod tracing;
mod verdicts;

#[path = "../../examples/shared/known_models.rs"]
#[expect(dead_code, reason = "what the models should give is not needed here")]
mod known_models;
#[path = "../shared/linear_gaussian.rs"]
#[expect(dead_code, reason = "only the random models are needed here, not their truths")]
mod linear_gaussian;
#[path = "../shared/many_parents.rs"]
mod many_parents;
#[cfg(feature = "traces")]
#[path = "../../examples/shared/otlp_messages.rs"]
mod otlp_messages;
#[path = "../shared/report_checks.rs"]
mod report_checks;
#[path = "../shared/report_models.rs"]
mod report_models;
#[path = "../../examples/shared/retail_shop.rs"]
mod retail_shop;
#[cfg(feature = "traces")]
#[path = "../../examples/shared/synthetic_traces.rs"]
mod synthetic_traces;
#[cfg(feature = "traces")]
#[path = "../../examples/shared/trace_formats.rs"]
mod trace_formats;
#[path = "../../examples/shared/trust_cases/mod.rs"]
#[expect(dead_code, reason = "classes are not counted apart here")]
mod trust_cases;
