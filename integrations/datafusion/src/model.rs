//! Models as they are named in a query: loaded once, and told apart by what is in them.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use datafusion_common::{DataFusionError, Result, ScalarValue, exec_err};
use etiology::mechanism::MechanismRegistry;
use etiology::model::ModelFingerprint;
use etiology::{Attributor, FittedModel};

use crate::question::Question;

/// So many models and targets are kept; where there are more, all are loaded again as they are needed.
const MOST_KEPT: usize = 256;

/// Which model is asked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Source {
    /// Whichever has this name now.
    Named(String),
    Stored(Stored),
}

/// Where a model is loaded from, so that one that has changed is another.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Stored {
    File { path: PathBuf, changed: Option<SystemTime>, bytes: u64, fingerprint: Option<ModelFingerprint> },
    Bytes(Vec<u8>),
}

/// The models of a process: those that queries named so far, each loaded once, and those that were inserted.
#[derive(Debug, Default)]
pub struct Models {
    registry: MechanismRegistry,
    inserted: Mutex<HashMap<String, Arc<FittedModel>>>,
    loaded: Kept<Stored, FittedModel>,
    attributors: Kept<(Source, String), Attributor>,
}

/// What was made once and is kept: each key has a lock of its own, so that nobody makes a thing twice and nobody waits for another thing.
#[derive(Debug)]
struct Kept<K, V>(Mutex<HashMap<K, Place<V>>>);

/// Where a thing is, once it was made.
type Place<V> = Arc<Mutex<Option<Arc<V>>>>;

impl<K, V> Default for Kept<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + std::hash::Hash + Clone, V> Kept<K, V> {
    fn get(&self, key: &K, make: impl FnOnce() -> Result<V>) -> Result<Arc<V>> {
        let place = {
            let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if places.len() >= MOST_KEPT && !places.contains_key(key) {
                places.clear();
            }
            Arc::clone(places.entry(key.clone()).or_default())
        };
        let mut place = place.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = &*place {
            return Ok(Arc::clone(kept));
        }
        let made = Arc::new(make()?);
        *place = Some(Arc::clone(&made));
        Ok(made)
    }
}

impl Models {
    /// No models yet; those with mechanisms in code are looked up in a registry.
    pub fn with_registry(registry: MechanismRegistry) -> Self {
        Self { registry, ..Self::default() }
    }

    /// Lets queries of this process call a model by a name. It goes before a file of that name, and replaces what had the name before.
    pub fn insert(&self, name: impl Into<String>, model: FittedModel) {
        self.inserted.lock().unwrap_or_else(PoisonError::into_inner).insert(name.into(), Arc::new(model));
        // What was prepared of a model that had the name.
        self.attributors.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// How a query names the model of a file, so that every machine that loads it must find this one: `path#fingerprint`.
    ///
    /// # Errors
    /// When the file cannot be read or holds no model.
    pub fn pinned(&self, path: impl AsRef<Path>) -> Result<String> {
        let text = path.as_ref().display().to_string();
        let model = self.model(&ScalarValue::from(text.as_str()))?;
        Ok(format!("{text}#{}", model.fingerprint().map_err(external)?))
    }

    /// The model that a literal names.
    ///
    /// # Errors
    /// When the literal is neither text nor bytes; the file cannot be read or holds no model; or the model is another than the fingerprint says.
    pub fn model(&self, literal: &ScalarValue) -> Result<Arc<FittedModel>> {
        let source = self.source(literal)?;
        self.load(&source)
    }

    /// A target of the model, prepared for a question.
    pub(crate) fn attributor(&self, literal: &ScalarValue, question: &str) -> Result<Arc<Attributor>> {
        let source = self.source(literal)?;
        self.attributors.get(&(source.clone(), question.to_owned()), || {
            let Question { target, config } = Question::parse(question)?;
            self.load(&source)?.attributor(&target, config).map_err(external)
        })
    }

    fn source(&self, literal: &ScalarValue) -> Result<Source> {
        if let ScalarValue::Binary(Some(bytes))
        | ScalarValue::LargeBinary(Some(bytes))
        | ScalarValue::BinaryView(Some(bytes)) = literal
        {
            return Ok(Source::Stored(Stored::Bytes(bytes.clone())));
        }
        let Some(Some(text)) = literal.try_as_str() else {
            return exec_err!("a model is named by a path, a name or its bytes, found {literal}");
        };
        if self.inserted.lock().unwrap_or_else(PoisonError::into_inner).contains_key(text) {
            return Ok(Source::Named(text.to_owned()));
        }
        // A path may have a `#` of its own.
        let pinned = text.rsplit_once('#').and_then(|(path, digits)| Some((path, Some(digits.parse().ok()?))));
        let (path, fingerprint) = pinned.unwrap_or((text, None));
        let file = fs::metadata(path).map_err(|error| {
            DataFusionError::Execution(format!(
                "the model `{path}` cannot be read: {error}; expected a saved model on this machine, or the name of an inserted one"
            ))
        })?;
        let (path, changed, bytes) = (path.into(), file.modified().ok(), file.len());
        Ok(Source::Stored(Stored::File { path, changed, bytes, fingerprint }))
    }

    fn load(&self, source: &Source) -> Result<Arc<FittedModel>> {
        match source {
            Source::Named(name) => {
                let inserted = self.inserted.lock().unwrap_or_else(PoisonError::into_inner);
                inserted.get(name).cloned().map_or_else(|| exec_err!("there is no model `{name}` any more"), Ok)
            }
            Source::Stored(stored) => self.loaded.get(stored, || self.load_stored(stored)),
        }
    }

    fn load_stored(&self, stored: &Stored) -> Result<FittedModel> {
        let (path, expected) = match stored {
            Stored::Bytes(bytes) => return FittedModel::from_bytes_with(bytes, &self.registry).map_err(external),
            Stored::File { path, fingerprint, .. } => (path, fingerprint),
        };
        let model = FittedModel::load_with(path, &self.registry).map_err(external)?;
        let Some(expected) = expected else { return Ok(model) };
        let found = model.fingerprint().map_err(external)?;
        if *expected != found {
            return exec_err!(
                "the model `{}` is another than was asked for: its fingerprint is {found}, expected {expected}; \
                 copy the file of the machine that asks to this one",
                path.display()
            );
        }
        Ok(model)
    }
}

/// An error of the library as one of the engine.
pub(crate) fn external(error: etiology::Error) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}
