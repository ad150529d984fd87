//! Models that travel: saved to JSON or to a compact binary format, and loaded again with the same bits.
//!
//! What is loaded is trusted in nothing: every number, name, length and place is checked before there is a model.

mod binary;
mod file;
mod fingerprint;
mod json;
mod layout;
mod restore;
mod version;

use std::path::Path;

pub use fingerprint::ModelFingerprint;
use layout::SavedModel;

use super::fitted::FittedModel;
use crate::error::Result;
use crate::mechanism::MechanismRegistry;
use crate::telemetry::span;

/// How a model is saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ModelFormat {
    /// Text that people and other programs can read: [`to_json`](FittedModel::to_json).
    Json,
    /// Less than half as large and many times as fast to load: [`to_bytes`](FittedModel::to_bytes).
    Binary,
}

impl ModelFormat {
    /// JSON for a name that ends in `.json`, binary for any other.
    pub fn of_path(path: impl AsRef<Path>) -> Self {
        let is_json = path.as_ref().extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        if is_json { Self::Json } else { Self::Binary }
    }
}

/// Saving and loading. A loaded model gives the same results as the saved one, to the bit.
impl FittedModel {
    /// The model as JSON: an object with the `format`, its `version` and the `model`. Every number comes back with the same
    /// bits.
    ///
    /// # Errors
    /// When a node has a formula given as a closure, or a custom mechanism without a name: code cannot be saved.
    ///
    /// ```
    /// use etiology::{CausalGraph, FittedModel, KnownFormula, NoiseDistribution, StructuralCausalModel};
    ///
    /// let api = etiology::AdditiveNoiseModel::known(KnownFormula::sum(["db"]));
    /// let model = StructuralCausalModel::new(CausalGraph::from_edges([("db", "api")])?)
    ///     .with_mechanism("db", NoiseDistribution::exponential(0.1)?)?
    ///     .with_mechanism("api", api.with_noise(NoiseDistribution::exponential(0.05)?))?
    ///     .without_fitting()?;
    /// let loaded = FittedModel::from_json(&model.to_json()?)?;
    /// assert_eq!(loaded.draw_samples(10, 0)?, model.draw_samples(10, 0)?);
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn to_json(&self) -> Result<String> {
        let text = json::encode(&SavedModel::of(self)?)?;
        // Whoever loads it later must not be the first to learn that it cannot be loaded.
        json::decode(&text)?.restore(&self.own_registry())?;
        Ok(text)
    }

    /// The model as bytes: a header of 24 bytes (a magic number, the format version, the length and the CRC-32 of
    /// what follows), then the model in the `postcard` format.
    ///
    /// # Errors
    /// When a node has a formula given as a closure, or a custom mechanism without a name: code cannot be saved.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let bytes = binary::encode(&SavedModel::of(self)?)?;
        binary::decode(&bytes)?.restore(&self.own_registry())?;
        Ok(bytes)
    }

    /// Which model this is, in 32 characters: the same for a model and its copies, saved and loaded or not.
    ///
    /// # Errors
    /// When a node has a formula given as a closure, or a custom mechanism without a name: code cannot be told apart.
    ///
    /// ```
    /// use etiology::{CausalGraph, FittedModel, NoiseDistribution, StructuralCausalModel};
    ///
    /// let of_mean = |mean| {
    ///     let graph = CausalGraph::from_nodes_and_edges(["db"], Vec::<(&str, &str)>::new())?;
    ///     StructuralCausalModel::new(graph).with_mechanism("db", NoiseDistribution::normal(mean, 1.0)?)?.without_fitting()
    /// };
    /// let model = of_mean(0.1)?;
    /// assert_eq!(FittedModel::from_json(&model.to_json()?)?.fingerprint()?, model.fingerprint()?);
    /// assert_ne!(of_mean(0.2)?.fingerprint()?, model.fingerprint()?);
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn fingerprint(&self) -> Result<ModelFingerprint> {
        Ok(ModelFingerprint::of_bytes(&binary::encode(&SavedModel::of(self)?)?))
    }

    /// The model that [`to_json`](Self::to_json) wrote.
    ///
    /// # Errors
    /// When the text is no saved model, was saved by a later version of this crate, or is damaged: any number, name or
    /// length that no model can have is found. When the model has a custom mechanism: see
    /// [`from_json_with`](Self::from_json_with).
    pub fn from_json(text: &str) -> Result<Self> {
        Self::from_json_with(text, &MechanismRegistry::new())
    }

    /// [`from_json`](Self::from_json) of a model with custom mechanisms, which are looked up by their names.
    ///
    /// # Errors
    /// When [`from_json`](Self::from_json) fails for another reason than a custom mechanism, or the registry lacks one.
    pub fn from_json_with(text: &str, registry: &MechanismRegistry) -> Result<Self> {
        json::decode(text)?.restore(registry)
    }

    /// The model that [`to_bytes`](Self::to_bytes) wrote. Needs memory of the order of the number of bytes, whatever they
    /// say.
    ///
    /// # Errors
    /// When [`from_json`](Self::from_json) would fail; also when the bytes are fewer or more than the header says, or their checksum
    /// is another.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        Self::from_bytes_with(bytes, &MechanismRegistry::new())
    }

    /// [`from_bytes`](Self::from_bytes) of a model with custom mechanisms, which are looked up by their names.
    ///
    /// # Errors
    /// When [`from_bytes`](Self::from_bytes) fails for another reason than a custom mechanism, or the registry lacks one.
    pub fn from_bytes_with(bytes: &[u8], registry: &MechanismRegistry) -> Result<Self> {
        binary::decode(bytes)?.restore(registry)
    }

    /// Saves the model to a file, in the [format of the path](ModelFormat::of_path).
    ///
    /// The file is either there as a whole or not at all: the model is written to a temporary file in the same folder, flushed
    /// to the disk, and renamed. A file of that name is replaced.
    ///
    /// # Errors
    /// When [`to_json`](Self::to_json) fails, or the file cannot be written.
    ///
    /// ```no_run
    /// # fn example(model: etiology::FittedModel) -> etiology::Result<()> {
    /// model.save("shop.etiology")?;
    /// let loaded = etiology::FittedModel::load("shop.etiology")?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "pickle")]
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        self.save_as(&path, ModelFormat::of_path(&path))
    }

    /// [`save`](Self::save) in a given format.
    ///
    /// # Errors
    /// When [`save`](Self::save) fails.
    pub fn save_as(&self, path: impl AsRef<Path>, format: ModelFormat) -> Result<()> {
        span!(INFO, "save_model", path = %path.as_ref().display());
        let bytes = match format {
            ModelFormat::Json => self.to_json()?.into_bytes(),
            ModelFormat::Binary => self.to_bytes()?,
        };
        file::write_atomically(path.as_ref(), &bytes)
    }

    /// Loads a model from a file, in whichever format it is.
    ///
    /// # Errors
    /// When the file cannot be read, and as for [`from_json`](Self::from_json) and [`from_bytes`](Self::from_bytes).
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        Self::load_with(path, &MechanismRegistry::new())
    }

    /// [`load`](Self::load) of a model with custom mechanisms, which are looked up by their names.
    ///
    /// # Errors
    /// When [`load`](Self::load) fails for another reason than a custom mechanism, or the registry lacks one.
    pub fn load_with(path: impl AsRef<Path>, registry: &MechanismRegistry) -> Result<Self> {
        span!(INFO, "load_model", path = %path.as_ref().display());
        let bytes = file::read(path.as_ref())?;
        if binary::is_binary(&bytes) {
            return Self::from_bytes_with(&bytes, registry);
        }
        Self::from_json_with(file::text(path.as_ref(), &bytes)?, registry)
    }

    /// The custom mechanisms of the model itself.
    fn own_registry(&self) -> MechanismRegistry {
        let custom = self.wiring().nodes().iter().filter_map(|node| node.mechanism.custom());
        MechanismRegistry::collect(custom.filter_map(|custom| Some((custom.name.clone()?, custom.mechanism.clone()))))
    }
}
