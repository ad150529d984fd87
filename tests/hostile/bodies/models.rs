//! Saved models, as text and in binary.

use std::sync::{Arc, LazyLock};

use etiology::mechanism::MechanismRegistry;
use etiology::{AttributionConfig, Error, FeatureMap, FittedModel, Mechanism, Observation, ShapleyMethod};

use super::{WALKED, check_error, check_graph};

/// The header of the binary format: magic number (8 bytes), version (4), length (8) and CRC-32 (4) of what follows.
const HEADER: usize = 24;

/// Gives damaged bytes a header that fits them, so that what lies behind the checksum is reached.
pub fn reseal(bytes: &mut [u8]) {
    if let Some((header, body)) = bytes.split_at_mut_checked(HEADER) {
        header[..8].copy_from_slice(b"\x89ETI\r\n\x1a\n");
        header[8..12].copy_from_slice(&1_u32.to_le_bytes());
        header[12..20].copy_from_slice(&(body.len() as u64).to_le_bytes());
        header[20..24].copy_from_slice(&crc32fast::hash(body).to_le_bytes());
    }
}

/// value = sum of the parents · noise
#[derive(Debug)]
struct Product;

impl Mechanism for Product {
    fn evaluate(&self, parents: &[f64], noise: f64) -> f64 {
        parents.iter().sum::<f64>() * noise
    }
    fn estimate_noise(&self, parents: &[f64], value: f64) -> f64 {
        value / parents.iter().sum::<f64>()
    }
}

static REGISTRY: LazyLock<MechanismRegistry> =
    LazyLock::new(|| MechanismRegistry::new().register("share of", Arc::new(Product)).unwrap());

pub(super) fn json(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        check(FittedModel::from_json_with(text, &REGISTRY));
    }
}

/// As they are, and again behind a header that fits.
pub(super) fn binary(bytes: &[u8]) {
    check(FittedModel::from_bytes_with(bytes, &REGISTRY));
    let mut sealed = bytes.to_vec();
    reseal(&mut sealed);
    if sealed != bytes {
        check(FittedModel::from_bytes_with(&sealed, &REGISTRY));
    }
}

fn check(model: Result<FittedModel, Error>) {
    let model = match model {
        Ok(model) => model,
        Err(error) => return check_error(&error),
    };
    check_graph(model.graph());
    // What was loaded can be saved, and is then the same to the bit, in both formats.
    let bytes = model.to_bytes().unwrap();
    assert_eq!(FittedModel::from_bytes_with(&bytes, &REGISTRY).unwrap().to_bytes().unwrap(), bytes);
    let text = model.to_json().unwrap();
    assert_eq!(FittedModel::from_json_with(&text, &REGISTRY).unwrap().to_bytes().unwrap(), bytes);
    if model.graph().node_count() <= WALKED {
        check_answers(&model);
    }
}

fn check_answers(model: &FittedModel) {
    for node in model.graph().nodes() {
        let reference = model.reference(node).unwrap();
        super::types::check_noise(reference);
        super::types::check_noise(model.mechanism(node).unwrap().noise());
        assert_eq!(model.mechanism_parents(node).unwrap().len(), model.graph().parents(node).unwrap().len());
    }
    let floor = model.default_floor();
    assert!((0.0..1.0).contains(&floor), "the floor {floor}");
    let drawn = match model.draw_samples(5, 1) {
        Ok(drawn) => drawn,
        // A model may overflow: a mechanism's answer is not finite.
        Err(error) => return check_error(&error),
    };
    assert!(drawn.values().iter().all(|value| value.is_finite()));
    let target = model.graph().topological_order().last().copied().unwrap_or_default().to_owned();
    check_attribution(model, &target, &drawn.row(0).unwrap());
}

fn check_attribution(model: &FittedModel, target: &str, event: &Observation) {
    let _ = model.estimate_noise(event).map_err(|error| check_error(&error));
    let config = AttributionConfig::default().with_samples(32).with_seed(1).with_feature_map(FeatureMap::UpperTail);
    let config = config.with_shapley_method(ShapleyMethod::Permutations(3));
    let attribution = match model.attribute_outlier(target, event, &config) {
        Ok(attribution) => attribution,
        Err(error) => return check_error(&error),
    };
    let score = attribution.score.value;
    let sum: f64 = attribution.contributions.iter().map(|part| part.value).sum();
    // It is corrected for its bias, so that it may be below 0 by its error.
    assert!(score.is_finite() && score >= -6.0 * attribution.score.std_error, "{:?}", attribution.score);
    assert!((sum + attribution.unexplained.value - score).abs() <= 1e-6 * (1.0 + score.abs()), "{sum} of {score}");
    for part in &attribution.contributions {
        assert!(part.value.is_finite() && part.std_error >= 0.0, "{part:?}");
    }
    assert!(!attribution.to_string().is_empty());
}
