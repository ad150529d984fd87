//! With the feature `tracing`: which spans there are, what they say, whose part they are, and that they change nothing.

use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::retail_shop;
use etiology::mechanism::AssignmentConfig;
use etiology::{
    Attribution, AttributionConfig, BootstrapConfig, DiagnosisConfig, EvaluationConfig, FittedModel,
    StructuralCausalModel,
};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

thread_local! {
    static OPEN: std::cell::RefCell<Vec<u64>> = const { std::cell::RefCell::new(Vec::new()) };
}

/// A span or event as it was reported.
#[derive(Debug, Clone)]
struct Reported {
    id: u64,
    name: String,
    parent: Option<u64>,
    fields: Vec<(String, String)>,
}

impl Reported {
    fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }
}

#[derive(Default)]
struct Fields(Vec<(String, String)>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.push((field.name().to_owned(), format!("{value:?}").trim_matches('"').to_owned()));
    }
}

/// Keeps all that it is told.
#[derive(Clone, Default)]
struct Listener {
    last: Arc<AtomicU64>,
    reported: Arc<Mutex<Vec<Reported>>>,
}

impl Listener {
    fn keep(&self, name: &str, fields: Fields) -> u64 {
        let id = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        let parent = OPEN.with_borrow(|open| open.last().copied());
        let reported = Reported { id, name: name.to_owned(), parent, fields: fields.0 };
        self.reported.lock().unwrap_or_else(PoisonError::into_inner).push(reported);
        id
    }

    fn named(&self, name: &str) -> Vec<Reported> {
        let reported = self.reported.lock().unwrap_or_else(PoisonError::into_inner);
        reported.iter().filter(|reported| reported.name == name).cloned().collect()
    }

    fn only(&self, name: &str) -> Reported {
        let named = self.named(name);
        assert_eq!(named.len(), 1, "{name}: {named:?}");
        named[0].clone()
    }
}

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "etiology"
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut fields = Fields::default();
        span.record(&mut fields);
        Id::from_u64(self.keep(span.metadata().name(), fields))
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let message = fields.0.iter().find(|(name, _)| name == "message").map(|(_, message)| message.clone());
        self.keep(&message.unwrap_or_default(), fields);
    }

    fn enter(&self, span: &Id) {
        OPEN.with_borrow_mut(|open| open.push(span.into_u64()));
    }

    fn exit(&self, span: &Id) {
        OPEN.with_borrow_mut(|open| open.retain(|&open| open != span.into_u64()));
    }
}

fn fit() -> FittedModel {
    let normal = retail_shop::normal_requests(300, 1).unwrap();
    let model = StructuralCausalModel::new(retail_shop::causal_graph().unwrap());
    model.assign_mechanisms_with(&normal, &AssignmentConfig::linear()).unwrap().fit(&normal).unwrap()
}

fn attribute(model: &FittedModel) -> Vec<Attribution> {
    let slow = retail_shop::slow_requests(5, 2).unwrap();
    model.attribute_outliers(retail_shop::TARGET, &slow, &AttributionConfig::default()).unwrap()
}

#[test]
fn spans_say_what_was_asked_and_events_what_came_of_it() {
    let silent = attribute(&fit());
    let listener = Listener::default();
    let (model, heard) = tracing::subscriber::with_default(listener.clone(), || {
        let model = fit();
        // On this thread, whose subscriber it is.
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build().unwrap();
        let heard = pool.install(|| attribute(&model));
        (model, heard)
    });
    assert_eq!(heard, silent, "listening changes nothing");
    for name in ["assign_mechanisms", "fit"] {
        let span = listener.only(name);
        assert_eq!((span.field("nodes"), span.field("rows"), span.parent), (Some("11"), Some("300"), None), "{name}");
    }
    let batch = listener.only("attribute_rows");
    assert_eq!((batch.field("target"), batch.field("rows")), (Some(retail_shop::TARGET), Some("5")));
    let events = listener.named("attribute");
    assert_eq!(events.len(), 5);
    assert!(events.iter().all(|event| event.parent == Some(batch.id)), "{events:?}");
    let results = listener.named("attributed");
    for ((result, event), attribution) in results.iter().zip(&events).zip(&silent) {
        assert_eq!(result.parent, Some(event.id));
        let score: f64 = result.field("score").unwrap().parse().unwrap();
        assert!((score - attribution.score.value).abs() < 1e-9);
    }
    assert_eq!(results.len(), 5);
    drop(model);
}

#[test]
fn whatever_takes_long_has_a_span() {
    let normal = retail_shop::normal_requests(300, 1).unwrap();
    let slow = retail_shop::slow_requests(20, 2).unwrap();
    let event = slow.row(0).unwrap();
    let folder = std::env::temp_dir().join(format!("etiology_tracing_{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let listener = Listener::default();
    tracing::subscriber::with_default(listener.clone(), || {
        let model = fit();
        model.diagnose(retail_shop::TARGET, &event, &DiagnosisConfig::default()).unwrap();
        model.evaluate(&normal, &EvaluationConfig::default()).unwrap();
        model.drift_check(&slow, 0.01).unwrap();
        model.save(folder.join("shop.json")).unwrap();
        FittedModel::load(folder.join("shop.json")).unwrap();
        let graph = retail_shop::causal_graph().unwrap();
        let unfitted = StructuralCausalModel::new(graph).assign_mechanisms_with(&normal, &AssignmentConfig::linear());
        let bootstrap = BootstrapConfig::default().with_resamples(20);
        let config = AttributionConfig::default();
        unfitted.unwrap().bootstrap_attribution(&normal, retail_shop::TARGET, &event, &config, &bootstrap).unwrap();
    });
    std::fs::remove_dir_all(&folder).unwrap();
    for name in ["diagnose", "evaluate", "drift_check", "save_model", "load_model", "bootstrap"] {
        listener.only(name);
    }
    let path = listener.only("load_model");
    assert!(path.field("path").unwrap().ends_with("shop.json"), "{path:?}");
}
